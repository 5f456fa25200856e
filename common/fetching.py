"""Reading an address that somebody typed: of the public internet alone, bounded in size and time.

A name is resolved once per step, each of its addresses is looked at, and the connection goes to one that was: whatever
the name answers a moment later, nobody asks it again. Redirects are steps of their own. Nothing of ours goes along: no
cookies, no credentials, no proxy of the environment.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from django.conf import settings

SECONDS = 20.0
MOST_BYTES = 5 * 1024 * 1024  # unpacked, too
MOST_STEPS = 5  # the first address, and four redirects
LONGEST = 2000  # characters of an address
_PIECE = 64 * 1024
_MOVED = frozenset({301, 302, 303, 307, 308})
# Blocks that carry an IPv4 address within, or lead where nobody can tell: none of them is where a calendar lives.
_NEVER = tuple(
    ip_network(block)
    for block in (
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
        "192.88.99.0/24",
    )
)


class FetchFailed(Exception):
    """What came of it instead: `code` says why, in a word; never the address, which may be a secret."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was read, and by which marks it can be asked for again; `content` is None when it is as it was."""

    content: bytes | None
    etag: str = ""
    modified: str = ""


def checked(url: str) -> str:
    """`url` as it is fetched: webcal:// is https://, without its fragment.

    Raises FetchFailed: `address_invalid` for what is no address of http or https or names a user or a password,
    `address_private` for ports of other services.
    """
    url = url.strip()
    if url[:9].lower() == "webcal://":
        url = f"https://{url[9:]}"
    elif url[:10].lower() == "webcals://":
        url = f"https://{url[10:]}"
    if len(url) > LONGEST or not url.isascii() or any(sign <= " " or sign == "\x7f" for sign in url):
        raise FetchFailed("address_invalid")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchFailed("address_invalid") from None
    named = parts.hostname and not (parts.username or parts.password or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not named or "\\" in url:
        raise FetchFailed("address_invalid")
    if port is not None and port not in (80, 443) and port < 1024:
        raise FetchFailed("address_private")
    return urlunsplit(parts._replace(fragment=""))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, or of a network that the installation allows."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if any(_within(found, block) for block in settings.CALENDAR_NETWORKS):
        return True
    if any(found.version == block.version and found in block for block in _NEVER):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _within(address: IPv4Address | IPv6Address, block: str) -> bool:
    network = ip_network(block, strict=False)
    return network.version == address.version and address in network


def fetch(
    url: str,
    *,
    accept: str,
    etag: str = "",
    modified: str = "",
    seconds: float = SECONDS,
    most: int = MOST_BYTES,
) -> Fetched:
    """What stands at `url` (as `checked` gives it), unless it is as it was by `etag` or `modified`.

    Call it outside a transaction. Raises FetchFailed: `address_invalid`, `address_private`, `no_such_host`,
    `no_answer`, `insecure` (no valid certificate, or led from https to http), `too_slow`, `too_large`,
    `too_many_steps`, `not_allowed` (401, 403), `gone` (404, 410), `refused` (any other status), `damaged`.
    """
    until = time.monotonic() + seconds
    headers = {"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": "Hereabouts (calendar)"}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    for _step in range(MOST_STEPS):
        parts = urlsplit(url)
        found = _ask(parts, headers, until, most)
        if isinstance(found, Fetched):
            return found
        try:
            following = checked(urljoin(url, found))
        except ValueError:  # such as a bracket that is never closed
            raise FetchFailed("address_invalid") from None
        if parts.scheme == "https" and following.startswith("http:"):
            raise FetchFailed("insecure")
        url = following
    raise FetchFailed("too_many_steps")


def _ask(parts: SplitResult, headers: dict[str, str], until: float, most: int) -> Fetched | str:
    """One step: what was read, or where it leads."""
    assert parts.hostname is not None  # `checked` has looked
    port = parts.port or (443 if parts.scheme == "https" else 80)
    line = _connected(_resolved(parts.hostname, port, until), until)
    # Whatever still goes on then, a handshake or a header that drips, ends.
    alarm = threading.Timer(max(0.0, until - time.monotonic()), lambda: _hang_up(line))
    alarm.daemon = True
    alarm.start()
    try:
        line.settimeout(_left(until))
        if parts.scheme == "https":
            line = ssl.create_default_context().wrap_socket(
                line, server_hostname=parts.hostname, do_handshake_on_connect=False
            )
            line.do_handshake()
        connection = http.client.HTTPConnection(parts.hostname, port)
        connection.sock = line
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        connection.putrequest("GET", path, skip_accept_encoding=True, skip_host=True)
        connection.putheader("Host", parts.netloc)
        for name, value in {**headers, "Connection": "close"}.items():
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as response:
            return _answer(response, until, most)
    except ssl.SSLError:
        raise FetchFailed("too_slow" if time.monotonic() >= until else "insecure") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise FetchFailed("too_slow" if time.monotonic() >= until else "no_answer") from None
    finally:
        alarm.cancel()
        line.close()


def _resolved(host: str, port: int, until: float) -> list[tuple[str, int]]:
    """The addresses of a host with the port, looked up once; all of them are public. Numbers of any spelling are
    addresses, too."""
    addresses: list[str] = []

    def look_up() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses.extend(dict.fromkeys(str(entry[4][0]) for entry in found))

    # The resolver has no time limit of its own that we could set: beside it, ours is kept.
    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(_left(until))
    _left(until)
    if not addresses:
        raise FetchFailed("no_such_host")
    if not all(is_public(each) for each in addresses):
        raise FetchFailed("address_private")
    return [(each, port) for each in addresses]


def _connected(places: Sequence[tuple[str, int]], until: float) -> socket.socket:
    """A line to the first of these that answers; they are numbers, so nothing is looked up here."""
    for place in places[:4]:
        try:
            return socket.create_connection(place, timeout=min(5.0, _left(until)))
        except OSError:
            continue
    raise FetchFailed("too_slow" if time.monotonic() >= until else "no_answer")


def _answer(response: http.client.HTTPResponse, until: float, most: int) -> Fetched | str:
    if response.status in _MOVED:
        return response.headers.get("Location") or ""
    if response.status == 304:
        return Fetched(None)
    if response.status != 200:
        known = {401: "not_allowed", 403: "not_allowed", 404: "gone", 410: "gone"}
        raise FetchFailed(known.get(response.status, "refused"))
    content = _read(response, until, most)
    marks = [_mark(response.headers.get(name)) for name in ("ETag", "Last-Modified")]
    return Fetched(content, *marks)


def _mark(text: str | None) -> str:
    """A mark that can be sent back as it came; else none."""
    return text if text and len(text) <= 200 and text.isascii() and text.isprintable() else ""


def _read(response: http.client.HTTPResponse, until: float, most: int) -> bytes:
    packing = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise FetchFailed("damaged")
    unpacking = zlib.decompressobj(wbits=31) if packing != "identity" else None
    read, parts, size = 0, [], 0
    while piece := response.read1(_PIECE):
        read += len(piece)
        if unpacking:
            try:
                piece = unpacking.decompress(piece, most + 1 - size)
            except zlib.error:
                raise FetchFailed("damaged") from None
        parts.append(piece)
        size += len(piece)
        if size > most or read > most:
            raise FetchFailed("too_large")
        if time.monotonic() >= until:
            raise FetchFailed("too_slow")
    if time.monotonic() >= until:
        raise FetchFailed("too_slow")  # hung up on: what came may be half of it
    said = response.headers.get("Content-Length", "")
    if (unpacking and not unpacking.eof) or (said.isdigit() and read < int(said)):
        raise FetchFailed("damaged")
    return b"".join(parts)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise FetchFailed("too_slow")
    return left


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
