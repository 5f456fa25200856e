"""A visit of several services put together on the outlet's page, as in a basket that the address keeps."""

from typing import Any

import pytest
from django.test import Client

from bookings.models import Booking
from common.clock import rfc3339
from providers.models import Outlet, Service, StaffMember
from tests.factories import (
    make_group_service,
    make_home_service,
    make_outlet,
    make_service,
    make_staff,
    tomorrow_at,
)
from tests.frontend.booking_steps import send_hold, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet(name="Salon Tuuli")


@pytest.fixture
def aino(outlet: Outlet) -> StaffMember:
    return make_staff(outlet, name="Aino")


@pytest.fixture
def juho(outlet: Outlet) -> StaffMember:
    return make_staff(outlet, name="Juho")


@pytest.fixture
def cut(outlet: Outlet, aino: StaffMember, juho: StaffMember) -> Service:
    return make_service(outlet, staff=[aino, juho], name="Cut", duration_min=30, price_amount=4000)


@pytest.fixture
def colour(outlet: Outlet, aino: StaffMember, juho: StaffMember) -> Service:
    return make_service(outlet, staff=[aino, juho], name="Colour", duration_min=60, price_amount=9000)


def choices(page: Any) -> dict[str, Any]:
    return {
        line.offering.service.name: line.choice for group in page.context["groups"] for line in group["lines"]
    }


def open_page(client: Client, outlet: Outlet, what: str = "") -> Any:
    answer = client.get(f"/o/{outlet.public_id}/salon-tuuli", {"with": what} if what else {})
    assert answer.status_code == 200
    return answer


def test_services_are_added_and_taken_out_by_links_alone(
    client: Client, outlet: Outlet, cut: Service, colour: Service
) -> None:
    first = client.get(choices(open_page(client, outlet))["Cut"].url)
    both = client.get(choices(first)["Colour"].url)

    visit = both.context["visit"]
    assert (visit.minutes, visit.price.amount) == (90, 13000)
    assert visit.times_url == f"/o/{outlet.public_id}/book/{cut.public_id}+{colour.public_id}"
    assert visit.slots[0].value.startswith(f"{outlet.public_id}:{cut.public_id}+{colour.public_id}:")
    assert "€130" in text(both) and "1 h 30 min in all" in text(both)
    assert all(choice.chosen for choice in choices(both).values())
    less = client.get(choices(both)["Cut"].url)
    assert [part.service.name for part in less.context["visit"].parts] == ["Colour"]
    assert client.get(choices(less)["Colour"].url).context["visit"] is None


def test_the_picker_leads_back_to_the_same_visit(
    client: Client, outlet: Outlet, cut: Service, colour: Service
) -> None:
    both = open_page(client, outlet, f"{cut.public_id}+{colour.public_id}")
    picker = client.get(both.context["visit"].times_url)
    back = client.get(picker.context["outlet_url"])
    assert back.context["visit"].parts == both.context["visit"].parts
    # The outlet's short address keeps it, too.
    short = client.get(f"/o/{outlet.public_id}?with={cut.public_id}", follow=True)
    assert [part.service for part in short.context["visit"].parts] == [cut]


def test_what_cannot_go_together_is_not_offered(client: Client, outlet: Outlet, cut: Service) -> None:
    home = make_home_service(outlet)
    group = make_group_service(outlet)
    assert choices(open_page(client, outlet))["Workshop"] is None
    with_home = open_page(client, outlet, f"{cut.public_id}+{home.public_id}+{group.public_id}+svc_gone")
    assert [part.service for part in with_home.context["visit"].parts] == [cut]
    for nothing in ("svc_gone", "x+", "<", group.public_id):
        assert open_page(client, outlet, nothing).context["visit"] is None
    assert open_page(client, outlet, home.public_id).context["visit"].slots == []


def test_each_part_may_be_with_somebody_else(
    client: Client, outlet: Outlet, cut: Service, colour: Service, aino: StaffMember, juho: StaffMember
) -> None:
    picker = client.get(f"/o/{outlet.public_id}/book/{cut.public_id}+{colour.public_id}")
    first = picker.context["visit"].parts[0]
    assert [str(doer.person or "anyone") for doer in first.doers] == ["anyone", "Aino", "Juho"]
    with_juho = client.get(first.doers[2].url)
    mixed = client.get(with_juho.context["visit"].parts[1].doers[1].url)
    what = f"{cut.public_id}@{juho.public_id}+{colour.public_id}@{aino.public_id}"
    assert mixed.context["what"] == what
    assert mixed.context["people"] == []

    assert send_hold(client, f"{outlet.public_id}:{what}:{rfc3339(tomorrow_at(10))}").status_code == 302

    booking = Booking.objects.get()
    assert [(item.name, item.staff.name) for item in booking.items.all()] == [
        ("Cut", "Juho"),
        ("Colour", "Aino"),
    ]
    assert [item.staff_was_chosen for item in booking.items.all()] == [True, True]


def test_a_part_with_somebody_who_does_not_do_it_is_refused(
    client: Client, outlet: Outlet, cut: Service, colour: Service
) -> None:
    other = make_staff(outlet, name="Pekka")
    what = f"{cut.public_id}@{other.public_id}+{colour.public_id}"
    assert client.get(f"/o/{outlet.public_id}/book/{what}").status_code == 422


def test_a_part_moves_one_place_earlier(
    client: Client, outlet: Outlet, cut: Service, colour: Service
) -> None:
    picker = client.get(f"/o/{outlet.public_id}/book/{cut.public_id}+{colour.public_id}")
    first, second = picker.context["visit"].parts
    assert first.earlier_url == ""
    turned = client.get(second.earlier_url)
    assert [part.service for part in turned.context["visit"].parts] == [colour, cut]
    any_order = client.get(turned.context["visit"].other_order_url)
    assert [part.earlier_url for part in any_order.context["visit"].parts] == ["", ""]
