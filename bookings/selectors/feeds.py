"""What calendars read: whose feeds there are, and what stands in each.

A feed leaves for programs of others, and is kept by them: so it says less than the pages. To a business it names the
service, when, who does it, and the customer's first name, by which whoever serves knows who comes; no phone, address,
note, price or family name, all of which the day's page shows behind a sign-in, one tap away. A customer reads what
their own letter says.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from bookings.models import Booking, BookingItem, CalendarFeed, GroupSession
from bookings.rules import states
from bookings.rules.calendar_file import Entry, write
from common import clock, crypto
from common.errors import NotFound
from common.models import Event
from providers.enums import Place, Role
from providers.models import Membership, StaffMember
from providers.selectors.access import has_role

BACK, AHEAD = timedelta(days=60), timedelta(days=400)
# What was cancelled is told for so long after: then every calendar has read it.
TOLD_FOR = timedelta(days=30)
MOST = 2000

_SHOWN = states.LIVE - {states.HELD} | {states.NO_SHOW}
_GONE = (states.CANCELLED, states.DECLINED)


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed as it is told: its bytes, their fingerprint, and when it changed last."""

    content: bytes
    etag: str
    changed_at: datetime


def may_read(membership: Membership, person: StaffMember | None) -> bool:
    """Whether a member may read the visits of a person (None: of an outlet) in a calendar: the day's page shows the
    outlet's to every member, and a person's own to them and to managers."""
    return person is None or membership.staff_id == person.pk or has_role(membership.role, Role.MANAGER)


def feeds_of(user: User) -> QuerySet[CalendarFeed]:
    """The user's feeds, their own visits first, with what they are of."""
    return (
        CalendarFeed.objects.filter(user=user)
        .select_related("staff__provider", "outlet__provider", "membership")
        .order_by("outlet_id", "staff_id", "pk")
    )


def open_feed(token: str) -> CalendarFeed:
    """The feed that an address opens, as long as whose it is may read it. Raises NotFound."""
    feed = (
        CalendarFeed.objects.select_related("user", "membership", "staff", "outlet__provider")
        .filter(token_hash=crypto.token_hash(token), user__is_active=True)
        .first()
    )
    of = feed and (feed.staff or feed.outlet)
    if (
        feed is None
        or (of and of.archived_at)
        or (feed.membership and not may_read(feed.membership, feed.staff))
    ):
        raise NotFound
    return feed


def feed_file(feed: CalendarFeed) -> FeedFile:
    """What the feed says now, in its reader's language. Five queries or fewer, however many visits."""
    with translation.override(feed.user.language):
        entries = sorted(_entries(feed), key=lambda entry: (entry.start, entry.uid))
        content = write(_name(feed), entries, maker=settings.SITE_NAME)
    changed = max([feed.created_at, *(entry.at for entry in entries)])
    return FeedFile(content, hashlib.sha256(content).hexdigest()[:32], changed)


def _name(feed: CalendarFeed) -> str:
    if feed.outlet:
        return feed.outlet.name
    return f"{feed.staff.name}, {settings.SITE_NAME}" if feed.staff else settings.SITE_NAME


def _entries(feed: CalendarFeed) -> Iterator[Entry]:
    now = clock.now()
    bookings = list(_bookings(feed, now))
    at = _changed("booking", [booking.ref for booking in bookings])
    for booking in bookings:
        changed = at.get(booking.ref, booking.created_at)
        if feed.staff or feed.outlet:
            yield from _for_business(booking, changed, feed.staff)
        else:
            yield from _for_customer(booking, changed)
    if feed.staff or feed.outlet:
        yield from _sessions(feed, now)


def _near(now: datetime) -> Q:
    return Q(ends_at__gte=now - BACK, starts_at__lt=now + AHEAD)


def _bookings(feed: CalendarFeed, now: datetime) -> QuerySet[Booking]:
    # What was asked for and declined had been in the calendar; a hold never is.
    agreed = Q(confirmed_at__isnull=False) | Q(accept_by__isnull=False)
    gone = Q(status__in=_GONE, ended_at__gte=now - TOLD_FOR)
    shown = Booking.objects.filter(_near(now), agreed & gone | Q(status__in=_SHOWN))
    if feed.staff:
        theirs = BookingItem.objects.filter(Q(staff=feed.staff) | Q(helpers=feed.staff))
        shown = shown.filter(pk__in=theirs.values("booking"))
    elif feed.outlet:
        shown = shown.filter(outlet=feed.outlet)
    else:
        shown = shown.filter(customer__user=feed.user)
    return (
        shown.select_related("outlet", "customer")
        .prefetch_related("items__staff", "items__helpers")
        .order_by("-starts_at", "pk")[:MOST]
    )


def _changed(subject: str, ids: Iterable[str]) -> dict[str, datetime]:
    """When each of these changed last, by its newest event."""
    told = Event.objects.filter(subject_type=subject, subject_id__in=list(ids))
    return dict(told.values("subject_id").annotate(newest=Max("at")).values_list("subject_id", "newest"))


def _status(booking: Booking) -> str:
    if booking.status in _GONE:
        return "CANCELLED"
    return "TENTATIVE" if booking.status == states.REQUESTED else "CONFIRMED"


def _uid(name: str) -> str:
    return f"{name.lower()}@{urlsplit(settings.SITE_URL).hostname}"


def _for_customer(booking: Booking, at: datetime) -> Iterator[Entry]:
    """One entry, or one for each date of a course: the same as in their letters."""
    outlet = booking.outlet
    city = " ".join(part for part in (outlet.postcode, outlet.city) if part)
    where = ", ".join(part for part in (outlet.name, outlet.street_line, city) if part)
    uid = booking.ref.lower()
    periods = {uid: (booking.starts_at, booking.ends_at)}
    if booking.is_course:
        periods = {
            f"{uid}-{item.position + 1}": (item.starts_at, item.ends_at) for item in booking.items.all()
        }
    for name, (start, end) in periods.items():
        yield Entry(
            uid=_uid(name),
            sequence=booking.last_seq,
            at=at,
            start=start,
            end=end,
            summary=_("%(service)s at %(outlet)s")
            % {"service": booking.service_names, "outlet": outlet.name},
            status=_status(booking),  # type: ignore[arg-type]  # one of the three
            description=_("Booking %(ref)s with %(staff)s")
            % {"ref": booking.ref, "staff": booking.staff_names},
            location="" if booking.place == Place.CUSTOMER else where,
            url=f"{settings.SITE_URL}/b/{booking.ref}",
        )


def _for_business(booking: Booking, at: datetime, person: StaffMember | None) -> Iterator[Entry]:
    """An entry for each service of the visit (of a person: that they do). Seats are told with their session."""
    items = [item for item in booking.items.all() if not item.session_id]
    for item in items:
        if person and person not in item.people:
            continue
        words = [item.name, _first_name(booking)]
        if person is None:
            words.append(item.staff_names)
        yield Entry(
            uid=_uid(f"{booking.ref}-{item.position + 1}" if len(items) > 1 else booking.ref),
            sequence=booking.last_seq,
            at=at,
            start=item.starts_at,
            end=item.ends_at,
            summary=", ".join(word for word in words if word),
            status=_status(booking),  # type: ignore[arg-type]  # one of the three
            location=_("At the customer's") if booking.place == Place.CUSTOMER else booking.outlet.name,
            url=f"{settings.SITE_URL}/b/{booking.ref}",
        )


def _first_name(booking: Booking) -> str:
    return (booking.customer.name.split() or [""])[0] if booking.customer else ""


def _sessions(feed: CalendarFeed, now: datetime) -> Iterator[Entry]:
    held = Q(cancelled_at__isnull=True) | Q(cancelled_at__gte=now - TOLD_FOR)
    of = {"staff": feed.staff} if feed.staff else {"outlet": feed.outlet}
    sessions = list(
        GroupSession.objects.filter(_near(now), held, **of)
        .select_related("service", "staff", "outlet__provider")
        .order_by("-starts_at", "pk")[:MOST]
    )
    at = _changed("session", [session.public_id for session in sessions])
    for session in sessions:
        words = [session.service.name, *([] if feed.staff else [session.staff.name])]
        outlet = session.outlet
        page = f"/provider/{outlet.provider.public_id}/sessions/{session.public_id}/"
        yield Entry(
            uid=_uid(session.public_id),
            sequence=session.last_seq,
            at=at.get(session.public_id, session.created_at),
            start=session.starts_at,
            end=session.ends_at,
            summary=", ".join(words),
            status="CANCELLED" if session.cancelled_at else "CONFIRMED",
            location=outlet.name,
            url=f"{settings.SITE_URL}{page}",
        )
