"""The peer's HTTP: keys, forms, idempotency, expansion, lists in pages, faults on demand, and its signed webhooks."""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.stripe_peer.books import Books, StripeError, Wire, invalid

KEY, SECRET, CONNECT_SECRET = "sk_test_of_the_peer", "whsec_of_the_peer", "whsec_of_its_accounts"
LISTS = {
    "refunds": ("refund", ("payment_intent", "charge")),
    "transfers": ("transfer", ("transfer_group", "destination")),
    "disputes": ("dispute", ("payment_intent", "charge")),
    "balance_transactions": ("balance_transaction", ("type", "source")),
}
ONE = {
    "payment_intents": "payment_intent",
    "refunds": "refund",
    "transfers": "transfer",
    "accounts": "account",
    "disputes": "dispute",
    "charges": "charge",
    "customers": "customer",
    "payment_methods": "payment_method",
    "balance_transactions": "balance_transaction",
}


@dataclass
class Fault:
    """What happens to the next request whose "METHOD path" matches: `before` or `after` it was carried out."""

    match: str
    when: str = "after"
    status: int = 0  # an answer with this status; 0: none at all, the connection is closed
    pause_s: float = 0
    times: int = 1


@dataclass
class Peer:
    """One account, reached at `url`. Threads of the server take turns."""

    books: Books = field(default_factory=Books)
    webhook_url: str = ""
    # Whether webhooks go out by themselves; else `deliver` sends them.
    sends: bool = False
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: dict[str, tuple[str, int, Wire]] = field(default_factory=dict)
    turn: threading.RLock = field(default_factory=threading.RLock)
    _sent: int = 0

    def start(self) -> "Peer":
        peer = self

        class Handler(_Handler):
            pass

        Handler.peer = peer
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = self.books.page_url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.thread.start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)

    def signed(self, event: Wire, *, secret: str = SECRET, at: int | None = None) -> tuple[bytes, str]:
        """The body of an event's webhook and its Stripe-Signature."""
        body = json.dumps(event).encode()
        if event.get("account") and secret == SECRET:
            secret = CONNECT_SECRET
        stamp = int(time.time()) if at is None else at
        mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return body, f"t={stamp},v1={mac}"

    def unsent(self) -> list[Wire]:
        with self.turn:
            events, self._sent = self.books.events[self._sent :], len(self.books.events)
        return events

    def deliver(self, *, copies: int = 1) -> list[int]:
        """Send what has not been sent; answers the statuses."""
        return [self.send(event) for event in self.unsent() for _ in range(copies)]

    def send(self, event: Wire) -> int:
        body, signature = self.signed(event)
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        return httpx.post(self.webhook_url, content=body, headers=headers, timeout=30).status_code


class _Handler(BaseHTTPRequestHandler):
    peer: Peer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if url.path.startswith("/c/pay/"):
            self._page(method, url.path, body)
            return
        if url.path.startswith("/3ds/"):
            self._bank(method, url.path, body)
            return
        if url.path.startswith("/setup/"):
            self._setup(method, url.path, body)
            return
        asked = nested(parse_qsl(body if method == "POST" else url.query, keep_blank_values=True))
        name = f"{method} {url.path}"
        fault = self._fault(name)
        if fault and fault.when == "before":
            time.sleep(fault.pause_s)
            self._fail(fault)
            return
        with self.peer.turn:
            self.peer.asked.append(name)
            status, answer = self._keyed(method, url.path, asked)
        if self.peer.sends:
            threading.Thread(target=self.peer.deliver, daemon=True).start()
        if fault:
            time.sleep(fault.pause_s)
            if fault.status or not fault.pause_s:
                self._fail(fault)
                return
        self._answer(status, answer)

    def _fault(self, name: str) -> Fault | None:
        with self.peer.turn:
            for fault in self.peer.faults:
                if fault.times > 0 and re.fullmatch(fault.match, name):
                    fault.times -= 1
                    return fault
        return None

    def _fail(self, fault: Fault) -> None:
        if not fault.status:
            self.close_connection = True
            return
        self._answer(fault.status, {"error": {"type": "api_error", "message": "on demand"}})

    def _keyed(self, method: str, path: str, asked: Wire) -> tuple[int, Wire]:
        """A key is answered once: again with the same words the same answer, with other words an error."""
        if self.headers.get("Authorization") not in (f"Bearer {KEY}",):
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
        key = self.headers.get("Idempotency-Key") if method == "POST" else None
        words = json.dumps([method, path, asked], sort_keys=True)
        if key and key in self.peer.answers:
            first, status, answer = self.peer.answers[key]
            if first != words:
                return 400, {
                    "error": {"type": "idempotency_error", "message": "Keys for idempotent requests…"}
                }
            return status, answer
        try:
            thing = _routed(self.peer.books, method, path, asked)
            status, answer = 200, _expanded(self.peer.books, thing, _listed(asked.get("expand")))
        except StripeError as error:
            return error.status, {
                "error": error.error
            }  # refused before anything was done: not kept under the key
        answer = json.loads(json.dumps(answer))
        if key:
            self.peer.answers[key] = (words, status, answer)
        return status, answer

    def _page(self, method: str, path: str, body: str) -> None:
        """The page on which people pay; in HTML, with a button for each card."""
        id = path.removeprefix("/c/pay/")
        given = dict(parse_qsl(body))
        with self.peer.turn:
            books = self.peer.books
            try:
                session = books.get(id, "checkout.session")
                if method == "POST" and given.get("card"):
                    books.pay(id, given["card"])
                elif method == "POST" and given.get("confirm"):
                    books.step_up(id, confirmed=given["confirm"] == "yes")
            except StripeError:
                self._answer(404, {})
                return
            where = session["success_url"] if session["status"] == "complete" else ""
            intent = books.things.get(session["payment_intent"] or "")
        if self.peer.sends:
            self.peer.deliver()
        if where:
            self._redirect(where)
            return
        self._answer(200, None, html=_html(session, intent))

    def _bank(self, method: str, path: str, body: str) -> None:
        """The customer's bank asks whether a payment with a kept card is theirs."""
        given = dict(parse_qsl(body))
        with self.peer.turn:
            intent = self.peer.books.things.get(path.removeprefix("/3ds/"))
            action = (intent or {}).get("next_action")
            if intent is None or action is None:
                self._answer(404, {})
                return
            if method == "POST":
                self.peer.books.step_up(intent["id"], confirmed=given.get("confirm") == "yes")
        if method == "POST":
            if self.peer.sends:
                self.peer.deliver()
            self._redirect(action["redirect_to_url"]["return_url"])
            return
        self._answer(
            200,
            None,
            html='<!doctype html><title>Bank</title><form method=post><button name="confirm" value="yes">Confirm'
            '</button><button name="confirm" value="no">Refuse</button></form>',
        )

    def _setup(self, method: str, path: str, body: str) -> None:
        """The page on which a provider says who they are; its link opens it once."""
        with self.peer.turn:
            link = self.peer.books.things.get(path.removeprefix("/setup/"))
            if link is None or link["object"] != "account_link":
                self._answer(404, {})
                return
            if method == "GET" and link.get("_opened"):
                self._redirect(link["_refresh"])
                return
            link["_opened"] = True
            if method == "POST":
                self.peer.books.settle_account(link["_account"])
        if method == "POST":
            if self.peer.sends:
                self.peer.deliver()
            self._redirect(link["_return"])
            return
        self._answer(
            200, None, html="<!doctype html><title>Peer</title><form method=post><button>Submit</button>"
        )

    def _redirect(self, where: str) -> None:
        self.send_response(303)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, answer: Wire | None, html: str = "") -> None:
        body = html.encode() if html else json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8" if html else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Request-Id", "req_peer")
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # whoever asked did not wait


def nested(pairs: list[tuple[str, str]]) -> Wire:
    """`a[b][0][c]=d` as {"a": {"b": [{"c": "d"}]}}."""
    root: Wire = {}
    for name, value in pairs:
        parts = re.findall(r"[^\[\]]+", name)
        here = root
        for part in parts[:-1]:
            here = here.setdefault(part, {})
        here[parts[-1]] = value
    return _with_lists(root)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _with_lists(each) for key, each in value.items()}


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else []


def _routed(books: Books, method: str, path: str, asked: Wire) -> Wire:
    parts = path.removeprefix("/v1/").split("/")
    posts: dict[tuple[str, ...], Callable[[], Wire]] = {
        ("checkout", "sessions"): lambda: books.create_session(asked),
        ("refunds",): lambda: books.create_refund(asked),
        ("transfers",): lambda: books.create_transfer(asked),
        ("accounts",): lambda: books.create_account(asked),
        ("customers",): lambda: books.create_customer(asked),
        ("payment_intents",): lambda: books.create_intent(asked),
        ("account_links",): lambda: books.create_link(asked),
    }
    match (method, *parts):
        case ("POST", *whole) if tuple(whole) in posts:
            return posts[tuple(whole)]()
        case ("POST", "checkout", "sessions", id, "expire"):
            return books.expire_session(id)
        case ("GET", "checkout", "sessions", id):
            return books.get(id, "checkout.session")
        case ("DELETE", "customers", id):
            return books.delete_customer(id)
        case ("POST", "payment_methods", id, "detach"):
            return books.detach(id)
        case ("POST", "payment_intents", id, "confirm"):
            return books.confirm(id, asked)
        case ("POST", "payment_intents", id, "capture"):
            return books.capture(id, asked)
        case ("POST", "payment_intents", id, "cancel"):
            return books.cancel(id)
        case ("GET", "events"):
            return _page_of(list(reversed(books.events)), asked, "/v1/events")
        case ("GET", kind) if kind in LISTS:
            return _listing(books, kind, asked)
        case ("GET", kind, id) if kind in ONE:
            return books.get(id, ONE[kind])
    raise invalid("", f"Unrecognized request URL ({method}: {path})", status=404)


def _listing(books: Books, kind: str, asked: Wire) -> Wire:
    name, filters = LISTS[kind]
    found = [each for each in books.all(name) if all(each.get(f) == asked[f] for f in filters if f in asked)]
    created = asked.get("created") or {}
    if isinstance(created, dict):
        found = [
            each
            for each in found
            if int(created.get("gte", 0)) <= each["created"] < int(created.get("lt", 10**12))
        ]
    return _page_of(found, asked, f"/v1/{kind}")


def _page_of(found: list[Wire], asked: Wire, url: str) -> Wire:
    limit = int(asked.get("limit", 10))
    after = asked.get("starting_after")
    ids = [each["id"] for each in found]
    start = ids.index(after) + 1 if after in ids else 0
    return {
        "object": "list",
        "url": url,
        "data": found[start : start + limit],
        "has_more": start + limit < len(found),
    }


def _expanded(books: Books, thing: Wire, paths: list[str]) -> Wire:
    shown = {name: value for name, value in thing.items() if not name.startswith("_")}
    if shown["object"] == "list":
        inner = [path.removeprefix("data.") for path in paths if path.startswith("data.")]
        shown["data"] = [_expanded(books, each, inner) for each in shown["data"]]
        return shown
    inside: dict[str, list[str]] = {}
    for path in paths:
        name, _dot, rest = path.partition(".")
        inside.setdefault(name, []).extend([rest] if rest else [])
    for name, rests in inside.items():
        if isinstance(shown.get(name), str):
            shown[name] = _expanded(books, books.things[shown[name]], rests)
    return shown


def _html(session: Wire, intent: Wire | None) -> str:
    steps = bool(intent) and intent is not None and intent["status"] == "requires_action"
    error = intent["last_payment_error"] if intent else None
    cards = {"4242424242424242": "Pay", "4000000000000002": "Decline", "4000002500003155": "Ask my bank"}
    buttons = (
        '<button name="confirm" value="yes">Confirm</button><button name="confirm" value="no">Refuse</button>'
        if steps
        else "".join(f'<button name="card" value="{card}">{word}</button>' for card, word in cards.items())
    )
    back = f'<a href="{session["cancel_url"]}">Back</a>'
    return (
        f"<!doctype html><title>Peer</title><h1>{session['amount_total']} {session['currency']}</h1>"
        f"<p>{error['code'] if error else ''}</p><form method=post>{buttons}</form>{back}"
    )
