"""Forms that extend django-allauth's (ACCOUNT_FORMS); apart from forms.py, which allauth's own extend."""

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
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
