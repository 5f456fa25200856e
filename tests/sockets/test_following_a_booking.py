"""What a booking's socket sends: in order, gapless, each once, whatever happens in between."""

import threading
from collections.abc import Callable

from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from bookings.services import core
from common.models import Event
from tests.sockets.conftest import Shop, SocketServer

Happen = Callable[..., None]


def seqs(messages: list[dict]) -> list[int]:  # type: ignore[type-arg]
    return [message["seq"] for message in messages]


def test_everything_so_far_comes_first_then_what_happens(
    server: SocketServer, shop: Shop, happen: Happen
) -> None:
    held = shop.hold()
    happen(held.booking, 2)

    with server.follow(held) as client:
        assert seqs(client.take(3)) == [1, 2, 3]
        happen(held.booking, 2)
        assert seqs(client.take(2)) == [4, 5]
        assert client.nothing_comes()


def test_a_message_says_what_happened_and_the_period(server: SocketServer, shop: Shop) -> None:
    held = shop.hold()
    event = Event.objects.get(subject_id=held.booking.ref)

    with server.follow(held) as client:
        message = client.next()

    assert parse_datetime(message.pop("at")) == event.at
    assert message == {
        "seq": 1,
        "type": "booking.held",
        "status": "held",
        "start": event.payload["starts_at"],
        "end": event.payload["ends_at"],
    }


def test_a_dropped_connection_resumes_after_the_last_number(
    server: SocketServer, shop: Shop, happen: Happen
) -> None:
    held = shop.hold()
    happen(held.booking, 4)
    with server.follow(held, after=2) as client:
        assert seqs(client.take(3)) == [3, 4, 5]
        # The line goes dead without a word.
        client.wire.socket.close()

    happen(held.booking, 3)

    with server.follow(held, after=5) as client:
        assert seqs(client.take(3)) == [6, 7, 8]
        happen(held.booking)
        assert seqs(client.take(1)) == [9]
        assert client.nothing_comes()


def test_a_number_ahead_of_everything_is_waited_for(server: SocketServer, shop: Shop, happen: Happen) -> None:
    held = shop.hold()
    with server.follow(held, after=1) as client:
        assert client.nothing_comes()
        happen(held.booking)
        assert client.next()["seq"] == 2


def test_order_holds_and_nothing_comes_twice_under_concurrent_writers(
    server: SocketServer, shop: Shop, happen: Happen
) -> None:
    ours, other = shop.hold(hour=10), shop.hold(hour=12)

    def write() -> None:
        try:
            for _ in range(10):
                happen(ours.booking)
                happen(other.booking)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    with server.follow(ours) as early:
        for writer in writers:
            writer.start()
        with server.follow(ours, after=7) as late:
            for writer in writers:
                writer.join()
            assert seqs(early.take(41)) == list(range(1, 42))
            assert seqs(late.take(34)) == list(range(8, 42))
            assert early.nothing_comes()
            assert late.nothing_comes()


def test_an_event_that_commits_after_a_later_one_arrives(
    server: SocketServer, shop: Shop, happen: Happen
) -> None:
    """Ids become visible out of order: the slower transaction took the lower id."""
    slow, quick = shop.hold(hour=10), shop.hold(hour=12)
    inserted, may_commit = threading.Event(), threading.Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                core.change(core.lock(slow.booking.ref), event="booking.extended", actor="system")
                inserted.set()
                may_commit.wait(10)
        finally:
            connection.close()

    with server.follow(slow, after=1) as behind, server.follow(quick, after=1) as ahead:
        # Both are followed before anything happens.
        assert behind.nothing_comes()
        writer = threading.Thread(target=slowly)
        writer.start()
        assert inserted.wait(10)
        happen(quick.booking)
        assert ahead.next()["seq"] == 2
        may_commit.set()
        writer.join()
        assert behind.next()["seq"] == 2
    newest = {e.subject_id: e.pk for e in Event.objects.filter(seq=2)}
    assert newest[slow.booking.ref] < newest[quick.booking.ref]


def test_following_survives_the_death_of_every_connection_to_the_database(
    server: SocketServer, shop: Shop, happen: Happen
) -> None:
    held = shop.hold()
    with server.follow(held) as client:
        assert client.next()["seq"] == 1
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name IN ('hereabouts relay', 'hereabouts nudges') "
                "AND datname = current_database()"
            )
            assert cursor.fetchone()[0] >= 2
        # While nobody listens.
        happen(held.booking, 2)
        assert seqs(client.take(2)) == [2, 3]
        happen(held.booking)
        assert client.next()["seq"] == 4
