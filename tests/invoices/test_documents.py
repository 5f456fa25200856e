"""Documents for visits: which are made, with which numbers, and that what they say is what EN 16931 asks."""

import io

import pikepdf
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from facturx import get_facturx_xml_from_pdf

from bookings.services import changes
from bookings.services import till as counter
from common import events
from common.models import OutboxMessage
from invoices.enums import DocumentKind
from invoices.errors import TaxIdInvalid
from invoices.models import Invoice
from invoices.services import SellerDetails, settle
from invoices.services.documents import data_of, pdf_of
from payments import services as payments
from payments.enums import CounterMeans
from tests.factories import make_option, make_service
from tests.invoices.checking import wrong
from tests.invoices.conftest import DETAILS, Till

pytestmark = pytest.mark.django_db
FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
SMALL = SellerDetails("Aino Aalto", "Vaasankatu 3", "00500", "Helsinki", "FI", company_id="2077474-0")


def test_a_paid_visit_has_its_invoice_when_it_is_closed(till: Till) -> None:
    till.says_who_it_is()
    access = till.paid_online()
    assert settle(booking_ref=access.booking.ref) == []

    booking = till.bring_to_the_end(access)
    (invoice,) = settle(booking_ref=booking.ref)

    assert (invoice.written, invoice.kind, invoice.buyer) == (
        "HB-000001",
        DocumentKind.INVOICE,
        booking.customer.name,
    )
    assert (invoice.net_amount, invoice.tax_amount, invoice.gross_amount) == (4386, 614, 5000)
    assert invoice.lines == [{"name": "Cut", "net": 4386, "gross": 5000, "rate": "14.00"}]
    assert invoice.supplied_on == booking.local_start.date()
    assert settle(booking_ref=booking.ref) == [invoice]


def test_the_news_of_a_closed_visit_makes_it(till: Till) -> None:
    """The handler is there, and may run twice."""
    till.says_who_it_is()
    booking = till.bring_to_the_end(till.paid_online())
    ours = OutboxMessage.objects.filter(handler__startswith="invoices.", event__type="booking.closed")
    message = ours.select_related("event").get()
    handler = events.handler_named(message.handler)
    assert handler is not None

    handler(message.event)
    handler(message.event)

    assert Invoice.objects.filter(booking=booking).count() == 1


def test_nothing_is_made_before_the_business_has_said_who_it_is(till: Till) -> None:
    booking = till.bring_to_the_end(till.paid_online())
    assert settle(booking_ref=booking.ref) == []

    till.says_who_it_is()

    assert [each.written for each in settle(booking_ref=booking.ref)] == ["HB-000001"]


def test_at_the_counter_it_is_made_when_it_is_paid(till: Till) -> None:
    till.says_who_it_is()
    access = till.promised()
    booking = till.bring_to_the_end(access)
    owner = till.shop.as_owner(access)
    if booking.payment_state == "counter":
        assert settle(booking_ref=booking.ref) == []
        counter.take_payment(access=owner, amount=5000, means=CounterMeans.CASH)
    assert [each.gross_amount for each in settle(booking_ref=booking.ref)] == [5000]

    counter.reverse_payment(access=till.shop.as_owner(access), reason="Another visit")
    documents = settle(booking_ref=booking.ref)
    assert [(each.written, each.kind) for each in documents] == [
        ("HB-000001", DocumentKind.INVOICE),
        ("HB-000002", DocumentKind.CREDIT_NOTE),
    ]
    assert documents[1].corrects == documents[0]

    counter.take_payment(access=till.shop.as_owner(access), amount=5000, means=CounterMeans.CASH)
    assert [each.kind for each in settle(booking_ref=booking.ref)][2:] == [DocumentKind.INVOICE]


def test_what_is_kept_of_a_cancelled_visit_is_invoiced(till: Till) -> None:
    till.says_who_it_is()
    access = till.paid_online()
    owner = till.shop.as_owner(access)
    payments.settle_cancellation(booking_ref=access.booking.ref, keep_amount=1000, actor="system")
    # Given up by the shop: nothing more moves, and the visit is over.
    changes.cancel(access=owner, version=changes.preview(access=owner, action="cancel").version)

    (invoice,) = settle(booking_ref=access.booking.ref)

    assert (invoice.gross_amount, invoice.tax_amount) == (1000, 123)


def test_options_are_lines_of_their_own_and_are_credited_in_proportion(till: Till) -> None:
    till.says_who_it_is()
    option = make_option(till.shop.service, price_amount=2500)
    access = till.paid_online(options=(option.public_id,))
    booking = till.bring_to_the_end(access)
    (invoice,) = settle(booking_ref=booking.ref)
    assert [(line["name"], line["gross"]) for line in invoice.lines] == [
        ("Cut", 5000),
        ("Conditioning", 2500),
    ]
    assert wrong(data_of(invoice)) == []


def test_a_lowered_price_is_no_line_below_zero(till: Till) -> None:
    till.says_who_it_is()
    booking = till.bring_to_the_end(till.paid_online())
    lines = [{"name": "Cut", "amount": 5500}, {"name": "It took longer", "amount": -500}]
    booking.items.update(lines=lines)

    (invoice,) = settle(booking_ref=booking.ref)

    assert [(line["name"], line["gross"]) for line in invoice.lines] == [("Cut", 5000)]
    assert wrong(data_of(invoice)) == []


def test_without_a_vat_number_no_vat_is_charged(till: Till) -> None:
    till.says_who_it_is(SMALL)
    booking = till.bring_to_the_end(till.paid_online())

    (invoice,) = settle(booking_ref=booking.ref)

    assert (invoice.net_amount, invoice.tax_amount) == (5000, 0)
    assert wrong(data_of(invoice)) == []
    assert "No VAT: small business" in data_of(invoice).decode()


def test_a_wrong_vat_number_is_refused(till: Till) -> None:
    with pytest.raises(TaxIdInvalid):
        till.says_who_it_is(
            SellerDetails("Aalto", "Vaasankatu 3", "00500", "Helsinki", "FI", tax_id="FI20774741")
        )


@pytest.mark.parametrize("name", ["Helmi & <Laine>", "李小龙", "A\x0bB ]]> &amp;"])
def test_its_data_is_what_en_16931_asks(till: Till, name: str) -> None:
    """Checked by the schema and the schematron themselves."""
    till.says_who_it_is()
    booking = till.bring_to_the_end(till.paid_online())
    booking.customer.name = name
    booking.customer.save(update_fields=["name"])

    (invoice,) = settle(booking_ref=booking.ref)

    assert wrong(data_of(invoice)) == []


def test_the_check_finds_what_is_wrong(till: Till) -> None:
    till.says_who_it_is()
    booking = till.bring_to_the_end(till.paid_online())
    (invoice,) = settle(booking_ref=booking.ref)
    data = data_of(invoice).replace(b"<ram:GrandTotalAmount>50.00", b"<ram:GrandTotalAmount>51.00")

    assert any("BR-CO-15" in each for each in wrong(data))


def test_a_credit_note_names_what_it_corrects(till: Till) -> None:
    till.says_who_it_is()
    access = till.promised()
    booking = till.bring_to_the_end(access)
    if booking.payment_state == "counter":
        counter.take_payment(access=till.shop.as_owner(access), amount=5000, means=CounterMeans.CASH)
    settle(booking_ref=booking.ref)
    counter.reverse_payment(access=till.shop.as_owner(access), reason="Another visit")

    invoice, note = settle(booking_ref=booking.ref)
    data = data_of(note)

    assert wrong(data) == []
    assert b"<ram:TypeCode>381</ram:TypeCode>" in data
    assert invoice.written.encode() in data


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_its_pdf_carries_the_data_and_says_it_to_people(till: Till, language: str) -> None:
    till.says_who_it_is()
    booking = till.bring_to_the_end(till.paid_online())
    (invoice,) = settle(booking_ref=booking.ref)

    pdf = pdf_of(invoice, language=language)

    name, data = get_facturx_xml_from_pdf(pdf, check_xsd=False)
    assert (name, data) == ("factur-x.xml", data_of(invoice))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 1
        with opened.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
            assert metadata[f"{{{FACTUR_X}}}ConformanceLevel"] == "EN 16931"


def test_the_database_leaves_no_gap_and_changes_nothing(till: Till) -> None:
    till.says_who_it_is()
    booking = till.bring_to_the_end(till.paid_online())
    (invoice,) = settle(booking_ref=booking.ref)
    again = {name: getattr(invoice, name) for name in FIELDS}

    for number in (1, 3):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.create(**again, number=number, written=f"X{number}", kind=DocumentKind.INVOICE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.create(
            **again | {"gross_amount": 5001, "net_amount": 4387},
            number=2,
            written="HB-000002",
            kind=DocumentKind.CREDIT_NOTE,
            corrects=invoice,
        )
    for change in ({"gross_amount": 1, "net_amount": 0, "tax_amount": 1}, {"number": 7}, {"seller": {}}):
        with pytest.raises(ProgrammingError), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_invoice")
    # Only whom it is for may be emptied.
    Invoice.objects.filter(pk=invoice.pk).update(buyer="")


FIELDS = (
    *("provider", "booking", "issued_on", "supplied_on", "currency", "net_amount", "tax_amount"),
    *("gross_amount", "seller", "buyer", "lines", "rates", "language"),
)


def test_each_business_counts_for_itself(till: Till) -> None:
    till.says_who_it_is()
    for number in (1, 2, 3):
        booking = till.bring_to_the_end(
            till.paid_online(service=make_service(till.shop.outlet, name=f"Cut {number}"))
        )
        assert [each.number for each in settle(booking_ref=booking.ref)] == [number]
    assert DETAILS.tax_id in str(Invoice.objects.get(number=3).seller)
