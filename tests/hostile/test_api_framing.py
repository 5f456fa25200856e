"""Requests to the API that are wrong before anybody reads a field: bodies, headers, keys, hosts."""

from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.api import PROBLEM_TYPE
from marketplace.api import api
from tests.hostile.asking import Asking
from tests.hostile.test_api_values import best
from tests.hostile.values import FULL, places, put
from tests.permissions.operations import OPERATIONS
from tests.permissions.table import cases
from tests.permissions.test_api import ROUTES
from tests.permissions.world import World, filled, send

WITH_BODY = [name for name, given_ in OPERATIONS.items() if cases(given_)[0].body]
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b'{"name": ',
    "no JSON": b"name=Helmi&email=helmi%40example.com",
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a NUL": b"\x00",
    "a list": b"[]",
    "a number": b"1e999",
    "null": b"null",
    "a key twice": b'{"name": "a", "name": "b", "surprise": 1}',
    "deep": b"[" * 50_000 + b"]" * 50_000,
    "a very long number": b'{"seats": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("name", WITH_BODY)
def test_bodies_that_are_none_are_refused(world: World, name: str) -> None:
    method, template = ROUTES[name]
    case = cases(OPERATIONS[name])[0]
    world.put(case.state)
    path, headers = template.format(**world.ids), best(world, case)
    asking = Asking(world)
    for what, body in BODIES.items():
        asking.api(what, method, path, body=body, headers=headers, must_refuse=True)
    asking.check()


def test_bodies_that_are_too_large_are_refused(world: World) -> None:
    asking = Asking(world)
    body = b'{"name": "' + b"x" * 1_100_000 + b'"}'
    for name in ("create_booking", "create_business", "replace_hours", "find_slots"):
        method, template = ROUTES[name]
        path = template.format(**world.ids)
        asking.api(name, method, path, body=body, headers=world.app("owner"), must_refuse=True)
    asking.check()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_another_content_type_never_fails(world: World, kind: str) -> None:
    """The API reads every body as JSON, whatever it is called: what is none is refused."""
    asking = Asking(world)
    headers = {**world.app("owner"), "Content-Type": kind}
    for body in (b"name=Helmi", b"--x\r\n\r\n--x--", b""):
        asking.api(kind, "POST", "/api/v1/provider/businesses", body=body, headers=headers, must_refuse=True)
    asking.check()


@pytest.mark.parametrize(
    "key", ["", " ", "x" * 256, "x" * 100_000, "ключ", "\x00", "\x7f", "not-a-uuid", "{}", "0" * 32 + "\t"]
)
def test_bad_keys_are_refused_by_their_codes(world: World, key: str) -> None:
    asking = Asking(world)
    case = cases(OPERATIONS["create_booking"])[0]
    body = filled(case.body, world.ids)
    asking.api(
        "key",
        "POST",
        "/api/v1/bookings",
        body=body,
        headers={"Idempotency-Key": key},
        must_refuse=key != "0" * 32 + "\t",
    )
    asking.check()


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer", 401),
        ("Bearer ", 401),
        ("Basic YTpi", 401),
        ("Bearer hbt_", 401),
        ("Bearer hbt_\x00", 401),
        ("Bearer hbt_" + "x" * 100_000, 401),
        ("Bearer \ufffd", 404),
        ("Bearer " + "x" * 100_000, 404),
        ("Bearer a b c", 404),
    ],
    ids=ascii,
)
def test_tokens_that_are_none(world: World, authorization: str, status: int) -> None:
    answer = Client().get(f"/api/v1/bookings/{world.ids['ref']}", headers={"Authorization": authorization})
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM_TYPE)


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "\xff", "W10:1abc:x", "x" * 10_000])
def test_a_forged_cookie_opens_nothing(world: World, cookie: str) -> None:
    for name in ("guest", "sessionid", "messages", "theme", "django_language"):
        client = Client()
        client.cookies[name] = cookie
        assert client.get(f"/api/v1/bookings/{world.ids['ref']}").status_code == 404
        assert client.get(f"/b/{world.ids['ref']}").status_code == 404
        assert client.get("/bookings").status_code == 200


@pytest.mark.parametrize("accept", ["", "*", "xx", "zh-hans;q=NaN", "fi," * 2000, "\x00", "en-" + "a" * 5000])
def test_any_language_is_taken(world: World, accept: str) -> None:
    answer = Client().get("/api/v1/categories", headers={"Accept-Language": accept})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/v1/bookings/", "/api/v1/%00", "/api/v1/bookings/%ff%fe", "/api/v1/" + "x/" * 500]
)
def test_addresses_that_are_none_are_problems(world: World, path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM_TYPE)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "", "a b"]
)
def test_other_hosts_are_not_served(world: World, host: str) -> None:
    for path in ("/api/v1/categories", "/", "/account/login/"):
        assert Client().get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("cursor", ["x", "W10", "W10:1abc:xyz", "\x00", "١", "x" * 200, "x" * 201])
def test_cursors_that_are_none_are_refused_by_every_list(world: World, cursor: str) -> None:
    lists = [name for name in OPERATIONS if name.startswith("list_") and "cursor" in parameters(name)]
    assert len(lists) > 6
    for name in [*lists, "search"]:
        method, template = ROUTES[name]
        answer = send(
            Client(),
            method,
            template.format(**world.ids),
            query={"cursor": cursor},
            headers=best(world, cases(OPERATIONS[name])[0]),
        )
        assert (name, answer.status_code) == (name, 422)
        assert answer.json()["code"] in ("cursor_invalid", "invalid_input")  # type: ignore[attr-defined]


def test_a_cursor_is_good_for_its_own_list_only(world: World) -> None:
    business = f"/api/v1/provider/businesses/{world.ids['provider']}"
    owner = world.app("owner")
    first = send(Client(), "GET", f"{business}/staff", query={"limit": 1}, headers=owner).json()  # type: ignore[attr-defined]
    assert first["next"]
    for path in (f"{business}/services", f"{business}/members", "/api/v1/bookings", "/api/v1/search"):
        answer = send(Client(), "GET", path, query={"cursor": first["next"]}, headers=owner)
        assert (path, answer.status_code, answer.json()["code"]) == (path, 422, "cursor_invalid")  # type: ignore[attr-defined]
    altered = first["next"][:-1] + ("A" if first["next"][-1] != "A" else "B")
    assert (
        send(Client(), "GET", f"{business}/staff", query={"cursor": altered}, headers=owner).status_code
        == 422
    )


@cache
def schema() -> Any:
    return api.get_openapi_schema()


def parameters(name: str) -> set[str]:
    """The names of an operation's query parameters."""
    method, path = ROUTES[name]
    described = schema()["paths"][path][method.lower()]
    return {parameter["name"] for parameter in described.get("parameters", [])}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.proof
@settings(
    max_examples=3000 if FULL else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=not FULL,
    database=None,
)
@given(data=st.data())
def test_any_json_in_any_place(world: World, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(WITH_BODY))
    method, template = ROUTES[name]
    case = cases(OPERATIONS[name])[0]
    body: Any = filled(case.body, world.ids)
    place = data.draw(st.sampled_from([(), *(path for path, _ in places(body))]))
    altered = put(body, place, data.draw(JSON))
    headers = {**best(world, case), "Idempotency-Key": str(uuid4())}
    asking = Asking(world)
    asking.api(f"{name} {place}", method, template.format(**world.ids), body=altered, headers=headers)
    asking.check()
