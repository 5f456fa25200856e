"""The forms of the second factor (MFA_FORMS), in our words."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _

from accounts.forms_allauth import CodeField


class CodeForm(CodeField, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(CodeField, ReauthenticateForm):
    """The second factor given in a session that is open already."""


class NewCodeAppForm(CodeField, ActivateTOTPForm):
    """The first code of a new code app shows that it has the secret."""


class NewPasskeyForm(AddWebAuthnForm):
    """A new passkey and what its owner calls it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].max_length = 60
