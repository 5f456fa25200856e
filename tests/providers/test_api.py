"""The public catalogue and the management routes, as programs see them."""

from typing import Any

import pytest
from django.test import Client

from common.models import IdempotencyRecord
from providers.enums import ProviderStatus
from providers.models import CategoryName, Outlet, StaffMember
from providers.services import vetting
from providers.services.hours import add_closure, set_override
from providers.services.options import archive_option, create_option
from tests.factories import (
    make_bays,
    make_category,
    make_member,
    make_option,
    make_outlet,
    make_provider,
    make_service,
    make_staff,
    make_user,
    tomorrow_at,
)
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db

OUTLET = {
    "name": "Second shop",
    "street_line": "Kalevankatu 12",
    "city": "Helsinki",
    "country": "FI",
    "timezone": "Europe/Helsinki",
    "currency": "EUR",
    "pin": {"lat": 60.17, "lng": 24.94},
}


def get(path: str, **headers: str) -> Any:
    return Client().get(f"/api/v1{path}", headers=headers)


def test_categories_come_as_a_tree_in_the_language_asked_for() -> None:
    beauty = make_category("beauty")
    hair = make_category("hair", beauty)
    CategoryName.objects.create(category=hair, language="zh-hans", name="美发")
    english = get("/categories").json()
    assert english == {
        "items": [
            {
                "id": "beauty",
                "name": "Beauty",
                "description": "",
                "children": [
                    {"id": "hair", "name": "Hair", "description": "", "children": [], "standard": []}
                ],
                "standard": [],
            }
        ]
    }
    chinese = get("/categories", **{"Accept-Language": "zh-Hans,en;q=0.5"}).json()
    assert [c["name"] for c in chinese["items"][0]["children"]] == ["美发"]
    assert chinese["items"][0]["name"] == "Beauty"


def test_the_category_tree_is_remembered(django_assert_num_queries: Any) -> None:
    make_category()
    with django_assert_num_queries(3):
        get("/categories")
    with django_assert_num_queries(0):
        get("/categories")


def test_an_outlet_shows_what_is_sold_who_works_and_when(business: Business) -> None:
    kept = make_option(business.service)
    archive_option(option=create_option(service=business.service, actor="system", name="Old"), actor="system")
    set_override(outlet=business.outlet, on=tomorrow_at(12).date(), periods=[], note="Fair", actor="system")
    add_closure(outlet=business.outlet, start=tomorrow_at(1), end=tomorrow_at(2), actor="system")
    found = get(f"/outlets/{business.outlet.public_id}").json()
    assert found["provider"]["id"] == business.provider.public_id
    assert (found["timezone"], found["currency"], found["rating"]) == ("Europe/Helsinki", "EUR", None)
    [service] = found["services"]
    assert service["id"] == business.service.public_id
    assert service["price"] == {"amount": 5000, "currency": "EUR"}
    assert service["options"] == [
        {
            "id": kept.public_id,
            "name": "Conditioning",
            "extra_min": 15,
            "price": {"amount": 1200, "currency": "EUR"},
        }
    ]
    [person] = found["staff"]
    assert person["services"] == [business.service.public_id]
    assert len(found["week"]) == 7
    assert found["week"][0] == {
        "weekday": 0,
        "opens": "09:00",
        "closes": "17:00",
        "valid_from": None,
        "valid_until": None,
        "every_weeks": 1,
    }
    assert found["overrides"] == [{"date": tomorrow_at(12).date().isoformat(), "periods": [], "note": "Fair"}]
    assert len(found["closures"]) == 1
    services = get(f"/outlets/{business.outlet.public_id}/services").json()
    assert services == {"items": found["services"]}


def test_an_outlet_of_a_business_that_is_not_approved_does_not_exist(business: Business) -> None:
    drafts = make_outlet(make_provider(status=ProviderStatus.DRAFT, approved_at=None))
    for path in ("/outlets/{}", "/outlets/{}/services"):
        for outlet in (drafts.public_id, "out_none"):
            answer = get(path.format(outlet))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    vetting.suspend(provider=business.provider, operator=make_user(), reason="Complaints")
    assert get(f"/outlets/{business.outlet.public_id}").status_code == 404


@pytest.mark.parametrize("more", [0, 2])
def test_a_public_outlet_costs_the_same_whatever_it_sells(
    business: Business, more: int, django_assert_num_queries: Any
) -> None:
    for _ in range(more):
        make_option(make_service(business.outlet))
    with django_assert_num_queries(14):
        get(f"/outlets/{business.outlet.public_id}")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("listed", "queries"),
    [("outlets", 3), ("staff", 5), ("services", 6), ("resources", 3), ("resource-kinds", 3), ("members", 3)],
)
def test_lists_cost_the_same_at_one_and_at_three_rows(
    business: Business, rows: int, listed: str, queries: int, django_assert_num_queries: Any
) -> None:
    make_bays(business.outlet, business.service)
    for _ in range(rows - 1):
        outlet = make_outlet(business.provider)
        make_bays(outlet, make_service(outlet, staff=[make_staff(outlet)]))
        make_member(business.provider)
    path = f"/provider/businesses/{business.provider.public_id}/{listed}"
    business.call(business.owner, "GET", path)  # the token's use is noted and the tree is read once
    with django_assert_num_queries(queries):
        business.call(business.owner, "GET", path)


def test_a_list_goes_on_where_the_page_before_ended(business: Business) -> None:
    for _ in range(4):
        make_outlet(business.provider)
    path = f"/provider/businesses/{business.provider.public_id}/outlets"
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = business.call(business.owner, "GET", f"{path}?limit=2{cursor}").json()
        seen += [row["id"] for row in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert seen == list(Outlet.objects.order_by("pk").values_list("public_id", flat=True))


def test_a_cursor_of_another_list_or_none_at_all_is_refused(business: Business) -> None:
    make_outlet(business.provider)
    path = f"/provider/businesses/{business.provider.public_id}"
    cursor = business.call(business.owner, "GET", f"{path}/outlets?limit=1").json()["next"]
    for wrong in (f"/staff?cursor={cursor}", "/outlets?cursor=nonsense", f"/outlets?cursor={cursor}x"):
        answer = business.call(business.owner, "GET", path + wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")
    for limit in ("0", "101", "many"):
        answer = business.call(business.owner, "GET", f"{path}/outlets?limit={limit}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_business_is_built_from_nothing(business: Business) -> None:
    """Create, outlet, service, person, hours, submit: the whole way by the API."""
    who = business.stranger

    def post(path: str, body: Any = None) -> Any:
        answer = business.call(who, "POST", path, body)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    made = post("/provider/businesses", {"name": "Bubble Wash", "email": "hi@example.com"})
    assert (made["status"], made["role"]) == ("draft", "owner")
    base = f"/provider/businesses/{made['id']}"
    refused = business.call(who, "POST", f"{base}/submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "provider_not_ready")
    outlet = post(f"{base}/outlets", {**OUTLET, "service_radius_m": 4000, "category": "hair"})
    assert (outlet["lat"], outlet["category"]) == (60.17, "hair")
    kind = post(f"{base}/resource-kinds", {"name": "Bay"})
    bay = post(f"{base}/resources", {"kind": kind["id"], "outlet": outlet["id"], "name": "Bay 1"})
    assert bay["kind"] == kind["id"]
    service = post(
        f"{base}/services",
        {
            "category": "hair",
            "name": "Wash",
            "duration_min": 45,
            "price_amount": 3500,
            "currency": "EUR",
            "tax_percent": "25.5",
            "outlets": [outlet["id"]],
            "needs": [{"kind": kind["id"]}],
        },
    )
    assert service["offers"] == [
        {"outlet": outlet["id"], "price": {"amount": 3500, "currency": "EUR"}, "live": False}
    ]
    assert (service["tax_percent"], service["needs"]) == ("25.50", [{"kind": kind["id"], "quantity": 1}])
    staff = post(
        f"{base}/staff",
        {"name": "Niko", "outlets": [outlet["id"]], "skills": [{"service": service["id"]}]},
    )
    assert staff["skills"] == [{"service": service["id"], "level": "skilled"}]
    week = {"rules": [{"weekday": 0, "opens": "09:00", "closes": "17:00"}]}
    answer = business.call(who, "PUT", f"/provider/outlets/{outlet['id']}/hours", week)
    assert answer.json()["rules"][0]["closes"] == "17:00"
    assert post(f"{base}/submit")["status"] == "submitted"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"timezone": "Mars/Base"}, 422, "timezone_unknown"),
        ({"currency": "ABC"}, 422, "currency_unknown"),
        ({"name": ""}, 422, "text_invalid"),
        ({"name": "a\x00b"}, 422, "invalid_input"),
        ({"phone": "12"}, 422, "phone_invalid"),
        ({"category": "none"}, 422, "category_unknown"),
        ({"pin": {"lat": 91, "lng": 0}}, 422, "invalid_input"),
        ({"pin": None}, 422, "address_unknown"),
        ({"surprise": 1}, 422, "invalid_input"),
        ({"slot_step_min": 10**12}, 422, "invalid_input"),
    ],
)
def test_bad_outlets_are_refused_by_name_and_leave_nothing(
    business: Business, changes: dict[str, Any], status: int, code: str
) -> None:
    path = f"/provider/businesses/{business.provider.public_id}/outlets"
    answer = business.call(business.owner, "POST", path, {**OUTLET, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert Outlet.objects.count() == 1
    assert not IdempotencyRecord.objects.exists()


def test_a_patch_changes_what_it_names_and_null_only_where_it_is_a_value(business: Business) -> None:
    path = f"/provider/staff/{business.person.public_id}"
    changed = business.call(business.manager, "PATCH", path, {"title": "Colourist"}).json()
    assert (changed["title"], changed["outlets"]) == ("Colourist", [business.outlet.public_id])
    answer = business.call(business.manager, "PATCH", path, {"name": None})
    assert answer.json()["errors"] == [{"field": "name", "message": "must not be null"}]
    assert business.call(business.manager, "PATCH", path, {"working_since": None}).status_code == 200


def test_overlapping_hours_say_on_which_day(business: Business) -> None:
    rules = [
        {"weekday": 2, "opens": "09:00", "closes": "12:30"},
        {"weekday": 2, "opens": "12:00", "closes": "17:00"},
    ]
    path = f"/provider/outlets/{business.outlet.public_id}/hours"
    answer = business.call(business.manager, "PUT", path, {"rules": rules})
    problem = answer.json()
    assert (problem["code"], problem["weekday"], problem["status"]) == ("hours_overlap", 2, 422)
    assert len(business.call(business.manager, "GET", path).json()["rules"]) == 7


def test_closures_and_time_off_come_and_go(business: Business) -> None:
    period = {"start": "2027-06-01T00:00:00+03:00", "end": "2027-06-08T00:00:00+03:00", "reason": "Rest"}
    path = f"/provider/outlets/{business.outlet.public_id}/closures"
    made = business.call(business.manager, "POST", path, period).json()
    assert made["start"] == "2027-05-31T21:00:00Z"
    clash = business.call(business.manager, "POST", path, period)
    assert (clash.status_code, clash.json()["code"]) == (409, "period_overlap")
    assert [c["id"] for c in business.call(business.staff, "GET", path).json()["items"]] == [made["id"]]
    assert business.call(business.manager, "DELETE", f"/provider/closures/{made['id']}").status_code == 204
    path = f"/provider/staff/{business.person.public_id}/time-off"
    assert business.call(business.manager, "POST", path, period).status_code == 201
    naive = {**period, "start": "2027-06-01T00:00:00"}
    assert business.call(business.manager, "POST", path, naive).json()["code"] == "invalid_input"


def test_refusals_are_in_the_language_of_the_reader_or_at_least_coded(business: Business) -> None:
    answer = get("/outlets/out_none", **{"Accept-Language": "zh-hans"})
    assert answer.json()["code"] == "not_found"


def test_malformed_json_is_a_bad_request(business: Business) -> None:
    path = f"/api/v1/provider/staff/{business.person.public_id}"
    client = Client()
    client.force_login(business.owner)
    answer = client.patch(path, data="{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"
    assert StaffMember.objects.get().title == ""


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+03:00", "9999-12-31T23:00:00-03:00"])
def test_periods_at_the_ends_of_time_are_refused(business: Business, start: str) -> None:
    path = f"/provider/outlets/{business.outlet.public_id}/closures"
    answer = business.call(business.manager, "POST", path, {"start": start, "end": "9999-12-31T23:30:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (422, "period_invalid")
    for on in ("0001-01-01", "9999-12-31", "2027-02-30"):
        path = f"/provider/outlets/{business.outlet.public_id}/overrides/{on}"
        assert business.call(business.manager, "PUT", path, {}).status_code == 422


def test_ids_that_the_database_cannot_hold_name_nothing(business: Business) -> None:
    for path in ("/outlets/a%00b", "/provider/outlets/a%00b", "/provider/businesses/a%00b/outlets"):
        answer = business.call(business.owner, "GET", path)
        assert answer.status_code in (404, 422)
