"""The provider's pages of group sessions: the calendar, the roster, and what is asked before bookings are hit."""

import uuid
from typing import Any

import pytest
from django.test import Client

from bookings.enums import PaymentState
from bookings.models import Booking, GroupSession
from bookings.services import core
from common import clock
from providers.enums import Role
from providers.models import Outlet, Service, StaffMember
from tests.factories import (
    make_bays,
    make_group_service,
    make_member,
    make_outlet,
    make_service,
    make_session,
    make_sessions,
    make_staff,
    tomorrow_at,
)
from tests.seating import sit

pytestmark = pytest.mark.django_db


class Shop:
    """A workshop with six seats, done by Aino."""

    def __init__(self) -> None:
        self.outlet: Outlet = make_outlet()
        self.aino: StaffMember = make_staff(self.outlet, name="Aino Rinne")
        self.service: Service = make_group_service(self.outlet, capacity=6, staff=[self.aino], name="Make-up")
        self.manager = signed_in(self.outlet, Role.MANAGER)
        self.staff = signed_in(self.outlet, Role.STAFF, staff=self.aino)
        self.root = f"/provider/{self.outlet.provider.public_id}"
        self.sessions = f"{self.root}/outlets/{self.outlet.public_id}/sessions/"
        self.day = f"{self.root}/{self.outlet.public_id}/day?day={tomorrow_at(12).date()}"
        self.board = self.day.replace("/day?", "/board?")

    def at(self, session: GroupSession, more: str = "") -> str:
        return f"{self.root}/sessions/{session.public_id}/{more}"

    def form(self, **more: Any) -> dict[str, Any]:
        return {
            "service": self.service.public_id,
            "staff": "",
            "day": str(tomorrow_at(12).date()),
            "time": "10:00",
            "dates": "1",
            "every_weeks": "1",
            **more,
        }


def signed_in(outlet: Outlet, role: Role, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_member(outlet.provider, role, **fields))
    return client


@pytest.fixture
def shop() -> Shop:
    return Shop()


def confirmed(booking: Booking, name: str = "Helmi") -> Booking:
    core.move(
        core.lock(booking.ref),
        action="confirm",
        who="staff",
        actor="user:test",
        fields={"confirmed_at": clock.now(), "payment_state": PaymentState.COUNTER},
    )
    assert booking.customer
    booking.customer.name = name
    booking.customer.save()
    booking.refresh_from_db()
    return booking


def test_the_rail_has_the_sessions_of_shops_with_group_services(shop: Shop) -> None:
    assert shop.sessions in shop.manager.get(shop.sessions).content.decode()
    other = make_outlet()
    make_service(other)
    page = signed_in(other, Role.MANAGER).get(f"/provider/{other.provider.public_id}/services/")
    assert b"/sessions/" not in page.content


def test_a_manager_puts_a_course_on_the_calendar(shop: Shop) -> None:
    page = shop.manager.post(
        shop.sessions + "new/", shop.form(dates="3", course="Evening looks", capacity="4"), follow=True
    )
    assert page.redirect_chain
    assert "3 dates are on the calendar." in page.content.decode()
    assert [line.session.capacity for line in page.context["lines"]] == [4, 4, 4]
    assert [(line.nth, line.of) for line in page.context["lines"]] == [(1, 3), (2, 3), (3, 3)]
    assert "Evening looks · 2/3" in page.content.decode()
    assert GroupSession.objects.first().starts_at == tomorrow_at(10)  # type: ignore[union-attr]


def test_a_date_that_is_taken_is_named_on_the_form(shop: Shop) -> None:
    make_session(shop.outlet, shop.service, tomorrow_at(10, days=8))
    page = shop.manager.post(shop.sessions + "new/", shop.form(dates="2"))
    assert page.status_code == 422
    assert "10:00: the person, or what the session needs, is taken then." in page.content.decode()
    assert GroupSession.objects.count() == 1


def test_staff_see_the_sessions_and_change_nothing(shop: Shop) -> None:
    session = make_session(shop.outlet, shop.service, tomorrow_at(10))
    page = shop.staff.get(shop.sessions)
    assert page.status_code == 200
    assert b"sessions/new" not in page.content
    roster = shop.staff.get(shop.at(session))
    assert b"seats-capacity" not in roster.content
    for path in ("seats/", "move/", "cancel/"):
        assert shop.staff.post(shop.at(session, path)).status_code == 403


def test_the_roster_has_everybody_with_their_seats_and_checks_them_in(shop: Shop) -> None:
    session = make_session(shop.outlet, shop.service, tomorrow_at(10))
    booking = confirmed(sit(shop.outlet, shop.service, tomorrow_at(10), 2))
    with clock.at(tomorrow_at(9, 30)):
        page = shop.manager.get(shop.at(session))
        assert "2 seats" in page.content.decode()
        assert "2 of 6 seats" in page.content.decode()
        mark = f"{shop.root}/visits/{booking.ref}/check_in"
        assert mark in page.content.decode()
        answer = shop.manager.post(mark, {"key": str(uuid.uuid4()), "back": session.public_id, "code": ""})
    assert answer["Location"] == shop.at(session)
    booking.refresh_from_db()
    assert booking.status == "checked_in"


def test_seats_are_changed_on_the_page_but_not_below_those_taken(shop: Shop) -> None:
    session = make_session(shop.outlet, shop.service, tomorrow_at(10))
    sit(shop.outlet, shop.service, tomorrow_at(10), 3)
    refused = shop.manager.post(shop.at(session, "seats/"), {"seats-capacity": "2"})
    assert refused.status_code == 422
    assert "More seats are taken than that." in refused.content.decode()
    shop.manager.post(shop.at(session, "seats/"), {"seats-capacity": "3"})
    session.refresh_from_db()
    assert session.capacity == 3
    assert "Full" in shop.manager.get(shop.sessions).content.decode()


def test_cancelling_shows_the_bookings_before_it_is_done(shop: Shop) -> None:
    session = make_session(shop.outlet, shop.service, tomorrow_at(10))
    booking = confirmed(sit(shop.outlet, shop.service, tomorrow_at(10)), "Linda Lind")
    path = shop.at(session, "cancel/")
    assert shop.manager.get(path).status_code == 200
    asked = shop.manager.post(path)
    assert asked.status_code == 409
    assert "Linda Lind" in asked.content.decode()
    done = shop.manager.post(path, {"acknowledge": asked.context["affected"].version})
    assert done["Location"] == shop.sessions
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert b"cancelled" in shop.manager.get(shop.at(session)).content


def test_moving_shows_the_bookings_before_it_is_done(shop: Shop) -> None:
    session = make_session(shop.outlet, shop.service, tomorrow_at(10))
    booking = confirmed(sit(shop.outlet, shop.service, tomorrow_at(10)))
    form = {"day": str(tomorrow_at(12).date()), "time": "14:00"}
    asked = shop.manager.post(shop.at(session, "move/"), form)
    assert asked.status_code == 409
    version = asked.context["form"].affected.version
    done = shop.manager.post(shop.at(session, "move/"), {**form, "acknowledge": version})
    assert done["Location"] == shop.at(session)
    booking.refresh_from_db()
    assert booking.starts_at == tomorrow_at(14)


def test_day_and_board_show_the_session_once_with_all_who_are_in_it(shop: Shop) -> None:
    make_bays(shop.outlet, shop.service)
    made = make_sessions(shop.outlet, shop.service, tomorrow_at(10), dates=2, course="Evening looks")
    for name in ("Helmi", "Linda"):
        confirmed(sit(shop.outlet, shop.service, tomorrow_at(10), 2), name)

    page = shop.manager.get(shop.day)
    [line] = page.context["sessions"]
    assert (line.session, line.taken) == (made[0], 4)
    assert [row.booking.customer.name for row, _seats in line.rows] == ["Helmi", "Linda"]
    assert page.context["later"] == []
    assert page.context["first"] is None
    assert page.context["money"]["due"].amount == 20000

    board = shop.manager.get(shop.board)
    content = board.content.decode()
    assert content.count("4 of 6 seats") == 2  # in the column of the person and in that of the bay
    assert content.count("block--visit") == 2
    # The second date is a week later, for whom nobody starts a booking that day.
    later = shop.day.replace(str(tomorrow_at(12).date()), str(tomorrow_at(12, days=8).date()))
    assert [line.taken for line in shop.manager.get(later).context["sessions"]] == [4]
