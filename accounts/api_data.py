"""One's own data: what was agreed to, the download of all of it, being erased.

For sessions only: an app's token opens none of it. What hands out or takes away all asks for a recent sign-in, too.
"""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from accounts import selectors
from accounts.enums import ConsentSource
from accounts.errors import SignInAgain
from accounts.models import DataExport, User
from accounts.principals import Principal
from accounts.rules import terms
from accounts.services import consents, erasures, exports, main_customer
from common.actors import user_actor
from common.api import ERRORS, CursorPage, a_file, idempotent
from common.errors import NotAllowed, NotFound

router = Router(tags=["account"])


class ConsentOut(Schema):
    """`given` is false for what was taken back. `wording` is the sentence that stood there."""

    to: str = Field(description="terms, privacy or marketing")
    version: str
    given: bool
    wording: str
    source: str
    at: datetime


class ConsentsOut(Schema):
    """The newest first. `accepted`: the terms and the notice in force were agreed to; else show `wording`."""

    terms: str = Field(description="the version in force, a date")
    privacy: str = Field(description="the version in force, a date")
    accepted: bool
    wording: str = Field(description="the sentence to show beside the button that agrees")
    items: list[ConsentOut]
    next: str | None


class ConsentsIn(Schema):
    """What is said now; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    accept: Literal[True] | None = None
    marketing: bool | None = None


class ExportOut(Schema):
    """A ZIP with all about the caller. `status` is requested, ready or gone (its time is over)."""

    id: str
    status: str
    requested_at: datetime
    expires_at: datetime | None
    size: int | None


class ExportsOut(Schema):
    items: list[ExportOut]
    next: str | None


class ErasureIn(Schema):
    """`reviews`: the words of their reviews go, too; without it they stay, without a name."""

    model_config = ConfigDict(extra="forbid")

    reviews: bool = False


class ErasureOut(Schema):
    """A request that can be undone until `due_at`."""

    id: str
    requested_at: datetime
    due_at: datetime


class ObstacleOut(Schema):
    """What must be settled first: its code, and the id of what it is about."""

    code: str
    about: str


class ErasureStateOut(Schema):
    """The request that waits, if any, and what stands in the way of one."""

    waiting: ErasureOut | None
    obstacles: list[ObstacleOut]


@router.get("/me/consents", response={200: ConsentsOut, **ERRORS}, operation_id="list_consents")
def list_consents(request: HttpRequest, page: Query[CursorPage]) -> ConsentsOut:
    """What the caller agreed to and took back, and the versions in force."""
    return _consents(_user(request), page)


@router.put("/me/consents", response={200: ConsentsOut, **ERRORS}, operation_id="set_consents")
def set_consents(request: HttpRequest, body: ConsentsIn) -> ConsentsOut:
    """Agree to the terms and the notice in force; want mails about what is new, or no longer."""
    user = _user(request)
    if body.accept:
        consents.accept_terms(customer=main_customer(user=user), source=ConsentSource.API)
    if body.marketing is not None:
        consents.set_marketing(user=user, given=body.marketing, source=ConsentSource.API)
    return _consents(user, CursorPage.model_validate({}))


@router.get("/me/exports", response={200: ExportsOut, **ERRORS}, operation_id="list_exports")
def list_exports(request: HttpRequest, page: Query[CursorPage]) -> ExportsOut:
    """The downloads that the caller asked for, the newest first."""
    rows, cursor = page.cut(selectors.exports_of(_user(request)), of="exports", newest_first=True)
    return ExportsOut(items=[_export(row) for row in rows], next=cursor)


@router.post("/me/exports", response={201: ExportOut, **ERRORS}, operation_id="ask_for_export")
@idempotent
def ask_for_export(request: HttpRequest) -> tuple[int, ExportOut]:
    """Have all about the caller gathered; a mail says when it is ready. One a day. Asks for a recent sign-in."""
    return 201, _export(exports.ask_for_export(user=_user(request, lately=True)))


@router.get(
    "/me/exports/{id}/file",
    response=ERRORS,
    operation_id="fetch_export",
    openapi_extra=a_file("application/zip"),
)
def fetch_export(request: HttpRequest, id: str) -> HttpResponse:
    """The ZIP itself, while it is ready. Asks for a recent sign-in."""
    user = _user(request, lately=True)
    if "\x00" in id:
        raise NotFound
    answer = HttpResponse(exports.fetch_export(user=user, export_id=id), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="hereabouts-{id}.zip"'
    answer["Cache-Control"] = "no-store, private"
    return answer


@router.get("/me/erasure", response={200: ErasureStateOut, **ERRORS}, operation_id="get_erasure")
def get_erasure(request: HttpRequest) -> ErasureStateOut:
    """Whether the caller is about to be erased, and what stands in the way."""
    return _erasure(_user(request))


@router.post("/me/erasure", response={201: ErasureStateOut, **ERRORS}, operation_id="ask_to_be_erased")
@idempotent
def ask_to_be_erased(request: HttpRequest, body: ErasureIn) -> tuple[int, ErasureStateOut]:
    """Be erased once the days to undo it are over (409 `erasure_blocked`: `obstacles`). Asks for a recent sign-in."""
    user = _user(request, lately=True)
    erasures.ask_to_be_erased(user=user, forget_reviews=body.reviews)
    return 201, _erasure(user)


@router.delete("/me/erasure", response={204: None, **ERRORS}, operation_id="undo_erasure")
def undo_erasure(request: HttpRequest) -> HttpResponse:
    """Undo the request that waits."""
    user = _user(request)
    waiting = selectors.waiting_erasure(user=user)
    if waiting is None:
        raise NotFound
    erasures.undo_erasure(erasure_id=waiting.public_id, actor=user_actor(user.public_id))
    return HttpResponse(status=204)


def _user(request: HttpRequest, *, lately: bool = False) -> User:
    """The user of a session, who has shown `lately` who they are. Raises NotSignedIn, NotAllowed, SignInAgain."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the API's authentication
    user = principal.require_user()
    if principal.scopes is not None:
        raise NotAllowed
    if lately and not selectors.signed_in_lately(request):
        raise SignInAgain
    return user


def _consents(user: User, page: CursorPage) -> ConsentsOut:
    rows, cursor = page.cut(selectors.consents_of(user), of="consents", newest_first=True)
    return ConsentsOut(
        terms=terms.TERMS,
        privacy=terms.PRIVACY,
        accepted=selectors.has_accepted_terms(user),
        wording=str(consents.WORDS[ConsentSource.API]),
        items=[
            ConsentOut(
                to=row.kind,
                version=row.version,
                given=row.given,
                wording=row.wording,
                source=row.source,
                at=row.at,
            )
            for row in rows
        ],
        next=cursor,
    )


def _export(row: DataExport) -> ExportOut:
    return ExportOut(
        id=row.public_id,
        status=row.status,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        size=row.size,
    )


def _erasure(user: User) -> ErasureStateOut:
    waiting = selectors.waiting_erasure(user=user)
    return ErasureStateOut(
        waiting=ErasureOut(id=waiting.public_id, requested_at=waiting.requested_at, due_at=waiting.due_at)
        if waiting
        else None,
        obstacles=[
            ObstacleOut(code=each.code, about=each.about) for each in erasures.obstacles_of(user=user)
        ],
    )
