"""What people change about themselves."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts.enums import ConsentSource
from accounts.errors import EmailInvalid, LanguageUnknown, NameMissing
from accounts.models import Customer, User
from accounts.services.consents import accept_terms
from accounts.services.contacts import clean_email, clean_phone
from accounts.services.customers import main_customer


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

    The number goes to the customer, where providers read it. The user's own `phone` names who signs in, and
    stays empty until a number can be verified: otherwise anyone could take another person's.
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
