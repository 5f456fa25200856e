"""Text messages go out through the gateway that TEXTS_URL names: real HTTP, by apprise as it is."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from common.errors import TextNotSent
from common.texting import send_text

NUMBER = "+358401234567"


@dataclass
class Gateway:
    """What came to it, and how it answers next: with a status, or not at all while it `hangs`."""

    port: int
    got: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200
    hangs: bool = False
    over: Event = field(default_factory=Event)


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((self.path, json.loads(body)["message"]))
            if found.hangs:
                found.over.wait(10)
                return
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Gateway(server.server_address[1])
    # Half a second for each step, where a real one has four.
    settings.TEXTS_URL = f"json://127.0.0.1:{found.port}/sms/{{to}}?cto=0.5&rto=0.5"
    settings.TEXTS_SENDER = "common.texting.by_gateway"
    Thread(target=server.serve_forever, daemon=True).start()
    yield found
    found.over.set()
    server.shutdown()
    server.server_close()


def test_a_text_goes_to_the_number(gateway: Gateway) -> None:
    send_text(to=NUMBER, text="1234-5678 is your code.\n\n@hereabouts.example #12345678")

    [(path, words)] = gateway.got
    assert path.startswith("/sms/358401234567")
    assert words.startswith("1234-5678 is your code.")
    assert words.endswith("@hereabouts.example #12345678")


def test_a_gateway_that_takes_nothing_is_an_error_that_names_nobody(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.status = 500

    with caplog.at_level(logging.DEBUG, logger="common"), pytest.raises(TextNotSent):
        send_text(to=NUMBER, text="1234-5678 is your code.")

    assert "the text gateway took no message" in caplog.text
    assert "358401234567" not in caplog.text
    assert "1234" not in caplog.text


def test_a_gateway_that_hangs_is_not_waited_for(gateway: Gateway) -> None:
    gateway.hangs = True
    began = time.monotonic()

    with pytest.raises(TextNotSent):
        send_text(to=NUMBER, text="Hello")

    assert time.monotonic() - began < 8


def test_an_address_of_no_gateway(settings: Any) -> None:
    settings.TEXTS_URL, settings.TEXTS_SENDER = "nonsense://x/{to}", "common.texting.by_gateway"

    with pytest.raises(TextNotSent):
        send_text(to=NUMBER, text="Hello")


def test_the_channel_is_off_without_an_address(settings: Any) -> None:
    settings.TEXTS_URL = ""

    with pytest.raises(TextNotSent):
        send_text(to=NUMBER, text="Hello")
