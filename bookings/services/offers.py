"""What has become free is offered to who waits, one at a time: the offer is a hold of its own length.

Any number of workers may run this, and any may die at any point. An offer comes about whole, in one transaction: the
hold, which takes the time, the entry's row, which must still wait, and the offer, of which an entry has one open and
never two of the same start. So what a dead worker left is either nothing or all of it.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.principals import ANONYMOUS
from bookings.enums import OfferState, WaitState
from bookings.models import WaitEntry, WaitLook, WaitOffer, WaitPass
from bookings.rules import states
from bookings.rules.waitlist import Freed, Wanted, answer_by, is_day, when_wanted, why_passed_over
from bookings.selectors.access import Access
from bookings.selectors.open_time import OpenSlot
from bookings.selectors.slots import ItemRequest, SeatSlot, slots_for
from bookings.selectors.waitlist import WaitAccess, to_look_at, waiting_at, wanted_by
from bookings.services import changes, core, holds, waitlist
from common import clock
from common.actors import SYSTEM
from common.errors import DomainError, NotAllowed

log = logging.getLogger(__name__)


class _Gone(Exception):
    """Whoever was to get the offer waits no more, or has one already: another worker was faster."""


def offer_what_is_free() -> int:
    """Look through the waitlists of outlets where something may have changed, and make the offers; answers how many.

    One list that fails is logged and keeps no other waiting.
    """
    made = 0
    for outlet_pk, snapshot in to_look_at():
        try:
            made += _offer_at(outlet_pk, snapshot)
        except Exception:
            log.exception("the waitlist of outlet %s could not be looked through", outlet_pk)
    return made


def _offer_at(outlet_pk: int, snapshot: str) -> int:
    """Offer at one outlet until nothing fits anybody; what came after `snapshot` is looked at next time."""
    made = 0
    while True:
        entries = waiting_at(outlet_pk)
        if not entries or not is_day(clock.now(), entries[0].zone):
            return made  # not noted as seen: looked at in the morning
        wants = wanted_by(entries)
        found = _first(entries, wants)
        if found is None:
            break
        at, slot = found
        # Something may have become free while the list was read: who came earlier is asked before, always.
        if (earlier := _first(entries[:at], wants[:at])) is not None:
            at, slot = earlier
        if not _offer(entries, wants, at, slot):
            return made  # taken by somebody else, or answered: the next look tells
        made += 1
    WaitLook.objects.filter(outlet=outlet_pk).update(snapshot=snapshot, looked_at=clock.now())
    return made


def settle(booking_ref: str, *, actor: str) -> None:
    """What became of the offer that a locked booking is, if it is one, in the transaction that moved it.

    The entry's row comes before the offer's, as everywhere.
    """
    offer = WaitOffer.objects.select_related("booking").filter(booking__ref=booking_ref).first()
    if offer is None or offer.state == OfferState.TAKEN:
        return
    if offer.booking.was_agreed:
        # Paid after it had ended, too.
        waitlist.book(offer.entry_id, actor=actor)
        state = OfferState.TAKEN
    else:
        state = OfferState.DECLINED if offer.booking.status == states.CANCELLED else OfferState.EXPIRED
    WaitOffer.objects.filter(pk=offer.pk).update(state=state, ended_at=clock.now())


def decline(*, access: WaitAccess, offer: WaitOffer) -> None:
    """Whoever waits lets go what is held for them: it costs nothing. Raises NotAllowed, PolicyChanged, MoveRefused."""
    if not access.is_customer or offer.entry_id != access.entry.pk:
        raise NotAllowed
    held = Access(offer.booking, access.principal, is_customer=True, role=None)
    changes.cancel(access=held, version=changes.preview(access=held, action="cancel").version)


def _first(entries: Sequence[WaitEntry], wants: Sequence[Wanted]) -> tuple[int, OpenSlot] | None:
    """The first of these for whom something is free, and the earliest start of it. May ask a routing server."""
    for at, (entry, wanted) in enumerate(zip(entries, wants, strict=True)):
        if wanted.has_offer:
            continue
        if slot := _free_for(entry, wanted):
            return at, slot
    return None


def _free_for(entry: WaitEntry, wanted: Wanted) -> OpenSlot | None:
    begins = datetime.combine(wanted.first_day, time(0), entry.zone)
    ends = datetime.combine(wanted.last_day + timedelta(days=1), time(0), entry.zone)
    earliest = clock.now() + timedelta(minutes=settings.OFFER_MINUTES)
    try:
        found = slots_for(
            outlet=entry.outlet.public_id,
            items=[ItemRequest(wanted.service, staff=wanted.staff)],
            start=begins,
            end=ends,
            seats=wanted.seats,
        ).slots
    except DomainError:
        return None  # not sold any more, or not by them: they see why on their page
    return next(
        (
            slot
            for slot in found
            if slot.start >= earliest and when_wanted(wanted, slot.start, entry.zone) is None
        ),
        None,
    )


def _offer(entries: Sequence[WaitEntry], wants: Sequence[Wanted], at: int, slot: OpenSlot) -> bool:
    """Hold the slot for one of `entries` and tell them; False when it, or they, are gone."""
    entry, wanted = entries[at], wants[at]
    until = answer_by(clock.database_now(), slot.start, settings.OFFER_MINUTES)
    left = slot.seats_left if isinstance(slot, SeatSlot) else 1
    freed = Freed(wanted.service, slot.start, slot.staff, left)
    try:
        with transaction.atomic():
            held = holds.hold(
                principal=ANONYMOUS,
                outlet=entry.outlet.public_id,
                items=[ItemRequest(wanted.service, staff=wanted.staff)],
                start=slot.start,
                seats=wanted.seats,
                session=slot.session if isinstance(slot, SeatSlot) else None,
                offer=holds.Offer(entry.customer, until),
            )
            waits = WaitEntry.objects.filter(pk=entry.pk, state=WaitState.WAITING)
            if not waits.update(last_seq=F("last_seq")):
                raise _Gone
            offer = WaitOffer.objects.create(entry=entry, booking=held.booking, starts_at=slot.start)
            WaitPass.objects.bulk_create(
                WaitPass(offer=offer, entry=each, reason=why_passed_over(want, freed, entry.zone))
                for each, want in zip(entries[:at], wants[:at], strict=True)
            )
            core.change(
                held.booking,
                event="booking.offered",
                actor=SYSTEM,
                until=clock.rfc3339(until),
                wait=entry.public_id,
            )
    except (DomainError, IntegrityError, _Gone):
        return False
    return True
