"""Messages on visits that were put before the operators."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bookings.enums import MessageReason
from bookings.models.booking import VisitMessage
from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField


class MessageReport(models.Model):
    """The other side of a visit says that a message should not stand; once a message. Open until it is decided.

    `hidden`: its text is shown to neither side any more, and `note` says to both why. `text` is for operators only.
    """

    public_id = PublicIdField(prefix="mrp")
    message = models.OneToOneField(VisitMessage, on_delete=models.CASCADE, related_name="report")
    actor = models.CharField(max_length=40)
    reason = models.CharField(max_length=12, choices=MessageReason)
    text = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    hidden = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=MessageReason.values), name="message_report_reason_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, hidden__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False, hidden__isnull=False),
                name="message_report_is_decided_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(decided_at__isnull=True), name="open_message_reports"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.message_id}"
