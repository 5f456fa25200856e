"""Rebuild the open time that is kept for search, and compare."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bookings.models import OpenKept
from bookings.selectors.kept import DUE, differences

AT_ONCE = 100
SHOWN = 50


class Command(BaseCommand):
    help = (
        "Work out open time anew from hours and allocations, in Python, and compare it with what is kept for search. "
        "Differences are printed, and the exit status is then 1. Outlets that are due to be made anew keep nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        pks = list(OpenKept.objects.order_by("outlet_id").values_list("outlet_id", flat=True))
        found = 0
        for at in range(0, len(pks), AT_ONCE):
            some = pks[at : at + AT_ONCE]
            with transaction.atomic():
                # What changes meanwhile waits: the rows and what they are made of belong together.
                list(OpenKept.objects.filter(outlet__in=some).order_by("outlet_id").select_for_update())
                for difference in differences(some):
                    found += 1
                    if found <= SHOWN:
                        self.stdout.write(str(difference))
        due = OpenKept.objects.filter(until=DUE).count()
        if found:
            raise CommandError(f"{found} rows of open time are not what they should be")
        self.stdout.write(f"The open time of {len(pks) - due} outlets is as it should be; {due} are due.")
