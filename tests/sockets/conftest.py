"""One real socket server for the whole run, in a process of its own on the test database."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts.principals import Principal
from bookings.models import Booking
from bookings.services import core, holds
from providers.models import Outlet, Service
from tests.factories import make_outlet, make_service, tomorrow_at

# Access is looked at again this often, so that the tests need not wait for a minute.
CHECK_EVERY = 1.0
# How long to wait for what must come, and for what must not.
PATIENCE = 10.0
SILENCE = 1.5


def url_of_test_database() -> str:
    """DATABASE_URL of the test database, for another process."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class SocketServer:
    """Where it listens, and a client for it."""

    port: int
    process: subprocess.Popen[bytes]

    def open(self, path: str, **options: Any) -> "Client":
        options.setdefault("proxy", None)
        return Client(connect(f"ws://127.0.0.1:{self.port}{path}", **options))

    def follow(self, held: holds.Held, after: int | None = None, **options: Any) -> "Client":
        """The booking's socket, as the guest who made it."""
        query = "" if after is None else f"?after={after}"
        options.setdefault("subprotocols", [f"bearer.{held.token}"])
        return self.open(f"/ws/bookings/{held.booking.ref}{query}", **options)


@dataclass
class Client:
    """A socket's client end: use it in `with`."""

    opening: Any
    wire: ClientConnection = field(init=False)

    def __enter__(self) -> "Client":
        self.wire = self.opening.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.opening.__exit__(*error)

    def next(self, timeout: float = PATIENCE) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.wire.recv(timeout=timeout))
        return message

    def take(self, count: int) -> list[dict[str, Any]]:
        return [self.next() for _ in range(count)]

    def nothing_comes(self) -> bool:
        try:
            self.wire.recv(timeout=SILENCE)
        except TimeoutError:
            return True
        return False

    def closed_with(self, timeout: float = PATIENCE) -> int:
        """The code with which the server closes, whatever it sends before."""
        try:
            until = time.monotonic() + timeout
            while True:
                self.wire.recv(timeout=until - time.monotonic())
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return closed.rcvd.code


@pytest.fixture(scope="session")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[SocketServer]:
    with django_db_blocker.unblock():
        url = url_of_test_database()
    with running_server(url) as running:
        yield running


@contextmanager
def running_server(database_url: str, redis_url: str = "", port: int = 0) -> Iterator[SocketServer]:
    """A socket server on a port of its own, or on `port`, until the block ends."""
    port = port or free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "manage.py", "sockets", "--port", str(port), "--check-every", str(CHECK_EVERY)]
    process = subprocess.Popen(command, cwd=Path(settings.BASE_DIR), env=environment)
    try:
        until = time.monotonic() + 60
        while True:
            assert process.poll() is None, "the socket server ended"
            assert time.monotonic() < until, "the socket server did not start"
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield SocketServer(port, process)
    finally:
        process.terminate()
        process.wait(timeout=10)


@dataclass
class Shop:
    outlet: Outlet
    service: Service

    def hold(self, principal: Principal | None = None, hour: int = 10) -> holds.Held:
        """A held booking, by a guest unless `principal` makes it: its event is number 1."""
        return holds.hold(
            principal=principal or Principal(),
            outlet=self.outlet.public_id,
            items=[holds.ItemRequest(self.service.public_id)],
            start=tomorrow_at(hour, outlet=self.outlet),
        )


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    outlet = make_outlet()
    return Shop(outlet, make_service(outlet))


@pytest.fixture
def happen() -> Callable[..., None]:
    """Let something happen to a booking, as every service does it: under its lock, with the next event."""

    def change(booking: Booking, times: int = 1, event: str = "booking.extended", **payload: Any) -> None:
        for _ in range(times):
            with transaction.atomic():
                core.change(core.lock(booking.ref), event=event, actor="system", **payload)

    return change
