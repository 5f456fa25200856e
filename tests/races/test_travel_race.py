"""Ways that a routing server knows are asked for outside of every transaction, also when the neighbours change."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts.principals import Principal
from bookings.enums import Source
from bookings.errors import SlotTaken
from bookings.models import Booking
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import front_desk, holds
from common import clock
from geo.models import Leg
from geo.routing import servers
from geo.rules.positions import Position
from providers.models import Outlet, Service
from tests.factories import make_home_service, make_member, make_outlet, make_staff, tomorrow_at
from tests.geo.router_peer import Peer, running

pytestmark = pytest.mark.django_db(transaction=True)

HOME, FAR = Position(60.185, 24.951), Position(60.185, 24.851)


@pytest.fixture
def peer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """A server to which every way is 40 minutes; whoever asks it within a transaction is caught."""
    asks = servers.ask

    def ask(*args: Any) -> Any:
        assert not connection.in_atomic_block
        return asks(*args)

    monkeypatch.setattr(servers, "ask", ask)
    with running() as peer:
        settings.ROUTER_KIND, settings.ROUTER_URL, settings.ROUTER_MODES = "osrm", peer.url, {"car", "foot"}
        peer.ride = lambda start, end: 36 * 60  # and what a car takes beside
        servers.forget_failure()
        yield peer
        servers.forget_failure()


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet(open_always=True)


@pytest.fixture
def cleaning(outlet: Outlet) -> Service:
    return make_home_service(outlet, 20_000, staff=[make_staff(outlet, travel_mode="car")])


@pytest.fixture
def owner(outlet: Outlet) -> Principal:
    return Principal(user=make_member(outlet.provider))


def put(owner: Principal, outlet: Outlet, cleaning: Service, start: datetime, place: Position) -> None:
    """A member books a visit, which asks no server."""
    front_desk.book_in(
        principal=owner,
        outlet=outlet.public_id,
        item=ItemRequest(cleaning.public_id),
        start=start,
        contact=holds.Contact("Helmi"),
        source=Source.PHONE,
        address=holds.Address("Kalevankatu 12", place.lat, place.lng),
    )


def book(outlet: Outlet, cleaning: Service, start: datetime, place: Position = HOME) -> Any:
    return Client().post(
        "/api/v1/bookings",
        {
            "outlet": outlet.public_id,
            "service": cleaning.public_id,
            "start": clock.rfc3339(start),
            "address": {"line": "Kalevankatu 12", "lat": place.lat, "lng": place.lng},
        },
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid4())},
    )


def test_a_hold_asks_outside_and_runs_anew(
    peer: Peer, outlet: Outlet, cleaning: Service, owner: Principal
) -> None:
    put(owner, outlet, cleaning, tomorrow_at(22), FAR)
    assert peer.asked == []

    refused = book(outlet, cleaning, tomorrow_at(23, 15))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert refused.json()["alternatives"]
    assert peer.asked and Leg.objects.count() == 2
    asked = len(peer.asked)
    taken = book(outlet, cleaning, tomorrow_at(23, 45))

    assert taken.status_code == 201, taken.json()
    assert len(peer.asked) == asked


def test_what_the_list_shows_by_the_server_can_be_taken(
    peer: Peer, outlet: Outlet, cleaning: Service, owner: Principal
) -> None:
    put(owner, outlet, cleaning, tomorrow_at(2), FAR)
    found = slots_for(
        outlet=outlet.public_id,
        items=[ItemRequest(cleaning.public_id)],
        start=tomorrow_at(3),
        end=tomorrow_at(5),
        where=HOME,
    )
    asked = len(peer.asked)

    assert found.slots[0].start == tomorrow_at(3, 45)  # 40 minutes at night
    assert book(outlet, cleaning, tomorrow_at(3, 30)).status_code == 409
    assert book(outlet, cleaning, tomorrow_at(3, 45)).status_code == 201
    assert len(peer.asked) == asked


@pytest.fixture
def neighbours_come(
    monkeypatch: pytest.MonkeyPatch, owner: Principal, outlet: Outlet, cleaning: Service
) -> Callable[[int], None]:
    """While a hold asks the server, somebody else is booked next to it, at another place each time."""

    def come(times: int) -> None:
        asks, came = servers.ask, [0]

        def ask(*args: Any) -> Any:
            if came[0] < times:
                came[0] += 1
                place = Position(60.2 + came[0] / 1000, 24.9)
                put(owner, outlet, cleaning, tomorrow_at(6 + 2 * came[0]), place)
            return asks(*args)

        monkeypatch.setattr(servers, "ask", ask)

    return come


def test_neighbours_that_change_meanwhile_are_asked_for_too(
    peer: Peer, outlet: Outlet, cleaning: Service, owner: Principal, neighbours_come: Callable[[int], None]
) -> None:
    put(owner, outlet, cleaning, tomorrow_at(2), FAR)
    neighbours_come(1)

    assert book(outlet, cleaning, tomorrow_at(20)).status_code == 201
    assert len(peer.asked) == 4  # there and back, for the first and for the one who came


def test_when_they_go_on_changing_the_time_is_refused(
    peer: Peer, outlet: Outlet, cleaning: Service, owner: Principal, neighbours_come: Callable[[int], None]
) -> None:
    put(owner, outlet, cleaning, tomorrow_at(2), FAR)
    neighbours_come(3)

    with pytest.raises(SlotTaken):
        holds.hold(
            principal=owner_of_nothing(),
            outlet=outlet.public_id,
            items=[ItemRequest(cleaning.public_id)],
            start=tomorrow_at(20),
            address=holds.Address("Kalevankatu 12", HOME.lat, HOME.lng),
        )
    assert not Booking.objects.filter(starts_at=tomorrow_at(20)).exists()


def owner_of_nothing() -> Principal:
    return Principal(user=make_member(make_outlet().provider))


def test_a_server_that_fails_keeps_nobody_from_booking(
    peer: Peer, outlet: Outlet, cleaning: Service, owner: Principal
) -> None:
    peer.status = 503
    put(owner, outlet, cleaning, tomorrow_at(2), FAR)

    assert book(outlet, cleaning, tomorrow_at(20)).status_code == 201
    assert set(Leg.objects.values_list("is_estimate", flat=True)) == {True}
