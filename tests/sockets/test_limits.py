"""What a client may not do to the server."""

import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed

from common.models import Event
from tests.sockets.conftest import PATIENCE, Shop, SocketServer


def test_after_must_be_a_whole_number(server: SocketServer, shop: Shop) -> None:
    held = shop.hold()
    for after in ("-1", "x", "1.5", "%D9%A1", "9" * 30):
        with server.open(
            f"/ws/bookings/{held.booking.ref}?after={after}", subprotocols=[f"bearer.{held.token}"]
        ) as client:
            assert client.closed_with() == 4400


def test_a_talkative_client_is_shut_out(server: SocketServer, shop: Shop) -> None:
    with server.open(f"/ws/outlets/{shop.outlet.public_id}/slots") as client:
        for _ in range(20):
            client.wire.send("hello")
        assert client.nothing_comes()
        client.wire.send("hello")
        assert client.closed_with() == 4429


def test_a_large_message_is_refused(server: SocketServer, shop: Shop) -> None:
    with server.open(f"/ws/outlets/{shop.outlet.public_id}/slots") as client:
        client.wire.send("x" * 5000)
        with pytest.raises((ConnectionClosed, OSError)):
            client.wire.recv(timeout=PATIENCE)


def test_a_client_that_does_not_read_is_dropped_and_the_others_are_served(
    server: SocketServer, shop: Shop
) -> None:
    held = shop.hold()
    token = f"bearer.{held.token}"
    # Far more than the kernel's buffers and the server's 64 KiB hold: news that nobody reads.
    many = 2500
    Event.objects.bulk_create(
        Event(
            subject_type="booking",
            subject_id=held.booking.ref,
            seq=seq,
            type="booking.extended",
            actor="system",
            payload={"status": "held", "starts_at": "x" * 3500},
        )
        for seq in range(2, many + 1)
    )
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", server.port))
        deaf.sendall(
            f"GET /ws/bookings/{held.booking.ref} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: {token}\r\n\r\n".encode()
        )
        with server.follow(held) as reader:
            assert [message["seq"] for message in reader.take(many)] == list(range(1, many + 1))
        # Longer than it may take to catch up.
        time.sleep(12)
        deaf.settimeout(PATIENCE)
        received = 0
        with pytest.raises(ConnectionResetError):
            while chunk := deaf.recv(65536):
                received += len(chunk)
            raise AssertionError("the server closed politely")
    assert received < many * 3500
