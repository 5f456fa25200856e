"""What people change about themselves."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.enums import ConsentSource
from accounts.errors import EmailInvalid, LanguageUnknown, NameMissing, PhoneTaken
from accounts.models import Customer, User
from accounts.services.consents import accept_terms
from accounts.services.contacts import clean_email, clean_phone
from accounts.services.customers import join_customers, main_customer
from common import audit
from common.actors import user_actor


def set_language(*, user: User, language: str) -> None:
    """Remember the language (a code of LANGUAGES) for pages and mails. Raises LanguageUnknown."""
    if language not in dict(settings.LANGUAGES):
        raise LanguageUnknown(field="language")
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(language=language)
        Customer.objects.filter(user=user, is_main=True).update(language=language)
    user.language = language


def update_profile(*, user: User, name: str, phone: str, language: str) -> Customer:
    """Change the name, the number to reach them at, and the language; answers the user's main customer.

    The number goes to the customer, where providers read it. The user's own `phone` is one that they have verified
    (`verify_phone`): otherwise anyone could take another person's.
    Raises NameMissing, PhoneInvalid, LanguageUnknown.
    """
    name = name.strip()[:120]
    if not name:
        raise NameMissing(field="name")
    number = clean_phone(phone)
    with transaction.atomic():
        set_language(user=user, language=language)
        User.objects.filter(pk=user.pk).update(name=name)
        user.name = name
        customer = main_customer(user=user)
        customer.name, customer.phone, customer.language = name, number, language
        customer.save(update_fields=["name", "phone", "language"])
        return customer


def verify_phone(*, user: User, phone: str) -> list[Customer]:
    """The number (E.164) is the user's: they typed the code that was sent there. What shops wrote down for it joins
    their account; answers those customers.

    A number that they had before is theirs no longer; what joined by it stays. Raises PhoneTaken.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                User.objects.filter(pk=user.pk).update(phone=phone)
        except IntegrityError:
            raise PhoneTaken from None
        user.phone = phone
        main_customer(user=user)
        Customer.objects.filter(user=user, is_main=True, phone__isnull=True).update(phone=phone)
        _note_phone(user, "user.phone_verified")
        return join_customers(user=user, phones=[phone])


def forget_phone(*, user: User) -> None:
    """The user has no verified number from now on: what shops write down for it joins nobody. Again is no harm."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, phone__isnull=False, email__isnull=False).update(phone=None):
            _note_phone(user, "user.phone_removed")
    user.refresh_from_db(fields=["phone"])


def _note_phone(user: User, action: str) -> None:
    audit.record(
        actor=user_actor(user.public_id), action=action, object_type="user", object_id=user.public_id
    )


@transaction.atomic
def open_account(*, email: str, name: str, language: str) -> User:
    """The account of this address, made if there is none: whoever reads its mail signs in by code.

    Beside the button stood what making it agrees to. Raises EmailInvalid.
    """
    address = clean_email(email)
    if address is None:
        raise EmailInvalid(field="email")
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(
            email=address,
            name=name.strip()[:120],
            language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        )
        accept_terms(customer=main_customer(user=user), source=ConsentSource.SIGNUP)
    return user


def follow_email(*, user: User) -> None:
    """Let the main customer carry the user's present e-mail, once it has changed."""
    Customer.objects.filter(user=user, is_main=True).update(email=user.email)


def vouch_for_email(*, user: User) -> None:
    """Mark the user's e-mail as verified: whoever made the account knows it is theirs (demo, operators)."""
    if user.email:
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
