"""Ids of another business in every field that takes one, fields that nobody offered, and roles nobody gave."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from common.api import PROBLEM_TYPE
from providers.models import Membership
from tests.permissions.operations import OPERATIONS
from tests.permissions.table import RULES, Case, cases
from tests.permissions.test_api import ROUTES
from tests.permissions.world import CALLERS, World, everything, filled, send

# What stands for the id of a thing, and which of the rival's it becomes.
RIVALS = {
    "outlet": "outlet",
    "service": "service",
    "home": "home",
    "staff": "staff",
    "new_staff": "staff",
    "option": "option",
    "kind": "kind",
}
# What a caller would like to be or to have.
WISHES: dict[str, Any] = {
    "id": "usr_0000000000000000",
    "provider": "prv_0000000000000000",
    "role": "owner",
    "status": "approved",
    "is_operator": True,
    "total_amount": 1,
    "payment_state": "paid",
    "archived_at": None,
}

# What no token does, whosever it is: asked for in a session.
IN_PERSON = "signed in person"

Path = tuple[str | int, ...]


def ids_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Where in a body or query an id stands, and whose name it has."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from ids_in(each, (*path, name))
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from ids_in(each, (*path, n))
    elif isinstance(value, str) and value.startswith("{") and value[1:-1] in RIVALS:
        yield path, value[1:-1]


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy with the value at `path` replaced."""
    found = copy.deepcopy(value)
    at = found
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = new
    return found


FIELDS = [
    pytest.param(name, case, part, path, key, id=f"{name} {part} {'.'.join(map(str, path))} #{n}")
    for name, given in OPERATIONS.items()
    for n, case in enumerate(cases(given))
    for part in ("body", "query")
    for path, key in ids_in(getattr(case, part))
]
BODIES = [
    pytest.param(name, case, id=f"{name} #{n}")
    for name, given in OPERATIONS.items()
    for n, case in enumerate(cases(given))
    if isinstance(case.body, dict)
]


def caller_of(case: Case) -> str:
    """Somebody who may: the one with the most power, so that nothing else stands in the way."""
    if case.rule == IN_PERSON:
        return "customer"
    for caller in ("owner", "manager", "customer"):
        if RULES[case.rule][caller] == "yes":
            return caller
    return next(caller for caller in CALLERS if RULES[case.rule][caller] == "yes")


def ask(world: World, name: str, case: Case, body: Any, query: Any) -> HttpResponse:
    method, path = ROUTES[name]
    caller = caller_of(case)
    in_session = caller == "operator" or case.rule == IN_PERSON
    return send(
        world.browser(caller) if in_session else Client(),
        method,
        path.format(**world.ids),
        body=body,
        query=query,
        headers={} if in_session else world.app(caller),
    )


def is_coded(answer: HttpResponse) -> bool:
    return answer["Content-Type"] == PROBLEM_TYPE and bool(answer.json()["code"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "case", "part", "path", "key"), FIELDS)
def test_an_id_of_another_business_is_refused_in_every_field(
    world: World, name: str, case: Case, part: str, path: Path, key: str
) -> None:
    world.put(case.state)
    given = {"body": filled(case.body, world.ids), "query": filled(case.query, world.ids)}
    given[part] = replaced(given[part], path, world.foreign[RIVALS[key]])
    before = everything()

    answer = ask(world, name, case, **given)

    assert answer.status_code in (403, 404, 409, 422), answer.status_code
    assert is_coded(answer)
    assert everything() == before


def test_there_are_such_fields() -> None:
    assert len(FIELDS) >= 30


@pytest.mark.parametrize(("name", "case"), BODIES)
def test_a_field_that_nobody_offered_is_refused(world: World, name: str, case: Case) -> None:
    world.put(case.state)
    body = filled(case.body, world.ids)
    before = everything()
    for wish, value in WISHES.items():
        if wish in body:
            continue
        answer = ask(world, name, case, {**body, wish: value}, filled(case.query, world.ids))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), wish  # type: ignore[attr-defined]
    assert everything() == before


# Roles


@pytest.mark.parametrize("caller", ["person", "manager"])
@pytest.mark.parametrize("role", ["manager", "owner"])
def test_nobody_raises_their_own_role(world: World, caller: str, role: str) -> None:
    me = world.users[caller].public_id
    business = world.ids["provider"]
    before = everything()
    answers = [
        send(
            Client(),
            "PATCH",
            f"/api/v1/provider/businesses/{business}/members/{me}",
            body={"role": role},
            headers=world.app(caller),
        ),
        send(
            Client(),
            "POST",
            f"/api/v1/provider/businesses/{business}/invitations",
            body={"email": world.users[caller].email, "role": role},
            headers=world.app(caller),
        ),
        send(
            world.browser(caller),
            "POST",
            f"/provider/{business}/members/{me}/",
            form={"role": role, "staff": ""},
        ),
        send(
            world.browser(caller),
            "POST",
            f"/provider/{business}/members/new/",
            form={"email": world.users[caller].email or "", "role": role},
        ),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert everything() == before


def test_an_owner_of_one_business_is_nobody_in_another(world: World) -> None:
    rival = world.users["rival"].public_id
    answer = send(
        Client(),
        "PATCH",
        f"/api/v1/provider/businesses/{world.ids['provider']}/members/{rival}",
        body={"role": "owner"},
        headers=world.app("owner"),
    )
    assert answer.status_code == 404
    assert not Membership.objects.filter(
        user=world.users["rival"], provider__public_id=world.ids["provider"]
    ).exists()


# Pages

FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "whose time off": (
        "time-off/",
        {"off-staff": "{staff}", "off-first": "{on}", "off-last": "{on}", "off-reason": ""},
    ),
    "whose date": ("outlets/{own_outlet}/days/", {"override-on": "{on}", "override-staff": "{staff}"}),
    "whose date to clear": ("outlets/{own_outlet}/days/{on}/clear/", {"staff": "{staff}"}),
    "whose week": ("outlets/{own_outlet}/hours/?staff={staff}", {}),
    "whose seasons": ("outlets/{own_outlet}/seasons/?staff={staff}", {}),
    "whose season to remove": (
        "outlets/{own_outlet}/seasons/remove/",
        {"staff": "{staff}", "rule": "0/09:00/"},
    ),
    "who a new member is": (
        "members/new/",
        {"email": "new@example.com", "role": "staff", "staff": "{staff}"},
    ),
    "who a member is": ("members/{own_user}/", {"role": "staff", "staff": "{staff}"}),
    "the kind of a unit": (
        "things/units/",
        {"unit-kind": "{kind}", "unit-outlet": "{own_outlet}", "unit-name": "9", "unit-position": "1"},
    ),
    "the shop of a unit": (
        "things/units/",
        {"unit-kind": "{own_kind}", "unit-outlet": "{outlet}", "unit-name": "9", "unit-position": "1"},
    ),
    "where a person works": ("staff/new/", {"name": "Eero", "language": "en", "outlets": "{outlet}"}),
    "a visit of another business": ("visits/{ref}/cancel", {"version": "1", "key": "{uuid}"}),
    "its payment": ("visits/{ref}/payment", {"amount": "5000", "means": "cash", "key": "{uuid}"}),
    "its payment back": ("visits/{ref}/payment/back", {"reason": "Why", "key": "{uuid}"}),
    "its message": ("visits/{ref}/message", {"text": "Hello", "key": "{uuid}"}),
    "its move": ("visits/{ref}/move", {"do": "move", "start": "{later}", "key": "{uuid}"}),
    "its check-in": ("visits/{ref}/check_in", {"code": "0000", "key": "{uuid}"}),
    "a visit in another shop": ("{outlet}/day/add", {"do": "book", "key": "{uuid}"}),
    "a scan in another shop": ("{outlet}/scan", {"scan": "x", "key": "{uuid}"}),
}


@pytest.mark.parametrize("name", FORMS)
def test_an_id_of_another_business_in_a_form_changes_nothing(world: World, name: str) -> None:
    path, form = FORMS[name]
    own = {f"own_{key}": value for key, value in world.ids.items()}
    ids = {**world.foreign, **own}
    before = everything()
    answer = send(
        world.browser("owner"),
        "POST",
        f"/provider/{world.ids['provider']}/{path.format(**ids)}",
        form=filled(form, ids),
    )
    assert answer.status_code in (404, 422)
    assert everything() == before
