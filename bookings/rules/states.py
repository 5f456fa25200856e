"""The state table: every way a booking's status may move. docs/states.md shows it; a test compares them.

Who: `customer` (or the guest with the token), `staff` (a member of the provider), `system` (the worker),
`gateway` (a captured payment), `operator` (a decision about an objection). Times are checked by the services, not here.
"""

from dataclasses import dataclass
from typing import Literal

Who = Literal["customer", "staff", "system", "gateway", "operator"]

HELD = "held"
REQUESTED = "requested"
CONFIRMED = "confirmed"
CHECKED_IN = "checked_in"
ON_THE_WAY = "on_the_way"
STARTED = "started"
COMPLETED = "completed"
CLOSED = "closed"
CANCELLED = "cancelled"
EXPIRED = "expired"
NO_SHOW = "no_show"
DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: `action` by one of `who` takes a booking from `source` to `target`."""

    action: str
    source: str
    target: str
    who: frozenset[Who]
    event: str
    place: Literal["any", "outlet", "customer"] = "any"


def _move(
    action: str,
    source: str,
    target: str,
    who: str,
    event: str,
    place: Literal["any", "outlet", "customer"] = "any",
) -> Move:
    return Move(action, source, target, frozenset(who.split()), event, place)  # type: ignore[arg-type]


TABLE: tuple[Move, ...] = (
    # A hold ends in a confirmed booking, by payment or by the promise to pay at the counter, or not at all.
    _move("confirm", HELD, CONFIRMED, "customer staff gateway", "booking.confirmed"),
    _move("request", HELD, REQUESTED, "customer gateway", "booking.requested"),
    _move("expire", HELD, EXPIRED, "system", "booking.expired"),
    _move("cancel", HELD, CANCELLED, "customer staff", "booking.cancelled"),
    # Paid after the hold ended: the slot is taken again if it is still free.
    _move("retake", EXPIRED, CONFIRMED, "gateway", "booking.confirmed"),
    _move("request", EXPIRED, REQUESTED, "gateway", "booking.requested"),
    # A service may ask for acceptance: the provider says yes or no, and no answer in time is a no.
    _move("accept", REQUESTED, CONFIRMED, "staff", "booking.confirmed"),
    _move("decline", REQUESTED, DECLINED, "staff system", "booking.declined"),
    _move("cancel", REQUESTED, CANCELLED, "customer staff", "booking.cancelled"),
    # The day of the visit, at the outlet: check in, start, complete.
    _move("check_in", CONFIRMED, CHECKED_IN, "staff", "booking.checked_in", "outlet"),
    _move("start", CHECKED_IN, STARTED, "staff", "booking.started", "outlet"),
    # At the customer's: on the way, check in with the code at the door, start.
    _move("on_the_way", CONFIRMED, ON_THE_WAY, "staff", "booking.on_the_way", "customer"),
    _move("check_in", ON_THE_WAY, CHECKED_IN, "staff", "booking.checked_in", "customer"),
    _move("start", CHECKED_IN, STARTED, "staff", "booking.started", "customer"),
    _move("complete", STARTED, COMPLETED, "staff system operator", "booking.completed"),
    # Nobody marked it: 24 hours after its end it counts as done, or when an operator decides about it.
    _move("complete", CONFIRMED, COMPLETED, "system operator", "booking.completed"),
    _move("complete", CHECKED_IN, COMPLETED, "system operator", "booking.completed"),
    _move("complete", ON_THE_WAY, COMPLETED, "system operator", "booking.completed"),
    # The customer says it was good, or 24 hours pass, or an operator has decided.
    _move("close", COMPLETED, CLOSED, "customer system operator", "booking.closed"),
    _move("no_show", CONFIRMED, NO_SHOW, "staff", "booking.no_show"),
    _move("no_show", ON_THE_WAY, NO_SHOW, "staff", "booking.no_show", "customer"),
    # By the clock or an operator: the business did not come to it.
    _move("cancel", CONFIRMED, CANCELLED, "customer staff system operator", "booking.cancelled"),
    _move("cancel", ON_THE_WAY, CANCELLED, "staff system operator", "booking.cancelled", "customer"),
    _move("cancel", CHECKED_IN, CANCELLED, "staff operator", "booking.cancelled"),
)

STATUSES = frozenset({move.source for move in TABLE} | {move.target for move in TABLE})

# A booking in these still takes its time; in the others its allocations are dead.
LIVE = frozenset({HELD, REQUESTED, CONFIRMED, CHECKED_IN, ON_THE_WAY, STARTED, COMPLETED, CLOSED})

# The visit has neither begun nor been given up: it may still be moved to another time.
MOVABLE = frozenset({CONFIRMED, REQUESTED})


def find_move(*, action: str, source: str, who: Who, place: str) -> Move | None:
    """The table's row for `action` by `who` from `source`, at `place` (outlet or customer); None if there is none."""
    for move in TABLE:
        if (
            move.action == action
            and move.source == source
            and who in move.who
            and move.place in ("any", place)
        ):
            return move
    return None
