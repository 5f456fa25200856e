"""Following, cancelling, moving and closing a booking on its pages; the list of one's bookings."""

import uuid
from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.principals import Principal
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.services import changes, expiry, holds, paying, till, visits
from common.clock import rfc3339
from payments.enums import CounterMeans
from payments.rules.policy import Policy, Tier
from payments.sandbox.service import act
from payments.services import sync_booking
from providers.enums import Role
from providers.models import Outlet, Service
from tests.factories import (
    make_due,
    make_home_service,
    make_member,
    make_outlet,
    make_service,
    make_user,
    tomorrow_at,
)
from tests.frontend.booking_steps import text

pytestmark = pytest.mark.django_db


def ten_seconds_later() -> None:
    """What was cancelled on a page can no longer be taken back, and is carried out."""
    Booking.objects.filter(cancel_asked_at__isnull=False).update(
        cancel_asked_at=F("cancel_asked_at") - changes.UNDO
    )
    expiry.finish_cancellations()


TWO_WEEKS = Policy(cancel=(Tier(14 * 24 * 60, 0), Tier(0, 50)), change=(Tier(14 * 24 * 60, 0), Tier(0, 50)))


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet()


@pytest.fixture
def service(outlet: Outlet) -> Service:
    return make_service(outlet)


@pytest.fixture
def user() -> User:
    return make_user(name="Helmi Laine")


@pytest.fixture
def me(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def booked(outlet: Outlet, service: Service, user: User) -> Callable[..., Booking]:
    """A confirmed booking of the user's: paid by card unless the method says otherwise."""

    def make(hour: int = 10, *, days: int = 3, method: str = "sandbox") -> Booking:
        principal = Principal(user=user)
        start = tomorrow_at(hour, days=days)
        asked = [holds.ItemRequest(service.public_id)]
        held = holds.hold(principal=principal, outlet=outlet.public_id, items=asked, start=start).booking
        access = booking_for(principal, held.ref)
        paid = paying.pay(access=access, method=method, return_url="http://testserver/")
        if paid.redirect_url:
            act(paid.redirect_url.rsplit("/", 1)[1], "pay")
            sync_booking(booking_ref=held.ref)
        held.refresh_from_db()
        assert held.status == "confirmed"
        return held

    return make


def mark(outlet: Outlet, booking: Booking, *deeds: str) -> None:
    """What the shop does with the visit."""
    make_due(booking.ref)
    owner = Principal(user=make_member(outlet.provider, Role.OWNER))
    for deed in deeds:
        access = booking_for(owner, booking.ref)
        if deed == "check_in":
            visits.check_in(access=access, code=booking.check_in_code)
        else:
            getattr(visits, deed)(access=access)


def test_a_booking_shows_code_time_and_money(me: Client, booked: Callable[..., Booking]) -> None:
    booking = booked()

    page = me.get(f"/b/{booking.ref}")

    words = text(page)
    assert " ".join(booking.check_in_code) in words
    assert "€50.00, until you say it was good" in words
    assert "Cancelling now gives back €50.00 of €50.00." in words
    assert f'data-live-booking="{booking.ref}"' in page.content.decode()
    assert page.context["last_seq"] == booking.last_seq


@pytest.mark.parametrize(
    ("deeds", "said"),
    [
        (["check_in"], "You are checked in."),
        (["check_in", "start"], "Under way until about"),
        (["check_in", "start", "complete"], "It was good"),
    ],
)
def test_each_status_says_how_it_stands(
    me: Client, outlet: Outlet, booked: Callable[..., Booking], deeds: list[str], said: str
) -> None:
    booking = booked()
    mark(outlet, booking, *deeds)

    page = me.get(f"/b/{booking.ref}")

    assert said in text(page)
    assert page.context["code"] == ""


@pytest.mark.parametrize("status", ["requested", "declined", "no_show", "expired", "closed", "cancelled"])
def test_every_other_status_has_its_words(me: Client, booked: Callable[..., Booking], status: str) -> None:
    booking = booked()
    # A status by hand: the state table would refuse the leap.
    with pgtrigger.ignore("bookings.Booking:status_follows_the_table"):
        Booking.objects.filter(pk=booking.pk).update(status=status, accept_by=booking.starts_at)

    page = me.get(f"/b/{booking.ref}")

    assert page.status_code == 200
    assert page.context["words"]


def test_saying_it_was_good_closes_once(me: Client, outlet: Outlet, booked: Callable[..., Booking]) -> None:
    booking = booked()
    mark(outlet, booking, "check_in", "start", "complete")
    key = me.get(f"/b/{booking.ref}").context["key"]

    answers = [me.post(f"/b/{booking.ref}/good", {"key": key}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    booking.refresh_from_db()
    assert booking.status == "closed"


def test_cancelling_names_the_money_and_does_it_once(me: Client, booked: Callable[..., Booking]) -> None:
    booking = booked()
    page = me.get(f"/b/{booking.ref}/cancel")
    assert "Cancel, €50.00 back" in text(page)
    form = {"version": page.context["version"], "key": page.context["key"]}

    answers = [me.post(f"/b/{booking.ref}/cancel", form) for _ in range(2)]
    ten_seconds_later()

    assert [answer["Location"] for answer in answers] == [f"/b/{booking.ref}"] * 2
    booking.refresh_from_db()
    assert (booking.status, booking.fee_amount) == ("cancelled", 0)
    assert "€50.00 of €50.00 are on their way back to you." in text(me.get(f"/b/{booking.ref}"))


def test_cancelling_late_keeps_half(me: Client, booked: Callable[..., Booking]) -> None:
    booking = booked(days=1, hour=9)
    Booking.objects.filter(pk=booking.pk).update(policy=TWO_WEEKS.to_dict())

    page = me.get(f"/b/{booking.ref}/cancel")

    assert "Cancel, €25.00 back" in text(page)


def test_what_was_paid_at_the_counter_is_said_to_come_back_there(
    me: Client, outlet: Outlet, booked: Callable[..., Booking]
) -> None:
    booking = booked(method="counter")
    owner = Principal(user=make_member(outlet.provider))
    till.take_payment(access=booking_for(owner, booking.ref), amount=5000, means=CounterMeans.CASH)
    Booking.objects.filter(pk=booking.pk).update(policy=TWO_WEEKS.to_dict())
    desk = Client()
    desk.force_login(owner.require_user())
    assert "hand all of it back" in text(
        desk.get(f"/provider/{outlet.provider.public_id}/visits/{booking.ref}/cancel")
    )
    assert "the shop gives you €25.00 of €50.00 back" in text(me.get(f"/b/{booking.ref}"))

    page = me.get(f"/b/{booking.ref}/cancel")
    me.post(f"/b/{booking.ref}/cancel", {"version": page.context["version"], "key": page.context["key"]})
    ten_seconds_later()

    assert "Cancel, €25.00 back at the shop" in text(page)
    assert "It goes back the way it came." not in text(page)
    after = text(me.get(f"/b/{booking.ref}"))
    assert "You paid €50.00 at the counter and get €25.00 back there." in after
    assert "Nothing was paid" not in after


def test_a_stale_cancellation_shows_the_new_amounts(me: Client, booked: Callable[..., Booking]) -> None:
    booking = booked()
    stale = me.get(f"/b/{booking.ref}/cancel").context["version"]
    Booking.objects.filter(pk=booking.pk).update(policy=TWO_WEEKS.to_dict())

    page = me.post(f"/b/{booking.ref}/cancel", {"version": stale, "key": str(uuid.uuid4())})

    assert page.status_code == 409
    assert "The amounts have changed" in text(page)
    assert "Cancel, €25.00 back" in text(page)
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    form = {"version": page.context["version"], "key": page.context["key"]}
    assert me.post(f"/b/{booking.ref}/cancel", form).status_code == 302


def test_a_begun_visit_cannot_be_cancelled_or_moved(
    me: Client, outlet: Outlet, booked: Callable[..., Booking]
) -> None:
    booking = booked()
    mark(outlet, booking, "check_in", "start")

    for path in ("cancel", "move"):
        assert me.get(f"/b/{booking.ref}/{path}")["Location"] == f"/b/{booking.ref}"


def move_form(page: Any, hour: int) -> dict[str, str]:
    start = rfc3339(tomorrow_at(hour, days=3))
    return {"start": start, "version": page.context["version"], "nonce": page.context["nonce"]}


def test_moving_takes_the_new_time_once(me: Client, booked: Callable[..., Booking]) -> None:
    booking = booked()
    page = me.get(f"/b/{booking.ref}/move")
    assert rfc3339(tomorrow_at(14, days=3)) in page.content.decode()
    form = move_form(page, 14)

    answers = [me.post(f"/b/{booking.ref}/move", form) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/b/{booking.ref}"] * 2
    booking.refresh_from_db()
    assert booking.starts_at == tomorrow_at(14, days=3)
    assert booking.version == 2


def test_moving_to_a_taken_time_shows_alternatives_that_move(
    me: Client, booked: Callable[..., Booking]
) -> None:
    booking = booked()
    booked(14, method="counter")
    page = me.get(f"/b/{booking.ref}/move")

    refused = me.post(f"/b/{booking.ref}/move", move_form(page, 14))

    assert refused.status_code == 409
    assert "Your visit is where it was." in text(refused)
    better = refused.context["alternatives"][0]
    form = {
        "start": better.value,
        "version": refused.context["version"],
        "nonce": refused.context["nonce"],
    }
    assert me.post(f"/b/{booking.ref}/move", form).status_code == 302
    booking.refresh_from_db()
    assert booking.starts_at == better.start


def test_a_stale_move_says_what_it_costs_now(me: Client, booked: Callable[..., Booking]) -> None:
    booking = booked()
    page = me.get(f"/b/{booking.ref}/move")
    Booking.objects.filter(pk=booking.pk).update(policy=TWO_WEEKS.to_dict())

    stale = me.post(f"/b/{booking.ref}/move", move_form(page, 14))

    assert stale.status_code == 409
    assert "Moving now costs you: €25.00" in text(stale)
    booking.refresh_from_db()
    assert booking.starts_at == tomorrow_at(10, days=3)


@pytest.mark.parametrize("start", ["", "soon", "2026-11-24T10:00:00", "9" * 100])
def test_moving_to_no_time_is_refused(me: Client, booked: Callable[..., Booking], start: str) -> None:
    booking = booked()
    assert me.post(f"/b/{booking.ref}/move", {"start": start}).status_code == 422


def test_strangers_see_nothing(booked: Callable[..., Booking]) -> None:
    booking = booked()
    stranger = Client()
    stranger.force_login(make_user())

    for path in ("", "/checkout", "/calendar.ics", "/code.svg", "/cancel", "/move"):
        assert stranger.get(f"/b/{booking.ref}{path}").status_code == 404
    for path in ("/good", "/cancel", "/move"):
        assert stranger.post(f"/b/{booking.ref}{path}", {"start": "2030-01-01T10:00:00Z"}).status_code == 404


def test_a_held_time_can_be_let_go(me: Client, outlet: Outlet, service: Service, user: User) -> None:
    asked = [holds.ItemRequest(service.public_id)]
    held = holds.hold(
        principal=Principal(user=user), outlet=outlet.public_id, items=asked, start=tomorrow_at(10)
    ).booking
    page = me.get(f"/b/{held.ref}/cancel")
    assert "Nothing has been paid" in text(page)

    me.post(f"/b/{held.ref}/cancel", {"version": page.context["version"], "key": page.context["key"]})

    assert "You let this time go." in text(me.get(f"/b/{held.ref}"))


def test_a_home_visit_shows_where_it_goes(me: Client, outlet: Outlet, user: User) -> None:
    service = make_home_service(outlet)
    held = holds.hold(
        principal=Principal(user=user),
        outlet=outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=tomorrow_at(10),
        address=holds.Address("Kalevankatu 1", lat=60.1841, lng=24.9525, note="Door 3"),
    ).booking
    access = booking_for(Principal(user=user), held.ref)
    paying.pay(access=access, method="counter", return_url="http://testserver/")

    words = text(me.get(f"/b/{held.ref}"))

    assert "comes to you at 10:00" in words
    assert "Kalevankatu 1" in words
    assert "€50.00 to who comes" in words


def queries_of_the_list(client: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/bookings").status_code == 200
    return len(seen)


def test_the_list_costs_the_same_at_one_and_at_three(me: Client, booked: Callable[..., Booking]) -> None:
    booked(9, method="counter")
    me.get("/bookings")
    one = queries_of_the_list(me)
    booked(11, method="counter")
    booked(13, method="counter")

    assert queries_of_the_list(me) == one
    assert text(me.get("/bookings")).count("Confirmed") == 3


def test_an_empty_list_leads_to_a_time(client: Client) -> None:
    page = client.get("/bookings")
    assert "Nothing is booked" in text(page)
    assert "Sign in to see all of yours" in text(page)


def test_past_bookings_come_by_the_page(me: Client, booked: Callable[..., Booking]) -> None:
    first = booked(9, method="counter")
    page = me.get(f"/b/{first.ref}/cancel")
    me.post(f"/b/{first.ref}/cancel", {"version": page.context["version"], "key": page.context["key"]})
    ten_seconds_later()

    listed = me.get("/bookings?page=99")

    assert [each.ref for each in listed.context["page"]] == [first.ref]
    assert listed.context["upcoming"] == []
