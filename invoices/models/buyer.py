"""Whom a visit's documents are made out to, when it is a business."""

from django.db import models
from django.db.models.functions import Now

from common.crypto import EncryptedTextField


class Buyer(models.Model):
    """The business that a customer, or the shop for them, names for a visit. Its documents from then on say it."""

    booking = models.OneToOneField(
        "bookings.Booking", primary_key=True, on_delete=models.PROTECT, related_name="buyer"
    )
    company = EncryptedTextField()
    tax_id = EncryptedTextField(blank=True, default="")
    # As it was typed; without one documents say the country of the shop.
    address = EncryptedTextField(blank=True, default="")
    # How often it was changed after a document was made: each time they are made anew.
    made_anew = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"of {self.booking_id}"
