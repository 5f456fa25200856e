"""A push service of our own over HTTP: it checks who sends (RFC 8292) and keeps what it gets; its browsers decrypt
that (RFC 8291), as real ones do."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Browser:
    """A browser that asked to be told: its endpoint and keys, and what it can read."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def keys(self) -> dict[str, str]:
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"p256dh": unpadded(point), "auth": unpadded(self.secret)}

    def read(self, body: bytes) -> dict[str, str]:
        plain = http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm")
        return json.loads(plain)


@dataclass
class PushService:
    """What came to it, by path, and how it answers next."""

    origin: str
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 201

    def browser(self, name: str) -> Browser:
        return Browser(f"{self.origin}/wpush/{name}")

    def read(self, browser: Browser) -> list[dict[str, str]]:
        """What this browser was told, decrypted, in order."""
        path = browser.endpoint.removeprefix(self.origin)
        return [browser.read(body) for where, _, body in self.got if where == path]

    def signed_for(self) -> list[dict[str, str]]:
        """The verified claims of each sender."""
        claims = []
        for _, headers, _ in self.got:
            token = headers["authorization"].removeprefix("vapid ").split(",")[0].removeprefix("t=")
            key = headers["authorization"].split("k=")[1]
            assert Vapid.verify(headers["authorization"]), key
            claims.append(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))
        return claims


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.got.append((self.path, headers, body))
            self.send_response(service.status)
            self.send_header("Location", f"{service.origin}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
