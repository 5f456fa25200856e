"""Every operation of the API × everybody who may call it."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from accounts.principals import OPERATOR_SCOPES, SCOPES
from common.api import PROBLEM_TYPE
from marketplace.api import api
from tests.factories import PIXEL
from tests.permissions.operations import OPERATIONS
from tests.permissions.table import RULES, Case, cases
from tests.permissions.world import CALLERS, World, everything, filled, send, undone
from tests.signing_in import sign_in

HOW_TO_ADD = "give it a rule in tests/permissions/operations.py: OPERATIONS[operation_id]"


def operations() -> Iterator[tuple[str, str, str]]:
    """Operation id, method and path of everything in the API."""
    assert api.urls  # reading it is what assembles the nested routers
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield operation.operation_id or "", method, f"/api/v1{prefix}{path}"


ROUTES = {name: (method, path) for name, method, path in operations()}
TRIED = [
    pytest.param(name, case, id=name if case is all_cases[0] else f"{name}-{n}")
    for name, given in OPERATIONS.items()
    for all_cases in [cases(given)]
    for n, case in enumerate(all_cases)
]


def test_every_operation_has_a_rule() -> None:
    assert [name for name, _, _ in operations() if name not in OPERATIONS] == [], HOW_TO_ADD
    assert [name for name in OPERATIONS if name not in ROUTES] == [], "these are no longer in the API"


def call(
    world: World, name: str, case: Case, caller: str, *scopes: str, foreign: bool = False
) -> HttpResponse:
    """The case's request as an app of the caller sends it; `foreign` asks for the rival's objects.

    What operators may, they may in a session only.
    """
    method, path = ROUTES[name]
    ids = world.ids if not foreign else world.foreign
    in_session = caller == "operator" and by_power(case)
    if case.file:
        browser = world.browser(caller) if in_session else Client()
        return browser.post(  # type: ignore[return-value]
            path.format(**ids),
            {case.file: SimpleUploadedFile("photo.png", PIXEL)},
            headers={
                "Idempotency-Key": str(uuid4()),
                **({} if in_session else world.app(caller, *scopes)),
            },
        )
    return send(
        world.browser(caller) if in_session else Client(),
        method,
        path.format(**ids),
        body=filled(case.body, world.ids),
        query=filled(case.query, world.ids),
        headers={} if in_session else world.app(caller, *scopes),
    )


def by_power(case: Case) -> bool:
    """Whether operators come farther with this because they are operators."""
    return RULES[case.rule]["operator"] != RULES[case.rule]["stranger"]


def outcome(answer: HttpResponse) -> str:
    """The answer in the table's words."""
    if answer.status_code in (401, 403, 404):
        assert answer["Content-Type"] == PROBLEM_TYPE
        code = answer.json()["code"]  # type: ignore[attr-defined]
        expected = {401: "not_authenticated", 403: "not_allowed", 404: "not_found"}[answer.status_code]
        return str(answer.status_code) if code == expected else f"{answer.status_code} {code}"
    return "yes" if answer.status_code < 500 else str(answer.status_code)


def _without_scope(case: Case) -> list[tuple[str, tuple[str, ...]]]:
    """Those who may, with tokens for everything but this."""
    others = tuple(SCOPES.keys() - {case.scope})
    may = [caller for caller in CALLERS if RULES[case.rule][caller] == "yes"]
    return [(c, others) for c in may if case.scope and c not in ("nobody", "guest", "operator")]


@pytest.mark.parametrize(("name", "case"), TRIED)
def test_each_caller_is_answered_as_the_table_says(world: World, name: str, case: Case) -> None:
    world.put(case.state)
    rule = RULES[case.rule]
    before = everything()
    refused = {c: outcome(call(world, name, case, c)) for c in CALLERS if rule[c] != "yes"}
    without_scope = {outcome(call(world, name, case, c, *scopes)) for c, scopes in _without_scope(case)}
    assert without_scope <= {"403"}, "a token may do this without its scope"
    assert everything() == before, "a refusal changed something"

    allowed, statuses = {}, set()
    for caller in (c for c in CALLERS if rule[c] == "yes"):
        with undone():
            answer = call(world, name, case, caller)
            allowed[caller] = outcome(answer)
            statuses.add(answer.status_code)
    assert {**refused, **allowed} == {caller: rule[caller] for caller in {**refused, **allowed}}
    # The request itself is right: it proves nothing that a wrong one is not refused.
    succeeded = {status if status >= 300 else 200 for status in statuses}
    assert not statuses or case.outcome in succeeded, statuses


@pytest.mark.parametrize(("name", "case"), [p for p in TRIED if p.values[1].scope in OPERATOR_SCOPES])
def test_an_operators_token_may_what_its_scope_says(world: World, name: str, case: Case) -> None:
    """And neither a token without it, nor a session without the second factor."""
    world.put(case.state)
    method, path = ROUTES[name]
    without = sign_in(Client(), world.users["operator"], second_factor=False)
    others = tuple(SCOPES.keys() - {case.scope})

    def answered(client: Client, headers: dict[str, str]) -> HttpResponse:
        body, query = filled(case.body, world.ids), filled(case.query, world.ids)
        return send(client, method, path.format(**world.ids), body=body, query=query, headers=headers)

    before = everything()
    assert outcome(answered(Client(), world.app("operator", *others))) == "404"
    assert outcome(answered(without, {})) == "404"
    assert everything() == before
    with undone():
        answer = answered(Client(), world.app("operator", str(case.scope)))
        assert (answer.status_code if answer.status_code >= 300 else 200) == case.outcome


@pytest.mark.parametrize(
    ("name", "case"),
    [p for p in TRIED if by_power(p.values[1]) and p.values[1].scope not in OPERATOR_SCOPES],
)
def test_an_operators_token_has_no_other_power(world: World, name: str, case: Case) -> None:
    world.put(case.state)
    method, path = ROUTES[name]
    without = sign_in(Client(), world.users["operator"], second_factor=False)
    before = everything()
    for client, headers in ((Client(), world.app("operator")), (without, {})):
        answer = send(
            client,
            method,
            path.format(**world.ids),
            body=filled(case.body, world.ids),
            query=filled(case.query, world.ids),
            headers=headers,
        )
        assert outcome(answer) == RULES[case.rule]["stranger"]
    assert everything() == before


def test_only_the_person_manages_their_tokens(world: World) -> None:
    path = f"/api/v1/me/tokens/{world.ids['id']}"
    assert send(world.browser("stranger"), "DELETE", path).status_code == 404
    assert send(world.browser("customer"), "GET", "/api/v1/me/tokens").status_code == 200
    assert send(world.browser("customer"), "DELETE", path).status_code == 204


@pytest.mark.parametrize(
    ("name", "case"),
    [p for p in TRIED if p.values[1].rule not in ("public", "somebody", "signed in", "signed in person")],
)
def test_what_is_forbidden_looks_like_what_is_not_there(world: World, name: str, case: Case) -> None:
    """The same bytes for an object of others, and for ids that name nothing: nobody learns what exists."""
    method, path = ROUTES[name]
    world.put(case.state)
    # Of the right form, and nobody's.
    nothing = {key: value[:-5] + "00000" if key != "on" else value for key, value in world.ids.items()}
    for caller in ("nobody", "guest", "stranger", "rival", "operator", "owner"):
        if RULES[case.rule][caller] in ("401", "yes", "403") and caller != "owner":
            continue
        # The owner is a stranger to the rival's things.
        theirs = world.foreign if caller == "owner" else world.ids
        answers = [
            send(
                Client(),
                method,
                path.format(**ids),
                body=filled(case.body, world.ids),
                query=filled(case.query, world.ids),
                headers=world.app(caller),
            )
            for ids in (theirs, nothing)
        ]
        assert [answer.status_code for answer in answers] == [404, 404], caller
        assert answers[0].content == answers[1].content
        assert dict(answers[0].items()) == dict(answers[1].items())
