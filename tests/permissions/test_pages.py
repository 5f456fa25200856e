"""Every page, form and webhook × everybody who may come to it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from marketplace.api import api
from tests.permissions.pages import PAGES
from tests.permissions.table import RULES, Case
from tests.permissions.world import CALLERS, World, everything, filled, send, undone

HOW_TO_ADD = "give it a rule in tests/permissions/pages.py: PAGES[route name][method]"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Told to whoever comes at the wrong moment of signing in; nothing of ours is behind them.
SIGN_IN = "/account/login/"


# Names in a route's address that stand in front of its own part, in the patterns that include it.
IN_FRONT: dict[str, set[str]] = {}


def patterns(
    resolver: URLResolver, space: str = "", in_front: frozenset[str] = frozenset()
) -> Iterator[tuple[str, URLPattern]]:
    """Every route with its name, namespace first."""
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            inner = f"{space}{found.namespace}:" if found.namespace else space
            yield from patterns(found, inner, in_front | set(found.pattern.converters))
        else:
            IN_FRONT[f"{space}{found.name}"] = set(in_front)
            yield f"{space}{found.name}", found


def pages() -> dict[str, URLPattern]:
    """The routes that are neither the API's operations nor the back office."""
    assert api.urls
    operations = {
        operation.operation_id
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    }
    found = patterns(get_resolver())
    by_operation = {f"api:{name}" for name in operations} | {"api:api-root", "api:list_events", "api:fill_in"}
    by_operation.add("api_unknown")  # nothing is there, for anybody
    return {
        name: pattern
        for name, pattern in found
        if not name.startswith("admin:") and "PathView" not in pattern.lookup_str and name not in by_operation
    }


TRIED = [
    pytest.param(name, method, case, id=f"{method} {name}")
    for name, methods in PAGES.items()
    for method, case in methods.items()
]


def test_every_page_has_a_rule() -> None:
    missing = {name: pattern.lookup_str for name, pattern in pages().items() if name not in PAGES}
    assert missing == {}, HOW_TO_ADD
    assert [name for name in PAGES if name not in pages()] == [], "these are no longer on the site"


def address(world: World, name: str, ids: dict[str, str] | None = None) -> str:
    """The page's address with the ids of the business, or others."""
    wanted = [*pages()[name].pattern.converters, *IN_FRONT[name]]
    kwargs: dict[str, Any] = {key: (ids or world.ids)[key] for key in wanted}
    if "on" in kwargs:
        kwargs["on"] = date.fromisoformat(kwargs["on"])
    return reverse(name, kwargs=kwargs)


def visit(world: World, method: str, case: Case, client: Client, path: str) -> HttpResponse:
    """The case's request: a form when it is sent, without the CSRF token that the test client does not need."""
    form: dict[str, Any] | None = filled(case.form, world.ids) if method == "POST" else None
    return send(client, method, path, form=form)


def outcome(answer: HttpResponse) -> str:
    """The answer in the table's words."""
    if answer.status_code == 302 and answer["Location"].startswith(f"{SIGN_IN}?next="):
        return "401"
    if answer.status_code in (401, 403, 404) or answer.status_code >= 500:
        return str(answer.status_code)
    return "yes"


@pytest.mark.parametrize(("name", "method", "case"), TRIED)
def test_each_caller_is_answered_as_the_table_says(world: World, name: str, method: str, case: Case) -> None:
    world.put(case.state)
    rule = RULES[case.rule]
    path = address(world, name)
    browsers = {caller: world.browser(caller) for caller in CALLERS}
    before = everything()
    refused = {
        caller: outcome(visit(world, method, case, browsers[caller], path))
        for caller in CALLERS
        if rule[caller] != "yes"
    }
    assert everything() == before, "a refusal changed something"
    allowed, statuses = {}, set()
    for caller in (c for c in CALLERS if rule[c] == "yes"):
        with undone():
            answer = visit(world, method, case, browsers[caller], path)
            allowed[caller] = outcome(answer)
            statuses.add(answer.status_code)
    # Who is told on the page is sent back to it like those who may, with nothing changed.
    expected = {caller: "yes" if word == "told" else word for caller, word in rule.items()}
    assert {**refused, **allowed} == expected
    # The request itself is right: it proves nothing that a wrong one is not refused.
    succeeded = {200 if status < 400 else status for status in statuses}
    assert not statuses or case.outcome in succeeded, statuses


def test_other_methods_are_refused(world: World) -> None:
    """A page that learns to answer another method needs a rule for it. (allauth and ninja ignore the method.)"""
    owner = world.browser("owner")
    answered = {
        (name, method): answer.status_code
        for name, pattern in pages().items()
        if not pattern.lookup_str.startswith(("allauth.", "ninja."))
        for method in METHODS
        if method not in PAGES[name]
        for answer in [send(owner, method, address(world, name))]
        if answer.status_code != 405
    }
    assert answered == {}, HOW_TO_ADD


def test_the_back_office_is_for_operators(world: World) -> None:
    paths = {}
    for name, pattern in patterns(get_resolver()):
        if name.startswith("admin:") and name not in ("admin:login", "admin:logout", "admin:None"):
            kwargs = dict.fromkeys(pattern.pattern.converters, "1")
            names = {"app_label": "accounts"} if name == "admin:app_list" else {}
            paths[name] = reverse(name, kwargs={**kwargs, **names})
    assert len(paths) > 20
    before = everything()
    for caller in CALLERS[:-1]:
        # One gate stands before all of it: every door is tried by those with the least and the most to gain.
        for name in paths if caller in ("nobody", "owner") else ["admin:index"]:
            for method in ("GET", "POST"):
                answer = send(world.browser(caller), method, paths[name], form={})
                assert answer.status_code in (302, 403), (name, caller, method, answer.status_code)
                if answer.status_code == 302:
                    assert answer["Location"].startswith("/admin/login/"), (name, answer["Location"])
    assert everything() == before
    assert world.browser("operator").get(paths["admin:index"]).status_code == 200
