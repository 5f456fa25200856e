"""Fifty people want ten seats, and some give theirs back. First with the guard, then without it, so that the race is
seen to happen."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction

from bookings.errors import BookingsAffected, SlotNotOffered, SlotTaken
from bookings.models import Booking, GroupSession
from bookings.rules import states
from bookings.services import core, expiry, seats, sessions
from providers.models import Outlet, Service
from tests.factories import make_group_service, make_outlet, make_session, make_sessions, tomorrow_at
from tests.seating import assert_seats_add_up, sit

CLIENTS = 50
SEATS = 10
ACTOR = "user:test"


def at_once(*works: Callable[[], str]) -> Counter[str]:
    """Do all of `works` at once, each in a thread; what each answered, or the error that it met."""
    gate = threading.Barrier(len(works))
    results: list[str] = []

    def client(work: Callable[[], str]) -> None:
        try:
            gate.wait()
            results.append(work())
        except SlotTaken:
            results.append("taken")
        except Exception as error:
            results.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return Counter(results)


def want(outlet: Outlet, service: Service, wanted: int = 1) -> Callable[[], str]:
    def work() -> str:
        sit(outlet, service, tomorrow_at(10), wanted)
        return "held"

    return work


@pytest.mark.django_db(transaction=True)
def test_ten_of_fifty_get_the_ten_seats() -> None:
    outlet = make_outlet()
    service = make_group_service(outlet, capacity=SEATS)
    make_session(outlet, service, tomorrow_at(10))

    results = at_once(*[want(outlet, service)] * CLIENTS)

    assert results == {"held": SEATS, "taken": CLIENTS - SEATS}
    assert GroupSession.objects.get().seats_taken == SEATS
    assert_seats_add_up()


@pytest.mark.django_db(transaction=True)
def test_seats_add_up_while_some_are_given_back_holds_end_and_parties_come() -> None:
    outlet = make_outlet()
    service = make_group_service(outlet, capacity=SEATS)
    make_sessions(outlet, service, tomorrow_at(10), dates=3, course="Colour")
    begun = [sit(outlet, service, tomorrow_at(10), 2) for _ in range(4)]
    Booking.objects.filter(pk__in=[each.pk for each in begun[2:]]).update(
        hold_expires_at=begun[0].hold_expires_at - timedelta(hours=1)  # type: ignore[operator]  # it has one
    )

    def give_up(booking: Booking) -> Callable[[], str]:
        def work() -> str:
            with transaction.atomic():
                core.move(core.lock(booking.ref), action="cancel", who="customer", actor="guest")
            return "given back"

        return work

    def worker() -> str:
        expiry.expire_holds()
        return "worked"

    parties = [want(outlet, service, party) for party in (1, 2, 3)] * 8
    results = at_once(*parties, *(give_up(each) for each in begun[:2]), *[worker] * 4)

    assert results.keys() <= {"held", "taken", "given back", "worked"}, results
    assert (results["given back"], results["worked"]) == (2, 4)
    assert_seats_add_up()
    left = SEATS - GroupSession.objects.all()[0].seats_taken
    assert left < 3 or results["taken"] == 0


@pytest.mark.django_db(transaction=True)
def test_nobody_gets_a_seat_in_what_is_being_cancelled() -> None:
    outlet = make_outlet()
    service = make_group_service(outlet, capacity=SEATS)
    session = make_session(outlet, service, tomorrow_at(10))
    sit(outlet, service, tomorrow_at(10))

    def cancel() -> str:
        known = ""
        while True:
            try:
                sessions.cancel_session(session=session, actor=ACTOR, acknowledged=known)
            except BookingsAffected as error:
                known = error.data["version"]
            except SlotTaken:
                continue  # somebody came in between the locks: once more
            else:
                return "cancelled"

    def come() -> str:
        try:
            sit(outlet, service, tomorrow_at(10))
        except SlotNotOffered:
            return "taken"
        return "held"

    results = at_once(cancel, *[come] * 20)

    assert results["cancelled"] == 1
    assert results.keys() <= {"held", "taken", "cancelled"}, results
    assert not Booking.objects.filter(status__in=states.LIVE).exists()
    session.refresh_from_db()
    assert (session.seats_taken, session.cancelled_at is not None) == (0, True)


@pytest.fixture
def guard_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No row locks, no conditional UPDATE, no constraint: look, then write, as most booking systems do."""
    meeting = threading.Barrier(2, timeout=10)

    def look_then_write(session_pks: Sequence[int], wanted: int) -> bool:
        rows = list(GroupSession.objects.filter(pk__in=session_pks))
        if any(row.capacity - row.seats_taken < wanted for row in rows):
            return False
        meeting.wait()
        for row in rows:
            row.seats_taken += wanted
            row.save(update_fields=["seats_taken"])
        return True

    def no_locks(pks: Sequence[int]) -> dict[int, GroupSession]:
        return GroupSession.objects.select_related("course").in_bulk(list(pks))

    monkeypatch.setattr(seats, "_count_up", look_then_write)
    monkeypatch.setattr(seats, "lock_sessions", no_locks)
    yield


@pytest.mark.django_db(transaction=True)
def test_with_the_guard_off_one_seat_is_sold_twice(guard_off: None) -> None:
    outlet = make_outlet()
    service = make_group_service(outlet, capacity=2)
    make_session(outlet, service, tomorrow_at(10), capacity=1)

    results = at_once(*[want(outlet, service)] * 2)

    assert results == {"held": 2}
    assert seats.count_of(GroupSession.objects.get()) == 2
    with pytest.raises(AssertionError):
        assert_seats_add_up()


@pytest.mark.django_db(transaction=True)
def test_the_database_alone_refuses_the_second_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is locked and nothing is looked at again: the check of the table still refuses."""
    outlet = make_outlet()
    service = make_group_service(outlet, capacity=2)
    make_session(outlet, service, tomorrow_at(10), capacity=1)
    meeting = threading.Barrier(2, timeout=10)

    def count_blindly(session_pks: Sequence[int], wanted: int) -> bool:
        meeting.wait()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE bookings_groupsession SET seats_taken = seats_taken + %s WHERE id = ANY(%s)",
                [wanted, list(session_pks)],
            )
        return True

    def no_locks(pks: Sequence[int]) -> dict[int, GroupSession]:
        return GroupSession.objects.select_related("course").in_bulk(list(pks))

    monkeypatch.setattr(seats, "_count_up", count_blindly)
    monkeypatch.setattr(seats, "lock_sessions", no_locks)

    results = at_once(*[want(outlet, service)] * 2)

    assert results["held"] == 1
    assert any("seats_are_never_oversold" in each for each in results)
    assert_seats_add_up()
