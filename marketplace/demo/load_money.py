"""Writing the money of visits: payments, refunds, and ledger transactions that balance."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from common.actors import gateway_actor
from common.models import AuditEntry, Event
from marketplace.demo import story
from marketplace.demo.load_businesses import CURRENCY
from marketplace.demo.plan import VisitPlan
from marketplace.demo.seeds import event_uid, public_id
from payments import events
from payments.enums import GUARDED, AccountKind, PaymentStatus, RefundStatus, TransactionKind
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payment, Refund
from payments.rules.commission import COMMISSION_BP, Share, split
from payments.sandbox.models import IntentStatus, SandboxIntent, SandboxRefund
from payments.services.ledger import MARKETPLACE, Account

SANDBOX = gateway_actor("sandbox")
# Transactions whose entries are inserted together: the ledger takes those of one transaction at once only.
_BATCH = 1000
# What the marketplace asks of everybody, and the VAT on it where they all are.
SHARE = Share(COMMISSION_BP, vat_bp=2550, tax_country="FI")


@dataclass(slots=True)
class _Posting:
    kind: TransactionKind
    visit: VisitPlan
    cause: tuple[str, str]
    actor: str
    at: datetime
    entries: dict[Account, int]


@dataclass(slots=True)
class _Story:
    """What is told of one payment: (type, at, actor, further facts)."""

    payment: Payment
    told: list[tuple[str, datetime, str, dict[str, Any]]] = field(default_factory=list)


def load_money(visits: Sequence[VisitPlan], *, staff_actors: dict[str, str]) -> None:
    """Write what the services would have for each visit's payment. `staff_actors` by business public id."""
    paid = [v for v in visits if v.method == "sandbox" or v.took_place]
    stories = {v.ref: _payment(v, staff_actors[v.business.public_id]) for v in paid}
    payments = [s.payment for s in stories.values()]
    for payment, told in ((s.payment, s.told) for s in stories.values()):
        payment.last_seq = len(told)
    Payment.objects.bulk_create(payments, batch_size=5000)
    _refunds(paid, stories)
    _sandbox_books(paid, stories)
    _post([posting for v in paid for posting in _postings(v, stories[v.ref].payment, staff_actors)])
    _tell(stories.values())


def _payment(visit: VisitPlan, staff_actor: str) -> _Story:
    online = visit.method == "sandbox"
    captured = story.paid_at(visit) if online else story.completed_at(visit)
    outcome = story.settlement(visit)
    payment = Payment(
        public_id=public_id("pay", visit.ref),
        booking_ref=visit.ref,
        provider_id=visit.business.public_id,
        method=visit.method,
        gateway=visit.method,
        amount=visit.amount,
        currency=CURRENCY,
        status=PaymentStatus.CAPTURED,
        refunded=outcome.refund,
        gateway_ref=public_id("pi", visit.ref) if online else "",
        gateway_revision=2 if online else 0,
        idempotency_key=_key("payment", visit.ref),
        created_at=visit.booked_at + timedelta(minutes=2) if online else captured,
        captured_at=captured,
        commission_bp=SHARE.commission_bp,
        vat_bp=SHARE.vat_bp,
        tax_country=SHARE.tax_country,
    )
    told = _Story(payment)
    if not online:
        told.told.append((events.CAPTURED, captured, staff_actor, {"reason": "completed"}))
        return told
    told.told.append((events.OPENED, payment.created_at, story.customer_actor(visit), {}))
    told.told.append((events.CAPTURED, captured, SANDBOX, {}))
    end = story.ended_at(visit)
    if end and (earned := outcome.fee or (visit.amount if visit.status == "closed" else 0)):
        parts = split(earned, SHARE)
        type_ = events.ESCROW_RELEASED if visit.status == "closed" else events.FEE_KEPT
        facts = {
            "earned": parts.earned,
            "commission": parts.commission,
            "vat": parts.vat,
            "provider": visit.business.public_id,
        }
        told.told.append((type_, end, _actor_of_end(visit, staff_actor), facts))
    if end and outcome.refund:
        facts = {"refund": public_id("ref", visit.ref), "refund_amount": outcome.refund}
        asked = {**facts, "reason": "cancelled"}
        told.told.append((events.REFUND_REQUESTED, end, _actor_of_end(visit, staff_actor), asked))
        told.told.append((events.REFUND_DONE, end + timedelta(seconds=5), SANDBOX, facts))
    return told


def _actor_of_end(visit: VisitPlan, staff_actor: str) -> str:
    return staff_actor if visit.status == "no_show" else story.customer_actor(visit)


def _refunds(visits: Sequence[VisitPlan], stories: dict[str, _Story]) -> None:
    Refund.objects.bulk_create(
        Refund(
            public_id=public_id("ref", v.ref),
            payment=stories[v.ref].payment,
            amount=story.settlement(v).refund,
            reason="cancelled",
            key=f"cancelled:{v.ref}",
            status=RefundStatus.DONE,
            actor=story.customer_actor(v),
            gateway_ref=public_id("re", v.ref),
            idempotency_key=_key("refund", v.ref),
            created_at=v.cancelled_at,
            done_at=v.cancelled_at + timedelta(seconds=5),
            tries=1,
        )
        for v in visits
        if v.cancelled_at and story.settlement(v).refund
    )


def _sandbox_books(visits: Sequence[VisitPlan], stories: dict[str, _Story]) -> None:
    """The sandbox's own side, so that it knows these payments when one is refunded."""
    intents = SandboxIntent.objects.bulk_create(
        (
            SandboxIntent(
                public_id=public_id("pi", v.ref),
                merchant=settings.SITE_NAME,
                merchant_reference=stories[v.ref].payment.public_id,
                amount=v.amount,
                currency=CURRENCY,
                return_url=settings.SITE_URL,
                status=IntentStatus.SUCCEEDED,
                captured=v.amount,
                captured_at=stories[v.ref].payment.captured_at,
                revision=2,
                refunded=story.settlement(v).refund,
                idempotency_key=str(_key("payment", v.ref)),
                created_at=stories[v.ref].payment.created_at,
            )
            for v in visits
            if v.method == "sandbox"
        ),
        batch_size=5000,
    )
    by_id = {intent.public_id: intent for intent in intents}
    SandboxRefund.objects.bulk_create(
        SandboxRefund(
            public_id=public_id("re", v.ref),
            intent=by_id[public_id("pi", v.ref)],
            merchant_reference=public_id("ref", v.ref),
            amount=story.settlement(v).refund,
            idempotency_key=str(_key("refund", v.ref)),
            created_at=v.cancelled_at,
        )
        for v in visits
        if v.cancelled_at and story.settlement(v).refund
    )


def _postings(visit: VisitPlan, payment: Payment, staff_actors: dict[str, str]) -> Iterator[_Posting]:
    """The ledger transactions of one visit, each summing to zero."""
    escrow = Account(AccountKind.ESCROW, visit.ref)
    due = Account(AccountKind.REFUND_DUE, visit.ref)
    gateway = Account(AccountKind.GATEWAY, "sandbox")
    payable = Account(AccountKind.PAYABLE, visit.business.public_id)
    ours = Account(AccountKind.COMMISSION, MARKETPLACE)
    tax = Account(AccountKind.TAX, SHARE.tax_country)
    staff = staff_actors[visit.business.public_id]
    cause, amount, outcome = ("payment", payment.public_id), visit.amount, story.settlement(visit)

    def posting(
        kind: TransactionKind, cause: tuple[str, str], actor: str, at: datetime, entries: dict[Account, int]
    ) -> _Posting:
        return _Posting(kind, visit, cause, actor, at, {a: n for a, n in entries.items() if n})

    at = payment.captured_at or visit.booked_at
    if visit.method == "counter":
        parts = split(amount, SHARE)
        owed = {payable: parts.earned - amount, ours: parts.commission, tax: parts.vat}
        yield posting(TransactionKind.COUNTER, cause, staff, at, owed)
        return
    yield posting(TransactionKind.CAPTURE, cause, SANDBOX, at, {gateway: -amount, escrow: amount})
    end = story.ended_at(visit)
    if end is None:
        return
    actor = _actor_of_end(visit, staff)
    if earned := outcome.fee or (amount if visit.status == "closed" else 0):
        parts = split(earned, SHARE)
        released = visit.status == "closed"
        kind = TransactionKind.RELEASE if released else TransactionKind.FEE
        why = ("booking", visit.ref) if released else ("fee", f"{visit.status}:{visit.ref}")
        shared = {payable: parts.earned, ours: parts.commission, tax: parts.vat}
        yield posting(kind, why, actor, end, {escrow: -earned, **shared})
    if back := outcome.refund:
        refund = ("refund", public_id("ref", visit.ref))
        later = end + timedelta(seconds=5)
        yield posting(TransactionKind.REFUND, refund, actor, end, {escrow: -back, due: back})
        yield posting(TransactionKind.REFUND_PAID, refund, SANDBOX, later, {due: -back, gateway: back})


def _post(postings: list[_Posting]) -> None:
    postings.sort(key=lambda p: (p.at, p.visit.ref))
    balances: dict[Account, int] = {}
    for posting in postings:
        for account, amount in posting.entries.items():
            balances[account] = balances.get(account, 0) + amount
    # A guarded account belongs to one booking, and so is new: it starts with the balance it ends with.
    LedgerAccount.objects.bulk_create(
        (
            LedgerAccount(
                kind=account.kind,
                owner=account.owner,
                currency=CURRENCY,
                balance=balance if account.kind in GUARDED else None,
            )
            for account, balance in sorted(balances.items())
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )
    owners = [account.owner for account in balances]
    accounts = {
        Account(AccountKind(row.kind), row.owner): row
        for row in LedgerAccount.objects.filter(owner__in=owners, currency=CURRENCY)
    }
    for start in range(0, len(postings), _BATCH):
        batch = postings[start : start + _BATCH]
        rows = LedgerTransaction.objects.bulk_create(
            LedgerTransaction(
                public_id=public_id("txn", p.kind, *p.cause),
                kind=p.kind,
                booking_ref=p.visit.ref,
                cause_type=p.cause[0],
                cause_id=p.cause[1],
                actor=p.actor,
                at=p.at,
            )
            for p in batch
        )
        LedgerEntry.objects.bulk_create(
            LedgerEntry(transaction=row, account=accounts[account], amount=amount, currency=CURRENCY)
            for row, p in zip(rows, batch, strict=True)
            for account, amount in p.entries.items()
        )


def _tell(stories: Any) -> None:
    """The payments' events and audit rows, as payments.services.news writes them."""
    rows, audit = [], []
    for one in stories:
        payment = one.payment
        for seq, (type_, at, actor, further) in enumerate(one.told, start=1):
            facts = {
                "booking_ref": payment.booking_ref,
                "method": payment.method,
                "amount": payment.amount,
                "currency": payment.currency,
                **further,
            }
            name = {"subject_type": "payment", "subject_id": payment.public_id}
            uid = event_uid(payment.public_id, seq)
            rows.append(Event(**name, uid=uid, seq=seq, type=type_, actor=actor, at=at, payload=facts))
            audit.append(
                AuditEntry(
                    at=at,
                    actor=actor,
                    action=type_,
                    object_type="payment",
                    object_id=payment.public_id,
                    data=facts,
                )
            )
    Event.objects.bulk_create(rows, batch_size=5000)
    AuditEntry.objects.bulk_create(audit, batch_size=5000)


def _key(*name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("hereabouts-demo", *name)))
