"""Publishing what happens to a payment."""

from typing import Any

from common import audit, events
from payments.models import Payment


def tell(payment: Payment, type_: str, *, actor: str, **payload: Any) -> None:
    """Write the payment's next event and its audit row. The caller holds the payment's lock.

    Subscribers run at once and may change the payment (ask for a refund): do this last, and read the row
    again before touching it after.
    """
    payment.last_seq += 1
    payment.save(update_fields=["last_seq"])
    facts = {
        "booking_ref": payment.booking_ref,
        "method": payment.method,
        "amount": payment.amount,
        "currency": payment.currency,
        **payload,
    }
    audit.record(actor=actor, action=type_, object_type="payment", object_id=payment.public_id, **facts)
    events.publish(
        subject_type="payment",
        subject_id=payment.public_id,
        seq=payment.last_seq,
        type=type_,
        actor=actor,
        payload=facts,
    )
