"""Load the demo city, or a town for benchmarks."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from geo.osm import ATTRIBUTION, ATTRIBUTION_URL
from marketplace.demo import helsinki, metropolis, town
from marketplace.demo.load_today import load_today
from marketplace.demo.progress import Progress


class Command(BaseCommand):
    help = (
        "Load the demo city: central Helsinki with invented businesses, people and visits. On a later day: visits "
        "are added up to 13 days ahead. Each time: what goes on today is brought up to now, nothing else changes. "
        "With --outlets N: a metropolis of N outlets for benchmarks instead, in a database of its own; with --town N: "
        "a town of N outlets that differ, slower."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=1, help="another seed invents other people (default 1)"
        )
        parser.add_argument(
            "--outlets", type=int, metavar="N", help="copy a few shops to N places instead; a new database"
        )
        parser.add_argument("--town", type=int, metavar="N", help="make a town of N outlets instead")
        parser.add_argument(
            "--days", type=int, default=14, help="of the metropolis that are kept (default 14)"
        )
        parser.add_argument(
            "--booked",
            type=int,
            default=70,
            help="percent of them that is taken: 0, or 50 to 100 (default 70)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            # Its sign-ins, an operator among them, have a password that everybody knows.
            raise CommandError("The demo belongs in an installation with DEMO=1 only.")
        if options["outlets"] is not None:
            self._metropolis(options["seed"], options["outlets"], options["days"], options["booked"])
            return
        if options["town"] is not None:
            self._town(options["seed"], options["town"])
            return
        seed = options["seed"]
        try:
            progress = Progress(sys.stderr, helsinki.steps(seed))
            loaded = helsinki.load(seed, progress=progress)
        except helsinki.OtherSeed as other:
            raise CommandError(
                f"This database holds the demo city of seed {other}: start with a new one."
            ) from other
        except helsinki.NameTaken as taken:
            raise CommandError("A demo e-mail address belongs to someone else here.") from taken
        load_today(seed)
        if loaded is None:
            self.stdout.write("The demo city is up to date.")
        else:
            self.stdout.write(
                f"{loaded.businesses} businesses and {loaded.visits} visits, up to {loaded.through}."
            )
        self.stdout.write(f"Map data {ATTRIBUTION} (ODbL, {ATTRIBUTION_URL})")
        call_command("demo_signins", stdout=self.stdout)

    def _town(self, seed: int, outlets: int) -> None:
        if not 1 <= outlets <= town.MOST:
            raise CommandError(f"--town: 1 to {town.MOST}")
        progress = Progress(sys.stderr, town.steps(outlets))
        made = town.load(seed, outlets=outlets, progress=progress)
        self.stdout.write(
            f"{made} outlets added; the town has {outlets}." if made else "The town is there already."
        )

    def _metropolis(self, seed: int, outlets: int, days: int, booked: int) -> None:
        if not (1 <= outlets <= metropolis.MOST and 1 <= days <= 62 and (booked == 0 or 50 <= booked <= 100)):
            raise CommandError(
                f"--outlets: 1 to {metropolis.MOST}, --days: 1 to 62, --booked: 0, or 50 to 100"
            )
        progress = Progress(sys.stderr, metropolis.steps())
        try:
            made = metropolis.load(seed, outlets=outlets, days=days, booked=booked, progress=progress)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made} outlets, {days} days of each kept, {booked}% taken.")
