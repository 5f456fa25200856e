"""Payments, their refunds, and what gateways told us."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField
from payments.enums import LIVE, CounterMeans, PaymentHint, PaymentStatus, RefundStatus
from payments.models.card import CardHolder, SavedCard
from payments.rules.commission import COMMISSION_BP

_S = PaymentStatus
_R = RefundStatus


class Payment(models.Model):
    """Money a customer is to pay for a booking, by one method, through one gateway."""

    public_id = PublicIdField(prefix="pay")
    # The booking's public reference; never a foreign key, for payments knows no bookings.
    booking_ref = models.CharField(max_length=24)
    # Public id of the provider whose payable this becomes.
    provider_id = models.CharField(max_length=24)
    method = models.CharField(max_length=16)
    gateway = models.CharField(max_length=16)
    amount = models.BigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, choices=PaymentStatus.choices, default=PaymentStatus.CREATED)
    # Only held on the card at first: how much, since and until when, and how much of it is to be taken; nothing is
    # taken before `capture_amount` is set, and once it was taken that is the `amount`.
    is_hold = models.BooleanField(default=False, db_default=False)
    authorised_amount = models.BigIntegerField(null=True)
    authorised_at = models.DateTimeField(null=True)
    authorised_until = models.DateTimeField(null=True)
    capture_amount = models.BigIntegerField(null=True)
    # What it waits for, or why it failed.
    hint = models.CharField(max_length=16, choices=PaymentHint.choices, blank=True, default="", db_default="")
    # Of `amount`: asked back so far, done or not. A refund counts from the moment it is asked for.
    refunded = models.BigIntegerField(default=0)
    # The marketplace's share in basis points, as it was when the payment was opened.
    commission_bp = models.PositiveSmallIntegerField(default=COMMISSION_BP)
    # The VAT on it, in basis points, and the country whose it is (ISO 3166-1; empty without any), likewise.
    vat_bp = models.PositiveSmallIntegerField(default=0)
    tax_country = models.CharField(max_length=2, blank=True, default="")

    gateway_ref = models.CharField(max_length=255, blank=True)
    # The gateway's count of this intent's changes; an older one that comes late is ignored.
    gateway_revision = models.PositiveIntegerField(default=0)
    redirect_url = models.CharField(max_length=2000, blank=True)
    return_url = models.CharField(max_length=2000, blank=True)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    # Whose wallet it was paid from: a user's public id.
    wallet = models.CharField(max_length=40, blank=True, default="", db_default="")

    # Paid with a card that the gateway keeps, or with one that it shall keep: whose, and which.
    card_holder = models.ForeignKey(CardHolder, null=True, on_delete=models.SET_NULL, related_name="+")
    card = models.ForeignKey(SavedCard, null=True, on_delete=models.SET_NULL, related_name="+")
    keep_card = models.BooleanField(default=False, db_default=False)

    # Of what was paid at the counter: how, what was noted beside it, and since when and why it no longer counts.
    means = models.CharField(max_length=16, choices=CounterMeans.choices, blank=True)
    note = EncryptedTextField(blank=True, default="")
    reversed_at = models.DateTimeField(null=True)
    reversal_reason = EncryptedTextField(blank=True, default="")

    created_at = models.DateTimeField(db_default=Now())
    captured_at = models.DateTimeField(null=True)
    # The gateway named another amount or currency than ours: a person must look, and nothing was captured.
    mismatch_at = models.DateTimeField(null=True)
    # When to ask the gateway if it has not told; null when there is nothing left to ask.
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveSmallIntegerField(default=0)
    # The number of this payment's last event.
    last_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="payment_currency_is_iso"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="payment_refunds_fit"
            ),
            models.CheckConstraint(
                condition=Q(refunded=0) | Q(status=PaymentStatus.CAPTURED),
                name="payment_only_captured_is_refunded",
            ),
            models.CheckConstraint(
                condition=Q(status=PaymentStatus.CAPTURED, captured_at__isnull=False)
                | (~Q(status=PaymentStatus.CAPTURED) & Q(captured_at__isnull=True)),
                name="payment_captured_has_its_instant",
            ),
            models.CheckConstraint(
                condition=~Q(status=PaymentStatus.AUTHORISED)
                | Q(is_hold=True, authorised_amount__isnull=False, authorised_at__isnull=False),
                name="payment_authorised_is_a_hold",
            ),
            models.CheckConstraint(
                condition=Q(capture_amount__isnull=True)
                | Q(capture_amount__gt=0, capture_amount__lte=F("authorised_amount")),
                name="payment_takes_no_more_than_it_holds",
            ),
            models.UniqueConstraint(
                fields=["booking_ref"],
                condition=Q(status=PaymentStatus.AUTHORISED),
                name="payment_one_hold_per_booking",
            ),
            models.UniqueConstraint(
                fields=["booking_ref"], condition=Q(status__in=LIVE), name="payment_one_open_per_booking"
            ),
            models.UniqueConstraint(
                fields=["booking_ref"],
                condition=Q(method="counter", status=PaymentStatus.CAPTURED, reversed_at__isnull=True),
                name="payment_one_at_the_counter_per_booking",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True) | Q(method="counter", status=PaymentStatus.CAPTURED),
                name="payment_only_the_counters_is_reversed",
            ),
            models.CheckConstraint(
                condition=Q(means="") | Q(method="counter"), name="payment_means_is_the_counters"
            ),
            models.CheckConstraint(
                condition=Q(method="wallet", status=PaymentStatus.CAPTURED) & ~Q(wallet="")
                | ~Q(method="wallet") & Q(wallet=""),
                name="payment_from_a_wallet_says_whose",
            ),
            models.UniqueConstraint(
                fields=["gateway", "gateway_ref"],
                condition=~Q(gateway_ref=""),
                name="payment_gateway_ref_is_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["booking_ref", "id"], name="payments_of_a_booking"),
            # A provider's turnover in a month.
            models.Index(fields=["provider_id", "captured_at"], name="payments_of_a_provider"),
            models.Index(
                fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="payments_to_check"
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="payment_status_moves_forward",
                field="status",
                transitions=[
                    (_S.CREATED, _S.PENDING),
                    (_S.CREATED, _S.CAPTURED),
                    (_S.CREATED, _S.FAILED),
                    (_S.CREATED, _S.CANCELLED),
                    (_S.PENDING, _S.CAPTURED),
                    (_S.PENDING, _S.FAILED),
                    (_S.PENDING, _S.CANCELLED),
                    (_S.CREATED, _S.AUTHORISED),
                    (_S.PENDING, _S.AUTHORISED),
                    (_S.AUTHORISED, _S.CAPTURED),
                    (_S.AUTHORISED, _S.FAILED),
                    (_S.AUTHORISED, _S.CANCELLED),
                    # Money that was taken is money that was taken, whatever was said before.
                    (_S.FAILED, _S.CAPTURED),
                    (_S.CANCELLED, _S.CAPTURED),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class Refund(models.Model):
    """Money going back to the customer: written in the transaction that decides it, sent after."""

    public_id = PublicIdField(prefix="ref")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()  # minor units of the payment's currency
    reason = models.CharField(max_length=64)
    # The caller's name for this decision: the same decision asks once.
    key = models.CharField(max_length=100)
    status = models.CharField(max_length=16, choices=RefundStatus.choices, default=RefundStatus.REQUESTED)
    actor = models.CharField(max_length=64)
    gateway_ref = models.CharField(max_length=255, blank=True)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    # When to ask the gateway (again); null when done or refused.
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # A user's public id. Into whose wallet it went instead of back to its source, and how much of that has gone to the
    # source after all; or from whose wallet it goes there (such a one is no part of what the payment says).
    wallet = models.CharField(max_length=40, blank=True, default="", db_default="")
    sent_on = models.BigIntegerField(default=0, db_default=0)
    from_wallet = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(wallet="", sent_on=0)
                | Q(status=RefundStatus.DONE, from_wallet="", sent_on__gte=0, sent_on__lte=F("amount")),
                name="refund_into_a_wallet_is_done_at_once",
            ),
            models.UniqueConstraint(fields=["payment", "key"], name="refund_key_is_unique"),
            models.CheckConstraint(
                condition=Q(status=RefundStatus.DONE, done_at__isnull=False)
                | (~Q(status=RefundStatus.DONE) & Q(done_at__isnull=True)),
                name="refund_done_has_its_instant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="refunds_to_try"
            ),
            models.Index(
                fields=["created_at"], condition=~Q(status=RefundStatus.DONE), name="refunds_not_done"
            ),
            models.Index(fields=["wallet"], condition=~Q(wallet=""), name="refunds_into_a_wallet"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="refund_status_moves_forward",
                field="status",
                transitions=[(_R.REQUESTED, _R.DONE), (_R.REQUESTED, _R.FAILED), (_R.FAILED, _R.DONE)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class WebhookReceipt(models.Model):
    """A verified message from a gateway, kept as it came, once however often it is delivered."""

    gateway = models.CharField(max_length=16)
    event_id = models.CharField(max_length=255)
    received_at = models.DateTimeField(db_default=Now())
    # Null while it is being applied; a delivery that finds it null applies it again.
    processed_at = models.DateTimeField(null=True)
    # Encrypted: real gateways put names and addresses in it.
    body = EncryptedTextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="webhook_event_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway}:{self.event_id}"
