"""The price of a visit while it takes place: the business proposes, the customer approves, and only then it counts.

Everything here is written with the booking's row locked. The database refuses a price that nobody approved.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.enums import PaymentState, PriceChangeState
from bookings.errors import PriceChangeEnded, PriceChangeOpen, PriceChangeRefused, PriceTooLow
from bookings.models import Booking, BookingItem, PriceChange
from bookings.rules import states
from bookings.rules.states import Who
from bookings.selectors.access import Access
from bookings.services import core, longer
from common import clock
from common.errors import InvalidInput, NotAllowed, NotFound
from payments import services as payments
from payments.selectors import counter_payments_of
from providers.models import ServiceOption

# From the agreement to the end of the service.
CHANGEABLE = frozenset({states.CONFIRMED, states.ON_THE_WAY, states.CHECKED_IN, states.STARTED})
NAME_LENGTH, REASON_LENGTH = 120, 500
MOST = 10**12
# Minutes that may be added at once.
LONGEST = 480


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be added: an extra of the catalogue (`option`, its public id), or `name` with an `amount` (minor units
    including VAT, below zero for less). `item` (public id) is whose line it becomes, the first if None. `minutes`: what
    it takes after the visit, 0 for no extra time; None is what the extra takes in the catalogue."""

    option: str = ""
    name: str = ""
    amount: int = 0
    reason: str = ""
    item: str | None = None
    minutes: int | None = None


def propose(*, access: Access, wish: Wish) -> PriceChange:
    """Add an item or another price: more waits for the customer, less counts at once.

    By whoever marks the visit. Raises NotAllowed, InvalidInput (no words, nothing changed, a price without a reason),
    NotFound (no such item or extra), PriceChangeRefused, PriceChangeOpen, PriceTooLow, ObjectionOpen, CancelPending,
    NoTimeForIt when it takes minutes that are not free after the visit: it may be added without (`minutes` 0).
    """
    if not access.may_mark():
        raise NotAllowed
    with transaction.atomic():
        booking = _locked(access)
        _require_changeable(booking)
        if booking.price_changes.filter(state=PriceChangeState.OPEN).exists():
            raise PriceChangeOpen
        item = _item(booking, wish.item)
        name, amount, minutes = _line(item, wish)
        if item.price_amount + amount < 0 or booking.total_amount + amount < booking.fee_amount:
            raise PriceTooLow
        if minutes:
            longer.check(booking, item, minutes)
        change = PriceChange.objects.create(
            booking=booking,
            item=item,
            option=wish.option,
            name=name,
            reason=wish.reason.strip()[:REASON_LENGTH],
            amount=amount,
            minutes=minutes,
            before_amount=booking.total_amount,
            after_amount=booking.total_amount + amount,
            currency=booking.currency,
            asked_by=access.principal.actor,
        )
        if amount < 0:
            _approve(booking, change, who="staff", actor=access.principal.actor)
        else:
            _tell(booking, change, "booking.price_change_asked", actor=access.principal.actor)
        return change


def approve(*, access: Access, change: str) -> PriceChange:
    """The customer agrees (`change` is its public id): from now on it is the price. The same again changes nothing.

    What was paid online stays; the rest is due. What takes time is taken now: the visit ends later. Raises NotAllowed,
    NotFound, PriceChangeEnded, PriceChangeRefused, ObjectionOpen, CancelPending, NoTimeForIt (taken meanwhile).
    """
    if not may_answer(access):
        raise NotAllowed
    with transaction.atomic():
        booking = _locked(access)
        found = _find(booking, change)
        if found.state == PriceChangeState.APPROVED:
            return found
        if found.state != PriceChangeState.OPEN:
            raise PriceChangeEnded
        _require_changeable(booking)
        _approve(booking, found, who="customer", actor=access.principal.actor)
        return found


def decline(*, access: Access, change: str) -> PriceChange:
    """The customer does not agree: the price stays. Raises NotAllowed, NotFound, PriceChangeEnded."""
    if not may_answer(access):
        raise NotAllowed
    return _end(access, change, PriceChangeState.DECLINED, who="customer")


def withdraw(*, access: Access, change: str) -> PriceChange:
    """The business takes its proposal back. Raises NotAllowed, NotFound, PriceChangeEnded."""
    if not access.may_mark():
        raise NotAllowed
    return _end(access, change, PriceChangeState.WITHDRAWN, who="staff")


def may_answer(access: Access) -> bool:
    """Whose word it is: the customer's. Of a visit whose customer has no page of their own, whoever stands in the shop
    and scanned its screen."""
    customer = access.booking.customer
    has_page = customer is not None and bool(customer.user_id or customer.email)
    return access.is_customer or (access.is_payer and not has_page)


def may_propose(access: Access) -> bool:
    """Whether the caller may propose another price now."""
    booking = access.booking
    return (
        access.may_mark()
        and booking.status in CHANGEABLE
        and not booking.objection_open
        and booking.cancel_asked_at is None
        and not _is_paid_there(booking)
    )


def open_change(booking: Booking) -> PriceChange | None:
    """What waits for the customer. One query."""
    return booking.price_changes.filter(state=PriceChangeState.OPEN).first()


def _locked(access: Access) -> Booking:
    booking = core.lock(access.booking.ref)
    core.refuse_while_objected(booking)
    core.refuse_while_cancelling(booking)
    return booking


def _require_changeable(booking: Booking) -> None:
    if booking.status not in CHANGEABLE or _is_paid_there(booking):
        raise PriceChangeRefused


def _is_paid_there(booking: Booking) -> bool:
    """What the shop took is noted in one sum: who changes the price after has the note taken back first."""
    return bool(counter_payments_of([booking.ref]))


def _item(booking: Booking, public_id: str | None) -> BookingItem:
    items = list(booking.items.select_related("service"))
    found = items[0] if public_id is None else next((i for i in items if i.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def _line(item: BookingItem, wish: Wish) -> tuple[str, int, int]:
    """The words, the amount and the minutes of what is added. Raises InvalidInput, NotFound."""
    minutes = wish.minutes or 0
    if wish.option:
        option = ServiceOption.objects.filter(
            public_id=wish.option, service=item.service_id, archived_at__isnull=True
        ).first()
        if option is None:
            raise NotFound
        name, amount = option.name, option.price_amount
        minutes = option.extra_min if wish.minutes is None else wish.minutes
    else:
        name, amount = wish.name.strip(), wish.amount
        if amount < 0 and not wish.reason.strip():
            raise InvalidInput(_("Say why."), field="reason")
    if not name or len(name) > NAME_LENGTH:
        raise InvalidInput(_("Say in a few words what it is."), field="name")
    if not 0 < abs(amount) <= MOST:
        raise InvalidInput(_("Write an amount."), field="amount")
    if not 0 <= minutes <= LONGEST or (minutes and amount < 0):
        raise InvalidInput(_("Write how many minutes it takes, 480 at most."), field="minutes")
    # A group session has its own time.
    return name, amount, 0 if item.session_id else minutes


def _find(booking: Booking, public_id: str) -> PriceChange:
    found = booking.price_changes.filter(public_id=public_id).select_related("item").first()
    if found is None:
        raise NotFound
    return found


def _close(change: PriceChange, state: PriceChangeState, *, who: Who, actor: str) -> None:
    change.state, change.ended_at = state, clock.now()
    change.ended_as, change.ended_by = who, actor
    change.save(update_fields=["state", "ended_at", "ended_as", "ended_by"])


def _end(access: Access, public_id: str, state: PriceChangeState, *, who: Who) -> PriceChange:
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        found = _find(booking, public_id)
        if found.state == state:
            return found
        if found.state != PriceChangeState.OPEN:
            raise PriceChangeEnded
        actor = access.principal.actor
        _close(found, state, who=who, actor=actor)
        _tell(booking, found, f"booking.price_change_{state}", actor=actor)
        return found


def _approve(booking: Booking, change: PriceChange, *, who: Who, actor: str) -> None:
    """The price line, the total, and where the money is: what was paid beyond the new price goes back."""
    item = change.item
    if change.minutes:
        longer.extend(booking, item, change.minutes, actor=actor)
    _close(change, PriceChangeState.APPROVED, who=who, actor=actor)
    item.lines = [
        *item.lines,
        {
            "option": change.option or None,
            "name": change.name,
            "minutes": change.minutes,
            "amount": change.amount,
        },
    ]
    item.price_amount += change.amount
    item.save(update_fields=["lines", "price_amount"])
    # Somebody may be paying the old rest at this moment: that payment is closed.
    payments.cancel_open_payments(booking_ref=booking.ref, actor=actor)
    over = booking.prepaid_amount - change.after_amount
    if over > 0:
        payments.refund_payment(
            booking_ref=booking.ref,
            amount=over,
            reason="price_lowered",
            actor=actor,
            key=f"price:{change.public_id}",
        )
    prepaid = min(booking.prepaid_amount, change.after_amount)
    _tell(
        booking,
        change,
        "booking.price_changed",
        actor=actor,
        fields={
            "total_amount": change.after_amount,
            "prepaid_amount": prepaid,
            "payment_state": _state_of(booking, prepaid, change.after_amount),
            "version": booking.version + 1,
        },
        refund=max(over, 0),
        by=who,
    )


def _state_of(booking: Booking, prepaid: int, total: int) -> PaymentState:
    """How it is paid from now on. What is held on a card is taken when the visit is done, and what is
    missing then is due."""
    if booking.payment_state == PaymentState.ON_CARD:
        return PaymentState.ON_CARD
    return PaymentState.COUNTER if prepaid < total else PaymentState.PAID


def _tell(
    booking: Booking,
    change: PriceChange,
    event: str,
    *,
    actor: str,
    fields: dict[str, object] | None = None,
    **more: object,
) -> None:
    core.change(
        booking,
        event=event,
        actor=actor,
        fields=fields,
        change=change.public_id,
        amount=change.amount,
        before=change.before_amount,
        after=change.after_amount,
        currency=change.currency,
        minutes=change.minutes,
        **more,
    )
