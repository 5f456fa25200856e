"""Every socket × everybody who may open it. tests/sockets opens them over a real connection."""

import pytest
from channels.consumer import AsyncConsumer
from django.conf import settings
from django.test import Client

from bookings.consumers import LiveConsumer, NoSuchSocket
from common.errors import DomainError
from marketplace.routing import sockets
from tests.permissions.pages import SOCKETS
from tests.permissions.table import RULES, Case
from tests.permissions.world import CALLERS, World
from tests.signing_in import sign_in

ROUTES = {str(route.pattern): route.callback.consumer_class for route in sockets.routes}
# Each consumer keeps the name in its address under this attribute.
NAMES = {"ws/bookings/<str:ref>": "ref", "ws/queue/<str:place>": "place"}


def test_every_socket_has_a_rule() -> None:
    known = {path for path, consumer in ROUTES.items() if consumer is not NoSuchSocket}
    assert known == SOCKETS.keys(), "give it a rule in tests/permissions/pages.py: SOCKETS[path]"


def may_listen(
    consumer_class: type[AsyncConsumer], path: str, value: str, headers: dict[str, str], cookie: str = ""
) -> bool:
    consumer = consumer_class()
    assert isinstance(consumer, LiveConsumer)
    name = NAMES.get(path, "outlet")
    setattr(consumer, name, value)
    bearer = [headers["Authorization"].replace("Bearer ", "bearer.")] if headers else []
    cookies = f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()
    consumer.scope = {"subprotocols": bearer, "headers": [(b"cookie", cookies)]}
    try:
        consumer.may_listen()
    except DomainError:
        return False
    return True


@pytest.mark.parametrize(("path", "case"), SOCKETS.items(), ids=SOCKETS)
def test_each_caller_is_answered_as_the_table_says(world: World, path: str, case: Case) -> None:
    """A refusal is one close code for all reasons (consumers.NOT_FOUND): what is not there looks the same."""
    name = NAMES.get(path, "outlet")
    heard = {caller: may_listen(ROUTES[path], path, world.ids[name], world.app(caller)) for caller in CALLERS}
    # An operator's app listens to what everybody may; the rest takes a session with the second factor.
    assert heard["operator"] == heard["stranger"]
    operator = world.users["operator"]
    for second_factor in (False, True):
        client = sign_in(Client(), operator, second_factor=second_factor)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        may = may_listen(ROUTES[path], path, world.ids[name], {}, cookie)
        assert may == (heard["stranger"] or (second_factor and RULES[case.rule]["operator"] == "yes"))
    heard["operator"] = may
    assert heard == {caller: RULES[case.rule][caller] == "yes" for caller in CALLERS}
    assert not may_listen(ROUTES[path], path, "nothing", world.app("owner"))
    if case.scope:
        others = {"catalogue:read"}
        assert not may_listen(ROUTES[path], path, world.ids[name], world.app("owner", *others))
        assert may_listen(ROUTES[path], path, world.ids[name], world.app("owner", case.scope))
