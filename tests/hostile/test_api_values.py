"""Every field of every operation's body, query and address, with what nobody should send in its place."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.hostile.asking import Asking
from tests.hostile.values import places, put, values_for
from tests.permissions.table import RULES, Case
from tests.permissions.test_api import ROUTES, TRIED
from tests.permissions.world import World, filled

pytestmark = pytest.mark.proof


def best(world: World, case: Case) -> dict[str, str]:
    """The headers of who gets furthest with it: an app's token, or the session of an operator or of a person."""
    if case.rule == "signed in person":
        return in_session(world, "stranger")
    everybody = ("customer", "owner", "person", "stranger", "nobody", "guest", "operator")
    caller = next(c for c in everybody if RULES[case.rule][c] == "yes")
    return in_session(world, caller) if caller == "operator" else world.app(caller)


def in_session(world: World, caller: str) -> dict[str, str]:
    """The headers of a browser in which the caller is signed in."""
    cookies = world.browser(caller).cookies
    return {"Cookie": "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items())}


def foreign_of(world: World, valid: Any) -> str | None:
    """The rival's thing of the same kind, when `valid` is one of the business's."""
    names = [name for name, id in world.ids.items() if id == valid]
    return next((world.foreign[name] for name in names if world.foreign[name] != valid), None)


def show(value: Any) -> str:
    text = ascii(value)
    return text if len(text) < 50 else f"{text[:40]}… ({len(text)})"


@pytest.mark.parametrize(("name", "case"), TRIED)
def test_no_value_makes_it_fail_or_change_what_it_refuses(world: World, name: str, case: Case) -> None:
    method, template = ROUTES[name]
    world.put(case.state)
    path, body, query = (
        template.format(**world.ids),
        filled(case.body, world.ids),
        filled(case.query, world.ids),
    )
    headers = best(world, case)
    asking = Asking(world)
    turn = sum(map(ord, name))
    for place, valid in places(body) if body else []:
        turn += 1
        for value in values_for(valid, foreign_of(world, valid), turn):
            what = f"body {'.'.join(map(str, place))} = {show(value)}"
            asking.api(
                what,
                method,
                path,
                body=put(body, place, value),
                query=query,
                headers=headers,
                must_refuse=isinstance(value, str) and "\x00" in value,
            )
    for key in [*query, "limit", "cursor", "nonsense"]:
        turn += 1
        for value in values_for(query.get(key, "1"), foreign_of(world, query.get(key)), turn):
            sent = [str(each) for each in value] if isinstance(value, list) else str(value)
            try:
                str(sent).encode()
            except UnicodeEncodeError:  # no address holds half a character
                continue
            asking.api(
                f"query {key} = {show(value)}",
                method,
                path,
                body=body,
                query={**query, key: sent},
                headers=headers,
            )
        if query.get(key):
            twice = [query[key], query[key]]
            asking.api(
                f"query {key} twice", method, path, body=body, query={**query, key: twice}, headers=headers
            )
    for key in [part for part in world.ids if f"{{{part}}}" in template]:
        turn += 1
        for value in values_for(world.ids[key], None, turn):
            if not isinstance(value, str) or not value or "\ud800" in value:
                continue
            altered = template.format(**{**world.ids, key: quote(value, safe="")})
            asking.api(
                f"address {key} = {show(value)}", method, altered, body=body, query=query, headers=headers
            )
    asking.check()
