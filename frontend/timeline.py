"""How a booking goes: what has happened, what is now, what is to come, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from bookings.rules import states
from common.models import Event
from providers.enums import Place

HAPPENED: dict[str, tuple[str | Promise, str]] = {
    "booking.held": (_("Time held for you"), "hourglass"),
    "booking.confirmed": (_("Confirmed"), "calendar-check"),
    "booking.rescheduled": (_("Moved to another time"), "calendar-clock"),
    "booking.cancelled": (_("Cancelled"), "x"),
    "booking.expired": (_("The hold ended"), "timer-off"),
    "booking.paid_too_late": (_("Paid after the hold ended: your money goes back"), "undo-2"),
    "booking.on_the_way": (_("On the way"), "navigation"),
    "booking.checked_in": (_("Checked in"), "scan"),
    "booking.started": (_("In service"), "play"),
    "booking.completed": (_("Done"), "check"),
    "booking.closed": (_("Completed"), "check-check"),
    "booking.no_show": (_("Nobody came"), "user-x"),
}
TO_COME: dict[str, tuple[str | Promise, str]] = {
    "booking.on_the_way": (_("On the way to you"), "navigation"),
    "booking.checked_in": (_("You check in with your code"), "scan"),
    "booking.started": (_("The service begins"), "play"),
    "booking.completed": (_("Done, and you say it was good"), "check-check"),
}
AHEAD = {
    states.CONFIRMED: ["booking.on_the_way", "booking.checked_in", "booking.started", "booking.completed"],
    states.ON_THE_WAY: ["booking.checked_in", "booking.started", "booking.completed"],
    states.CHECKED_IN: ["booking.started", "booking.completed"],
    states.STARTED: ["booking.completed"],
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: done, now or ahead; `at` is when it happened, or when it is expected (`about`)."""

    title: str | Promise
    icon: str
    state: Literal["done", "now", "ahead"]
    at: datetime | None = None
    about: bool = False


def timeline(booking: Booking, events: Sequence[Event]) -> list[Step]:
    """The steps of a booking from its events, in order, and those that its status still leads to."""
    steps = [
        Step(*HAPPENED[event.type], state="done", at=event.at) for event in events if event.type in HAPPENED
    ]
    ahead = [
        type_
        for type_ in AHEAD.get(booking.status, [])
        if not (type_ == "booking.on_the_way" and booking.place == Place.OUTLET)
    ]
    if ahead and steps:
        last = steps.pop()
        steps.append(Step(last.title, last.icon, "now", last.at))
    expected = {"booking.started": booking.starts_at, "booking.completed": booking.ends_at}
    for type_ in ahead:
        title, icon = TO_COME[type_]
        steps.append(Step(title, icon, "ahead", expected.get(type_), about=True))
    return steps
