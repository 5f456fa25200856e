"""Forms that extend django-allauth's (ACCOUNT_FORMS); apart from forms.py, which allauth's own extend."""

from typing import Any

from allauth.account.forms import (
    ChangePhoneForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    ConfirmPasswordResetCodeForm,
    LoginForm,
    SignupForm,
    VerifyPhoneForm,
)
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """One form for both ways in: without a password, a one-time code is mailed.

    allauth's form does that by itself when no password came along; it only has to be allowed to be empty.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["password"].required = False
        self.fields["password"].help_text = _("Leave it empty and we mail you a code.")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignUpForm(SignupForm):
    """Sign-up with or without a password: without one, people sign in by code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = _(
            "At least 8 characters, or leave it empty and sign in by code."
        )
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class CodeField:
    """The field of a one-time code: digits on a phone's keyboard, filled in by the phone where it can."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Code")
        code.widget.attrs.pop("placeholder", None)
        code.widget.attrs.update({"inputmode": "numeric", "autofocus": True})


class SignInCodeForm(CodeField, ConfirmLoginCodeForm):
    """The code that signs in."""


class EmailCodeForm(CodeField, ConfirmEmailVerificationCodeForm):
    """The code that shows that an address is one's own."""


class PhoneForm(ChangePhoneForm):
    """The number that a code is sent to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _("We send a code there by text message.")


class PhoneCodeForm(CodeField, VerifyPhoneForm):
    """The code that shows that a number is one's own."""


class ResetCodeForm(CodeField, ConfirmPasswordResetCodeForm):
    """The code that lets choose a new password."""
