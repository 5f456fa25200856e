"""The service standard of a visit: a checklist that staff tick while they serve, and the customer reads."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from bookings.errors import MoveRefused, StepUnknown
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import core
from common import clock
from common.errors import NotAllowed
from providers.selectors.standards import standard_of

# While the customer is being served.
TICKED_IN = frozenset({states.CHECKED_IN, states.STARTED})


def snapshot(category_pk: int) -> list[dict[str, Any]]:
    """The category's steps as an item keeps them, none of them done. One query."""
    return [{"words": words, "at": None, "by": ""} for words in standard_of(category_pk)]


@transaction.atomic
def tick(*, access: Access, done: Collection[int]) -> Booking:
    """Say which steps of the visit are done, by their place (0 is the first) over all its items; others are not.

    Who ticked a step, and when, stays as long as it is ticked. For whoever marks the visit. Raises NotAllowed,
    MoveRefused unless the customer is there, StepUnknown.
    """
    if not access.may_mark():
        raise NotAllowed
    booking = core.lock(access.booking.ref)
    if booking.status not in TICKED_IN:
        raise MoveRefused(booking_status=booking.status, action="tick")
    items = list(booking.items.all())
    steps = [step for item in items for step in item.standard]
    if not set(done) <= set(range(len(steps))):
        raise StepUnknown(steps=len(steps))
    changed = [place for place, step in enumerate(steps) if bool(step["at"]) != (place in done)]
    if not changed:
        return booking
    now, actor = clock.rfc3339(clock.now()), access.principal.actor
    for place in changed:
        steps[place].update({"at": now, "by": actor} if place in done else {"at": None, "by": ""})
    for item in items:
        item.save(update_fields=["standard"])
    core.change(
        booking,
        event="booking.standard_ticked",
        actor=actor,
        done=sorted(place for place in changed if place in done),
        undone=sorted(place for place in changed if place not in done),
    )
    return booking
