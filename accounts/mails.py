"""Mails about one's own data, sent after commit. Those of signing in are django-allauth's."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation


def send(template: str, *, to: str, language: str, **context: Any) -> None:
    """Send `account/email/TEMPLATE_subject.txt` and `_message.txt` to an address, in `language`.

    Raises what the mail server raises.
    """
    values = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
    with translation.override(language):
        subject = render_to_string(f"account/email/{template}_subject.txt", values)
        body = render_to_string(f"account/email/{template}_message.txt", values)
    EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
