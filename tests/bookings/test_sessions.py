"""Group sessions: what the provider puts on the calendar, and seats in them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from bookings.enums import PaymentState
from bookings.errors import (
    BookingsAffected,
    NotAGroup,
    NotOffered,
    SeatsSold,
    SessionBegun,
    SessionCancelled,
    SlotNotOffered,
    SlotTaken,
    StaffNotAble,
)
from bookings.models import Allocation, Booking, GroupSession
from bookings.rules.sessions import weekly
from bookings.selectors import sessions as selectors
from bookings.selectors.slots import ItemRequest, SeatSlot, slots_for
from bookings.services import core, expiry, seats, sessions
from common import clock
from common.models import Event
from common.spans import Span
from providers.models import Outlet, Service
from providers.services.hours import add_closure, add_time_off
from tests.factories import (
    make_bays,
    make_group_service,
    make_home_service,
    make_outlet,
    make_service,
    make_session,
    make_sessions,
    make_staff,
    tomorrow_at,
)
from tests.keeping import check_kept, keep
from tests.seating import assert_seats_add_up, sit

pytestmark = pytest.mark.django_db
ACTOR = "user:test"
HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet()


@pytest.fixture
def service(outlet: Outlet) -> Service:
    return make_group_service(outlet, capacity=4)


def left_of(outlet: Outlet, service: Service, seats: int = 1) -> list[tuple[datetime, int]]:
    found = slots_for(
        outlet=outlet.public_id,
        items=[ItemRequest(service.public_id)],
        start=clock.now(),
        end=clock.now() + timedelta(days=60),
        seats=seats,
    )
    assert all(isinstance(slot, SeatSlot) for slot in found.slots)
    return [(slot.start, slot.seats_left) for slot in found.slots]  # type: ignore[attr-defined]


def test_weekly_sessions_keep_the_wall_clock_over_a_change() -> None:
    first = datetime(2026, 10, 19, 18, 0, tzinfo=HELSINKI)
    starts = weekly(first, zone=HELSINKI, count=3)
    assert [start.astimezone(UTC).hour for start in starts] == [15, 16, 16]
    assert [start.astimezone(HELSINKI).hour for start in starts] == [18, 18, 18]


def test_a_weekly_start_that_the_clock_skips_is_read_with_the_offset_before() -> None:
    first = datetime(2026, 3, 22, 3, 30, tzinfo=HELSINKI)
    assert weekly(first, zone=HELSINKI, count=2)[1].astimezone(HELSINKI).hour == 4


def test_every_second_week() -> None:
    first = datetime(2026, 6, 1, 18, 0, tzinfo=HELSINKI)
    starts = weekly(first, zone=HELSINKI, count=2, every_weeks=2)
    assert starts[1] - starts[0] == timedelta(weeks=2)


def test_a_session_takes_its_person_and_a_unit_as_a_visit_does(outlet: Outlet) -> None:
    person = make_staff(outlet)
    service = make_group_service(outlet, staff=[person], buffer_after_min=30)
    [bay] = make_bays(outlet, service)

    session = make_session(outlet, service, tomorrow_at(10))

    rows = Allocation.objects.filter(session=session, live=True, kind="session")
    assert {(row.staff_id, row.resource_id) for row in rows} == {(person.pk, None), (None, bay.pk)}
    assert {row.period.upper for row in rows} == {tomorrow_at(12)}
    assert session.ends_at == tomorrow_at(11, 30)
    with pytest.raises(SlotTaken) as refused:
        make_session(outlet, service, tomorrow_at(11))
    assert refused.value.data["start"] == clock.rfc3339(tomorrow_at(11))


def test_whoever_is_free_on_all_dates_does_it(outlet: Outlet) -> None:
    first, second = make_staff(outlet), make_staff(outlet)
    service = make_group_service(outlet, staff=[first, second])
    make_session(outlet, service, tomorrow_at(10, days=8), staff=first.public_id)

    made = make_sessions(outlet, service, tomorrow_at(10), dates=3)

    assert {session.staff_id for session in made} == {second.pk}


def test_all_dates_are_put_on_the_calendar_or_none(outlet: Outlet, service: Service) -> None:
    make_session(outlet, service, tomorrow_at(10, days=8))
    with pytest.raises(SlotTaken):
        make_sessions(outlet, service, tomorrow_at(10), dates=3)
    assert GroupSession.objects.count() == 1


def test_what_cannot_be_a_session_is_refused_by_name(outlet: Outlet, service: Service) -> None:
    with pytest.raises(NotAGroup):
        make_session(outlet, make_service(outlet), tomorrow_at(10))
    with pytest.raises(NotAGroup):
        make_session(outlet, make_home_service(outlet, capacity=4), tomorrow_at(10))
    with pytest.raises(NotOffered):
        make_session(make_outlet(), service, tomorrow_at(10))
    with pytest.raises(StaffNotAble):
        make_session(outlet, service, tomorrow_at(10), staff=make_staff(outlet).public_id)
    with pytest.raises(SlotNotOffered):
        make_session(outlet, service, clock.now() - timedelta(hours=2))


def test_the_database_refuses_a_seat_too_many(outlet: Outlet, service: Service) -> None:
    session = make_session(outlet, service, tomorrow_at(10))
    for wrong in (5, -1):
        with pytest.raises(IntegrityError), transaction.atomic():
            GroupSession.objects.filter(pk=session.pk).update(seats_taken=wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupSession.objects.filter(pk=session.pk).update(seats_taken=1, cancelled_at=clock.now())


def test_seats_are_counted_and_the_last_ones_are_refused(outlet: Outlet, service: Service) -> None:
    make_session(outlet, service, tomorrow_at(10))
    make_session(outlet, service, tomorrow_at(14))
    booking = sit(outlet, service, tomorrow_at(10), 3)

    assert booking.total_amount == 15000
    assert booking.items.get().lines[0]["name"] == "3 × Workshop"
    assert left_of(outlet, service) == [(tomorrow_at(10), 1), (tomorrow_at(14), 4)]
    assert left_of(outlet, service, seats=2) == [(tomorrow_at(14), 4)]
    with pytest.raises(SlotTaken) as refused:
        sit(outlet, service, tomorrow_at(10), 2)
    assert [each["start"] for each in refused.value.data["alternatives"]] == [clock.rfc3339(tomorrow_at(14))]
    assert_seats_add_up()


def test_of_two_sessions_at_once_the_one_with_room_takes_them(outlet: Outlet) -> None:
    service = make_group_service(outlet, capacity=3, staff=[make_staff(outlet), make_staff(outlet)])
    make_session(outlet, service, tomorrow_at(10))
    make_session(outlet, service, tomorrow_at(10))
    for _ in range(3):
        sit(outlet, service, tomorrow_at(10), 2) if _ < 2 else sit(outlet, service, tomorrow_at(10), 1)
    with pytest.raises(SlotTaken):
        sit(outlet, service, tomorrow_at(10), 2)
    assert sorted(GroupSession.objects.values_list("seats_taken", flat=True)) == [2, 3]
    assert_seats_add_up()


def test_a_course_takes_a_seat_on_every_date_and_costs_once(outlet: Outlet, service: Service) -> None:
    make_sessions(outlet, service, tomorrow_at(10), dates=3, course="Colour for beginners")
    booking = sit(outlet, service, tomorrow_at(10), 2)

    items = list(booking.items.all())
    assert [item.price_amount for item in items] == [10000, 0, 0]
    names = [f"2 × Colour for beginners {n}/3" for n in (1, 2, 3)]
    assert [item.lines[0]["name"] for item in items] == names
    assert {item.name for item in items} == {"Colour for beginners"}
    assert booking.ends_at == tomorrow_at(11, 30, days=15)
    assert {session.seats_taken for session in GroupSession.objects.all()} == {2}
    with pytest.raises(SlotNotOffered):  # late joiners
        sit(outlet, service, tomorrow_at(10, days=8))
    assert_seats_add_up()


def test_a_course_is_sold_for_all_of_its_dates_or_none(outlet: Outlet, service: Service) -> None:
    made = make_sessions(outlet, service, tomorrow_at(10), dates=2, course="Colour")
    sessions.change_capacity(session=made[1], capacity=1, actor=ACTOR)
    assert left_of(outlet, service) == [(tomorrow_at(10), 1)]
    with pytest.raises(SlotTaken):
        sit(outlet, service, tomorrow_at(10), 2)
    assert_seats_add_up()


def test_a_hold_whose_time_is_over_frees_its_seats_at_once(outlet: Outlet, service: Service) -> None:
    make_session(outlet, service, tomorrow_at(10))
    stale = sit(outlet, service, tomorrow_at(10), 4, held_for=-timedelta(seconds=1))
    assert left_of(outlet, service) == [(tomorrow_at(10), 4)]
    sit(outlet, service, tomorrow_at(10), 4)
    stale.refresh_from_db()
    assert stale.status == "expired"
    assert_seats_add_up()


def test_the_worker_gives_seats_of_ended_holds_back(outlet: Outlet, service: Service) -> None:
    make_sessions(outlet, service, tomorrow_at(10), dates=2, course="Colour")
    sit(outlet, service, tomorrow_at(10), 2, held_for=-timedelta(seconds=1))
    assert expiry.expire_holds() == 1
    assert {session.seats_taken for session in GroupSession.objects.all()} == {0}


def test_what_nobody_can_do_then_is_not_sold(outlet: Outlet) -> None:
    person = make_staff(outlet)
    service = make_group_service(outlet, staff=[person])
    make_session(outlet, service, tomorrow_at(10))
    assert len(left_of(outlet, service)) == 1
    closed = add_closure(outlet=outlet, start=tomorrow_at(9), end=tomorrow_at(11), actor=ACTOR)
    assert left_of(outlet, service) == []
    closed.delete()
    add_time_off(staff=person, start=tomorrow_at(11), end=tomorrow_at(15), actor=ACTOR)
    assert left_of(outlet, service) == []


def test_the_notice_and_the_last_day_hold_for_sessions_too(outlet: Outlet, service: Service) -> None:
    make_session(outlet, service, tomorrow_at(10))
    make_session(outlet, service, tomorrow_at(10, days=40))
    outlet.window_days = 30
    outlet.save()
    assert [start for start, _ in left_of(outlet, service)] == [tomorrow_at(10)]
    outlet.notice_min = 3 * 24 * 60
    outlet.save()
    assert left_of(outlet, service) == []


def test_capacity_never_falls_below_the_seats_taken(outlet: Outlet, service: Service) -> None:
    session = make_session(outlet, service, tomorrow_at(10))
    sit(outlet, service, tomorrow_at(10), 3)
    with pytest.raises(SeatsSold) as refused:
        sessions.change_capacity(session=session, capacity=2, actor=ACTOR)
    assert refused.value.data == {"seats_taken": 3}
    assert sessions.change_capacity(session=session, capacity=3, actor=ACTOR).capacity == 3
    assert left_of(outlet, service) == []


def test_cancelling_lists_the_bookings_first_then_cancels_each_at_no_cost(
    outlet: Outlet, service: Service
) -> None:
    session = make_session(outlet, service, tomorrow_at(10))
    first, second = sit(outlet, service, tomorrow_at(10)), sit(outlet, service, tomorrow_at(10), 2)
    _confirm(second)
    with pytest.raises(BookingsAffected) as refused:
        sessions.cancel_session(session=session, actor=ACTOR)
    listed = refused.value.data["bookings"]
    assert {each["ref"] for each in listed} == {first.ref, second.ref}
    assert {tuple(each["why"]) for each in listed} == {("session",)}
    assert_seats_add_up()

    sessions.cancel_session(session=session, actor=ACTOR, acknowledged=refused.value.data["version"])

    for booking in (first, second):
        booking.refresh_from_db()
        assert (booking.status, booking.fee_amount, booking.cancelled_by) == ("cancelled", 0, "staff")
        assert Event.objects.filter(subject_id=booking.ref, type="booking.cancelled").count() == 1
    session.refresh_from_db()
    assert (session.seats_taken, session.cancelled_at is not None) == (0, True)
    assert not Allocation.objects.filter(session=session, live=True).exists()
    assert [event.type for event in Event.objects.filter(subject_id=session.public_id).order_by("seq")] == [
        "session.added",
        "session.cancelled",
    ]
    with pytest.raises(SessionCancelled):
        sessions.cancel_session(session=session, actor=ACTOR)
    with pytest.raises(SlotNotOffered):
        sit(outlet, service, tomorrow_at(10))


def test_a_stale_list_is_shown_again(outlet: Outlet, service: Service) -> None:
    session = make_session(outlet, service, tomorrow_at(10))
    sit(outlet, service, tomorrow_at(10))
    with pytest.raises(BookingsAffected) as refused:
        sessions.cancel_session(session=session, actor=ACTOR)
    sit(outlet, service, tomorrow_at(10))
    with pytest.raises(BookingsAffected) as again:
        sessions.cancel_session(session=session, actor=ACTOR, acknowledged=refused.value.data["version"])
    assert len(again.value.data["bookings"]) == 2


def test_a_course_is_cancelled_with_all_its_coming_dates(outlet: Outlet, service: Service) -> None:
    made = make_sessions(outlet, service, tomorrow_at(10), dates=3, course="Colour")
    booking = sit(outlet, service, tomorrow_at(10), 2)
    with pytest.raises(BookingsAffected) as refused:
        sessions.cancel_session(session=made[1], actor=ACTOR)
    sessions.cancel_session(session=made[1], actor=ACTOR, acknowledged=refused.value.data["version"])
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert not GroupSession.objects.filter(cancelled_at__isnull=True).exists()
    assert_seats_add_up()


def test_moving_takes_the_bookings_along(outlet: Outlet, service: Service) -> None:
    session = make_session(outlet, service, tomorrow_at(10))
    booking = sit(outlet, service, tomorrow_at(10), 2)
    with pytest.raises(BookingsAffected) as refused:
        sessions.move_session(session=session, start=tomorrow_at(11), actor=ACTOR)
    session.refresh_from_db()
    assert session.starts_at == tomorrow_at(10)

    version = refused.value.data["version"]
    sessions.move_session(session=session, start=tomorrow_at(11), actor=ACTOR, acknowledged=version)

    booking.refresh_from_db()
    assert (booking.starts_at, booking.ends_at) == (tomorrow_at(11), tomorrow_at(12, 30))
    assert booking.items.get().starts_at == tomorrow_at(11)
    event = Event.objects.get(subject_id=booking.ref, type="booking.rescheduled")
    assert event.payload["previous"]["starts_at"] == clock.rfc3339(tomorrow_at(10))
    make_session(outlet, service, tomorrow_at(9, 30))  # its old time is free again
    assert_seats_add_up()


def test_the_open_time_kept_for_search_follows_sessions(outlet: Outlet, service: Service) -> None:
    make_service(outlet, staff=list(service.staff.all()))
    keep()
    session = make_session(outlet, service, tomorrow_at(10))
    check_kept()
    sessions.move_session(session=session, start=tomorrow_at(14), actor=ACTOR)
    check_kept()
    sessions.cancel_session(session=session, actor=ACTOR)
    check_kept()


def test_a_session_is_not_moved_onto_what_is_taken(outlet: Outlet, service: Service) -> None:
    session = make_session(outlet, service, tomorrow_at(10))
    make_session(outlet, service, tomorrow_at(14))
    with pytest.raises(SlotTaken):
        sessions.move_session(session=session, start=tomorrow_at(13), actor=ACTOR)
    session.refresh_from_db()
    assert session.starts_at == tomorrow_at(10)
    assert Allocation.objects.filter(session=session, live=True).count() == 1


def test_what_has_begun_stays(outlet: Outlet, service: Service) -> None:
    session = make_session(outlet, service, tomorrow_at(10))
    with clock.at(tomorrow_at(10, 1)):
        for change in (
            lambda: sessions.cancel_session(session=session, actor=ACTOR),
            lambda: sessions.move_session(session=session, start=tomorrow_at(15), actor=ACTOR),
        ):
            with pytest.raises(SessionBegun):
                change()


def test_the_roster_has_who_is_in_it(outlet: Outlet, service: Service) -> None:
    session = make_session(outlet, service, tomorrow_at(10))
    inside = sit(outlet, service, tomorrow_at(10), 2)
    gone = sit(outlet, service, tomorrow_at(10))
    core.move(core.lock(gone.ref), action="cancel", who="customer", actor="guest")
    sit(outlet, service, tomorrow_at(10), held_for=-timedelta(seconds=1))
    [row] = selectors.roster(session)
    assert (row.ref, selectors.seats_in(row, session)) == (inside.ref, 2)
    [read] = selectors.sessions_of(outlet, Span(tomorrow_at(0), tomorrow_at(23)))
    assert selectors.taken(read) == 2


def test_seats_are_taken_again_for_a_late_payment(outlet: Outlet, service: Service) -> None:
    make_session(outlet, service, tomorrow_at(10))
    booking = sit(outlet, service, tomorrow_at(10), 3, held_for=-timedelta(seconds=1))
    expiry.expire_holds()
    with transaction.atomic():
        seats.take_again(core.lock(booking.ref))
    assert GroupSession.objects.get().seats_taken == 3
    with transaction.atomic():
        GroupSession.objects.update(seats_taken=F("seats_taken") - 3)
        sit(outlet, service, tomorrow_at(10), 2)
        with pytest.raises(SlotTaken):
            seats.take_again(core.lock(booking.ref))


def _confirm(booking: Booking) -> None:
    core.move(
        core.lock(booking.ref),
        action="confirm",
        who="staff",
        actor=ACTOR,
        fields={"confirmed_at": clock.now(), "payment_state": PaymentState.COUNTER},
    )
