"""Feeds for people's calendars: what stands in them, who may read them, and that their addresses stay secret."""

import io
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from accounts.principals import Principal
from accounts.services.tokens import create_token
from bookings.models import Booking, CalendarFeed
from bookings.selectors.access import booking_for
from bookings.selectors.feeds import TOLD_FOR
from bookings.services import changes
from common import clock, privacy
from common.crypto import token_hash
from common.logs import WithoutWords
from common.models import AuditEntry
from common.privacy import Subject
from providers.enums import Role
from providers.models import Membership, Outlet, Service, StaffMember
from providers.services.members import remove_member
from tests.factories import (
    make_group_service,
    make_member,
    make_outlet,
    make_service,
    make_session,
    make_staff,
    make_user,
    tomorrow_at,
)
from tests.frontend.test_booking_pages import held_by, pay
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
SHOWN = re.compile(r'id="feed-address" readonly value="([^"]+)"')


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet(open_always=True, postcode="00100")


@pytest.fixture
def person(outlet: Outlet) -> StaffMember:
    return make_staff(outlet, name="Aino Salo")


@pytest.fixture
def service(outlet: Outlet, person: StaffMember) -> Service:
    return make_service(outlet, staff=[person])


@pytest.fixture
def user() -> User:
    return make_user(name="Helmi Virtanen", email="helmi@example.com")


@pytest.fixture
def visit(user: User, outlet: Outlet, service: Service) -> Booking:
    helmi = sign_in(Client(), user)
    booking = held_by(helmi, outlet, service, tomorrow_at(10, days=3))
    pay(helmi, booking)
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    return booking


def made(client: Client, page: str, **form: str) -> str:
    """The path of an address that a page has just made and shown."""
    answer = client.post(page, form)
    assert answer.status_code == 200
    found = SHOWN.search(answer.content.decode())
    assert found
    return found[1].removeprefix("http://testserver")


def own(user: User) -> str:
    return made(sign_in(Client(), user), "/account/calendar/")


def desk(outlet: Outlet) -> str:
    return f"/provider/{outlet.provider.public_id}/calendars/"


def read(path: str) -> list[Any]:
    answer = Client().get(path)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def cancel(visit: Booking, user: User) -> None:
    access = booking_for(Principal(user=user), visit.ref)
    version = changes.preview(access=access, action="cancel").version
    changes.cancel(access=access, version=version)


def test_a_customer_reads_their_own_visits_in_utc(user: User, visit: Booking, outlet: Outlet) -> None:
    (event,) = read(own(user))

    assert event["uid"] == f"{visit.ref.lower()}@testserver"
    assert (event.start, event.end) == (visit.starts_at, visit.ends_at)
    assert event["dtstart"].to_ical() == visit.starts_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ").encode()
    assert event["summary"] == f"Cut at {outlet.name}"
    assert event["location"] == f"{outlet.name}, Kalevankatu 12, 00100 Helsinki"
    assert event["description"] == f"Booking {visit.ref} with Aino Salo"
    assert event["sequence"] == visit.last_seq
    assert event["status"] == "CONFIRMED"
    assert event["url"].endswith(f"/b/{visit.ref}")


def test_a_visit_keeps_its_hour_over_a_change_of_the_clocks(user: User, visit: Booking) -> None:
    path, hours = own(user), []
    for day in (27, 28):  # clocks go forward in Helsinki on 28 March 2027, at 3
        start = datetime(2027, 3, day, 9, tzinfo=visit.zone)
        Booking.objects.filter(pk=visit.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
        (event,) = read(path)
        hours.append(event["dtstart"].to_ical())

    assert hours == [b"20270327T070000Z", b"20270328T060000Z"]


def test_another_customers_visits_are_not_in_it(visit: Booking) -> None:
    assert read(own(make_user())) == []


def test_what_is_cancelled_says_so_for_a_month_with_a_higher_sequence(user: User, visit: Booking) -> None:
    path = own(user)
    (before,) = read(path)
    cancel(visit, user)

    (event,) = read(path)
    assert (event["uid"], event["status"], event["transp"]) == (before["uid"], "CANCELLED", "TRANSPARENT")
    assert event["sequence"] > before["sequence"]
    with clock.at(clock.now() + TOLD_FOR + timedelta(minutes=1)):
        assert read(path) == []


def test_a_hold_is_in_nobodys_calendar(user: User, outlet: Outlet, service: Service) -> None:
    held_by(sign_in(Client(), user), outlet, service, tomorrow_at(10))
    owner = sign_in(Client(), make_member(outlet.provider))

    assert read(own(user)) == []
    assert read(made(owner, desk(outlet), outlet=outlet.public_id)) == []


def test_a_shops_feed_names_no_more_than_who_serves_needs(visit: Booking, outlet: Outlet) -> None:
    colleague = sign_in(Client(), make_member(outlet.provider, Role.STAFF, staff=make_staff(outlet)))
    path = made(colleague, desk(outlet), outlet=outlet.public_id)

    content = Client().get(path).content.decode()

    (event,) = read(path)
    assert event["summary"] == "Cut, Helmi, Aino Salo"
    assert event["location"] == outlet.name
    for hidden in ("Virtanen", "helmi@example.com", "+358", "50.00"):
        assert hidden not in content


def test_a_persons_feed_has_what_they_do_and_nothing_else(
    visit: Booking, outlet: Outlet, person: StaffMember
) -> None:
    other = make_staff(outlet)
    group = make_group_service(outlet, staff=[other])
    session = make_session(outlet, group, tomorrow_at(12, days=2), staff=other.public_id)
    owner = sign_in(Client(), make_member(outlet.provider))

    mine = read(made(owner, desk(outlet), staff=person.public_id))
    theirs = read(made(owner, desk(outlet), staff=other.public_id))

    assert [each["summary"] for each in mine] == ["Cut, Helmi"]
    assert [(each["summary"], each["uid"]) for each in theirs] == [
        ("Workshop", f"{session.public_id}@testserver")
    ]
    every = read(made(owner, desk(outlet), outlet=outlet.public_id))
    assert [each["summary"] for each in every] == [f"Workshop, {other.name}", "Cut, Helmi, Aino Salo"]


def test_staff_make_no_feed_of_a_colleague(outlet: Outlet, person: StaffMember) -> None:
    colleague = sign_in(Client(), make_member(outlet.provider, Role.STAFF, staff=make_staff(outlet)))

    assert colleague.post(desk(outlet), {"staff": person.public_id}).status_code == 403
    assert not CalendarFeed.objects.exists()


def test_a_business_makes_no_feed_of_another(outlet: Outlet, person: StaffMember) -> None:
    rival = make_outlet()
    client = sign_in(Client(), make_member(rival.provider))

    for form in ({"outlet": outlet.public_id}, {"staff": person.public_id}, {"outlet": "a\0b"}):
        assert client.post(desk(rival), form).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_it_ends_when_the_member_leaves(visit: Booking, outlet: Outlet) -> None:
    user = make_member(outlet.provider, Role.MANAGER)
    path = made(sign_in(Client(), user), desk(outlet), outlet=outlet.public_id)
    assert len(read(path)) == 1

    remove_member(membership=Membership.objects.get(user=user), actor="system")

    assert Client().get(path).status_code == 404
    # Who comes back makes a new one.
    Membership.objects.create(provider=outlet.provider, user=user, role=Role.MANAGER)
    assert Client().get(path).status_code == 404


def test_who_is_no_manager_any_more_reads_no_others(
    visit: Booking, outlet: Outlet, person: StaffMember
) -> None:
    user = make_member(outlet.provider, Role.MANAGER)
    path = made(sign_in(Client(), user), desk(outlet), staff=person.public_id)
    assert len(read(path)) == 1

    Membership.objects.filter(user=user).update(role=Role.STAFF)

    assert Client().get(path).status_code == 404


def test_a_new_address_ends_the_one_before(user: User, visit: Booking) -> None:
    first, second = own(user), own(user)

    assert Client().get(first).status_code == 404
    assert len(read(second)) == 1
    assert CalendarFeed.objects.count() == 1


def test_a_revoked_address_opens_nothing(user: User, visit: Booking) -> None:
    path, helmi = own(user), sign_in(Client(), user)
    feed = CalendarFeed.objects.get()

    assert (
        sign_in(Client(), make_user()).post(f"/account/calendar/{feed.public_id}/revoke/").status_code == 404
    )
    assert Client().get(path).status_code == 200
    assert helmi.post(f"/account/calendar/{feed.public_id}/revoke/").status_code == 302

    answer = Client().get(path)
    assert answer.status_code == 404
    assert Client().get("/calendar/" + "x" * 43 + ".ics").status_code == 404
    actions = (
        AuditEntry.objects.filter(object_id=feed.public_id).order_by("pk").values_list("action", flat=True)
    )
    assert list(actions) == ["calendar_feed.made", "calendar_feed.revoked"]


def test_only_the_hash_of_the_token_is_kept_and_the_address_shown_once(user: User) -> None:
    path = own(user)
    token = path.removeprefix("/calendar/").removesuffix(".ics")

    assert CalendarFeed.objects.get().token_hash == token_hash(token)
    assert len(token) == 43
    page = sign_in(Client(), user).get("/account/calendar/").content.decode()
    assert token not in page
    assert "Make a new link" in page


def test_it_is_asked_again_at_no_cost(user: User, visit: Booking) -> None:
    path = own(user)
    first = Client().get(path)

    assert first["Cache-Control"] == "private, no-cache"
    assert first["Referrer-Policy"] == "no-referrer"
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.cookies == {}
    same = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert Client().get(path, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    cancel(visit, user)
    assert Client().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_its_address_is_left_out_of_the_log(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    path, written = own(user), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(WithoutWords("%(levelname)s %(message)s"))
    logging.getLogger("django.request").addHandler(handler)
    monkeypatch.setattr("frontend.views.calendar_feeds.feed_file", lambda feed: 1 / 0)
    try:
        Client(raise_request_exception=False).get(path)
    finally:
        logging.getLogger("django.request").removeHandler(handler)

    assert "Internal Server Error: /calendar/-" in written.getvalue()
    assert path.removeprefix("/calendar/")[:20] not in written.getvalue()


def test_reading_is_noted_to_the_hour(user: User) -> None:
    path = own(user)
    Client().get(path)
    noted = CalendarFeed.objects.get().last_read_at
    Client().get(path)

    assert noted is not None
    assert CalendarFeed.objects.get().last_read_at == noted
    assert "a calendar read it" in sign_in(Client(), user).get("/account/calendar/").content.decode()


def test_feeds_over_the_api_are_for_sessions(user: User, visit: Booking, outlet: Outlet) -> None:
    helmi = sign_in(Client(), user)
    where = "/api/v1/me/calendar-feeds"

    answer = helmi.post(where, {}, content_type="application/json", headers={"Idempotency-Key": "1"})
    again = helmi.post(where, {}, content_type="application/json", headers={"Idempotency-Key": "1"})

    assert (answer.status_code, again.json()) == (201, answer.json())
    shown = answer.json()
    assert len(read(shown["url"].removeprefix("http://testserver"))) == 1
    listed = helmi.get(where).json()["items"]
    assert [(each["id"], each["of"], "url" in each) for each in listed] == [(shown["id"], "me", False)]
    _, secret = create_token(user=user, name="app", scopes=["bookings:read"])
    assert Client().get(where, headers={"Authorization": f"Bearer {secret}"}).status_code == 403
    assert helmi.delete(f"{where}/{shown['id']}").status_code == 204
    assert helmi.delete(f"{where}/{shown['id']}").status_code == 404


def test_who_is_erased_leaves_no_address(user: User, visit: Booking) -> None:
    path, subject = own(user), Subject(user_pk=user.pk)
    assert Client().get(path).status_code == 200

    privacy.find(subject)
    privacy.erase(subject)

    assert not CalendarFeed.objects.exists()
    assert Client().get(path).status_code == 404
