"""Chargebacks, and what a gateway's report and our ledger do not agree about."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField
from payments.enums import DifferenceKind, DisputeStatus
from payments.models.payment import Payment


class Dispute(models.Model):
    """A customer's bank takes a payment back, at least for now. One row each; what it moved is in the ledger."""

    public_id = PublicIdField(prefix="dsp")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    gateway_ref = models.CharField(max_length=255)
    amount = models.BigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    # The gateway's word for why, such as `fraudulent`.
    reason = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=8, choices=DisputeStatus.choices, default=DisputeStatus.OPEN)
    # Until when the gateway takes evidence.
    respond_by = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_amount_is_positive"),
            models.UniqueConstraint(fields=["payment", "gateway_ref"], name="dispute_is_kept_once"),
            models.CheckConstraint(
                condition=Q(status=DisputeStatus.OPEN, closed_at__isnull=True)
                | (~Q(status=DisputeStatus.OPEN) & Q(closed_at__isnull=False)),
                name="dispute_closed_has_its_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class GatewayDay(models.Model):
    """One day (UTC) of one gateway in one currency, compared: what it reports to have moved, and what the ledger says.

    Amounts are minor units, positive to us, without fees and what went to our bank. Of those: `fees` what the gateway
    kept for itself, `to_bank` what it sent there, each as it reports it and as the ledger says."""

    gateway = models.CharField(max_length=16)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    reported = models.BigIntegerField()
    booked = models.BigIntegerField()
    fees = models.BigIntegerField(default=0)
    fees_booked = models.BigIntegerField(default=0, db_default=0)
    to_bank = models.BigIntegerField(default=0, db_default=0)
    to_bank_booked = models.BigIntegerField(default=0, db_default=0)
    lines = models.PositiveIntegerField()
    compared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "day", "currency"], name="gateway_day_is_compared_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.day} {self.currency}"


class GatewayDifference(models.Model):
    """Something that a gateway's report and the ledger do not agree about. Open until it is gone, or until an operator
    says how it was settled."""

    public_id = PublicIdField(prefix="dif")
    gateway = models.CharField(max_length=16)
    day = models.DateField()
    kind = models.CharField(max_length=16, choices=DifferenceKind.choices)
    # What it is about: the ledger's kind (capture, refund_paid, chargeback, payout), our id and the gateway's.
    moved = models.CharField(max_length=16)
    reference = models.CharField(max_length=255, blank=True)
    gateway_ref = models.CharField(max_length=255, blank=True)
    # The payment of ours that it is about, by public id; empty when nobody knows.
    payment_id = models.CharField(max_length=24, blank=True)
    currency = models.CharField(max_length=3)
    booked = models.BigIntegerField()  # what the ledger says, minor units, positive to us
    reported = models.BigIntegerField()  # what the gateway says
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)
    # What the operator who settled it writes.
    note = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "kind", "moved", "reference", "currency"],
                name="gateway_difference_is_listed_once",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="")
                | (Q(settled_at__isnull=False) & ~Q(settled_by="")),
                name="gateway_difference_is_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.kind}"
