"""Posting to the ledger, and checking it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from payments.enums import GUARDED, AccountKind, TransactionKind
from payments.errors import InsufficientFunds
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction

MARKETPLACE = "marketplace"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """Names an account: its kind and its owner (booking reference, provider id, gateway name)."""

    kind: AccountKind
    owner: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to be posted: minor units, positive to the account, negative from it."""

    account: Account
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Cause:
    """What a transaction is posted for: (payment, pay_…), (refund, ref_…), (fee, …). Once per kind."""

    type: str
    id: str


def post(
    *,
    kind: TransactionKind,
    booking_ref: str,
    entries: Sequence[Line],
    actor: str,
    cause: Cause,
    reverses: LedgerTransaction | None = None,
) -> LedgerTransaction:
    """Post one transaction, in the caller's or one of its own.

    Locks: the guarded accounts, in pk order. Raises InsufficientFunds when one would fall below zero;
    ValueError for entries that do not sum to zero per currency (the database refuses them too);
    IntegrityError when the cause was posted before (`ledger_cause_is_posted_once`): callers lock and look
    first.
    """
    lines = _merged(entries)
    try:
        with transaction.atomic():
            accounts = _accounts(lines)
            posted = LedgerTransaction.objects.create(
                kind=kind,
                booking_ref=booking_ref,
                cause_type=cause.type,
                cause_id=cause.id,
                actor=actor,
                reverses=reverses,
            )
            LedgerEntry.objects.bulk_create(
                LedgerEntry(transaction=posted, account=account, amount=line.amount, currency=line.currency)
                for line, account in zip(lines, accounts, strict=True)
            )
            _move_balances(lines, accounts)
    except IntegrityError as error:
        if "ledger_balance_is_not_negative" in str(error):
            raise InsufficientFunds from error
        raise
    return posted


def reverse(*, original: LedgerTransaction, actor: str) -> LedgerTransaction:
    """Post the opposite of an earlier transaction; it can be reversed once. Raises as `post` does."""
    entries = [
        Line(Account(AccountKind(entry.account.kind), entry.account.owner), -entry.amount, entry.currency)
        for entry in original.entries.select_related("account").order_by("pk")
    ]
    return post(
        kind=TransactionKind.REVERSAL,
        booking_ref=original.booking_ref,
        entries=entries,
        actor=actor,
        cause=Cause("transaction", original.public_id),
        reverses=original,
    )


def _merged(entries: Sequence[Line]) -> list[Line]:
    """One line per account, none of zero, sorted so that everyone makes accounts in the same order."""
    amounts: dict[tuple[Account, str], int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    for line in entries:
        amounts[line.account, line.currency] += line.amount
        sums[line.currency] += line.amount
    if any(sums.values()):
        raise ValueError("ledger entries do not sum to zero")
    lines = [
        Line(account, amount, currency) for (account, currency), amount in sorted(amounts.items()) if amount
    ]
    if not lines:
        raise ValueError("a ledger transaction moves something")
    return lines


def _accounts(lines: Sequence[Line]) -> list[LedgerAccount]:
    """The account of each line, made if it is the first to use it."""
    LedgerAccount.objects.bulk_create(
        (
            LedgerAccount(
                kind=line.account.kind,
                owner=line.account.owner,
                currency=line.currency,
                balance=0 if line.account.kind in GUARDED else None,
            )
            for line in lines
        ),
        ignore_conflicts=True,
    )
    rows = LedgerAccount.objects.filter(
        kind__in={line.account.kind for line in lines}, owner__in={line.account.owner for line in lines}
    )
    found = {(row.kind, row.owner, row.currency): row for row in rows}
    return [found[line.account.kind, line.account.owner, line.currency] for line in lines]


def _move_balances(lines: Sequence[Line], accounts: Sequence[LedgerAccount]) -> None:
    amounts = {account.pk: line.amount for line, account in zip(lines, accounts, strict=True)}
    for pk in sorted(account.pk for account in accounts if account.balance is not None):
        LedgerAccount.objects.filter(pk=pk).update(balance=F("balance") + amounts[pk])


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something `verify` found that must not be."""

    what: str
    where: str
    expected: int
    found: int


# Each is one statement, and so sees the books at one instant while others are posting.
_CHECKS = {
    "balance differs from its entries": """
        SELECT a.kind || ':' || a.owner || ':' || a.currency, coalesce(sum(e.amount), 0), a.balance
        FROM payments_ledgeraccount a LEFT JOIN payments_ledgerentry e ON e.account_id = a.id
        WHERE a.balance IS NOT NULL
        GROUP BY a.id HAVING coalesce(sum(e.amount), 0) <> a.balance
    """,
    "checkpoint differs from its entries": """
        SELECT a.kind || ':' || a.owner || ':' || a.currency, coalesce(sum(e.amount), 0), c.balance
        FROM payments_ledgercheckpoint c JOIN payments_ledgeraccount a ON a.id = c.account_id
        LEFT JOIN payments_ledgerentry e ON e.account_id = a.id AND e.id <= c.upto
        GROUP BY a.id, c.account_id HAVING coalesce(sum(e.amount), 0) <> c.balance
    """,
    "month differs from its entries": """
        SELECT a.kind || ':' || a.owner || ':' || a.currency, coalesce(sum(e.amount), 0), coalesce(kept.amount, 0)
        FROM payments_ledgeraccount a
        JOIN (SELECT account_id, sum(amount) AS amount, max(upto) AS upto FROM payments_ledgermonth
            GROUP BY account_id) kept ON kept.account_id = a.id
        LEFT JOIN payments_ledgerentry e ON e.account_id = a.id AND e.id <= kept.upto
        GROUP BY a.id, kept.amount HAVING coalesce(sum(e.amount), 0) <> kept.amount
    """,
    "day differs from its entries": """
        SELECT coalesce(k.kind, d.kind) || ' ' || coalesce(k.day, d.day), coalesce(d.amount, 0), coalesce(k.amount, 0)
        FROM (SELECT day, account_kind AS kind, currency, sum(amount) AS amount FROM payments_ledgerday
            GROUP BY 1, 2, 3) k
        FULL JOIN (SELECT (t.at AT TIME ZONE 'UTC')::date AS day, a.kind, e.currency, sum(e.amount) AS amount
            FROM payments_ledgerentry e JOIN payments_ledgeraccount a ON a.id = e.account_id
            JOIN payments_ledgertransaction t ON t.id = e.transaction_id
            WHERE e.id <= (SELECT coalesce(max(upto), 0) FROM payments_ledgerday) GROUP BY 1, 2, 3) d
            ON d.day = k.day AND d.kind = k.kind AND d.currency = k.currency
        WHERE coalesce(d.amount, 0) <> coalesce(k.amount, 0)
    """,
    "transaction does not sum to zero": """
        SELECT t.public_id, 0, coalesce(sum(e.amount), 0)
        FROM payments_ledgertransaction t LEFT JOIN payments_ledgerentry e ON e.transaction_id = t.id
        GROUP BY t.id, e.currency HAVING coalesce(sum(e.amount), 0) <> 0 OR count(e.id) = 0
    """,
    "captured payment is not in the ledger as it stands": """
        SELECT p.public_id, p.amount, coalesce(-min(e.amount), 0)
        FROM payments_payment p
        LEFT JOIN payments_ledgertransaction t ON t.cause_type = 'payment' AND t.cause_id = p.public_id
            AND t.kind = 'capture'
        LEFT JOIN payments_ledgerentry e ON e.transaction_id = t.id AND e.amount < 0
        WHERE p.status = 'captured' AND p.method <> 'counter'
        GROUP BY p.id HAVING coalesce(-min(e.amount), 0) <> p.amount
    """,
    "commission of the counter does not follow its payment": """
        SELECT p.public_id, (p.reversed_at IS NULL)::int, sum(CASE WHEN t.reverses_id IS NULL THEN 1 ELSE -1 END)
        FROM payments_payment p JOIN payments_ledgertransaction c ON c.kind = 'counter'
            AND c.cause_type = 'payment' AND c.cause_id = p.public_id
        JOIN payments_ledgertransaction t ON t.id = c.id OR t.reverses_id = c.id
        WHERE p.method = 'counter'
        GROUP BY p.id
        HAVING sum(CASE WHEN t.reverses_id IS NULL THEN 1 ELSE -1 END) <> (p.reversed_at IS NULL)::int
    """,
    "disputes differ from the chargebacks posted": """
        SELECT d.public_id, CASE WHEN d.status = 'won' THEN 2 ELSE 1 END, count(t.id)
        FROM payments_dispute d LEFT JOIN payments_ledgertransaction t
            ON t.cause_type = 'dispute' AND t.cause_id = d.public_id AND t.kind IN ('chargeback', 'chargeback_won')
        GROUP BY d.id HAVING count(t.id) <> CASE WHEN d.status = 'won' THEN 2 ELSE 1 END
    """,
    "refunds differ from what the payment says": """
        SELECT p.public_id, p.refunded, coalesce(sum(r.amount), 0)
        FROM payments_payment p LEFT JOIN payments_refund r ON r.payment_id = p.id AND r.from_wallet = ''
        GROUP BY p.id HAVING coalesce(sum(r.amount), 0) <> p.refunded
    """,
    "what left a wallet for its source differs from what went on": """
        SELECT p.public_id, sum(r.sent_on), coalesce(sum(r.amount) FILTER (WHERE r.from_wallet <> ''), 0)
        FROM payments_payment p JOIN payments_refund r ON r.payment_id = p.id
        GROUP BY p.id HAVING sum(r.sent_on) <> coalesce(sum(r.amount) FILTER (WHERE r.from_wallet <> ''), 0)
    """,
    "payout is not in the ledger as it stands": """
        SELECT p.public_id, CASE p.status WHEN 'failed' THEN 0 ELSE p.amount END, -coalesce(sum(e.amount), 0)
        FROM payments_payout p JOIN providers_provider r ON r.id = p.provider_id
        LEFT JOIN payments_ledgertransaction c ON c.kind = 'payout' AND c.cause_type = 'payout'
            AND c.cause_id = p.public_id
        LEFT JOIN payments_ledgertransaction t ON t.id = c.id OR t.reverses_id = c.id
        LEFT JOIN payments_ledgeraccount a ON a.kind = 'payable' AND a.owner = r.public_id
            AND a.currency = p.currency
        LEFT JOIN payments_ledgerentry e ON e.transaction_id = t.id AND e.account_id = a.id
        GROUP BY p.id
        HAVING -coalesce(sum(e.amount), 0) <> CASE p.status WHEN 'failed' THEN 0 ELSE p.amount END
    """,
    "payouts under way differ from the money set aside": """
        SELECT p.public_id, CASE WHEN p.status IN ('planned', 'sent') THEN p.amount ELSE 0 END,
            coalesce(a.balance, 0)
        FROM payments_payout p LEFT JOIN payments_ledgeraccount a ON a.kind = 'payout_due'
            AND a.owner = p.public_id AND a.currency = p.currency
        WHERE coalesce(a.balance, 0) <> CASE WHEN p.status IN ('planned', 'sent') THEN p.amount ELSE 0 END
    """,
    "wallets' payouts under way differ from the money set aside": """
        SELECT w.public_id, CASE w.state WHEN 'asked' THEN w.amount ELSE 0 END, coalesce(a.balance, 0)
        FROM payments_walletpayout w LEFT JOIN payments_ledgeraccount a ON a.kind = 'payout_due'
            AND a.owner = w.public_id AND a.currency = w.currency
        WHERE coalesce(a.balance, 0) <> CASE w.state WHEN 'asked' THEN w.amount ELSE 0 END
    """,
    "commission or VAT is not what was agreed": """
        SELECT t.public_id, share.ours, sum(e.amount) FILTER (WHERE a.kind = 'commission')
        FROM payments_ledgertransaction t
        JOIN payments_ledgerentry e ON e.transaction_id = t.id
        JOIN payments_ledgeraccount a ON a.id = e.account_id
        JOIN LATERAL (SELECT commission_bp, vat_bp, amount FROM payments_payment
            WHERE booking_ref = t.booking_ref AND (status = 'captured')
            ORDER BY (t.kind = 'counter' AND public_id = t.cause_id) DESC, (method = 'counter'), id LIMIT 1
        ) p ON true
        JOIN LATERAL (SELECT CASE t.kind WHEN 'counter' THEN p.amount
            ELSE (SELECT -sum(f.amount) FROM payments_ledgerentry f JOIN payments_ledgeraccount b
                ON b.id = f.account_id AND b.kind = 'escrow' WHERE f.transaction_id = t.id) END AS of
        ) base ON true
        JOIN LATERAL (SELECT round(base.of * p.commission_bp / 10000.0) AS ours) share ON true
        WHERE t.kind IN ('release', 'fee', 'counter') AND base.of IS NOT NULL
        GROUP BY t.id, share.ours, p.vat_bp
        HAVING coalesce(sum(e.amount) FILTER (WHERE a.kind = 'commission'), 0) <> share.ours
            OR coalesce(sum(e.amount) FILTER (WHERE a.kind = 'tax'), 0) <> round(share.ours * p.vat_bp / 10000.0)
    """,
    "refunds under way differ from the money set aside": """
        SELECT a.owner, coalesce(due.amount, 0), a.balance
        FROM payments_ledgeraccount a LEFT JOIN (
            SELECT p.booking_ref, p.currency, sum(r.amount) AS amount
            FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
            WHERE r.status <> 'done' GROUP BY 1, 2
        ) due ON due.booking_ref = a.owner AND due.currency = a.currency
        WHERE a.kind = 'refund_due' AND coalesce(due.amount, 0) <> a.balance
    """,
}


def verify() -> list[Discrepancy]:
    """Compare balances, entries, payments and refunds with each other; an empty list is good news."""
    found: list[Discrepancy] = []
    with connection.cursor() as cursor:
        for what, statement in _CHECKS.items():
            cursor.execute(statement)
            found += [Discrepancy(what, where, int(expected), int(have)) for where, expected, have in cursor]
    return found
