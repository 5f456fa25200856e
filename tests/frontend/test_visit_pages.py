"""Putting a visit together from several services, for one guest or more, on the pages."""

from typing import Any

import pytest
from django.test import Client

from bookings.models import Booking
from common import clock
from common.clock import rfc3339
from providers.models import Outlet, Service, StaffMember
from tests.factories import make_home_service, make_option, make_outlet, make_service, make_staff, tomorrow_at
from tests.frontend.booking_steps import send_hold, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet()


@pytest.fixture
def aino(outlet: Outlet) -> StaffMember:
    return make_staff(outlet, name="Aino")


@pytest.fixture
def juho(outlet: Outlet) -> StaffMember:
    return make_staff(outlet, name="Juho")


@pytest.fixture
def cut(outlet: Outlet, aino: StaffMember) -> Service:
    return make_service(outlet, staff=[aino], name="Cut", duration_min=30, price_amount=4000)


@pytest.fixture
def colour(outlet: Outlet, juho: StaffMember) -> Service:
    phases = [{"kind": "active", "minutes": 30}, {"kind": "processing", "minutes": 60}]
    return make_service(
        outlet, staff=[juho], name="Colour", duration_min=90, price_amount=9000, phases=phases
    )


def page(client: Client, outlet: Outlet, what: str, **query: str) -> Any:
    return client.get(f"/o/{outlet.public_id}/book/{what}", query)


def hold(client: Client, outlet: Outlet, what: str, hour: int = 10) -> Any:
    slot = f"{outlet.public_id}:{what}:{rfc3339(tomorrow_at(hour))}"
    return send_hold(client, slot)


def test_from_one_service_one_adds_another_and_takes_it_out_again(
    client: Client, outlet: Outlet, cut: Service, colour: Service
) -> None:
    first = page(client, outlet, cut.public_id)
    added = [part.url for part in first.context["visit"].more if part.service == colour]

    both = client.get(added[0])

    assert text(both).count("Colour") >= 1 and "€130" in text(both)
    assert [part.service.name for part in both.context["visit"].parts] == ["Cut", "Colour"]
    assert both.context["people"] == []  # nobody does both
    without = client.get(both.context["visit"].parts[1].url)
    assert not without.context["visit"].is_several
    assert without.context["here"] == first.context["here"]


def test_two_services_with_two_people_are_held_and_shown_with_their_programme(
    client: Client, outlet: Outlet, cut: Service, colour: Service
) -> None:
    held = hold(client, outlet, f"{cut.public_id}+{colour.public_id}")

    assert held.status_code == 302
    booking = Booking.objects.get()
    assert [item.staff.name for item in booking.items.all()] == ["Aino", "Juho"]
    checkout = text(client.get(held["Location"]))
    assert "10:00–10:30 Cut with Aino" in checkout
    assert "10:30–12:00 Colour with Juho" in checkout
    assert "€130.00" in checkout


def test_the_way_back_from_the_checkout_keeps_the_whole_visit_its_people_and_its_day(
    client: Client, outlet: Outlet, cut: Service, colour: Service, aino: StaffMember
) -> None:
    what = f"{cut.public_id}@{aino.public_id}+{colour.public_id}"
    day = tomorrow_at(10).astimezone(outlet.zone).date()

    both = client.get(hold(client, outlet, what)["Location"])
    back = client.get(both.context["times_url"])

    assert f'href="/o/{outlet.public_id}/book/{what}?day={day}"' in both.content.decode()
    assert [part.service for part in back.context["visit"].parts] == [cut, colour]
    assert back.context["plan"].chosen == day


def test_the_way_back_from_one_service_keeps_who_was_chosen(
    client: Client, outlet: Outlet, cut: Service, aino: StaffMember
) -> None:
    slot = f"{outlet.public_id}:{cut.public_id}:{rfc3339(tomorrow_at(10))}:{aino.public_id}"

    checkout = client.get(send_hold(client, slot)["Location"])

    assert client.get(checkout.context["times_url"]).context["person"] == aino


def test_what_the_reader_holds_is_said_over_the_other_times(
    client: Client, outlet: Outlet, cut: Service
) -> None:
    checkout = hold(client, outlet, cut.public_id)["Location"]

    mine, theirs = page(client, outlet, cut.public_id), page(Client(), outlet, cut.public_id)

    assert f'href="{checkout}"' in mine.content.decode() and "10:00 is yours until" in text(mine)
    assert theirs.context["held"] is None
    Booking.objects.update(hold_expires_at=clock.now())
    assert page(client, outlet, cut.public_id).context["held"] is None


def test_options_belong_to_their_service(
    client: Client, outlet: Outlet, cut: Service, colour: Service
) -> None:
    make_option(cut, name="Wash")
    toner = make_option(colour, name="Toner")
    held = hold(client, outlet, f"{cut.public_id}+{colour.public_id}")
    first, second = Booking.objects.get().items.all()

    answer = client.post(held["Location"], {"do": "update", f"options-{second.public_id}": [toner.public_id]})

    assert answer.status_code == 200
    assert "Add to Cut" in text(answer) and "Add to Colour" in text(answer)
    lines = {item.name: [line["name"] for line in item.lines] for item in Booking.objects.get().items.all()}
    assert lines == {"Cut": ["Cut"], "Colour": ["Colour", "Toner"]}
    assert Booking.objects.get().ends_at == tomorrow_at(12, 15)
    wrong = client.post(held["Location"], {"do": "update", f"options-{first.public_id}": [toner.public_id]})
    assert wrong.status_code == 422


def test_somebody_comes_along(client: Client, outlet: Outlet, cut: Service, juho: StaffMember) -> None:
    alone = page(client, outlet, cut.public_id)
    [along] = [part.url for part in alone.context["visit"].more_guests]
    assert client.get(along).context["plan"].any_free  # one after the other: the second guest waits
    Outlet.objects.update(max_wait_min=0)
    assert not client.get(along).context["plan"].any_free  # one person cannot cut two at once

    cut.skills.create(staff=juho)
    both = client.get(along)
    assert both.context["plan"].any_free and both.context["visit"].guests == 2
    held = hold(client, outlet, f"{cut.public_id}+{cut.public_id}.2")
    assert "guest 2" in text(client.get(held["Location"]))


def test_the_order_can_be_left_open(client: Client, outlet: Outlet, cut: Service, colour: Service) -> None:
    given = page(client, outlet, f"{cut.public_id}+{colour.public_id}")
    other = client.get(given.context["visit"].other_order_url)
    assert other.context["visit"].any_order and "waits least" in text(other)
    hold(client, outlet, cut.public_id)  # whoever cuts is taken from 10 to 10:30

    held = hold(client, outlet, f"{cut.public_id}~{colour.public_id}")
    assert held.status_code == 302
    items = Booking.objects.order_by("pk").last().items.all()  # type: ignore[union-attr]
    assert [item.name for item in items] == ["Colour", "Cut"]


def test_a_taken_visit_offers_the_nearest_that_are_free(
    client: Client, outlet: Outlet, cut: Service, colour: Service
) -> None:
    what = f"{cut.public_id}+{colour.public_id}"
    hold(client, outlet, what)

    refused = hold(client, outlet, what)

    assert refused.status_code == 409
    assert len(refused.context["alternatives"]) == 3
    assert all(f":{what}:" in time.value for time in refused.context["alternatives"])


@pytest.mark.parametrize("what", ["{cut}+", "{cut}+svc_nothing", "{cut}+{home}", "{cut}+{group}"])
def test_what_cannot_be_put_together_is_not_there(
    client: Client, outlet: Outlet, cut: Service, what: str
) -> None:
    home = make_home_service(outlet)
    group = make_service(outlet, name="Class", capacity=5)
    named = what.format(cut=cut.public_id, home=home.public_id, group=group.public_id)

    assert page(client, outlet, named).status_code == 404
    assert hold(client, outlet, named).status_code in (404, 422)
