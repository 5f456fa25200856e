"""Keeping open time ready for search: docs/availability.md.

What is taken is kept true by triggers, in the transaction that takes it. Hours need the rules in Python: triggers mark
the outlet as due, and the worker makes it anew here. Locks: docs/locking.md.
"""

from collections.abc import Collection
from datetime import UTC, date, timedelta

from django.db import connection, transaction

from bookings.models import OpenKept, OutletDay, SlotChange, StaffDay
from bookings.rules import quarters
from bookings.selectors.kept import DAY, DUE, KEPT_DAYS, days_between, working
from common import clock

BATCH = 50
# Lists are remembered for ten minutes; a change is noted some time before its transaction ends.
CHANGES_KEPT = timedelta(hours=2)

FILL_PEOPLE = """
INSERT INTO bookings_staffday (outlet_id, staff_id, day, hours, open)
SELECT t.outlet, t.person, t.day, t.hours::bit(96), t.hours::bit(96) & ~ bookings_taken(t.person, t.day)
  FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::text[]) AS t(outlet, person, day, hours)
"""
FILL_OUTLETS = """
INSERT INTO bookings_outletday (outlet_id, category_id, day, point, starts, is_open)
SELECT t.outlet_id, t.category_id, t.day, t.point, t.starts, t.starts <> B'0'::bit(96)
  FROM bookings_outlet_days(%s::bigint[], %s::date[]) t
"""


def today() -> date:
    """The present day of UTC."""
    return clock.now().astimezone(UTC).date()


def keep_due(*, days: int = KEPT_DAYS, batch: int = BATCH, of_provider: int | None = None) -> int:
    """Make open time anew for some outlets that changed, or else a day further for some; answers for how many.

    `of_provider` (primary key): only of that business. One transaction. Those that somebody else has locked are left to
    the next run.
    """
    now = today()
    last = now + (days - 1) * DAY
    with transaction.atomic():
        rows = OpenKept.objects.filter(until__lt=last).order_by("until", "outlet_id")
        if of_provider is not None:
            rows = rows.filter(outlet__provider=of_provider)
        some = list(rows.select_for_update(skip_locked=True, of=("self",))[:batch])
        groups: dict[date, list[int]] = {}
        for row in some:
            groups.setdefault(row.until, []).append(row.outlet_id)
        for until, outlets in groups.items():
            # What is kept up to yesterday and before goes on from today.
            first = now if until < now else until + DAY
            _keep(outlets, first, last, anew=until == DUE)
        OpenKept.objects.filter(outlet__in=[row.outlet_id for row in some]).update(until=last)
    return len(some)


def forget_past() -> int:
    """Delete the days that are over; answers how many rows."""
    people, _ = StaffDay.objects.filter(day__lt=today()).delete()
    outlets, _ = OutletDay.objects.filter(day__lt=today()).delete()
    return people + outlets


def forget_changes() -> int:
    """Delete the changes of slots that came before any list that is still remembered; answers how many."""
    forgotten, _ = SlotChange.objects.filter(made_at__lt=clock.now() - CHANGES_KEPT).delete()
    return forgotten


def _keep(outlets: Collection[int], first: date, last: date, *, anew: bool) -> None:
    """Write the days from the first to the last (both included) of these outlets, whose rows are locked."""
    for model in (StaffDay, OutletDay):
        old = model._default_manager.filter(outlet__in=outlets)
        (old if anew else old.filter(day__gte=first)).delete()
    rows = []
    for (outlet, person), spans in working(outlets, first, last).items():
        for day in days_between(first, last):
            hours = quarters.touched(spans, day)
            if hours != quarters.NONE:
                rows.append((outlet, person, day, hours))
    with connection.cursor() as cursor:
        if rows:
            cursor.execute(FILL_PEOPLE, [list(column) for column in zip(*rows, strict=True)])
        cursor.execute(FILL_OUTLETS, [list(outlets), list(days_between(first, last))])
