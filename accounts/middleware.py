"""What accounts does around every page: who is calling, and what guards an operator's second factor."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.principals import Principal
from accounts.second_factor import door
from accounts.selectors import has_second_factor, principal_of
from accounts.services.sessions import SEEN_AT, SEEN_EVERY_S, note_seen
from common import audit

Answer = Callable[[HttpRequest], HttpResponse]


class PrincipalMiddleware:
    """Puts the caller of a page on the request as `request.principal`."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Lazy: a public page that does not ask costs no look-up.
        request.principal = SimpleLazyObject(lambda: principal_of(request))  # type: ignore[attr-defined]

        def is_operators(actor: str) -> bool:
            principal: Principal = request.principal  # type: ignore[attr-defined]  # the API puts its own there
            return principal.is_operator and principal.actor == actor

        with audit.acting(is_operators):
            return self.get_response(request)


class ForgottenOnSignOut:
    """Whoever signs out leaves nothing on the device: kept pages, the service worker, and with it their messages.

    Browsers that do not know the header forget the kept page when the next page says that somebody else reads.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "signed_out", False):
            response["Clear-Site-Data"] = '"storage"'
        return response


class SeenMiddleware:
    """Notes, an hour apart, that somebody who signed in is still there, for the list of where they are signed in.

    Only sessions that the page has looked at: a public page that does not ask who is calling stays as cheap.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if session.accessed and SEEN_AT in session:
            now = int(time.time())
            if session[SEEN_AT] < now - SEEN_EVERY_S and session.session_key:
                note_seen(session_key=session.session_key)
                session[SEEN_AT] = now
        return response


class SecondFactorGuard:
    """Factors are changed by who has given one.

    A session from before an operator set up a factor, or a stolen password, must not add another and come in by it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        match = request.resolver_match
        name = (match.url_name if match else "") or ""
        if not name.startswith("mfa_") or name in self.open_to_all:
            return None
        user = request.user
        if not isinstance(user, User) or not user.is_operator or request.principal.second_factor:  # type: ignore[attr-defined]
            return None
        return door(request, user) if has_second_factor(user) else None

    # Where the factor itself is given.
    open_to_all = frozenset({"mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})
