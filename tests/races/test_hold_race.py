"""Fifty people want one slot. First with the guard, then without it, so that the race is seen to happen."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db import close_old_connections, connection
from django.db.models import Count

from accounts.principals import ANONYMOUS
from bookings.errors import SlotTaken
from bookings.models import Allocation
from bookings.services import holds, reserve
from providers.models import Outlet, Service
from tests.factories import make_bays, make_outlet, make_service, make_staff, tomorrow_at

CLIENTS = 50


def fight(outlet: Outlet, service: Service, start: datetime, clients: int = CLIENTS) -> Counter[str]:
    """Let `clients` threads hold the same start at once; what each of them got."""
    gate = threading.Barrier(clients)
    results: list[str] = []

    def client() -> None:
        try:
            gate.wait()
            holds.hold(
                principal=ANONYMOUS,
                outlet=outlet.public_id,
                items=[holds.ItemRequest(service.public_id)],
                start=start,
            )
            results.append("held")
        except SlotTaken:
            results.append("taken")
        except Exception as error:
            results.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return Counter(results)


@pytest.mark.django_db(transaction=True)
def test_one_of_fifty_wins_one_slot() -> None:
    outlet = make_outlet()
    service = make_service(outlet)

    results = fight(outlet, service, tomorrow_at(10))

    assert results == {"held": 1, "taken": CLIENTS - 1}
    assert Allocation.objects.filter(live=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_as_many_win_as_there_are_people_and_bays() -> None:
    outlet = make_outlet()
    service = make_service(outlet, staff=[make_staff(outlet) for _ in range(4)])
    make_bays(outlet, service, units=3)

    results = fight(outlet, service, tomorrow_at(10))

    assert results == {"held": 3, "taken": CLIENTS - 3}
    per_bay = Allocation.objects.filter(resource__isnull=False).values("resource").annotate(n=Count("pk"))
    assert [row["n"] for row in per_bay] == [1, 1, 1]


@pytest.fixture
def guard_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No row locks and no exclusion constraints: what most booking systems have."""
    meeting = threading.Barrier(2, timeout=10)

    def no_locks(*_: object) -> None:
        # Both have looked before either writes.
        meeting.wait()

    definitions = constraint_definitions()
    with connection.cursor() as cursor:
        for name in definitions:
            cursor.execute(f"ALTER TABLE bookings_allocation DROP CONSTRAINT {name}")
    chosen: Callable[..., object] = reserve._choose

    def choose_then_wait(*args: object, **kwargs: object) -> object:
        found = chosen(*args, **kwargs)
        no_locks()
        return found

    monkeypatch.setattr(reserve, "lock_rows", lambda *_: None)
    monkeypatch.setattr(reserve, "_choose", choose_then_wait)
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bookings_allocation CASCADE")
        for name, definition in definitions.items():
            cursor.execute(f"ALTER TABLE bookings_allocation ADD CONSTRAINT {name} {definition}")


def constraint_definitions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = 'bookings_allocation'::regclass AND contype = 'x'"
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_with_the_guard_off_two_people_get_the_same_slot(guard_off: None) -> None:
    outlet = make_outlet()
    service = make_service(outlet)

    results = fight(outlet, service, tomorrow_at(10), clients=2)

    assert results == {"held": 2}
    assert Allocation.objects.filter(live=True).count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_constraints_alone_refuse_the_second_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row locks are off, the database still refuses: the last guard does not depend on the first."""
    outlet = make_outlet()
    service = make_service(outlet)
    meeting = threading.Barrier(2, timeout=10)
    chosen = reserve._choose

    def choose_then_wait(*args: object, **kwargs: object) -> object:
        found = chosen(*args, **kwargs)
        meeting.wait()
        return found

    monkeypatch.setattr(reserve, "lock_rows", lambda *_: None)
    monkeypatch.setattr(reserve, "_choose", choose_then_wait)

    results = fight(outlet, service, tomorrow_at(10), clients=2)

    assert results == {"held": 1, "taken": 1}
