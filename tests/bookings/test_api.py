"""The bookings API as tools outside see it: exact shapes, codes, idempotency."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Consent
from accounts.services import create_token
from bookings.models import Booking
from common.clock import rfc3339
from tests.bookings.conftest import Shop
from tests.factories import make_due, make_option, make_user, tomorrow_at

pytestmark = pytest.mark.django_db


class Api:
    """A caller with a bearer token, or an anonymous one."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(headers={"authorization": f"Bearer {token}"} if token else {})

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"/api/v1{path}", params)

    def post(self, path: str, body: Any = None, key: str | None = "") -> Any:
        headers = {} if key is None else {"idempotency-key": key or str(uuid.uuid4())}
        data = body if isinstance(body, bytes) else json.dumps(body or {})
        return self.client.post(f"/api/v1{path}", data, content_type="application/json", headers=headers)


def token_of(user: Any) -> str:
    return create_token(user=user, name="test", scopes=["bookings:read", "bookings:write"])[1]


def wanted(shop: Shop, hour: int = 10, **more: Any) -> dict[str, Any]:
    return {
        "outlet": shop.outlet.public_id,
        "service": shop.service.public_id,
        "start": rfc3339(tomorrow_at(hour)),
        **more,
    }


def refused(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_slots_are_listed_in_utc_with_the_zone_and_who_is_free(shop: Shop) -> None:
    answer = (
        Api()
        .get(
            f"/services/{shop.service.public_id}/slots",
            outlet=shop.outlet.public_id,
            **{"from": rfc3339(tomorrow_at(9)), "to": rfc3339(tomorrow_at(10))},
        )
        .json()
    )
    assert answer["timezone"] == "Europe/Helsinki"
    assert [slot["start"] for slot in answer["slots"]] == [
        rfc3339(tomorrow_at(9, minute)) for minute in (0, 15, 30, 45)
    ]
    assert answer["slots"][0]["staff"] == [shop.person.public_id]
    assert answer["slots"][0]["end"] == rfc3339(tomorrow_at(10))


def test_slots_at_most_62_days_apart(shop: Shop) -> None:
    path = f"/services/{shop.service.public_id}/slots"
    for start, end in [(tomorrow_at(9), tomorrow_at(9, days=64)), (tomorrow_at(9), tomorrow_at(8))]:
        answer = Api().get(path, outlet=shop.outlet.public_id, **{"from": rfc3339(start), "to": rfc3339(end)})
        assert refused(answer) == (422, "span_too_long")
    answer = Api().get(path, outlet=shop.outlet.public_id, **{"from": "2026-01-01T10:00:00", "to": "x"})
    assert refused(answer) == (422, "invalid_input")


def test_a_guest_books_fills_in_and_promises_to_pay_at_the_counter(shop: Shop) -> None:
    option = make_option(shop.service)
    made = Api().post("/bookings", wanted(shop))
    assert made.status_code == 201
    booking = made.json()
    assert booking["status"] == "held"
    assert booking["price"] == {"amount": 5000, "currency": "EUR"}
    assert booking["items"][0]["staff"] == shop.person.public_id
    guest = Api(booking["token"])
    path = f"/bookings/{booking['ref']}"

    assert refused(guest.post(f"{path}/payments", {"method": "counter"})) == (422, "contact_needed")
    filled = guest.post(
        f"{path}/details",
        {"customer": {"name": "Helmi", "email": "helmi@example.com"}, "options": [option.public_id]},
    )
    assert filled.json()["price"]["amount"] == 6200
    assert guest.post(f"{path}/extend").json()["hold_extended"] is True
    paid = guest.post(f"{path}/payments", {"method": "counter"})
    assert paid.json() == {"status": "confirmed", "redirect_url": None}
    agreed = Consent.objects.values_list("kind", "source", "customer__bookings__ref")
    assert set(agreed) == {(kind, "api", booking["ref"]) for kind in ("terms", "privacy")}

    shown = guest.get(path).json()
    assert (shown["status"], shown["hold_expires_at"], shown["token"]) == ("confirmed", None, None)
    assert len(shown["check_in_code"]) == 4
    assert shown["actions"] == ["cancel", "reschedule"]
    events = guest.get(f"{path}/events", after=1).json()["items"]
    assert [event["type"] for event in events] == [
        "booking.details_changed",
        "booking.extended",
        "booking.confirmed",
    ]
    assert [event["seq"] for event in events] == [2, 3, 4]


def test_a_taken_slot_answers_409_with_alternatives(shop: Shop) -> None:
    Api().post("/bookings", wanted(shop))
    answer = Api().post("/bookings", wanted(shop))
    assert refused(answer) == (409, "slot_taken")
    assert len(answer.json()["alternatives"]) == 3
    assert set(answer.json()["alternatives"][0]) == {"start", "end"}


def test_the_same_key_books_once(shop: Shop) -> None:
    key = str(uuid.uuid4())
    first, second = (Api().post("/bookings", wanted(shop), key) for _ in range(2))
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Booking.objects.count() == 1
    assert refused(Api().post("/bookings", wanted(shop, 12), key)) == (422, "idempotency_key_reused")
    assert refused(Api().post("/bookings", wanted(shop, 12), None)) == (422, "idempotency_key_missing")
    assert refused(Api().post("/bookings", wanted(shop, 12), "x")) == (422, "idempotency_key_invalid")


def test_a_refused_booking_frees_its_key(shop: Shop) -> None:
    key = str(uuid.uuid4())
    assert refused(Api().post("/bookings", wanted(shop, 3), key)) == (422, "slot_not_offered")
    assert Api().post("/bookings", wanted(shop, 10), key).status_code == 201


def test_items_or_a_service_and_no_seats_where_none_are_sold(shop: Shop) -> None:
    item = {"service": shop.service.public_id}
    body = {"outlet": shop.outlet.public_id, "start": rfc3339(tomorrow_at(10))}
    assert refused(Api().post("/bookings", wanted(shop, seats=2))) == (422, "not_offered")
    assert Api().post("/bookings", {**body, "items": [item]}).status_code == 201
    assert refused(Api().post("/bookings", {**wanted(shop), "items": [item]})) == (422, "invalid_input")


def test_find_slots_for_one_item(shop: Shop) -> None:
    body = {
        "outlet": shop.outlet.public_id,
        "items": [{"service": shop.service.public_id}],
        "from": rfc3339(tomorrow_at(9)),
        "to": rfc3339(tomorrow_at(10)),
    }
    slots = Api().post("/slots", body, None).json()["slots"]
    assert slots[0]["items"] == [
        {"staff": [shop.person.public_id], "start": slots[0]["start"], "end": slots[0]["end"]}
    ]


def test_strangers_learn_nothing(shop: Shop) -> None:
    made = Api().post("/bookings", wanted(shop)).json()
    for caller in (Api(), Api("not-a-token"), Api(token_of(make_user()))):
        for path in ("", "/events", "/preview?action=cancel"):
            assert refused(caller.get(f"/bookings/{made['ref']}{path}")) == (404, "not_found")
            assert refused(caller.get(f"/bookings/HA-AAAAA-AAAAA{path}")) == (404, "not_found")
        for action in ("details", "extend", "on-the-way", "start", "complete", "close", "no-show"):
            assert refused(caller.post(f"/bookings/{made['ref']}/{action}")) == (404, "not_found")
        assert refused(caller.post(f"/bookings/{made['ref']}/payments", {"method": "counter"})) == (
            404,
            "not_found",
        )
    assert Booking.objects.get().last_seq == 1


def test_malformed_requests_are_named_and_change_nothing(shop: Shop) -> None:
    assert refused(Api().post("/bookings", b"{not json")) == (400, "bad_request")
    for body in (
        [],
        {"outlet": 1},
        wanted(shop, start="yesterday"),
        wanted(shop, start="2026-11-25T10:00:00"),
    ):
        assert refused(Api().post("/bookings", body))[1] == "invalid_input"
    assert refused(Api().post("/bookings", wanted(shop, outlet="out_nothing"))) == (404, "not_found")
    assert refused(Api().post("/bookings", wanted(shop, surprise=1)))[1] == "invalid_input"
    assert refused(Api("hbt_forged").get("/bookings")) == (401, "not_authenticated")
    assert not Booking.objects.exists()


def test_the_provider_runs_the_visit(shop: Shop) -> None:
    owner = Api(token_of(shop.owner.require_user()))
    made = owner.post(
        "/bookings", wanted(shop, 20, customer={"name": "Walk-in", "phone": "+358401234567"})
    ).json()
    path = f"/bookings/{made['ref']}"
    assert owner.post(f"{path}/payments", {"method": "counter"}).json()["status"] == "confirmed"
    assert owner.get(path).json()["check_in_code"] is None
    assert refused(owner.post(f"{path}/on-the-way")) == (409, "move_refused")
    assert refused(owner.post(f"{path}/check-in", {})) == (409, "too_early")
    assert "check_in" not in owner.get(path).json()["actions"]
    make_due(made["ref"])
    assert "check_in" in owner.get(path).json()["actions"]
    assert owner.post(f"{path}/check-in", {}).json()["status"] == "checked_in"
    assert owner.post(f"{path}/start").json()["status"] == "started"
    assert owner.post(f"{path}/complete").json()["status"] == "completed"
    assert refused(owner.post(f"{path}/close")) == (403, "not_allowed")


def test_cancel_with_a_stale_version_is_refused(shop: Shop) -> None:
    customer = Api(token_of(shop.customer.require_user()))
    made = customer.post("/bookings", wanted(shop)).json()
    assert made["token"] is None
    path = f"/bookings/{made['ref']}"
    customer.post(f"{path}/payments", {"method": "counter"})
    preview = customer.get(f"{path}/preview", action="cancel").json()
    assert (preview["refund"]["amount"], preview["fee"]["amount"]) == (0, 0)
    assert refused(customer.post(f"{path}/cancel", {"version": "0"})) == (409, "policy_changed")
    start = rfc3339(tomorrow_at(12))
    move = customer.get(f"{path}/preview", action="reschedule", start=start).json()
    moved = customer.post(f"{path}/reschedule", {"start": start, "version": move["version"]})
    assert moved.json()["start"] == start
    assert refused(customer.post(f"{path}/cancel", {"version": preview["version"]})) == (
        409,
        "policy_changed",
    )
    preview = customer.get(f"{path}/preview", action="cancel").json()
    assert customer.post(f"{path}/cancel", {"version": preview["version"]}).json()["status"] == "cancelled"
    listed = customer.get("/bookings").json()
    assert [item["ref"] for item in listed["items"]] == [made["ref"]]


def test_unknown_addresses_and_methods_are_problems_too(shop: Shop) -> None:
    assert refused(Api().get("/nothing")) == (404, "not_found")
    answer = Api().client.delete("/api/v1/bookings")
    assert refused(answer) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]
