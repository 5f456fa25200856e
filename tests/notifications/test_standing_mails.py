"""Customers with visits ahead hear that their business is suspended, what that means, and that it is back: once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from accounts.models import Customer, User
from bookings.enums import Source
from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import changes, front_desk, holds, paying
from common import clock
from common.events import handler_named
from common.models import Event
from notifications import services
from notifications.models import Message
from notifications.services import outgoing
from providers.models import VettingEntry
from providers.services import outlets, vetting
from tests.bookings.conftest import Shop
from tests.factories import make_due, make_outlet, make_user, tomorrow_at
from tests.notifications.conftest import Deliver
from tests.notifications.test_mails import pay_online

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]
Told = Callable[[], list[EmailMultiAlternatives]]


@pytest.fixture
def told(deliver: Deliver) -> Told:
    """Hand out the news, let the worker send twice; answers the mails to customers."""

    def run() -> list[EmailMultiAlternatives]:
        before = len(mail.outbox)
        deliver()
        services.send_due()
        services.send_due()
        return [each for each in mail.outbox[before:] if each.to != ["shop@example.com"]]

    return run


@pytest.fixture
def operator() -> User:
    return make_user(is_operator=True)


@pytest.fixture
def paid(shop: Shop, contact: Contact, told: Told) -> Access:
    """A guest's visit, paid online, three days ahead."""
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    pay_online(access)
    told()
    return shop.again(access)


def suspend(shop: Shop, operator: User) -> VettingEntry:
    return vetting.suspend(provider=shop.outlet.provider, operator=operator, reason="Complaints.")


def reinstate(shop: Shop, operator: User) -> VettingEntry:
    return vetting.reinstate(provider=shop.outlet.provider, operator=operator)


def test_a_suspension_says_what_it_means_and_what_they_may_do(
    shop: Shop, paid: Access, operator: User, told: Told
) -> None:
    # It is published once per outlet, and told once.
    make_outlet(shop.outlet.provider)
    suspend(shop, operator)

    [letter] = told()

    name = shop.outlet.provider.name
    assert letter.to == ["helmi@example.com"]
    assert letter.subject.startswith(f"{name} is suspended: your visit on ")
    assert "stays booked" in letter.body
    assert "you may cancel and get back everything you paid" in letter.body
    assert f"/b/{paid.booking.ref}" in letter.body
    assert "Complaints." not in letter.body
    # So it is.
    preview = changes.preview(access=shop.again(paid), action="cancel")
    assert (preview.refund, preview.fee) == (5000, 0)
    assert told() == []


def test_the_end_is_told_to_whom_the_beginning_was(
    shop: Shop, paid: Access, operator: User, told: Told
) -> None:
    suspend(shop, operator)
    told()
    reinstate(shop, operator)

    [letter] = told()

    assert letter.subject.startswith(f"{shop.outlet.provider.name} is listed again: your visit on ")
    assert "is booked as before" in letter.body
    assert told() == []
    # And all of it again.
    suspend(shop, operator)
    assert len(told()) == 1
    reinstate(shop, operator)
    assert len(told()) == 1


def test_a_suspension_that_ended_before_anybody_heard_is_no_news(
    shop: Shop, paid: Access, operator: User, told: Told
) -> None:
    suspend(shop, operator)
    reinstate(shop, operator)
    assert told() == []
    assert set(Message.objects.filter(kind__startswith="shop_").values_list("state", flat=True)) == {
        "dropped"
    }


def test_of_two_suspensions_the_one_that_holds_is_told(
    shop: Shop, paid: Access, operator: User, told: Told
) -> None:
    suspend(shop, operator)
    reinstate(shop, operator)
    suspend(shop, operator)
    assert len(told()) == 1


def test_the_clock_and_an_appeal_end_it_as_well(shop: Shop, paid: Access, operator: User, told: Told) -> None:
    until = clock.now() + timedelta(hours=1)
    vetting.suspend(provider=shop.outlet.provider, operator=operator, reason="Complaints.", until=until)
    told()
    # By the database's clock: let its time have come.
    type(shop.outlet.provider).objects.update(suspended_until=clock.now() - timedelta(seconds=1))
    assert vetting.end_suspensions() == 1
    assert len(told()) == 1

    entry = suspend(shop, operator)
    told()
    made = vetting.appeal(entry=entry, user=shop.owner.require_user(), text="No.")
    vetting.decide_appeal(appeal=made, operator=make_user(is_operator=True), granted=True, answer="Right.")
    assert len(told()) == 1


def test_a_request_reads_otherwise(shop: Shop, contact: Contact, operator: User, told: Told) -> None:
    type(shop.service).objects.filter(pk=shop.service.pk).update(needs_acceptance=True)
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    assert Booking.objects.get().status == "requested"
    told()
    suspend(shop, operator)
    [letter] = told()
    assert "They cannot accept your visit on" in letter.body
    assert "it costs you nothing" in letter.body
    reinstate(shop, operator)
    [letter] = told()
    assert "They can answer your request for" in letter.body


@pytest.mark.parametrize("state", ["begun", "cancelled", "held", "erased", "no e-mail"])
def test_whom_it_does_not_concern_is_not_told(
    shop: Shop, paid: Access, contact: Contact, operator: User, told: Told, state: str
) -> None:
    rows = Booking.objects.filter(pk=paid.booking.pk)
    if state == "begun":
        make_due(paid.booking.ref, ago=timedelta(minutes=1))
    if state == "cancelled":
        rows.update(status="cancelled")
    if state == "held":
        rows.update(status="cancelled")
        shop.hold(tomorrow_at(12, days=3), contact=contact())
    if state == "erased":
        Customer.objects.update(erased_at=clock.now(), name="", email=None, phone=None)
    if state == "no e-mail":
        rows.update(status="cancelled")
        front_desk.book_in(
            principal=shop.owner,
            outlet=shop.outlet.public_id,
            item=holds.ItemRequest(shop.service.public_id),
            start=tomorrow_at(12, days=3),
            contact=holds.Contact("Ville Ranta"),
            source=Source.PHONE,
        )
    suspend(shop, operator)
    assert told() == []


def test_what_was_cancelled_meanwhile_is_not_told_any_more(
    shop: Shop, paid: Access, operator: User, deliver: Deliver
) -> None:
    suspend(shop, operator)
    deliver()
    Booking.objects.update(status="cancelled")
    before = len(mail.outbox)
    services.send_due()
    assert len(mail.outbox) == before
    assert Message.objects.get(kind="shop_suspended").state == "dropped"


def test_visits_at_an_archived_shop_are_told_too(
    shop: Shop, paid: Access, operator: User, told: Told
) -> None:
    make_outlet(shop.outlet.provider)
    outlets.archive_outlet(outlet=shop.outlet, actor="system")
    suspend(shop, operator)
    assert len(told()) == 1


def test_they_read_it_in_their_language(shop: Shop, contact: Contact, operator: User, told: Told) -> None:
    user = shop.customer.require_user()
    User.objects.filter(pk=user.pk).update(language="zh-hans")
    access = shop.hold(tomorrow_at(10, days=3), principal=shop.customer, contact=contact())
    pay_online(access)
    told()
    suspend(shop, operator)
    [letter] = told()
    assert "暂停" in letter.subject
    reinstate(shop, operator)
    [letter] = told()
    assert "恢复" in letter.subject


def test_a_worker_that_is_killed_leaves_no_second_mail(
    shop: Shop, contact: Contact, paid: Access, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it writes them down, and while it sends: who has been told is not told again."""
    second = shop.hold(tomorrow_at(12, days=3), contact=contact("Aapo", "aapo@example.com"))
    paying.pay(access=second, method="counter", return_url="")
    suspend(shop, operator)
    news = Event.objects.get(type="provider.suspended")
    handler = handler_named("notifications.handlers.on_standing")
    assert handler is not None
    # It had written one of them when it died; another worker takes the event up again.
    handler(news)
    Message.objects.filter(kind="shop_suspended").latest("pk").delete()
    handler(news)
    first, *_ = owed = list(Message.objects.filter(kind="shop_suspended").order_by("pk"))
    assert len(owed) == 2
    before = len(mail.outbox)
    # It had sent one and noted it, claimed the other, and died: that one waits for its lease, and goes out once.
    outgoing.send([first])
    Message.objects.filter(pk=owed[1].pk).update(state="sending", claimed_at=clock.now(), attempts=1)
    handler(news)
    services.send_due()
    assert len(mail.outbox) == before + 1
    with clock.at(clock.now() + outgoing.LEASE + timedelta(seconds=1)):
        services.send_due()
        services.send_due()
    assert sorted(each.to[0] for each in mail.outbox[before:]) == ["aapo@example.com", "helmi@example.com"]


def test_many_visits_take_as_many_statements_as_one(
    shop: Shop,
    paid: Access,
    contact: Contact,
    operator: User,
    django_assert_num_queries: Callable[..., object],
) -> None:
    for hour in (11, 12, 13):
        more = shop.hold(tomorrow_at(hour, days=3), contact=contact(email=f"guest{hour}@example.com"))
        paying.pay(access=more, method="counter", return_url="")
    suspend(shop, operator)
    handler = handler_named("notifications.handlers.on_standing")
    assert handler is not None
    news = Event.objects.get(type="provider.suspended")
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        handler(news)
    assert Message.objects.filter(kind="shop_suspended").count() == 4
