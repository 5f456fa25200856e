"""Who belongs to a business, by account, e-mail or phone."""

from allauth.account.models import EmailAddress
from django.db.models import Q

from accounts.models import Customer, User
from accounts.principals import Principal
from providers.models import Membership


def is_connected(principal: Principal, customer: Customer | None, provider_id: int) -> bool:
    """Whether the caller, or the customer that the visit was for, belongs to the business.

    By account, or because the customer row carries an e-mail or phone of a member: the one they sign in with, or
    another that they have verified. At most three queries.
    """
    members = Membership.objects.filter(provider_id=provider_id)
    accounts = [principal.user.pk] if principal.user else []
    if customer and customer.user_id:
        accounts.append(customer.user_id)
    if members.filter(user_id__in=accounts).exists():
        return True
    if customer is None:
        return False
    same = Q(pk__in=[])
    if customer.email:
        same |= Q(email__iexact=customer.email)
    if customer.phone:
        same |= Q(phone=customer.phone)
    if User.objects.filter(same, memberships__provider_id=provider_id).exists():
        return True
    return bool(
        customer.email
        and EmailAddress.objects.filter(
            email__iexact=customer.email, verified=True, user__memberships__provider_id=provider_id
        ).exists()
    )
