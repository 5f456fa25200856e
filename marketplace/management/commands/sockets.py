"""The socket server: daphne, with the relay of this process and limits for clients."""

import asyncio
import logging
import os
import socket
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server  # before anything that imports Twisted's reactor
from django.core.management.base import BaseCommand
from twisted.internet.endpoints import quoteStringArgument
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer  # type: ignore[import-untyped]

log = logging.getLogger(__name__)

MESSAGE_MAX = 4096  # bytes, both ways; clients have nothing to say
PING_EVERY = 20  # seconds
CATCH_UP_WITHIN = 10  # seconds
PONG_WITHIN = 20  # seconds; then the other end is gone, or reads too slowly


@implementer(IPushProducer)
class Pressure:
    """Told by the transport whether a client keeps up: 64 KiB of unsent messages mean that it does not."""

    def __init__(self) -> None:
        self.keeps_up = asyncio.Event()
        self.keeps_up.set()

    def pauseProducing(self) -> None:  # Twisted's names
        self.keeps_up.clear()

    def resumeProducing(self) -> None:
        self.keeps_up.set()

    def stopProducing(self) -> None:
        self.keeps_up.set()


class SocketServer(Server):
    """Daphne whose `send` waits for clients who fall behind, and drops those who do not catch up.

    They come back with the last number they saw. By itself daphne would gather what they do not read.
    """

    failed = False

    def listen_error(self, failure: Any) -> None:
        super().listen_error(failure)
        self.failed = True

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        await super().handle_reply(protocol, message)
        if message["type"] == "websocket.accept":
            protocol.pressure = Pressure()
            # The connection's HTTP part is its producer still: it is not needed any more.
            protocol.transport.unregisterProducer()
            protocol.transport.registerProducer(protocol.pressure, True)
        elif message["type"] == "websocket.send":
            try:
                async with asyncio.timeout(CATCH_UP_WITHIN):
                    await protocol.pressure.keeps_up.wait()
            except TimeoutError:
                log.warning("a socket was dropped: its client does not keep up")
                protocol.transport.abortConnection()


def remove_stale(path: Path) -> None:
    """Remove the socket that a killed server left, and the lock that names its process, unless one answers.

    Twisted asks only whether that process id is alive, and after a container's restart it is someone else's.
    """
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


class Command(BaseCommand):
    help = "Serves the sockets (/ws) until it is told to stop."
    # `manage.py check` has its place before a release, not before each start.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, help="TCP port")
        parser.add_argument("--unix", help="path of a Unix socket, instead of host and port")
        parser.add_argument(
            "--check-every",
            type=float,
            default=40,
            help="seconds between looks whether a client may still listen (default 40)",
        )

    def handle(
        self, *args: Any, host: str, port: int | None, unix: str | None, check_every: float, **options: Any
    ) -> None:
        from bookings import consumers
        from common.relay import relay
        from marketplace.asgi import application

        consumers.LiveConsumer.check_every = check_every

        if unix:
            remove_stale(Path(unix))
            endpoints = [f"unix:{quoteStringArgument(unix)}:mode=600"]
        else:
            endpoints = build_endpoint_description_strings(host=host, port=port or 8001)
        started = time.monotonic()

        def ready() -> None:
            asyncio.get_event_loop().call_soon(relay.start)
            log.info(
                "sockets: ready on %s after %.1f s", unix or f"{host}:{port}", time.monotonic() - started
            )

        server = SocketServer(
            application,
            endpoints=endpoints,
            ready_callable=ready,
            server_name="hereabouts",
            websocket_max_message_size=MESSAGE_MAX,
            websocket_max_frame_size=MESSAGE_MAX,
            ping_interval=PING_EVERY,
            ping_timeout=PONG_WITHIN,
            websocket_handshake_timeout=15,  # callers are looked up before they are accepted
            websocket_timeout=-1,  # a page may stay open all day: pings tell who is gone
        )
        server.run()
        logging.shutdown()
        # Nothing is left to save, and threads that wait for a database which is away would hold up the end.
        os._exit(1 if server.failed else 0)
