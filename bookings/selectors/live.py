"""What sockets may follow, and how news reads on them. docs/live.md lists the messages."""

import json
from typing import Any

from accounts.principals import Principal
from bookings.selectors.access import booking_for
from bookings.selectors.bookings import events_after
from bookings.selectors.queue import entry_for
from common.clock import rfc3339
from common.errors import NotFound
from common.models import Event
from common.relay import News, Push
from providers.enums import ProviderStatus
from providers.models import Outlet

# The most events that one look at the table brings.
CHUNK = 200

# News of a booking that leave its time as it was: no slot picker need look again, nor learn of them.
KEEPS_ITS_TIME = frozenset(
    {
        "booking.extended",
        "booking.paid_too_late",
        "booking.payment_ended",
        "booking.arrived",
        "booking.checked_in",
        "booking.on_the_way",
        "booking.started",
        "booking.completed",
        "booking.closed",
        "booking.objected",
        "booking.objection_answered",
        "booking.objection_withdrawn",
        "booking.objection_decided",
        "booking.price_change_asked",
        "booking.price_changed",
        "booking.price_change_declined",
        "booking.price_change_withdrawn",
        "booking.rest_paid",
        "booking.refund_asked",
        "booking.refund_refused",
        "booking.refunded",
    }
)
# Whose news carry periods in which open time changed.
_IN_TIME = ("booking", "session")
# What members of an outlet follow on its board and in its queue.
_ON_BOARD = (*_IN_TIME, "queue")
# News of a business after which any slot of the outlet may be another.
CHANGES_ALL_SLOTS = frozenset({"hours.changed", "catalogue.changed"})

# What of an event's payload its readers are shown, and under which name, as in the API.
_SHOWN = {"status": "status", "starts_at": "start", "ends_at": "end"}


def require_booking(principal: Principal, ref: str) -> None:
    """Raises NotFound unless the caller may see the booking, NotAllowed when the token lacks the scope."""
    principal.require_scope("bookings:read")
    booking_for(principal, ref)


def require_board(principal: Principal, outlet_id: str) -> None:
    """Raises NotFound unless the caller is a member of the business or an operator, NotAllowed as above."""
    principal.require_scope("bookings:read")
    outlets = Outlet.objects.filter(public_id=outlet_id)
    if principal.user is None:
        raise NotFound
    if not principal.is_operator:
        outlets = outlets.filter(provider__memberships__user=principal.user)
    if not outlets.exists():
        raise NotFound


def require_listed_outlet(outlet_id: str) -> None:
    """Raises NotFound unless the outlet is public."""
    if not Outlet.objects.filter(
        public_id=outlet_id, archived_at__isnull=True, provider__status=ProviderStatus.APPROVED
    ).exists():
        raise NotFound


def require_place_in_queue(principal: Principal, entry_id: str) -> str:
    """The outlet (public id) in whose queue they wait. Raises NotFound unless they have a link to that place."""
    return entry_for(principal, entry_id).outlet.public_id


def booking_events(ref: str, *, after: int) -> list[Push]:
    """The booking's messages beyond number `after`, in order, at most CHUNK."""
    return booking_messages([_news(event) for event in events_after(ref, after)[:CHUNK]])


def booking_messages(news: list[News]) -> list[Push]:
    """What a booking's followers are sent."""
    return [
        Push(
            item.seq, json.dumps({"seq": item.seq, "type": item.type, "at": rfc3339(item.at), **_shown(item)})
        )
        for item in sorted(news, key=lambda item: item.seq)
    ]


def board_messages(news: list[News]) -> list[Push]:
    """What an outlet's board is sent: which bookings, group sessions and places in the queue changed."""
    return [Push(item.seq, json.dumps(_board(item))) for item in news if item.subject_type in _ON_BOARD]


def _board(item: News) -> dict[str, Any]:
    told = {"type": item.type, item.subject_type: item.subject_id, "seq": item.seq, "at": rfc3339(item.at)}
    return told | ({"status": item.payload.get("status", "")} if item.subject_type == "booking" else {})


def slot_messages(news: list[News]) -> list[Push]:
    """What an outlet's slot pickers are sent: the periods in which open time changed, nothing about whom.

    Periods that touch are told as one; nulls mean that all of it may have changed.
    """
    if any(item.type in CHANGES_ALL_SLOTS for item in news):
        return [_slots_changed(None, None)]
    periods = sorted(
        (period["starts_at"], period["ends_at"])
        for item in news
        if item.subject_type in _IN_TIME and item.type not in KEEPS_ITS_TIME
        for period in (item.payload, item.payload.get("previous") or {})
        if period.get("starts_at") and period.get("ends_at")
    )
    # RFC 3339 texts of one form, in UTC: they sort as their instants do.
    merged: list[tuple[str, str]] = []
    for start, end in periods:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [_slots_changed(start, end) for start, end in merged]


def queue_messages(news: list[News]) -> list[Push]:
    """What whoever waits is sent: look again. Of many changes at once, one."""
    bears = any(item.subject_type in _ON_BOARD or item.type in CHANGES_ALL_SLOTS for item in news)
    return [Push(0, json.dumps({"type": "queue_changed"}))] if bears else []


def _slots_changed(start: str | None, end: str | None) -> Push:
    return Push(0, json.dumps({"type": "slots_changed", "from": start, "to": end}))


def _shown(item: News) -> dict[str, Any]:
    shown = {name: item.payload[key] for key, name in _SHOWN.items() if key in item.payload}
    return {"status": "", **shown}


def _news(event: Event) -> News:
    return News(
        id=event.pk,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        seq=event.seq,
        type=event.type,
        at=event.at,
        outlet_id=event.outlet_id,
        payload=event.payload,
    )
