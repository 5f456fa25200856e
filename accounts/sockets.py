"""Who opened a socket: the subprotocol `bearer.TOKEN`, else the cookies of the handshake."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie

from accounts import selectors
from accounts.principals import Principal

# A browser cannot set headers on a socket, but it can name subprotocols.
PREFIX = "bearer."


def bearer_subprotocol(scope: dict[str, Any]) -> str | None:
    """The first subprotocol `bearer.TOKEN` of an ASGI scope; browsers hang up unless it is repeated."""
    offered: Iterable[str] = scope.get("subprotocols", ())
    return next((name for name in offered if name.startswith(PREFIX)), None)


def principal_of_scope(scope: dict[str, Any]) -> Principal:
    """The caller behind an ASGI scope, looked up anew each time: signing out and revoking count at once.

    A bearer token wins over the cookies, as in the API. Raises NotSignedIn for a bad API token.
    """
    if (bearer := bearer_subprotocol(scope)) is not None:
        return selectors.principal_of_bearer(bearer.removeprefix(PREFIX))
    request = HttpRequest()
    for name, value in scope.get("headers", ()):
        if name == b"cookie":
            request.COOKIES.update(parse_cookie(value.decode("latin1")))
    sessions = import_module(settings.SESSION_ENGINE)
    request.session = sessions.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    request.user = get_user(request)
    return selectors.principal_of(request)
