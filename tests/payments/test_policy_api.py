"""Terms over the API."""

from typing import Any

import pytest
from django.test import Client

from payments.models import PolicyBounds, PolicyRule
from payments.rules.policy import Policy, Prepayment, Tier
from payments.selectors import policy_for
from providers.enums import Role
from providers.models import Service
from tests.factories import make_member, make_outlet, make_service

TERMS: dict[str, Any] = {
    "cancel": [{"until_min_before": 2880, "keep_percent": 0}, {"until_min_before": 0, "keep_percent": 40}],
    "change": [{"until_min_before": 60, "keep_percent": 0}],
    "no_show_percent": 90,
    "no_show_grace_min": 10,
    "booking_grace_min": 15,
    "prepayment": "deposit",
    "deposit_percent": 25,
    "deposit_amount": 0,
    "breach_percent": 20,
    "breach_before_min": 2880,
    "currency": "",
}
MEANT = Policy(
    cancel=(Tier(2880, 0), Tier(0, 40)),
    change=(Tier(60, 0),),
    no_show_percent=90,
    no_show_grace_min=10,
    booking_grace_min=15,
    prepayment=Prepayment.DEPOSIT,
    deposit_percent=25,
    breach_percent=20,
    breach_before_min=2880,
)


@pytest.fixture
def service(db: None) -> Service:
    return make_service(make_outlet())


@pytest.fixture
def manager(service: Service) -> Client:
    client = Client()
    client.force_login(make_member(service.provider, Role.MANAGER))
    return client


def at(service: Service, scope: str = "") -> str:
    return f"/api/v1/provider/businesses/{service.provider.public_id}/policies" + (
        f"/{scope}" if scope else ""
    )


def put(client: Client, service: Service, scope: str, **changes: Any) -> Any:
    return client.put(at(service, scope), {**TERMS, **changes}, content_type="application/json")


def test_terms_are_set_shown_and_taken_away(manager: Client, service: Service) -> None:
    scopes = ["all", service.category.slug, service.public_id]
    for percent, scope in enumerate(scopes, 25):
        answer = put(manager, service, scope, deposit_percent=percent)
        assert answer.status_code == 200, answer.content
        assert policy_for(service).deposit_percent == percent
    assert PolicyRule.objects.get(category=None, service=None).policy == MEANT

    items = manager.get(at(service)).json()["items"]
    assert [item["scope"] for item in items] == scopes
    assert items[0]["terms"] == TERMS

    for left, scope in zip((26, 25, 0), scopes[::-1], strict=True):
        for _ in range(2):
            assert manager.delete(at(service, scope)).status_code == 204
        assert policy_for(service).deposit_percent == left


def test_a_page_at_a_time(manager: Client, service: Service) -> None:
    for scope in ("all", service.public_id):
        put(manager, service, scope)

    first = manager.get(at(service), {"limit": 1}).json()
    second = manager.get(at(service), {"limit": 1, "cursor": first["next"]}).json()

    assert [first["items"][0]["scope"], second["items"][0]["scope"]] == ["all", service.public_id]
    assert second["next"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {
            "cancel": [
                {"until_min_before": 0, "keep_percent": 0},
                {"until_min_before": 60, "keep_percent": 10},
            ]
        },
        {"no_show_percent": 30},
        {"no_show_percent": 101},
        {"prepayment": "none"},
        {"prepayment": "all"},
        {"deposit_amount": 500, "currency": "EUR"},
        {"deposit_amount": 500, "deposit_percent": 0},
        {"currency": "EUR"},
        {"deposit_percent": -1},
        {"unknown": 1},
    ],
)
def test_terms_that_cannot_be_are_refused(manager: Client, service: Service, wrong: dict[str, Any]) -> None:
    answer = put(manager, service, "all", **wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert not PolicyRule.objects.exists()


def test_terms_beyond_the_bounds_are_refused_by_name(manager: Client, service: Service) -> None:
    PolicyBounds.objects.create(most_free_min_before=24 * 60)

    answer = put(manager, service, "all")

    assert (answer.status_code, answer.json()["code"]) == (422, "policy_out_of_bounds")
    assert answer.json()["fields"] == ["cancel"]


def test_what_is_not_theirs_has_no_terms(manager: Client, service: Service) -> None:
    theirs = make_service(make_outlet())

    assert put(manager, service, theirs.public_id).status_code == 404
    assert put(manager, theirs, "all").status_code == 404
    assert put(manager, service, "unheard-of").status_code == 404
    assert manager.delete(at(service, "unheard-of")).status_code == 404
