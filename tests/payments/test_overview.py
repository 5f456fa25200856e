"""Sums by day and month: what they say is what all entries say, whoever counts when."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from common import clock
from payments import services
from payments.enums import GUARDED, AccountKind, PayoutWay, TransactionKind
from payments.models import (
    LedgerAccount,
    LedgerDay,
    LedgerEntry,
    LedgerMonth,
    LedgerTransaction,
    Payout,
    PayoutRun,
)
from payments.rules.payouts import Terms
from payments.selectors import overview as read
from payments.selectors import statements
from payments.selectors.payouts import due_of
from payments.selectors.spans import balance_before
from providers.models import Provider
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.factories import make_outlet, make_user
from tests.payments.paying import ACTOR

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 30, tzinfo=UTC)
NOW = MONDAY + timedelta(days=2, hours=9)


def moved(
    at: datetime, kind: TransactionKind, *lines: tuple[AccountKind, str, int], booking_ref: str = ""
) -> None:
    """A transaction of another time, as it would have been posted then."""
    lines = tuple(line for line in lines if line[2])
    accounts = [
        LedgerAccount.objects.get_or_create(
            kind=kind, owner=owner, currency="EUR", defaults={"balance": 0 if kind in GUARDED else None}
        )[0]
        for kind, owner, _amount in lines
    ]
    with transaction.atomic():
        made = LedgerTransaction.objects.create(
            kind=kind,
            booking_ref=booking_ref,
            cause_type="test",
            cause_id=str(LedgerTransaction.objects.count()),
            actor="system",
            at=at,
        )
        LedgerEntry.objects.bulk_create(
            LedgerEntry(transaction=made, account=account, amount=amount, currency="EUR")
            for account, (_kind, _owner, amount) in zip(accounts, lines, strict=True)
        )
        for account, (_kind, _owner, amount) in zip(accounts, lines, strict=True):
            if account.balance is not None:
                LedgerAccount.objects.filter(pk=account.pk).update(balance=account.balance + amount)


def earn(at: datetime, owner: str, amount: int = 1000, commission: int = 50) -> None:
    moved(
        at,
        TransactionKind.RELEASE,
        (AccountKind.GATEWAY, "sandbox", -amount),
        (AccountKind.PAYABLE, owner, amount - commission),
        (AccountKind.COMMISSION, "marketplace", commission),
    )


@pytest.fixture
def provider() -> Provider:
    return make_outlet().provider


def test_the_balance_before_an_instant_is_that_of_all_entries_before_it(provider: Provider) -> None:
    """Counted at any time, posted in any order, around the ends of months."""
    dice = random.Random(3)
    instants = [
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=dice.randrange(24 * 150)) for _ in range(80)
    ]
    for number, at in enumerate(instants):
        earn(at, provider.public_id, amount=1000 + number, commission=50)
        if dice.random() < 0.1:
            services.keep_checkpoints()
    account = LedgerAccount.objects.get(kind=AccountKind.PAYABLE)
    entries = LedgerEntry.objects.filter(account=account)

    for instant in [*instants[:20], *(datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 7))]:
        for asked in (instant, instant - timedelta(hours=2), instant + timedelta(hours=5)):
            all_of_them = entries.filter(transaction__at__lt=asked).aggregate(sum=Sum("amount"))["sum"] or 0
            assert balance_before(account.pk, asked) == all_of_them
    assert LedgerMonth.objects.filter(account=account).count() == 5
    services.keep_checkpoints()
    assert services.verify() == []


def test_a_statement_of_an_old_month_is_the_same_counted_or_not(provider: Provider) -> None:
    for day in range(120):
        earn(datetime(2026, 1, 1, 21, 30, tzinfo=UTC) + timedelta(days=day), provider.public_id)
    months = [statements.month_at(date(2026, month, 1), "Europe/Helsinki") for month in range(1, 6)]

    def said() -> list[tuple[Any, list[int]]]:
        return [
            (
                statements.statement_of(provider, month, "EUR").sums,
                [line.pk for line in statements.lines_of(provider, month.span, "EUR")],
            )
            for month in months
        ]

    before = said()
    services.keep_checkpoints()

    assert said() == before
    assert [len(lines) for _sums, lines in before] == [31, 28, 30, 30, 1]
    assert [sums.opening for sums, _lines in before] == [0, 29450, 56050, 84550, 113050]


def test_an_old_statement_reads_about_a_month_of_the_books(provider: Provider) -> None:
    """What PostgreSQL reads of the account's entries is counted: not all of them."""
    for day in range(400):
        earn(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=day), provider.public_id)
    services.keep_checkpoints()
    account = LedgerAccount.objects.get(kind=AccountKind.PAYABLE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE payments_ledgerentry, payments_ledgertransaction, payments_ledgermonth")
    with CaptureQueriesContext(connection) as asked:
        assert balance_before(account.pk, datetime(2025, 7, 10, tzinfo=UTC)) == 190 * 950

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + asked[0]["sql"])
        (plan,) = cursor.fetchone()
    assert 0 < _rows_of(plan[0]["Plan"]) <= 35


def _rows_of(plan: dict[str, Any]) -> int:
    """How many rows of entries a plan read."""
    of_entries = plan.get("Relation Name") == "payments_ledgerentry"
    own = plan["Actual Rows"] * plan["Actual Loops"] if of_entries else 0
    return int(own) + sum(_rows_of(part) for part in plan.get("Plans", []))


def test_weeks_say_what_was_there_at_their_end_and_what_moved_in_them() -> None:
    moved(
        MONDAY - timedelta(days=400),
        TransactionKind.CAPTURE,
        (AccountKind.GATEWAY, "sandbox", -700),
        (AccountKind.ESCROW, "HA-0", 700),
    )
    earn(MONDAY - timedelta(days=8), "prv_a")
    earn(MONDAY - timedelta(seconds=1), "prv_a")
    earn(MONDAY, "prv_b")
    moved(
        MONDAY + timedelta(days=1),
        TransactionKind.REFUND,
        (AccountKind.ESCROW, "HA-0", -300),
        (AccountKind.REFUND_DUE, "HA-0", 300),
    )

    def said() -> list[tuple[int, ...]]:
        found = read.overview("EUR", weeks=3)
        assert sum(found.balances.values()) == 0
        assert found.balances[AccountKind.REFUND_DUE] == 300
        return [(week.escrow, week.payable, week.commission, week.refunds) for week in found.weeks]

    with clock.at(NOW):
        before = said()
        services.keep_checkpoints()
        assert said() == before == [(700, 950, 50, 0), (700, 1900, 50, 0), (400, 2850, 50, 300)]
        earn(MONDAY, "prv_b")
        assert said()[-1] == (400, 3800, 100, 300)
        assert read.currencies() == ["EUR"]
        assert [week.first for week in read.overview("EUR", weeks=3).weeks][-1] == MONDAY.date()
    assert LedgerDay.objects.filter(account_kind="payable").count() == 3


def test_the_checker_finds_wrong_sums() -> None:
    earn(MONDAY, "prv_a")
    services.keep_checkpoints()
    assert services.verify() == []

    LedgerDay.objects.filter(account_kind="payable").update(amount=1)
    LedgerMonth.objects.filter(account__kind="payable").update(amount=2)

    found = {each.what: (each.expected, each.found) for each in services.verify()}
    assert found["day differs from its entries"] == (950, 1)
    assert found["month differs from its entries"] == (950, 2)


def test_what_is_late_is_counted_from_the_fifth_day(provider: Provider) -> None:
    run = PayoutRun.objects.create(key="one", actor="system")

    def payout(run_: PayoutRun, planned: datetime, **fields: Any) -> Payout:
        return Payout.objects.create(
            run=run_,
            provider=provider,
            currency="EUR",
            way=PayoutWay.HAND,
            created_at=planned,
            **{"amount": 1000, **fields},
        )

    late = payout(run, MONDAY - timedelta(days=10))
    other = PayoutRun.objects.create(key="two", actor="system")
    payout(other, MONDAY - timedelta(days=1), amount=50)
    third = PayoutRun.objects.create(key="three", actor="system")
    arrived = MONDAY - timedelta(days=1)
    payout(third, MONDAY - timedelta(days=12), amount=7, status="paid", paid_at=arrived)

    with clock.at(NOW):
        assert [each.pk for each in read.late_payouts()] == [late.pk]
        weeks = read.overview("EUR", weeks=3).weeks

    # The last but one ends on the Monday: the one that arrived on the Sunday was late for days, and is not any more.
    assert [week.overdue for week in weeks] == [0 + 7, 1000, 1000]


def test_who_is_on_hold_or_has_no_account_is_listed_with_what_is_due(provider: Provider) -> None:
    terms = Terms(2, 500, PayoutWay.HAND)
    services.set_payout_terms(provider=None, terms=terms, actor=ACTOR)
    for days, amount in ((9, 3000), (3, 2000), (1, 400)):
        earn(NOW - timedelta(days=days), provider.public_id, amount=amount, commission=0)
    little = make_outlet().provider
    earn(NOW - timedelta(days=9), little.public_id, amount=499, commission=0)
    paid = make_outlet().provider
    earn(NOW - timedelta(days=9), paid.public_id)
    account = by_iban(holder="Shop", iban="FI2112345600000785")
    set_bank_account(provider=paid, account=account, user=make_user())

    for _counted in range(2):
        with clock.at(NOW):
            (found,) = read.unpaid()
            assert (found.provider, found.amount, found.hold) == (provider, 5000, None)
            assert due_of(provider.public_id, "EUR", terms).payable == 5000
        services.keep_checkpoints()

    services.hold_payouts(provider=paid, reason="Three cases are open.", actor="system")
    with clock.at(NOW):
        assert [(each.provider, each.amount, bool(each.hold)) for each in read.unpaid()] == [
            (provider, 5000, False),
            (paid, 950, True),
        ]
