"""Two members who call at once: one person is called once. Committed for real."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from accounts.principals import Principal
from bookings.enums import QueueState
from bookings.errors import NobodyToCall
from bookings.models import Allocation, Booking, QueueEntry
from bookings.services import queue, queue_closing
from common import clock
from providers.enums import Role
from providers.models import Outlet, StaffMember
from tests.factories import make_member, make_outlet, make_service, make_staff
from tests.payments.paying import together

pytestmark = pytest.mark.django_db(transaction=True)


class Counter:
    """A shop that is always open, with two people and somebody who may call."""

    def __init__(self) -> None:
        self.outlet: Outlet = make_outlet(open_always=True)
        self.people: list[StaffMember] = [make_staff(self.outlet), make_staff(self.outlet)]
        self.service = make_service(self.outlet, staff=self.people)
        self.manager = Principal(user=make_member(self.outlet.provider, Role.MANAGER))

    def join(self, name: str, staff: StaffMember | None = None) -> str:
        entry = queue.join(
            principal=self.manager,
            outlet=self.outlet.public_id,
            service=self.service.public_id,
            name=name,
            staff=staff.public_id if staff else None,
        )
        return entry.public_id

    def call(self, entry: str) -> str:
        return queue.call(principal=self.manager, entry=entry).public_id

    def call_next(self) -> str:
        return queue.call_next(principal=self.manager, outlet=self.outlet.public_id).public_id


def test_of_many_who_call_the_same_person_one_does(transactional_db: None) -> None:
    counter = Counter()
    entry = counter.join("Ville")

    results = together(*[lambda: counter.call(entry)] * 6)

    assert sorted(type(result).__name__ for result in results) == ["QueueMoved"] * 5 + ["str"]
    assert Booking.objects.count() == 1
    assert QueueEntry.objects.get().state == QueueState.CALLED


def test_without_the_places_lock_only_the_database_stands_in_the_way(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: with the guard off both find them waiting and take a chair, and one runs into the event's number."""
    counter = Counter()
    entry = counter.join("Ville")
    both = threading.Barrier(2, timeout=10)

    def unlocked(public_id: str) -> QueueEntry:
        found = QueueEntry.objects.select_related("outlet__provider", "service", "staff", "booking").get(
            public_id=public_id
        )
        both.wait()
        return found

    monkeypatch.setattr(queue, "lock", unlocked)

    results = together(*[lambda: counter.call(entry)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "str"]
    assert Booking.objects.count() == 1


def test_who_call_the_next_at_once_call_two_people_and_no_third(transactional_db: None) -> None:
    counter = Counter()
    waiting = [counter.join(name) for name in ("Ville", "Sari", "Olli")]

    results = together(*[counter.call_next] * 4)

    called = [result for result in results if isinstance(result, str)]
    assert sorted(called) == sorted(waiting[:2])
    assert [type(result) for result in results if not isinstance(result, str)] == [NobodyToCall] * 2
    taken = Allocation.objects.filter(live=True).values_list("staff", flat=True)
    assert sorted(taken) == sorted(person.pk for person in counter.people)


def test_two_for_one_chair_are_not_both_called(transactional_db: None) -> None:
    counter = Counter()
    aino = counter.people[0]
    ville, sari = counter.join("Ville", aino), counter.join("Sari", aino)

    results = together(lambda: counter.call(ville), lambda: counter.call(sari))

    assert sorted(type(result).__name__ for result in results) == ["SlotTaken", "str"]
    assert QueueEntry.objects.filter(state=QueueState.WAITING).count() == 1


def test_who_leaves_while_being_called_has_either_left_or_a_visit(transactional_db: None) -> None:
    counter = Counter()
    entry = counter.join("Ville")

    def leave() -> str:
        return queue.remove(principal=counter.manager, entry=entry).public_id

    results: list[Any] = together(lambda: counter.call(entry), leave)

    assert sorted(type(result).__name__ for result in results) == ["QueueMoved", "str"]
    found = QueueEntry.objects.get()
    assert (found.state == QueueState.CALLED) == (found.booking is not None) == Booking.objects.exists()


def test_the_worker_closes_a_queue_once_beside_whoever_calls(transactional_db: None) -> None:
    counter = Counter()
    entry = counter.join("Ville")
    QueueEntry.objects.update(closes_at=clock.now() - timedelta(days=2))

    together(lambda: counter.call(entry), queue_closing.close_queues, queue_closing.close_queues)
    while queue_closing.close_queues():
        pass

    found = QueueEntry.objects.get()
    assert found.name == ""
    assert (found.state == QueueState.CLOSED) != (found.state == QueueState.CALLED)
