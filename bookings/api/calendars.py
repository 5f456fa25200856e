"""Feeds that people's calendars read. For sessions only: their addresses are secrets that outlive a token."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.principals import Principal
from bookings.api.given import caller
from bookings.models import CalendarFeed
from bookings.schemas import PublicId
from bookings.schemas import calendars as schemas
from bookings.selectors.feeds import feeds_of
from bookings.services import feeds
from common.api import ERRORS, idempotent
from common.errors import NotAllowed

router = Router(tags=["account"])


def _in_session(request: HttpRequest) -> Principal:
    principal = caller(request, "bookings:read")
    principal.require_user()
    if principal.scopes is not None:
        raise NotAllowed
    return principal


@router.get(
    "/me/calendar-feeds", response={200: schemas.FeedsOut, **ERRORS}, operation_id="list_calendar_feeds"
)
def list_calendar_feeds(request: HttpRequest) -> schemas.FeedsOut:
    """The addresses that the caller's calendars read, without their secrets; in a session only."""
    user = _in_session(request).require_user()
    return schemas.FeedsOut(items=[schemas.FeedOut(**_shown(feed)) for feed in feeds_of(user)])


@router.post(
    "/me/calendar-feeds", response={201: schemas.MadeFeedOut, **ERRORS}, operation_id="make_calendar_feed"
)
@idempotent
def make_calendar_feed(request: HttpRequest, body: schemas.FeedIn) -> tuple[int, schemas.MadeFeedOut]:
    """A new address; the one there was for the same visits ends. A person's: for themselves and managers, an
    outlet's: for every member. It ends when they leave. In a session only."""
    made = feeds.make_feed(principal=_in_session(request), staff=body.staff, outlet=body.outlet)
    return 201, schemas.MadeFeedOut(**_shown(made.feed), url=made.url)


@router.delete(
    "/me/calendar-feeds/{feed}", response={204: None, **ERRORS}, operation_id="revoke_calendar_feed"
)
def revoke_calendar_feed(request: HttpRequest, feed: PublicId) -> HttpResponse:
    """The address opens nothing any more; in a session only."""
    feeds.revoke_feed(principal=_in_session(request), feed=feed)
    return HttpResponse(status=204)


def _shown(feed: CalendarFeed) -> dict[str, Any]:
    return {
        "id": feed.public_id,
        "of": "staff" if feed.staff else "outlet" if feed.outlet else "me",
        "staff": feed.staff.public_id if feed.staff else None,
        "outlet": feed.outlet.public_id if feed.outlet else None,
        "created_at": feed.created_at,
        "last_read_at": feed.last_read_at,
    }
