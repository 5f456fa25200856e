"""How django-allauth works here. Its own settings are in marketplace/settings.py."""

import logging
from contextlib import suppress
from ipaddress import ip_address
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import MailNotSent, PhoneTaken
from accounts.fields import PhoneField
from accounts.models import User
from accounts.rules.contacts import spaced_phone
from accounts.services import verify_phone
from common.network import network_address
from common.texting import send_text

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """E-mail names an account; a phone belongs to one once a code that was sent there came back.

    No setting of allauth covers "e-mail or phone": its phone settings lock out people without one. So phone stays
    out of its settings, only its pages for changing the number are used, and User stores a missing one as NULL.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("Address and password do not fit together. A code by mail works, too."),
        "email_taken": _("Another account has this address."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("This is not the code. Look again, or have a new one sent."),
        "phone_taken": PhoneTaken.title,
        "rate_limited": _("That was too often. Wait a minute and try again."),
        "same_as_current": _("That is the present one already."),
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

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The verified number; others are not kept with the user."""
        return (user.phone, True) if user.phone else None

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone).first()

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        return PhoneField(**kwargs)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        """The code, with a last line by which the phone's browser fills it in here and nowhere else (WebOTP,
        https://wicg.github.io/web-otp/). Raises TextNotSent."""
        words = gettext("%(code)s is your code at %(site)s. Give it to nobody.")
        host = urlsplit(settings.SITE_URL).hostname
        text = words % {"code": code, "site": settings.SITE_NAME}
        send_text(to=phone, text=f"{text}\n\n@{host} #{code.replace('-', '')}")

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Raises PhoneTaken, when another account verified it a moment ago."""
        joined = verify_phone(user=user, phone=phone)
        if joined:
            words = gettext("What shops wrote down for this number is in your account now.")
            messages.success(context.request, words)
        more = {
            "phone": spaced_phone(phone),
            "account_url": settings.SITE_URL + reverse("account_change_phone"),
        }
        # It is done, whether or not a mail server takes the word of it just now.
        with suppress(MailNotSent):
            self.send_notification_mail("account/email/phone_changed", user, more)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/account/"


def user_display(user: User) -> str:
    """How allauth's own pages and mails address someone (ACCOUNT_USER_DISPLAY)."""
    return str(user) or gettext("you")
