"""One business with one visit, and everybody who may knock: the world in which every route is tried.

The visit belongs to `customer`; `guest` holds its token. `person` performs it, `colleague` works at the same
outlet. `rival` owns another business, with one of everything too.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from accounts.principals import SCOPES, Principal
from accounts.selectors import GUEST_COOKIE, GUEST_COOKIE_SALT
from bookings.models import (
    Booking,
    MessageReport,
    Objection,
    PriceChange,
    QueueEntry,
    RefundRequest,
    VisitMessage,
)
from bookings.selectors.access import booking_for
from bookings.services import till
from common import crypto
from invoices.services import settle
from payments.enums import AccountKind, CounterMeans, TransactionKind
from payments.models import Payment, WalletPayout
from payments.services.ledger import Account, Cause, Line, post
from tests.factories import (
    make_due,
    make_review,
    make_review_photo,
)

CALLERS = (
    "nobody",
    "stranger",
    "customer",
    "guest",
    "person",
    "colleague",
    "manager",
    "owner",
    "rival",
    "operator",
)
DOCUMENT_KIND = "licence"
# How a visit comes to each status: the database lets it move along the state table only.
WAYS = {
    "held": (),
    "requested": ("requested",),
    "given_up": ("cancelled",),
    "confirmed": ("confirmed",),
    "checked_in": ("confirmed", "checked_in"),
    "started": ("confirmed", "checked_in", "started"),
    "completed": ("confirmed", "checked_in", "started", "completed"),
    "closed": ("confirmed", "checked_in", "started", "completed", "closed"),
}
# Rows that come and go with any request, refused or not.
BESIDES = {"sessions.session", "common.idempotencyrecord"}


def _bring(booking: QuerySet[Booking], status: str) -> None:
    for step in WAYS[status]:
        booking.update(
            status=step,
            payment_state="unpaid",
            completed_at=now(),
            confirmed_at=now(),
            accept_by=now() + timedelta(hours=1),
        )


def _pay(booking: Booking) -> None:
    """All of it is in escrow."""
    payment = Payment.objects.create(
        booking_ref=booking.ref,
        provider_id=booking.outlet.provider.public_id,
        method="sandbox",
        gateway="sandbox",
        amount=booking.total_amount,
        currency=booking.currency,
        status="captured",
        captured_at=now(),
    )
    post(
        kind=TransactionKind.CAPTURE,
        booking_ref=booking.ref,
        entries=[
            Line(Account(AccountKind.GATEWAY, "sandbox"), -payment.amount, payment.currency),
            Line(Account(AccountKind.ESCROW, booking.ref), payment.amount, payment.currency),
        ],
        actor="system",
        cause=Cause("payment", payment.public_id),
    )


@dataclass
class World:
    """`ids` fill the names in addresses and bodies, those of the business; `foreign` are the rival's."""

    ids: dict[str, str]
    foreign: dict[str, str]
    users: dict[str, User]
    token: str
    sessions: dict[str, str] = field(default_factory=dict)
    secrets: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)

    def put(self, state: str) -> None:
        """Bring the visit to a status: at home for `at_home`, past for `missed`, due for
        `today`, with its review for `reviewed`, with
        its customer's case for `objected`, with one that nobody came for `not_come`, with a proposed price for
        `price_asked`, paid and with its document for `invoiced`, paid online for
        `paid_online`, with a refund that waits for `refund_asked`; for `wallet_out` its customer wants money in
        their bank account; for `called` it is of whoever waited
        in the queue; for `written` the business wrote, and another message of its is reported."""
        booking = Booking.objects.filter(ref=self.ids["ref"])
        short = {
            "at_home": "confirmed",
            "missed": "confirmed",
            "reviewed": "completed",
            "to_pay": "confirmed",
            "paid_there": "confirmed",
            "today": "confirmed",
            "objected": "started",
            "not_come": "confirmed",
            "price_asked": "started",
            "invoiced": "closed",
            "paid_online": "completed",
            "refund_asked": "completed",
            "wallet_out": "confirmed",
            "written": "confirmed",
            "called": "confirmed",
        }
        _bring(booking, short.get(state, state))
        if state == "reviewed":
            photo = make_review_photo(make_review(booking.get()))
            self.ids |= {"photo": photo.file.public_id, "photo_id": photo.file.public_id}
        if state == "called":
            QueueEntry.objects.filter(public_id=self.ids["place"]).update(
                state=state, called_at=now(), called_by="user:x", booking=booking.get()
            )
        if state == "at_home":
            booking.update(place="customer")
        if state in ("to_pay", "paid_there", "invoiced"):
            booking.update(payment_state="counter")
        if state in ("paid_there", "invoiced"):
            access = booking_for(Principal(user=self.users["owner"]), self.ids["ref"])
            till.take_payment(access=access, amount=access.booking.total_amount, means=CounterMeans.CASH)
        if state == "invoiced":
            (invoice,) = settle(booking_ref=self.ids["ref"])
            self.ids |= {"invoice": invoice.public_id, "invoice_id": invoice.public_id}
        if state == "objected":
            booking.update(objection_open=True)
            Objection.objects.create(
                public_id=self.ids["objection"], booking=booking.get(), by="customer", actor="guest"
            )
        if state == "not_come":
            booking.update(objection_open=True)
            Objection.objects.create(
                public_id=self.ids["objection"],
                booking=booking.get(),
                by="customer",
                kind="not_come",
                answer_by=now() + timedelta(hours=24),
                actor="guest",
            )
        if state in ("paid_online", "refund_asked"):
            _pay(booking.get())
        if state == "wallet_out":
            WalletPayout.objects.create(
                public_id=self.ids["wallet_payout"],
                user=self.users["customer"].public_id,
                amount=100,
                currency="EUR",
                shown_account="FI ···· 0785",
                needs_second=True,
            )
        if state == "written":
            wrote = VisitMessage(booking=booking.get(), text="Come in by the yard.")
            wrote.public_id = self.ids["message"]
            wrote.save()
            other = VisitMessage.objects.create(booking=booking.get(), text="Pay me in cash.")
            MessageReport.objects.create(
                public_id=self.ids["report"], message=other, actor="guest", reason="fraud"
            )
        if state == "refund_asked":
            RefundRequest.objects.create(
                public_id=self.ids["refund"],
                booking=booking.get(),
                amount=100,
                currency="EUR",
                needs_second=True,
                asked_by="user:u",
            )
        if state == "price_asked":
            PriceChange.objects.create(
                public_id=self.ids["change"],
                booking=booking.get(),
                item=booking.get().items.get(),
                name="Beard oil",
                amount=800,
                before_amount=booking.get().total_amount,
                after_amount=booking.get().total_amount + 800,
                currency="EUR",
                asked_by="user:u",
            )
        if state in ("missed", "today", "called", "at_home", "checked_in", "started", "not_come"):
            make_due(self.ids["ref"], ago=timedelta(hours=2 if state in ("missed", "not_come") else 0))

    def app(self, caller: str, *scopes: str) -> dict[str, str]:
        """The headers of a caller's app: an API token with `scopes` (all if none), or the guest's token."""
        if caller == "nobody":
            return {}
        if caller == "guest":
            return {"Authorization": f"Bearer {self.token}"}
        secret = self.secrets[caller, tuple(sorted(scopes or SCOPES))]
        return {"Authorization": f"Bearer {secret}"}

    def browser(self, caller: str) -> Client:
        """A browser in which the caller is signed in, or carries the guest's cookie."""
        client = Client()
        if caller == "guest":
            hashes = [crypto.token_hash(self.token)]
            client.cookies[GUEST_COOKIE] = signing.dumps(hashes, salt=GUEST_COOKIE_SALT)
        elif caller != "nobody":
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[caller]
        return client


def send(
    client: Client,
    method: str,
    path: str,
    *,
    body: Any = None,
    form: dict[str, Any] | None = None,
    query: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """One request: a JSON body (bytes go as they are), or a form; POSTs of JSON with a key of their own."""
    more: dict[str, Any] = {"query_params": query} if query else {}
    if form is not None:
        return getattr(client, method.lower())(path, form, headers=headers, **more)  # type: ignore[no-any-return]
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return client.generic(  # type: ignore[return-value]
        method,
        path,
        data,
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid4()), **(headers or {})},
        **more,
    )


def filled(value: Any, ids: dict[str, str]) -> Any:
    """A body, form or query with every `{name}` in it replaced."""
    if isinstance(value, str):
        return value.format(**ids) if "{" in value else value
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return value


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block is taken back. A savepoint, not an atomic block: durable ones may stand in it."""
    savepoint = transaction.savepoint()
    yield
    transaction.savepoint_rollback(savepoint)


def everything() -> dict[str, str]:
    """A digest of every row of every table of ours: equal before and after what must change nothing."""
    models = [
        model
        for model in apps.get_models()
        if model._meta.managed and model._meta.label_lower not in BESIDES and model._meta.app_label != "gis"
    ]
    tables = [connection.ops.quote_name(model._meta.db_table) for model in models]
    digest = "md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), ''))"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', {digest} FROM {name} t" for name in tables))
        return dict(cursor.fetchall())
