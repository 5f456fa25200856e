"""What notifications hold about a person: that a mail went out (its text only in the development mailbox), which of
their devices are told, and what they do without."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from common import privacy
from common.clock import rfc3339
from common.privacy import Subject
from notifications.mailbox import opened
from notifications.models import Device, DevMail, Message, QuietHours, StopLink, Wish


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
        if to & (subject.emails | subject.phones) or any(ref in _words(mail) for ref in subject.booking_refs):
            yield mail


def _words(mail: DevMail) -> str:
    parts = opened(mail)
    return f"{mail.subject} {parts.text} {parts.html}"


def _export_notices(subject: Subject) -> list[dict[str, Any]]:
    readers = subject.customer_ids | {subject.user_id}
    return [
        {
            "devices": [
                {
                    "name": device.label,
                    "language": device.language,
                    "timezone": device.timezone,
                    "since": rfc3339(device.created_at),
                    "told_at": rfc3339(device.told_at) if device.told_at else None,
                }
                for device in Device.objects.filter(reader__in=readers).order_by("pk")
            ],
            "does_without": [
                {"topic": wish.topic, "by": wish.channel}
                for wish in Wish.objects.filter(reader__in=readers).order_by("pk")
            ],
            "quiet_hours": [
                {
                    "on": quiet.on,
                    "from": f"{quiet.starts:%H:%M}",
                    "until": f"{quiet.ends:%H:%M}",
                    "timezone": quiet.timezone,
                }
                for quiet in QuietHours.objects.filter(reader__in=readers)
            ],
        }
    ]


def _erase_notices(subject: Subject) -> None:
    for model in (Device, Wish, QuietHours, StopLink):
        model.objects.filter(reader__in=subject.customer_ids | {subject.user_id}).delete()


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

privacy.area(
    "notices",
    app="notifications",
    title=_("What you are told, and where"),
    export=_export_notices,
    erase=_erase_notices,
)
for _model, _columns in (
    ("Device", "reader endpoint endpoint_hash p256dh auth key label language timezone"),
    ("Wish", "reader"),
    ("QuietHours", "reader timezone"),
    ("StopLink", "reader"),
):
    privacy.personal(f"notifications.{_model}", area="notices", blanked=_columns, reason="the row is deleted")
