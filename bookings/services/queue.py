"""The walk-in queue: joining, being called, leaving.

The entry's row is locked first, before any booking, person or unit (docs/locking.md): of two who call the same person
at once, the second finds them called.
"""

import logging
import secrets

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts
from accounts.principals import Principal
from bookings.enums import QueueState, Source
from bookings.errors import (
    ContactNeeded,
    NobodyToCall,
    NotOffered,
    QueueClosed,
    QueueFull,
    QueueMoved,
    SlotTaken,
    StaffNotAble,
)
from bookings.models import Booking, QueueEntry, QueueLink
from bookings.models.queue import MOST_TOGETHER
from bookings.selectors import queue as selectors
from bookings.selectors.access import booking_for
from bookings.services import changes, core, front_desk, holds, visits
from bookings.services.queue_entry import change, lock, require
from common import clock, crypto
from common.actors import GUEST
from common.errors import InvalidInput, NotAllowed
from providers.models import Membership, Outlet, StaffMember
from providers.selectors.access import access_outlet

log = logging.getLogger(__name__)

MOST_WAITING = 50
WRITE = "bookings:write"


def join(
    *,
    principal: Principal,
    outlet: str,
    service: str,
    name: str,
    staff: str | None = None,
    party: int = 1,
    phone: str | None = None,
    email: str | None = None,
    language: str = "",
) -> QueueEntry:
    """Put somebody at the end of today's queue of `outlet` (public id), by a member of the business.

    A name or a nickname is enough; with an `email` they are sent the link to their place. Raises NotSignedIn, NotFound,
    NotAllowed, ContactNeeded, EmailInvalid, PhoneInvalid, InvalidInput, NotOffered, StaffNotAble, QueueClosed,
    QueueFull.
    """
    place = access_outlet(principal, outlet, scope=WRITE)
    name = name.strip()[:120]
    if not name:
        raise ContactNeeded(_("Write a name or a nickname."))
    if not 1 <= party <= MOST_TOGETHER:
        raise InvalidInput(_("Up to six can wait together."), field="party")
    phone, email = accounts.clean_phone(phone, region=place.country), accounts.clean_email(email)
    offering = next(
        (each for each in selectors.may_wait_for(place) if each.service.public_id == service), None
    )
    if offering is None:
        raise NotOffered
    wanted = _person(place, offering.service_id, staff)
    now = clock.now()
    closes = selectors.closing_of(place, now)
    if closes is None:
        raise QueueClosed
    with transaction.atomic():
        # Under the outlet's lock the order is that of joining, and no more get in than it holds.
        Outlet.objects.select_for_update(no_key=True).get(pk=place.pk)
        waiting = QueueEntry.objects.filter(outlet=place, state=QueueState.WAITING, closes_at__gt=now)
        if waiting.count() >= MOST_WAITING:
            raise QueueFull
        entry = QueueEntry.objects.create(
            outlet=place,
            service_id=offering.service_id,
            staff=wanted,
            party=party,
            name=name,
            phone=phone or "",
            email=email or "",
            language=language if language in dict(settings.LANGUAGES) else place.language,
            joined_at=clock.now(),
            closes_at=closes,
        )
        change(entry, "queue.joined", actor=principal.actor, fields={})
    return entry


def call(*, principal: Principal, entry: str) -> QueueEntry:
    """Call somebody who waits (public id): their walk-in visit begins this minute, on time that is taken as any other.

    By managers, and by staff for themselves. Whoever could have been served and came before is passed over: that is
    noted as out of turn. Raises NotSignedIn, NotFound, NotAllowed, QueueMoved (called by somebody else meanwhile, or
    gone), SlotTaken (nobody is free, with what is free instead), NotOffered, StaffNotAble.
    """
    found = selectors.entry_at(principal, entry, scope=WRITE)
    membership = _membership(principal, found)
    if not selectors.serves(membership, found):
        raise NotAllowed
    own = _own(membership)
    first = selectors.next_for(selectors.queue_of(found.outlet), own)
    out_of_turn = first is not None and first.entry.pk != found.pk
    with transaction.atomic():
        found = lock(entry)
        require(found, QueueState.WAITING)
        booking = front_desk.book_in(
            principal=principal,
            outlet=found.outlet.public_id,
            item=holds.ItemRequest(
                found.service.public_id, staff=found.staff.public_id if found.staff else None
            ),
            party=found.party,
            start=selectors.this_minute(),
            contact=holds.Contact(found.name, found.email or None, found.phone or None),
            source=Source.WALK_IN,
            queue=found.public_id,
        )
        change(
            found,
            "queue.called",
            actor=principal.actor,
            fields={
                "state": QueueState.CALLED,
                "called_at": clock.now(),
                "called_by": principal.actor,
                "booking": booking,
                "out_of_turn": out_of_turn,
            },
            booking_ref=booking.ref,
            out_of_turn=out_of_turn,
        )
    return found


def call_next(*, principal: Principal, outlet: str) -> QueueEntry:
    """Call the first who can be served this minute: by anyone for managers, by themselves for staff.

    Two who do this at once call two people, or one of them nobody. Raises NotSignedIn, NotFound, NotAllowed,
    NobodyToCall.
    """
    place = access_outlet(principal, outlet, scope=WRITE)
    membership = Membership.objects.select_related("staff").get(
        user=principal.require_user(), provider_id=place.provider_id
    )
    own = _own(membership)
    for _try in range(MOST_WAITING):
        first = selectors.next_for(selectors.queue_of(place), own)
        if first is None:
            break
        try:
            return call(principal=principal, entry=first.entry.public_id)
        except (QueueMoved, SlotTaken):
            continue  # somebody else was faster: the queue is another one now
    raise NobodyToCall


def came(*, principal: Principal, entry: str) -> QueueEntry:
    """Whoever was called is there: their visit is checked in, for they came when called by name, and begins.

    By whoever could have called them. Raises NotSignedIn, NotFound, NotAllowed, QueueMoved.
    """
    found = _may_serve(principal, entry)
    _require_awaited(found)
    assert found.booking is not None
    with transaction.atomic():
        access = booking_for(principal, found.booking.ref)
        visits.check_in(access=access, code=access.booking.check_in_code)
        visits.start(access=access)
    return found


def no_show(*, principal: Principal, entry: str) -> QueueEntry:
    """Whoever was called did not come: their visit is a no-show at no cost, and its time is free again.

    By whoever could have called them. Raises NotSignedIn, NotFound, NotAllowed, QueueMoved (they came, or are gone).
    """
    _may_serve(principal, entry)
    with transaction.atomic():
        found = lock(entry)
        _require_awaited(found)
        assert found.booking is not None
        front_desk.not_come(found.booking.ref, actor=principal.actor)
        change(
            found,
            "queue.no_show",
            actor=principal.actor,
            fields={"state": QueueState.NO_SHOW, "ended_at": clock.now()},
        )
    return found


def put_back(*, principal: Principal, entry: str) -> QueueEntry:
    """Back into the queue, at the place that they had: who was called and is not there yet, did not come, or left.

    A visit that is still to begin is cancelled. By members, until the outlet closes. Raises NotSignedIn, NotFound,
    NotAllowed, QueueMoved, QueueClosed.
    """
    _may_serve(principal, entry)
    with transaction.atomic():
        found = lock(entry)
        if found.state == QueueState.CALLED:
            _require_awaited(found)
            assert found.booking is not None
            changes.cancel_with_its_session(
                core.lock(found.booking.ref), actor=principal.actor, queue=found.public_id
            )
        else:
            require(found, QueueState.NO_SHOW, QueueState.LEFT)
        if found.closes_at <= clock.now():
            raise QueueClosed
        if found.state == QueueState.NO_SHOW and found.booking:
            # Whether they come is open again: until they finally do not, it is no no-show of theirs.
            Booking.objects.filter(pk=found.booking.pk).update(waits_again=True)
        change(
            found,
            "queue.put_back",
            actor=principal.actor,
            fields={
                "state": QueueState.WAITING,
                "called_at": None,
                "called_by": "",
                "booking": None,
                "out_of_turn": False,
                "ended_at": None,
            },
        )
    return found


def remove(*, principal: Principal, entry: str) -> QueueEntry:
    """Take somebody who waits out of the queue, by a member. Raises NotSignedIn, NotFound, NotAllowed, QueueMoved."""
    _may_serve(principal, entry)
    return _leave(entry, actor=principal.actor, by="staff")


def leave(*, principal: Principal, entry: str) -> QueueEntry:
    """Whoever waits goes, by their link. Raises NotFound, QueueMoved."""
    selectors.entry_for(principal, entry)
    actor = principal.actor if principal.user else GUEST
    return _leave(entry, actor=actor, by="customer")


def show_link(*, principal: Principal, entry: str) -> str:
    """A new link to a place in the queue, to be shown, sent or scanned. It opens that place and nothing else, until the
    outlet closes or the links are ended. Raises NotSignedIn, NotFound, NotAllowed, QueueMoved."""
    selectors.entry_at(principal, entry, scope=WRITE)
    with transaction.atomic():
        found = lock(entry)
        require(found, QueueState.WAITING, QueueState.CALLED)
        return new_link(found)


def new_link(entry: QueueEntry) -> str:
    """A link for the place: the page trades the token for a cookie and a clean address at once. The token is in the
    query, which no log keeps."""
    token = secrets.token_urlsafe(20)
    QueueLink.objects.create(entry=entry, token_hash=crypto.token_hash(token))
    return f"{settings.SITE_URL}/q/{entry.public_id}?key={token}"


def end_links(*, principal: Principal, entry: str) -> None:
    """No link to this place opens anything any more. Raises NotSignedIn, NotFound, NotAllowed."""
    selectors.entry_at(principal, entry, scope=WRITE)
    with transaction.atomic():
        found = lock(entry)
        found.links.all().delete()
        change(found, "queue.links_ended", actor=principal.actor, fields={})


def _leave(entry: str, *, actor: str, by: str) -> QueueEntry:
    with transaction.atomic():
        found = lock(entry)
        require(found, QueueState.WAITING)
        fields = {"state": QueueState.LEFT, "ended_at": clock.now()}
        change(found, "queue.left", actor=actor, fields=fields, by=by)
    return found


def _require_awaited(entry: QueueEntry) -> None:
    if not selectors.is_awaited(entry):
        raise QueueMoved(state=entry.state)


def _may_serve(principal: Principal, entry: str) -> QueueEntry:
    found = selectors.entry_at(principal, entry, scope=WRITE)
    if not selectors.serves(_membership(principal, found), found):
        raise NotAllowed
    return found


def _membership(principal: Principal, entry: QueueEntry) -> Membership:
    return Membership.objects.select_related("staff").get(
        user=principal.require_user(), provider_id=entry.outlet.provider_id
    )


def _own(membership: Membership) -> str | None:
    """Whom this member calls for: None for anyone, which is a manager's."""
    if front_desk.books_anybody(membership):
        return None
    return membership.staff.public_id if membership.staff else ""


def _person(outlet: Outlet, service_pk: int, staff: str | None) -> StaffMember | None:
    if not staff:
        return None
    found = StaffMember.objects.filter(
        public_id="" if "\x00" in staff else staff,
        skills__service=service_pk,
        skills__held_back=False,
        assignments__outlet=outlet,
        archived_at__isnull=True,
    ).first()
    if found is None:
        raise StaffNotAble
    return found
