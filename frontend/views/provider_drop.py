"""A visit dropped somewhere else on the board: what that would do, asked first, then done, and taken back for a while.

Parts of a page for the board's script. Without it, or with the keyboard, "Move…" leads to the page of times.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bookings.errors import PolicyChanged, SlotNotOffered, StaffNotAble
from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.selectors.working import WorkingHours
from bookings.services import changes, lengths
from bookings.services.messages import can_be_reached
from bookings.services.reserve import Taken
from common.clock import rfc3339
from common.errors import DomainError
from common.money import Money
from common.names import joined
from common.spans import Span
from frontend.once import new_key, once
from frontend.timeplan import Time, parse_day, parse_instant
from frontend.views.provider_day import visit_access
from frontend.views.provider_desk import Desk, at_desk, whole
from frontend.views.provider_visits import start_of, who_could
from providers.models import Outlet, Resource, StaffMember

MINUTE = timedelta(minutes=1)
# How long the board offers to take it back, in seconds.
UNDO_S = 10
# What is refused in words, on the spot; anything else is a page of its own.
IN_WORDS = (409, 422)


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a visit is to go: to `start` with `staff`, who comes in for `instead_of` (public ids), or to last
    `minutes`. `seen` is what the board showed of it."""

    start: datetime | None
    staff: str | None
    instead_of: str | None
    minutes: int | None
    seen: str

    @property
    def is_length(self) -> bool:
        return self.minutes is not None


@dataclass(frozen=True, slots=True)
class Would:
    """What it would be: when and by whom, on what, who of them does not work then, and what it costs the customer."""

    starts_at: datetime
    ends_at: datetime
    people: str
    units: str
    outside: str
    fee: Money
    version: str


@at_desk(methods=("GET", "HEAD", "POST"))
def drop(desk: Desk, ref: str) -> HttpResponse:
    """GET says what a drop would do, or asks where to without one; POST does it and answers how to take it back."""
    access = visit_access(desk, ref)
    wish = _wish(desk, access.booking)
    try:
        if desk.sent:
            return _done(desk, access, wish)
        if wish.start is None and not wish.is_length:
            changes.require_movable(access, access.booking)
            return _part(desk, access, "drop_where", people=who_could(access))
        if wish.seen and wish.seen != lengths.version_of(access.booking):
            raise PolicyChanged(_("Somebody has changed this visit since you took hold of it."))
        return _part(desk, access, "drop_ask", wish=wish, would=_would(access, wish), **_told(access, wish))
    except DomainError as error:
        if error.status not in IN_WORDS:
            raise
        return _refused(desk, access, error, wish)


def _wish(desk: Desk, booking: Booking) -> Wish:
    given = desk.request.POST if desk.sent else desk.request.GET
    start = parse_instant(given.get("start", "")[:40])
    day = parse_day(given.get("day", ""))
    if start is None and day is not None:
        start = start_of(booking.outlet, day, given.get("time", ""), "")
    staff = given.get("staff", "")[:64] or None
    instead_of = given.get("instead_of", "")[:64] or None
    return Wish(
        start=start,
        staff=staff,
        instead_of=instead_of if staff and instead_of != staff else None,
        minutes=whole(given.get("minutes", "")),
        seen=given.get("seen", "")[:40],
    )


def _would(access: Access, wish: Wish) -> Would:
    booking = access.booking
    if wish.minutes is not None:
        taken = lengths.check_length(access=access, minutes=wish.minutes)
        return _shown(booking, taken, fee=0, version=lengths.version_of(booking))
    assert wish.start is not None
    taken = changes.would_take(access=access, start=wish.start, staff=wish.staff, instead_of=wish.instead_of)
    preview = changes.preview(access=access, action="reschedule")
    return _shown(booking, taken, fee=preview.fee, version=preview.version)


def _shown(booking: Booking, taken: Taken, *, fee: int, version: str) -> Would:
    outlet: Outlet = booking.outlet
    people = StaffMember.objects.in_bulk({pk for item in taken.items for pk in item.team})
    units = Resource.objects.in_bulk(list(taken.units))
    span = Span(taken.starts_at, taken.ends_at)
    hours = WorkingHours(outlet.provider_id, [outlet], Span(span.start, span.end + MINUTE))
    return Would(
        starts_at=taken.starts_at,
        ends_at=taken.ends_at,
        people=joined(
            people[pk].name for pk in dict.fromkeys(pk for item in taken.items for pk in item.team)
        ),
        units=", ".join(units[pk].name for pk in taken.units),
        outside=joined(
            people[pk].name
            for pk in people
            if not all(
                hours.hold(outlet, pk, Span(item.start, item.end)) for item in taken.items if pk in item.team
            )
        ),
        fee=Money(fee, booking.currency),
        version=version,
    )


def _told(access: Access, wish: Wish) -> dict[str, Any]:
    """Whom the customer had asked for, when it would be somebody else, and whether they can be told."""
    booking = access.booking
    asked_for = [
        item.staff.name
        for item in booking.items.all()
        if item.staff_was_chosen
        and wish.staff is not None
        and wish.staff != item.staff.public_id
        and wish.instead_of in (None, item.staff.public_id)
    ]
    return {"asked_for": joined(dict.fromkeys(asked_for)), "reachable": can_be_reached(booking)}


def _done(desk: Desk, access: Access, wish: Wish) -> HttpResponse:
    booking = access.booking
    version = desk.request.POST.get("version", "")[:80]
    back = _back(booking, wish)

    def run() -> dict[str, Any]:
        if wish.minutes is not None:
            changed = lengths.set_length(access=access, minutes=wish.minutes, version=version)
        elif wish.start is not None:
            changed = changes.reschedule(
                access=access,
                start=wish.start,
                staff=wish.staff,
                instead_of=wish.instead_of,
                version=version,
            )
        else:
            raise SlotNotOffered(_("Choose a time."))
        return {"ref": changed.ref, "back": back}

    answer = once(desk.request, desk.request.POST.get("key", ""), run)
    now = visit_access(desk, access.booking.ref)
    undo: dict[str, str] = {}
    if "undo" not in desk.request.POST:
        undo = dict(answer["back"])
        undo["version"] = (
            lengths.version_of(now.booking)
            if wish.is_length
            else changes.preview(access=now, action="reschedule").version
        )
        undo |= {"key": new_key(), "undo": "1"}
    return _part(
        desk,
        now,
        "drop_done",
        wish=wish,
        undo=undo.items(),
        undone="undo" in desk.request.POST,
        seconds=UNDO_S,
        reachable=can_be_reached(now.booking),
    )


def _back(booking: Booking, wish: Wish) -> dict[str, str]:
    """The fields of the drop that takes this one back."""
    if wish.is_length:
        return {"minutes": str(booking.items.all()[0].duration_min)}
    people = {person.public_id for item in booking.items.all() for person in item.people}
    swapped = {"staff": wish.instead_of or "", "instead_of": wish.staff or ""} if wish.instead_of else {}
    alone = {"staff": next(iter(people))} if len(people) == 1 else swapped
    return {"start": rfc3339(booking.starts_at), **alone}


def _refused(desk: Desk, access: Access, error: DomainError, wish: Wish) -> HttpResponse:
    found = error.data.get("alternatives", [])
    times = [(parse_datetime(each["start"]), parse_datetime(each["end"])) for each in found]
    return _part(
        desk,
        access,
        "drop_refused",
        status=error.status,
        refused=_why(access, error, wish),
        wish=wish,
        undone="undo" in desk.request.POST,
        alternatives=[Time(start, end, rfc3339(start)) for start, end in times if start and end],
    )


def _why(access: Access, error: DomainError, wish: Wish) -> str:
    """In words; somebody who was dropped on is named, for the board shows only that they are free."""
    if isinstance(error, StaffNotAble) and wish.staff:
        person = StaffMember.objects.filter(
            public_id=wish.staff, provider_id=access.booking.outlet.provider_id
        ).first()
        if person is not None:
            named = {"person": person.name, "service": access.booking.service_names}
            return _("%(person)s does not do this here: %(service)s.") % named
    return str(error)


def _part(desk: Desk, access: Access, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    booking = access.booking
    context |= {
        "provider": desk.provider,
        "booking": booking,
        "item": booking.items.all()[0],
        "zone": booking.timezone,
        "total": Money(booking.total_amount, booking.currency),
        "has_length": lengths.has_length(booking),
        "key": new_key(),
    }
    return render(desk.request, f"provider/parts/{name}.html", context, status=status)
