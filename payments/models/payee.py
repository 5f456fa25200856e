"""The accounts that gateways keep for providers, to which they are paid."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.public_ids import PublicIdField
from payments.enums import PayeeNeed, PayeeStatus
from providers.models import Provider


class PayeeAccount(models.Model):
    """Where a gateway pays one provider: written before the gateway is asked to open it, and as the gateway last said.

    Nothing is sent to it unless it is enabled.
    """

    public_id = PublicIdField(prefix="pac")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="payee_accounts")
    gateway = models.CharField(max_length=16)
    # The gateway's name for it; empty until it has answered.
    account = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=8, choices=PayeeStatus, default=PayeeStatus.MISSING)
    # What the gateway asks the provider for, and until when.
    needs = ArrayField(models.CharField(max_length=16, choices=PayeeNeed), default=list)
    due_by = models.DateTimeField(null=True)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    # When the gateway was last heard, and when it is asked next.
    heard_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "gateway"], name="payee_one_per_gateway"),
            models.UniqueConstraint(
                fields=["gateway", "account"], condition=~Q(account=""), name="payee_account_is_one_providers"
            ),
            models.CheckConstraint(condition=Q(status__in=PayeeStatus.values), name="payee_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status=PayeeStatus.ENABLED) | ~Q(account=""), name="payee_enabled_has_an_account"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="payees_to_check"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"
