"""What accounts refuses, by name."""

from django.utils.translation import gettext_lazy as _

from accounts.rules.contacts import BadPhone, PhoneFault
from common.errors import DomainError, Text


class EmailInvalid(DomainError):
    """The text is not an e-mail address."""

    code = "email_invalid"
    title = _("This is not an e-mail address.")


class PhoneInvalid(DomainError):
    """The text is not a phone number that can be called; `reason` says why."""

    code = "phone_invalid"
    title = _("This is not a phone number.")


class ScopeUnknown(DomainError):
    """A token was asked for with a scope that does not exist, or with none."""

    code = "scope_unknown"
    title = _("Choose at least one thing that the token may do.")


class NameMissing(DomainError):
    """A person or a token needs a name."""

    code = "name_missing"
    title = _("A name is needed.")


class AddressMissing(DomainError):
    """A saved address needs a line to look up."""

    code = "address_missing"
    title = _("An address is needed.")


class PlateMissing(DomainError):
    """A saved vehicle needs its number plate."""

    code = "plate_missing"
    title = _("A number plate is needed.")


class NoteNotAgreed(DomainError):
    """A note about a person may be about their health: it is kept only when the user says so."""

    code = "note_not_agreed"
    title = _("Tick that we may keep the note and show it to who serves, or leave it empty.")


class SavedFull(DomainError):
    """20 people, 20 addresses and 20 vehicles can be kept."""

    code = "saved_full"
    status = 409
    title = _("20 are kept already. Remove one that you no longer need.")


class LanguageUnknown(DomainError):
    """The language is not one that the site speaks."""

    code = "language_unknown"
    title = _("The site does not speak this language.")


class CsrfFailed(DomainError):
    """A write by the session's cookie came without the CSRF token."""

    code = "csrf_failed"
    status = 403
    title = _("This page has grown old. Load it again and repeat what you did.")


class MailNotSent(DomainError):
    """The mail server did not take a message that the person is waiting for, such as one with a code."""

    code = "mail_not_sent"
    status = 503
    title = _("We could not send you the mail just now. Try again in a minute.")


class PhoneTaken(DomainError):
    """Another account has this number, which both have shown to be theirs."""

    code = "phone_taken"
    status = 409
    title = _("Another account has this number. Sign in there and take it away first.")


class ExportUnderWay(DomainError):
    """A download of all data was asked for and is being made."""

    code = "export_under_way"
    status = 409
    title = _("Your data is being gathered already. We mail you when it is ready.")


class ExportTooSoon(DomainError):
    """A download of all data can be asked for once a day."""

    code = "export_too_soon"
    status = 429
    title = _("You asked for this today. You can ask again tomorrow.")
    retry_after = 24 * 3600


class SignInAgain(DomainError):
    """The session is not recent: sign in, or give password or second factor again, within the last 5 minutes."""

    code = "sign_in_again"
    status = 403
    title = _("Show first that it is you: sign in again.")


class ErasureUnderWay(DomainError):
    """The erasure was asked for and waits for its day."""

    code = "erasure_under_way"
    status = 409
    title = _("You asked for this already. It is done when its day comes.")


class ErasureBlocked(DomainError):
    """Something must be settled first; `obstacles` names what, by code and id."""

    code = "erasure_blocked"
    status = 409
    title = _("Something must be settled before you can be erased.")


_SHORT: dict[int, Text] = {
    1: _("This number is one digit short."),
    2: _("This number is two digits short."),
    3: _("This number is three digits short."),
    4: _("This number is four digits short."),
}
_LONG: dict[int, Text] = {
    1: _("This number has one digit too many."),
    2: _("This number has two digits too many."),
    3: _("This number has three digits too many."),
    4: _("This number has four digits too many."),
}


def phone_invalid(bad: BadPhone) -> PhoneInvalid:
    """The error of a number that cannot be called, in a sentence that says what to mend."""
    sentences: dict[PhoneFault, Text] = {
        PhoneFault.TOO_SHORT: _SHORT.get(bad.digits, _("This number is too short.")),
        PhoneFault.TOO_LONG: _LONG.get(bad.digits, _("This number is too long.")),
        PhoneFault.UNKNOWN_COUNTRY: _("No country has this code. Start with + and the country code."),
        PhoneFault.NOT_IN_USE: _("No such number is in use. Check the digits."),
    }
    return PhoneInvalid(sentences.get(bad.fault), field="phone", reason=str(bad.fault))
