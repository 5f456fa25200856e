"""Both sides hear of a case, of its end, and of the money; what they say of each other is in no mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import holds, not_come, objections
from common import clock
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at
from tests.notifications.conftest import Deliver
from tests.notifications.test_mails import pay_online
from tests.signing_in import as_operator, make_operator

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


@pytest.fixture
def visit(shop: Shop, contact: Contact, deliver: Deliver) -> Access:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    pay_online(access)
    start = clock.now() - timedelta(minutes=30)
    Booking.objects.update(starts_at=start, ends_at=start + timedelta(hours=1))
    deliver()
    return shop.again(access)


def test_a_case_is_told_to_both_without_the_words(shop: Shop, visit: Access, deliver: Deliver, owed) -> None:
    objections.object_to(access=visit, reason="The fringe is crooked.")

    to_customer, to_provider = deliver()

    assert to_customer.subject.startswith("Case open: Cut, ")
    assert "You told us that something was not right." in to_customer.body
    assert "The customer told us that something was not right." in to_provider.body
    assert "Say on its page how it was" in to_provider.body
    assert f"/b/{visit.booking.ref}" in to_provider.body
    assert "?key=" not in to_provider.body
    assert "fringe" not in to_customer.body + to_provider.body
    assert owed()[-2:] == [("objection", "sent"), ("provider_objection", "sent")]


def test_taken_back_both_are_told(shop: Shop, visit: Access, deliver: Deliver) -> None:
    objections.object_to(access=shop.as_owner(visit), reason="The chair is broken.")
    deliver()
    objections.withdraw(access=shop.as_owner(visit))
    to_customer, to_provider = deliver()
    assert "The other side took its objection back." in to_customer.body
    assert "You took your objection back." in to_provider.body


@pytest.mark.parametrize(
    ("refund", "customer", "provider"),
    [
        (0, "Nothing comes back.", "€50.00 is yours, less the commission."),
        (
            2000,
            "You get €20.00 back, in 2–5 days.",
            "€30.00 is yours, less the commission; €20.00 goes back to the customer.",
        ),
        (5000, "You get €50.00 back, in 2–5 days.", "All of it, €50.00, goes back to the customer."),
    ],
)
def test_decided_each_reads_its_money_and_why(
    visit: Access, deliver: Deliver, refund: int, customer: str, provider: str
) -> None:
    found = objections.object_to(access=visit, reason="The fringe is crooked.")
    deliver()
    objections.decide(
        principal=as_operator(make_operator()),
        objection=found.public_id,
        refund_amount=refund,
        reason="We heard both.",
    )
    mails = [mail for mail in deliver() if mail.subject.startswith("Decided: ")]
    assert [mail.to for mail in mails] == [["helmi@example.com"], ["shop@example.com"]]
    for mail, words in zip(mails, (customer, provider), strict=True):
        assert words in mail.body
        assert "Why: We heard both." in mail.body


def test_that_nobody_came_both_read_until_when_it_may_be_denied(
    shop: Shop, visit: Access, deliver: Deliver
) -> None:
    not_come.say(access=visit, text="I rang twice.")

    to_customer, to_provider = deliver()

    assert to_customer.subject.startswith("Nobody came: Cut, ")
    assert "You told us that nobody came." in to_customer.body
    assert "to say otherwise. If they do not, everything goes back to you." in to_customer.body
    assert "The customer told us that nobody came." in to_provider.body
    assert "Else it counts, and everything goes back to them." in to_provider.body
    assert "rang" not in to_customer.body + to_provider.body


def test_that_it_counts_both_read_once_with_the_money(shop: Shop, visit: Access, deliver: Deliver) -> None:
    not_come.say(access=visit, text="I rang twice.")
    deliver()

    not_come.concede(access=shop.as_owner(visit))
    mails = deliver()

    told = [mail for mail in mails if mail.subject.startswith("Decided: ")]
    assert [mail.to for mail in told] == [["helmi@example.com"], ["shop@example.com"]]
    assert "did not come. We are sorry." in told[0].body
    assert "You get €50.00 back, in 2–5 days." in told[0].body
    assert "It counts as a visit that you did not keep." in told[1].body
    assert "Why:" not in told[0].body + told[1].body
    assert not [mail for mail in mails if mail.subject.startswith("Cancelled: ")]
