"""The development mailbox: mails go into a table and are read at /mailbox/. Also for the demo."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from notifications.models import DevMail

KEPT = 500


class MailboxBackend(BaseEmailBackend):
    """Django's mail backend that keeps the newest 500 mails in the database (EMAIL_URL=mailbox:)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            DevMail.objects.create(
                recipients=", ".join(message.recipients()),
                subject=str(message.subject),
                raw=message.message().as_bytes(),
            )
        _forget_old()
        return len(email_messages)


def keep_text(to: str, text: str) -> None:
    """Keep a text message to a phone (E.164) where the mails are (TEXTS_URL=mailbox:)."""
    message = EmailMessage(body=text, from_email=settings.SITE_NAME).message()
    DevMail.objects.create(
        recipients=to, subject=text.partition("\n")[0], raw=message.as_bytes(), is_text=True
    )
    _forget_old()


def _forget_old() -> None:
    oldest_kept = DevMail.objects.order_by("-pk").values_list("pk", flat=True)[KEPT - 1 : KEPT]
    DevMail.objects.filter(pk__lt=next(iter(oldest_kept), 0)).delete()


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail taken apart for reading."""

    sender: str
    text: str
    html: str
    attachments: list[Attachment]


def opened(mail: DevMail) -> Opened:
    """The parts of a kept mail, as a mail client would show them."""
    parsed = message_from_bytes(bytes(mail.raw), policy=policy.default)
    assert isinstance(parsed, ParsedMessage)
    return Opened(
        sender=str(parsed["From"]),
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
        attachments=[
            Attachment(
                name=part.get_filename() or "attachment",
                type=part.get_content_type(),
                content=payload if isinstance(payload := part.get_payload(decode=True), bytes) else b"",
            )
            for part in parsed.iter_attachments()
        ],
    )


def _body(parsed: ParsedMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
