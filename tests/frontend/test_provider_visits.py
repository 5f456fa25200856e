"""One visit at the desk: its money, a word to the customer, another time or person; and the camera's check-in."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer
from bookings.errors import StaffNotAble
from bookings.models import Booking, VisitMessage
from bookings.selectors.front_desk import move_times
from common import clock
from common.clock import rfc3339
from payments.models import Payment
from providers.enums import Role
from providers.models import Skill
from tests.factories import make_outlet
from tests.frontend.test_provider_day import (
    Shop,
    at_ten,
    booked,
    held,
    row_of,
    shop,
    signed_in,
    status,
    text,
)

__all__ = ["at_ten", "shop"]
pytestmark = pytest.mark.django_db


def send(shop: Shop, client: Client, booking: Booking, where: str, **fields: str) -> Any:
    return client.post(shop.visit_url(booking, where), {"key": str(uuid.uuid4()), **fields}, follow=True)


def pay(shop: Shop, client: Client, booking: Booking, **fields: str) -> Any:
    given = {"amount": str(booking.total_amount), "means": "cash", **fields}
    return send(shop, client, booking, "payment", **given)


# Money


def test_the_day_leads_to_taking_the_money(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    row = row_of(shop.staff.get(shop.url), booking)
    assert f"visits/{booking.ref}/#pay" in row
    assert "Take €50.00" in row
    other = booked(shop, 12, shop.juho)
    assert "Take €50.00" not in row_of(shop.staff.get(shop.url), other)


def test_the_money_of_the_day_says_how_it_came(shop: Shop, at_ten: None) -> None:
    first, second = booked(shop, 11, shop.aino), booked(shop, 12, shop.aino)
    booked(shop, 13, shop.aino)
    pay(shop, shop.manager, first)
    pay(shop, shop.manager, second, means="terminal", note="7")
    money = shop.manager.get(shop.url).context["money"]
    assert {name: each.amount for name, each in money.items()} == {
        "online": 0,
        "cash": 5000,
        "terminal": 5000,
        "counter": 0,
        "due": 5000,
        "all": 15000,
    }


def test_money_and_end_in_one_step(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    for action in ("check_in", "start"):
        shop.mark(shop.manager, booking, action)
    page = pay(shop, shop.staff, booking, finish="1")
    assert "Payment noted." in text(page)
    assert status(booking) == "completed"
    assert Payment.objects.get().means == "cash"


def test_a_sent_twice_form_notes_once(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    key = str(uuid.uuid4())
    for _ in range(2):
        assert "Payment noted." in text(pay(shop, shop.manager, booking, key=key))
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"amount": "1"}, {"amount": "x"}, {"amount": ""}, {"means": "shells"}, {"means": ""}]
)
def test_another_amount_or_way_is_refused_in_words(shop: Shop, at_ten: None, fields: dict[str, str]) -> None:
    booking = booked(shop, 11, shop.aino)
    page = pay(shop, shop.manager, booking, **fields)
    assert "notice--brick" in page.content.decode()
    assert Payment.objects.count() == 0


def test_a_manager_takes_it_back_and_staff_cannot(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    pay(shop, shop.staff, booking, note="Receipt 7")
    assert "That is wrong" not in text(shop.staff.get(shop.visit_url(booking, "")))
    assert send(shop, shop.staff, booking, "payment/back", reason="Mine").status_code == 403
    assert "Receipt 7" in text(shop.manager.get(shop.visit_url(booking, "")))
    page = send(shop, shop.manager, booking, "payment/back", reason="Typed twice")
    assert "Taken back" in text(page)
    assert page.context["may_take"]


# Messages


def test_a_message_stands_on_both_pages(shop: Shop, at_ten: None) -> None:
    access = held(shop, 11, shop.aino)
    booking = access.booking
    Booking.objects.filter(pk=booking.pk).update(status="confirmed")
    page = send(shop, shop.staff, booking, "message", text="Come in by the yard.")
    assert "Come in by the yard." in text(page)
    customer = Client()
    assert access.principal.user
    customer.force_login(access.principal.user)
    assert "Come in by the yard." in text(customer.get(f"/b/{booking.ref}"))
    # Members read it at their desk.
    assert "Come in by the yard." not in text(shop.manager.get(f"/b/{booking.ref}"))


def test_a_refused_message_keeps_its_words(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    Customer.objects.filter(bookings=booking).update(user=None, is_main=False, email=None)
    answer = send(shop, shop.staff, booking, "message", text="Hello there")
    assert answer.status_code == 409
    assert answer.context["form"].errors["text"] == ["They left no e-mail."]
    assert answer.context["form"].data["text"] == "Hello there"
    assert send(shop, shop.staff, booking, "message", text=" ").status_code == 422
    assert VisitMessage.objects.count() == 0


def test_a_colleague_sees_the_visit_but_neither_money_nor_words(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.juho)
    pay(shop, shop.manager, booking, note="Receipt 7")
    send(shop, shop.manager, booking, "message", text="Come in by the yard.")
    page = shop.staff.get(shop.visit_url(booking, ""))
    assert page.status_code == 200
    for hidden in ("Receipt 7", "Come in by the yard", "+358401234567", "Take the payment"):
        assert hidden not in text(page)


# Moving


def move(shop: Shop, client: Client, booking: Booking, **fields: str) -> Any:
    shown = client.get(shop.visit_url(booking, "move"))
    given = {"do": "move", "version": shown.context["version"], "day": str(shop.day), **fields}
    return send(shop, client, booking, "move", **given)


def item_of(booking: Booking) -> Any:
    return Booking.objects.get(pk=booking.pk).items.get()


def test_who_may_not_be_given_to_the_service_is_not_offered_a_visit(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    assert shop.juho in shop.manager.get(shop.visit_url(booking, "move")).context["people"]
    Skill.objects.filter(staff=shop.juho).update(held_back=True)

    page = shop.manager.get(shop.visit_url(booking, "move"))

    assert page.context["people"] == [shop.aino]
    with pytest.raises(StaffNotAble):
        move_times(booking, day=shop.day, staff=shop.juho.public_id)


def test_a_visit_moves_to_another_time(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    page = move(shop, shop.staff, booking, start=rfc3339(shop.at(14)))
    assert "Moved." in row_of(page, booking)
    assert item_of(booking).starts_at == shop.at(14)


def test_a_manager_gives_it_to_a_colleague_at_any_minute(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    move(shop, shop.manager, booking, staff=shop.juho.public_id, time="11:07")
    item = item_of(booking)
    assert (item.staff, item.starts_at) == (shop.juho, shop.at(11) + timedelta(minutes=7))


def test_staff_give_nobody_their_visits(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    move(shop, shop.staff, booking, staff=shop.juho.public_id, start=rfc3339(shop.at(14)))
    assert item_of(booking).staff == shop.aino


def test_a_taken_time_leaves_it_and_offers_others(shop: Shop, at_ten: None) -> None:
    booking, _other = booked(shop, 11, shop.aino), booked(shop, 14, shop.aino)
    answer = move(shop, shop.manager, booking, start=rfc3339(shop.at(14)))
    assert answer.status_code == 409
    assert len(answer.context["alternatives"]) == 3
    assert item_of(booking).starts_at == shop.at(11)


def test_a_stale_preview_and_no_time_are_refused(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    assert move(shop, shop.manager, booking, start=rfc3339(shop.at(14)), version="old").status_code == 409
    assert move(shop, shop.manager, booking).status_code == 422
    assert move(shop, shop.manager, booking, time="9999").status_code == 422
    assert item_of(booking).starts_at == shop.at(11)


def test_choosing_a_day_shows_its_times_without_its_own_in_the_way(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    answer = send(shop, shop.manager, booking, "move", do="times", day=str(shop.day), time="12:34")
    starts = [time.start for part in answer.context["parts"] for time in part.times]
    assert shop.at(11) + timedelta(minutes=30) in starts
    assert shop.at(11) not in starts
    assert 'value="12:34"' in answer.content.decode()


def test_what_has_begun_does_not_move(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    shop.mark(shop.manager, booking, "check_in")
    page = shop.manager.get(shop.visit_url(booking, "move"), follow=True)
    assert page.redirect_chain[-1][0] == shop.visit_url(booking, "")
    assert "notice--brick" in page.content.decode()


# The camera


def scan(shop: Shop, client: Client, read: str) -> Any:
    fields = {"key": str(uuid.uuid4()), "scan": read}
    return client.post(shop.url.replace("/day", "/scan"), fields, follow=True)


def test_what_the_camera_read_checks_in(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    page = scan(shop, shop.staff, f"{booking.ref}:{booking.check_in_code}")
    assert "Checked in." in row_of(page, booking)
    assert status(booking) == "checked_in"


def test_a_wrong_square_says_so_and_counts_as_a_try(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    page = scan(shop, shop.staff, f"{booking.ref}:")
    assert 'role="alert"' in row_of(page, booking)
    assert Booking.objects.get(pk=booking.pk).check_in_tries == 1


@pytest.mark.parametrize("read", ["", "https://example.com", "HA-00000-00000:1234", ":", "x" * 500])
def test_anything_else_is_no_code(shop: Shop, at_ten: None, read: str) -> None:
    assert "This is no code of a visit here." in text(scan(shop, shop.staff, read))


def test_a_code_of_another_shop_is_none_here(shop: Shop, at_ten: None) -> None:
    second = make_outlet(shop.outlet.provider)
    booking = booked(shop, 11, shop.aino)
    fields = {"key": str(uuid.uuid4()), "scan": f"{booking.ref}:{booking.check_in_code}"}
    address = f"/provider/{second.provider.public_id}/{second.public_id}/scan"
    page = shop.manager.post(address, fields, follow=True)
    assert "This is no code of a visit here." in text(page)
    assert status(booking) == "confirmed"


def test_the_camera_is_allowed_to_our_own_pages_only(shop: Shop) -> None:
    page = shop.staff.get(shop.url)
    assert page.headers["Permissions-Policy"].startswith("camera=(self)")
    assert re.search(r"<form [^>]*data-scan hidden>", page.content.decode())


# The board


def board(shop: Shop, client: Client, **query: str) -> Any:
    return client.get(shop.url.replace("/day", "/board"), query)


def placed(page: Any, name: str) -> list[tuple[str, str]]:
    """(kind, classes) of everything in a lane, in order."""
    [lane] = [lane for lane in page.context["lanes"] if lane.name == name]
    return [(part.kind.split()[0], part.css) for part in lane.parts]


def test_the_board_shows_visits_free_time_and_time_off(shop: Shop) -> None:
    booked(shop, 11, shop.aino)
    with clock.at(shop.at(10)):
        page = board(shop, shop.manager)
        assert placed(page, "Aino Rinne") == [
            ("free", "at-h1 at-m0 for-h1 for-m0"),
            ("visit", "at-h2 at-m0 for-h1 for-m0"),
            ("free", "at-h3 at-m0 for-h5 for-m0"),
        ]
        assert page.context["now_css"] == "at-h1 at-m0"
        assert [lane.chosen for lane in page.context["lanes"]] == [True, False]
    assert "style=" not in page.content.decode().split("<main")[1].split("</main")[0]


def test_a_visit_outside_hours_widens_the_board(shop: Shop) -> None:
    booking = booked(shop, 11, shop.aino)
    move(shop, shop.manager, booking, time="18:07")
    with clock.at(shop.at(10)):
        page = board(shop, shop.manager)
    assert page.context["hours"] == 11
    assert placed(page, "Aino Rinne")[-1] == ("visit", "at-h9 at-m5 for-h1 for-m0")
    assert ("off", "at-h8 at-m0 for-h3 for-m0") in placed(page, "Aino Rinne")


def test_staff_are_offered_their_own_free_time_only(shop: Shop) -> None:
    with clock.at(shop.at(10)):
        page = board(shop, shop.staff)
        assert [kind for kind, _css in placed(page, "Aino Rinne")] == ["free"]
        assert placed(page, "Juho Kallio") == []
        # Their own column first on a phone.
        assert [lane.name for lane in page.context["lanes"] if lane.chosen] == ["Aino Rinne"]


def test_one_column_is_chosen_by_its_address(shop: Shop) -> None:
    page = board(shop, shop.manager, who=shop.juho.public_id, day=str(shop.day))
    assert [lane.name for lane in page.context["lanes"] if lane.chosen] == ["Juho Kallio"]
    assert board(shop, shop.manager, who="nobody", day="never").status_code == 200


def test_the_board_is_of_this_business(shop: Shop) -> None:
    assert board(shop, signed_in(make_outlet(), Role.OWNER)).status_code == 404


def test_more_visits_take_no_more_queries(shop: Shop, django_assert_max_num_queries: Any) -> None:
    booked(shop, 11, shop.aino)
    board(shop, shop.manager, day=str(shop.day))
    with django_assert_max_num_queries(26):
        board(shop, shop.manager, day=str(shop.day))
    for hour in (12, 13, 14):
        booked(shop, hour, shop.aino)
        booked(shop, hour, shop.juho)
    with django_assert_max_num_queries(26):
        board(shop, shop.manager, day=str(shop.day))
