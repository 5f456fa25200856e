"""Which news becomes which mail, once, in the reader's language, with the exact money and a calendar file."""

from collections.abc import Callable
from datetime import UTC, timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar

from accounts import services as accounts
from accounts.selectors import principal_of_bearer
from bookings.models import Booking
from bookings.selectors.access import Access, booking_for
from bookings.services import changes, expiry, holds, paying, till
from common import clock
from common.models import Event
from notifications.letters.calendar import invitation
from notifications.models import Message
from payments.enums import CounterMeans
from payments.models import Payment, Refund
from payments.sandbox import service as sandbox
from payments.services import carry_out_refund, sync_payment
from tests.bookings.conftest import Shop
from tests.factories import make_home_service, make_user, tomorrow_at
from tests.notifications.conftest import Deliver

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]
DAY = 5


@pytest.fixture
def booked(shop: Shop, contact: Contact) -> Access:
    """A guest's confirmed visit, to be paid at the counter, five days ahead."""
    access = shop.hold(tomorrow_at(10, days=DAY), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    return shop.again(access)


def pay_online(access: Access) -> None:
    """As the customer does on the sandbox's page."""
    paying.pay(access=access, method="sandbox", return_url="http://testserver/back")
    payment = Payment.objects.latest("pk")
    sandbox.act(payment.gateway_ref, "pay")
    sync_payment(payment_id=payment.public_id)


def cancel(access: Access) -> None:
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)


def move(access: Access, days: int = DAY, hour: int = 14) -> None:
    start = tomorrow_at(hour, days=days)
    version = changes.preview(access=access, action="reschedule", start=start).version
    changes.reschedule(access=access, start=start, staff=None, version=version)


def html(mail: EmailMultiAlternatives) -> str:
    return str(mail.alternatives[0].content)


def event_in(mail: EmailMultiAlternatives):
    """The one event of the attached calendar, and the calendar's method."""
    (name, content, type_) = mail.attachments[0]
    assert name == "visit.ics"
    calendar = Calendar.from_ical(content)
    assert f"method={calendar['METHOD']}" in type_
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def test_confirming_tells_customer_and_provider_once_though_delivered_twice(
    booked: Access, deliver: Deliver, owed
) -> None:
    mails = deliver()

    assert [m.to for m in mails] == [["helmi@example.com"], ["shop@example.com"]]
    assert owed() == [("confirmed", "sent"), ("provider_new", "sent")]
    to_customer = mails[0]
    booking = booked.booking
    for text in (to_customer.body, html(to_customer)):
        assert booking.ref in text
        assert booking.check_in_code in text
        assert "€50.00, to be paid on the spot" in text
        assert "10:00" in text
        assert f"/b/{booking.ref}?key=" in text
    assert to_customer.subject.startswith("Confirmed: Cut, ")
    assert booking.check_in_code not in mails[1].body
    assert f"/provider/{booking.outlet.provider.public_id}/" in mails[1].body


def test_the_link_in_the_mail_opens_this_booking_for_its_reader(booked: Access, deliver: Deliver) -> None:
    body = deliver()[0].body
    token = body.split("?key=")[1].split()[0]

    assert booking_for(principal_of_bearer(token), booked.booking.ref).is_customer


def test_the_calendar_file_holds_the_visit_in_utc_and_where_it_is(booked: Access, deliver: Deliver) -> None:
    method, event = event_in(deliver()[0])
    booking = booked.booking

    assert method == "REQUEST"
    assert event.start == booking.starts_at.astimezone(UTC)
    assert event.end == booking.ends_at.astimezone(UTC)
    assert event.start.utcoffset() == timedelta(0)
    assert event["UID"] == f"{booking.ref.lower()}@{urlsplit(settings.SITE_URL).hostname}"
    assert event["STATUS"] == "CONFIRMED"
    assert event["LOCATION"] == f"{booking.outlet.name}, Kalevankatu 12, Helsinki"
    assert event["ATTENDEE"] == "mailto:helmi@example.com"
    assert event["ORGANIZER"].startswith("mailto:")


def test_every_change_keeps_the_uid_and_raises_the_sequence(
    shop: Shop, booked: Access, deliver: Deliver
) -> None:
    _, first = event_in(deliver()[0])
    move(booked)
    _, second = event_in(deliver()[0])
    cancel(shop.again(booked))
    method, third = event_in(deliver()[0])

    assert first["UID"] == second["UID"] == third["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"] < third["SEQUENCE"]
    assert second.start == tomorrow_at(14, days=DAY)
    assert (method, str(third["STATUS"])) == ("CANCEL", "CANCELLED")


def test_moving_tells_both_and_the_provider_what_was_before(booked: Access, deliver: Deliver, owed) -> None:
    deliver()
    move(booked)

    to_customer, to_provider = deliver()

    assert "14:00" in to_customer.subject
    assert "14:00" in to_provider.subject
    assert "Before: " in to_provider.body
    assert "10:00" in to_provider.body
    assert owed()[2:] == [("rescheduled", "sent"), ("provider_moved", "sent")]


def test_cancelling_early_names_the_money_that_comes_back(
    shop: Shop, contact: Contact, deliver: Deliver
) -> None:
    access = shop.hold(tomorrow_at(10, days=DAY), contact=contact())
    pay_online(access)
    deliver()
    cancel(shop.again(access))

    to_customer, _ = (m for m in deliver() if m.subject.startswith("Cancelled"))

    assert "You get €50.00 back, in 2–5 days." in to_customer.body
    assert "kept" not in to_customer.body


def test_cancelling_late_names_both_shares(shop: Shop, contact: Contact, deliver: Deliver) -> None:
    access = shop.hold(tomorrow_at(10, days=DAY), contact=contact())
    pay_online(access)
    deliver()
    with clock.at(access.booking.starts_at - timedelta(hours=3)):
        cancel(shop.again(access))
        to_customer, to_provider = (m for m in deliver() if m.subject.startswith("Cancelled"))

    assert "You get €25.00 back, in 2–5 days." in to_customer.body
    assert "€25.00 is kept, as agreed when you booked." in to_customer.body
    assert "Kept of the price: €25.00" in to_provider.body


def test_what_was_not_charged_is_said_so(shop: Shop, booked: Access, deliver: Deliver) -> None:
    deliver()
    cancel(booked)
    assert "Nothing was charged." in deliver()[0].body


def test_who_paid_at_the_counter_is_told_what_they_get_back_there(
    shop: Shop, booked: Access, deliver: Deliver
) -> None:
    till.take_payment(access=shop.as_owner(booked), amount=5000, means=CounterMeans.CASH)
    deliver()
    with clock.at(booked.booking.starts_at - timedelta(hours=3)):
        cancel(shop.again(booked))
        to_customer, to_provider = (m for m in deliver() if m.subject.startswith("Cancelled"))

    where = booked.booking.outlet.name
    assert f"You paid at the counter. {where} gives you €25.00 back there." in to_customer.body
    assert "€25.00 is kept, as agreed when you booked." in to_customer.body
    assert "Nothing was charged." not in to_customer.body
    assert "To hand back to the customer: €25.00" in to_provider.body
    assert "Kept of the price: €25.00" in to_provider.body


def test_when_the_provider_cancels_the_customer_is_told_who_did(
    shop: Shop, booked: Access, deliver: Deliver
) -> None:
    deliver()
    cancel(shop.as_owner(booked))
    assert f"{shop.outlet.name} had to cancel." in deliver()[0].body


def test_a_refund_that_went_through_is_told(shop: Shop, contact: Contact, deliver: Deliver, owed) -> None:
    access = shop.hold(tomorrow_at(10, days=DAY), contact=contact())
    pay_online(access)
    cancel(shop.again(access))
    deliver()
    carry_out_refund(refund_id=Refund.objects.get().public_id)

    (told,) = deliver()

    assert told.subject == "€50.00 is on its way back to you"
    assert owed()[-1] == ("refunded", "sent")


def test_giving_up_a_hold_is_no_news(shop: Shop, contact: Contact, deliver: Deliver, owed) -> None:
    cancel(shop.hold(contact=contact()))
    assert deliver() == []
    assert owed() == []


def test_paid_too_late_is_told_with_the_money(shop: Shop, contact: Contact, deliver: Deliver) -> None:
    start = tomorrow_at(10, days=DAY)
    access = shop.hold(start, contact=contact())
    paying.pay(access=access, method="sandbox", return_url="http://testserver/back")
    payment = Payment.objects.latest("pk")
    Booking.objects.filter(pk=access.booking.pk).update(hold_expires_at=clock.now() - timedelta(minutes=1))
    expiry.expire_holds()
    other = shop.hold(start, contact=contact("Bob", "bob@example.com"))
    paying.pay(access=other, method="counter", return_url="")
    deliver()
    sandbox.act(payment.gateway_ref, "pay")
    sync_payment(payment_id=payment.public_id)

    told = [m for m in deliver() if m.to == ["helmi@example.com"]]

    assert told[0].subject.startswith("Not booked: Cut")
    assert "You get all of it back, €50.00" in told[0].body


def test_mails_speak_the_readers_language(shop: Shop, contact: Contact, deliver: Deliver, settings) -> None:
    """The customer's and the provider's own, whatever language the worker runs in."""
    access = shop.hold(tomorrow_at(10, days=DAY), contact=contact(), language="zh-hans")
    paying.pay(access=access, method="counter", return_url="")

    to_customer, to_provider = deliver()

    assert 'lang="zh-hans"' in html(to_customer)
    # Dates and money follow at once; the words with the catalogue.
    weekday = access.booking.local_start.strftime("%a")
    assert weekday in to_provider.subject
    assert weekday not in to_customer.subject
    assert "¥" not in to_customer.body
    assert "€50.00" in to_customer.body


def test_a_joined_customer_is_written_to_in_the_users_present_language(
    booked: Access, deliver: Deliver
) -> None:
    deliver()
    alice = make_user(email="helmi@example.com", language="zh-hans")
    accounts.join_customers(user=alice, emails=["helmi@example.com"])
    move(booked)
    deliver()

    assert Message.objects.get(kind="rescheduled").language == "zh-hans"


def test_a_home_visit_names_the_customers_address_to_the_customer_only(
    shop: Shop, contact: Contact, deliver: Deliver
) -> None:
    service = make_home_service(shop.outlet, staff=[shop.person])
    access = shop.hold(
        tomorrow_at(10, days=DAY),
        service=service,
        contact=contact(),
        address=holds.Address(line="Porthaninkatu 5 A 12", lat=60.1841, lng=24.9525),
    )
    paying.pay(access=access, method="counter", return_url="")

    to_customer, to_provider = deliver()

    assert "Porthaninkatu 5 A 12" in to_customer.body
    assert event_in(to_customer)[1]["LOCATION"] == "Porthaninkatu 5 A 12"
    assert "Porthaninkatu" not in to_provider.body
    assert "helmi@example.com" not in to_provider.body


def test_who_left_no_address_is_not_written_to(shop: Shop, deliver: Deliver) -> None:
    access = shop.hold(principal=shop.owner, contact=holds.Contact("Walk In", None, "0401234567"))
    paying.pay(access=access, method="counter", return_url="")
    shop.outlet.provider.email = ""
    shop.outlet.provider.save(update_fields=["email"])

    assert deliver() == []


def test_text_from_people_is_escaped_in_html_and_plain_in_text(
    shop: Shop, contact: Contact, deliver: Deliver
) -> None:
    access = shop.hold(tomorrow_at(10, days=DAY), contact=contact("<b>Bob</b> & Co"))
    paying.pay(access=access, method="counter", return_url="")
    to_provider = deliver()[1]

    assert "<b>Bob</b> & Co" in to_provider.body
    assert "&lt;b&gt;Bob&lt;/b&gt; &amp; Co" in html(to_provider)


def test_events_and_messages_hold_no_address(booked: Access, deliver: Deliver) -> None:
    deliver()
    rows = [*Message.objects.values(), *Event.objects.values()]
    assert rows
    assert not [row for row in rows if "helmi@example.com" in str(row) or "Helmi" in str(row)]
    assert EmailAddress.objects.count() == 0


def test_the_file_for_downloading_is_published_and_names_nobody(booked: Access) -> None:
    file = invitation(booked.booking, sequence=booked.booking.last_seq, at=clock.now())

    calendar = Calendar.from_ical(file.content)
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in event
    assert event.start == booked.booking.starts_at
