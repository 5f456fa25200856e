"""A shop closes while somebody is holding a time in that period: with the guard's locks, and without."""

import threading
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from accounts.principals import ANONYMOUS
from bookings.errors import BookingsAffected
from bookings.models import Booking
from bookings.services import affected, holds, reserve
from providers.models import Closure, Outlet, Service
from providers.services.affected import guarded
from providers.services.hours import add_closure
from tests.factories import make_outlet, make_service, tomorrow_at

pytestmark = pytest.mark.django_db(transaction=True)
# The hold waits so long for the closure to be done, in seconds: with the locks it waits in vain.
IN_VAIN_S, IN_EARNEST_S = 1.0, 20.0


def meet(
    outlet: Outlet, service: Service, monkeypatch: pytest.MonkeyPatch, *, patience_s: float
) -> dict[str, str]:
    """Hold a time, and close the shop once it is chosen and not yet written; what each of them got."""
    chosen_one, closed = threading.Event(), threading.Event()
    results: dict[str, str] = {}
    choose = reserve._choose

    def choose_then_wait(*args: object, **kwargs: object) -> object:
        found = choose(*args, **kwargs)  # type: ignore[arg-type]
        chosen_one.set()
        closed.wait(patience_s)
        return found

    monkeypatch.setattr(reserve, "_choose", choose_then_wait)

    def hold() -> None:
        holds.hold(
            principal=ANONYMOUS,
            outlet=outlet.public_id,
            items=[holds.ItemRequest(service.public_id)],
            start=tomorrow_at(10),
        )
        results["hold"] = "held"

    def close() -> None:
        assert chosen_one.wait(10)
        try:
            with guarded(outlet.provider_id):
                add_closure(outlet=outlet, start=tomorrow_at(9), end=tomorrow_at(12), actor="user:x")
            results["closure"] = "closed"
        except BookingsAffected as error:
            results["closure"] = f"told of {len(error.data['bookings'])}"
        finally:
            closed.set()

    threads = [threading.Thread(target=_alone(each)) for each in (hold, close)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return results


def _alone(do: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            do()
        finally:
            connection.close()

    return run


def test_a_time_that_is_being_held_is_waited_for_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    outlet = make_outlet()
    results = meet(outlet, make_service(outlet), monkeypatch, patience_s=IN_VAIN_S)

    assert results == {"hold": "held", "closure": "told of 1"}
    assert (Booking.objects.count(), Closure.objects.count()) == (1, 0)


def test_without_the_locks_it_would_be_closed_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(affected, "lock_rows", lambda *_: None)
    outlet = make_outlet()
    results = meet(outlet, make_service(outlet), monkeypatch, patience_s=IN_EARNEST_S)

    assert results == {"hold": "held", "closure": "closed"}
    assert (Booking.objects.count(), Closure.objects.count()) == (1, 1)
