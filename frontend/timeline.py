"""How a booking goes: what has happened, what is now, what is to come, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from bookings.rules import states
from common.models import Event
from frontend import formats
from frontend.booking_words import MoneyFacts
from providers.enums import Place

# What happened: its words and icon.
HAPPENED: dict[str, tuple[str | Promise, str]] = {
    "booking.held": (_("Time held for you"), "hourglass"),
    "booking.requested": (_("Asked the provider"), "clock"),
    "booking.declined": (_("Declined"), "x"),
    "booking.confirmed": (_("Confirmed"), "calendar-check"),
    "booking.rescheduled": (_("Moved to another time"), "calendar-clock"),
    "booking.cancel_taken_back": (_("Kept after all"), "rotate-ccw"),
    "booking.cancelled": (_("Cancelled"), "x"),
    "booking.expired": (_("The hold ended"), "timer-off"),
    "booking.paid_too_late": (_("Paid after the hold ended: your money goes back"), "rotate-ccw"),
    "booking.on_the_way": (_("On the way"), "navigation"),
    "booking.arrived": (_("Said that they are here"), "map-pin"),
    "booking.checked_in": (_("Checked in"), "scan"),
    "booking.started": (_("In service"), "play"),
    "booking.completed": (_("Done"), "check"),
    "booking.closed": (pgettext_lazy("booking status", "Completed"), "check-check"),
    "booking.no_show": (_("Nobody came"), "user-x"),
    "booking.hold_taken": (_("Taken from your card"), "credit-card"),
    "booking.hold_lapsed": (_("Your card no longer holds the price: pay it at the counter"), "credit-card"),
    "booking.paid_at_counter": (_("Paid at the counter"), "banknote"),
    "booking.lengthened": (_("It takes longer"), "timer"),
    "booking.shortened": (_("It takes less time"), "timer"),
    "booking.price_change_asked": (_("Another price proposed"), "hand-coins"),
    "booking.price_changed": (_("New price"), "check"),
    "booking.price_change_declined": (_("Price stays"), "x"),
    "booking.price_change_withdrawn": (_("Proposal taken back"), "rotate-ccw"),
    "booking.rest_paid": (_("The rest paid online"), "credit-card"),
    "booking.refunded": (_("Money given back"), "rotate-ccw"),
    "booking.objected": (_("Case open"), "message-square-warning"),
    "booking.objection_withdrawn": (_("Case taken back"), "rotate-ccw"),
    "booking.objection_decided": (_("Case decided"), "check"),
}
# These end a visit before it took place.
STOPS = {
    "booking.cancelled",
    "booking.expired",
    "booking.no_show",
    "booking.declined",
    "booking.paid_too_late",
}
_ABOUT_PRICE = frozenset(
    {
        "booking.price_change_asked",
        "booking.price_changed",
        "booking.price_change_declined",
        "booking.price_change_withdrawn",
        "booking.lengthened",
        "booking.shortened",
        "booking.paid_at_counter",
        "booking.rest_paid",
    }
)
TO_COME: dict[str, tuple[str | Promise, str]] = {
    "booking.requested": (_("The provider answers"), "clock"),
    "booking.confirmed": (_("Confirmed"), "calendar-check"),
    "booking.on_the_way": (_("On the way to you"), "navigation"),
    "booking.checked_in": (_("You check in with your code"), "scan"),
    "booking.started": (_("It begins"), "play"),
    "booking.completed": (_("Done, and you say it was good"), "check-check"),
}
AHEAD: dict[str, list[str]] = {
    states.HELD: ["booking.confirmed"],
    states.REQUESTED: ["booking.requested", "booking.started", "booking.completed"],
    states.CONFIRMED: ["booking.on_the_way", "booking.checked_in", "booking.started", "booking.completed"],
    states.ON_THE_WAY: ["booking.checked_in", "booking.started", "booking.completed"],
    states.CHECKED_IN: ["booking.started", "booking.completed"],
    states.STARTED: ["booking.completed"],
}


# What happened last is going on.
UNDER_WAY = frozenset({states.ON_THE_WAY, states.CHECKED_IN, states.STARTED})


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `at` is when it happened, or when it is expected (`about`). A `stop` ended the visit."""

    title: str | Promise
    icon: str
    state: Literal["done", "now", "next", "stop"]
    at: datetime | None = None
    about: bool = False
    text: str | Promise = ""


def timeline(booking: Booking, events: Sequence[Event], facts: MoneyFacts) -> list[Step]:
    """The steps of a booking from its events, in order, and those that its status still leads to."""
    shown = [event for event in events if event.type in HAPPENED and not _is_shadowed(event, events)]
    steps = [
        Step(
            *HAPPENED[event.type],
            "stop" if event.type in STOPS else "done",
            event.at,
            text=_note(event, events, facts, booking),
        )
        for event in shown
    ]
    ahead = [
        type_
        for type_ in AHEAD.get(booking.status, [])
        if not (type_ == "booking.on_the_way" and booking.place == Place.OUTLET)
    ]
    if booking.status in UNDER_WAY and steps:
        # What was said about the price since then is not what is going on.
        at_it = next(
            (place for place in reversed(range(len(shown))) if shown[place].type not in _ABOUT_PRICE), 0
        )
        steps[at_it] = replace(steps[at_it], state="now")
    expected = {
        "booking.requested": booking.accept_by,
        "booking.started": booking.starts_at,
        "booking.completed": booking.ends_at,
    }
    for type_ in ahead:
        at = expected.get(type_)
        title, icon = TO_COME[type_]
        text = _("A day later it counts as good") if type_ == "booking.completed" else ""
        steps.append(Step(title, icon, "next", at, about=True, text=text))
    return steps


def _is_shadowed(event: Event, events: Sequence[Event]) -> bool:
    """Once it is confirmed or asked for, nobody needs to read that it was held."""
    later = ("booking.confirmed", "booking.requested")
    return event.type == "booking.held" and any(each.type in later for each in events)


def _note(event: Event, events: Sequence[Event], facts: MoneyFacts, booking: Booking) -> str:
    if event.type in ("booking.price_changed", "booking.price_change_asked"):
        return formats.money(event.payload["after"], booking.currency)
    if event.type in ("booking.rest_paid", "booking.refunded"):
        return formats.money(event.payload["amount"], booking.currency)
    if event.type == "booking.lengthened":
        n = event.payload["minutes"]
        return ngettext("%(n)d minute more", "%(n)d minutes more", n) % {"n": n}
    if event.type == "booking.shortened":
        n = event.payload["minutes"]
        return ngettext("%(n)d minute less", "%(n)d minutes less", n) % {"n": n}
    if event.payload.get("kind") == "not_come":
        return gettext("Nobody came")
    if event.payload.get("not_come"):
        return gettext("%(where)s did not come") % {"where": booking.outlet.name}
    asked = any(each.type == "booking.requested" for each in events)
    later = sum(each.payload["amount"] for each in events if each.type == "booking.rest_paid")
    first = facts.paid - later
    if event.type == ("booking.requested" if asked else "booking.confirmed") and first > 0:
        paid = {"amount": formats.money(first, booking.currency)}
        if facts.held == facts.paid and not later:
            return gettext("%(amount)s paid, held until you say it was good") % paid
        return gettext("%(amount)s paid") % paid
    return ""
