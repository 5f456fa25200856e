"""What is paid to providers: when, at the least how much, in which way, and each payout once."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField
from payments.enums import PayoutStatus, PayoutWay
from payments.rules.payouts import Terms
from providers.models import Provider

_P = PayoutStatus


class PayoutTerms(models.Model):
    """When and how a provider is paid; without a provider, everybody who has none of their own."""

    provider = models.OneToOneField(
        Provider, null=True, blank=True, on_delete=models.CASCADE, related_name="payout_terms"
    )
    after_days = models.PositiveSmallIntegerField(default=3, help_text="days after a visit is closed, 1 to 7")
    minimum = models.BigIntegerField(
        default=1000, help_text="hundredths of a unit; less waits for the next run"
    )
    way = models.CharField(max_length=8, choices=PayoutWay, default=PayoutWay.FILE)
    # The account that the gateway keeps for the provider, where it pays out.
    destination = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name_plural = "payout terms"
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], nulls_distinct=False, name="payout_terms_one_per_provider"
            ),
            models.CheckConstraint(
                condition=Q(after_days__gte=1, after_days__lte=7), name="payout_after_1_to_7_days"
            ),
            models.CheckConstraint(condition=Q(minimum__gte=0), name="payout_minimum_is_not_negative"),
            models.CheckConstraint(condition=Q(way__in=PayoutWay.values), name="payout_way_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id or 'everybody'}: after {self.after_days} days"

    @property
    def terms(self) -> Terms:
        """The plain value that the pure rules take."""
        return Terms(self.after_days, self.minimum, self.way, self.destination)


class PayoutHold(models.Model):
    """A provider is not paid for now: why, in words that it reads, and until when."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="payout_holds")
    reason = EncryptedTextField()
    placed_at = models.DateTimeField(db_default=Now())
    placed_by = models.CharField(max_length=64)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], condition=Q(lifted_at__isnull=True), name="payout_hold_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by="")
                | (Q(lifted_at__isnull=False) & ~Q(lifted_by="")),
                name="payout_hold_is_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} since {self.placed_at}"


class PayoutRun(models.Model):
    """One go at paying everybody what is due: those that the clock starts have their day as key."""

    public_id = PublicIdField(prefix="run")
    key = models.CharField(max_length=40, unique=True)
    actor = models.CharField(max_length=64)
    started_at = models.DateTimeField(db_default=Now())
    # Null while somebody may still be missing: a worker that finds it so goes on with it.
    planned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.public_id


class PayoutFile(models.Model):
    """The bank file (pain.001) of a run's payouts in one currency: the same bytes however often it is fetched."""

    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="files")
    currency = models.CharField(max_length=3)
    message_id = models.CharField(max_length=35, unique=True)
    # Holds account numbers: emptied when all of its payouts have ended.
    body = EncryptedTextField()
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "currency"], name="payout_file_one_per_currency"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Payout(models.Model):
    """What one run pays one provider in one currency. Its money has left the payable account when it is written."""

    public_id = PublicIdField(prefix="pyo")
    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="payouts")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="payouts")
    amount = models.BigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    way = models.CharField(max_length=8, choices=PayoutWay)
    status = models.CharField(max_length=8, choices=PayoutStatus, default=PayoutStatus.PLANNED)
    # What is shown of where it goes: a bank account's country and last four.
    shown_account = models.CharField(max_length=16, blank=True)
    gateway = models.CharField(max_length=16, blank=True)
    gateway_ref = models.CharField(max_length=64, blank=True)
    destination = models.CharField(max_length=64, blank=True)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Why it failed: a code.
    failure = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # When to ask the gateway (again); null when there is nothing to ask.
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # The number of this payout's last event.
    last_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "provider", "currency"], name="payout_one_per_run"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_is_positive"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="payout_currency_is_iso"),
            models.CheckConstraint(
                condition=~Q(status=PayoutStatus.PAID) | Q(paid_at__isnull=False),
                name="payout_paid_has_its_instant",
            ),
            models.CheckConstraint(
                condition=(Q(status=PayoutStatus.FAILED, failed_at__isnull=False) & ~Q(failure=""))
                | (~Q(status=PayoutStatus.FAILED) & Q(failed_at__isnull=True, failure="")),
                name="payout_failed_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(way=PayoutWay.GATEWAY) ^ Q(gateway=""), name="payout_names_its_gateway"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="payouts_to_try"
            ),
            models.Index(fields=["provider", "-id"], name="payouts_of_a_provider"),
            # Those under way: what is late is looked for among them.
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=[PayoutStatus.PLANNED, PayoutStatus.SENT]),
                name="payouts_under_way",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="payout_status_moves_forward",
                field="status",
                transitions=[
                    (_P.PLANNED, _P.SENT),
                    (_P.PLANNED, _P.PAID),
                    (_P.PLANNED, _P.FAILED),
                    (_P.SENT, _P.PAID),
                    (_P.SENT, _P.FAILED),
                    # The bank sent it back.
                    (_P.PAID, _P.FAILED),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"
