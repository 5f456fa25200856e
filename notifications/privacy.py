"""What notifications hold about a person: that a mail went out. Its text only in the development mailbox."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from common import privacy
from common.clock import rfc3339
from common.privacy import Subject
from notifications.mailbox import opened
from notifications.models import DevMail, Message


def _export(subject: Subject) -> list[dict[str, Any]]:
    readers = subject.customer_ids | {subject.user_id}
    mails = Message.objects.filter(recipient__in=readers).order_by("pk")
    return [
        {
            "kind": mail.kind,
            "booking": mail.booking_ref,
            "language": mail.language,
            "state": mail.state,
            "sent_at": rfc3339(mail.sent_at) if mail.sent_at else None,
        }
        for mail in mails
    ]


def _theirs(subject: Subject) -> Iterator[DevMail]:
    """Kept mails to them or about their visits: a business's mail names its customer."""
    for mail in DevMail.objects.order_by("pk").iterator(chunk_size=100):
        to = {address.strip().lower() for address in mail.recipients.split(",")}
        if to & subject.emails or any(ref in _words(mail) for ref in subject.booking_refs):
            yield mail


def _words(mail: DevMail) -> str:
    parts = opened(mail)
    return f"{mail.subject} {parts.text} {parts.html}"


def _erase(subject: Subject) -> None:
    DevMail.objects.filter(pk__in=[mail.pk for mail in _theirs(subject)]).delete()


privacy.area("mails", app="notifications", title=_("Mails"), export=_export, erase=_erase)
privacy.personal(
    "notifications.Message",
    area="mails",
    kept={
        "names the booking and the reader by id; holds no address and no text": "key booking_ref recipient "
        "language last_error"
    },
)
privacy.personal(
    "notifications.DevMail",
    area="mails",
    blanked="recipients subject raw",
    reason="the row is deleted (development and demo only)",
)
