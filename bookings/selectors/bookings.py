"""Reads of bookings for lists and live pages."""

from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from accounts.models import User
from bookings.models import Booking
from bookings.rules import states
from common.models import Event
from providers.models import Outlet

# Not worth a line in anybody's day: they never became a visit.
_NEVER_WAS = [states.EXPIRED, states.DECLINED]


def bookings_of(user: User) -> QuerySet[Booking]:
    """A user's own bookings, their joined guest bookings included, for lists: without those that just expired."""
    return (
        Booking.objects.filter(customer__user=user)
        .exclude(status__in=_NEVER_WAS)
        .select_related("outlet__provider", "customer")
        .prefetch_related("items__staff", "items__service")
    )


def upcoming(user: User, now: datetime) -> QuerySet[Booking]:
    """The user's visits that are still to end, soonest first, holds included."""
    return (
        bookings_of(user)
        .filter(ends_at__gt=now)
        .exclude(status__in=[states.CANCELLED, states.NO_SHOW, states.CLOSED])
        .order_by("starts_at", "pk")
    )


def past(user: User, now: datetime) -> QuerySet[Booking]:
    """The user's visits that are over or were given up, newest first."""
    live = upcoming(user, now).values("pk")
    return bookings_of(user).exclude(pk__in=live).order_by("-starts_at", "-pk")


def day_of(outlet: Outlet, day: date) -> QuerySet[Booking]:
    """The visits that start on a local `day` of the outlet, in order, with who and what; without expired holds."""
    start = datetime.combine(day, time(), tzinfo=outlet.zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=outlet.zone)
    return (
        Booking.objects.filter(outlet=outlet, starts_at__gte=start, starts_at__lt=end)
        .exclude(status__in=_NEVER_WAS)
        .exclude(status=states.CANCELLED, confirmed_at__isnull=True)
        .select_related("customer", "outlet__provider")
        .prefetch_related("items__staff", "items__service", "items__allocations__resource")
        .order_by("starts_at", "pk")
    )


def events_after(ref: str, seq: int) -> QuerySet[Event]:
    """What happened to a booking after event number `seq`, in order."""
    return Event.objects.filter(subject_type="booking", subject_id=ref, seq__gt=seq).order_by("seq")
