"""The bank account of a business: what is taken, how it is kept, who is told."""

import logging
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from common.errors import DomainError, NotFound
from common.models import AuditEntry, Event
from providers.models import BankAccount, Provider
from providers.rules import bank as rules
from providers.services import bank
from tests.factories import make_member, make_provider, make_user

IBAN = "FI2112345600000785"
HOLDER = "Helmi Hiusala Oy"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("FI21 1234 5600 0007 85", IBAN),
        (" fi2112345600000785 ", IBAN),
        ("FI2１12345600000785", IBAN),  # full width
        ("GB82-WEST-1234-5698-7654-32", "GB82WEST12345698765432"),
    ],
)
def test_an_iban_is_taken_as_people_write_it(typed: str, kept: str) -> None:
    account = rules.by_iban(holder=f" {HOLDER} ", iban=typed)
    assert (account.number, account.country, account.holder) == (kept, kept[:2], HOLDER)
    assert kept not in repr(account)


@pytest.mark.parametrize(
    "typed",
    [
        "FI2112345600000786",  # a digit is wrong
        "FI21123456000007",  # too short
        "FI2١12345600000785",  # a digit of another script
        "XX2112345600000785",  # no such country
        "US12345678901234",  # a country without
        "12345600000785",
        "\x00",
        "",
    ],
)
def test_what_is_no_iban_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(DomainError) as refused:
        rules.by_iban(holder=HOLDER, iban=typed)
    assert refused.value.code == "iban_invalid"
    assert refused.value.data == {"field": "iban"}


def test_a_country_without_ibans_has_bank_and_number() -> None:
    account = rules.by_number(holder=HOLDER, country="us", bank="021 000 021", number="1234-567 890")
    assert (account.country, account.bank, account.number) == ("US", "021000021", "1234567890")


@pytest.mark.parametrize(
    ("country", "number", "at", "code"),
    [
        ("FI", "021000021", "1234567890", "iban_needed"),
        ("QQ", "021000021", "1234567890", "country_unknown"),
        ("US", "?", "1234567890", "account_invalid"),
        ("US", "021000021", "12345", "account_invalid"),
        ("US", "021000021", "1" * 35, "account_invalid"),
        ("US", "021000021", "12345６", "account_invalid"),
    ],
)
def test_what_is_no_account_is_refused(country: str, number: str, at: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        rules.by_number(holder=HOLDER, country=country, bank=number, number=at)
    assert refused.value.code == code


@pytest.mark.parametrize("holder", ["", "  ", "x" * 141, "a\x00b"])
def test_a_holder_is_needed(holder: str) -> None:
    with pytest.raises(DomainError) as refused:
        rules.by_iban(holder=holder, iban=IBAN)
    assert refused.value.code == "text_invalid"


@pytest.fixture
def provider(db: None) -> Provider:
    return make_provider()


@pytest.fixture
def owner(provider: Provider) -> User:
    return make_member(provider)


def enter(provider: Provider, owner: User, iban: str = IBAN) -> BankAccount:
    return bank.set_bank_account(
        provider=provider, account=rules.by_iban(holder=HOLDER, iban=iban), user=owner
    )


def everything_as_it_lies() -> str:
    """Every value of every table, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        text = []
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT convert_from(convert_to(t::text, 'UTF8'), 'UTF8') FROM {name} t")
            text += [row[0] for row in cursor.fetchall()]
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type = 'bytea'",
                [name],
            )
            for (column,) in cursor.fetchall():
                cursor.execute(f'SELECT "{column}" FROM {name} WHERE "{column}" IS NOT NULL')
                text += [bytes(row[0]).decode("utf-8", "replace") for row in cursor.fetchall()]
    return "\n".join(text)


def test_it_lies_encrypted_and_nothing_tells_it(
    provider: Provider, owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enter(provider, owner)

    assert BankAccount.objects.get().number == IBAN
    kept = everything_as_it_lies()
    assert owner.public_id in kept
    for secret in (IBAN, IBAN[4:], HOLDER):
        assert secret not in kept
        assert secret not in caplog.text
        assert secret not in str(BankAccount.objects.get())


def test_each_change_is_an_audit_row_and_an_event_with_what_is_shown(provider: Provider, owner: User) -> None:
    enter(provider, owner)
    enter(provider, owner, "GB82WEST12345698765432")
    bank.remove_bank_account(provider=provider, actor=f"user:{owner.public_id}")

    expected = [
        ("bank.change", "", "FI ···· 0785"),
        ("bank.change", "FI ···· 0785", "GB ···· 5432"),
        ("bank.remove", "GB ···· 5432", ""),
    ]
    rows = AuditEntry.objects.filter(object_type="bank_account").order_by("pk")
    assert [(row.action, row.data["before"], row.data["after"]) for row in rows] == expected
    events = Event.objects.filter(type__startswith="provider.bank_").order_by("pk")
    assert [(e.payload["action"], e.payload["before"], e.payload["after"]) for e in events] == expected
    assert not BankAccount.objects.exists()


def test_the_same_account_again_changes_nothing(provider: Provider, owner: User) -> None:
    first = enter(provider, owner)
    again = enter(provider, make_member(provider))
    assert (again.pk, again.changed_by_id) == (first.pk, owner.pk)
    assert Event.objects.filter(type="provider.bank_changed").count() == 1


def test_removing_what_is_not_there_changes_nothing(provider: Provider, owner: User) -> None:
    bank.remove_bank_account(provider=provider, actor="system")
    assert not Event.objects.filter(type="provider.bank_removed").exists()


def test_an_operator_opens_it_whole_and_the_trail_says_so(provider: Provider, owner: User) -> None:
    operator = make_user(is_operator=True)
    with pytest.raises(NotFound):
        bank.open_bank_account(provider=provider, operator=operator)
    enter(provider, owner)
    assert bank.open_bank_account(provider=provider, operator=operator).number == IBAN
    row = AuditEntry.objects.get(action="bank.open")
    assert (row.actor, row.chained, row.data) == (
        f"user:{operator.public_id}",
        True,
        {"shown": "FI ···· 0785"},
    )


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"number": ""}, "bank_account_has_holder_and_number"),
        ({"holder": ""}, "bank_account_has_holder_and_number"),
        ({"form": "plain"}, "bank_account_without_iban_names_its_bank"),
        ({"bank": "021000021"}, "bank_account_without_iban_names_its_bank"),
        ({"country": "fi"}, "bank_account_country_is_iso_3166"),
        ({"last4": "078"}, "bank_account_shows_its_last_four"),
    ],
)
def test_the_database_refuses_what_is_no_account(
    provider: Provider, owner: User, values: dict[str, Any], constraint: str
) -> None:
    enter(provider, owner)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        BankAccount.objects.update(**values)


def test_a_business_has_one(provider: Provider, owner: User) -> None:
    row = enter(provider, owner)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
