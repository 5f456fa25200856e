"""A member's calendars at a business: the feeds of its shops and people, and how those fare that take their time."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bookings.models import CalendarFeed
from bookings.selectors.busy_calendars import standing_of
from bookings.selectors.feeds import feeds_of, may_read
from bookings.services import feeds
from common.errors import NotFound
from frontend.views.calendar_feeds import ways_to_add
from frontend.views.provider_desk import Desk, at_desk
from providers.enums import Role
from providers.selectors import catalogue


@at_desk(methods=("GET", "HEAD", "POST"))
def calendars(desk: Desk) -> HttpResponse:
    """GET shows the member's feeds here; POST makes one of a shop or a person (anew) and shows its address, once."""
    if not desk.sent:
        return _page(desk)
    form = desk.request.POST
    made = feeds.make_feed(
        principal=desk.principal, staff=form.get("staff") or None, outlet=form.get("outlet") or None
    )
    return _page(desk, made=ways_to_add(made.url))


@at_desk(Role.STAFF, methods=("POST",))
def revoke(desk: Desk, work_feed_id: str) -> HttpResponse:
    """End one of the member's own feeds here."""
    if not _known(desk).filter(public_id="" if "\x00" in work_feed_id else work_feed_id).exists():
        raise NotFound
    feeds.revoke_feed(principal=desk.principal, feed=work_feed_id)
    return desk.done(_("Revoked. The address shows nothing any more."), "calendars")


def _known(desk: Desk) -> Any:
    return feeds_of(desk.principal.require_user()).filter(membership=desk.membership)


def _page(desk: Desk, **more: Any) -> HttpResponse:
    known: list[CalendarFeed] = list(_known(desk))
    by_outlet = {feed.outlet_id: feed for feed in known if feed.outlet_id}
    by_person = {feed.staff_id: feed for feed in known if feed.staff_id}
    people = [each for each in catalogue.staff(desk.provider) if may_read(desk.membership, each)]
    elsewhere = standing_of(people)
    return desk.render(
        "calendars",
        nav="calendars",
        shops=[(shop, by_outlet.get(shop.pk)) for shop in catalogue.outlets(desk.provider)],
        people=[(person, by_person.get(person.pk), elsewhere.get(person.pk)) for person in people],
        **more,
    )
