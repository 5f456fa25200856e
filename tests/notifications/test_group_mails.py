"""Mails about seats and courses: every date, in words and in the calendar file."""

import pytest
from icalendar import Calendar

from bookings.errors import BookingsAffected
from bookings.models import GroupSession
from bookings.services import paying, sessions
from tests.bookings.conftest import Shop
from tests.factories import make_group_service, make_sessions, tomorrow_at
from tests.notifications.conftest import Deliver
from tests.notifications.test_mails import Contact

pytestmark = pytest.mark.django_db


def entries(mail: object) -> list[tuple[str, object]]:
    [(_name, content, _type)] = mail.attachments  # type: ignore[attr-defined]
    found = Calendar.from_ical(content).walk("VEVENT")
    return [(str(event["UID"]).split("@")[0], event["DTSTART"].dt) for event in found]


def acknowledged(change: object, **more: object) -> None:
    with pytest.raises(BookingsAffected) as hit:
        change(actor="user:test", **more)  # type: ignore[operator]
    change(actor="user:test", acknowledged=hit.value.data["version"], **more)  # type: ignore[operator]


def test_a_course_is_told_with_all_of_its_dates(shop: Shop, contact: Contact, deliver: Deliver) -> None:
    group = make_group_service(shop.outlet, capacity=4, staff=[shop.person])
    made = make_sessions(shop.outlet, group, tomorrow_at(10, days=5), dates=3, course="Evening looks")
    access = shop.hold(tomorrow_at(10, days=5), service=group, contact=contact(), seats=2)
    paying.pay(access=access, method="counter", return_url="")

    confirmed, told = deliver()

    ref = access.booking.ref.lower()
    dates = [tomorrow_at(10, days=day) for day in (5, 12, 19)]
    assert entries(confirmed) == [(f"{ref}-{n}", date) for n, date in enumerate(dates, 1)]
    assert confirmed.body.count("10:00") >= 3
    assert "Confirmed: Evening looks, " in confirmed.subject
    assert "Seats: 2" in confirmed.body
    assert "Seats: 2" in told.body

    acknowledged(sessions.move_session, session=made[1], start=tomorrow_at(14, days=12))
    moved = deliver()[0]
    assert "One date of your course is now on" in moved.body
    assert "14:00" in moved.subject
    assert entries(moved)[1] == (f"{ref}-2", tomorrow_at(14, days=12))

    acknowledged(sessions.cancel_session, session=GroupSession.objects.get(pk=made[0].pk))
    cancelled = deliver()[0]
    assert "had to cancel" in cancelled.body
    assert len(entries(cancelled)) == 3
