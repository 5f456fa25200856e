"""The test cards that the sandbox keeps for its merchants' customers."""

from common import clock
from payments.sandbox.models import SandboxCard, SandboxCustomer
from payments.sandbox.wire import SandboxError, Wire

# The numbers of test cards, by what comes of paying with them.
LAST4 = {"pay": "4242", "step_up": "3184", "decline": "0341"}
YEARS = 3


def create_customer(*, reference: str, idempotency_key: str) -> Wire:
    """Somebody whose cards are to be kept; the same key answers the same one. Raises SandboxError
    idempotency_mismatch."""
    found, _ = SandboxCustomer.objects.get_or_create(
        idempotency_key=idempotency_key, defaults={"merchant_reference": reference}
    )
    if found.merchant_reference != reference:
        raise SandboxError("idempotency_mismatch")
    return {"id": found.public_id, "reference": reference}


def keep_card(customer: SandboxCustomer, does: str) -> SandboxCard:
    """Keep the test card with which somebody paid; `does` is what comes of the next time."""
    return customer.cards.create(
        brand="visa", last4=LAST4[does], exp_month=12, exp_year=clock.now().year + YEARS, does=does
    )


def delete_card(card: str) -> None:
    """Keep a card no longer."""
    SandboxCard.objects.filter(public_id=card).delete()


def delete_customer(customer: str) -> None:
    """Forget somebody, with their cards."""
    SandboxCustomer.objects.filter(public_id=customer).delete()


def wire_card(card: SandboxCard) -> Wire:
    """The card as it is answered."""
    return {
        "id": card.public_id,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
    }
