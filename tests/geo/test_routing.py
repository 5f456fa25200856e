"""Ways that a routing server knows: asked over real HTTP, kept, and estimated when it fails."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from common import clock
from common.errors import DomainError
from geo.enums import TravelMode
from geo.models import Leg
from geo.routing import Absent, Legs, LegsMissing, servers, trip
from geo.rules.positions import Position
from geo.rules.travel import leg_minutes, ride_seconds
from tests.geo.router_peer import Peer, running

A, B, C = Position(60.17, 24.93), Position(60.19, 24.95), Position(60.16, 24.90)
CAR, FOOT, TRANSIT = TravelMode.CAR, TravelMode.FOOT, TravelMode.TRANSIT
NIGHT = datetime(2026, 3, 4, 3, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["osrm", "valhalla"])
def peer(request: pytest.FixtureRequest, settings: Any) -> Iterator[Peer]:
    with running() as peer:
        settings.ROUTER_KIND, settings.ROUTER_URL = request.param, peer.url
        settings.ROUTER_MODES = frozenset({"car", "foot"})
        servers.forget_failure()
        yield peer
        servers.forget_failure()


def test_the_server_answers_both_directions_with_few_questions(peer: Peer) -> None:
    others = [Position(60.17 + n / 1000, 24.94) for n in range(1, 101)]

    rides = servers.ask([pair for other in others for pair in ((A, other), (other, A))], CAR)

    assert len(rides) == 200
    assert rides[(A, others[0])] == 110
    assert rides[(others[0], A)] == 110 + 37
    assert sorted((sources, targets) for _, sources, targets in peer.asked) == [
        (1, 20),
        (1, 80),
        (20, 1),
        (80, 1),
    ]


def test_a_way_is_what_the_server_says_made_longer_by_the_hour(peer: Peer) -> None:
    legs = Legs(Absent.ASK)
    way = trip(A, B, CAR)

    legs.learn({way})

    assert legs.minutes(way, NIGHT) == 7 + 4  # 400 seconds, rounded up, and what the car takes beside
    assert legs.minutes(way, NIGHT.replace(hour=8)) == 10 + 4
    assert legs.minutes(trip(A, A, CAR), NIGHT) == 0


def test_what_was_asked_is_kept_and_asked_no_more(peer: Peer) -> None:
    Legs(Absent.ASK).learn({trip(A, B, CAR), trip(B, A, CAR)})
    asked = len(peer.asked)
    under_locks = Legs(Absent.RAISE, DomainError)  # type: ignore[arg-type]  # nothing is refused here

    under_locks.learn({trip(A, B, CAR), trip(B, A, CAR)})

    assert under_locks.minutes(trip(A, B, CAR), NIGHT) == 11
    assert len(peer.asked) == asked
    assert Leg.objects.count() == 2


def test_after_a_week_it_is_asked_again(peer: Peer) -> None:
    Legs(Absent.ASK).learn({trip(A, B, CAR)})
    peer.ride = lambda start, end: 1200

    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        later = Legs(Absent.ASK)
        later.learn({trip(A, B, CAR)})

    assert later.minutes(trip(A, B, CAR), NIGHT) == 24
    assert Leg.objects.get().seconds == 1200


def test_under_locks_nothing_is_asked_and_what_is_missing_is_named(peer: Peer) -> None:
    class Refused(DomainError):
        code = "refused"

    with transaction.atomic(), pytest.raises(LegsMissing) as raised:
        Legs(Absent.RAISE, Refused()).learn({trip(A, B, CAR)})

    assert peer.asked == []
    raised.value.prepare()
    assert len(peer.asked) == 1
    Legs(Absent.RAISE, Refused()).learn({trip(A, B, CAR)})
    assert isinstance(raised.value.refusal(), Refused)


def test_modes_that_the_server_does_not_know_are_estimated(peer: Peer) -> None:
    legs = Legs(Absent.ASK)

    legs.learn({trip(A, B, TRANSIT)})

    assert legs.minutes(trip(A, B, TRANSIT), NIGHT) == leg_minutes(
        ride_seconds(A, B, TRANSIT), TRANSIT, NIGHT
    )
    assert peer.asked == []


def test_where_there_is_no_road_it_is_estimated(peer: Peer) -> None:
    peer.ride = lambda start, end: None
    legs = Legs(Absent.ASK)

    legs.learn({trip(A, B, CAR)})

    assert legs.minutes(trip(A, B, CAR), NIGHT) == leg_minutes(ride_seconds(A, B, CAR), CAR, NIGHT)


@pytest.mark.parametrize(
    ("status", "spoil"),
    [
        (500, None),
        (200, lambda data: b"<html>"),
        (200, lambda data: b"[]"),
        (200, lambda data: b'{"code": "Ok", "durations": [], "sources_to_targets": []}'),
        (200, lambda data: data.replace(b"400.0", b"-1")),
        (200, lambda data: data.replace(b"400.0", b"1e400")),
        (200, lambda data: data.replace(b"400.0", b'"soon"')),
        (200, lambda data: data + b" " * servers.MAX_BYTES),
        (200, lambda data: b"[" * 100_000),
    ],
    ids=["500", "html", "list", "empty", "negative", "infinite", "text", "long", "deep"],
)
def test_a_server_that_fails_is_logged_without_places_and_left_alone(
    peer: Peer, status: int, spoil: Any, caplog: pytest.LogCaptureFixture
) -> None:
    peer.status, peer.spoil = status, spoil
    legs = Legs(Absent.ASK)

    with caplog.at_level(logging.WARNING):
        legs.learn({trip(A, B, CAR)})
        Legs(Absent.ASK).learn({trip(A, C, CAR)})

    assert legs.minutes(trip(A, B, CAR), NIGHT) == leg_minutes(ride_seconds(A, B, CAR), CAR, NIGHT)
    assert len(peer.asked) == 1
    told = [record.getMessage() for record in caplog.records if record.name == servers.__name__]
    assert len(told) == 1 and "60." not in told[0] and "24." not in told[0]


def test_a_slow_server_is_not_waited_for(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "TIMEOUT", 0.1)
    peer.delay_s = 0.5

    assert servers.ask([(A, B)], CAR) == {}


def test_a_server_that_is_not_there(settings: Any) -> None:
    settings.ROUTER_KIND, settings.ROUTER_URL, settings.ROUTER_MODES = "osrm", "http://127.0.0.1:1", {"car"}
    servers.forget_failure()
    try:
        assert servers.ask([(A, B)], CAR) == {}
    finally:
        servers.forget_failure()


def test_an_estimate_for_want_of_an_answer_counts_for_five_minutes(peer: Peer) -> None:
    peer.status = 500
    Legs(Absent.ASK).learn({trip(A, B, CAR)})
    assert Leg.objects.get().is_estimate
    peer.status = 200
    servers.forget_failure()

    Legs(Absent.ASK).learn({trip(A, B, CAR)})
    assert Leg.objects.get().is_estimate
    with clock.at(clock.now() + timedelta(minutes=6)):
        Legs(Absent.ASK).learn({trip(A, B, CAR)})

    leg = Leg.objects.get()
    assert (leg.seconds, leg.is_estimate) == (400, False)


def test_without_a_server_nothing_is_kept() -> None:
    legs = Legs(Absent.RAISE)

    legs.learn({trip(A, B, CAR)})

    assert legs.minutes(trip(A, B, CAR), NIGHT) == leg_minutes(ride_seconds(A, B, CAR), CAR, NIGHT)
    assert not Leg.objects.exists()
