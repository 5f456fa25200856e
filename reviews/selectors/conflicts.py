"""Who belongs to a business, or did when somebody was served, by account, e-mail or phone."""

from allauth.account.models import EmailAddress
from django.db.models import Q

from accounts.models import Customer, User
from accounts.principals import Principal
from bookings.models import Booking
from providers.models import Membership, PastMembership


def is_connected(principal: Principal, booking: Booking) -> bool:
    """Whether the caller, or the customer that the visit was for, belongs to its business or did at its start.

    By account, or because the customer row carries an e-mail or phone of a member: the one they sign in with, or
    another that they have verified. Nobody belongs to a business unless they accepted. At most four queries.
    """
    people = _people(principal, booking.customer)
    provider_id = booking.outlet.provider_id
    return bool(people) and (
        Membership.objects.filter(provider_id=provider_id, user_id__in=people).exists()
        or PastMembership.objects.filter(
            provider_id=provider_id,
            user_id__in=people,
            since__lte=booking.starts_at,
            until__gt=booking.starts_at,
        ).exists()
    )


def _people(principal: Principal, customer: Customer | None) -> set[int]:
    """The users (primary keys) that the caller and the customer are."""
    people = {principal.user.pk} if principal.user else set()
    if customer is None:
        return people
    same = Q(pk=customer.user_id or 0)
    if customer.email:
        same |= Q(email__iexact=customer.email)
    if customer.phone:
        same |= Q(phone=customer.phone)
    people |= set(User.objects.filter(same).values_list("pk", flat=True))
    if customer.email:
        verified = EmailAddress.objects.filter(email__iexact=customer.email, verified=True)
        people |= set(verified.values_list("user_id", flat=True))
    return people
