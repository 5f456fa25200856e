"""When outlets are open and people work. Times of day are wall clock in the outlet's zone."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from providers import events
from providers.errors import IsArchived, NotAtOutlet, NumberInvalid, PeriodInvalid, PeriodOverlap
from providers.models import Closure, HoursOverride, HoursRule, Outlet, Provider, StaffMember, TimeOff
from providers.rules import checks
from providers.rules.hours import WeeklyRule
from providers.services.record import lock_provider, tell

LONGEST_PERIOD = timedelta(days=731)
MOST_TIMES_A_WEEK = 100
MOST_TIMES_A_DAY = 10


@transaction.atomic
def replace_week(
    *, outlet: Outlet, rules: Sequence[WeeklyRule], actor: str, staff: StaffMember | None = None
) -> list[HoursRule]:
    """Set the weekly hours of an outlet, or of one person there, instead of all that were there before.

    No rules at all: the outlet is never open; the person works whenever the outlet is open.
    Raises HoursOverlap, HoursInvalid, NumberInvalid (over 100 rules), NotAtOutlet, IsArchived.
    """
    if len(rules) > MOST_TIMES_A_WEEK:
        raise NumberInvalid(field="rules", min=0, max=MOST_TIMES_A_WEEK)
    provider = lock_provider(outlet.provider_id)
    _check_place(outlet, staff)
    ordered = checks.week(list(rules))
    HoursRule.objects.filter(outlet=outlet, staff=staff).delete()
    created = HoursRule.objects.bulk_create(
        [HoursRule(outlet=outlet, staff=staff, **asdict(rule)) for rule in ordered]
    )
    _tell(provider, actor, "hours.week", outlet, staff)
    return created


@transaction.atomic
def set_override(
    *,
    outlet: Outlet,
    on: date,
    periods: Sequence[tuple[time, time]],
    actor: str,
    staff: StaffMember | None = None,
    note: str = "",
) -> list[HoursOverride]:
    """Set what holds on one date instead of the week's rules; no periods: closed (or off) that day.

    Raises HoursOverlap, HoursInvalid, NumberInvalid (over 10 periods), TextInvalid, NotAtOutlet, IsArchived.
    """
    if len(periods) > MOST_TIMES_A_DAY:
        raise NumberInvalid(field="periods", min=0, max=MOST_TIMES_A_DAY)
    note = checks.text(note, field="note", longest=120, needed=False)
    provider = lock_provider(outlet.provider_id)
    _check_place(outlet, staff)
    ordered: list[tuple[time | None, time | None]] = [*checks.day(list(periods), on=on)] or [(None, None)]
    HoursOverride.objects.filter(outlet=outlet, staff=staff, date=on).delete()
    created = HoursOverride.objects.bulk_create(
        [
            HoursOverride(outlet=outlet, staff=staff, date=on, opens=opens, closes=closes, note=note)
            for opens, closes in ordered
        ]
    )
    _tell(provider, actor, "hours.override", outlet, staff, date=on.isoformat())
    return created


@transaction.atomic
def clear_override(*, outlet: Outlet, on: date, actor: str, staff: StaffMember | None = None) -> None:
    """Let the week's rules hold again on a date. When there was no override, nothing happens."""
    provider = lock_provider(outlet.provider_id)
    deleted, _ = HoursOverride.objects.filter(outlet=outlet, staff=staff, date=on).delete()
    if deleted:
        _tell(provider, actor, "hours.override_cleared", outlet, staff, date=on.isoformat())


@transaction.atomic
def add_closure(*, outlet: Outlet, start: datetime, end: datetime, actor: str, reason: str = "") -> Closure:
    """Close an outlet from `start` until `end` (aware instants). Bookings already made stay.

    Raises PeriodInvalid, PeriodOverlap, TextInvalid, IsArchived.
    """
    reason = checks.text(reason, field="reason", longest=120, needed=False)
    provider = lock_provider(outlet.provider_id)
    _check_place(outlet, None)
    period = _period(start, end)
    if Closure.objects.filter(outlet=outlet, period__overlap=period).exists():
        raise PeriodOverlap
    closure = Closure.objects.create(outlet=outlet, period=period, reason=reason)
    _tell(provider, actor, "closure.add", outlet, None, closure=closure.public_id)
    return closure


@transaction.atomic
def remove_closure(*, closure: Closure, actor: str) -> None:
    """Open the outlet again in that period. When it is gone already, nothing happens."""
    provider = lock_provider(closure.outlet.provider_id)
    deleted, _ = Closure.objects.filter(pk=closure.pk).delete()
    if deleted:
        _tell(provider, actor, "closure.remove", closure.outlet, None, closure=closure.public_id)


@transaction.atomic
def add_time_off(
    *, staff: StaffMember, start: datetime, end: datetime, actor: str, reason: str = ""
) -> TimeOff:
    """The person works nowhere from `start` until `end` (aware instants). Bookings already made stay.

    Raises PeriodInvalid, PeriodOverlap, TextInvalid, IsArchived.
    """
    reason = checks.text(reason, field="reason", longest=120, needed=False)
    provider = lock_provider(staff.provider_id)
    if StaffMember.objects.filter(pk=staff.pk, archived_at__isnull=False).exists():
        raise IsArchived
    period = _period(start, end)
    if TimeOff.objects.filter(staff=staff, period__overlap=period).exists():
        raise PeriodOverlap
    time_off = TimeOff.objects.create(staff=staff, period=period, reason=reason)
    _tell(provider, actor, "time_off.add", None, staff, time_off=time_off.public_id)
    return time_off


@transaction.atomic
def remove_time_off(*, time_off: TimeOff, actor: str) -> None:
    """The person works again in that period. When it is gone already, nothing happens."""
    provider = lock_provider(time_off.staff.provider_id)
    deleted, _ = TimeOff.objects.filter(pk=time_off.pk).delete()
    if deleted:
        _tell(provider, actor, "time_off.remove", None, time_off.staff, time_off=time_off.public_id)


def _check_place(outlet: Outlet, staff: StaffMember | None) -> None:
    if Outlet.objects.filter(pk=outlet.pk, archived_at__isnull=False).exists():
        raise IsArchived
    if staff is None:
        return
    if staff.archived_at:
        raise IsArchived
    if not staff.assignments.filter(outlet=outlet).exists():
        raise NotAtOutlet


def _period(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    if start.tzinfo is None or end.tzinfo is None:
        raise PeriodInvalid
    known = checks.EARLIEST.year <= start.year < checks.LATEST.year
    if not known or not start < end <= start + LONGEST_PERIOD:
        raise PeriodInvalid
    return start, end


def _tell(
    provider: Provider,
    actor: str,
    action: str,
    outlet: Outlet | None,
    staff: StaffMember | None,
    **data: Any,
) -> None:
    """One event per outlet concerned: the one named, or all at which the person works."""
    of, of_id = ("staff", staff.public_id) if staff else ("outlet", outlet.public_id if outlet else "")
    outlets = [outlet] if outlet else list(staff.outlets.all()) if staff else []
    tell(
        provider,
        type=events.HOURS_CHANGED,
        actor=actor,
        action=action,
        of=of,
        of_id=of_id,
        outlets=outlets,
        **data,
    )
