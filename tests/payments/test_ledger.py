"""What the database and `post` refuse."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from payments.enums import AccountKind, TransactionKind
from payments.errors import InsufficientFunds
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from payments.selectors import balance, held_amount
from payments.services import reverse, verify
from payments.services.ledger import Account, Cause, Line, post

ESCROW = Account(AccountKind.ESCROW, "HA-1")
GATEWAY = Account(AccountKind.GATEWAY, "sandbox")

pytestmark = pytest.mark.django_db


def capture(amount: int = 5800, cause: str = "pay_1") -> LedgerTransaction:
    return post(
        kind=TransactionKind.CAPTURE,
        booking_ref="HA-1",
        entries=[Line(GATEWAY, -amount, "EUR"), Line(ESCROW, amount, "EUR")],
        actor="system",
        cause=Cause("payment", cause),
    )


def bare_transaction(cause: str = "raw") -> LedgerTransaction:
    return LedgerTransaction.objects.create(
        kind=TransactionKind.CAPTURE, cause_type="payment", cause_id=cause, actor="system"
    )


def account(kind: AccountKind = AccountKind.GATEWAY, currency: str = "EUR") -> LedgerAccount:
    return LedgerAccount.objects.create(kind=kind, owner=f"raw-{kind}-{currency}", currency=currency)


def test_post_moves_money_between_accounts() -> None:
    posted = capture()

    assert sorted(posted.entries.values_list("amount", flat=True)) == [-5800, 5800]
    assert held_amount("HA-1") == 5800
    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == -5800
    assert LedgerAccount.objects.get(kind="gateway").balance is None
    assert verify() == []


def test_post_refuses_entries_that_do_not_sum_to_zero_per_currency() -> None:
    with pytest.raises(ValueError):
        post(
            kind=TransactionKind.CAPTURE,
            booking_ref="HA-1",
            entries=[Line(GATEWAY, -100, "EUR"), Line(ESCROW, 100, "SEK")],
            actor="system",
            cause=Cause("payment", "pay_1"),
        )
    assert not LedgerTransaction.objects.exists()


def test_the_database_refuses_entries_that_do_not_sum_to_zero() -> None:
    with pytest.raises(IntegrityError, match="sum to zero"), transaction.atomic():
        posted, one, two = bare_transaction(), account(), account(AccountKind.PAYABLE)
        LedgerEntry.objects.bulk_create(
            [
                LedgerEntry(transaction=posted, account=one, amount=100, currency="EUR"),
                LedgerEntry(transaction=posted, account=two, amount=-99, currency="EUR"),
            ]
        )


def test_the_database_refuses_an_entry_in_another_currency_than_its_account() -> None:
    with pytest.raises(IntegrityError, match="currency of its account"), transaction.atomic():
        posted, euros, crowns = bare_transaction(), account(), account(AccountKind.PAYABLE, "SEK")
        LedgerEntry.objects.bulk_create(
            [
                LedgerEntry(transaction=posted, account=euros, amount=100, currency="EUR"),
                LedgerEntry(transaction=posted, account=crowns, amount=-100, currency="EUR"),
            ]
        )


def test_the_database_refuses_an_entry_of_zero() -> None:
    with pytest.raises(IntegrityError, match="ledger_entry_is_not_zero"), transaction.atomic():
        posted, one = bare_transaction(), account()
        LedgerEntry.objects.create(transaction=posted, account=one, amount=0, currency="EUR")


def test_the_database_refuses_entries_added_later_to_a_transaction() -> None:
    posted, one, two = capture(), account(), account(AccountKind.PAYABLE)

    with pytest.raises(IntegrityError, match="together, once"), transaction.atomic():
        LedgerEntry.objects.bulk_create(
            [
                LedgerEntry(transaction=posted, account=one, amount=100, currency="EUR"),
                LedgerEntry(transaction=posted, account=two, amount=-100, currency="EUR"),
            ]
        )


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_transaction_without_entries_at_commit() -> None:
    with pytest.raises(IntegrityError, match="has no entries"):
        bare_transaction()
    assert not LedgerTransaction.objects.exists()


@pytest.mark.parametrize("table", ["ledgertransaction", "ledgerentry", "ledgeraccount"])
def test_the_database_refuses_to_delete(table: str) -> None:
    capture()

    with (
        pytest.raises(DatabaseError, match="delete rows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM payments_{table}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_ledgerentry SET amount = amount",
        "UPDATE payments_ledgertransaction SET actor = 'nobody'",
        "UPDATE payments_ledgeraccount SET owner = 'somebody'",
    ],
)
def test_the_database_refuses_to_change(statement: str) -> None:
    capture()

    with (
        pytest.raises(DatabaseError, match="Cannot update"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("table", ["ledgertransaction", "ledgerentry", "ledgeraccount"])
def test_truncate_is_guarded_everywhere_but_in_test_databases(table: str) -> None:
    """The guard itself cannot be tried in a database that it leaves alone: its text is looked at, and tried
    on a table of its own with the exception for test databases taken out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = %s::regclass AND t.tgtype & 32 <> 0 AND t.tgenabled <> 'D'",
            [f"payments_{table}"],
        )
        [(source,)] = cursor.fetchall()
        guard = source.replace("starts_with(current_database(), 'test_')", "false")
        assert guard != source
        cursor.execute("CREATE TEMP TABLE guarded (id int) ON COMMIT DROP")
        cursor.execute(f"CREATE FUNCTION pg_temp.guard() RETURNS trigger LANGUAGE plpgsql AS $x${guard}$x$")
        cursor.execute(
            "CREATE TRIGGER guard BEFORE TRUNCATE ON guarded"
            " FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.guard()"
        )
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE guarded")


def test_escrow_cannot_fall_below_zero() -> None:
    capture(5800)

    with pytest.raises(InsufficientFunds):
        post(
            kind=TransactionKind.RELEASE,
            booking_ref="HA-1",
            entries=[Line(ESCROW, -5801, "EUR"), Line(Account(AccountKind.PAYABLE, "prv_1"), 5801, "EUR")],
            actor="system",
            cause=Cause("booking", "HA-1"),
        )
    assert held_amount("HA-1") == 5800
    assert LedgerTransaction.objects.count() == 1


def test_a_cause_is_posted_once() -> None:
    capture(cause="pay_1")

    with pytest.raises(IntegrityError, match="ledger_cause_is_posted_once"), transaction.atomic():
        capture(cause="pay_1")


def test_a_transaction_is_reversed_once_by_its_opposite() -> None:
    posted = capture()

    undone = reverse(original=posted, actor="system")

    assert undone.reverses == posted
    assert held_amount("HA-1") == 0
    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        reverse(original=posted, actor="system")


def test_only_guarded_kinds_keep_a_balance() -> None:
    with pytest.raises(IntegrityError, match="ledger_guarded_kinds"), transaction.atomic():
        LedgerAccount.objects.create(kind=AccountKind.ESCROW, owner="HA-2", currency="EUR", balance=None)
    with pytest.raises(IntegrityError, match="ledger_guarded_kinds"), transaction.atomic():
        LedgerAccount.objects.create(kind=AccountKind.PAYABLE, owner="prv_2", currency="EUR", balance=0)


def test_check_ledger_finds_a_balance_that_was_tampered_with(capsys: pytest.CaptureFixture[str]) -> None:
    capture()
    call_command("check_ledger")
    LedgerAccount.objects.filter(kind="escrow").update(balance=5801)

    with pytest.raises(CommandError):
        call_command("check_ledger")

    assert (
        "escrow:HA-1:EUR: balance differs from its entries (expected 5800, found 5801)"
        in capsys.readouterr().err
    )
