"""The desk's chargebacks and differences, and what a business sees of a chargeback."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bookings.models import Booking
from bookings.services import holds, paying
from payments import services
from payments.gateways.base import PayoutOrder
from payments.gateways.sandbox import SandboxGateway
from payments.models import GatewayDifference, Payment
from payments.sandbox import service as sandbox
from payments.selectors import held_amount
from tests.bookings.conftest import Shop, contact, shop
from tests.factories import tomorrow_at
from tests.notifications.conftest import Deliver, deliver
from tests.signing_in import make_operator, sign_in

__all__ = ["contact", "deliver", "shop"]

pytestmark = pytest.mark.django_db
Contact = Callable[..., holds.Contact]


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_operator(name="Outi Salo"))


@pytest.fixture
def paid(shop: Shop, contact: Contact, settings: Any) -> Booking:
    settings.DEMO = True
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    paying.pay(access=access, method="sandbox", return_url="http://testserver/")
    sandbox.act(Payment.objects.get().gateway_ref, "pay")
    services.sync_booking(booking_ref=access.booking.ref)
    return Booking.objects.get(pk=access.booking.pk)


def page(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def bank(*actions: str) -> None:
    payment = Payment.objects.get()
    for action in actions:
        sandbox.act(payment.gateway_ref, action)
        services.sync_payment(payment_id=payment.public_id)


def test_a_chargeback_stands_on_the_desk_and_on_the_visit_until_it_is_decided(
    desk: Client, shop: Shop, paid: Booking
) -> None:
    owner = sign_in(Client(), shop.owner.user)
    visit = f"/provider/{shop.outlet.provider.public_id}/visits/{paid.ref}/"
    bank("dispute")

    assert paid.ref in page(desk.get("/desk/disputes/"))
    assert "took €50.00 back" in page(owner.get(visit))

    bank("win")

    decided = page(desk.get("/desk/disputes/"))
    assert "Nothing waits" in decided
    assert "won" in decided
    assert "was won" in page(owner.get(visit))
    assert held_amount(paid.ref) == 5000


def test_owners_are_told_of_a_chargeback_and_of_its_end(paid: Booking, deliver: Deliver) -> None:
    deliver()

    bank("dispute")
    opened = deliver()
    bank("lose")
    lost = deliver()

    assert all("took a payment back" in mail.subject and paid.ref in mail.body for mail in opened)
    assert all("a chargeback was lost" in mail.subject for mail in lost)
    assert len(opened) == len(lost) > 0


def test_differences_are_listed_looked_at_and_settled(desk: Client, settings: Any) -> None:
    settings.DEMO = True
    SandboxGateway().pay_out(PayoutOrder("out_1", "acct_1", 700, "EUR", "po-1"))
    services.compare_day(gateway="sandbox", day=datetime.now(tz=UTC).date())
    found = GatewayDifference.objects.get().public_id

    listed = page(desk.get("/desk/gateways/"))
    assert "A payout" in listed
    assert "-€7.00" in listed or "−€7.00" in listed
    again = page(desk.post(f"/desk/gateways/{found}/again/", follow=True))
    assert "they still differ" in again

    empty = page(desk.post(f"/desk/gateways/{found}/settle/", {"key": str(uuid4()), "note": ""}, follow=True))
    assert "Write down how it was settled." in empty
    done = page(
        desk.post(f"/desk/gateways/{found}/settle/", {"key": str(uuid4()), "note": "Sent back."}, follow=True)
    )
    assert "Nothing differs." in done
    assert "Sent back." in done


def test_nobody_else_sees_them(shop: Shop) -> None:
    owner = sign_in(Client(), shop.owner.user)

    for path in ("/desk/disputes/", "/desk/gateways/"):
        assert owner.get(path).status_code == 404


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("step_up", "Your bank asks you to confirm this payment"),
        ("expired_card", "The card has expired."),
        ("decline", "The payment did not go through."),
    ],
)
def test_the_customer_is_told_what_the_bank_said(
    shop: Shop, contact: Contact, settings: Any, action: str, words: str
) -> None:
    settings.DEMO = True
    access = shop.hold(tomorrow_at(10, days=3), principal=shop.customer)
    holds.details(access=access, contact=contact())
    paying.pay(access=shop.again(access), method="sandbox", return_url="http://testserver/")
    sandbox.act(Payment.objects.get().gateway_ref, action)

    answer = sign_in(Client(), shop.customer.user).get(f"/b/{access.booking.ref}", follow=True)

    assert words in page(answer)
