"""What a business writes down about a customer of its own."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bookings.enums import NoteKind
from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField


class CustomerNote(models.Model):
    """A note, or a preference of the customer, that members of one business read. No other business does.

    The text is personal data of the customer: encrypted, in their download, and deleted with them. `author` is null
    once that account is gone.
    """

    public_id = PublicIdField(prefix="cno")
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.CASCADE, related_name="customer_notes"
    )
    customer = models.ForeignKey("accounts.Customer", on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=10, choices=NoteKind, default=NoteKind.NOTE)
    text = EncryptedTextField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="customer_note_kind_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["provider", "customer"], name="notes_about_a_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} about {self.customer_id}"
