"""Up to how much one person gives back alone: set by operators, by currency."""

import re

from django.db import transaction

from common import audit
from payments.errors import InvalidAmount
from payments.models import RefundLimit


def set_refund_limit(*, currency: str, amount: int, actor: str) -> RefundLimit:
    """A refund above `amount` minor units needs a second person from now on. Raises InvalidAmount."""
    if not 0 <= amount <= 10**12 or not re.fullmatch("[A-Z]{3}", currency):
        raise InvalidAmount
    with transaction.atomic():
        row, _ = RefundLimit.objects.update_or_create(currency=currency, defaults={"amount": amount})
        audit.record(
            actor=actor,
            action="refund_limit.set",
            object_type="marketplace",
            object_id="refunds",
            currency=currency,
            amount=amount,
        )
    return row
