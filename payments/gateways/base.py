"""What a payment gateway must do for us, in our words. A gateway's own words stay in its module."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.utils.functional import Promise

from payments.enums import (
    DisputeStatus,
    Movement,
    PayeeNeed,
    PayeeStatus,
    PaymentHint,
    PaymentStatus,
    PayoutResult,
    RefundStatus,
)


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment to be made: `reference` is our payment's public id; amount in minor units. `hold`: the amount is only
    held on the card, until `capture` takes it or `cancel` lets it go.

    `holder` is the gateway's name for whose card is kept, or used again: `keep` has the gateway keep the card that is
    paid with, `card` is one that it keeps, and then nothing is taken before `confirm`."""

    reference: str
    amount: int
    currency: str
    return_url: str
    idempotency_key: str
    hold: bool = False
    holder: str = ""
    keep: bool = False
    card: str = ""


@dataclass(frozen=True, slots=True)
class CardOrder:
    """Paying an opened payment with a card that the gateway keeps: the customer is there, and goes to the state's
    `redirect_url` when their bank asks them to confirm."""

    reference: str
    gateway_ref: str
    holder: str
    card: str
    return_url: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class CardState:
    """A card that the gateway keeps: its name there, and what may be shown of it."""

    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


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
class PayeeOrder:
    """An account that the gateway is to keep for a provider (public id): `country` is ISO 3166-1."""

    provider: str
    country: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class PayeeState:
    """How the gateway sees the account that it keeps for a provider: always the whole of it."""

    account: str
    status: PayeeStatus
    needs: tuple[PayeeNeed, ...] = ()
    due_by: datetime | None = None  # until when it wants them


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

    `id` is the gateway's name of this movement, and of no other. `moved` says what it was, in the ledger's words.
    `reference` is our id of it where the gateway knows it (of a chargeback the gateway's); `payment` is the public id
    of the payment that it is about, where the gateway knows.
    """

    id: str
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
    card: CardState | None = None  # kept, because that was asked for


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A verified message: its id at the gateway, and the payment as it was then; or, where the message does not say
    all of it, only the payment's public id in `about`, or in `payee` the account that it keeps for a provider: then
    the gateway is asked. None of them: it is about nothing of ours."""

    id: str
    state: PaymentState | None = None
    about: str = ""
    payee: str = ""


class Gateway(Protocol):
    """A payment gateway. Its methods may talk to the network: never inside a transaction.

    They raise GatewayUnavailable (ask again with the same key) or GatewayRefused (do not).
    """

    name: str
    # Whether somebody elsewhere holds the payment and can be asked about it.
    remote: bool
    # Whether it can hold an amount on a card.
    holds: bool
    # Whether it can keep an account for a provider, and whether it pays nobody without one.
    keeps_payees: bool
    needs_payees: bool
    # Whether it can keep customers' cards.
    keeps_cards: bool

    @property
    def title(self) -> str | Promise:
        """What people call it."""
        ...

    def create(self, order: PaymentOrder) -> PaymentState:
        """Open a payment there. The same idempotency key opens it once."""
        ...

    def fetch(self, *, gateway_ref: str) -> PaymentState:
        """The payment as it is now."""
        ...

    def open_holder(self, *, user: str, idempotency_key: str) -> str:
        """Make somebody (public id) known whose cards are to be kept; answers the gateway's name for them. The same
        idempotency key makes one."""
        ...

    def confirm(self, order: CardOrder) -> PaymentState:
        """Pay with a card that is kept; answers the state after. Repeatable: what is paid, declined or waits for the
        customer stays so."""
        ...

    def forget_card(self, *, card: str) -> None:
        """Keep a card no longer. Of one that it does not keep nothing happens."""
        ...

    def forget_holder(self, *, holder: str) -> None:
        """Forget somebody with all of their cards. Of somebody whom it does not know nothing happens."""
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

    def open_payee(self, order: PayeeOrder) -> PayeeState:
        """Open the account to which a provider will be paid. The same idempotency key opens it once."""
        ...

    def payee(self, *, account: str) -> PayeeState:
        """The account as it is now."""
        ...

    def payee_page(self, *, account: str, return_url: str, expired_url: str) -> str:
        """The address of the gateway's page on which the provider gives what is needed: for one person, at once. It
        sends them to `return_url` afterwards, to `expired_url` when the page can no longer be opened."""
        ...

    def report(self, day: date) -> list[ReportLine]:
        """Every movement of our money on a day (UTC), as the gateway's own books have it: what it keeps as fees and
        sends to our bank, too."""
        ...

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """The message, once its signature and age are checked. Raises WebhookInvalid."""
        ...
