"""Twenty people want what two of three people do together: never more than the people allow."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import close_old_connections, connection
from django.db.models import Count

from accounts.principals import ANONYMOUS
from bookings.errors import SlotTaken
from bookings.models import Allocation, BookingItem, ItemHelper
from bookings.services import holds, reserve
from providers.models import Outlet, Service
from tests.factories import make_outlet, make_service, make_staff, tomorrow_at
from tests.races.test_hold_race import constraint_definitions

CLIENTS = 20


def fight(outlet: Outlet, services: list[Service], start: datetime) -> Counter[str]:
    """Let one thread for each of `services` hold it at the same start; what they got, by the service's name."""
    gate = threading.Barrier(len(services))
    results: list[str] = []

    def client(service: Service) -> None:
        try:
            gate.wait()
            holds.hold(
                principal=ANONYMOUS,
                outlet=outlet.public_id,
                items=[holds.ItemRequest(service.public_id)],
                start=start,
            )
            results.append(f"{service.name} held")
        except SlotTaken:
            results.append(f"{service.name} taken")
        except Exception as error:
            results.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=[service]) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return Counter(results)


def times_taken() -> list[int]:
    """How often each person is taken."""
    rows = Allocation.objects.filter(live=True).values("staff").annotate(n=Count("pk")).order_by("staff")
    return [row["n"] for row in rows]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("people", "held"), [(2, 1), (3, 1), (4, 2), (5, 2)])
def test_as_many_pairs_win_as_there_are_people_for(people: int, held: int) -> None:
    outlet = make_outlet()
    service = make_service(
        outlet, staff=[make_staff(outlet) for _ in range(people)], name="Deep", team_size=2
    )

    results = fight(outlet, [service] * CLIENTS, tomorrow_at(10))

    assert results == {"Deep held": held, "Deep taken": CLIENTS - held}
    assert times_taken() == [1] * (2 * held)
    assert ItemHelper.objects.count() == held


@pytest.mark.django_db(transaction=True)
def test_pairs_and_single_people_share_the_three() -> None:
    outlet = make_outlet()
    three = [make_staff(outlet) for _ in range(3)]
    deep = make_service(outlet, staff=three, name="Deep", team_size=2)
    quick = make_service(outlet, staff=three, name="Quick")

    results = fight(outlet, [deep, quick] * (CLIENTS // 2), tomorrow_at(10))

    assert set(results) <= {"Deep held", "Deep taken", "Quick held", "Quick taken"}
    assert (results["Deep held"], results["Quick held"]) in {(1, 1), (0, 3)}
    assert times_taken() == [1, 1, 1]
    assert BookingItem.objects.count() == results["Deep held"] + results["Quick held"]


@pytest.fixture
def guard_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No row locks and no exclusion constraints; both have looked before either writes."""
    meeting = threading.Barrier(2, timeout=10)
    definitions = constraint_definitions()
    with connection.cursor() as cursor:
        for name in definitions:
            cursor.execute(f"ALTER TABLE bookings_allocation DROP CONSTRAINT {name}")
    chosen = reserve._choose

    def choose_then_wait(*args: object, **kwargs: object) -> object:
        found = chosen(*args, **kwargs)
        meeting.wait()
        return found

    monkeypatch.setattr(reserve, "lock_rows", lambda *_: None)
    monkeypatch.setattr(reserve, "_choose", choose_then_wait)
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bookings_allocation CASCADE")
        for name, definition in definitions.items():
            cursor.execute(f"ALTER TABLE bookings_allocation ADD CONSTRAINT {name} {definition}")


@pytest.mark.django_db(transaction=True)
def test_with_the_guard_off_two_pairs_are_made_of_three_people(guard_off: None) -> None:
    outlet = make_outlet()
    service = make_service(outlet, staff=[make_staff(outlet) for _ in range(3)], name="Deep", team_size=2)

    results = fight(outlet, [service] * 2, tomorrow_at(10))

    assert results == {"Deep held": 2}
    assert sorted(times_taken()) == [2, 2]
