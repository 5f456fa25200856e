"""Reads of bookings for lists and live pages."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from accounts.principals import Principal
from bookings.enums import ObjectionState
from bookings.models import Booking, Objection
from bookings.rules import states
from common.models import Event
from providers.models import Outlet, Provider

# What lines of a day and of a roster show of each visit.
DETAILS = (
    "items__staff__photo",
    "items__helpers",
    "items__service",
    "items__session",
    "items__allocations__resource",
    "objections__statements",
    "price_changes__item",
)
# Not worth a line in anybody's day: they never became a visit.
_NEVER_WAS = [states.EXPIRED, states.DECLINED]


def bookings_of(principal: Principal) -> QuerySet[Booking]:
    """The caller's own bookings, for lists, without holds that ended.

    A user's, their joined guest bookings included; for a guest, those that the capabilities they carry open.
    """
    mine = Q(accesses__token_hash__in=principal.capabilities, accesses__revoked_at__isnull=True)
    if principal.user:
        mine = Q(customer__user=principal.user)
    return (
        Booking.objects.filter(pk__in=Booking.objects.filter(mine).values("pk"))
        .exclude(status=states.EXPIRED)
        .select_related("outlet__provider", "customer")
        .prefetch_related(
            "items__staff__photo",
            "items__helpers",
            "items__service",
            "items__session",
            "objections__statements",
            "price_changes__item",
        )
    )


def upcoming(mine: QuerySet[Booking], now: datetime) -> QuerySet[Booking]:
    """Those of `bookings_of` that are still to end, soonest first, holds included."""
    return mine.filter(_ahead(now)).order_by("starts_at", "pk")


def past(mine: QuerySet[Booking], now: datetime) -> QuerySet[Booking]:
    """Those of `bookings_of` that are over or were given up, newest first."""
    return mine.exclude(_ahead(now)).order_by("-starts_at", "-pk")


def _ahead(now: datetime) -> Q:
    over = [states.CANCELLED, states.NO_SHOW, states.CLOSED, states.DECLINED]
    return Q(ends_at__gt=now) & ~Q(status__in=over) | Q(status=states.COMPLETED)


def day_of(outlet: Outlet, day: date) -> QuerySet[Booking]:
    """The visits that start on a local `day` of the outlet, in order, with who and what; without expired holds."""
    return days_of(outlet, day, 1)


def days_of(outlet: Outlet, first: date, days: int) -> QuerySet[Booking]:
    """The same of so many days, from the local day `first`."""
    start = datetime.combine(first, time(), tzinfo=outlet.zone)
    end = datetime.combine(first + timedelta(days=days), time(), tzinfo=outlet.zone)
    return (
        Booking.objects.filter(outlet=outlet, starts_at__gte=start, starts_at__lt=end)
        .exclude(status__in=_NEVER_WAS)
        .exclude(status=states.CANCELLED, confirmed_at__isnull=True)
        .select_related("customer", "outlet__provider")
        .prefetch_related(*DETAILS)
        .order_by("starts_at", "pk")
    )


def requests_of(provider: Provider) -> QuerySet[Booking]:
    """What the business has still to accept or decline, the most urgent first, with who and what."""
    return (
        Booking.objects.filter(outlet__provider=provider, status=states.REQUESTED)
        .select_related("customer", "outlet__provider")
        .prefetch_related("items__staff", "items__helpers", "items__service", "items__session")
        .order_by("accept_by", "pk")
    )


def open_objections() -> QuerySet[Objection]:
    """What operators have still to decide, the oldest first, with the visit."""
    return (
        Objection.objects.filter(state=ObjectionState.OPEN)
        .select_related("booking__outlet__provider", "booking__customer")
        .prefetch_related("booking__items__staff", "booking__items__helpers", "statements")
        .order_by("opened_at", "pk")
    )


def objection_for_desk(public_id: str) -> Objection | None:
    """One objection with its visit and what was said, for an operator."""
    return (
        Objection.objects.filter(public_id=public_id)
        .select_related("booking__outlet__provider", "booking__customer")
        .prefetch_related("booking__items__staff", "booking__items__helpers", "statements")
        .first()
    )


def events_after(ref: str, seq: int) -> QuerySet[Event]:
    """What happened to a booking after event number `seq`, in order."""
    return Event.objects.filter(subject_type="booking", subject_id=ref, seq__gt=seq).order_by("seq")
