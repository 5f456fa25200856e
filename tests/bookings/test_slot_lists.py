"""Slot lists are written as text: what they say is what their schema documents."""

import json
from datetime import UTC, datetime, timedelta

from bookings import schemas
from bookings.selectors.open_time import OpenSlot
from bookings.selectors.slots import OutletSlots, SeatSlot
from bookings.selectors.visit_time import SlotItem, VisitSlot
from bookings.slot_lists import slot_list
from common.spans import Span

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
BOTH = ["stf_anna", 'stf_"quoted"']
PLAIN = [OpenSlot(NINE, TEN, BOTH), OpenSlot(TEN, TEN + timedelta(hours=1), BOTH), OpenSlot(TEN, TEN, [])]
SEATS = SeatSlot(NINE, TEN, BOTH[:1], "ses_1", 3, 'Beginners\' "fun"', (Span(NINE, TEN),))
VISIT = VisitSlot(NINE, TEN, BOTH, [SlotItem(NINE, TEN, ["stf_anna"])])


def by_schema(found: OutletSlots, items: list[list[schemas.SlotItemOut] | None]) -> object:
    """What the schema would answer."""
    slots = []
    for slot, its in zip(found.slots, items, strict=True):
        more = {}
        if isinstance(slot, SeatSlot):
            dates = [schemas.PeriodOut(start=each.start, end=each.end) for each in slot.dates]
            course = schemas.CourseOut(name=slot.course, dates=dates)
            more = {"session": slot.session, "seats_left": slot.seats_left, "course": course}
        slots.append(schemas.SlotOut(start=slot.start, end=slot.end, staff=slot.staff, items=its, **more))
    told = schemas.SlotsOut(timezone=found.timezone, slots=slots, travel_counted=found.travel_counted)
    return told.model_dump(mode="json", by_alias=True)


def test_plain_slots_are_written_as_their_schema_says() -> None:
    found = OutletSlots("Europe/Helsinki", list(PLAIN), travel_counted=False)

    written = json.loads(slot_list(found))

    assert written == by_schema(found, [None] * len(PLAIN))
    assert written["slots"][0]["start"] == "2026-03-02T09:00:00Z"


def test_plain_slots_have_their_one_service_when_it_is_asked_for() -> None:
    found = OutletSlots("Europe/Helsinki", list(PLAIN))

    written = json.loads(slot_list(found, with_items=True))

    items = [[schemas.SlotItemOut(staff=slot.staff, start=slot.start, end=slot.end)] for slot in PLAIN]
    assert written == by_schema(found, items)


def test_sessions_and_visits_are_written_as_their_schema_says() -> None:
    found = OutletSlots("Europe/Helsinki", [SEATS, VISIT])

    written = json.loads(slot_list(found, with_items=True))

    of_seats = [schemas.SlotItemOut(staff=SEATS.staff, start=NINE, end=TEN)]
    of_visit = [schemas.SlotItemOut(staff=["stf_anna"], start=NINE, end=TEN)]
    assert written == by_schema(found, [of_seats, of_visit])


def test_no_slots_are_an_empty_list() -> None:
    written = json.loads(slot_list(OutletSlots("Asia/Kathmandu", [])))

    assert written == {"timezone": "Asia/Kathmandu", "slots": [], "travel_counted": True}
