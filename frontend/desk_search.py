"""The desk's one box: providers, people, bookings, payments and reviews by reference, name, phone and e-mail."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.find import Wanted, find_customers, find_users
from accounts.models import Customer, User
from bookings.models import Booking
from common.lookups import containing
from payments.models import Payment
from providers.models import Provider, StaffMember
from reviews.models import Review

# Of each kind, at most; who wants more types more.
MOST = 10


@dataclass(slots=True)
class Found:
    """What fits, the newest first, at most MOST of each."""

    providers: list[Provider] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    staff: list[StaffMember] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind there are, where there are any."""
        return {name: len(rows) for name in self.__slots__ if (rows := getattr(self, name))}

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)


def search(asked: Wanted) -> Found:
    """Look everywhere: seven queries, each bounded, whatever there is."""
    if not asked.text:
        return Found()
    found = Found(
        providers=_providers(asked),
        users=find_users(asked, most=MOST),
        customers=find_customers(asked, most=MOST),
        staff=_staff(asked),
    )
    found.bookings = _bookings(asked, found.customers)
    refs = {asked.text, *(booking.ref for booking in found.bookings)}
    payments = Q(public_id=asked.text) | Q(gateway_ref=asked.text) | Q(booking_ref__in=refs)
    found.payments = list(Payment.objects.filter(payments).order_by("-pk")[:MOST])
    reviews = Q(public_id=asked.text) | Q(booking__ref__in=refs)
    found.reviews = list(
        Review.objects.filter(reviews).select_related("outlet", "booking").order_by("-pk")[:MOST]
    )
    return found


def _providers(asked: Wanted) -> list[Provider]:
    rows: Any = Q(public_id=asked.text) | Q(email__iexact=asked.text)
    if asked.phone:
        rows |= Q(phone=asked.phone)
    if asked.is_word:
        rows |= Q(name__ilike=containing(asked.text))
    return list(Provider.objects.filter(rows).order_by("-pk")[:MOST])


def _staff(asked: Wanted) -> list[StaffMember]:
    rows: Any = Q(public_id=asked.text)
    if asked.is_word:
        rows |= Q(name__ilike=containing(asked.text))
    return list(StaffMember.objects.filter(rows).select_related("provider").order_by("-pk")[:MOST])


def _bookings(asked: Wanted, customers: list[Customer]) -> list[Booking]:
    rows = Q(ref=asked.text) | Q(customer__in=[customer.pk for customer in customers])
    found = Booking.objects.filter(rows).select_related("outlet__provider", "customer")
    return list(found.order_by("-starts_at", "-pk")[:MOST])
