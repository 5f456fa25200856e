"""A service that asks for acceptance, as its customer and its provider see it on their pages."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.principals import Principal
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.services import expiry, holds, paying
from common import clock
from providers.enums import Role
from tests.factories import tomorrow_at
from tests.frontend.booking_steps import held_by, pay, text
from tests.frontend.test_provider_day import Shop, shop, signed_in

__all__ = ["shop"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(shop: Shop) -> Iterator[Shop]:
    """It asks for acceptance within 24 hours."""
    shop.service.needs_acceptance = True
    shop.service.save()
    yield shop


def asked(shop: Shop, hour: int = 10, *, days: int = 3, staff: str = "") -> Booking:
    """A guest's request."""
    held = holds.hold(
        principal=Principal(),
        outlet=shop.outlet.public_id,
        items=[holds.ItemRequest(shop.service.public_id, staff=staff or shop.aino.public_id)],
        start=tomorrow_at(hour, days=days),
        contact=holds.Contact(f"Helmi {hour}", f"helmi{hour}.{days}@example.com"),
    )
    access = booking_for(held.opened_by(Principal()), held.booking.ref)
    paying.pay(access=access, method="counter", return_url="")
    held.booking.refresh_from_db()
    return held.booking


def overview(shop: Shop) -> str:
    return f"/provider/{shop.outlet.provider.public_id}/"


def answer(shop: Shop, client: Client, booking: Booking, action: str, **more: str) -> Any:
    fields = {"key": str(uuid.uuid4()), **more}
    return client.post(shop.visit_url(booking, action), fields, follow=True)


def test_the_checkout_says_before_paying_that_it_has_to_be_accepted_and_by_when(
    client: Client, asking: Shop
) -> None:
    booking = held_by(client, asking.outlet, asking.service, tomorrow_at(10, days=5))
    page = text(client.get(f"/b/{booking.ref}/checkout"))
    assert f"{asking.outlet.name} still has to accept, by " in page
    assert "If they cannot, you get everything back." in page
    assert "Pay €50.00 and ask" in page


def test_a_request_waits_is_shown_with_its_due_time_and_can_be_given_up(client: Client, asking: Shop) -> None:
    booking = held_by(client, asking.outlet, asking.service, tomorrow_at(10, days=5))
    sent = pay(client, booking)
    assert sent.status_code == 302
    page = client.get(sent["Location"])
    assert "Waiting for the provider" in text(page)
    assert f"{asking.outlet.name} answers by " in text(page)
    assert "As long as they have not accepted, cancelling costs nothing." in text(page)
    assert page.context["code"] == ""
    assert not page.context["has_calendar"]
    assert client.get(f"/b/{booking.ref}/calendar.ics").status_code == 404
    assert "Waiting for the provider" in text(client.get("/bookings"))


def test_declined_it_says_so_with_the_reason_and_stays_in_the_list(client: Client, asking: Shop) -> None:
    booking = held_by(client, asking.outlet, asking.service, tomorrow_at(10, days=5))
    pay(client, booking)
    answer(asking, asking.manager, booking, "decline", reason="Aino is <ill>.")

    page = text(client.get(f"/b/{booking.ref}"))

    assert f"{asking.outlet.name} cannot take this visit. Nothing was paid, and nothing is kept." in page
    assert "Aino is &lt;ill&gt;." in page
    assert "Declined" in text(client.get("/bookings"))


def test_left_unanswered_it_says_so(client: Client, asking: Shop) -> None:
    booking = held_by(client, asking.outlet, asking.service, tomorrow_at(10, days=5))
    pay(client, booking)
    Booking.objects.update(accept_by=clock.now() - timedelta(seconds=1))
    expiry.decline_unanswered()
    assert f"{asking.outlet.name} did not answer in time." in text(client.get(f"/b/{booking.ref}"))


def test_requests_of_any_day_stand_on_the_overview_and_the_day_the_most_urgent_first(asking: Shop) -> None:
    # So long that the visits, not the hours, decide by when: whatever the time of day is now.
    asking.service.acceptance_hours = 72
    asking.service.save()
    later, sooner = asked(asking, days=9), asked(asking, 12, days=1)
    for url in (overview(asking), asking.url):
        page = asking.manager.get(url)
        assert "2 requests to answer" in text(page)
        assert [row.booking for row in page.context["waiting"]] == [sooner, later]
        # Once: not among the visits of their day, too.
        assert page.content.decode().count(f'id="{sooner.ref}"') == 1
    day = asking.manager.get(f"{asking.url}?day={sooner.local_start.date().isoformat()}")
    assert day.content.decode().count(f'id="{sooner.ref}"') == 1


def test_a_manager_accepts_and_the_visit_is_on_its_day(asking: Shop) -> None:
    booking = asked(asking)
    page = answer(asking, asking.manager, booking, "accept")
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert page.redirect_chain[-1][0].endswith(f"?day={booking.local_start.date().isoformat()}#{booking.ref}")
    assert "Accepted. The customer is told." in text(page)
    assert page.context["waiting"] == []


def test_from_the_overview_one_comes_back_to_it(asking: Shop) -> None:
    booking = asked(asking)
    page = answer(asking, asking.manager, booking, "decline", back="overview", reason="")
    assert page.redirect_chain[-1][0] == overview(asking)
    assert "Declined. The customer is told." in text(page)


def test_the_person_asked_answers_and_a_colleague_only_sees_it(asking: Shop) -> None:
    mine, theirs = asked(asking, 10), asked(asking, 13, staff=asking.juho.public_id)
    page = asking.staff.get(overview(asking))
    assert [(row.booking, row.may) for row in page.context["waiting"]] == [(mine, True), (theirs, False)]
    assert "Juho Kallio or a manager answers." in text(page)
    assert "may not" in text(answer(asking, asking.staff, theirs, "accept"))
    theirs.refresh_from_db()
    assert theirs.status == "requested"
    answer(asking, asking.staff, mine, "accept")
    mine.refresh_from_db()
    assert mine.status == "confirmed"


def test_an_answer_that_comes_too_late_is_told_on_the_page(asking: Shop) -> None:
    booking = asked(asking)
    Booking.objects.update(accept_by=clock.now() - timedelta(seconds=1))
    assert "The time to answer is over." in text(answer(asking, asking.manager, booking, "accept"))


def test_others_requests_are_not_there(asking: Shop) -> None:
    booking = asked(asking)
    from tests.factories import make_outlet

    rival = signed_in(make_outlet(), Role.OWNER)
    assert answer(asking, rival, booking, "accept").status_code == 404
    booking.refresh_from_db()
    assert booking.status == "requested"


def test_one_and_three_requests_cost_the_same_queries(asking: Shop) -> None:
    counts = []
    for hours in ((10,), (12, 14)):
        for hour in hours:
            asked(asking, hour)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            asking.manager.get(overview(asking))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_hours_and_the_wish_are_set_on_the_services_page(shop: Shop) -> None:
    url = f"/provider/{shop.outlet.provider.public_id}/services/{shop.service.public_id}/"
    page = shop.manager.get(url)
    fields = {
        name: page.context["form"].initial.get(name, "")
        for name in page.context["form"].fields
        if name not in ("needs_acceptance", "acceptance_hours")
    }
    sent = shop.manager.post(url, {**fields, "needs_acceptance": "on", "acceptance_hours": "36"})
    assert sent.status_code == 302
    shop.service.refresh_from_db()
    assert (shop.service.needs_acceptance, shop.service.acceptance_hours) == (True, 36)
    for hours in ("0", "73", "x"):
        assert shop.manager.post(url, {**fields, "acceptance_hours": hours}).status_code == 422
    # A page that was opened before there was such a field.
    assert shop.manager.post(url, fields).status_code == 302
    shop.service.refresh_from_db()
    assert (shop.service.needs_acceptance, shop.service.acceptance_hours) == (False, 36)
    assert "they accept within" not in text(Client().get(f"/o/{shop.outlet.public_id}", follow=True))
