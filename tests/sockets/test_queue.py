"""Whoever waits in a shop follows their turn: told that something changed, and nothing about whom."""

import pytest
from django.core import signing
from websockets.exceptions import ConnectionClosed

from accounts.principals import Principal
from accounts.selectors import GUEST_COOKIE_SALT
from bookings.models import QueueEntry
from bookings.services import queue
from common import crypto
from providers.enums import Role
from tests.factories import make_member, make_outlet, make_service, make_staff
from tests.sockets.conftest import SocketServer
from tests.sockets.test_who_may_listen import REFUSED, cookie


class Waits:
    def __init__(self) -> None:
        self.outlet = make_outlet(open_always=True)
        people = [make_staff(self.outlet), make_staff(self.outlet)]
        self.service = make_service(self.outlet, staff=people)
        self.member = make_member(self.outlet.provider, Role.MANAGER)
        self.principal = Principal(user=self.member)

    def join(self, name: str) -> QueueEntry:
        return queue.join(
            principal=self.principal,
            outlet=self.outlet.public_id,
            service=self.service.public_id,
            name=name,
        )

    def token(self, entry: QueueEntry) -> str:
        return queue.show_link(principal=self.principal, entry=entry.public_id).split("?key=")[1]


@pytest.fixture
def waits(transactional_db: None) -> Waits:
    return Waits()


def test_whoever_waits_hears_that_something_changed_and_not_who(server: SocketServer, waits: Waits) -> None:
    ville, sari = waits.join("Ville"), waits.join("Sari")
    path = f"/ws/queue/{sari.public_id}"
    signed = signing.dumps([crypto.token_hash(waits.token(sari))], salt=GUEST_COOKIE_SALT)

    with server.open(path, additional_headers={"Cookie": f"guest={signed}"}) as client:
        assert client.nothing_comes()
        queue.call(principal=waits.principal, entry=ville.public_id)
        assert client.next() == {"type": "queue_changed"}


def test_the_desk_hears_which_place_changed(server: SocketServer, waits: Waits) -> None:
    path = f"/ws/board/{waits.outlet.public_id}"
    handshake = {k: v for k, v in cookie(waits.member).items() if k != "session"}

    with server.open(path, **handshake) as client:
        assert client.nothing_comes()
        entry = waits.join("Ville")
        told = client.next()

    assert told == {"type": "queue.joined", "queue": entry.public_id, "seq": 1, "at": told["at"]}


def test_another_place_and_ended_links_are_refused(server: SocketServer, waits: Waits) -> None:
    ville, sari = waits.join("Ville"), waits.join("Sari")
    bearer = [f"bearer.{waits.token(ville)}"]

    for place in (sari.public_id, "que_0000000000000000"):
        with server.open(f"/ws/queue/{place}", subprotocols=bearer) as client:
            with pytest.raises(ConnectionClosed) as closed:
                client.next()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == REFUSED

    with server.open(f"/ws/queue/{ville.public_id}", subprotocols=bearer) as client:
        assert client.nothing_comes()
        queue.end_links(principal=waits.principal, entry=ville.public_id)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                client.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == REFUSED
