"""Open time is hours minus what is taken, for any number of offerings in two statements."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.types.range import TimestamptzRange

from bookings.enums import AllocationKind, Status
from bookings.errors import NotOffered, OptionUnknown, SpanTooLong, StaffNotAble
from bookings.models import Allocation, Booking
from bookings.selectors.open_time import Ask, open_time
from bookings.selectors.slots import ItemRequest, OutletSlots, slots_for
from bookings.selectors.visit_time import ItemAsk, VisitAsk, alternatives, at_start, visit_time
from common import clock
from common.errors import NotFound
from common.spans import Span
from providers.models import (
    Closure,
    HoursOverride,
    HoursRule,
    Offering,
    Outlet,
    Service,
    StaffMember,
    TimeOff,
)
from tests import factories as make

# A Tuesday in Helsinki, which is two hours ahead: it is nine o'clock at 07:00 UTC.
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
TUESDAY = Span(datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 24, 22, tzinfo=UTC))
WEDNESDAY = Span(TUESDAY.end, TUESDAY.end + timedelta(days=1))


@pytest.fixture(autouse=True)
def tuesday(db: None) -> Any:
    with clock.at(NOW):
        yield


@pytest.fixture
def outlet() -> Outlet:
    """Open 9 to 12 every day, in steps of half an hour."""
    outlet = make.make_outlet(slot_step_min=30)
    outlet.hours_rules.update(closes=time(12))
    return outlet


@pytest.fixture
def person(outlet: Outlet) -> StaffMember:
    return make.make_staff(outlet)


@pytest.fixture
def service(outlet: Outlet, person: StaffMember) -> Service:
    return make.make_service(outlet, staff=[person])


def wall(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in Helsinki in that November, in UTC."""
    return datetime(2026, 11, day, hour - 2, minute, tzinfo=UTC)


def find(outlet: Outlet, service: Service, window: Span = WEDNESDAY, **more: Any) -> OutletSlots:
    return slots_for(
        outlet=outlet.public_id,
        items=[ItemRequest(service.public_id, **more)],
        start=window.start,
        end=window.end,
    )


def alone(offering: Offering, **more: Any) -> VisitAsk:
    """A visit of this one service."""
    return VisitAsk((ItemAsk(Ask(offering.pk), **more),))


def chosen(offering: Offering, start: datetime, **more: Any) -> int:
    """Who would do it (primary key)."""
    found = at_start(alone(offering, **more), start)
    layout = found and found.fits(start)
    assert layout
    return layout.placed[0].staff


def starts(outlet: Outlet, service: Service, window: Span = WEDNESDAY, **more: Any) -> list[str]:
    found = find(outlet, service, window, **more)
    return [f"{slot.start.astimezone(outlet.zone):%H:%M}" for slot in found.slots]


def block(start: datetime, end: datetime, **whose: Any) -> Allocation:
    return Allocation.objects.create(kind=AllocationKind.BLOCK, period=TimestamptzRange(start, end), **whose)


def offering_of(service: Service) -> Offering:
    return Offering.objects.get(service=service)


def test_slots_say_when_and_who(outlet: Outlet, service: Service, person: StaffMember) -> None:
    found = find(outlet, service)
    assert found.timezone == "Europe/Helsinki"
    assert [slot.start for slot in found.slots] == [wall(25, 9) + timedelta(minutes=30 * n) for n in range(5)]
    assert found.slots[0].end == wall(25, 10)
    assert found.slots[0].staff == [person.public_id]


def test_past_starts_and_those_within_the_notice_are_not_offered(outlet: Outlet, service: Service) -> None:
    Outlet.objects.filter(pk=outlet.pk).update(notice_min=120)
    assert starts(outlet, service, TUESDAY) == ["10:00", "10:30", "11:00"]
    with clock.at(NOW + timedelta(days=3)):
        assert starts(outlet, service, TUESDAY) == []


def test_the_booking_window_ends_with_its_last_local_day(outlet: Outlet, service: Service) -> None:
    Outlet.objects.filter(pk=outlet.pk).update(window_days=1)
    thursday = Span(WEDNESDAY.end, WEDNESDAY.end + timedelta(days=1))
    assert len(starts(outlet, service)) == 5
    assert starts(outlet, service, thursday) == []


def test_the_booking_window_ends_with_the_day_that_the_outlet_names(outlet: Outlet, service: Service) -> None:
    outlet.window_until = date(2026, 11, 24)
    outlet.save()
    assert len(starts(outlet, service, TUESDAY)) == 5
    assert starts(outlet, service) == []


def test_holidays_are_closed_unless_the_date_says_otherwise(outlet: Outlet, service: Service) -> None:
    # Independence Day in Finland is 6 December.
    holiday = Span(datetime(2026, 12, 5, 22, tzinfo=UTC), datetime(2026, 12, 6, 22, tzinfo=UTC))
    assert len(starts(outlet, service, holiday)) == 5
    outlet.keeps_holidays = True
    outlet.save()
    assert starts(outlet, service, holiday) == []
    HoursOverride.objects.create(outlet=outlet, date=date(2026, 12, 6), opens=time(10), closes=time(11))
    assert starts(outlet, service, holiday) == ["10:00"]


def test_holidays_of_a_region(service: Service, outlet: Outlet) -> None:
    # Saint Joseph, 19 March, is a holiday of Valencia's region in 2027, not of all of Spain.
    friday = Span(datetime(2027, 3, 18, 23, tzinfo=UTC), datetime(2027, 3, 19, 23, tzinfo=UTC))
    Outlet.objects.update(
        country="ES", timezone="Europe/Madrid", keeps_holidays=True, window_days=366, holiday_region=""
    )
    outlet.refresh_from_db()
    assert len(starts(outlet, service, friday)) == 5
    Outlet.objects.update(holiday_region="VC")
    assert starts(outlet, service, friday) == []


def test_alternating_weeks_open_every_second_one(outlet: Outlet, service: Service) -> None:
    outlet.hours_rules.filter(weekday=2).update(every_weeks=2, valid_from=date(2026, 11, 16))
    next_week = Span(*(edge + timedelta(days=7) for edge in WEDNESDAY))
    assert starts(outlet, service) == []
    assert len(starts(outlet, service, next_week)) == 5


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["10:30", "11:00"]),
        ({"grid_offset_min": 20}, ["10:20", "10:50"]),
        ({"slot_step_min": 50, "grid_align": "opening"}, ["10:40"]),
        ({"slot_step_min": 50, "grid_align": "previous"}, ["10:10", "11:00"]),
        ({"buffers_in_hours": True}, ["10:30"]),
    ],
)
def test_starts_follow_the_outlets_grid_and_what_is_offered_can_be_taken(
    outlet: Outlet, service: Service, person: StaffMember, fields: dict[str, Any], expected: list[str]
) -> None:
    Outlet.objects.update(**fields)
    Service.objects.update(buffer_before_min=10, buffer_after_min=10)
    block(wall(25, 9), wall(25, 10), staff=person)
    assert starts(outlet, service) == expected
    found = open_time([Ask(offering_of(service).pk)], window=WEDNESDAY)[offering_of(service).pk]
    offered = [
        wall(25, 9) + timedelta(minutes=n)
        for n in range(180)
        if found.fits(wall(25, 9) + timedelta(minutes=n))
    ]
    assert [f"{start.astimezone(outlet.zone):%H:%M}" for start in offered] == expected
    # What was free and is taken was for sale.
    visit = visit_time(alone(offering_of(service)), window=WEDNESDAY)
    assert visit and all(visit.is_offered(start) for start in offered)


def test_the_outlets_strategy_chooses_who(outlet: Outlet, service: Service, person: StaffMember) -> None:
    other = make.make_staff(outlet)
    service.skills.create(staff=other)
    block(wall(25, 9), wall(25, 10), staff=person)
    offering = offering_of(service)
    make.make_service(outlet, staff=[other])
    for strategy, expected in (("fair_share", other), ("compact", person), ("flexible", person)):
        Outlet.objects.update(staff_choice=strategy)
        assert chosen(offering, wall(25, 10)) == expected.pk


def test_what_is_taken_is_not_offered_and_what_is_dead_is(
    outlet: Outlet, service: Service, person: StaffMember
) -> None:
    taken = block(wall(25, 9), wall(25, 10), staff=person)
    assert starts(outlet, service) == ["10:00", "10:30", "11:00"]
    Allocation.objects.filter(pk=taken.pk).update(live=False)
    assert len(starts(outlet, service)) == 5


def test_overbooked_time_is_taken_too(outlet: Outlet, service: Service, person: StaffMember) -> None:
    owner = make.make_member(outlet.provider)
    block(wall(25, 9), wall(25, 10), staff=person, overbooked=True, overbooked_by=owner)
    assert starts(outlet, service) == ["10:00", "10:30", "11:00"]


def test_buffers_keep_visits_apart(outlet: Outlet, service: Service, person: StaffMember) -> None:
    Service.objects.filter(pk=service.pk).update(buffer_before_min=30, buffer_after_min=30)
    block(wall(25, 10, 30), wall(25, 11), staff=person)
    assert starts(outlet, service) == ["09:00"]
    Service.objects.filter(pk=service.pk).update(duration_min=30)
    assert starts(outlet, service) == ["09:00", "09:30", "11:30"]


def test_closures_time_off_overrides_and_own_hours_count(
    outlet: Outlet, service: Service, person: StaffMember
) -> None:
    other = make.make_staff(outlet)
    other.skills.create(service=service)
    HoursRule.objects.create(outlet=outlet, staff=other, weekday=2, opens=time(11), closes=time(20))
    TimeOff.objects.create(staff=person, period=TimestamptzRange(wall(25, 10), None))
    assert [(f"{slot.start:%H}", slot.staff) for slot in find(outlet, service).slots] == [
        ("07", [person.public_id]),
        ("09", [other.public_id]),
    ]
    HoursOverride.objects.create(outlet=outlet, date=wall(25, 9).date(), opens=time(9), closes=time(14))
    assert starts(outlet, service) == ["09:00", "11:00", "11:30", "12:00", "12:30", "13:00"]
    Closure.objects.create(outlet=outlet, period=TimestamptzRange(wall(25, 12), wall(25, 13)))
    assert starts(outlet, service) == ["09:00", "11:00", "13:00"]
    HoursOverride.objects.create(outlet=outlet, staff=other, date=wall(25, 9).date())
    assert starts(outlet, service) == ["09:00"]


def test_every_unit_a_service_needs_must_be_free(
    outlet: Outlet, service: Service, person: StaffMember
) -> None:
    one, two = make.make_bays(outlet, service, units=2)
    block(wall(25, 9), wall(25, 11), resource=one)
    assert len(starts(outlet, service)) == 5
    block(wall(25, 9), wall(25, 10), resource=two)
    assert starts(outlet, service) == ["10:00", "10:30", "11:00"]
    service.needs.update(quantity=2)
    assert starts(outlet, service) == ["11:00"]


def test_only_those_who_can_and_work_there_are_offered(outlet: Outlet, service: Service) -> None:
    make.make_staff(outlet)
    elsewhere = make.make_staff(make.make_outlet(outlet.provider))
    elsewhere.skills.create(service=service)
    StaffMember.objects.filter(skills__service=service).exclude(pk=elsewhere.pk).update(archived_at=NOW)
    assert starts(outlet, service) == []


def test_one_person_may_be_asked_for(outlet: Outlet, service: Service, person: StaffMember) -> None:
    other = make.make_staff(outlet)
    with pytest.raises(StaffNotAble):
        find(outlet, service, staff=other.public_id)
    other.skills.create(service=service)
    block(wall(25, 9), wall(25, 11), staff=person)
    assert find(outlet, service).slots[0].staff == [other.public_id]
    assert starts(outlet, service, staff=person.public_id) == ["11:00"]


def test_options_make_a_visit_longer(outlet: Outlet, service: Service) -> None:
    option = make.make_option(service, extra_min=90)
    assert starts(outlet, service, options=[option.public_id]) == ["09:00", "09:30"]
    with pytest.raises(OptionUnknown):
        find(outlet, service, options=["opt_unknown"])


def test_bad_questions_have_their_errors(outlet: Outlet, service: Service) -> None:
    backwards = Span(WEDNESDAY.end, WEDNESDAY.start)
    for window in (backwards, Span(NOW, NOW + timedelta(days=62, seconds=1)), Span(NOW, NOW)):
        with pytest.raises(SpanTooLong):
            find(outlet, service, window)
    with pytest.raises(NotOffered):
        find(outlet, make.make_service(make.make_outlet()))
    service.offerings.update(is_live=False)
    with pytest.raises(NotFound):
        find(outlet, service)


def test_a_hold_whose_time_is_over_is_free_before_the_worker_comes(
    outlet: Outlet, service: Service, person: StaffMember
) -> None:
    booking = held(outlet, service, person, wall(25, 9))
    assert starts(outlet, service) == ["10:00", "10:30", "11:00"]
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert len(starts(outlet, service)) == 5


def held(outlet: Outlet, service: Service, person: StaffMember, start: datetime) -> Booking:
    """A hold of an hour as the services would leave it."""
    end = start + timedelta(hours=1)
    booking = Booking.objects.create(
        outlet=outlet,
        status=Status.HELD,
        starts_at=start,
        ends_at=end,
        timezone=outlet.timezone,
        hold_expires_at=datetime.now(UTC) + timedelta(minutes=10),
        currency="EUR",
        total_amount=5000,
        check_in_code="0000",
    )
    item = booking.items.create(
        service=service,
        staff=person,
        starts_at=start,
        ends_at=end,
        name="Cut",
        language="en",
        duration_min=60,
        buffer_before_min=0,
        buffer_after_min=0,
        price_amount=5000,
        currency="EUR",
        tax_percent=14,
    )
    Allocation.objects.create(item=item, staff=person, period=TimestamptzRange(start, end))
    return booking


def test_a_booking_is_not_in_its_own_way(outlet: Outlet, service: Service, person: StaffMember) -> None:
    booking = held(outlet, service, person, wall(25, 9))
    ask = Ask(offering_of(service).pk)
    window = Span(wall(25, 9, 30), wall(25, 10))
    assert open_time([ask], window=window)[ask.offering_pk].fits(wall(25, 9, 30)) is None
    found = open_time([ask], window=window, besides_booking=booking.pk)[ask.offering_pk]
    assert found.fits(wall(25, 9, 30)) is not None


def test_customers_get_what_is_listed_and_staff_any_free_minute(
    outlet: Outlet, service: Service, person: StaffMember
) -> None:
    block(wall(25, 9), wall(25, 10), staff=person)
    ask = Ask(offering_of(service).pk)
    found = open_time([ask], window=WEDNESDAY)[ask.offering_pk]
    assert [found.fits(slot.start) for slot in found.slots()] == found.slots()
    off_grid, at_night, taken = wall(25, 10, 7), wall(25, 20), wall(25, 9, 30)
    assert [found.fits(start) for start in (off_grid, at_night, taken)] == [None] * 3
    visit = visit_time(alone(offering_of(service)), window=WEDNESDAY)
    assert visit
    assert [visit.is_offered(start) for start in (off_grid, at_night, taken)] == [False, False, True]
    assert [visit.fits(start) for start in (off_grid, at_night, taken)] == [None] * 3
    assert [layout.start for layout in visit.layouts()] == [slot.start for slot in found.slots()]
    assert visit.fits(off_grid, by_staff=True) and visit.fits(at_night, by_staff=True)
    assert visit.fits(taken, by_staff=True) is None


def test_a_named_person_is_preferred_and_fair_share_decides_else(
    outlet: Outlet, service: Service, person: StaffMember
) -> None:
    other = make.make_staff(outlet)
    other.skills.create(service=service)
    block(wall(25, 9), wall(25, 9, 30), staff=person)
    assert chosen(offering_of(service), wall(25, 11)) == other.pk
    assert chosen(offering_of(service), wall(25, 11), prefer_pks=(person.pk,)) == person.pk


def test_the_nearest_alternatives_lie_on_both_sides(
    outlet: Outlet, service: Service, person: StaffMember
) -> None:
    block(wall(25, 10), wall(25, 11), staff=person)
    found = alternatives(alone(offering_of(service)), start=wall(25, 10))
    assert [slot.start for slot in found] == [wall(24, 11), wall(25, 9), wall(25, 11)]
    block(wall(24, 9), wall(25, 10), staff=person)
    block(wall(25, 11), wall(29, 23), staff=person)
    assert [slot.start for slot in alternatives(alone(offering_of(service)), start=wall(25, 10))] == [
        wall(30, 9),
        wall(30, 9, 30),
        wall(30, 10),
    ]


def test_a_start_long_past_has_no_alternatives(outlet: Outlet, service: Service) -> None:
    assert alternatives(alone(offering_of(service)), start=NOW - timedelta(days=60)) == []


def test_next_slots_are_the_first_of_the_list(outlet: Outlet, service: Service, person: StaffMember) -> None:
    block(wall(24, 9), wall(27, 10), staff=person)
    ask = Ask(offering_of(service).pk)
    found = open_time([ask], window=Span(NOW, NOW + timedelta(days=14)))[ask.offering_pk]
    assert [slot.start for slot in found.next_slots(2)] == [wall(27, 10), wall(27, 10, 30)]
    assert found.next_slots(2) == found.slots()[:2]


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_offerings_takes_two_statements(count: int) -> None:
    asks = []
    for _ in range(count):
        outlet = make.make_outlet()
        service = make.make_service(outlet)
        make.make_bays(outlet, service, units=2)
        asks.append(Ask(offering_of(service).pk))
    with CaptureQueriesContext(connection) as queries:
        found = open_time(asks, window=WEDNESDAY)
    assert len(queries) == 2
    assert [len(each.slots()) for each in found.values()] == [29] * count


def test_slots_at_night_and_through_a_clock_change_are_offered_once_each(outlet: Outlet) -> None:
    service = make.make_service(outlet)
    outlet.hours_rules.update(opens=time(22), closes=time(5))
    night = Span(datetime(2027, 3, 27, 20, tzinfo=UTC), datetime(2027, 3, 28, 12, tzinfo=UTC))
    with clock.at(datetime(2027, 3, 20, tzinfo=UTC)):
        listed = starts(outlet, service, night)
    # Clocks skip 03:00 to 04:00 on 28 March 2027: 02:30 lasts until 04:30.
    assert listed == [
        "22:00", "22:30", "23:00", "23:30", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "04:00",
    ]  # fmt: skip
