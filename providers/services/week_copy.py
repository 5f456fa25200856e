"""A week's single dates, such as a rota or a fair's longer evenings, put on the weeks after it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db import transaction

from providers.errors import NumberInvalid
from providers.models import HoursOverride, Outlet, StaffMember
from providers.services.hours import set_override
from providers.services.record import lock_provider

MOST_WEEKS = 26
WEEK = timedelta(days=7)
# What becomes of a date: it gets the hours, had the very same, keeps others that it has, or loses them.
NEW, SAME, KEPT, REPLACED = "new", "same", "kept", "replaced"

# Times of a date, () for closed, and the note that customers see.
DateHours = tuple[tuple[tuple[time, time], ...], str]


@dataclass(frozen=True, slots=True)
class Copied:
    """A date of the outlet (`staff_pk` None) or of one person there: what it gets, and what it had if anything."""

    on: date
    staff_pk: int | None
    hours: DateHours
    before: DateHours | None
    state: str


@transaction.atomic
def copy_week(
    *,
    outlet: Outlet,
    monday: date,
    weeks: int,
    people: Sequence[StaffMember | None],
    replace: bool,
    actor: str,
) -> list[Copied]:
    """Give the `weeks` (1 to 26) after the week of `monday` its single dates, of the outlet (None) and of `people`.

    A date that has other hours of its own keeps them, unless `replace`. Answers every date looked at, in order. Raises
    NumberInvalid, NotAtOutlet, IsArchived, HoursInvalid.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise NumberInvalid(field="weeks", min=1, max=MOST_WEEKS)
    lock_provider(outlet.provider_id)
    by_pk = {person.pk if person else None: person for person in people}
    found = _dates(outlet, monday, monday + (weeks + 1) * WEEK)
    pattern = {key: hours for key, hours in found.items() if key[0] < monday + WEEK and key[1] in by_pk}
    done = []
    for n in range(1, weeks + 1):
        for (day, staff_pk), hours in pattern.items():
            before = found.get((day + n * WEEK, staff_pk))
            state = NEW if before is None else SAME if before == hours else REPLACED if replace else KEPT
            copied = Copied(day + n * WEEK, staff_pk, hours, before, state)
            if state in (NEW, REPLACED):
                set_override(
                    outlet=outlet,
                    on=copied.on,
                    periods=hours[0],
                    note=hours[1],
                    staff=by_pk[staff_pk],
                    actor=actor,
                )
            done.append(copied)
    return sorted(done, key=lambda each: (each.on, each.staff_pk or 0))


def _dates(outlet: Outlet, first: date, end: date) -> dict[tuple[date, int | None], DateHours]:
    """The single dates from `first` until before `end`, of the outlet and of everybody there. One query."""
    rows = HoursOverride.objects.filter(outlet=outlet, date__gte=first, date__lt=end)
    times: dict[tuple[date, int | None], list[tuple[time, time]]] = defaultdict(list)
    notes: dict[tuple[date, int | None], str] = {}
    for row in rows.order_by("date", "opens"):
        key = (row.date, row.staff_id)
        notes[key] = row.note
        if row.opens is not None and row.closes is not None:
            times[key].append((row.opens, row.closes))
    return {key: (tuple(times[key]), note) for key, note in notes.items()}
