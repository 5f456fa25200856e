"""A visit dropped on the board: what it would do is said first, then it is done, and taken back."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer
from bookings.models import Booking
from bookings.services import lengths
from common import clock
from common.clock import rfc3339
from providers.enums import Role
from tests.factories import make_outlet, make_staff
from tests.frontend.test_provider_day import Shop, at_ten, booked, shop, signed_in, text
from tests.frontend.test_provider_visits import board, item_of

__all__ = ["at_ten", "shop"]
pytestmark = pytest.mark.django_db


def asked(shop: Shop, client: Client, booking: Booking, **query: str) -> Any:
    return client.get(shop.visit_url(booking, "drop"), query)


def fields_of(page: Any) -> dict[str, str]:
    """What the form of the answered part would send."""
    return dict(
        re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page.content.decode())
    ) | {"key": str(uuid.uuid4())}


def send(shop: Shop, client: Client, booking: Booking, fields: dict[str, str]) -> Any:
    return client.post(shop.visit_url(booking, "drop"), fields)


def dropped(shop: Shop, client: Client, booking: Booking, **query: str) -> Any:
    """Asked, and agreed to."""
    return send(shop, client, booking, fields_of(asked(shop, client, booking, **query)))


def test_what_a_drop_would_do_is_said_before_it_is_done(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    page = asked(shop, shop.manager, booking, start=rfc3339(shop.at(14)), staff=shop.juho.public_id)
    said = text(page)
    assert "Move Helmi Virtanen?" in said
    assert "14:00–15:00" in said
    assert "Juho Kallio" in said
    assert "It stays €50.00." in said
    assert "They had asked for Aino Rinne." in said
    assert "need not agree" in said
    assert item_of(booking).starts_at == shop.at(11)


def test_who_cannot_be_told_and_hours_that_are_left_are_said(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    Customer.objects.filter(bookings=booking).update(user=None, is_main=False, email=None)
    said = text(asked(shop, shop.manager, booking, start=rfc3339(shop.at(20))))
    assert "Left no e-mail: tell them yourself." in said
    assert "Outside the hours of Aino Rinne." in said


def test_who_does_not_do_it_is_named(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    veera = make_staff(shop.outlet, name="Veera")

    page = asked(shop, shop.manager, booking, start=rfc3339(shop.at(14)), staff=veera.public_id)

    assert page.status_code == 422
    assert f"Veera does not do this here: {booking.service_names}." in text(page)


def test_it_moves_to_a_colleague_and_back(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    done = dropped(shop, shop.manager, booking, start=rfc3339(shop.at(14)), staff=shop.juho.public_id)
    assert "Moved:" in text(done)
    assert (item_of(booking).staff, item_of(booking).starts_at) == (shop.juho, shop.at(14))

    back = send(shop, shop.manager, booking, fields_of(done))
    assert "It is where it was." in text(back)
    assert "Undo" not in text(back)
    assert (item_of(booking).staff, item_of(booking).starts_at) == (shop.aino, shop.at(11))


def test_what_was_taken_meanwhile_cannot_be_taken_back(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    done = dropped(shop, shop.manager, booking, start=rfc3339(shop.at(14)))
    booked(shop, 11, shop.aino, name="Somebody Else")
    back = send(shop, shop.manager, booking, fields_of(done))
    assert back.status_code == 409
    assert "It cannot go back: This time has just been taken." in text(back)
    assert item_of(booking).starts_at == shop.at(14)


def test_a_drop_on_a_colleagues_visit_is_refused_with_the_reason_and_others(shop: Shop, at_ten: None) -> None:
    booking, _other = booked(shop, 11, shop.aino), booked(shop, 14, shop.aino)
    page = asked(shop, shop.manager, booking, start=rfc3339(shop.at(14)), staff=shop.aino.public_id)
    assert page.status_code == 409
    assert "The visit is where it was" in text(page)
    assert "This time has just been taken." in text(page)
    assert len(page.context["alternatives"]) == 3


def test_what_somebody_changed_since_the_board_was_shown_is_refused(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    seen = lengths.version_of(booking)
    dropped(shop, shop.manager, booking, start=rfc3339(shop.at(14)))
    page = asked(shop, shop.manager, booking, start=rfc3339(shop.at(15)), seen=seen)
    assert page.status_code == 409
    assert "Somebody has changed this visit" in text(page)


def test_a_sent_twice_drop_moves_once_and_offers_the_same_way_back(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    fields = fields_of(asked(shop, shop.manager, booking, start=rfc3339(shop.at(14))))
    answers = [send(shop, shop.manager, booking, fields) for _ in range(2)]
    assert [fields_of(each)["start"] for each in answers] == [rfc3339(shop.at(11))] * 2
    assert Booking.objects.get(pk=booking.pk).version == booking.version + 1


def test_an_old_preview_is_not_done(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    fields = fields_of(asked(shop, shop.manager, booking, start=rfc3339(shop.at(14))))
    Booking.objects.filter(pk=booking.pk).update(version=9)
    assert send(shop, shop.manager, booking, fields).status_code == 409
    assert item_of(booking).starts_at == shop.at(11)


def test_another_length_is_said_done_and_taken_back(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    said = text(asked(shop, shop.manager, booking, minutes="90"))
    assert "Another length for Helmi Virtanen?" in said
    assert "11:00–12:30" in said
    done = dropped(shop, shop.manager, booking, minutes="90")
    assert "Changed: it ends at 12:30." in text(done)
    assert item_of(booking).duration_min == 90
    send(shop, shop.manager, booking, fields_of(done))
    assert item_of(booking).duration_min == 60


def test_by_the_keyboard_it_is_asked_where_to(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    page = asked(shop, shop.manager, booking)
    assert page.context["people"] == [shop.aino, shop.juho]
    assert "Or another length, in minutes" in text(page)
    found = asked(shop, shop.manager, booking, day=str(shop.day), time="14:10", staff="")
    assert "14:10–15:10" in text(found)
    assert asked(shop, shop.manager, booking, day=str(shop.day), time="25:99").status_code == 200


def test_what_has_begun_stays(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    shop.mark(shop.manager, booking, "check_in")
    assert asked(shop, shop.manager, booking).status_code == 409
    assert asked(shop, shop.manager, booking, start=rfc3339(shop.at(14))).status_code == 409


def test_staff_move_their_own_and_give_nothing_away(shop: Shop, at_ten: None) -> None:
    mine, theirs = booked(shop, 11, shop.aino), booked(shop, 11, shop.juho)
    later = rfc3339(shop.at(14))
    assert asked(shop, shop.staff, mine, start=later).status_code == 200
    assert asked(shop, shop.staff, mine, start=later, staff=shop.juho.public_id).status_code == 403
    for query in ({}, {"start": later}, {"minutes": "90"}):
        assert asked(shop, shop.staff, theirs, **query).status_code == 403
    assert asked(shop, signed_in(make_outlet(), Role.OWNER), mine).status_code == 404


# The board's marks for it


def test_who_may_move_what_is_marked(shop: Shop, at_ten: None) -> None:
    booked(shop, 11, shop.aino)
    booked(shop, 12, shop.juho)
    marked = {
        name: [
            part.moves
            for lane in board(shop, client, day=str(shop.day)).context["lanes"]
            for part in lane.parts
            if part.block
        ]
        for name, client in (("manager", shop.manager), ("staff", shop.staff))
    }
    assert marked == {"manager": [True, True], "staff": [True, False]}


@pytest.mark.parametrize(
    ("tapped", "chosen", "typed"),
    [("13:00", 13, None), ("13:31", None, "13:31"), ("09:00", None, None), ("99:99", None, None)],
)
def test_a_tapped_gap_fills_in_who_and_when(
    shop: Shop, tapped: str, chosen: int | None, typed: str | None
) -> None:
    """Its plate is chosen; a minute without a plate is typed; one that is over means now."""
    with clock.at(shop.at(10)):
        page = board(shop, shop.manager, day=str(shop.day)).content.decode()
        found = re.search(r'data-free data-sheet href="([^"]*)"', page)
        assert found
        address = found[1].replace("&amp;", "&")
        assert address.endswith("time=10:00")
        form = shop.manager.get(address.replace("time=10:00", f"time={tapped}"))
    assert form.context["choice"].person == shop.aino
    assert form.context["choice"].start == (rfc3339(shop.at(chosen)) if chosen else "")
    assert form.context["form"].initial.get("time") == typed
    # Of the ways to say when, one is chosen.
    starts = re.findall(r'name="start" value="[^"]*" checked', form.content.decode())
    assert len(starts) == (0 if typed else 1)


def test_a_week_of_one_has_days_for_columns(shop: Shop) -> None:
    booked(shop, 11, shop.aino)
    with clock.at(shop.at(10)):
        page = board(shop, shop.manager, view="week", day=str(shop.day), who=shop.aino.public_id)
    lanes = page.context["lanes"]
    assert len(lanes) == 7
    monday = shop.day - timedelta(days=shop.day.weekday())
    assert [lane.day for lane in lanes] == [monday + timedelta(days=n) for n in range(7)]
    assert {lane.who for lane in lanes} == {shop.aino.public_id}
    assert [lane.day for lane in lanes if lane.visits] == [shop.day]
    assert [lane.day for lane in lanes if lane.chosen] == [shop.day]


def test_everybodys_week_lists_each_visit_once(shop: Shop) -> None:
    booked(shop, 11, shop.aino)
    booked(shop, 12, shop.juho, name="Kari Jokinen")
    page = board(shop, shop.manager, view="week", day=str(shop.day), who="all")
    lists = {
        day: [line.booking.customer.name for line in lines] for day, _now, lines in page.context["lists"]
    }
    assert lists[shop.day] == ["Helmi Virtanen", "Kari Jokinen"]
    assert sum(map(len, lists.values())) == 2
    assert "Aino Rinne" in text(page)
