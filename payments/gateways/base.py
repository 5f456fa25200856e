"""What a payment gateway must do for us, in our words. A gateway's own words stay in its module."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from payments.enums import DisputeStatus, Movement, PaymentHint, PaymentStatus, PayoutResult, RefundStatus


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment to be made: `reference` is our payment's public id; amount in minor units. `hold`: the amount is only
    held on the card, until `capture` takes it or `cancel` lets it go."""

    reference: str
    amount: int
    currency: str
    return_url: str
    idempotency_key: str
    hold: bool = False


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """Taking `amount` minor units of what is held; the rest is let go."""

    reference: str
    gateway_ref: str
    amount: int
    currency: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """Money to give back of a captured payment: `reference` is our refund's public id, `payment` the payment's."""

    reference: str
    gateway_ref: str  # the payment's
    amount: int
    currency: str
    idempotency_key: str
    payment: str = ""


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """Money to send to a provider: `reference` is our payout's public id, `destination` the payee as the gateway knows
    it (an account that it keeps for the provider)."""

    reference: str
    destination: str
    amount: int
    currency: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class PayoutState:
    """How the gateway sees one payout."""

    reference: str
    gateway_ref: str
    amount: int
    currency: str
    result: PayoutResult


@dataclass(frozen=True, slots=True)
class RefundState:
    """How the gateway sees one refund."""

    reference: str
    gateway_ref: str
    amount: int
    currency: str
    status: RefundStatus


@dataclass(frozen=True, slots=True)
class DisputeState:
    """How the gateway sees one chargeback of a payment."""

    gateway_ref: str
    amount: int
    currency: str
    status: DisputeStatus
    reason: str = ""
    respond_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One movement of our money at the gateway: `amount` minor units, positive to us; `fee` the gateway kept besides.

    `moved` says what it was, in the ledger's words. `reference` is our id of it where the gateway knows it (of a
    chargeback the gateway's); `payment` is the public id of the payment that it is about, where the gateway knows.
    """

    moved: Movement
    reference: str
    gateway_ref: str
    amount: int
    currency: str
    at: datetime
    fee: int = 0
    payment: str = ""


@dataclass(frozen=True, slots=True)
class PaymentState:
    """How the gateway sees one payment: always the whole of it, so that messages may come in any order.

    `amount` is what was taken once it is captured, else what is asked or held. `revision` rises with every change at
    the gateway; 0 when it does not count.
    """

    reference: str
    gateway_ref: str
    status: PaymentStatus  # never CREATED
    amount: int
    currency: str
    revision: int = 0
    redirect_url: str = ""
    refunds: tuple[RefundState, ...] = ()
    disputes: tuple[DisputeState, ...] = ()
    hint: PaymentHint = PaymentHint.NONE
    held_until: datetime | None = None  # of what is held: when it lapses


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A verified message: its id at the gateway, and the payment as it was then; or, where the message does not say
    all of it, only the payment's public id in `about`: then the gateway is asked. Neither: it is about no payment."""

    id: str
    state: PaymentState | None = None
    about: str = ""


class Gateway(Protocol):
    """A payment gateway. Its methods may talk to the network: never inside a transaction.

    They raise GatewayUnavailable (ask again with the same key) or GatewayRefused (do not).
    """

    name: str
    # Whether somebody elsewhere holds the payment and can be asked about it.
    remote: bool
    # Whether it can hold an amount on a card.
    holds: bool

    def create(self, order: PaymentOrder) -> PaymentState:
        """Open a payment there. The same idempotency key opens it once."""
        ...

    def fetch(self, *, gateway_ref: str) -> PaymentState:
        """The payment as it is now."""
        ...

    def capture(self, order: CaptureOrder) -> PaymentState:
        """Take what is held, once; answers the state after."""
        ...

    def cancel(self, *, gateway_ref: str) -> PaymentState:
        """Let nobody pay it any more, and what is held go; answers the state after, which may be captured if that
        came first."""
        ...

    def refund(self, order: RefundOrder) -> RefundState:
        """Give money back. The same idempotency key gives it once, and answers how it stands."""
        ...

    def pay_out(self, order: PayoutOrder) -> PayoutState:
        """Send money to a provider. The same idempotency key sends it once; asked again it answers how it stands."""
        ...

    def report(self, day: date) -> list[ReportLine]:
        """Every movement of our money on a day (UTC), as the gateway's own books have it."""
        ...

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """The message, once its signature and age are checked. Raises WebhookInvalid."""
        ...
