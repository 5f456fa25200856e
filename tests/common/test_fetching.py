"""What the fetch of calendars reaches, and what it never does; peers are real servers on this machine."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import Any

import pytest

from common.fetching import FetchFailed, checked, fetch, is_public

PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "0.0.0.0"),
    *(
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
    ),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::1", "2001:0:7f00:1::1"),
    *("no address", ""),
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]
# Spellings of this machine that resolvers understand.
DISGUISED = ["2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001", "127.1", "localhost", "[::ffff:127.0.0.1]"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_public_internet_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_known(address: str) -> None:
    assert is_public(address)


def test_an_installation_allows_networks_of_its_own(settings: Any) -> None:
    settings.CALENDAR_NETWORKS = ["10.20.0.0/24", "fd00:20::/64"]

    assert [is_public(each) for each in ("10.20.0.7", "::ffff:10.20.0.7", "fd00:20::1")] == [True] * 3
    assert [is_public(each) for each in ("10.20.1.7", "127.0.0.1", "fd00:21::1")] == [False] * 3


@pytest.mark.parametrize("host", DISGUISED)
def test_this_machine_is_reached_by_none_of_its_names(host: str) -> None:
    with pytest.raises(FetchFailed, match="address_private"):
        fetch(checked(f"http://{host}:8000/a.ics"), accept="*/*")


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.ics", "ftp://a.example/a.ics", "file:///etc/passwd", "gopher://a", "javascript:alert(1)"),
        *("https://user:pass@a.example/", "https://user@a.example/", "https://", "http://a.example:99999/"),
        *("http://[::1/", "http://a b/", "https://a.example/\r\nHost: b", "https://ä.example/"),
        "https://a.example\\@b/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(FetchFailed, match="address_invalid"):
        checked(url)


def test_ports_of_other_services_are_refused() -> None:
    for port in (22, 25, 53, 110, 143, 587):
        with pytest.raises(FetchFailed, match="address_private"):
            checked(f"http://a.example:{port}/")


def test_webcal_is_https_and_a_fragment_stays_behind() -> None:
    assert checked(" webcal://a.example/b.ics?k=1#x ") == "https://a.example/b.ics?k=1"
    assert checked("WEBCALS://a.example/") == "https://a.example/"


class Peer:
    """A server on this machine whose answer each test says; it notes what it was asked."""

    def __init__(self, host: str) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: None
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                peer.asked.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
                peer.answer(self)
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://{host}:{self.port}/a.ics"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def says(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            for name, value in {"Content-Length": str(len(body)), **named}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answer = answer


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    settings.CALENDAR_NETWORKS = ["127.0.0.1/32"]
    found = Peer("127.0.0.1")
    yield found
    found.server.shutdown()
    found.server.server_close()


def failing(peer: Peer, **bounds: Any) -> str:
    with pytest.raises(FetchFailed) as refused:
        fetch(checked(peer.url), accept="*/*", **bounds)
    return refused.value.code


def test_a_calendar_is_read_with_its_marks_and_asked_for_by_them(peer: Peer) -> None:
    peer.says(b"BEGIN", ETag='"1"', Last_Modified="Mon, 02 Nov 2026 08:00:00 GMT", Set_Cookie="a=b")

    found = fetch(peer.url, accept="text/calendar")
    peer.says(status=304)
    again = fetch(peer.url, accept="text/calendar", etag=found.etag, modified=found.modified)

    assert (found.content, found.etag, again.content) == (b"BEGIN", '"1"', None)
    first, second = peer.asked
    assert second["if-none-match"] == '"1"'
    assert second["if-modified-since"] == "Mon, 02 Nov 2026 08:00:00 GMT"
    assert not {"cookie", "authorization", "referer"} & {*first, *second}


def test_a_redirect_is_followed_and_a_private_one_is_not(peer: Peer) -> None:
    there = Peer("127.0.0.1")
    there.says(b"there")
    peer.says(status=302, Location=there.url)
    assert fetch(peer.url, accept="*/*").content == b"there"

    for target in (
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:80/",
        "//10.0.0.1/",
    ):
        peer.says(status=301, Location=target)
        assert failing(peer) == "address_private"
    for target in ("file:///etc/passwd", "http://user:pass@127.0.0.1/", "http://[::1/", "http://a b/"):
        peer.says(status=301, Location=target)
        assert failing(peer) == "address_invalid"


def test_it_is_not_led_around_for_ever(peer: Peer) -> None:
    peer.says(status=302, Location="/again")
    assert failing(peer) == "too_many_steps"
    assert len(peer.asked) == 5


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers differently the second time (DNS rebinding) is not asked a second time."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolver(host: Any, port: Any, *more: Any, **and_more: Any) -> Any:
        if host != "calendar.example":
            return real(host, port, *more, **and_more)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port, *more, **and_more)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    peer.says(b"the first")

    assert fetch(f"http://calendar.example:{peer.port}/", accept="*/*").content == b"the first"
    assert asked == ["calendar.example"]
    assert peer.asked[0]["host"] == f"calendar.example:{peer.port}"
    with pytest.raises(FetchFailed, match="address_private"):
        fetch(f"http://calendar.example:{peer.port}/", accept="*/*")


def test_a_name_with_one_private_address_among_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)

    with pytest.raises(FetchFailed, match="address_private"):
        fetch("http://calendar.example/", accept="*/*")


def test_a_resolver_that_does_not_answer_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def silent(*_: Any, **__: Any) -> list[Any]:
        asked.wait(3)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    begun = monotonic()

    with pytest.raises(FetchFailed, match="too_slow"):
        fetch("http://calendar.example/", accept="*/*", seconds=0.2)
    assert monotonic() - begun < 2
    asked.set()


def test_size_is_bounded_packed_or_not(peer: Peer) -> None:
    peer.says(b"x" * 2000)
    assert failing(peer, most=1000) == "too_large"
    peer.says(gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip")
    begun = monotonic()
    assert failing(peer, most=1_000_000) == "too_large"
    assert monotonic() - begun < 5
    peer.says(gzip.compress(b"small"), Content_Encoding="gzip")
    assert fetch(peer.url, accept="*/*").content == b"small"


def test_time_is_bounded_even_when_it_drips(peer: Peer) -> None:
    def body(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        drip(handler)

    def head(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        drip(handler)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                sleep(0.05)
        except OSError:
            return

    for answer in (body, head):
        peer.answer, begun = answer, monotonic()
        assert failing(peer, seconds=0.5) == "too_slow"
        assert monotonic() - begun < 3


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "not_allowed"),
        (403, "not_allowed"),
        (404, "gone"),
        (410, "gone"),
        (500, "refused"),
        (204, "refused"),
    ],
)
def test_what_the_server_says_instead_is_told(peer: Peer, status: int, code: str) -> None:
    peer.says(status=status)
    assert failing(peer) == code


def test_half_an_answer_is_none(peer: Peer) -> None:
    peer.says(b"half", Content_Length="1000")
    assert failing(peer) == "damaged"
    peer.says(gzip.compress(b"x" * 1000)[:-9], Content_Encoding="gzip")
    assert failing(peer) == "damaged"
    peer.says(b"plain", Content_Encoding="br")
    assert failing(peer) == "damaged"


def test_a_connection_without_a_valid_certificate_is_refused(peer: Peer) -> None:
    with pytest.raises(FetchFailed, match=r"insecure|no_answer"):
        fetch(peer.url.replace("http:", "https:"), accept="*/*", seconds=3)
