"""Cards that customers have gateways keep. We know a gateway's name for one, its brand, last four and expiry."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from common.public_ids import PublicIdField


class CardHolder(models.Model):
    """A user as one gateway knows them: written before it is asked, and there until it has forgotten them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="card_holders")
    gateway = models.CharField(max_length=16)
    # The gateway's name for them; empty until it has answered.
    name = models.CharField(max_length=255, blank=True)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    # They are to be forgotten: since when, and when the gateway is told (again).
    removed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "gateway"], condition=Q(removed_at__isnull=True), name="card_holder_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gateway}:{self.name}"


class SavedCard(models.Model):
    """A card that a gateway keeps for its holder. Removed, the row is there until the gateway has forgotten it."""

    public_id = PublicIdField(prefix="crd")
    holder = models.ForeignKey(CardHolder, on_delete=models.CASCADE, related_name="cards")
    # The gateway's name for it: worth nothing without our key, and never shown.
    token = models.CharField(max_length=255)
    brand = models.CharField(max_length=24)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField()
    exp_year = models.PositiveSmallIntegerField()
    saved_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "token"], name="saved_card_is_kept_once"),
            models.CheckConstraint(condition=Q(last4__regex=r"^\d{4}$"), name="saved_card_shows_four_digits"),
            models.CheckConstraint(
                condition=Q(exp_month__gte=1, exp_month__lte=12), name="saved_card_month_is_one"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
