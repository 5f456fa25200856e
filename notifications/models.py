"""Mails that are owed, and the development mailbox."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.enums import Kind, State


class Message(models.Model):
    """One mail to one reader. The row holds no address and no text: both are read when it is sent.

    `key` names the news and the reader, such as `booking.confirmed:HA-7K3M9-2QX5T:3:customer`: however often
    an event is delivered, there is one row. A sender claims the row (`sending`) before it talks to the mail
    server and notes it (`sent`) after: a sender that dies in between leaves it `sending`, and after ten
    minutes it is sent again. Only so can a mail go out twice, and both copies carry the same Message-ID.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    # Empty when it is about a business itself, or a report.
    booking_ref = models.CharField(max_length=16, blank=True)
    # A customer, a provider, an owner of one, an invitation, or a user who reported something, by public id.
    recipient = models.CharField(max_length=24)
    language = models.CharField(max_length=12)
    # The event it tells of; its payload holds the amounts. A reminder has none.
    event = models.ForeignKey("common.Event", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(db_default=Now())
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The kind of error, never its text: mail servers repeat addresses in theirs.
    last_error = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state__in=["pending", "sending"]), name="messages_to_send"
            ),
            models.Index(fields=["booking_ref", "created_at"], name="messages_of_a_booking"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class DevMail(models.Model):
    """A mail as the development mailbox keeps it instead of sending it (EMAIL_URL=mailbox:)."""

    at = models.DateTimeField(db_default=Now())
    recipients = models.TextField()
    subject = models.TextField()
    raw = models.BinaryField(help_text="the message as it would have gone out, RFC 5322")

    def __str__(self) -> str:
        return self.subject
