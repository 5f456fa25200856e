"""Money at the counter: noted when it is taken, and taken back by a manager who says why."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.enums import PaymentState
from bookings.errors import PaymentNotPossible, PolicyChanged
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import core
from common.errors import InvalidInput, NotAllowed
from payments import services as payments
from payments.enums import CounterMeans

# From the promise to pay on: also long after, when a visit was over before anybody noted what was paid.
PAYABLE = frozenset(
    {
        states.CONFIRMED,
        states.ON_THE_WAY,
        states.CHECKED_IN,
        states.STARTED,
        states.COMPLETED,
        states.CLOSED,
    }
)
NOTE_LENGTH = 120


def take_payment(*, access: Access, amount: int, means: CounterMeans, note: str = "") -> Booking:
    """Note that the visit was paid at the counter: `amount`, as it was shown, in minor units: the price, less what
    was paid in advance.

    By whoever marks the visit, once; the provider owes the commission from then on. Raises NotAllowed,
    PaymentNotPossible (not to be paid at the counter, or paid already), PolicyChanged (another amount by now).
    """
    if not access.may_mark():
        raise NotAllowed
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        core.refuse_while_cancelling(booking)
        if booking.status not in PAYABLE or booking.payment_state != PaymentState.COUNTER:
            raise PaymentNotPossible
        if amount != booking.due_at_counter:
            raise PolicyChanged
        payments.record_counter_payment(
            booking_ref=booking.ref,
            provider_id=booking.outlet.provider.public_id,
            amount=amount,
            currency=booking.currency,
            actor=access.principal.actor,
            reason="taken",
            means=means,
            note=note.strip()[:NOTE_LENGTH],
        )
        core.change(
            booking,
            event="booking.paid_at_counter",
            actor=access.principal.actor,
            fields={"payment_state": PaymentState.PAID},
            amount=amount,
            means=str(means),
        )
        return booking


def reverse_payment(*, access: Access, reason: str) -> Booking:
    """What was noted as taken at the counter was not, or went back: it is to be paid again.

    Managers only, with a `reason` for people, which stays out of events. Raises NotAllowed, InvalidInput,
    NotPaidAtCounter, PaymentNotPossible (the visit was given up).
    """
    if not access.is_manager:
        raise NotAllowed
    reason = reason.strip()[:NOTE_LENGTH]
    if not reason:
        raise InvalidInput(_("Say why."), field="reason")
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        core.refuse_while_cancelling(booking)
        if booking.status not in PAYABLE:
            raise PaymentNotPossible
        reversed_ = payments.reverse_counter_payment(
            booking_ref=booking.ref, actor=access.principal.actor, reason=reason
        )
        core.change(
            booking,
            event="booking.counter_payment_reversed",
            actor=access.principal.actor,
            fields={"payment_state": PaymentState.COUNTER},
            amount=reversed_.amount,
        )
        return booking


def rest_captured(booking: Booking, *, amount: int, currency: str, actor: str) -> bool:
    """What was left to pay is in escrow: in the transaction that captured it, for the locked `booking`.

    Answers whether it was just that; of a visit that is closed already it is released at once.
    """
    if (
        booking.status not in PAYABLE
        or booking.payment_state != PaymentState.COUNTER
        or (amount, currency) != (booking.due_at_counter, booking.currency)
    ):
        return False
    core.change(
        booking,
        event="booking.rest_paid",
        actor=actor,
        fields={
            "payment_state": PaymentState.PAID,
            "prepaid_amount": booking.prepaid_amount + amount,
            "version": booking.version + 1,
        },
        amount=amount,
    )
    if booking.status == states.CLOSED:
        payments.release_escrow(booking_ref=booking.ref, actor=actor)
    return True
