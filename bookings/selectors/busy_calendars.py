"""Whose calendars take open time, and which visits were booked into their times before."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count, Q, QuerySet

from accounts.principals import Principal
from bookings.models import BusyCalendar, BusyTime
from bookings.selectors.feeds import may_read
from common import clock
from common.errors import NotAllowed, NotFound
from common.spans import Span, merge
from providers.models import Outlet, StaffMember
from providers.selectors.access import READ, access_membership, access_staff

# Live visits and sessions of a person that a time from outside overlaps, from now on.
CONFLICTS = """
SELECT DISTINCT coalesce(b.ref, ''), coalesce(s.public_id, ''), coalesce(i.name, v.name), lower(a.period), o.timezone
  FROM bookings_busytime t
  JOIN bookings_allocation a ON a.staff_id = t.staff_id AND a.live AND a.period && t.period
  LEFT JOIN bookings_bookingitem i ON i.id = a.item_id
  LEFT JOIN bookings_booking b ON b.id = i.booking_id
  LEFT JOIN bookings_groupsession s ON s.id = a.session_id
  LEFT JOIN providers_service v ON v.id = s.service_id
  JOIN providers_outlet o ON o.id = coalesce(b.outlet_id, s.outlet_id)
 WHERE t.staff_id = %s AND upper(a.period) > %s AND coalesce(b.status, '') NOT IN ('held', 'expired')
 ORDER BY 4 LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A visit (`ref`) or a group session (`session`, its public id) at a time that is taken outside: it stays. Its
    start, buffers included, is told in its outlet's zone."""

    ref: str
    session: str
    name: str
    start: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """When somebody has something in a calendar of another program; `all_day` when that is all of what was asked."""

    name: str
    span: Span
    all_day: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How many calendars of other programs somebody has, and how many of them could not be read the last time."""

    calendars: int
    failing: int


def access_person(principal: Principal, staff: str, *, scope: str = READ) -> StaffMember:
    """The person (public id), for themselves and managers. Raises NotSignedIn, NotFound, NotAllowed."""
    person = access_staff(principal, staff, scope=scope)
    if not may_read(access_membership(principal, person.provider.public_id), person):
        raise NotAllowed
    return person


def access_busy_calendar(principal: Principal, calendar: str, *, scope: str = READ) -> BusyCalendar:
    """The calendar (public id) with its person, guarded as `access_person`."""
    found = (
        BusyCalendar.objects.select_related("staff__provider")
        .filter(public_id="" if "\x00" in calendar else calendar)
        .first()
    )
    principal.require_user()
    principal.require_scope(scope)
    if found is None:
        raise NotFound
    access_person(principal, found.staff.public_id, scope=scope)
    return found


def calendars_of(person: StaffMember) -> QuerySet[BusyCalendar]:
    """The person's, the oldest first, without what stands in them."""
    return BusyCalendar.objects.filter(staff=person).defer("content").order_by("pk")


def standing_of(people: Iterable[StaffMember]) -> dict[int, Standing]:
    """How many calendars each of these people (by primary key) has, and how many of them cannot be read now."""
    counted = BusyCalendar.objects.filter(staff__in=list(people)).values("staff")
    counted = counted.annotate(all=Count("pk"), failing=Count("pk", filter=~Q(failure="")))
    return {row["staff"]: Standing(row["all"], row["failing"]) for row in counted.order_by()}


def taken_elsewhere(staff: Iterable[int], window: Span) -> dict[int, list[Span]]:
    """What calendars of other programs take from each of these people (primary keys) within `window`, merged."""
    found: dict[int, list[Span]] = defaultdict(list)
    rows = BusyTime.objects.filter(staff__in=list(staff), period__overlap=DateTimeTZRange(*window))
    for pk, period in rows.values_list("staff_id", "period"):
        found[pk].append(Span(max(period.lower, window.start), min(period.upper, window.end)))
    return {pk: merge(spans) for pk, spans in found.items()}


def elsewhere_at(outlets: Iterable[Outlet], window: Span) -> list[Elsewhere]:
    """What calendars of other programs take within `window` from who works at any of these outlets, in order of time.
    Two queries."""
    people = StaffMember.objects.filter(assignments__outlet__in=list(outlets), archived_at__isnull=True)
    names = dict(people.values_list("pk", "name"))
    found = taken_elsewhere(names, window) if names else {}
    rows = [Elsewhere(names[pk], span, span == window) for pk, spans in found.items() for span in spans]
    return sorted(rows, key=lambda each: (each.span, each.name))


def conflicts_of(person: StaffMember) -> list[Conflict]:
    """What is booked with the person at times that are taken outside, soonest first, the first hundred."""
    with connection.cursor() as cursor:
        cursor.execute(CONFLICTS, [person.pk, clock.now()])
        return [Conflict(*row) for row in cursor.fetchall()]
