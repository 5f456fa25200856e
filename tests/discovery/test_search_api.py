"""Search over HTTP has the promised shape, and every refusal its code."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from providers.models import Offering, Service
from tests import factories as make

HERE = {"lat": "60.1841", "lng": "24.9525"}


def get(client: Client, **asked: Any) -> Any:
    return client.get("/api/v1/search", asked)


def test_the_answer_has_the_promised_shape(client: Client) -> None:
    outlet = make.make_outlet(name="Kirkas", rating_sum=9, rating_count=2)
    service = make.make_service(outlet)
    answer = get(client, **HERE, category="hair", limit="1")
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "outlet": {
                    "id": outlet.public_id,
                    "name": "Kirkas",
                    "lat": 60.1841,
                    "lng": 24.9525,
                    "distance_m": 0,
                    "rating": 4.1,
                    "timezone": "Europe/Helsinki",
                    "rating_count": 2,
                    "street_line": "Kalevankatu 12",
                    "city": "Helsinki",
                },
                "service": {
                    "id": service.public_id,
                    "name": "Cut",
                    "duration_min": 60,
                    "price": {"amount": 5000, "currency": "EUR"},
                    "place": "outlet",
                    "category": "hair",
                },
                "next_slots": [
                    {"start": "2026-11-24T07:00:00Z", "end": "2026-11-24T08:00:00Z"},
                    {"start": "2026-11-24T07:15:00Z", "end": "2026-11-24T08:15:00Z"},
                    {"start": "2026-11-24T07:30:00Z", "end": "2026-11-24T08:30:00Z"},
                ],
            }
        ],
        "next": None,
    }


def test_the_cursor_leads_to_the_next_page(client: Client) -> None:
    for _ in range(3):
        make.make_service(make.make_outlet())
    first = get(client, **HERE, limit="2").json()
    second = get(client, **HERE, limit="2", cursor=first["next"]).json()
    shown = [item["outlet"]["id"] for item in first["items"] + second["items"]]
    assert len(set(shown)) == 3
    assert second["next"] is None


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"lat": "91", "lng": "0"}, "position_invalid"),
        ({"lat": "nan", "lng": "0"}, "position_invalid"),
        ({**HERE, "radius_m": "1e9"}, "radius_invalid"),
        ({"bbox": "1,2,3"}, "bbox_invalid"),
        ({"cursor": "x"}, "cursor_invalid"),
        ({"category": "nope"}, "category_unknown"),
        ({"category": "\x00"}, "category_unknown"),
        ({"place": "customer"}, "position_needed"),
        ({"place": "moon"}, "invalid_input"),
        ({"sort": "luck"}, "invalid_input"),
        ({"limit": "0"}, "invalid_input"),
        ({"limit": "101"}, "invalid_input"),
        ({"lat": "north"}, "invalid_input"),
        ({"free_from": "2026-11-24T10:00:00"}, "invalid_input"),
        ({"free_from": "2026-11-24T10:00:00Z", "free_to": "2026-11-24T10:00:00Z"}, "span_too_long"),
        ({"free_from": "2026-11-24T10:00:00Z", "free_to": "2027-11-24T10:00:00Z"}, "span_too_long"),
        ({"free_to": "0001-01-01T00:00:00Z"}, "span_too_long"),
        ({"free_from": "9999-12-31T23:59:59Z"}, "span_too_long"),
        ({"free_to": "9999-12-31T23:59:59-12:00"}, "span_too_long"),
        ({"q": "a" * 101}, "query_too_long"),
    ],
)
def test_every_refusal_has_its_code(client: Client, asked: dict[str, str], code: str) -> None:
    answer = get(client, **asked)
    assert (answer.status_code, answer.json().get("code")) == (422, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_what_search_offers_the_slot_list_offers_too(client: Client) -> None:
    outlet = make.make_outlet(notice_min=90)
    make.make_bays(outlet, make.make_service(outlet, buffer_after_min=15), units=1)
    [item] = get(client, **HERE).json()["items"]
    service = Service.objects.get()
    now = clock.now()
    slots = client.get(
        f"/api/v1/services/{service.public_id}/slots",
        {
            "outlet": Offering.objects.get().outlet.public_id,
            "from": now.isoformat(),
            "to": (now + timedelta(days=3)).isoformat(),
        },
    ).json()["slots"]
    assert item["next_slots"] == [{"start": s["start"], "end": s["end"]} for s in slots[:3]]
