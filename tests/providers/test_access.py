"""Who may do what over HTTP: owner, manager, staff, a member of another business, nobody."""

import pytest

from accounts.principals import ANONYMOUS, Principal
from common.errors import NotAllowed, NotFound, NotSignedIn
from providers.enums import Role
from providers.models import Closure, Membership
from providers.selectors.access import (
    access_outlet,
    access_provider,
    memberships_of,
    outlets_of,
)
from providers.services.hours import add_closure, add_time_off
from providers.services.options import create_option
from providers.services.resources import create_resource, create_resource_kind
from tests.factories import make_invitation, make_member, make_outlet, make_provider, make_user, tomorrow_at
from tests.providers.conftest import Business
from tests.signing_in import as_operator

pytestmark = pytest.mark.django_db

# method, path, body, least role that may
ROUTES = [
    ("GET", "/provider/businesses/{provider}", None, Role.STAFF),
    ("GET", "/provider/businesses/{provider}/outlets", None, Role.STAFF),
    ("GET", "/provider/businesses/{provider}/staff", None, Role.STAFF),
    ("GET", "/provider/businesses/{provider}/services", None, Role.STAFF),
    ("GET", "/provider/businesses/{provider}/resources", None, Role.STAFF),
    ("GET", "/provider/businesses/{provider}/resource-kinds", None, Role.STAFF),
    ("GET", "/provider/businesses/{provider}/members", None, Role.MANAGER),
    ("GET", "/provider/outlets/{outlet}", None, Role.STAFF),
    ("GET", "/provider/outlets/{outlet}/hours", None, Role.STAFF),
    ("GET", "/provider/outlets/{outlet}/overrides", None, Role.STAFF),
    ("GET", "/provider/outlets/{outlet}/closures", None, Role.STAFF),
    ("GET", "/provider/staff/{staff}", None, Role.STAFF),
    ("GET", "/provider/staff/{staff}/time-off", None, Role.STAFF),
    ("GET", "/provider/services/{service}", None, Role.STAFF),
    ("PATCH", "/provider/businesses/{provider}", {"name": "New"}, Role.MANAGER),
    ("PATCH", "/provider/outlets/{outlet}", {"name": "New"}, Role.MANAGER),
    ("PATCH", "/provider/staff/{staff}", {"title": "New"}, Role.MANAGER),
    ("PATCH", "/provider/services/{service}", {"name": "New"}, Role.MANAGER),
    ("PATCH", "/provider/options/{option}", {"name": "New"}, Role.MANAGER),
    ("PATCH", "/provider/resource-kinds/{kind}", {"name": "New"}, Role.MANAGER),
    ("PATCH", "/provider/resources/{resource}", {"name": "New"}, Role.MANAGER),
    ("PUT", "/provider/outlets/{outlet}/hours", {"rules": []}, Role.MANAGER),
    ("PUT", "/provider/outlets/{outlet}/overrides/2027-01-06", {}, Role.MANAGER),
    ("PUT", "/provider/services/{service}/offers/{outlet}", {}, Role.MANAGER),
    ("POST", "/provider/services/{service}/options", {"name": "Wax"}, Role.MANAGER),
    ("POST", "/provider/businesses/{provider}/resource-kinds", {"name": "Chair"}, Role.MANAGER),
    ("POST", "/provider/businesses/{provider}/staff", {"name": "Eero"}, Role.MANAGER),
    (
        "POST",
        "/provider/businesses/{provider}/invitations",
        {"email": "new@example.com", "role": "owner"},
        Role.OWNER,
    ),
    ("GET", "/provider/businesses/{provider}/invitations", None, Role.MANAGER),
    ("DELETE", "/provider/businesses/{provider}/invitations/{invitation}", None, Role.OWNER),
    ("POST", "/provider/businesses/{provider}/leave", None, Role.STAFF),
    ("PATCH", "/provider/businesses/{provider}/members/{member}", {"role": "manager"}, Role.OWNER),
    ("DELETE", "/provider/businesses/{provider}/members/{member}", None, Role.OWNER),
    ("DELETE", "/provider/outlets/{outlet}/overrides/2027-01-06", None, Role.MANAGER),
    ("DELETE", "/provider/closures/{closure}", None, Role.MANAGER),
    ("DELETE", "/provider/time-off/{time_off}", None, Role.MANAGER),
    ("DELETE", "/provider/services/{service}/offers/{outlet}", None, Role.MANAGER),
    ("POST", "/provider/options/{option}/archive", None, Role.MANAGER),
    ("POST", "/provider/resources/{resource}/archive", None, Role.MANAGER),
    ("POST", "/provider/resource-kinds/{kind}/archive", None, Role.MANAGER),
    ("POST", "/provider/services/{service}/archive", None, Role.MANAGER),
    ("POST", "/provider/staff/{staff}/archive", None, Role.MANAGER),
    ("POST", "/provider/outlets/{outlet}/archive", None, Role.MANAGER),
]
RANK = [Role.STAFF, Role.MANAGER, Role.OWNER]


@pytest.fixture
def ids(business: Business) -> dict[str, str]:
    """One of everything that a path may name."""
    actor = business.actor
    kind = create_resource_kind(provider=business.provider, name="Bay", actor=actor)
    unit = create_resource(kind=kind, outlet=business.outlet, name="Bay 1", actor=actor)
    start, end = tomorrow_at(10), tomorrow_at(12)
    rows = {
        "provider": business.provider,
        "outlet": business.outlet,
        "staff": business.person,
        "service": business.service,
        "option": create_option(service=business.service, actor=actor, name="Wax"),
        "kind": kind,
        "resource": unit,
        "closure": add_closure(outlet=business.outlet, start=start, end=end, actor=actor),
        "time_off": add_time_off(staff=business.person, start=start, end=end, actor=actor),
        "member": make_member(business.provider, Role.STAFF),
        "invitation": make_invitation(business.provider),
    }
    return {name: row.public_id for name, row in rows.items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("method", "path", "body", "least"), ROUTES, ids=[f"{method} {path}" for method, path, _, _ in ROUTES]
)
def test_each_route_answers_each_caller_as_the_table_says(
    business: Business, ids: dict[str, str], method: str, path: str, body: object, least: Role
) -> None:
    path = path.format(**ids)
    other_owner = make_member(make_provider(), Role.OWNER)
    operator = make_user(is_operator=True)
    assert business.call(None, method, path, body).status_code == 401
    for outsider in (business.stranger, other_owner, operator):
        answer = business.call(outsider, method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    writes = method != "GET"
    members = {Role.STAFF: business.staff, Role.MANAGER: business.manager, Role.OWNER: business.owner}
    for role in RANK[: RANK.index(least)]:
        answer = business.call(members[role], method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    scopes = ["catalogue:read"] if writes else ["bookings:read"]
    answer = business.call(members[least], method, path, body, scopes=scopes)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert business.call(members[least], method, path, body).status_code in (200, 201, 204)


def test_ids_that_are_none_look_like_those_of_others(business: Business) -> None:
    answer = business.call(business.owner, "GET", "/provider/outlets/out_0000000000000000")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_outlet_is_not_reached_through_another_business(business: Business) -> None:
    other = make_outlet()
    with pytest.raises(NotFound):
        access_outlet(Principal(user=business.owner), other.public_id)
    with pytest.raises(NotSignedIn):
        access_outlet(ANONYMOUS, business.outlet.public_id)


def test_membership_lists_only_ones_own(business: Business) -> None:
    make_outlet()
    principal = Principal(user=business.staff)
    assert [m.provider for m in memberships_of(principal)] == [business.provider]
    assert list(outlets_of(principal)) == [business.outlet]
    assert not memberships_of(Principal(user=business.stranger)).exists()
    with pytest.raises(NotAllowed):
        access_provider(principal, business.provider.public_id, role=Role.MANAGER)


def test_operators_are_operators_in_a_session_only(business: Business) -> None:
    operator = make_user(is_operator=True)
    assert as_operator(operator).is_operator
    for principal in (
        Principal(user=business.owner, second_factor=True),
        Principal(user=operator),
        Principal(user=operator, scopes=frozenset(), second_factor=True),
    ):
        assert not principal.is_operator


def test_the_deleted_ones_are_gone(business: Business, ids: dict[str, str]) -> None:
    business.call(business.manager, "DELETE", f"/provider/closures/{ids['closure']}")
    assert not Closure.objects.exists()
    business.call(business.owner, "DELETE", f"/provider/businesses/{ids['provider']}/members/{ids['member']}")
    assert not Membership.objects.filter(user__public_id=ids["member"]).exists()
