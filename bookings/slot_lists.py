"""Slot lists as the API writes them.

Fifty people's month is a thousand slots with fifty thousand ids in them. To check each on its way out, as schemas do,
took longer than everything before it together; and all that is in them are instants and ids of ours. So the plain ones
are written as text, and who is free is written once for all slots that share it. `tests/bookings/test_slot_lists.py`
reads it back by the schema that documents it.
"""

import json
from collections.abc import Callable

from bookings import schemas
from bookings.selectors.open_time import OpenSlot
from bookings.selectors.slots import OutletSlots, SeatSlot
from bookings.selectors.visit_time import VisitSlot
from common.clock import rfc3339

PLAIN = '{"start": "%s", "end": "%s", "staff": %s, "items": %s, "session": null, "seats_left": null, "course": null}'
ITEM = '{"staff": %s, "start": "%s", "end": "%s"}'


def slot_list(found: OutletSlots, *, with_items: bool = False) -> str:
    """The JSON text of `schemas.SlotsOut`, written once. `with_items`: each slot with its services, of one service,
    too."""
    if with_items not in found.written:
        found.written[with_items] = _list(found, with_items=with_items)
    return found.written[with_items]


def _list(found: OutletSlots, *, with_items: bool) -> str:
    ids = _once()
    told = ", ".join(_slot(slot, ids, with_items=with_items) for slot in found.slots)
    zone, counted = json.dumps(found.timezone), json.dumps(found.travel_counted)
    return f'{{"timezone": {zone}, "slots": [{told}], "travel_counted": {counted}}}'


def _once() -> Callable[[list[str]], str]:
    """Writes lists of ids; a list that many slots share is written once."""
    written: dict[int, str] = {}

    def ids(staff: list[str]) -> str:
        told = written.get(id(staff))
        if told is None:
            told = written[id(staff)] = json.dumps(staff)
        return told

    return ids


def _slot(slot: OpenSlot, ids: Callable[[list[str]], str], *, with_items: bool) -> str:
    # Only slots of one service are many.
    if isinstance(slot, SeatSlot | VisitSlot):
        return _rich(slot, with_items=with_items).model_dump_json(by_alias=True)
    start, end, staff = rfc3339(slot.start), rfc3339(slot.end), ids(slot.staff)
    items = f"[{ITEM % (staff, start, end)}]" if with_items else "null"
    return PLAIN % (start, end, staff, items)


def _rich(slot: SeatSlot | VisitSlot, *, with_items: bool) -> schemas.SlotOut:
    """A session or course with its seats, or a visit laid out."""
    session, left, course = None, None, None
    items = [schemas.SlotItemOut(staff=slot.staff, start=slot.start, end=slot.end)]
    if isinstance(slot, VisitSlot):
        items = [schemas.SlotItemOut(staff=each.staff, start=each.start, end=each.end) for each in slot.items]
    else:
        session, left = slot.session, slot.seats_left
        if slot.dates:
            dates = [schemas.PeriodOut(start=each.start, end=each.end) for each in slot.dates]
            course = schemas.CourseOut(name=slot.course, dates=dates)
    return schemas.SlotOut(
        start=slot.start,
        end=slot.end,
        staff=slot.staff,
        items=items if with_items else None,
        session=session,
        seats_left=left,
        course=course,
    )
