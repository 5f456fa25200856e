"""Who a hold is for, and how many holds one may have open."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from accounts import services as accounts
from accounts.models import Customer
from accounts.principals import Principal
from bookings.errors import TooManyHolds
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import Access
from common import clock
from common.locks import lock_named

OPEN_HOLDS_PER_CONTACT = 2


@dataclass(frozen=True, slots=True)
class Contact:
    """Who it is for."""

    name: str
    email: str | None = None
    phone: str | None = None


def customer_of(
    principal: Principal, contact: Contact | None, language: str, *, is_member: bool, region: str
) -> Customer | None:
    """Who is served: the signed-in user, or whom staff or a guest name; None while a guest has not said."""
    if principal.user and not is_member:
        return accounts.main_customer(user=principal.user)
    if contact is None:
        return None
    customer = accounts.guest_customer(
        name=contact.name, email=contact.email, phone=contact.phone, language=language, region=region
    )
    if is_member:
        accounts.join_by_phone(customer)
    return customer


def customer_for_details(access: Access, contact: Contact, language: str) -> Customer:
    """Who signs in books as themselves, also what they held as a guest; a guest is written down, or corrected.

    A customer who has a user stays what they are.
    """
    customer, user = access.booking.customer, access.principal.user
    if customer and customer.user_id:
        return customer
    if user and access.is_customer and not access.is_staff:
        return accounts.main_customer(user=user)
    region = access.booking.outlet.country
    if customer:
        return accounts.correct_guest(
            customer=customer, name=contact.name, email=contact.email, phone=contact.phone, region=region
        )
    return accounts.guest_customer(
        name=contact.name, email=contact.email, phone=contact.phone, language=language, region=region
    )


def refuse_hoarding(*, customer: Customer | None, held_from: str, besides: int | None = None) -> None:
    """Two open holds per contact, HOLDS_PER_ADDRESS per guest's network address. Raises TooManyHolds.

    What was offered to them from the waitlist they did not take: it does not count.
    """
    open_holds = Booking.objects.filter(
        status=states.HELD, hold_expires_at__gt=clock.DatabaseNow(), wait_offer__isnull=True
    ).exclude(pk__in=[besides] if besides else [])
    # Locked, for two requests at once would each count one too few.
    if customer:
        same = Q(customer=customer)
        if customer.user_id:
            same |= Q(customer__user_id=customer.user_id)
        if customer.email:
            same |= Q(customer__email__iexact=customer.email)
        if customer.phone:
            same |= Q(customer__phone=customer.phone)
        names = (customer.user_id, customer.email, customer.phone)
        for name in sorted(str(name) for name in names if name):
            lock_named("open-holds", name)
        if open_holds.filter(same).count() >= OPEN_HOLDS_PER_CONTACT:
            raise TooManyHolds
    if held_from and settings.HOLDS_PER_ADDRESS:
        lock_named("open-holds-from", held_from)
        if open_holds.filter(held_from=held_from).count() >= settings.HOLDS_PER_ADDRESS:
            raise TooManyHolds
