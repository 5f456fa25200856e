"""Who calls the API: a bearer token, else the cookies, else nobody. Each route decides what it needs."""

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from accounts import selectors
from accounts.errors import CsrfFailed
from accounts.principals import Principal
from accounts.services import note_use
from common.errors import NotSignedIn


class Authenticate(HttpBearer):
    """Puts the caller on the request as `request.principal`; pass it to NinjaAPI or a router as `auth`.

    A bearer token wins over the cookies. Cookies come along by themselves, so a write that rests on them
    needs the CSRF token. Raises NotSignedIn for a bad token, CsrfFailed.
    """

    def __call__(self, request: HttpRequest) -> Principal:
        header = request.headers.get("Authorization")
        if header is not None:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise NotSignedIn
            return self.authenticate(request, token.strip())
        principal = selectors.principal_of(request)
        if (principal.user or principal.capabilities) and check_csrf(request):
            raise CsrfFailed
        request.principal = principal  # type: ignore[attr-defined]
        return principal

    def authenticate(self, request: HttpRequest, token: str) -> Principal:
        if token.startswith(selectors.API_TOKEN_PREFIX):
            found = selectors.find_api_token(token)
            note_use(token=found)
            principal = selectors.principal_of_api_token(found)
        else:
            principal = selectors.principal_of_bearer(token)
        request.principal = principal  # type: ignore[attr-defined]
        return principal


authenticate = Authenticate()
