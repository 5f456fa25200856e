"""Many workers look through one waitlist at once: each freed time is offered once, in order."""

import threading
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from accounts.principals import Principal
from bookings.models import Booking, WaitEntry, WaitOffer
from bookings.selectors.waitlist import wait_for
from bookings.services import offers, waitlist
from providers.models import Outlet
from tests.factories import make_outlet, make_service, make_staff
from tests.waiting import noon, put_on

WORKERS = 8


def together(*jobs: Callable[[], object]) -> list[str]:
    """Run these at once; what they raised."""
    gate = threading.Barrier(len(jobs))
    failed: list[str] = []

    def run(job: Callable[[], object]) -> None:
        try:
            gate.wait()
            job()
        except Exception as error:
            failed.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return failed


def make_shop() -> tuple[Outlet, list[WaitEntry]]:
    """A shop with two people, and five who wait for tomorrow from 10 to 10: for two times."""
    outlet = make_outlet(timezone=noon())
    service = make_service(outlet, staff=[make_staff(outlet) for _ in range(2)], duration_min=420)
    return outlet, [put_on(outlet, service) for _ in range(5)]


@pytest.mark.django_db(transaction=True)
def test_many_workers_offer_each_time_once_to_who_came_first() -> None:
    _outlet, entries = make_shop()

    assert together(*[offers.offer_what_is_free] * WORKERS) == []
    offers.offer_what_is_free()

    assert set(WaitOffer.objects.values_list("entry", flat=True)) == {entry.pk for entry in entries[:2]}
    assert WaitOffer.objects.count() == Booking.objects.filter(status="held").count() == 2


@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_meanwhile_holds_nothing_or_what_was_offered_before() -> None:
    _outlet, entries = make_shop()
    first = entries[0]
    user = first.customer.user
    assert user is not None

    def leave() -> None:
        waitlist.leave(access=wait_for(Principal(user=user), first.public_id))

    assert together(leave, *[offers.offer_what_is_free] * WORKERS) == []
    offers.offer_what_is_free()

    first.refresh_from_db()
    assert first.state == "left"
    held = Booking.objects.filter(status="held")
    assert held.count() == WaitOffer.objects.count() == 2
    assert set(held.values_list("wait_offer", flat=True)) == set(
        WaitOffer.objects.values_list("pk", flat=True)
    )
