"""The provider's day: who is on it, who may mark what, and what each mark answers."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from accounts.principals import Principal
from bookings.models import Booking
from bookings.selectors.access import Access, booking_for
from bookings.services import holds, paying
from common import clock
from common.models import Event
from providers.enums import Role
from providers.models import Outlet, Service, StaffMember
from tests.factories import (
    make_home_service,
    make_member,
    make_outlet,
    make_service,
    make_staff,
    make_user,
    take_elsewhere,
    tomorrow_at,
)
from tests.frontend.test_booking_changes import ten_seconds_later

pytestmark = pytest.mark.django_db


@dataclass
class Shop:
    outlet: Outlet
    service: Service
    aino: StaffMember
    juho: StaffMember
    manager: Client
    staff: Client
    day: date

    def at(self, hour: int) -> datetime:
        """That hour of the day of the visits: tomorrow, wherever a test sets the clock."""
        return datetime.combine(self.day, time(hour), tzinfo=self.outlet.zone).astimezone(UTC)

    @property
    def url(self) -> str:
        return f"/provider/{self.outlet.provider.public_id}/{self.outlet.public_id}/day"

    def visit_url(self, booking: Booking, action: str) -> str:
        return f"/provider/{self.outlet.provider.public_id}/visits/{booking.ref}/{action}"

    def mark(self, client: Client, booking: Booking, action: str, *, key: str = "", **more: str) -> Any:
        fields = {"key": key or str(uuid.uuid4()), **more}
        return client.post(self.visit_url(booking, action), fields, follow=True)


def signed_in(outlet: Outlet, role: Role, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_member(outlet.provider, role, **fields))
    return client


@pytest.fixture
def shop() -> Shop:
    """Aino signs in as staff, Juho works beside her, a manager sees to both."""
    outlet = make_outlet()
    aino = make_staff(outlet, name="Aino Rinne")
    juho = make_staff(outlet, name="Juho Kallio")
    return Shop(
        outlet=outlet,
        service=make_service(outlet, staff=[aino, juho], name="Haircut"),
        aino=aino,
        juho=juho,
        manager=signed_in(outlet, Role.MANAGER),
        staff=signed_in(outlet, Role.STAFF, staff=aino),
        day=tomorrow_at(12).date(),
    )


@pytest.fixture
def at_ten(shop: Shop) -> Iterator[None]:
    """The clock stands at ten o'clock of the day of the visits."""
    with clock.at(shop.at(10)):
        yield


def held(
    shop: Shop,
    hour: int,
    person: StaffMember,
    name: str = "Helmi Virtanen",
    *,
    service: Service | None = None,
    address: holds.Address | None = None,
) -> Access:
    """A hold at that hour of tomorrow; the customer's way to it."""
    user = make_user()
    booking = holds.hold(
        principal=Principal(user=user),
        outlet=shop.outlet.public_id,
        items=[holds.ItemRequest(service=(service or shop.service).public_id, staff=person.public_id)],
        start=shop.at(hour),
        address=address,
    ).booking
    Customer.objects.filter(bookings=booking).update(name=name, phone="+358401234567")
    return booking_for(Principal(user=user), booking.ref)


def booked(shop: Shop, hour: int, person: StaffMember, name: str = "Helmi Virtanen", **more: Any) -> Booking:
    """The same, promised to be paid at the counter."""
    access = held(shop, hour, person, name, **more)
    paying.pay(access=access, method="counter", return_url="")
    return Booking.objects.get(pk=access.booking.pk)


def text(response: Any) -> str:
    """What a reader sees: without tags, spaces as one."""
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").split())


def row_of(response: Any, booking: Booking) -> str:
    """The markup of one visit's line."""
    found = re.search(rf'<li [^>]*id="{booking.ref}">.*?</li>', response.content.decode(), flags=re.S)
    assert found, "the visit is not on the page"
    return found[0]


def offers(response: Any, booking: Booking) -> set[str]:
    """What the line of a visit offers to do."""
    return set(re.findall(rf"visits/{booking.ref}/([a-z_]+)", row_of(response, booking)))


def status(booking: Booking) -> str:
    return str(Booking.objects.values_list("status", flat=True).get(pk=booking.pk))


def events(booking: Booking, kind: str) -> int:
    return Event.objects.filter(subject_id=booking.ref, type=kind).count()


# Who sees and marks what


def test_the_next_visit_of_whoever_looks_comes_first(shop: Shop) -> None:
    early = booked(shop, 11, shop.juho, "Linda Lind")
    own = booked(shop, 12, shop.aino, "Arjun Patel")
    with clock.at(shop.at(10)):
        assert shop.manager.get(shop.url).context["first"].booking == early
        page = shop.staff.get(shop.url)
    assert page.context["first"].booking == own
    assert [row.booking for row in page.context["later"]] == [early]


def test_staff_are_offered_marks_of_their_own_visits_only(shop: Shop, at_ten: None) -> None:
    own, other = booked(shop, 11, shop.aino), booked(shop, 11, shop.juho)
    page = shop.staff.get(shop.url)
    assert (offers(page, own), offers(page, other)) == ({"check_in"}, set())
    page = shop.manager.get(shop.url)
    assert (offers(page, own), offers(page, other)) == ({"check_in", "cancel"}, {"check_in", "cancel"})


def test_staff_cannot_mark_a_colleagues_visit(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.juho)
    page = shop.mark(shop.staff, booking, "check_in", code=booking.check_in_code)
    assert "notice--brick" in row_of(page, booking)
    assert status(booking) == "confirmed"


def test_another_business_finds_neither_the_day_nor_the_visit(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    elsewhere = make_outlet()
    stranger = signed_in(elsewhere, Role.OWNER)
    assert stranger.get(shop.url).status_code == 404
    assert shop.mark(stranger, booking, "check_in").status_code == 404
    # Nor under the address of one's own business.
    own = f"/provider/{elsewhere.provider.public_id}"
    assert stranger.get(f"{own}/{shop.outlet.public_id}/day").status_code == 404
    answer = stranger.post(f"{own}/visits/{booking.ref}/check_in", {"key": str(uuid.uuid4())})
    assert answer.status_code == 404
    assert status(booking) == "confirmed"


def test_an_unknown_mark_is_not_found(shop: Shop) -> None:
    assert shop.mark(shop.manager, booked(shop, 11, shop.aino), "close").status_code == 404


# Marks


def test_staff_check_in_with_the_customers_code(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    page = shop.mark(shop.staff, booking, "check_in", code=booking.check_in_code)
    assert "Checked in." in row_of(page, booking)
    assert page.redirect_chain[-1][0].endswith(f"#{booking.ref}")
    assert [row.booking for row in page.context["under_way"]] == [booking]


def test_a_wrong_code_is_said_beside_the_visit(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    page = shop.mark(shop.staff, booking, "check_in", code=wrong(booking))
    assert 'role="alert"' in row_of(page, booking)
    assert status(booking) == "confirmed"
    # Said once.
    assert 'role="alert"' not in row_of(shop.staff.get(shop.url), booking)


def test_after_five_wrong_codes_only_a_manager_checks_in(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    for _ in range(5):
        shop.mark(shop.staff, booking, "check_in", code=wrong(booking))
    shop.mark(shop.staff, booking, "check_in", code=booking.check_in_code)
    assert status(booking) == "confirmed"
    shop.mark(shop.manager, booking, "check_in")
    assert status(booking) == "checked_in"


def test_staff_need_the_code_and_managers_may_go_without(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    shop.mark(shop.staff, booking, "check_in", code="")
    assert status(booking) == "confirmed"
    shop.mark(shop.manager, booking, "check_in", code="")
    assert status(booking) == "checked_in"


def test_a_visit_at_the_shop_goes_from_check_in_to_done(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    shop.mark(shop.manager, booking, "check_in")
    assert offers(shop.manager.get(shop.url), booking) == {"start", "cancel"}
    assert "In service." in row_of(shop.mark(shop.manager, booking, "start"), booking)
    page = shop.mark(shop.manager, booking, "complete")
    assert status(booking) == "completed"
    assert [row.booking for row in page.context["over"]] == [booking]
    assert offers(page, booking) == set()


def test_a_home_visit_sets_out_first_and_shows_the_door_while_needed(shop: Shop) -> None:
    service = make_home_service(shop.outlet, staff=[shop.aino, shop.juho])
    where = holds.Address(line="Fleminginkatu 5 B 12", lat=60.186, lng=24.953, note="Door code 1234")
    booking = booked(shop, 11, shop.aino, service=service, address=where)
    colleague = signed_in(shop.outlet, Role.STAFF, staff=shop.juho)
    before = row_of(shop.staff.get(f"{shop.url}?day={shop.day}"), booking)
    assert "Fleminginkatu 5 B 12" in before
    assert "Door code 1234" not in before
    with clock.at(shop.at(10)):
        page = shop.staff.get(shop.url)
        assert offers(page, booking) == {"on_the_way"}
        assert "Door code 1234" in row_of(page, booking)
        assert "Fleminginkatu" not in row_of(colleague.get(shop.url), booking)
        shop.mark(shop.staff, booking, "on_the_way")
        assert status(booking) == "on_the_way"
        shop.mark(shop.staff, booking, "check_in", code=booking.check_in_code)
        shop.mark(shop.staff, booking, "start")
        page = shop.mark(shop.staff, booking, "complete")
    assert "Fleminginkatu" not in row_of(page, booking)
    assert "+358401234567" not in row_of(page, booking)


def test_did_not_come_is_offered_once_the_policy_allows_it(shop: Shop) -> None:
    booking = booked(shop, 11, shop.aino)
    earliest = booking.starts_at + timedelta(minutes=booking.policy["no_show_grace_min"])
    with clock.at(earliest - timedelta(seconds=1)):
        assert "no_show" not in offers(shop.manager.get(shop.url), booking)
        shop.mark(shop.manager, booking, "no_show")
        assert status(booking) == "confirmed"
    with clock.at(earliest):
        assert "no_show" in offers(shop.manager.get(shop.url), booking)
        shop.mark(shop.manager, booking, "no_show")
    assert status(booking) == "no_show"


def test_a_form_sent_twice_marks_once(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    key = str(uuid.uuid4())
    for _ in range(2):
        page = shop.mark(shop.manager, booking, "check_in", key=key)
        assert 'role="alert"' not in row_of(page, booking)
    assert events(booking, "booking.checked_in") == 1


def test_a_mark_that_came_too_late_is_refused_beside_the_visit(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    shop.mark(shop.manager, booking, "check_in")
    page = shop.mark(shop.manager, booking, "check_in")
    assert 'role="alert"' in row_of(page, booking)
    assert events(booking, "booking.checked_in") == 1


# Cancelling


def test_cancelling_shows_what_goes_back_and_cancels_once(shop: Shop) -> None:
    booking = booked(shop, 11, shop.aino)
    asked = shop.manager.get(shop.visit_url(booking, "cancel"))
    assert "Nothing was paid online" in text(asked)
    key = asked.context["key"]
    for _ in range(2):
        page = shop.mark(shop.manager, booking, "cancel", key=key, version=asked.context["version"])
        assert "For ten seconds you can take that back" in row_of(page, booking)
    assert status(booking) == "confirmed"
    shop.manager.post(shop.visit_url(booking, "keep"))
    ten_seconds_later()
    assert status(booking) == "confirmed"

    asked = shop.manager.get(shop.visit_url(booking, "cancel"))
    shop.mark(shop.manager, booking, "cancel", version=asked.context["version"])
    ten_seconds_later()
    assert status(booking) == "cancelled"
    page = shop.manager.post(shop.visit_url(booking, "keep"), follow=True)
    assert "It is cancelled already." in row_of(page, booking)
    assert events(booking, "booking.cancelled") == 1


def test_a_stale_version_asks_again(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    page = shop.mark(shop.manager, booking, "cancel", version="stale")
    assert page.redirect_chain[-1][0] == shop.visit_url(booking, "cancel")
    assert "notice--brick" in page.content.decode()
    assert status(booking) == "confirmed"


def test_staff_cannot_cancel(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    assert shop.staff.get(shop.visit_url(booking, "cancel")).status_code == 403
    assert shop.mark(shop.staff, booking, "cancel", version="1").status_code == 403
    assert status(booking) == "confirmed"


# The page


def test_a_hold_is_shown_without_anything_to_do(shop: Shop) -> None:
    booking = held(shop, 11, shop.aino).booking
    row = shop.manager.get(f"{shop.url}?day={shop.day}")
    assert "Not paid yet" in row_of(row, booking)
    assert offers(row, booking) == set()
    assert f'href="/b/{booking.ref}"' not in row_of(row, booking)


def test_marks_wait_for_the_day_of_the_visit(shop: Shop) -> None:
    booking = booked(shop, 11, shop.aino)
    page = shop.manager.get(f"{shop.url}?day={shop.day}")
    assert offers(page, booking) == {"cancel"}
    assert f'href="/b/{booking.ref}"' in row_of(page, booking)
    assert shop.staff.get(f"/b/{booking.ref}").status_code == 200


def test_an_empty_day_points_at_tomorrow(shop: Shop) -> None:
    page = shop.staff.get(shop.url)
    assert "Nobody is booked" in text(page)
    assert f'href="?day={shop.day}"' in page.content.decode()


def test_a_date_that_is_none_is_today(shop: Shop) -> None:
    for day in ("2026-02-30", "yesterday", "9999-12-31", "0001-01-01"):
        assert shop.staff.get(shop.url, {"day": day}).status_code == 200


def test_the_days_money_is_for_managers(shop: Shop, at_ten: None) -> None:
    booked(shop, 11, shop.aino)
    booked(shop, 12, shop.aino)
    assert shop.manager.get(shop.url).context["money"]["all"].amount == 10000
    assert shop.staff.get(shop.url).context["money"] is None
    assert "Money today" not in text(shop.staff.get(shop.url))


def test_the_tabs_are_what_a_day_needs_and_the_way_to_all_else(shop: Shop) -> None:
    page = shop.staff.get(shop.url).content.decode()
    tabs = re.search(r'<nav class="tabs-bar.*?</nav>', page, flags=re.S)
    assert tabs
    business = shop.url.split(shop.outlet.public_id)[0]
    outlet = f"{business}{shop.outlet.public_id}/"
    assert re.findall(r'href="([^"]+)"', tabs[0]) == [
        business,
        f"{outlet}board",
        f"{outlet}queue",
        f"{business}customers/",
        f"{business}#more",
    ]
    assert tabs[0].count('aria-current="page"') == 1
    assert 'id="more"' in shop.staff.get(business).content.decode()


def test_three_visits_take_as_many_queries_as_one(shop: Shop, at_ten: None) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert shop.manager.get(shop.url).status_code == 200
        return len(seen)

    booked(shop, 11, shop.aino)
    queries()
    one = queries()
    booked(shop, 12, shop.juho)
    booked(shop, 13, shop.aino)
    assert queries() == one


def wrong(booking: Booking) -> str:
    return "0000" if booking.check_in_code != "0000" else "1111"


def test_what_follows_live_is_marked_for_the_island(shop: Shop) -> None:
    page = shop.staff.get(shop.url).content.decode()
    assert f'data-live-board="{shop.outlet.public_id}"' in page
    assert re.findall(r'id="([a-z-]+)" data-live', page) == ["day-line", "requests", "day"]


def test_the_list_and_everybodys_week_show_what_other_calendars_take(shop: Shop) -> None:
    midnight = datetime.combine(shop.day, time(), tzinfo=shop.outlet.zone)
    take_elsewhere(shop.aino, shop.at(12), shop.at(13))
    take_elsewhere(shop.juho, midnight, midnight + timedelta(days=1))

    listed = text(shop.manager.get(f"{shop.url}?day={shop.day.isoformat()}"))
    week = text(
        shop.manager.get(f"{shop.url.removesuffix('day')}board?view=week&who=all&day={shop.day.isoformat()}")
    )

    assert f"Taken elsewhere {shop.juho.name} All day {shop.aino.name} 12:00–13:00" in listed
    assert f"12:00–13:00 {shop.aino.name} Taken elsewhere" in week
