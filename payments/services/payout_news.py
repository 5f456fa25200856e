"""Publishing what happens to a payout."""

from typing import Any

from common import audit, events
from payments.models import Payout


def tell(payout: Payout, type_: str, *, actor: str, **payload: Any) -> None:
    """Write the payout's next event and its audit row. The caller holds the payout's lock, or has just written it."""
    payout.last_seq += 1
    payout.save(update_fields=["last_seq"])
    facts = {
        "provider": payout.provider.public_id,
        "run": payout.run.public_id,
        "amount": payout.amount,
        "currency": payout.currency,
        "way": payout.way,
        **payload,
    }
    audit.record(actor=actor, action=type_, object_type="payout", object_id=payout.public_id, **facts)
    events.publish(
        subject_type="payout",
        subject_id=payout.public_id,
        seq=payout.last_seq,
        type=type_,
        actor=actor,
        payload=facts,
    )
