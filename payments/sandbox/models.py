"""The sandbox's own books. Its customers (we) never read them: they call `service` and get its webhooks."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.public_ids import PublicIdField


class IntentStatus(models.TextChoices):
    """The sandbox's words, not ours."""

    REQUIRES_PAYMENT = "requires_payment", "requires payment"
    PROCESSING = "processing", "processing"
    REQUIRES_ACTION = "requires_action", "requires action"
    AUTHORIZED = "authorized", "authorized"
    SUCCEEDED = "succeeded", "succeeded"
    DECLINED = "declined", "declined"
    CANCELED = "canceled", "canceled"


class SandboxCustomer(models.Model):
    """Somebody whose cards a merchant wants kept, by the merchant's name for them."""

    public_id = PublicIdField(prefix="cus")
    merchant_reference = models.CharField(max_length=64)
    idempotency_key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.public_id


class SandboxCard(models.Model):
    """A test card that is kept; `does` is what comes of paying with it: pay, step_up or decline."""

    public_id = PublicIdField(prefix="card")
    customer = models.ForeignKey(SandboxCustomer, on_delete=models.CASCADE, related_name="cards")
    brand = models.CharField(max_length=24)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField()
    exp_year = models.PositiveSmallIntegerField()
    does = models.CharField(max_length=8)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.public_id


class SandboxIntent(models.Model):
    """A payment that a merchant asked for."""

    public_id = PublicIdField(prefix="pi")
    merchant = models.CharField(max_length=80)
    merchant_reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    return_url = models.CharField(max_length=2000)
    status = models.CharField(
        max_length=20, choices=IntentStatus.choices, default=IntentStatus.REQUIRES_PAYMENT
    )
    # Only authorized at first; `captured` is what was taken of the amount, `expires_at` when the bank lets it go.
    manual_capture = models.BooleanField(default=False, db_default=False)
    captured = models.BigIntegerField(default=0, db_default=0)
    captured_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # Whose card it is, whether that is to be kept once it has paid, and the kept one that paid or is to pay.
    customer = models.ForeignKey(SandboxCustomer, null=True, on_delete=models.SET_NULL, related_name="+")
    save_card = models.BooleanField(default=False, db_default=False)
    card = models.ForeignKey(SandboxCard, null=True, on_delete=models.SET_NULL, related_name="+")
    # Why it was declined.
    hint = models.CharField(max_length=16, blank=True, default="", db_default="")
    # Rises with every change; the merchant may ignore what it has seen newer.
    revision = models.PositiveIntegerField(default=1)
    # When a slow payment goes through.
    settle_at = models.DateTimeField(null=True)
    refunded = models.BigIntegerField(default=0)
    idempotency_key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="sandbox_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")), name="sandbox_refunds_fit"
            ),
        ]
        indexes = [
            models.Index(
                fields=["settle_at"], condition=Q(settle_at__isnull=False), name="sandbox_intents_to_settle"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class SandboxDispute(models.Model):
    """The customer's bank took a payment back."""

    public_id = PublicIdField(prefix="dp")
    intent = models.ForeignKey(SandboxIntent, on_delete=models.CASCADE, related_name="disputes")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=32)
    status = models.CharField(max_length=8, default="open")  # open, won, lost
    respond_by = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class SandboxRefund(models.Model):
    """Money given back of an intent."""

    public_id = PublicIdField(prefix="re")
    intent = models.ForeignKey(SandboxIntent, on_delete=models.CASCADE, related_name="refunds")
    merchant_reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    idempotency_key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="sandbox_refund_is_positive"),
        ]

    def __str__(self) -> str:
        return self.public_id


class SandboxPayout(models.Model):
    """Money that a merchant had sent to somebody; here it arrives at once."""

    public_id = PublicIdField(prefix="po")
    merchant_reference = models.CharField(max_length=64)
    destination = models.CharField(max_length=64)
    amount = models.BigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    idempotency_key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="sandbox_payout_is_positive"),
        ]

    def __str__(self) -> str:
        return self.public_id


class SandboxBankPayout(models.Model):
    """What the sandbox sent to its merchant's own bank on a day, in one currency."""

    public_id = PublicIdField(prefix="bank")
    day = models.DateField()
    amount = models.BigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="sandbox_bank_payout_is_positive"),
            models.UniqueConstraint(fields=["day", "currency"], name="sandbox_bank_payout_one_a_day"),
        ]

    def __str__(self) -> str:
        return self.public_id


class SandboxPayee(models.Model):
    """An account of somebody whom a merchant pays, and what the sandbox knows of them."""

    public_id = PublicIdField(prefix="acct")
    merchant = models.CharField(max_length=80)
    merchant_reference = models.CharField(max_length=64)
    country = models.CharField(max_length=2)
    status = models.CharField(max_length=16, default="new")  # new, document_needed, verified, refused
    # Where its page leads back to, as it was asked for last.
    return_url = models.CharField(max_length=2000, blank=True)
    idempotency_key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class SandboxDelivery(models.Model):
    """A webhook to be sent until it is taken. Two rows with one event id: one event, sent twice."""

    event_id = models.CharField(max_length=24)
    intent = models.ForeignKey(SandboxIntent, on_delete=models.CASCADE, related_name="+")
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)  # HTTP; null when there was no answer
    tries = models.PositiveSmallIntegerField(default=0)
    # Null when delivered or given up.
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="sandbox_to_deliver"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to be tried at {self.next_try_at}"
