"""What of its visits waits for somebody of a business, and who is next today.

`person` (primary key of a staff member) keeps to what this person does; None is all of it, for who leads the business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from bookings.enums import ObjectionState, PriceChangeState, QueueState, Side, Source
from bookings.models import Booking, BookingItem, Objection, PriceChange, QueueEntry
from bookings.models.objections import ObjectionStatement
from bookings.rules import states
from bookings.selectors import fit
from providers.models import Outlet, Provider

SHOWS = ("items__staff", "items__helpers")
# They have begun or are to begin: until somebody says how it went the day is not over.
UNMARKED = (states.CONFIRMED, states.ON_THE_WAY, states.CHECKED_IN, states.STARTED)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A visit ahead that no longer fits the business, with what is wrong (the words of `fit`)."""

    booking: Booking
    why: list[str]


def day_at(outlets: Iterable[Outlet], now: datetime) -> QuerySet[Booking]:
    """The visits of the local day that it is at each of these outlets, in order, with who and what. Three queries."""
    days = Q(pk__in=[])
    for outlet in outlets:
        today = now.astimezone(outlet.zone).date()
        start, end = (
            datetime.combine(each, time(), tzinfo=outlet.zone) for each in (today, today + timedelta(days=1))
        )
        days |= Q(outlet=outlet, starts_at__gte=start, starts_at__lt=end)
    never = [states.EXPIRED, states.DECLINED, states.HELD, states.REQUESTED, states.CANCELLED]
    return _shown(Booking.objects.filter(days).exclude(status__in=never)).order_by("starts_at", "pk")


@dataclass(frozen=True, slots=True)
class InQueue:
    """How many places of an outlet's walk-in queue wait to be called, and since when the first of them does."""

    outlet: Outlet
    count: int
    since: datetime


def queues_of(provider: Provider, now: datetime) -> list[InQueue]:
    """The outlets in whose queue somebody waits, who has waited longest first. Two queries."""
    rows = (
        QueueEntry.objects.filter(outlet__provider=provider, state=QueueState.WAITING, closes_at__gt=now)
        .order_by()
        .values_list("outlet")
        .annotate(count=Count("pk"), since=Min("joined_at"))
        .order_by("since", "outlet")
    )
    found = list(rows)
    shops = Outlet.objects.in_bulk([pk for pk, _, _ in found])
    return [InQueue(shops[pk], count, since) for pk, count, since in found]


def unmarked(provider: Provider, person: int | None, now: datetime) -> QuerySet[Booking]:
    """The visits that should be over and of which nobody said how they went, the oldest first."""
    return _shown(_whose(provider, person).filter(status__in=UNMARKED, ends_at__lte=now)).order_by(
        "ends_at", "pk"
    )


def unread_by_business(provider: Provider, person: int | None) -> QuerySet[Booking]:
    """The visits with messages of the customer that nobody of the business has seen: how many is `unread`."""
    not_seen = Q(messages__by_customer=True, messages__read_at__isnull=True)
    rows = _whose(provider, person).annotate(unread=Count("messages", filter=not_seen)).filter(unread__gt=0)
    return _shown(rows).order_by("starts_at", "pk")


def unanswered_objections(provider: Provider, person: int | None) -> QuerySet[Objection]:
    """What customers have against a visit and the business has not said its side of, what is due first at the top."""
    said = ObjectionStatement.objects.filter(objection=OuterRef("pk"), by=Side.PROVIDER)
    return (
        Objection.objects.filter(
            ~Exists(said),
            state=ObjectionState.OPEN,
            by=Side.CUSTOMER,
            booking__in=_whose(provider, person).filter(objection_open=True),
        )
        .select_related("booking__customer", "booking__outlet")
        .prefetch_related("booking__items")
        .order_by("answer_by", "pk")
    )


def open_price_changes(provider: Provider, person: int | None) -> QuerySet[PriceChange]:
    """The prices that wait for a customer's answer, the oldest first."""
    return (
        PriceChange.objects.filter(state=PriceChangeState.OPEN, booking__in=_whose(provider, person))
        .select_related("booking__customer", "booking__outlet")
        .order_by("asked_at", "pk")
    )


def misfits_of(provider: Provider) -> list[Misfit]:
    """The visits ahead that no longer fit, the next first. Fourteen queries at most.

    What a member put outside the hours was meant so, and that nobody signs in as the person hinders no visit.
    """
    wrong = {ref: words - {fit.NOBODY} for ref, words in fit.misfits(provider.pk).items()}
    wrong = {ref: words for ref, words in wrong.items() if words}
    rows = _shown(Booking.objects.filter(ref__in=wrong)).order_by("starts_at", "pk") if wrong else ()
    by_member = (Source.PHONE, Source.WALK_IN)
    return [
        Misfit(row, sorted(wrong[row.ref]))
        for row in rows
        if row.status != states.HELD and not (row.source in by_member and wrong[row.ref] == {fit.HOURS})
    ]


def _whose(provider: Provider, person: int | None) -> QuerySet[Booking]:
    rows = Booking.objects.filter(outlet__provider=provider)
    if person is None:
        return rows
    does = BookingItem.objects.filter(booking=OuterRef("pk")).filter(Q(staff=person) | Q(helpers=person))
    return rows.filter(Exists(does))


def _shown(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    return rows.select_related("customer", "outlet__provider").prefetch_related(*SHOWS)
