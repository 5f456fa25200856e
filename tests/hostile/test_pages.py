"""Pages with odd queries and forms: an answer that says what is wrong, never a failure, never a change."""

from typing import Any

import pytest
from django.test import Client

from tests.hostile.asking import Asking
from tests.hostile.test_api_values import show
from tests.hostile.values import FULL, INSTANTS, TEXTS
from tests.permissions.pages import PAGES
from tests.permissions.table import RULES, Case
from tests.permissions.test_pages import address, pages
from tests.permissions.world import World, filled

# What the pages read from their queries and forms, besides what their forms show.
QUERY = (
    *(
        "page",
        "day",
        "staff",
        "month",
        "when",
        "after",
        "near",
        "lat",
        "lng",
        "here",
        "radius",
        "radius_m",
        "bbox",
    ),
    *(
        "sort",
        "category",
        "q",
        "place",
        "cursor",
        "key",
        "next",
        "limit",
        "free_from",
        "free_to",
        "slot",
        "start",
    ),
    *("options", "action", "code", "version", "total", "do", "method", "theme", "language"),
)
ODD: list[str] = [text for text in [*TEXTS, *INSTANTS] if isinstance(text, str) and "\ud800" not in text]
ODD += [
    "//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "60.17,24.94",
    "1e400",
    "0",
    "-0",
    "²",
]
TRIED = [
    pytest.param(name, method, case, id=f"{method} {name}")
    for name, methods in PAGES.items()
    for method, case in methods.items()
    # The framework's own documents read nothing.
    if not name.startswith("api:")
]


def best(world: World, case: Case) -> Client:
    callers = ("customer", "owner", "stranger", "nobody")
    return world.browser(next((c for c in callers if RULES[case.rule][c] == "yes"), "nobody"))


@pytest.mark.proof
@pytest.mark.parametrize(("name", "method", "case"), TRIED)
def test_odd_queries_and_forms_never_fail(world: World, name: str, method: str, case: Case) -> None:
    world.put(case.state)
    path, client = address(world, name), best(world, case)
    asking = Asking(world)
    turn = sum(map(ord, name))
    form = filled(case.form, world.ids)
    for n in range(6 if FULL else 2):
        query = {key: ODD[(turn + 5 * n + i) % len(ODD)] for i, key in enumerate(QUERY)}
        if method == "GET":
            asking.page(f"all odd {n}", client, method, path, query=query)
        else:
            asking.page(f"odd form {n}", client, method, path, form={**form, **query})
    for key in form:
        for value in ODD if FULL else ODD[turn % 4 :: 4]:
            asking.page(f"{key} = {show(value)}", client, method, path, form={**form, key: value})
    if method == "POST":
        for body in (b"\x00", b"a=%00&b=%ff", b"&" * 2000):
            asking.page(f"body {body[:10]!r}", client, method, path, body=body)
    asking.check()


@pytest.mark.parametrize(
    ("name", "state", "path", "form"),
    [
        ("provider:visit_mark", "requested", {"action": "decline"}, {"reason": "a\x00b"}),
        ("provider:visit_standard", "started", {}, {"done": "9" * 5_000}),
        ("provider:visit_standard", "started", {}, {"done": "1" * 12}),
        ("provider:quiz", "confirmed", {}, {"q0": "9" * 5_000}),
    ],
)
def test_what_members_mark_and_answer_never_fails(
    world: World, name: str, state: str, path: dict[str, str], form: dict[str, str]
) -> None:
    world.put(state)
    member = world.browser("person" if name == "provider:quiz" else "owner")
    asking = Asking(world)
    where = address(world, name, {**world.ids, **path})
    answer = asking.page(name, member, "POST", where, form={"key": world.ids["uuid"], **form})
    if answer is not None and answer.status_code not in (302, 422):
        asking.failures.append(f"{name}: {answer.status_code}")
    asking.check()


@pytest.mark.parametrize(
    "key", ["day", "staff", "page", "cursor", "sort", "category", "q", "when", "after", "near"]
)
@pytest.mark.parametrize(
    "name",
    [
        "frontend:home",
        "frontend:search",
        "frontend:slots",
        "frontend:outlet",
        "frontend:bookings",
        "frontend:move",
        "provider:day",
        "provider:hours",
        "mailbox:list",
    ],
)
def test_one_odd_part_of_a_query(world: World, name: str, key: str) -> None:
    path, client = address(world, name), best(world, PAGES[name]["GET"])
    asking = Asking(world)
    for value in ODD[turn_of(name, key) :: 1 if FULL else 9]:
        asking.page(f"{key} = {show(value)}", client, "GET", path, query={key: value})
    asking.page(f"{key} twice", client, "GET", path, query={key: ["2027-01-01", "x"]})
    asking.check()


def test_slots_at_impossible_times_are_refused(world: World) -> None:
    asking = Asking(world)
    client = world.browser("nobody")
    for instant in INSTANTS:
        slot = f"{world.ids['outlet']}:{world.ids['service']}:{instant}"
        form = {"slot": slot, "nonce": world.ids["uuid"]}
        answer = asking.page(instant, client, "POST", "/hold", form=form)
        if answer is not None and answer.status_code not in (404, 409, 422):
            asking.failures.append(f"{instant}: {answer.status_code}")
    asking.check()


def turn_of(*words: str) -> int:
    return sum(map(ord, "".join(words))) % 9 if not FULL else 0


def test_ids_that_are_none_are_not_found(world: World) -> None:
    asking = Asking(world)
    owner = world.browser("owner")
    wrong = []
    for name, pattern in pages().items():
        texts = [
            key
            for key, kind in pattern.pattern.converters.items()
            if type(kind).__name__ == "StringConverter"
        ]
        for key in texts:
            for value in ("\x00", "x" * 300, "💇"):
                path = address(world, name, {**world.ids, key: value})
                for method in PAGES[name]:
                    answer = asking.page(
                        f"{name} {key} = {show(value)}", owner, method, path, **_form(method)
                    )
                    if answer is not None and answer.status_code not in (404, 403, 301, 302):
                        wrong.append((name, key, value, method, answer.status_code))
    # The words of an outlet's address are only for people to read.
    assert [each for each in wrong if each[1] != "slug"] == []
    asking.check()


def _form(method: str) -> dict[str, Any]:
    return {"form": {}} if method == "POST" else {}


OUTSIDE = [
    "//evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "\thttps://evil.example",
    "//evil.example\x00",
]


@pytest.mark.parametrize("target", OUTSIDE)
def test_nobody_is_sent_away(world: World, target: str) -> None:
    """No `next`, from a query or a form, leads to another site."""
    places = [
        ("POST", "/preferences", {"next": target, "theme": "dark"}, {}),
        ("POST", "/account/login/", {"next": target, "login": "nobody@example.com"}, {}),
        ("GET", "/account/login/", None, {"next": target}),
        ("POST", "/account/logout/", {"next": target}, {}),
        ("POST", "/account/login/code/", {"next": target, "email": "nobody@example.com"}, {}),
        ("GET", "/admin/login/", None, {"next": target}),
    ]
    for method, path, form, query in places:
        for caller in ("nobody", "owner", "operator"):
            client = world.browser(caller)
            answer = client.post(path, form) if method == "POST" else client.get(path, query)
            assert answer.status_code < 500
            location = answer.headers.get("Location", "/")
            assert location.startswith("/") and not location.startswith(("//", "/\\")), (
                path,
                caller,
                location,
            )


@pytest.mark.parametrize("referer", ["https://evil.example/", "//evil.example", "javascript:x", "\x00"])
def test_a_stale_form_leads_back_here_only(referer: str, world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/preferences", {"theme": "dark"}, headers={"Referer": referer})
    assert answer.status_code == 403
    assert b"evil.example" not in answer.content and b"javascript:" not in answer.content
