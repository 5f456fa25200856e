"""E-mail addresses and phone numbers in the form in which they are stored and compared."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from accounts.errors import EmailInvalid, phone_invalid
from accounts.rules.contacts import BadPhone, read_phone

_is_email = EmailValidator()


def clean_email(text: str | None) -> str | None:
    """The address trimmed and in lower case; None when empty. Raises EmailInvalid."""
    email = (text or "").strip().lower()
    if not email:
        return None
    try:
        _is_email(email)
    except ValidationError:
        raise EmailInvalid(field="email") from None
    if len(email) > 254:
        raise EmailInvalid(field="email")
    return email


def clean_phone(text: str | None, *, region: str | None = None) -> str | None:
    """The number as E.164; None when empty. Raises PhoneInvalid, which says what to mend.

    Without a country code it is read as people of `region` (ISO 3166-1; the site's own by default) dial it.
    """
    if not (text or "").strip():
        return None
    answer = read_phone(text or "", region=region or settings.PHONE_REGION)
    if isinstance(answer, BadPhone):
        raise phone_invalid(answer)
    return answer
