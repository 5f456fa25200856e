"""Another length for a visit to come: the customer is told of the end that they were not promised, once it stands."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import holds, lengths, paying, price_changes, visits
from common import clock
from notifications import push
from notifications.models import Message
from notifications.services import devices, send_due
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at
from tests.notifications.conftest import Deliver
from tests.notifications.push_service import push_service

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def booked(shop: Shop, contact: Callable[..., holds.Contact]) -> Access:
    """A guest's visit from ten to eleven, five days ahead."""
    access = shop.hold(tomorrow_at(10, days=5), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    return shop.again(access)


def last(shop: Shop, access: Access, minutes: int) -> None:
    """The desk lets the visit last so long."""
    now = shop.as_owner(access)
    lengths.set_length(access=now, minutes=minutes, version=lengths.version_of(now.booking))


def more(shop: Shop, access: Access, minutes: int) -> None:
    """The business adds something that takes so long, and the customer agrees."""
    wish = price_changes.Wish(name="Colour", amount=500, reason="As asked for", minutes=minutes)
    change = price_changes.propose(access=shop.as_owner(access), wish=wish)
    price_changes.approve(access=shop.again(access), change=change.public_id)


def later(deliver: Deliver) -> list[EmailMultiAlternatives]:
    """What goes out within five minutes of what has happened."""
    deliver()
    before = len(mail.outbox)
    with clock.at(clock.now() + 5 * MINUTE):
        send_due()
    return list(mail.outbox[before:])


def in_calendar(letter: EmailMultiAlternatives) -> tuple[str, object, int]:
    [(_, content, _)] = letter.attachments
    [event] = Calendar.from_ical(content).walk("VEVENT")
    return str(event["UID"]), event["DTEND"].dt, int(event["SEQUENCE"])


def test_a_later_end_is_told_with_the_same_price_and_moves_the_calendar(
    shop: Shop, booked: Access, deliver: Deliver
) -> None:
    confirmed = deliver()[0]

    last(shop, booked, 90)
    [letter] = later(deliver)

    assert letter.to == confirmed.to
    assert "11:30" in letter.subject
    assert letter.subject.startswith("Ends later: ")
    assert "The price stays as it was." in letter.body
    uid, _, number = in_calendar(confirmed)
    assert in_calendar(letter)[:2] == (uid, booked.booking.starts_at + 90 * MINUTE)
    assert in_calendar(letter)[2] > number


def test_a_sooner_end_is_told_as_well(shop: Shop, booked: Access, deliver: Deliver) -> None:
    deliver()

    last(shop, booked, 45)
    [letter] = later(deliver)

    assert letter.subject.startswith("Ends sooner: ")
    assert "10:45" in letter.subject


def test_dragged_to_and_fro_one_letter_tells_where_it_came_to_rest(
    shop: Shop, booked: Access, deliver: Deliver
) -> None:
    deliver()

    for minutes in (90, 75, 80):
        last(shop, booked, minutes)
    [letter] = later(deliver)

    assert "11:20" in letter.subject


def test_what_was_taken_back_at_once_is_not_told(shop: Shop, booked: Access, deliver: Deliver) -> None:
    deliver()

    last(shop, booked, 90)
    last(shop, booked, 60)

    assert later(deliver) == []
    assert set(Message.objects.filter(kind="length").values_list("state", flat=True)) == {"dropped"}


def test_who_has_come_is_told_by_whoever_serves_them(shop: Shop, booked: Access, deliver: Deliver) -> None:
    deliver()
    with clock.at(booked.booking.starts_at):
        owner = shop.as_owner(booked)
        visits.check_in(access=owner, code=booked.booking.check_in_code)
        more(shop, booked, 15)

        assert later(deliver) == []
    assert Booking.objects.get().ends_at == booked.booking.ends_at + 15 * MINUTE


def test_a_device_is_told_when_it_ends_and_not_of_what_its_reader_agreed_to(
    shop: Shop, booked: Access, deliver: Deliver, settings
) -> None:
    with push_service() as service:
        settings.PUSH_KEYS, settings.PUSH_SERVICES = [push.new_private_key()], [service.origin]
        noon = tomorrow_at(12)
        with clock.at(noon):
            deliver()
            browser = service.browser("phone")
            devices.add_device(
                reader=devices.reader_of(booked),
                endpoint=browser.endpoint,
                **browser.keys,
                timezone="Europe/Helsinki",
                user_agent="Mozilla/5.0 Firefox/141.0",
            )
            last(shop, booked, 90)
            later(deliver)
        [first] = service.read(browser)
        with clock.at(noon + timedelta(hours=1)):
            more(shop, booked, 15)
            letters = later(deliver)

        rings = [each["title"] for each in service.read(browser)]

    assert first["title"] == "Your visit takes longer"
    assert "11:30" in first["body"]
    assert [each.subject.startswith("Ends later: ") for each in letters] == [True]
    assert "The price stays" not in letters[0].body
    assert rings.count("Your visit takes longer") == 1
