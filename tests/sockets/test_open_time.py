"""What slot pickers are told: that time was taken or freed, and when; nothing about whom."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from bookings.selectors.live import slot_messages
from bookings.services import core
from common.models import Event
from common.relay import News
from tests.sockets.conftest import Shop, SocketServer


def test_a_slot_that_is_taken_or_freed_by_someone_else_is_told(
    server: SocketServer, shop: Shop, happen: Callable[..., None]
) -> None:
    with server.open(f"/ws/outlets/{shop.outlet.public_id}/slots") as client:
        assert client.nothing_comes()
        held = shop.hold()
        payload = Event.objects.get(subject_id=held.booking.ref).payload
        expected = {"type": "slots_changed", "from": payload["starts_at"], "to": payload["ends_at"]}
        assert client.next() == expected

        happen(held.booking, event="booking.extended")
        assert client.nothing_comes()

        with transaction.atomic():
            core.move(core.lock(held.booking.ref), action="cancel", who="customer", actor="guest")
        assert client.next() == expected


def test_other_outlets_hear_nothing(server: SocketServer, shop: Shop) -> None:
    from tests.factories import make_outlet

    with server.open(f"/ws/outlets/{make_outlet().public_id}/slots") as client:
        assert client.nothing_comes()
        shop.hold()
        assert client.nothing_comes()


def news(type_: str, subject_type: str = "booking", **payload: Any) -> News:
    return News(1, subject_type, "x", 1, type_, datetime(2026, 6, 1, tzinfo=UTC), "out_1", payload)


def period(start: int, end: int) -> dict[str, str]:
    return {"starts_at": f"2026-06-01T{start:02}:00:00Z", "ends_at": f"2026-06-01T{end:02}:00:00Z"}


def told(*items: News) -> list[tuple[str | None, str | None]]:
    import json

    messages = [json.loads(push.text) for push in slot_messages(list(items))]
    assert all(set(message) == {"type", "from", "to"} for message in messages)
    return [(m["from"] and m["from"][11:13], m["to"] and m["to"][11:13]) for m in messages]


def test_a_moved_visit_tells_both_periods() -> None:
    moved = news("booking.rescheduled", **period(14, 15), previous=period(9, 10))
    assert told(moved) == [("09", "10"), ("14", "15")]


def test_a_group_session_tells_when_it_is_and_when_it_was() -> None:
    moved = news("session.moved", "session", **period(14, 15), previous=period(9, 10))
    assert told(moved) == [("09", "10"), ("14", "15")]


def test_periods_that_touch_are_told_as_one() -> None:
    taken = [news("booking.held", **period(*hours)) for hours in ((12, 13), (9, 10), (10, 11), (9, 12))]
    assert told(*taken) == [("09", "13")]


def test_a_visit_that_goes_on_tells_nothing() -> None:
    for event in ("booking.checked_in", "booking.started", "booking.completed", "booking.closed"):
        assert told(news(event, **period(9, 10))) == []


def test_changed_hours_tell_that_all_of_it_may_have_changed() -> None:
    assert told(news("booking.held", **period(9, 10)), news("hours.changed", "provider")) == [(None, None)]


def test_news_of_other_things_tells_nothing() -> None:
    assert told(news("provider.changed", "provider", **period(9, 10))) == []
