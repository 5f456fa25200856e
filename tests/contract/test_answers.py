"""What a client relies on besides the fields that are written down: errors that point, actions that hold true,
and everything a provider's app needs to do a visit."""

import json
from typing import Any

import pytest
from django.conf import settings

from bookings.rules import states
from bookings.services import holds
from common.clock import rfc3339
from marketplace.api import api
from providers.enums import Role
from tests.bookings.conftest import Shop
from tests.bookings.test_api import Api, refused, token_of, wanted
from tests.factories import make_home_service, make_member, make_staff, make_user, tomorrow_at

pytestmark = pytest.mark.django_db
CONTACT = {"name": "Gwen", "email": "gwen@example.org", "phone": "+358401234567"}


def fields(answer: Any) -> list[str]:
    assert refused(answer) == (422, "invalid_input")
    return [error["field"] for error in answer.json()["errors"]]


@pytest.fixture
def booked(shop: Shop) -> dict[str, Any]:
    """A confirmed visit to the shop, for tomorrow at 10, as its guest sees it; `api` is the guest."""
    answer = Api().post("/bookings", wanted(shop, customer=CONTACT)).json()
    answer["api"] = Api(answer["token"])
    assert answer["api"].post(f"/bookings/{answer['ref']}/payments", {"method": "counter"}).status_code == 200
    return dict(answer)


def member(shop: Shop, role: Role, staff: Any = None) -> Api:
    return Api(token_of(make_member(shop.outlet.provider, role, staff=staff)))


def test_a_refused_form_names_the_field_wherever_it_stood(shop: Shop) -> None:
    slots = f"/services/{shop.service.public_id}/slots"
    assert fields(Api().get("/search", limit=0)) == ["limit"]
    assert fields(Api().get("/search", sort="luck")) == ["sort"]
    assert fields(Api().get(slots, outlet="x", **{"from": "soon", "to": "2026-01-01"})) == ["from", "to"]
    assert fields(Api().get(f"/services/{'x' * 41}/slots")) == ["service", "outlet", "from", "to"]
    assert fields(Api().post("/bookings", {"outlet": "x", "start": "soon"})) == ["start"]
    items = [{"service": "x"}, {"service": 1}]
    assert fields(
        Api().post("/bookings", {"outlet": "x", "start": rfc3339(tomorrow_at(10)), "items": items})
    ) == ["items.1.service"]


def test_a_body_that_is_too_long_is_413(shop: Shop) -> None:
    body = b'"' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"'
    assert refused(Api().post("/bookings", body)) == (413, "body_too_large")
    assert refused(Api().post("/slots", body)) == (413, "body_too_large")


def test_a_refused_move_tells_the_status_it_was_refused_in(booked: dict[str, Any]) -> None:
    answer = booked["api"].post(f"/bookings/{booked['ref']}/extend")
    assert refused(answer) == (409, "move_refused")
    assert answer.json()["status"] == 409
    assert answer.json()["booking_status"] == "confirmed"


def test_the_preview_of_a_move_to_a_taken_time_lists_alternatives(shop: Shop, booked: dict[str, Any]) -> None:
    rival = Api().post("/bookings", wanted(shop, 12, customer={"name": "R", "email": "r@example.org"}))
    assert rival.status_code == 201
    path = f"/bookings/{booked['ref']}/preview"
    answer = booked["api"].get(path, action="reschedule", start=rfc3339(tomorrow_at(12)))
    assert refused(answer) == (409, "slot_taken")
    alternatives = answer.json()["alternatives"]
    assert len(alternatives) == 3
    for slot in alternatives:
        assert booked["api"].get(path, action="reschedule", start=slot["start"]).status_code == 200


@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER])
def test_reschedule_is_among_the_actions_of_those_who_may(
    shop: Shop, booked: dict[str, Any], role: Role
) -> None:
    colleague = member(shop, role, make_staff(shop.outlet))
    shown = "reschedule" in colleague.get(f"/bookings/{booked['ref']}").json()["actions"]
    done = colleague.get(f"/bookings/{booked['ref']}/preview", action="reschedule").status_code == 200
    assert shown == done == (role == Role.MANAGER)


def test_who_and_where_is_told_to_the_customer_and_to_those_who_go_there(shop: Shop) -> None:
    service = make_home_service(shop.outlet, staff=[shop.person])
    held = holds.hold(
        principal=shop.customer,
        outlet=shop.outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=tomorrow_at(10),
        address=holds.Address("Katu 1", shop.outlet.point.y, shop.outlet.point.x, "Ring twice"),
    )
    ref = held.booking.ref
    where = {"line": "Katu 1", "note": "Ring twice", "lat": shop.outlet.point.y, "lng": shop.outlet.point.x}
    customer, staff = Api(token_of(shop.customer.user)), Api(token_of(shop.staff.user))
    colleague = member(shop, Role.STAFF, make_staff(shop.outlet))
    own = customer.get(f"/bookings/{ref}").json()
    assert own["address"] == where
    assert own["customer"]["email"] == shop.customer.require_user().email
    seen = staff.get(f"/bookings/{ref}").json()
    assert seen["address"] == where
    assert seen["customer"] == {**own["customer"], "email": None}
    seen = colleague.get(f"/bookings/{ref}").json()
    assert (seen["address"], seen["customer"]) == (None, {**own["customer"], "email": None, "phone": None})
    type(held.booking).objects.filter(ref=ref).update(status=states.EXPIRED)
    assert staff.get(f"/bookings/{ref}").json()["address"] is None
    assert customer.get(f"/bookings/{ref}").json()["address"] == where


def test_the_day_list_holds_the_days_visits_and_what_the_member_may_do(
    shop: Shop, booked: dict[str, Any]
) -> None:
    path = f"/outlets/{shop.outlet.public_id}/bookings"
    day = tomorrow_at(10).date()
    owner = Api(token_of(shop.owner.user))
    listed = owner.get(path, day=day).json()
    assert listed["timezone"] == "Europe/Helsinki"
    assert listed["items"] == [owner.get(f"/bookings/{booked['ref']}").json()]
    assert "cancel" in listed["items"][0]["actions"]
    assert listed["items"][0]["customer"] == {"name": "Gwen", "email": None, "phone": "+358401234567"}
    assert owner.get(path, day=tomorrow_at(10, days=2).date()).json()["items"] == []
    assert fields(owner.get(path, day="9999-12-31")) == ["day"]
    assert refused(Api().get(path, day=day)) == (401, "not_authenticated")
    assert refused(Api(token_of(make_user())).get(path, day=day)) == (404, "not_found")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_day_list_takes_the_same_queries_at_one_and_three_rows(
    shop: Shop, rows: int, django_assert_num_queries: Any
) -> None:
    for n in range(rows):
        contact = {"name": "G", "email": f"g{n}@example.org"}
        assert Api().post("/bookings", wanted(shop, 10 + 2 * n, customer=contact)).status_code == 201
    owner, day = Api(token_of(shop.owner.user)), tomorrow_at(10).date()
    with django_assert_num_queries(12):
        listed = owner.get(f"/outlets/{shop.outlet.public_id}/bookings", day=day).json()
    assert len(listed["items"]) == rows


def test_the_description_is_worked_out_once_for_all_who_ask() -> None:
    assert Api().get("/openapi.json").json() == json.loads(json.dumps(api.get_openapi_schema()))
    assert api.get_openapi_schema() is api.get_openapi_schema()
