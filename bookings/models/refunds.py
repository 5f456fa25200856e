"""Refunds that a person decides about, after a visit: by whom, for what, and who looked at it with them."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bookings.enums import RefundState
from bookings.models.booking import Booking
from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField

_S = RefundState
_SAYS = ["booking_id", "amount", "currency", "items", "needs_second", "asked_by"]


class RefundRequest(models.Model):
    """Money that somebody gives back of a visit: done at once, or once a second person has agreed.

    What it says never changes; its state does once. The database refuses one that needs a second person and has none,
    or the first again. Written with the booking's row locked.
    """

    public_id = PublicIdField(prefix="rfr")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="refund_requests")
    amount = models.PositiveBigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    # [[item's public id, minor units]] when it is for items.
    items = models.JSONField(default=list)
    # For both sides: to be blanked with the customer.
    reason = EncryptedTextField(blank=True, default="")
    needs_second = models.BooleanField()
    state = models.CharField(max_length=8, choices=RefundState, default=RefundState.WAITING)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_request_is_for_something"),
            models.CheckConstraint(
                condition=Q(state=_S.WAITING, decided_by="", decided_at__isnull=True)
                | (~Q(state=_S.WAITING) & ~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="refund_request_says_who_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state=_S.DONE, needs_second=True) | ~Q(decided_by=F("asked_by")),
                name="large_refund_has_two_people",
            ),
            models.CheckConstraint(
                condition=Q(needs_second=True) | Q(state=_S.DONE), name="small_refund_does_not_wait"
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(state=_S.WAITING),
                name="refund_request_one_waits_per_booking",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state=_S.WAITING), name="refunds_to_agree_to"),
        ]
        triggers = [
            pgtrigger.Protect(name="refund_request_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="refund_request_says_the_same", operation=pgtrigger.UpdateOf(*_SAYS)),
            pgtrigger.FSM(
                name="refund_request_ends_once",
                field="state",
                transitions=[(_S.WAITING, _S.DONE), (_S.WAITING, _S.REFUSED)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"
