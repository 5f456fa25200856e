"""Who am I, and the tokens of my apps."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from accounts import selectors, services
from accounts.api_data import router as data
from accounts.api_saved import router as saved
from accounts.models import ApiToken, User
from accounts.principals import Principal
from common.api import ERRORS
from common.errors import NotAllowed

router = Router(tags=["account"])
router.add_router("", data)
router.add_router("", saved)


class Me(Schema):
    """The caller. `scopes` is null for a session, which may do everything that its user may."""

    id: str
    name: str
    email: str | None
    language: str
    is_operator: bool
    scopes: list[str] | None


class Token(Schema):
    """An app's token; its secret was shown once."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Tokens(Schema):
    items: list[Token]


@router.get("/me", response={200: Me, **ERRORS}, operation_id="get_me", summary="Who am I")
def get_me(request: HttpRequest) -> Me:
    principal = _principal(request)
    user = principal.require_user()
    return Me(
        id=user.public_id,
        name=user.name,
        email=user.email,
        language=user.language,
        is_operator=user.is_operator,
        scopes=None if principal.scopes is None else sorted(principal.scopes),
    )


@router.get("/me/tokens", response={200: Tokens, **ERRORS}, operation_id="list_tokens", summary="My tokens")
def list_tokens(request: HttpRequest) -> Tokens:
    return Tokens(items=[_token(token) for token in selectors.tokens_of(_session_user(request))])


@router.delete(
    "/me/tokens/{id}", response={204: None, **ERRORS}, operation_id="revoke_token", summary="Revoke a token"
)
def revoke_token(request: HttpRequest, id: str) -> HttpResponse:
    services.revoke_token(user=_session_user(request), token_id=id)
    return HttpResponse(status=204)


def _principal(request: HttpRequest) -> Principal:
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the API's authentication
    return principal


def _session_user(request: HttpRequest) -> User:
    """The user of a session: an app's token does not manage the others."""
    principal = _principal(request)
    user = principal.require_user()
    if principal.scopes is not None:
        raise NotAllowed
    return user


def _token(token: ApiToken) -> Token:
    return Token(
        id=token.public_id,
        name=token.name,
        scopes=token.scopes,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
    )
