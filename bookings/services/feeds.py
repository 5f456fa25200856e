"""Addresses from which people's calendars read visits: made, made anew, revoked."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.principals import Principal
from bookings.models import CalendarFeed
from bookings.selectors.feeds import may_read
from common import audit, clock, crypto
from common.errors import NotAllowed, NotFound
from providers.models import Membership, Outlet, StaffMember
from providers.selectors.access import access_membership, access_outlet, access_staff

# That a feed is read is noted this often: calendars ask many times a day.
NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """A feed and its address, which is not kept and told only now."""

    feed: CalendarFeed
    url: str


def make_feed(*, principal: Principal, staff: str | None = None, outlet: str | None = None) -> MadeFeed:
    """A new address for the caller's own visits, or those of a person or an outlet (public id; not both).

    The one they had for it ends. In a session only: a token would outlive itself in an address. Raises NotSignedIn,
    NotFound, NotAllowed.
    """
    user = principal.require_user()
    if principal.scopes is not None:
        raise NotAllowed
    person: StaffMember | None = access_staff(principal, staff) if staff else None
    shop: Outlet | None = access_outlet(principal, outlet) if outlet else None
    of = person or shop
    membership: Membership | None = access_membership(principal, of.provider.public_id) if of else None
    if (person and shop) or (of and of.archived_at):
        raise NotFound
    if membership and not may_read(membership, person):
        raise NotAllowed
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        CalendarFeed.objects.filter(user=user, staff=person, outlet=shop).delete()
        feed = CalendarFeed.objects.create(
            user=user,
            membership=membership,
            staff=person,
            outlet=shop,
            token_hash=crypto.token_hash(token),
        )
        feed.refresh_from_db()
        _audit(feed, "calendar_feed.made", principal.actor, of)
    return MadeFeed(feed, f"{settings.SITE_URL}/calendar/{token}.ics")


def revoke_feed(*, principal: Principal, feed: str) -> None:
    """End one of the caller's own (public id), in a session: its address opens nothing any more.

    Raises NotSignedIn, NotAllowed, NotFound."""
    user = principal.require_user()
    if principal.scopes is not None:
        raise NotAllowed
    with transaction.atomic():
        found = (
            CalendarFeed.objects.select_for_update(of=("self",))
            .select_related("staff", "outlet")
            .filter(user=user, public_id="" if "\x00" in feed else feed)
            .first()
        )
        if found is None:
            raise NotFound
        _audit(found, "calendar_feed.revoked", principal.actor, found.staff or found.outlet)
        found.delete()


def note_reading(feed: CalendarFeed) -> None:
    """Remember, to the hour, that a calendar read it."""
    now = clock.now()
    if feed.last_read_at is None or feed.last_read_at < now - NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)


def _audit(feed: CalendarFeed, action: str, actor: str, of: StaffMember | Outlet | None) -> None:
    more: dict[str, Any] = {"of": of.public_id} if of else {}
    audit.record(actor=actor, action=action, object_type="calendar_feed", object_id=feed.public_id, **more)
