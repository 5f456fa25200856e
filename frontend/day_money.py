"""What the visits of a day bring, for the pages of who takes it."""

from collections.abc import Sequence

from bookings.models import Booking
from bookings.rules import states
from common.money import Money
from payments.selectors import counter_payments_of

_GIVEN_UP = {states.CANCELLED, states.NO_SHOW, states.HELD}


def day_money(bookings: Sequence[Booking], currency: str) -> dict[str, Money]:
    """What visits in `currency` bring: held or earned online, taken at the counter (in cash, by the shop's terminal, or
    nobody said how), and still to be taken there; minor units. One query."""
    sums = {"online": 0, "cash": 0, "terminal": 0, "counter": 0, "due": 0}
    taken = counter_payments_of(booking.ref for booking in bookings)
    for booking in bookings:
        payment = taken.get(booking.ref)
        if payment:
            # Also of a visit to which nobody came: the shop has it.
            sums[payment.means or "counter"] += payment.amount
        elif booking.status not in _GIVEN_UP:
            sums["due"] += booking.due_at_counter
        if booking.status not in _GIVEN_UP:
            sums["online"] += booking.prepaid_amount
    sums["all"] = sum(sums.values())
    return {name: Money(amount, currency) for name, amount in sums.items()}
