"""Visits that are for a business, and what a chargeback does to a visit's documents."""

from uuid import uuid4

import pytest
from django.test import Client

from bookings.selectors.access import booking_for
from common import clock, privacy
from common.errors import InvalidInput, NotAllowed
from common.events import handler_named
from common.models import OutboxMessage
from common.privacy import Subject
from invoices.enums import DocumentKind
from invoices.errors import BuyerFixed, TaxIdInvalid
from invoices.models import Buyer, Invoice
from invoices.services import BuyerDetails, set_buyer, settle
from invoices.services.documents import data_of
from payments.enums import DisputeStatus
from payments.models import Dispute, Payment
from payments.sandbox.service import act
from payments.services import sync_payment
from tests.invoices.checking import wrong
from tests.invoices.conftest import Till
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
COMPANY = BuyerDetails("Laine & Pojat Oy", "FI 20774740", "Vaasankatu 3, 00500 Helsinki")


def signs(invoice: Invoice) -> tuple[str, int, str]:
    return invoice.kind, invoice.gross_amount, invoice.buyer


def test_a_business_named_before_the_visit_is_on_its_invoice(till: Till) -> None:
    till.says_who_it_is()
    access = till.paid_online()
    set_buyer(access=access, details=COMPANY)

    (invoice,) = settle(booking_ref=till.bring_to_the_end(access).ref)

    assert (invoice.buyer, invoice.buyer_tax_id) == ("Laine & Pojat Oy", "FI20774740")
    data = data_of(invoice).decode()
    assert wrong(data.encode()) == []
    assert '<ram:ID schemeID="VA">FI20774740</ram:ID>' in data
    assert "Vaasankatu 3, 00500 Helsinki" in data


def test_named_after_the_invoice_it_is_taken_back_and_made_anew(till: Till) -> None:
    till.says_who_it_is()
    access = till.paid_online()
    booking = till.bring_to_the_end(access)
    settle(booking_ref=booking.ref)

    set_buyer(access=access, details=COMPANY)
    set_buyer(access=access, details=COMPANY)

    documents = list(Invoice.objects.order_by("number"))
    person = booking.customer.name
    assert [signs(each) for each in documents] == [
        (DocumentKind.INVOICE, 5000, person),
        (DocumentKind.CREDIT_NOTE, 5000, person),
        (DocumentKind.INVOICE, 5000, "Laine & Pojat Oy"),
    ]
    assert settle(booking_ref=booking.ref) == documents
    set_buyer(access=access, details=BuyerDetails())
    assert Invoice.objects.latest("number").buyer == person
    set_buyer(access=access, details=COMPANY)
    with pytest.raises(BuyerFixed):
        set_buyer(access=access, details=BuyerDetails("Another Oy"))
    assert Invoice.objects.count() == 7


def test_what_is_no_business_is_refused(till: Till) -> None:
    access = till.paid_online()
    with pytest.raises(TaxIdInvalid):
        set_buyer(access=access, details=BuyerDetails("Laine Oy", "FI20774741"))
    with pytest.raises(InvalidInput):
        set_buyer(access=access, details=BuyerDetails(tax_id="FI20774740"))
    with pytest.raises(InvalidInput):
        set_buyer(access=access, details=BuyerDetails("L" * 121))
    with pytest.raises(NotAllowed):
        set_buyer(access=booking_for(till.shop.staff, access.booking.ref), details=COMPANY)
    assert not Buyer.objects.exists()


def test_on_the_page_and_over_the_api(till: Till) -> None:
    till.says_who_it_is()
    access = till.paid_online()
    assert till.shop.customer.user is not None
    customer, path = sign_in(Client(), till.shop.customer.user), f"/b/{access.booking.ref}/company"
    assert path in customer.get(f"/b/{access.booking.ref}").content.decode()

    refused = customer.post(path, {"company": "Laine Oy", "tax_id": "FI1", "address": ""})
    assert refused.status_code == 422
    assert "That is no VAT number" in refused.content.decode()
    assert customer.post(path, {"company": "Laine Oy", "tax_id": "", "address": ""}).status_code == 302
    assert 'value="Laine Oy"' in customer.get(path).content.decode()

    api = f"/api/v1/bookings/{access.booking.ref}/buyer"
    assert customer.get(api).json() == {"company": "Laine Oy", "tax_id": "", "address": ""}
    body = {"company": "Laine & Pojat Oy", "tax_id": "fi20774740"}
    put = customer.put(api, body, content_type="application/json", headers={"Idempotency-Key": str(uuid4())})
    assert put.json() == {"company": "Laine & Pojat Oy", "tax_id": "FI20774740", "address": ""}
    assert customer.put(api, {}, content_type="application/json").json()["company"] == ""


def test_who_is_erased_leaves_no_company_behind(till: Till) -> None:
    till.says_who_it_is()
    access = till.paid_online()
    set_buyer(access=access, details=COMPANY)
    (invoice,) = settle(booking_ref=till.bring_to_the_end(access).ref)
    area = next(area for area in privacy.areas() if area.name == "invoices")
    subject = _subject(access.booking.pk, access.booking.ref)
    assert area.export is not None and area.erase is not None
    assert area.export(subject)["companies"][0]["company"] == "Laine & Pojat Oy"  # type: ignore[index]

    area.erase(subject)

    invoice.refresh_from_db()
    buyer = Buyer.objects.get()
    assert {invoice.buyer, invoice.buyer_tax_id, invoice.buyer_address} == {""}
    assert {buyer.company, buyer.tax_id, buyer.address} == {""}
    assert wrong(data_of(Invoice.objects.get())) == []


def _subject(pk: int, ref: str) -> Subject:
    return Subject(booking_pks={pk}, booking_refs={ref})


def test_a_chargeback_that_is_lost_is_credited(till: Till) -> None:
    till.says_who_it_is()
    access = till.paid_online()
    booking = till.bring_to_the_end(access)
    settle(booking_ref=booking.ref)
    payment = Payment.objects.get(booking_ref=booking.ref)
    dispute = Dispute.objects.create(payment=payment, gateway_ref="dp_1", amount=5000, currency="EUR")
    assert len(settle(booking_ref=booking.ref)) == 1, "it may yet be won"

    Dispute.objects.filter(pk=dispute.pk).update(status=DisputeStatus.LOST, closed_at=clock.now())

    assert [each.kind for each in settle(booking_ref=booking.ref)] == ["invoice", "credit_note"]
    assert len(settle(booking_ref=booking.ref)) == 2


def test_the_news_of_a_lost_chargeback_makes_the_credit_note(till: Till) -> None:
    till.says_who_it_is()
    access = till.paid_online()
    booking = till.bring_to_the_end(access)
    settle(booking_ref=booking.ref)
    payment = Payment.objects.get(booking_ref=booking.ref)
    for what in ("dispute", "lose"):
        act(payment.gateway_ref, what)
        sync_payment(payment_id=payment.public_id)

    ours = OutboxMessage.objects.filter(handler__startswith="invoices.", event__type="dispute.lost")
    message = ours.select_related("event").get()
    handler = handler_named(message.handler)
    assert handler is not None
    handler(message.event)

    assert Invoice.objects.filter(kind=DocumentKind.CREDIT_NOTE).get().gross_amount == 5000
