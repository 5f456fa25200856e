"""Rebuild the open time that is kept for search, and compare."""

import random
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bookings.models import OpenKept
from bookings.selectors.kept import DUE, differences

AT_ONCE = 100
SHOWN = 50
TOLD = 1000


class Command(BaseCommand):
    help = (
        "Work out open time anew from hours and allocations, in Python, and compare it with what is kept for search. "
        "Differences are printed, and the exit status is then 1. Outlets that are due to be made anew keep nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sample", type=int, metavar="N", help="look at N outlets, chosen by chance, instead of all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sample"] is not None and options["sample"] < 1:
            raise CommandError("--sample: at least 1")
        count = OpenKept.objects.filter(until__gt=DUE).count()
        pks = sampled(options["sample"]) if options["sample"] else batches()
        looked, found = 0, 0
        for some in pks:
            with transaction.atomic():
                # What changes meanwhile waits: the rows and what they are made of belong together.
                list(OpenKept.objects.filter(outlet__in=some).order_by("outlet_id").select_for_update())
                for difference in differences(some):
                    found += 1
                    if found <= SHOWN:
                        self.stdout.write(str(difference))
            looked += len(some)
            if looked % TOLD == 0:
                self.stderr.write(
                    f"{looked:,} of {options['sample'] or count:,} outlets, {found} differences"
                )
        due = OpenKept.objects.filter(until=DUE).count()
        if found:
            raise CommandError(f"{found} rows of open time are not what they should be")
        self.stdout.write(f"The open time of {looked} outlets is as it should be; {due} are due.")


def batches() -> Iterator[list[int]]:
    """All outlets that are kept, some at a time, in the order of their keys."""
    after = 0
    while some := list(
        OpenKept.objects.filter(until__gt=DUE, outlet_id__gt=after)
        .order_by("outlet_id")
        .values_list("outlet_id", flat=True)[:AT_ONCE]
    ):
        yield some
        after = some[-1]


def sampled(size: int) -> Iterator[list[int]]:
    """So many of them, chosen by chance, or all when there are fewer."""
    pks = list(OpenKept.objects.filter(until__gt=DUE).values_list("outlet_id", flat=True))
    chosen = sorted(random.sample(pks, min(size, len(pks))))
    for at in range(0, len(chosen), AT_ONCE):
        yield chosen[at : at + AT_ONCE]
