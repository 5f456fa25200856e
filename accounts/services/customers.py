"""Customers: who is served. A guest's are their own until the address, or the number, that they gave is verified."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from accounts.models import Customer, User
from accounts.services.contacts import clean_email, clean_phone
from common import audit, clock
from common.actors import user_actor
from common.errors import NotAllowed
from common.events import publish
from common.models import Event


def main_customer(*, user: User) -> Customer:
    """The customer that a signed-in user books as; made at the first call."""
    customer, _ = Customer.objects.get_or_create(
        user=user,
        is_main=True,
        defaults={
            "name": user.name,
            "email": user.email,
            "phone": user.phone,
            "language": user.language,
        },
    )
    return customer


def guest_customer(
    *,
    name: str,
    email: str | None = None,
    phone: str | None = None,
    language: str = "en",
    region: str | None = None,
) -> Customer:
    """A new customer for one guest's booking, or for a walk-in.

    Always a new one: whoever types another person's address must not see their bookings. A number without a country
    code is read as people of `region` (ISO 3166-1; the site's own by default) dial it. Raises EmailInvalid,
    PhoneInvalid.
    """
    return Customer.objects.create(
        name=name.strip()[:120],
        email=clean_email(email),
        phone=clean_phone(phone, region=region),
        language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
    )


def correct_guest(
    *,
    customer: Customer,
    name: str,
    email: str | None = None,
    phone: str | None = None,
    region: str | None = None,
) -> Customer:
    """Write what a guest says about themselves now over what they said before.

    A customer who has joined a user stays as they are. `region` as above. Raises EmailInvalid, PhoneInvalid.
    """
    values = {
        "name": name.strip()[:120],
        "email": clean_email(email),
        "phone": clean_phone(phone, region=region),
    }
    changed = Customer.objects.filter(pk=customer.pk, user__isnull=True, erased_at__isnull=True).update(
        **values
    )
    if changed:
        for field, value in values.items():
            setattr(customer, field, value)
    return customer


def join_customers(*, user: User, emails: Iterable[str] = (), phones: Iterable[str] = ()) -> list[Customer]:
    """Give `user` the guests who gave exactly these addresses. The caller has verified every one of them.

    A number joins who gave no e-mail: with one, it is for whoever reads its mail to say that they are the guest. Each
    customer joins once, with an audit row and the event `customer.joined`. Answers those who did now.
    """
    same = Q(pk__in=[])
    for email in emails:
        same |= Q(email__iexact=email)
    for phone in phones:
        same |= Q(phone=phone, email__isnull=True)
    with transaction.atomic():
        guests = list(
            Customer.objects.select_for_update()
            .filter(same, user__isnull=True, erased_at__isnull=True)
            .order_by("pk")
        )
        for customer in guests:
            customer.joined_at = clock.now()
            _join(customer, user)
    return guests


def join_by_phone(customer: Customer) -> None:
    """Whom a shop wrote down just now by a number alone is the account that has verified it.

    In the transaction that made the customer; theirs from the first, it has no `joined_at`.
    """
    if customer.phone and not customer.email and not customer.user_id:
        user = User.objects.filter(phone=customer.phone, is_active=True).first()
        if user is not None:
            _join(customer, user)


def part_from_user(*, customer: Customer, user: User) -> None:
    """The user says that what a shop wrote down for their number is not theirs: it leaves their account, and the number
    leaves it, which was wrong. Raises NotAllowed for what did not come by a number alone.
    """
    with transaction.atomic():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        if locked.user_id != user.pk or locked.is_main or locked.email:
            raise NotAllowed
        locked.user = locked.phone = locked.joined_at = None
        locked.save(update_fields=["user", "phone", "joined_at"])
        _tell(locked, "customer.parted", user, {})


def _join(customer: Customer, user: User) -> None:
    customer.user = user
    customer.save(update_fields=["user", "joined_at"])
    _tell(customer, "customer.joined", user, {"by": "email" if customer.email else "phone"})


def _tell(customer: Customer, event: str, user: User, more: dict[str, Any]) -> None:
    """The audit row and the event of the locked customer."""
    actor, id = user_actor(user.public_id), customer.public_id
    payload: dict[str, Any] = {"user": user.public_id, **more}
    audit.record(actor=actor, action=event, object_type="customer", object_id=id, **payload)
    told = Event.objects.filter(subject_type="customer", subject_id=id)
    seq = (told.aggregate(last=Max("seq"))["last"] or 0) + 1
    publish(subject_type="customer", subject_id=id, seq=seq, type=event, actor=actor, payload=payload)
