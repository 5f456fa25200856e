"""Up to how much one person gives back alone."""

from django.db import models
from django.db.models import Q


class RefundLimit(models.Model):
    """A refund above this needs a second person, in one currency. Without a row `payments.rules.refunds` says."""

    currency = models.CharField(max_length=3, unique=True)
    amount = models.PositiveBigIntegerField(help_text="minor units")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="refund_limit_currency_is_iso"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
