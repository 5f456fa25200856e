"""Where an outlet's people go, as a radius or drawn, and how they get there: services, API and pages."""

from typing import Any

import pytest
from django.test import Client

from geo.rules.positions import Position
from geo.selectors import serves
from providers.errors import AreaInvalid, AreaNeeded, NumberInvalid, TextInvalid
from providers.models import Outlet
from providers.selectors.areas import corners_of
from providers.services.outlets import create_outlet, update_outlet
from providers.services.staff import update_staff
from tests.factories import make_service
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db

KALLIO = [Position(60.18, 24.94), Position(60.19, 24.94), Position(60.19, 24.97), Position(60.18, 24.97)]
WITHIN, BESIDE = Position(60.185, 24.95), Position(60.185, 24.93)


def goes(outlet: Outlet, place: Position) -> bool:
    return serves(Outlet.objects.filter(pk=outlet.pk), place).exists()


def draw(business: Business, corners: list[Position] | None, **more: Any) -> Outlet:
    return update_outlet(outlet=business.outlet, actor=business.actor, service_corners=corners, **more)


def patch(business: Business, body: dict[str, Any]) -> Any:
    client = Client()
    client.force_login(business.manager)
    path = f"/api/v1/provider/outlets/{business.outlet.public_id}"
    return client.patch(path, body, content_type="application/json")


def test_a_drawn_area_takes_the_place_of_a_radius_and_the_other_way_round(business: Business) -> None:
    draw(business, None, service_radius_m=300)
    outlet = draw(business, KALLIO)
    assert (outlet.service_radius_m, corners_of(outlet)) == (None, KALLIO)
    assert (goes(outlet, WITHIN), goes(outlet, BESIDE)) == (True, False)

    outlet = update_outlet(outlet=outlet, actor=business.actor, service_radius_m=5000)
    assert corners_of(outlet) == []
    assert goes(outlet, BESIDE)


def test_a_drawn_area_stays_when_the_pin_moves_and_goes_when_it_is_taken_away(business: Business) -> None:
    draw(business, KALLIO)
    outlet = update_outlet(outlet=business.outlet, actor=business.actor, position=Position(60.2, 24.9))
    assert corners_of(outlet) == KALLIO

    assert draw(business, []).service_area is None


def test_a_new_outlet_may_have_one(business: Business) -> None:
    outlet = create_outlet(
        provider=business.provider,
        actor=business.actor,
        name="Second",
        street_line="Kalevankatu 12",
        city="Helsinki",
        country="FI",
        timezone="Europe/Helsinki",
        currency="EUR",
        position=WITHIN,
        service_corners=KALLIO,
        travel_mode="bicycle",
    )
    outlet.refresh_from_db()

    assert (corners_of(outlet), outlet.travel_mode) == (KALLIO, "bicycle")


CROSSED = [KALLIO[0], KALLIO[2], KALLIO[1], KALLIO[3]]
FAR = [*KALLIO[:3], Position(62, 25)]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"service_corners": CROSSED}, AreaInvalid),
        ({"service_corners": FAR}, AreaInvalid),
        ({"service_corners": KALLIO, "service_radius_m": 900}, AreaInvalid),
        ({"service_corners": KALLIO[:2]}, NumberInvalid),
        ({"travel_mode": "horse"}, TextInvalid),
    ],
)
def test_what_is_no_area_is_refused_and_changes_nothing(
    business: Business, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        update_outlet(outlet=business.outlet, actor=business.actor, **fields)

    business.outlet.refresh_from_db()
    assert (business.outlet.service_area, business.outlet.travel_mode) == (None, "car")


def test_while_home_visits_are_sold_there_is_an_area(business: Business) -> None:
    draw(business, KALLIO)
    make_service(business.outlet, place="customer")

    with pytest.raises(AreaNeeded):
        draw(business, [])


def test_over_the_api(business: Business) -> None:
    corners = [{"lat": each.lat, "lng": each.lng} for each in KALLIO]

    answer = patch(business, {"service_corners": corners, "travel_mode": "transit"})

    assert answer.status_code == 200
    assert (answer.json()["service_corners"], answer.json()["travel_mode"]) == (corners, "transit")
    assert patch(business, {"service_corners": corners[:1]}).json()["code"] == "number_invalid"
    answer = patch(business, {"service_corners": None, "service_radius_m": 2000})
    assert (answer.json()["service_corners"], answer.json()["service_radius_m"]) == (None, 2000)


def test_a_person_gets_there_as_the_outlet_says_or_in_their_own_way(business: Business) -> None:
    client = Client()
    client.force_login(business.manager)
    path = f"/api/v1/provider/staff/{business.person.public_id}"

    assert client.get(path).json()["travel_mode"] is None
    for mode in ("bicycle", None):
        answer = client.patch(path, {"travel_mode": mode}, content_type="application/json")
        assert answer.json()["travel_mode"] == mode
    with pytest.raises(TextInvalid):
        update_staff(staff=business.person, actor=business.actor, travel_mode="horse")


def test_how_they_travel_is_not_for_customers(business: Business) -> None:
    update_staff(staff=business.person, actor=business.actor, travel_mode="bicycle")
    outlet = Client().get(f"/api/v1/outlets/{business.outlet.public_id}")

    assert outlet.status_code == 200
    assert "bicycle" not in outlet.content.decode() and "travel" not in outlet.content.decode()


def form(business: Business, **changes: str) -> dict[str, str]:
    return {
        "name": "Shop",
        "description": "",
        "language": "en",
        "category": "",
        "street_line": "Kalevankatu 12",
        "postcode": "",
        "city": "Helsinki",
        "country": "FI",
        "phone": "",
        "lat": f"{business.outlet.point.y:.6f}",
        "lng": f"{business.outlet.point.x:.6f}",
        "timezone": "Europe/Helsinki",
        "currency": "EUR",
        "radius_km": "",
        "service_corners": "",
        "travel_mode": "foot",
        **changes,
    }


def test_on_the_page_corners_are_lines(business: Business) -> None:
    client = Client()
    client.force_login(business.manager)
    page = f"/provider/{business.provider.public_id}/outlets/{business.outlet.public_id}/"
    draw(business, None, service_radius_m=2000)
    lines = "\n".join(f"{each.lat}, {each.lng}" for each in KALLIO)

    assert client.post(page, form(business, radius_km="2.0", service_corners="60.1")).status_code == 422
    assert client.post(page, form(business, radius_km="2.0", service_corners=lines)).status_code == 302
    business.outlet.refresh_from_db()
    assert (corners_of(business.outlet), business.outlet.travel_mode) == (KALLIO, "foot")
    shown = client.get(page).content.decode()
    assert "60.180000, 24.940000\n60.190000, 24.940000" in shown
