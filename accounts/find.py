"""Finding people for operators: by id, name, e-mail or phone."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.errors import PhoneInvalid
from accounts.models import Customer, User
from accounts.services.contacts import clean_phone
from common.errors import NotFound
from common.lookups import containing


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed into the desk's box: trimmed, and read as a phone number where it is one."""

    text: str
    phone: str | None

    @property
    def is_word(self) -> bool:
        """Whether parts of names are looked for: three signs are what an index needs, two of Chinese say as much."""
        return len(self.text) >= (3 if self.text.isascii() else 2)


def wanted(text: str) -> Wanted:
    """Read what was typed; longer than 100 signs names nothing."""
    text = text.replace("\x00", "").strip()[:100]
    try:
        phone = clean_phone(text) if any(sign.isdigit() for sign in text) else None
    except PhoneInvalid:
        phone = None
    return Wanted(text, phone)


def _named(asked: Wanted) -> Q:
    found = Q(public_id=asked.text)
    if asked.phone:
        found |= Q(phone=asked.phone)
    if asked.is_word:
        found |= Q(name__ilike=containing(asked.text)) | Q(email__ilike=containing(asked.text))
    return found


def find_users(asked: Wanted, *, most: int) -> list[User]:
    """The newest users who fit. One query."""
    return list(User.objects.filter(_named(asked)).order_by("-pk")[:most])


def find_customers(asked: Wanted, *, most: int) -> list[Customer]:
    """The newest customers who fit: guests, walk-ins, users. One query."""
    return list(Customer.objects.filter(_named(asked)).select_related("user").order_by("-pk")[:most])


def user_named(public_id: str) -> User:
    """Raises NotFound."""
    found = User.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def customer_named(public_id: str) -> Customer:
    """Raises NotFound."""
    found = Customer.objects.filter(public_id=public_id).select_related("user").first()
    if found is None:
        raise NotFound
    return found


def names_of(user_ids: set[str]) -> dict[str, str]:
    """Names by public id, for lists that hold ids only. One query."""
    return {user.public_id: str(user) for user in User.objects.filter(public_id__in=user_ids)}
