"""Customers over HTTP who hold, pay and cancel, and who try again with the same key when nobody answers."""

import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

API = "/api/v1"
# Longer than the lease of a request whose process died, and than a few starts of the site on a slow machine.
PATIENCE_S = 180.0


@dataclass
class Promise:
    """What the site answered to one customer: it must still be so afterwards."""

    key: str
    body: dict[str, Any]
    ref: str
    token: str
    paid: str = ""  # counter or sandbox, once the site or the gateway said so
    cancelled: bool = False


@dataclass
class Customers:
    """Threads of customers who want the same few starts."""

    url: str
    outlet: str
    service: str
    starts: list[str]
    stop: threading.Event = field(default_factory=threading.Event)
    promises: list[Promise] = field(default_factory=list)
    refused: int = 0
    retries: int = 0

    def live(self, seed: int) -> None:
        """Book one visit after the other until told to stop."""
        choice = random.Random(seed)
        while not self.stop.is_set():
            with httpx.Client(base_url=self.url, timeout=10, trust_env=False) as client:
                self.visit(client, choice)

    def visit(self, client: httpx.Client, choice: random.Random) -> None:
        key = str(uuid.UUID(int=choice.getrandbits(128), version=4))
        body = {
            "outlet": self.outlet,
            "service": self.service,
            "start": choice.choice(self.starts),
            "customer": {"name": "Maria Korhonen", "email": f"{key}@example.com"},
        }
        held = self.post(client, f"{API}/bookings", body, key=key)
        if held.status_code != 201:
            assert held.status_code == 409, held.text
            self.refused += 1
            return
        promise = Promise(key=key, body=body, ref=held.json()["ref"], token=held.json()["token"])
        self.promises.append(promise)
        what = choice.random()
        if what < 0.15:
            return  # walks away: the hold runs out
        if what < 0.5:
            self.pay_at_counter(client, promise)
        else:
            self.pay_online(client, promise)
        if promise.paid and choice.random() < 0.3:
            self.cancel(client, promise)

    def pay_at_counter(self, client: httpx.Client, promise: Promise) -> None:
        paid = self.post(client, self.path(promise, "payments"), {"method": "counter"}, token=promise.token)
        assert paid.status_code == 200, paid.text
        promise.paid = "counter"

    def pay_online(self, client: httpx.Client, promise: Promise) -> None:
        opened = self.post(client, self.path(promise, "payments"), {"method": "sandbox"}, token=promise.token)
        assert opened.status_code == 200, opened.text
        page = urlsplit(opened.json()["redirect_url"]).path
        self.send(client, "GET", page)
        pressed = {"action": "pay", "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answer = self.send(client, "POST", page, data=pressed)
        assert answer.status_code == 302, answer.text
        promise.paid = "sandbox"

    def cancel(self, client: httpx.Client, promise: Promise) -> None:
        """Under the policy as it is now; a payment may arrive in between, which makes a stale version."""
        headers = {"Authorization": f"Bearer {promise.token}"}
        for _ in range(5):
            preview = self.send(client, "GET", self.path(promise, "preview?action=cancel"), headers=headers)
            assert preview.status_code == 200, preview.text
            body = {"version": preview.json()["version"]}
            done = self.post(client, self.path(promise, "cancel"), body, token=promise.token)
            if done.status_code == 200 or self.is_cancelled(client, promise):
                promise.cancelled = True
                return
            assert done.json()["code"] == "policy_changed", done.text

    def is_cancelled(self, client: httpx.Client, promise: Promise) -> bool:
        """It may have been done by a process that died before it could say so."""
        headers = {"Authorization": f"Bearer {promise.token}"}
        found = self.send(client, "GET", f"{API}/bookings/{promise.ref}", headers=headers)
        return bool(found.json()["status"] == "cancelled")

    def path(self, promise: Promise, action: str) -> str:
        return f"{API}/bookings/{promise.ref}/{action}"

    def post(
        self, client: httpx.Client, path: str, body: dict[str, Any], *, key: str = "", token: str = ""
    ) -> httpx.Response:
        """A POST of the API with one idempotency key, however often it has to be sent."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.send(client, "POST", path, json=body, headers=headers)

    def send(self, client: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
        """Send it again until the site answers, and not that it is down or still at it."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            said = ""
            try:
                answer = client.request(method, path, **more)
                said = answer.text
                still = answer.status_code == 409 and "still_running" in said
                if answer.status_code < 500 and not still:
                    return answer
            except httpx.TransportError as error:
                said = repr(error)
            self.retries += 1
            assert time.monotonic() < deadline, f"{method} {path}: {said}"
            time.sleep(0.2)
