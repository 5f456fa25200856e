"""What giving a visit up means in money, and moving it: by the policy agreed, for whoever's doing it is."""

from dataclasses import replace
from typing import TypedDict

from accounts.models import User
from bookings.enums import PaymentState
from bookings.models import Booking
from bookings.rules import states
from bookings.services import core
from common import clock
from payments import services as payments
from payments.rules.policy import Action, ActorKind, Outcome, outcome
from payments.selectors import counter_payments_of, secured_amount


class Settled(TypedDict):
    """What went where when a visit was given up, in minor units, as its event tells it.

    `back_at_shop` is to be handed back by the shop, which took it at the counter; `fee` is all that is kept; `let_go`
    was only held on the card, and is free again.
    """

    refund: int
    fee: int
    back_at_shop: int
    let_go: int
    compensation: int


def settle(
    booking: Booking, *, action: str, actor_kind: str, actor: str, reason: str = "", wallet: str = ""
) -> Settled:
    """Move the money that ends the locked `booking`, and expect no more.

    `reason` is what the refund says; the action's name if none. `wallet`: it goes into that of this user (public id).
    """
    result = outcome_of(booking, Action(action), ActorKind(actor_kind))
    is_on_card = booking.payment_state == PaymentState.ON_CARD
    payments.settle_cancellation(
        booking_ref=booking.ref,
        keep_amount=result.fee,
        actor=actor,
        reason=reason or action,
        wallet=wallet,
    )
    if result.at_shop:
        payments.give_back_at_counter(
            booking_ref=booking.ref, keep_amount=result.kept_at_shop, actor=actor, reason=reason or action
        )
    if result.compensation and (user := account_of(booking)):
        payments.compensate(
            booking_ref=booking.ref,
            provider_id=booking.outlet.provider.public_id,
            user_id=user.public_id,
            amount=result.compensation,
            currency=booking.currency,
            actor=actor,
        )
    if is_on_card:
        # Nothing was taken yet. The fee is, after this; its message says that it is paid.
        booking.payment_state = PaymentState.ON_CARD if result.fee else PaymentState.UNPAID
    elif result.refund or result.at_shop:
        booking.payment_state = PaymentState.REFUNDED
    elif booking.payment_state in (PaymentState.PENDING, PaymentState.COUNTER):
        # What was paid in advance is kept, and no more is asked.
        booking.payment_state = PaymentState.PAID if booking.prepaid_amount else PaymentState.UNPAID
    booking.save(update_fields=["payment_state"])
    return Settled(
        refund=0 if is_on_card else result.refund,
        fee=result.fee + result.kept_at_shop,
        back_at_shop=result.at_shop,
        let_go=result.refund if is_on_card else 0,
        compensation=result.compensation,
    )


def account_of(booking: Booking) -> User | None:
    """Whose wallet a compensation goes into: the customer's, if they have an account."""
    return booking.customer.user if booking.customer else None


def outcome_of(booking: Booking, action: Action, actor_kind: ActorKind) -> Outcome:
    """What `action` by `actor_kind` means for the booking now, in money. Two queries or three."""
    if booking.status == states.HELD:
        return Outcome(refund=0, fee=0)
    if booking.status == states.REQUESTED:
        # Nothing is agreed yet, so nothing can be kept.
        return Outcome(refund=secured_amount(booking.ref) if action == Action.CANCEL else 0, fee=0)
    if action == Action.CANCEL and not core.is_open(booking):
        # The customer of a suspended business leaves it with everything back, whatever was agreed.
        actor_kind = ActorKind.OPERATOR
    taken = counter_payments_of([booking.ref]).get(booking.ref)
    result = outcome(
        booking.terms,
        paid=secured_amount(booking.ref),
        at_counter=taken.amount if taken else 0,
        total=booking.total_amount,
        starts_at=booking.starts_at,
        booked_at=booking.confirmed_at,
        at=booking.cancel_asked_at or clock.now(),
        actor_kind=actor_kind,
        action=action,
    )
    # A guest has no wallet, and no more goes to a card than came from it.
    return result if account_of(booking) else replace(result, compensation=0)
