"""Messages that are owed, to whom and on which devices, and the development mailbox."""

from datetime import time

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField
from notifications.enums import Channel, Kind, State
from notifications.rules.topics import Topic

_TOPICS = [(topic.value, topic.value) for topic in Topic]


class Device(models.Model):
    """A browser that is told by web push (RFC 8030, 8291): where its push service takes messages, and its keys.

    Whoever holds these can make it ring, so they are encrypted. `reader` is a user, or the customer of a guest's visit,
    by public id. A browser has one endpoint: who asks last is told. It goes when its reader removes it, when the push
    service no longer knows it, and when it was asked for under a key of ours that is gone (`key`, an id of that key).
    """

    public_id = PublicIdField(prefix="dev")
    reader = models.CharField(max_length=24, db_index=True)
    endpoint = EncryptedTextField()
    endpoint_hash = models.CharField(max_length=64, unique=True)
    p256dh = EncryptedTextField()
    auth = EncryptedTextField()
    key = models.CharField(max_length=12)
    # Such as "Firefox, Android", from what the browser says of itself.
    label = models.CharField(max_length=60)
    language = models.CharField(max_length=12)
    timezone = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.public_id} {self.label}"


class Wish(models.Model):
    """What a reader (a user or a guest's customer, by public id) does without: a topic on a channel."""

    reader = models.CharField(max_length=24)
    topic = models.CharField(max_length=12, choices=_TOPICS)
    channel = models.CharField(max_length=4, choices=Channel)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "topic", "channel"], name="wish_is_said_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} without {self.topic} by {self.channel}"


class QuietHours(models.Model):
    """When a reader's devices do not ring, by the wall clock of where they are. Without a row: 22:00 to 8:00."""

    reader = models.CharField(max_length=24, unique=True)
    on = models.BooleanField(default=True)
    starts = models.TimeField(default=time(22))
    ends = models.TimeField(default=time(8))
    # An IANA name. Empty: each device's own.
    timezone = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.reader} {self.starts}-{self.ends}"


class StopLink(models.Model):
    """What a letter's link to do without its like opens: one topic of one reader, and nothing else. Deleting the row
    revokes every such link."""

    public_id = PublicIdField(prefix="stop")
    reader = models.CharField(max_length=24)
    topic = models.CharField(max_length=12, choices=_TOPICS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "topic"], name="stop_link_of_a_topic")]

    def __str__(self) -> str:
        return f"{self.reader} {self.topic}"


class Message(models.Model):
    """One mail to one reader, or one message to one of their devices. The row holds no address and no text: both are
    read when it is sent.

    `key` names the news and the reader, such as `booking.confirmed:HA-7K3M9-2QX5T:3:customer`: however often
    an event is delivered, there is one row. A sender claims the row (`sending`) before it talks to the mail
    server and notes it (`sent`) after: a sender that dies in between leaves it `sending`, and after ten
    minutes it is sent again. Only so can a mail go out twice, and both copies carry the same Message-ID.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    channel = models.CharField(max_length=4, choices=Channel, default=Channel.MAIL)
    # Of a push; without one, the device is gone and nothing is sent.
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
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
    """A mail, or a text message, as the development mailbox keeps it instead of sending it (mailbox:)."""

    at = models.DateTimeField(db_default=Now())
    recipients = models.TextField()
    subject = models.TextField()
    raw = models.BinaryField(help_text="the message as it would have gone out, RFC 5322")
    is_text = models.BooleanField(default=False, db_default=False, help_text="to a phone")

    def __str__(self) -> str:
        return self.subject
