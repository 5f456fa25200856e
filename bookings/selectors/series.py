"""Reads of series: which of a rule's dates are free and what is near those that are not, and whose series it is."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.principals import Principal
from bookings.enums import DateTrouble
from bookings.errors import SeriesNotPossible
from bookings.models import Booking, BookingSeries, SeriesVisit
from bookings.rules import states
from bookings.rules.grid import DAY, midnight
from bookings.rules.series import Rule, RuleUnknown, days_of, instant
from bookings.selectors.access import Access, as_member
from bookings.selectors.slots import ItemRequest, offerings_of, slots_for
from common import clock
from common.errors import NotFound
from geo.rules.positions import Position
from geo.selectors import position_of
from payments.rules.policy import due_beforehand
from payments.selectors import policy_for
from providers.models import Membership, Offering

# What is free instead is looked for on so many days before and after.
AROUND = 3 * DAY
MOST_ALTERNATIVES = 3
# Slots are listed for at most 62 days at a time.
_PART = 60 * DAY


@dataclass(frozen=True, slots=True)
class Tried:
    """One date of a series: when it would be (None: the clocks skip that time), why it cannot be (None: it is free),
    and the free starts nearest to it, in order of time."""

    day: date
    start: datetime | None
    trouble: DateTrouble | None
    alternatives: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class SeriesAccess:
    """A series and what its caller is to it: its customer, or a member of the business."""

    series: BookingSeries
    principal: Principal
    is_customer: bool
    is_staff: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a series: the rule's day that it was booked for, and what the caller is to the booking."""

    day: date
    access: Access

    @property
    def booking(self) -> Booking:
        return self.access.booking

    @property
    def is_ahead(self) -> bool:
        """Whether it is still to take place."""
        return self.booking.status in states.LIVE and self.booking.starts_at > clock.now()


def sold_in_series(outlet: str, service: str) -> Offering:
    """What may recur: a service of an outlet (public ids) that is no group's. Raises NotFound, NotOffered,
    SeriesNotPossible."""
    [offering] = offerings_of(outlet, [ItemRequest(service)])
    if offering.service.capacity > 1:
        raise SeriesNotPossible
    return offering


def asked_first(offering: Offering, *, total: int) -> int:
    """How much of `total` (minor units) the terms ask for before a visit counts. A series is booked at once, and each
    visit paid when it is done, so what asks for more than nothing is not sold in series to customers."""
    return due_beforehand(policy_for(offering.service, total=total), total)


def dates_of(rule: Rule, first_day: date) -> list[date]:
    """The rule's days. Raises SeriesNotPossible."""
    try:
        return days_of(rule, first_day)
    except RuleUnknown as error:
        raise SeriesNotPossible from error


def tried(
    *,
    outlet: str,
    item: ItemRequest,
    rule: Rule,
    first_day: date,
    at: time,
    where: Position | None = None,
) -> list[Tried]:
    """Each date of the rule, tried against the times that customers may choose now. `at` is the outlet's wall clock;
    `where` a home visit goes. Raises SeriesNotPossible, NotFound, NotOffered, StaffNotAble, OptionUnknown.
    """
    offering = sold_in_series(outlet, item.service)
    zone = offering.outlet.zone
    days = dates_of(rule, first_day)
    first = max(midnight(zone, days[0]) - AROUND, clock.now())
    last = midnight(zone, days[-1] + DAY) + AROUND
    furthest = clock.now() + timedelta(days=offering.outlet.window_days)
    free: list[datetime] = []
    while first < min(last, furthest + DAY):
        end = min(first + _PART, last)
        found = slots_for(outlet=outlet, items=[item], start=first, end=end, where=where).slots
        free += [slot.start for slot in found]
        first = end
    return [_tried(day, at, free, zone, furthest) for day in days]


def _tried(day: date, at: time, free: Sequence[datetime], zone: ZoneInfo, furthest: datetime) -> Tried:
    start = instant(day, at, zone)
    place = bisect_left(free, start) if start else len(free)
    if start and free[place : place + 1] == [start]:
        return Tried(day, start, None)
    wished = start or midnight(zone, day) + timedelta(hours=at.hour, minutes=at.minute)
    near = nearest(free, wished)
    trouble = DateTrouble.NOT_FREE
    if start is None:
        trouble = DateTrouble.NO_SUCH_TIME
    elif not near and start > furthest:
        trouble = DateTrouble.TOO_FAR
    return Tried(day, start, trouble, near)


def nearest(free: Sequence[datetime], wished: datetime) -> tuple[datetime, ...]:
    """The free starts nearest to `wished`, within AROUND of it, in order of time."""
    near = sorted(
        (start for start in free if abs(start - wished) <= AROUND), key=lambda start: abs(start - wished)
    )
    return tuple(sorted(near[:MOST_ALTERNATIVES]))


def series_for(principal: Principal, series: str) -> SeriesAccess:
    """The series by its public id, for its customer's user and members of the business. Raises NotSignedIn, NotFound
    for everybody else: missing and forbidden look alike."""
    found = None if "\x00" in series else _told().filter(public_id=series).first()
    user = principal.require_user()
    if found is None:
        raise NotFound
    is_customer = found.customer.user_id == user.pk
    is_staff = Membership.objects.filter(user=user, provider_id=found.outlet.provider_id).exists()
    if not (is_customer or is_staff):
        raise NotFound
    return SeriesAccess(found, principal, is_customer, is_staff)


def series_of(principal: Principal) -> QuerySet[BookingSeries]:
    """The series of a signed-in user that still have a visit ahead, the newest first; of anybody else none."""
    if principal.user is None:
        return BookingSeries.objects.none()
    ahead = BookingSeries.objects.filter(
        visits__booking__status__in=states.LIVE, visits__booking__starts_at__gt=clock.now()
    )
    return _told().filter(customer__user=principal.user, pk__in=ahead.values("pk")).order_by("-pk")


def _told() -> QuerySet[BookingSeries]:
    return BookingSeries.objects.select_related("outlet__provider", "service", "staff", "customer__user")


def visits_of(access: SeriesAccess) -> list[Visit]:
    """All visits of the series, in order of time, and what the caller is to each."""
    bookings = list(
        Booking.objects.filter(series_visit__series=access.series)
        .select_related("outlet__provider", "customer")
        .prefetch_related(
            "items__staff__photo",
            "items__helpers",
            "items__service",
            "items__session",
            "objections__statements",
            "price_changes__item",
        )
        .order_by("starts_at", "pk")
    )
    if access.is_staff:
        found = as_member(access.principal, access.series.outlet.provider_id, bookings)
    else:
        found = [Access(booking, access.principal, is_customer=True, role=None) for booking in bookings]
    days = dict(SeriesVisit.objects.filter(series=access.series).values_list("booking_id", "day"))
    return [Visit(days[each.booking.pk], each) for each in found]


def following(visits: Sequence[Visit], ref: str | None) -> list[Visit]:
    """Those of `visits_of` that are still to take place, from the visit `ref` on if it is given. Raises NotFound."""
    start = next((place for place, each in enumerate(visits) if each.booking.ref == ref), None)
    if ref is not None and start is None:
        raise NotFound
    return [each for each in visits[start or 0 :] if each.is_ahead]


def days_between(visits: Sequence[Visit], day: date) -> int:
    """From the first of these visits to a local `day`. Raises SeriesNotPossible when there is none, or when it is a
    week away or more: the visits would meet each other."""
    days = (day - visits[0].booking.local_start.date()).days if visits else 7
    if abs(days) > 6:
        raise SeriesNotPossible
    return days


def free_near(booking: Booking, wished: datetime) -> tuple[datetime, ...]:
    """The starts nearest to `wished` to which a visit could move, as customers choose them. Not in a transaction."""
    items = list(booking.items.all())
    found = slots_for(
        outlet=booking.outlet.public_id,
        items=[
            ItemRequest(
                item.service.public_id,
                tuple(line["option"] for line in item.lines if line["option"]),
                item.staff.public_id if item.staff_was_chosen else None,
                item.guest,
            )
            for item in items
        ],
        start=max(wished - AROUND, clock.now()),
        end=max(wished + AROUND, clock.now() + DAY),
        where=position_of(booking.address_point) if booking.address_point else None,
        besides_booking=booking.pk,
    )
    return nearest([slot.start for slot in found.slots], wished)
