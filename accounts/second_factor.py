"""How django-allauth's second factor works here: a code app or a passkey, with recovery codes.

Anybody may set one up; whoever runs the marketplace must (docs/permissions.md).
"""

import io

import segno
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import has_second_factor
from common import crypto


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted with the key ring; an operator keeps at least one factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Operators need a second factor: set up another one first."),
        "cannot_generate_recovery_codes": _("Set up a code app or a passkey first."),
        "incorrect_code": _("This is not the code. A code lasts half a minute and works once."),
        "unverified_email": _("Confirm your e-mail first."),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text.encode())

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an image of its own: it goes into the page as data, dark on light in either theme."""
        out = io.BytesIO()
        segno.make(url, error="m", micro=False).save(
            out, kind="svg", scale=6, border=3, dark="#17211e", light="#ffffff", xmldecl=False
        )
        return out.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not authenticator.user.is_operator:
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}


def forget_second_factor(request: HttpRequest) -> None:
    """Let this session be as one without the factor: what it was opened with is gone."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [r for r in records if r.get("method") != "mfa"]


def door(request: HttpRequest, user: User) -> HttpResponseRedirect:
    """Where an operator goes before anything of theirs opens: to give the second factor, or to set one up."""
    name = "mfa_reauthenticate" if has_second_factor(user) else "mfa_index"
    # A form sent before is not sent again by coming back.
    back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': back})}")
