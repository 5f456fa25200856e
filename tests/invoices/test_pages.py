"""Documents on pages and over the API: the business's list, who it is, and the customer's own."""

import csv
import io

import pytest
from django.test import Client

from accounts.models import User
from bookings.models import Booking
from invoices.models import Invoice, Seller
from invoices.services import settle
from providers.enums import Role
from tests.factories import make_member
from tests.invoices.conftest import Till
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Parturi Aalto Oy",
    "street_line": "Vaasankatu 3",
    "postcode": "00500",
    "city": "Helsinki",
    "country": "FI",
    "company_id": "2077474-0",
    "tax_id": "fi 2077474-0".replace(" ", ""),
}


def browser(user: User | None) -> Client:
    assert user is not None
    return sign_in(Client(), user)


def invoiced(till: Till) -> tuple[Booking, Invoice]:
    till.says_who_it_is()
    booking = till.bring_to_the_end(till.paid_online())
    (invoice,) = settle(booking_ref=booking.ref)
    return booking, invoice


def test_an_owner_says_who_the_business_is(till: Till) -> None:
    owner, base = browser(till.shop.owner.user), f"/provider/{till.shop.outlet.provider.public_id}/invoices/"
    assert "Until you have said it" in owner.get(base).content.decode()
    assert 'value="Kalevankatu 12"' in owner.get(f"{base}seller/").content.decode()

    refused = owner.post(f"{base}seller/", {**FORM, "tax_id": "FI20774741"})
    assert refused.status_code == 422
    assert (
        "That is no VAT number" in refused.content.decode()
        or "Write it with its country" in refused.content.decode()
    )
    assert not Seller.objects.exists()

    assert owner.post(f"{base}seller/", FORM).status_code == 302
    assert "VAT number FI20774740" in owner.get(base).content.decode()

    manager = browser(make_member(till.shop.outlet.provider, Role.MANAGER))
    assert manager.get(base).status_code == 200
    assert manager.get(f"{base}seller/").status_code == 403


def test_the_list_and_the_table_say_what_was_made(till: Till) -> None:
    booking, invoice = invoiced(till)
    owner, base = browser(till.shop.owner.user), f"/provider/{till.shop.outlet.provider.public_id}/invoices/"

    page = owner.get(base).content.decode()
    assert "HB-000001" in page
    assert booking.ref in page

    table = owner.get(f"{base}{invoice.issued_on.year}.csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [(row["number"], row["without_vat"], row["vat"], row["with_vat"]) for row in rows] == [
        ("HB-000001", "43.86", "6.14", "50.00")
    ]


def test_the_customer_opens_the_pdf_and_others_do_not(till: Till) -> None:
    booking, invoice = invoiced(till)
    customer, path = browser(till.shop.customer.user), f"/b/{booking.ref}/invoices/{invoice.public_id}.pdf"
    assert path in customer.get(f"/b/{booking.ref}").content.decode()

    answer = customer.get(path)

    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    assert browser(till.shop.staff.user).get(path).status_code == 403
    assert Client().get(path).status_code == 404
    assert customer.get(f"/b/{booking.ref}/invoices/inv_0000000000000000.pdf").status_code == 404


def test_who_was_served_before_the_business_said_it_asks_for_one(till: Till) -> None:
    booking = till.bring_to_the_end(till.paid_online())
    customer = browser(till.shop.customer.user)
    assert "Get an invoice" not in customer.get(f"/b/{booking.ref}").content.decode()
    assert customer.post(f"/b/{booking.ref}/invoices").status_code == 409
    till.says_who_it_is()
    assert "Get an invoice" in customer.get(f"/b/{booking.ref}").content.decode()

    customer.post(f"/b/{booking.ref}/invoices")
    customer.post(f"/b/{booking.ref}/invoices")

    assert "HB-000001" in customer.get(f"/b/{booking.ref}").content.decode()
    assert Invoice.objects.count() == 1


def test_the_same_over_the_api(till: Till) -> None:
    booking = till.bring_to_the_end(till.paid_online())
    owner, customer = browser(till.shop.owner.user), browser(till.shop.customer.user)
    business = f"/api/v1/provider/businesses/{till.shop.outlet.provider.public_id}"
    assert owner.get(f"{business}/seller").status_code == 404
    wrong = owner.put(f"{business}/seller", {**FORM, "tax_id": "FI1"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "tax_id_invalid")
    assert owner.put(f"{business}/seller", FORM, content_type="application/json").status_code == 200
    assert owner.get(f"{business}/seller").json()["tax_id"] == "FI20774740"

    made = customer.post(f"/api/v1/bookings/{booking.ref}/invoices", headers={"Idempotency-Key": "a" * 36})

    (item,) = made.json()["items"]
    assert (item["number"], item["kind"], item["gross"], item["tax"]) == ("HB-000001", "invoice", 5000, 614)
    assert customer.get(f"/api/v1/bookings/{booking.ref}/invoices").json()["items"] == [item]
    assert owner.get(f"{business}/invoices").json() == {"items": [item], "next": None}
    pdf = customer.get(f"/api/v1/bookings/{booking.ref}/invoices/{item['id']}/pdf")
    assert pdf.content[:5] == b"%PDF-"
