"""Balances from checkpoints: the same as from all entries, whoever posts meanwhile."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from payments import services
from payments.enums import AccountKind, TransactionKind
from payments.models import LedgerCheckpoint, LedgerEntry
from payments.selectors import balance
from payments.services import checkpoints
from payments.services.ledger import Account, Cause, Line, post

GATEWAY = Account(AccountKind.GATEWAY, "sandbox")
OURS = Account(AccountKind.COMMISSION, "marketplace")


def move(amount: int, cause: str) -> None:
    post(
        kind=TransactionKind.CAPTURE,
        booking_ref="HA-1",
        entries=[Line(GATEWAY, -amount, "EUR"), Line(OURS, amount, "EUR")],
        actor="system",
        cause=Cause("test", cause),
    )


def found() -> int:
    return balance(AccountKind.COMMISSION, "marketplace", "EUR")


@pytest.mark.django_db
def test_a_balance_is_the_checkpoint_and_what_came_since() -> None:
    assert services.keep_checkpoints() == 0
    assert found() == 0
    for number in range(5):
        move(100 + number, str(number))
    assert found() == 510

    assert services.keep_checkpoints() == 2
    assert services.keep_checkpoints() == 0
    assert LedgerCheckpoint.objects.get(account__kind="commission").balance == 510
    assert found() == 510
    move(1, "more")
    assert found() == 511
    assert services.keep_checkpoints() == 2
    assert found() == 511
    assert services.verify() == []


@pytest.mark.django_db
def test_accounts_that_keep_a_balance_need_no_checkpoint() -> None:
    post(
        kind=TransactionKind.CAPTURE,
        booking_ref="HA-1",
        entries=[Line(GATEWAY, -5, "EUR"), Line(Account(AccountKind.ESCROW, "HA-1"), 5, "EUR")],
        actor="system",
        cause=Cause("payment", "pay_1"),
    )

    services.keep_checkpoints()

    assert [row.account.kind for row in LedgerCheckpoint.objects.select_related("account")] == ["gateway"]
    assert balance(AccountKind.ESCROW, "HA-1", "EUR") == 5


@pytest.mark.django_db
def test_a_checkpoint_only_goes_forward_and_the_checker_finds_a_wrong_one() -> None:
    move(100, "one")
    services.keep_checkpoints()
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerCheckpoint.objects.update(balance=99)

    LedgerCheckpoint.objects.filter(account__kind="gateway").delete()
    move(1, "two")
    row = LedgerCheckpoint.objects.get()
    LedgerCheckpoint.objects.update(upto=row.upto + 1, balance=42)

    assert [item.what for item in services.verify()] == ["checkpoint differs from its entries"]


@pytest.mark.django_db(transaction=True)
def test_what_is_posted_slowly_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry has its number before it is committed: a checkpoint that is made meanwhile must not pass it over."""
    move(1, "first")
    has_posted, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                move(10, "slow")
                has_posted.set()
                may_commit.wait(timeout=20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert has_posted.wait(timeout=20)
    monkeypatch.setattr(checkpoints, "PATIENCE_MS", 200)

    assert services.keep_checkpoints() == 0  # somebody posts: not now
    may_commit.set()
    thread.join(timeout=20)
    assert services.keep_checkpoints() == 2

    assert found() == 11
    assert services.verify() == []


@pytest.mark.django_db(transaction=True)
def test_checkpoints_and_posting_at_once_agree() -> None:
    def work(what: Any) -> None:
        try:
            what()
        finally:
            connection.close()

    def posting(which: int) -> None:
        for number in range(15):
            move(1 + number, f"{which}:{number}")

    def keeping() -> None:
        for _ in range(10):
            services.keep_checkpoints()

    jobs: list[Any] = [lambda which=which: posting(which) for which in range(3)]
    threads = [threading.Thread(target=work, args=(job,)) for job in [*jobs, keeping, keeping]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    services.keep_checkpoints()
    total = LedgerEntry.objects.filter(account__kind="commission").aggregate(sum=Sum("amount"))["sum"]
    assert found() == total == 3 * sum(range(1, 16))
    assert services.verify() == []
