"""How django-allauth works here. Its own settings are in marketplace/settings.py."""

import logging
from ipaddress import ip_address
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import MailNotSent
from accounts.models import User
from common.network import network_address

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """E-mail names an account today; a phone will, too, once it can be verified by SMS.

    No setting of allauth covers "e-mail or phone": its phone settings lock out people without one. So phone
    stays out of its settings, and User stores a missing address as NULL.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("Address and password do not fit together. A code by mail works, too."),
        "email_taken": _("Another account has this address."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("This is not the code. Look again, or have a new one sent."),
        "rate_limited": _("That was too often. Wait a minute and try again."),
        "too_many_login_attempts": _("That was too often. Wait a few minutes and try again."),
    }

    def new_user(self, request: HttpRequest) -> User:
        return User(language=get_language() or settings.LANGUAGE_CODE)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count by, and that a sign-in is listed with: forwarded ones are believed only
        from TRUSTED_PROXIES. `::` when there is none."""
        try:
            return str(ip_address(network_address(request.META)))
        except ValueError:
            return "::"

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that the person is waiting for. Raises MailNotSent when no mail server takes it."""
        try:
            super().send_mail(
                template_prefix,
                email,
                {
                    "site_name": settings.SITE_NAME,
                    "login_url": settings.SITE_URL + reverse("account_login"),
                    **context,
                },
            )
        except (OSError, SMTPException) as error:
            log.exception("mail %s was not sent", template_prefix)
            raise MailNotSent from error

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/account/"


def user_display(user: User) -> str:
    """How allauth's own pages and mails address someone (ACCOUNT_USER_DISPLAY)."""
    return str(user) or gettext("you")
