"""A case about a visit, as both sides and the operators see it on their pages."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.principals import Principal
from bookings.models import Booking, Objection
from bookings.selectors.access import Access, booking_for
from bookings.services import holds, objections
from common import clock
from payments.models import Refund
from payments.services import verify
from providers.enums import Role
from providers.models import Provider
from tests.bookings.conftest import Shop, contact, shop
from tests.bookings.test_changes import capture
from tests.bookings.test_requests import payment_of
from tests.factories import make_member, make_staff, tomorrow_at
from tests.frontend.booking_steps import text
from tests.signing_in import make_operator, sign_in

__all__ = ["contact", "shop"]
pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


def begun(shop: Shop, contact: Contact, hour: int = 10) -> Access:
    """A signed-in customer's visit, paid online, whose time has come."""
    access = shop.hold(tomorrow_at(hour, days=3), principal=shop.customer)
    capture(payment_of(access, f"pi_{hour}"))
    start = clock.now() - timedelta(minutes=30)
    Booking.objects.filter(pk=access.booking.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
    return shop.again(access)


@pytest.fixture
def visit(shop: Shop, contact: Contact) -> Access:
    return begun(shop, contact)


def browser(principal: Principal) -> Client:
    client = Client()
    client.force_login(principal.require_user())
    return client


def post(client: Client, path: str, **fields: str) -> Any:
    return client.post(path, {"key": str(uuid.uuid4()), **fields}, follow=True)


def test_the_customer_opens_a_case_and_the_provider_answers_it(shop: Shop, visit: Access) -> None:
    path = f"/b/{visit.booking.ref}"
    customer, owner = browser(shop.customer), browser(shop.owner)
    assert f'href="{path}/object"' in customer.get(path).content.decode()
    assert "nothing of the money moves" in text(customer.get(f"{path}/object"))

    page = post(customer, f"{path}/object", reason="The <b>fringe</b> is crooked.")

    assert "Case open" in text(page)
    assert "Nothing closes and no money moves until it is decided." in text(page)
    assert "The &lt;b&gt;fringe&lt;/b&gt; is crooked." in page.content.decode()
    assert "Take it back" in text(page)
    assert "Case open" in text(customer.get("/bookings"))

    assert "Say how it was" in text(owner.get(path))
    answered = post(owner, f"{path}/object", reason="It was as she wished.")
    assert "It was as she wished." in text(answered)
    assert "Take it back" not in text(answered)
    assert "It was as she wished." in text(customer.get(path))


def test_it_stands_on_the_day(shop: Shop, visit: Access) -> None:
    objections.object_to(access=visit, reason="Nobody came.")
    day = shop.again(visit).booking.local_start.date().isoformat()
    url = f"/provider/{shop.outlet.provider.public_id}/{shop.outlet.public_id}/day?day={day}"
    page = browser(shop.owner).get(url)
    assert "Case open" in text(page)
    assert "Nobody came." not in text(page)


def test_taken_back_it_says_so_and_the_visit_goes_on(shop: Shop, visit: Access) -> None:
    objections.object_to(access=visit, reason="Nobody came.")
    page = post(browser(shop.customer), f"/b/{visit.booking.ref}/withdraw-objection")
    assert "Taken back" in text(page)
    assert not shop.again(visit).booking.objection_open
    # Once more, from a page that was left open.
    assert post(browser(shop.customer), f"/b/{visit.booking.ref}/withdraw-objection").status_code == 200


def test_an_empty_word_is_refused_on_the_form(shop: Shop, visit: Access) -> None:
    customer, path = browser(shop.customer), f"/b/{visit.booking.ref}/object"
    answer = customer.post(path, {"key": str(uuid.uuid4()), "reason": " "})
    assert (answer.status_code, Objection.objects.count()) == (422, 0)


def test_when_there_is_nothing_to_object_to_the_form_leads_back(shop: Shop) -> None:
    access = shop.hold(tomorrow_at(10, days=3), principal=shop.customer)
    capture(payment_of(access))
    customer, path = browser(shop.customer), f"/b/{access.booking.ref}"
    assert customer.get(f"{path}/object")["Location"] == path
    assert post(customer, f"{path}/object", reason="Early.").status_code == 200
    assert not Objection.objects.exists()


def test_a_colleague_sees_the_badge_and_not_the_words(shop: Shop, visit: Access) -> None:
    objections.object_to(access=visit, reason="Nobody came.")
    colleague = make_member(shop.outlet.provider, Role.STAFF, staff=make_staff(shop.outlet))
    page = browser(Principal(user=colleague)).get(f"/b/{visit.booking.ref}")
    assert "Case open" in text(page)
    assert "Nobody came." not in text(page)


@pytest.fixture
def operator() -> Client:
    return sign_in(Client(), make_operator())


def test_an_operator_sees_both_sides_what_happened_and_the_books_and_decides(
    shop: Shop, visit: Access, operator: Client
) -> None:
    found = objections.object_to(access=visit, reason="The fringe is crooked.")
    objections.object_to(access=shop.as_owner(visit), reason="It was as she wished.")
    queue = operator.get("/desk/objections/")
    assert visit.booking.ref in text(queue)
    assert "both have spoken" in text(queue)

    page = operator.get(f"/desk/objections/{found.public_id}/")

    shown = text(page)
    for words in ("The fringe is crooked.", "It was as she wished.", "Case open", "€50.00 is held."):
        assert words in shown
    assert "Held for the visit" in shown
    decided = post(operator, f"/desk/objections/{found.public_id}/", refund="12.50", reason="A quarter back.")
    assert "Decided. Both sides are told." in text(decided)
    assert visit.booking.ref not in text(operator.get("/desk/objections/"))
    assert Refund.objects.get().amount == 1250
    for client in (browser(shop.customer), browser(shop.owner)):
        after = text(client.get(f"/b/{visit.booking.ref}"))
        assert "€12.50 goes back to the customer." in after
        assert "A quarter back." in after
    assert "A quarter back." in text(operator.get(f"/desk/objections/{found.public_id}/"))
    assert verify() == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"refund": "50.01", "reason": "All."}, "That is more than was paid."),
        ({"refund": "-1", "reason": "All."}, "greater than or equal to 0"),
        ({"refund": "10", "reason": ""}, "This field is required."),
        ({"refund": "lots", "reason": "All."}, "Enter a number."),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_nothing_moves(
    shop: Shop, visit: Access, operator: Client, fields: dict[str, str], said: str
) -> None:
    found = objections.object_to(access=visit, reason="Nobody came.")
    answer = post(operator, f"/desk/objections/{found.public_id}/", **fields)
    assert answer.status_code == 422
    assert said in text(answer)
    assert shop.again(visit).booking.objection_open
    assert not Refund.objects.exists()


def test_who_comes_second_is_told_what_was_decided(shop: Shop, visit: Access, operator: Client) -> None:
    found = objections.object_to(access=visit, reason="Nobody came.")
    objections.withdraw(access=shop.again(visit))
    answer = post(operator, f"/desk/objections/{found.public_id}/", refund="50", reason="All back.")
    assert answer.status_code == 422
    assert "This case is closed already." in text(answer)
    assert not Refund.objects.exists()


def test_one_and_three_cases_cost_the_same_queries(shop: Shop, contact: Contact, operator: Client) -> None:
    counts = []
    operator.get("/desk/objections/")  # the process remembers the usual zone from now on
    for hours in ((10,), (12, 14)):
        for hour in hours:
            objections.object_to(access=begun(shop, contact, hour), reason="Nobody came.")
        with CaptureQueriesContext(connection) as queries:
            operator.get("/desk/objections/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_suspended_business_is_judged_like_any(shop: Shop, visit: Access, operator: Client) -> None:
    found = objections.object_to(access=visit, reason="Nobody came.")
    Provider.objects.update(status="suspended")
    post(operator, f"/desk/objections/{found.public_id}/", refund="50", reason="All back.")
    assert booking_for(shop.customer, visit.booking.ref).booking.status == "closed"
