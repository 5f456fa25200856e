"""Guests' capabilities on pages: a mail link is traded for a cookie and a clean address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import cache_control

from accounts.principals import Principal
from accounts.selectors import (
    API_TOKEN_PREFIX,
    GUEST_COOKIE,
    GUEST_COOKIE_OPTIONS,
    guest_cookie_with,
    principal_of_bearer,
)
from bookings.selectors.access import Access, booking_for
from common.errors import NotFound

View = Callable[..., HttpResponse]


def access(request: HttpRequest, ref: str) -> Access:
    """The booking and what this caller is to it. Raises NotFound."""
    return booking_for(request.principal, ref)  # type: ignore[attr-defined]  # set by the middleware


def private_to(opens: Callable[[Principal, str], object], *, named: str = "ref") -> Callable[[View], View]:
    """A page about one booking, or whatever else its address names as `named`: nobody keeps it, and a `?key=` that
    `opens` it is traded at once.

    Raises NotFound for a wrong key, which an app's token is here: it has no business in an address.
    """

    def decorate(view: View) -> View:
        @cache_control(private=True, no_store=True)
        @wraps(view)
        def wrapper(request: HttpRequest, **ids: Any) -> HttpResponse:
            key = request.GET.get("key", "")
            if not key:
                return view(request, **ids)
            if key.startswith(API_TOKEN_PREFIX):
                raise NotFound
            opens(principal_of_bearer(key), ids[named])
            response = HttpResponseRedirect(request.path)
            response.set_cookie(GUEST_COOKIE, guest_cookie_with(request, key), **GUEST_COOKIE_OPTIONS)  # type: ignore[arg-type]
            return response

        return wrapper

    return decorate


# The pages of the booking itself.
private = private_to(booking_for)
