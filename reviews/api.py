"""Reviews over HTTP: write, change, read, reply, report."""

from django.http import HttpRequest
from django.utils import translation
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from accounts.principals import Principal
from bookings.selectors.access import Access, booking_for
from common.api import ERRORS, CursorPage, errors, idempotent
from common.uploads.errors import UploadEmpty
from providers.enums import Role
from providers.rules.ratings import Stars
from providers.selectors.access import WRITE
from providers.selectors.public import find_public_outlet
from reviews import presenters, schemas
from reviews.enums import Reason
from reviews.selectors.access import access_review, find_shown, reporter, review_of
from reviews.selectors.public import breakdown, page_of
from reviews.services import replies, reports, writing

router = Router(tags=["reviews"])

PUBLIC_ERRORS = errors(400, 401, 404, 422, 429)


def _principal(request: HttpRequest, scope: str) -> Principal:
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the API's authentication
    principal.require_scope(scope)
    return principal


def _access(request: HttpRequest, ref: str, scope: str = "bookings:write") -> Access:
    return booking_for(_principal(request, scope), ref)


def _written(access: Access) -> schemas.OwnReviewOut:
    """The visit's review as it is now."""
    return presenters.own_review(review_of(access))


def _language() -> str:
    return translation.get_language() or "en"


@router.post(
    "/bookings/{ref}/review", response={201: schemas.OwnReviewOut, **ERRORS}, operation_id="write_review"
)
@idempotent
def write_review(
    request: HttpRequest, ref: schemas.PublicId, body: schemas.ReviewIn
) -> tuple[int, schemas.OwnReviewOut]:
    """The customer reviews a visit that is done, once, within 60 days of its end."""
    access = _access(request, ref)
    writing.write(access=access, stars=Stars(**body.stars.dict()), text=body.text, language=_language())
    return 201, _written(access)


@router.put(
    "/bookings/{ref}/review", response={200: schemas.OwnReviewOut, **ERRORS}, operation_id="change_review"
)
def change_review(
    request: HttpRequest, ref: schemas.PublicId, body: schemas.ReviewIn
) -> schemas.OwnReviewOut:
    """The customer changes it, within 7 days of writing it."""
    access = _access(request, ref)
    writing.edit(access=access, stars=Stars(**body.stars.dict()), text=body.text, language=_language())
    return _written(access)


@router.get(
    "/bookings/{ref}/review", response={200: schemas.OwnReviewOut, **ERRORS}, operation_id="get_review"
)
def get_review(request: HttpRequest, ref: schemas.PublicId) -> schemas.OwnReviewOut:
    """The visit's review, for those who may see the visit; a hidden one with the reason."""
    return _written(_access(request, ref, "bookings:read"))


@router.post(
    "/bookings/{ref}/review/photos",
    response={201: schemas.OwnReviewOut, **ERRORS, **errors(503)},
    operation_id="add_review_photo",
)
@idempotent
def add_review_photo(
    request: HttpRequest, ref: schemas.PublicId, photo: File[UploadedFile | None] = None
) -> tuple[int, schemas.OwnReviewOut]:
    """The customer puts a picture to the review, up to four, while it can be changed (docs/uploads.md)."""
    access = _access(request, ref)
    if photo is None:
        raise UploadEmpty(field="photo")
    writing.add_photo(access=access, file=photo)
    return 201, _written(access)


@router.delete(
    "/bookings/{ref}/review/photos/{photo}",
    response={204: None, **ERRORS},
    operation_id="remove_review_photo",
)
def remove_review_photo(request: HttpRequest, ref: schemas.PublicId, photo: schemas.PublicId) -> Status:
    """The customer takes a picture off the review, while it can be changed."""
    writing.remove_photo(access=_access(request, ref), photo=photo)
    return Status(204, None)


@router.get(
    "/outlets/{outlet}/reviews",
    response={200: schemas.ReviewsOut, **PUBLIC_ERRORS},
    operation_id="list_outlet_reviews",
)
def list_outlet_reviews(
    request: HttpRequest, outlet: schemas.PublicId, page: Query[CursorPage]
) -> schemas.ReviewsOut:
    """What people say of an outlet, the latest first, and what it comes to."""
    found = find_public_outlet(outlet)
    rows, following = page_of(found, limit=page.limit, cursor=page.cursor or "")
    return schemas.ReviewsOut(
        items=[presenters.review(row) for row in rows],
        next=following,
        rating=presenters.rating(found, breakdown(found.pk)),
    )


@router.post(
    "/reviews/{review}/reply", response={201: schemas.OwnReviewOut, **ERRORS}, operation_id="reply_to_review"
)
@idempotent
def reply_to_review(
    request: HttpRequest, review: schemas.PublicId, body: schemas.ReplyIn
) -> tuple[int, schemas.OwnReviewOut]:
    """The business answers in public: once, and it stays as it was written."""
    principal = _principal(request, WRITE)
    found = access_review(principal, review, role=Role.MANAGER, scope=WRITE)
    replies.reply(review=found, text=body.text, actor=principal.actor)
    return 201, presenters.own_review(access_review(principal, review, scope=WRITE))


@router.post(
    "/reviews/{review}/report", response={201: schemas.ReportOut, **ERRORS}, operation_id="report_review"
)
@idempotent
def report_review(
    request: HttpRequest, review: schemas.PublicId, body: schemas.ReportIn
) -> tuple[int, schemas.ReportOut]:
    """Put a review before the operators: anybody signed in, and guests with the token of a visit."""
    by = reporter(_principal(request, "bookings:write"))
    made = reports.report(review=find_shown(review), by=by, reason=Reason(body.reason), text=body.text)
    return 201, schemas.ReportOut(id=made.public_id)
