"""The relay's book-keeping: which ids it still has to ask for, and whom it tells."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common import relay as module
from common.relay import News, Push, Relay, Topic


def news(id_: int, subject: str = "HA-1", outlet: str = "out_1") -> News:
    return News(id_, "booking", subject, id_, "booking.held", datetime(2026, 6, 1, tzinfo=UTC), outlet, {})


def ids(items: list[News]) -> list[Push]:
    return [Push(item.seq, str(item.id)) for item in items]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    class Clock:
        now = 1000.0

    monkeypatch.setattr(module.time, "monotonic", lambda: Clock.now)
    return Clock


@pytest.fixture
def relay() -> Relay:
    started = Relay()
    started._top = 10
    return started


def test_ids_not_seen_below_the_highest_are_asked_for(relay: Relay, clock: Any) -> None:
    relay._note([news(12), news(15)])
    assert relay._top == 15
    assert sorted(relay._holes) == [11, 13, 14]

    relay._note([news(13)])
    assert relay._top == 15
    assert sorted(relay._holes) == [11, 14]


def test_a_hole_is_given_up_after_a_while(relay: Relay, clock: Any) -> None:
    relay._note([news(12)])
    clock.now += module.HOLE_KEPT - 1
    relay._note([news(14)])
    assert sorted(relay._holes) == [11, 13]
    clock.now += 2
    relay._note([])
    assert sorted(relay._holes) == [13]


def test_a_leap_of_ids_does_not_fill_the_memory(relay: Relay, clock: Any) -> None:
    relay._note([news(10_000_000)])
    assert len(relay._holes) <= module.HOLES_KEPT
    assert max(relay._holes) == 9_999_999


def test_followers_hear_of_their_subject_or_outlet_only(relay: Relay) -> None:
    heard: dict[str, list[str]] = {"booking": [], "outlet": [], "other": []}

    def hear(name: str) -> Any:
        return lambda pushes: heard[name].extend(push.text for push in pushes)

    relay.join(Topic("subject", "booking:HA-1", ids), hear("booking"))
    relay.join(Topic("outlet", "out_1", ids), hear("outlet"))
    relay.join(Topic("outlet", "out_2", ids), hear("other"))

    relay._hand_out([news(11), news(12, subject="HA-2"), news(13, subject="HA-3", outlet="out_3")])

    assert heard == {"booking": ["11"], "outlet": ["11", "12"], "other": []}


def test_messages_are_made_once_for_all_who_follow(relay: Relay) -> None:
    made: list[int] = []

    def render(items: list[News]) -> list[Push]:
        made.append(len(items))
        return ids(items)

    heard: list[list[Push]] = []
    listeners = [lambda pushes: heard.append(pushes), lambda pushes: heard.append(pushes)]
    for listener in listeners:
        relay.join(Topic("outlet", "out_1", render), listener)

    relay._hand_out([news(11), news(12)])

    assert made == [2]
    assert heard == [[Push(11, "11"), Push(12, "12")]] * 2


def test_who_left_hears_no_more_and_is_forgotten(relay: Relay) -> None:
    heard: list[list[Push]] = []
    topic = Topic("outlet", "out_1", ids)
    relay.join(topic, heard.append)
    relay.leave(topic, heard.append)
    relay._hand_out([news(11)])
    assert heard == []
    assert not relay._listeners
