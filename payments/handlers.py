"""What follows after commit. Each is repeatable; `payments.tasks` finds what a crash left undone."""

from common import events as bus
from common.models import Event
from payments import events, services
from payments.services.reconcile import settle_at_gateway


@bus.after_commit(events.REFUND_REQUESTED)
def refund_at_gateway(event: Event) -> None:
    """Have the gateway give the money back."""
    services.carry_out_refund(refund_id=event.payload["refund"])


@bus.after_commit(events.CANCELLED)
def cancel_at_gateway(event: Event) -> None:
    """Have the gateway let nobody pay it any more, and what is held go."""
    settle_at_gateway(payment_id=event.subject_id)


@bus.after_commit(events.CAPTURE_REQUESTED)
def capture_at_gateway(event: Event) -> None:
    """Have the gateway take what is held."""
    settle_at_gateway(payment_id=event.subject_id)


@bus.after_commit(events.CARD_REMOVED)
def forget_at_gateway(event: Event) -> None:
    """Have the gateway forget a card that its holder has removed."""
    services.forget_at_gateways()
