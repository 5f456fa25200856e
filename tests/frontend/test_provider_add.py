"""A walk-in or a call: booked on one page, in the same slots, by whom it concerns."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.principals import Principal
from accounts.services.tokens import create_token
from bookings.errors import SlotNotOffered
from bookings.models import Booking
from bookings.services import holds
from common import clock
from common.clock import rfc3339
from providers.enums import Role
from tests.factories import make_home_service, make_member, make_option, make_outlet, make_service, make_staff
from tests.frontend.test_provider_day import Shop, at_ten, booked, shop, signed_in, text

__all__ = ["at_ten", "shop"]
pytestmark = pytest.mark.django_db


def url(shop: Shop) -> str:
    return f"{shop.url}/add"


def form(shop: Shop, **changes: Any) -> dict[str, Any]:
    """A filled-in page: a walk-in at eleven with Aino."""
    return {
        "do": "book",
        "key": str(uuid.uuid4()),
        "service": shop.service.public_id,
        "staff": shop.aino.public_id,
        "day": shop.day.isoformat(),
        "start": rfc3339(shop.at(11)),
        "time": "",
        "source": "walk_in",
        "name": "Ville Ranta",
        "phone": "",
        "email": "",
        **changes,
    }


def test_a_walk_in_is_booked_in_one_step(shop: Shop, at_ten: None) -> None:
    answer = shop.manager.post(url(shop), form(shop))
    booking = Booking.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"{shop.url}?day={shop.day}#{booking.ref}"
    assert (booking.status, booking.payment_state, booking.source) == ("confirmed", "counter", "walk_in")
    assert booking.starts_at == shop.at(11)
    assert booking.customer and (booking.customer.name, booking.customer.user_id) == ("Ville Ranta", None)
    assert "Ville Ranta" in text(shop.manager.get(shop.url))


def test_a_call_needs_no_name_and_may_come_at_any_minute(shop: Shop, at_ten: None) -> None:
    fields = form(shop, source="phone", name="", phone="040 123 4567", start="", time="10:07", staff="")
    assert shop.manager.post(url(shop), fields).status_code == 302
    booking = Booking.objects.get()
    assert (booking.source, booking.starts_at) == ("phone", shop.at(10) + timedelta(minutes=7))
    assert booking.customer and (booking.customer.name, booking.customer.phone) == ("", "+358401234567")


def test_a_tapped_gap_keeps_its_person_and_starts_with_what_they_do(shop: Shop, at_ten: None) -> None:
    maria = make_staff(shop.outlet, name="Maria Salo")
    nails = make_service(shop.outlet, staff=[maria], name="Zebra nails")
    page = shop.manager.get(f"{url(shop)}?day={shop.day}&time=11:00&staff={maria.public_id}")
    choice = page.context["choice"]
    assert (choice.offering.service, choice.person) == (nails, maria)
    assert choice.start == rfc3339(shop.at(11))
    # Somebody who does nothing here, or is of elsewhere, leaves the list as it begins.
    stranger = make_staff(make_outlet(), name="Somebody")
    choice = shop.manager.get(f"{url(shop)}?day={shop.day}&staff={stranger.public_id}").context["choice"]
    assert (choice.offering.service, choice.person) == (shop.service, None)


def test_sent_twice_it_is_booked_once(shop: Shop, at_ten: None) -> None:
    fields = form(shop)
    first, second = (shop.manager.post(url(shop), fields) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_a_taken_time_offers_others_and_loses_nothing(shop: Shop, at_ten: None) -> None:
    option = make_option(shop.service)
    booked(shop, 11, shop.aino)
    answer = shop.manager.post(
        url(shop),
        form(shop, name="Ville", phone="0401234567", email="v@example.com", options=option.public_id),
    )
    assert answer.status_code == 409
    assert [time.start for time in answer.context["alternatives"]] != []
    page = answer.content.decode()
    for kept in ('value="Ville"', 'value="0401234567"', 'value="v@example.com"', f'value="{shop.day}"'):
        assert kept in page
    assert re.search(rf'value="{option.public_id}"[^>]* checked', page)
    assert Booking.objects.count() == 1
    # One of them, chosen there, is booked.
    start = answer.context["alternatives"][0].value
    assert shop.manager.post(url(shop), form(shop, start=start, phone="")).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " ", "phone": ""}, "name"),
        ({"phone": "12"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"start": ""}, "time"),
        ({"start": "yesterday"}, "time"),
        ({"start": "2020-01-01T10:00:00Z"}, "time"),
        ({"time": "25:00"}, "time"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    shop: Shop, at_ten: None, changes: dict[str, str], field: str
) -> None:
    answer = shop.manager.post(url(shop), form(shop, **changes))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Booking.objects.count() == 0


def test_choosing_shows_the_times_and_keeps_what_was_typed(shop: Shop, at_ten: None) -> None:
    option = make_option(shop.service, extra_min=60, price_amount=1000)
    fields = form(shop, do="times", options=option.public_id, name="Ville", time="10:07")
    answer = shop.manager.post(url(shop), fields)
    assert answer.status_code == 200
    assert answer.context["total"].amount == 6000
    assert 'value="Ville"' in answer.content.decode()
    assert 'value="10:07"' in answer.content.decode()
    assert "error" not in text(answer)
    last = max(time.end for part in answer.context["parts"] for time in part.times)
    assert last == shop.at(17)
    assert Booking.objects.count() == 0


def test_this_very_minute_comes_first_without_the_customers_notice(shop: Shop) -> None:
    with clock.at(shop.at(10) + timedelta(minutes=7, seconds=30)):
        page = shop.manager.get(url(shop))
        assert page.context["at_once"].start == shop.at(10) + timedelta(minutes=7)
        assert page.context["parts"][0].times[0].start == shop.at(10) + timedelta(minutes=15)


def test_no_minute_is_offered_when_nobody_is_free_or_it_is_closed(shop: Shop) -> None:
    booked(shop, 10, shop.aino)
    booked(shop, 10, shop.juho)
    with clock.at(shop.at(10)):
        page = shop.manager.get(url(shop))
        assert page.context["at_once"] is None
        assert page.context["parts"][0].times[0].start == shop.at(11)
    with clock.at(shop.at(20)):
        assert shop.manager.get(url(shop)).context["at_once"] is None


# Who books whom


def test_staff_book_themselves_whoever_they_name(shop: Shop, at_ten: None) -> None:
    page = shop.staff.get(url(shop))
    assert page.context["choice"].people == [shop.aino]
    assert shop.staff.post(url(shop), form(shop, staff=shop.juho.public_id)).status_code == 302
    assert Booking.objects.get().items.get().staff == shop.aino


def test_staff_who_do_nothing_there_are_told(shop: Shop) -> None:
    nobody = signed_in(shop.outlet, Role.STAFF)
    page = nobody.get(url(shop))
    assert "You do nothing that is sold here" in text(page)
    assert nobody.post(url(shop), form(shop)).status_code == 422
    assert Booking.objects.count() == 0


def test_ids_of_another_business_mean_nothing(shop: Shop, at_ten: None) -> None:
    other = make_outlet()
    person = make_staff(other)
    service = make_service(other, staff=[person])
    option = make_option(service)
    shop.manager.post(
        url(shop),
        form(shop, service=service.public_id, staff=person.public_id, options=option.public_id),
    )
    item = Booking.objects.get().items.get()
    assert (item.service, len(item.lines)) == (shop.service, 1)
    assert item.staff in (shop.aino, shop.juho)
    assert (
        shop.manager.get(f"/provider/{shop.outlet.provider.public_id}/{other.public_id}/day/add").status_code
        == 404
    )


# At the customer's


def test_a_home_visit_asks_where_to(shop: Shop, at_ten: None) -> None:
    home = make_home_service(shop.outlet, staff=[shop.aino])
    fields = form(shop, service=home.public_id)
    answer = shop.manager.post(url(shop), fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["address_line"]


# Through the API


def ask(shop: Shop, role: Role, person: Any = None, **more: Any) -> Any:
    user = make_member(shop.outlet.provider, role, staff=person)
    _, secret = create_token(user=user, name="app", scopes=["bookings:write"])
    return Client().post(
        f"/api/v1/outlets/{shop.outlet.public_id}/visits",
        {
            "service": shop.service.public_id,
            "start": rfc3339(shop.at(11) + timedelta(minutes=3)),
            "source": "phone",
            "customer": {"name": "Ville"},
            **more,
        },
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid.uuid4())},
    )


def test_the_api_books_at_once(shop: Shop) -> None:
    answer = ask(shop, Role.MANAGER)
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["payment"]) == ("confirmed", "counter")


def test_the_api_refuses_staff_a_colleague(shop: Shop) -> None:
    answer = ask(shop, Role.STAFF, shop.juho, staff=shop.aino.public_id)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert Booking.objects.count() == 0


def test_the_api_names_alternatives_of_a_taken_minute(shop: Shop) -> None:
    booked(shop, 11, shop.juho)
    answer = ask(shop, Role.OWNER, staff=shop.juho.public_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert len(answer.json()["alternatives"]) == 3


def test_the_api_needs_a_name_or_a_phone(shop: Shop) -> None:
    answer = ask(shop, Role.OWNER, customer={"name": " "})
    assert (answer.status_code, answer.json()["code"]) == (422, "contact_needed")


def test_a_member_of_staff_holds_a_colleagues_time_as_a_customer_would(shop: Shop) -> None:
    user = make_member(shop.outlet.provider, Role.STAFF)
    with pytest.raises(SlotNotOffered):
        holds.hold(
            principal=Principal(user=user),
            outlet=shop.outlet.public_id,
            items=[holds.ItemRequest(shop.service.public_id, staff=shop.juho.public_id)],
            start=shop.at(11) + timedelta(minutes=3),
        )
