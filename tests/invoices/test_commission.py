"""The marketplace's own invoices: what they say is what the ledger and the statement say, each entry once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from common import clock
from invoices.enums import DocumentKind
from invoices.models import CommissionDocument, CommissionMonth, OwnSeller
from invoices.rules.commission import document, shared
from invoices.services import SellerDetails, close_months, set_own_seller, set_seller
from invoices.services.documents import data_of, pdf_of
from payments.enums import AccountKind, TransactionKind
from payments.models import Payment
from payments.selectors.statements import month_at, statement_of
from providers.enums import Role
from providers.models import Outlet, Provider
from tests.factories import make_member, make_outlet
from tests.invoices.checking import wrong
from tests.invoices.conftest import DETAILS
from tests.payments.test_overview import moved

OURS = SellerDetails(
    "Hereabouts Oy",
    "Mannerheimintie 1",
    "00100",
    "Helsinki",
    "FI",
    company_id="0112038-9",
    tax_id="FI01120389",
)
JANUARY = datetime(2026, 1, 10, 12, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 10, 12, tzinfo=UTC)
MARCH = datetime(2026, 3, 5, tzinfo=UTC)


@pytest.fixture
def provider(db: None) -> Provider:
    return make_outlet().provider


def visit(provider: Provider, at: datetime, ref: str, commission: int, vat: int, vat_bp: int = 2550) -> None:
    """A visit that closed: its payment, and what was released of it. Below zero: taken back of it."""
    if commission > 0:
        Payment.objects.create(
            booking_ref=ref,
            provider_id=provider.public_id,
            method="sandbox",
            gateway="sandbox",
            amount=commission * 20,
            currency="EUR",
            status="captured",
            captured_at=at,
            vat_bp=vat_bp,
        )
    whole = commission * 20
    lines = [
        (AccountKind.GATEWAY, "sandbox", -whole),
        (AccountKind.PAYABLE, provider.public_id, whole - commission - vat),
        (AccountKind.COMMISSION, "marketplace", commission),
    ]
    if vat:
        lines.append((AccountKind.TAX, "FI", vat))
    kind = TransactionKind.RELEASE if commission > 0 else TransactionKind.REFUND
    moved(at, kind, *lines, booking_ref=ref)


def closed(at: datetime = MARCH) -> list[CommissionDocument]:
    with clock.at(at):
        close_months()
    return list(CommissionDocument.objects.order_by("number"))


def said(each: CommissionDocument) -> tuple[str, str, int, int, int]:
    return each.written, each.kind, each.net_amount, each.tax_amount, each.gross_amount


def test_each_month_has_its_invoice_and_what_is_taken_back_its_credit_note(provider: Provider) -> None:
    visit(provider, JANUARY, "HA-1", 290, 74)
    visit(provider, JANUARY, "HA-2", 100, 26)
    visit(provider, FEBRUARY, "HA-3", 50, 13)
    visit(provider, FEBRUARY, "HA-1", -100, -26)
    visit(provider, datetime(2026, 3, 2, tzinfo=UTC), "HA-4", 70, 18)
    assert closed() == []
    set_own_seller(details=OURS, actor="system")

    first, second, *notes = closed()

    assert said(first) == ("HM-000001", "invoice", 390, 100, 490)
    assert said(second) == ("HM-000002", "invoice", 50, 13, 63)
    # The newest first: all of February's, the rest is January's.
    assert [(*said(each), each.corrects) for each in notes] == [
        ("HM-000003", "credit_note", 50, 13, 63, second),
        ("HM-000004", "credit_note", 50, 13, 63, first),
    ]
    for month in (1, 2):
        sums = statement_of(provider, month_at(date(2026, month, 1), "Europe/Helsinki"), "EUR").sums
        found = CommissionDocument.objects.filter(month__month=date(2026, month, 1))
        signed = [(1 if each.kind == DocumentKind.INVOICE else -1, each) for each in found]
        assert sum(sign * each.net_amount for sign, each in signed) == -sums.commission
        assert sum(sign * each.tax_amount for sign, each in signed) == -sums.vat
    assert closed() == [first, second, *notes]
    assert [each.net_amount for each in closed(MARCH + timedelta(days=31))[4:]] == [70]


def test_a_month_is_closed_when_it_is_over_for_a_day_by_the_clock_of_the_business(provider: Provider) -> None:
    set_own_seller(details=OURS, actor="system")
    # In Helsinki it is February.
    visit(provider, datetime(2026, 1, 31, 22, 30, tzinfo=UTC), "HA-1", 100, 26)
    end = datetime(2026, 2, 28, 22, tzinfo=UTC)

    assert closed(end + timedelta(hours=23)) == []
    assert [each.month.month for each in closed(end + timedelta(hours=25))] == [date(2026, 2, 1)]


def test_another_clock_leaves_no_entry_out_and_takes_none_twice(provider: Provider) -> None:
    set_own_seller(details=OURS, actor="system")
    visit(provider, JANUARY, "HA-1", 100, 26)
    with clock.at(datetime(2026, 2, 5, tzinfo=UTC)):
        close_months()
    # Ended at 22:00 UTC in Helsinki; in Honolulu the month would begin twelve hours later.
    visit(provider, datetime(2026, 1, 31, 23, tzinfo=UTC), "HA-2", 200, 51)
    Outlet.objects.filter(provider=provider).update(timezone="Pacific/Honolulu")

    documents = closed(datetime(2026, 3, 10, tzinfo=UTC))

    assert [each.net_amount for each in documents] == [100, 200]
    first, second = CommissionMonth.objects.order_by("month")
    assert second.start == first.end


def test_it_is_made_out_to_the_business_as_its_own_documents_say_it(provider: Provider) -> None:
    set_own_seller(details=OURS, actor="system")
    visit(provider, JANUARY, "HA-1", 100, 26)
    (before,) = closed(datetime(2026, 2, 5, tzinfo=UTC))
    assert (before.buyer["name"], before.buyer["tax_id"]) == (provider.name, "")
    set_seller(provider=provider, details=DETAILS, actor="system")
    visit(provider, FEBRUARY, "HA-2", 100, 26)

    after = closed()[-1]

    assert (after.buyer["name"], after.buyer["tax_id"]) == (DETAILS.name, DETAILS.tax_id)
    for each in (before, after):
        assert wrong(data_of(each)) == []


def test_a_business_abroad_accounts_for_the_vat_itself(provider: Provider) -> None:
    set_own_seller(details=OURS, actor="system")
    abroad = SellerDetails("Juuksur OÜ", "Viru 1", "10140", "Tallinn", "EE", tax_id="EE100931558")
    set_seller(provider=provider, details=abroad, actor="system")
    visit(provider, JANUARY, "HA-1", 100, 0, vat_bp=0)

    (found,) = closed(datetime(2026, 2, 5, tzinfo=UTC))

    assert (found.net_amount, found.tax_amount) == (100, 0)
    data = data_of(found).decode()
    assert wrong(data.encode()) == []
    assert "<ram:CategoryCode>AE</ram:CategoryCode>" in data
    assert "Reverse charge" in data


def test_of_very_many_visits_the_total_is_still_the_ledgers_and_the_data_valid(provider: Provider) -> None:
    """Each visit's VAT is rounded up by half a cent: of three hundred that is more than the standard leaves."""
    set_own_seller(details=OURS, actor="system")
    for number in range(300):
        visit(provider, JANUARY, f"HA-{number}", 100, 26)
    visit(provider, FEBRUARY, "HA-7", -100, -26)

    invoice, note = closed()

    assert (invoice.net_amount, invoice.tax_amount, invoice.rounding, invoice.gross_amount) == (
        30000,
        7650,
        150,
        37800,
    )
    assert (note.gross_amount, note.rounding) == (126, 0)
    assert wrong(data_of(invoice)) == []
    assert wrong(data_of(note)) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_its_pdf_is_made(provider: Provider, language: str) -> None:
    set_own_seller(details=OURS, actor="system")
    visit(provider, JANUARY, "HA-1", 100, 26)
    (found,) = closed(datetime(2026, 2, 5, tzinfo=UTC))

    assert pdf_of(found, language=language)[:5] == b"%PDF-"


def test_the_database_leaves_no_gap_and_changes_nothing(provider: Provider) -> None:
    set_own_seller(details=OURS, actor="system")
    visit(provider, JANUARY, "HA-1", 100, 26)
    (found,) = closed(datetime(2026, 2, 5, tzinfo=UTC))
    again: dict[str, Any] = {
        name: getattr(found, name)
        for name in ("month", "provider", "issued_on", "currency", "seller", "buyer", "rates")
    }
    note = {"kind": "credit_note", "corrects": found, "written": "X", "tax_amount": 0}

    for more in ({"number": 3, "net_amount": 1}, {"number": 2, "net_amount": 127}):
        with pytest.raises(IntegrityError), transaction.atomic():
            amount = {"net_amount": more["net_amount"], "gross_amount": more["net_amount"]}
            CommissionDocument.objects.create(**{**again, **note, "number": more["number"], **amount})
    with pytest.raises(ProgrammingError), transaction.atomic():
        CommissionDocument.objects.update(buyer={})
    with pytest.raises(ProgrammingError), transaction.atomic():
        CommissionMonth.objects.update(currency="SEK")
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnSeller.objects.create(id=2, name="x", country="FI", company_id="1")


def test_the_business_finds_them_on_its_pages_and_over_the_api(provider: Provider) -> None:
    set_own_seller(details=OURS, actor="system")
    visit(provider, JANUARY, "HA-1", 100, 26)
    (found,) = closed(datetime(2026, 2, 5, tzinfo=UTC))
    manager = Client()
    manager.force_login(make_member(provider, Role.MANAGER))
    base = f"/provider/{provider.public_id}"

    assert "HM-000001" in manager.get(f"{base}/invoices/").content.decode()
    assert "HM-000001" in manager.get(f"{base}/money/?month=2026-01").content.decode()
    pdf = manager.get(f"{base}/invoices/commission/{found.public_id}.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    api = f"/api/v1/provider/businesses/{provider.public_id}/commission-invoices"
    (item,) = manager.get(api).json()["items"]
    assert (item["number"], item["month"], item["net"], item["tax"]) == ("HM-000001", "2026-01", 100, 26)
    assert manager.get(f"{api}/{item['id']}/pdf").content[:5] == b"%PDF-"
    stranger = Client()
    stranger.force_login(make_member(make_outlet().provider, Role.OWNER))
    assert stranger.get(f"{base}/invoices/commission/{found.public_id}.pdf").status_code == 404


AMOUNTS = st.integers(0, 10**6)
CHARGED = st.dictionaries(st.sampled_from([0, 2400, 2550]), st.tuples(AMOUNTS, AMOUNTS), max_size=3)


@given(charged=CHARGED, unit=st.sampled_from([1, 100, 1000]))
def test_a_documents_total_is_what_was_charged_and_its_vat_what_the_standard_leaves(
    charged: dict[int, tuple[int, int]], unit: int
) -> None:
    found = document(charged, unit=unit)

    assert found.gross == sum(net + tax for net, tax in charged.values())
    for each in found.rates:
        assert abs(each.tax - Decimal(each.net) * each.vat_bp / 10_000) < unit + Decimal("0.51")


@given(rooms=st.lists(CHARGED, max_size=4), data=st.data())
def test_what_is_taken_back_is_all_of_it_and_never_more_than_a_document_has(
    rooms: list[dict[int, tuple[int, int]]], data: st.DataObject
) -> None:
    by_key = dict(enumerate(rooms))
    back = {}
    for bp in {bp for room in rooms for bp in room}:
        most = [sum(room.get(bp, (0, 0))[n] for room in rooms) for n in (0, 1)]
        back[bp] = (data.draw(st.integers(0, most[0])), data.draw(st.integers(0, most[1])))

    found = shared(back, by_key)

    for bp, wanted in back.items():
        parts = [part.get(bp, (0, 0)) for part in found.values()]
        assert (sum(net for net, _ in parts), sum(tax for _, tax in parts)) == wanted
    for key, part in found.items():
        for bp, (net, tax) in part.items():
            assert net <= by_key[key][bp][0] and tax <= by_key[key][bp][1]
