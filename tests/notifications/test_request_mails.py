"""Who hears of a request and its answer, once, and what they read."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import changes, expiry, holds, requests
from common import clock
from tests.bookings.conftest import Shop
from tests.factories import make_user, tomorrow_at
from tests.notifications.conftest import Deliver
from tests.notifications.test_mails import cancel, move, pay_online

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


@pytest.fixture
def asked(shop: Shop, contact: Contact) -> Access:
    """A guest's request, paid online, five days ahead."""
    shop.service.needs_acceptance = True
    shop.service.save()
    access = shop.hold(tomorrow_at(10, days=5), contact=contact())
    pay_online(access)
    return shop.again(access)


def test_asking_tells_the_customer_by_when_and_the_provider_what_to_answer(
    asked: Access, deliver: Deliver, owed
) -> None:
    to_customer, to_provider = deliver()

    assert owed() == [("requested", "sent"), ("provider_request", "sent")]
    booking = asked.booking
    assert to_customer.subject.startswith("Asked: Cut, ")
    assert f"{booking.outlet.name} answers by " in to_customer.body
    assert "you get everything back" in to_customer.body
    assert booking.check_in_code not in to_customer.body
    assert to_customer.attachments == []
    assert to_provider.subject.startswith("Please answer: Cut, ")
    assert "Answer by: " in to_provider.body
    assert f"/provider/{booking.outlet.provider.public_id}/" in to_provider.body


def test_accepted_the_customer_gets_the_confirmation_and_the_provider_no_second_mail(
    shop: Shop, asked: Access, deliver: Deliver, owed
) -> None:
    deliver()
    requests.accept(access=shop.as_owner(asked))

    (told,) = deliver()

    assert told.subject.startswith("Confirmed: ")
    assert told.attachments[0][0] == "visit.ics"
    assert owed()[2:] == [("confirmed", "sent")]


def test_declined_the_customer_reads_why_and_what_comes_back(
    shop: Shop, asked: Access, deliver: Deliver
) -> None:
    deliver()
    requests.decline(access=shop.as_owner(asked), reason="Aino is ill.")

    (told,) = deliver()

    assert told.to == ["helmi@example.com"]
    assert f"{shop.outlet.name} cannot take this visit." in told.body
    assert "They say: Aino is ill." in told.body
    assert "You get all of it back, €50.00, in 2–5 days." in told.body


def test_left_unanswered_both_are_told(shop: Shop, asked: Access, deliver: Deliver, owed) -> None:
    deliver()
    Booking.objects.update(accept_by=clock.now() - timedelta(seconds=1))
    expiry.decline_unanswered()

    to_customer, to_provider = deliver()

    assert f"{shop.outlet.name} did not answer in time." in to_customer.body
    assert to_provider.subject.startswith("Not answered: ")
    assert owed()[2:] == [("declined", "sent"), ("provider_overdue", "sent")]


def test_an_answer_that_came_first_leaves_nothing_to_ask(
    shop: Shop, asked: Access, deliver: Deliver, owed
) -> None:
    requests.accept(access=shop.as_owner(asked))
    assert [mail.subject.split(":")[0] for mail in deliver()] == ["Confirmed"]
    assert ("requested", "dropped") in owed()


def test_a_request_that_is_given_up_is_told_to_both(asked: Access, deliver: Deliver) -> None:
    deliver()
    cancel(asked)
    to_customer, to_provider = deliver()
    assert "You get €50.00 back" in to_customer.body
    assert to_customer.attachments == []
    assert to_provider.subject.startswith("Cancelled: ")


def test_a_request_that_is_moved_is_asked_anew(asked: Access, deliver: Deliver) -> None:
    deliver()
    move(asked, days=6)
    to_customer, to_provider = deliver()
    assert to_customer.subject.startswith("Asked: ")
    assert "14:00" in to_customer.subject
    assert to_provider.subject.startswith("Please answer: ")


def test_in_the_readers_language(shop: Shop, deliver: Deliver) -> None:
    shop.service.needs_acceptance = True
    shop.service.save()
    from accounts.principals import Principal

    access = shop.hold(tomorrow_at(10, days=5), principal=Principal(user=make_user(language="zh-hans")))
    pay_online(access)
    to_customer, to_provider = deliver()
    assert to_customer.subject.startswith("已提交：")
    assert to_provider.subject.startswith("Please answer")
    assert changes.preview(access=shop.again(access), action="cancel").refund == 5000
