"""The walk-in queue of an outlet: who waits, when they would be served, and who may see which place in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet

from accounts.principals import Principal
from bookings.enums import QueueState
from bookings.models import BookingItem, QueueEntry
from bookings.rules import states
from bookings.rules.grid import Grid
from bookings.rules.queue import STEP_MIN, Estimate, Waiting, estimates
from bookings.rules.several import Layout, Part
from bookings.selectors.open_time import Ask, OpenTime, load
from bookings.selectors.visit_time import ItemAsk, VisitAsk, VisitTime
from bookings.selectors.working import WorkingHours
from common import clock
from common.errors import NotFound
from common.spans import Span
from geo.routing import Absent
from providers.enums import Place as SoldAt
from providers.enums import Role
from providers.models import Membership, Offering, Outlet, StaffMember
from providers.selectors.access import access_outlet, has_role
from providers.selectors.public import live_offerings

# Hours after midnight until which a night still counts as the day before.
NIGHT = timedelta(hours=6)
_NOBODY = Estimate(None, None)


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody who waits: the how-maniest they are (1 is the first), and when they would be served.

    `who` would do it, as it stands (empty when nobody would before closing); `free_now` are the public ids of those
    who could begin with them this minute without delaying anybody who came before.
    """

    entry: QueueEntry
    number: int
    estimate: Estimate
    who: tuple[str, ...]
    free_now: frozenset[str]

    @property
    def earliest(self) -> datetime | None:
        return self.estimate.first.start if self.estimate.first else None

    @property
    def latest(self) -> datetime | None:
        return self.estimate.last.start if self.estimate.last else None


@dataclass(frozen=True, slots=True)
class Queue:
    """An outlet's queue of today: those who wait in their order, those who are called and not there yet, and those who
    left or did not come, the last first. `closes_at` is None when the outlet is closed for the rest of the day."""

    outlet: Outlet
    now: datetime
    closes_at: datetime | None
    waiting: list[Place]
    called: list[QueueEntry]
    gone: list[QueueEntry]


def queue_of(outlet: Outlet, now: datetime | None = None) -> Queue:
    """The queue at `outlet` (with its provider), worked out from what is open now. Twelve queries at most."""
    now = this_minute(now)
    closes = closing_of(outlet, now)
    rows = list(
        QueueEntry.objects.filter(outlet=outlet, closes_at__gt=now)
        .exclude(state=QueueState.CLOSED)
        .select_related("service", "staff", "booking")
        .prefetch_related("booking__items__staff", "booking__items__helpers")
        .order_by("joined_at", "pk")
    )
    waiting = [row for row in rows if row.state == QueueState.WAITING]
    gone = [row for row in rows if row.state in (QueueState.LEFT, QueueState.NO_SHOW)]
    return Queue(
        outlet=outlet,
        now=now,
        closes_at=closes,
        waiting=_places(outlet, waiting, now, closes),
        called=[row for row in rows if is_awaited(row)],
        gone=sorted(gone, key=lambda row: (row.ended_at or now, row.pk), reverse=True),
    )


def is_awaited(entry: QueueEntry) -> bool:
    """Whether they were called, and nobody has said yet that they came or did not."""
    return (
        entry.state == QueueState.CALLED
        and entry.booking is not None
        and entry.booking.status == states.CONFIRMED
    )


def estimate_of(entry: QueueEntry, now: datetime | None = None) -> Place | None:
    """The place of somebody (with their outlet) who waits; None when they do not, or no longer."""
    found = queue_of(entry.outlet, now)
    return next((place for place in found.waiting if place.entry.pk == entry.pk), None)


def next_for(queue: Queue, own: str | None) -> Place | None:
    """Whom to call next: the first who can be served this minute, by `own` (public id of a person) or, None, by
    anyone."""
    for place in queue.waiting:
        if place.free_now and (own is None or own in place.free_now):
            return place
    return None


def serves(membership: Membership, entry: QueueEntry) -> bool:
    """Whether this member may call them: managers anybody, staff who wants anyone or themselves."""
    if has_role(membership.role, Role.MANAGER):
        return True
    return membership.staff_id is not None and entry.staff_id in (None, membership.staff_id)


def may_wait_for(outlet: Outlet) -> list[Offering]:
    """What one can wait for at an outlet: what is done there for one customer at a time. Two queries."""
    return [
        each
        for each in live_offerings(outlet).select_related("outlet")
        if each.place == SoldAt.OUTLET and each.service.capacity == 1
    ]


def entry_for(principal: Principal, entry_id: str) -> QueueEntry:
    """A place in a queue for whoever has a link to it, with its outlet. Raises NotFound for everybody else."""
    found = (
        _entries()
        .filter(
            public_id="" if "\x00" in entry_id else entry_id,
            links__token_hash__in=principal.capabilities,
            closes_at__gt=clock.now(),
        )
        .first()
    )
    if found is None:
        raise NotFound
    return found


def entry_at(principal: Principal, entry_id: str, *, scope: str = "bookings:read") -> QueueEntry:
    """The same for a member of the business. Raises NotSignedIn, NotFound, NotAllowed (the token lacks the scope)."""
    principal.require_user()
    found = _entries().filter(public_id="" if "\x00" in entry_id else entry_id).first()
    if found is None:
        raise NotFound
    access_outlet(principal, found.outlet.public_id, scope=scope)
    return found


def closing_of(outlet: Outlet, now: datetime) -> datetime | None:
    """When the outlet closes for the last time on its local day of `now`, or of the night that still goes on; None when
    it is closed for the rest of it. Four queries."""
    today = now.astimezone(outlet.zone).date()
    tonight = _midnight(outlet, today + timedelta(days=1))
    window = Span(now - timedelta(days=2), tonight + NIGHT)
    spans = WorkingHours(outlet.provider_id, [outlet], window).opens(outlet)
    left = [span for span in spans if span.end > now and span.start < tonight]
    return min(left[-1].end, tonight + NIGHT) if left else None


def this_minute(now: datetime | None = None) -> datetime:
    """The minute that it is, in UTC."""
    return (now or clock.now()).astimezone(UTC).replace(second=0, microsecond=0)


def _entries() -> QuerySet[QueueEntry]:
    return QueueEntry.objects.select_related("outlet__provider", "service", "staff", "booking")


def _midnight(outlet: Outlet, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=outlet.zone).astimezone(UTC)


def _places(
    outlet: Outlet, waiting: Sequence[QueueEntry], now: datetime, closes: datetime | None
) -> list[Place]:
    if not waiting:
        return []
    times = _open_times(outlet, {entry.service_id for entry in waiting}, now, closes) if closes else {}
    found = [entry for entry in waiting if entry.service_id in times]
    told: dict[int, Estimate] = {}
    if found and closes:
        told = dict(
            zip(
                (entry.pk for entry in found),
                estimates(
                    [_waiting(entry, times[entry.service_id], Span(now, closes)) for entry in found],
                    now=now,
                    until=closes,
                    grid=Grid(outlet.zone, STEP_MIN),
                    overdue=_overdue(outlet, now),
                ),
                strict=True,
            )
        )
    names = _names(layout for each in told.values() if (layout := each.first))
    places = []
    for at, entry in enumerate(waiting, start=1):
        estimate = told.get(entry.pk, _NOBODY)
        ids = times[entry.service_id].names if entry.service_id in times else {}
        places.append(
            Place(
                entry=entry,
                number=at,
                estimate=estimate,
                who=_who(estimate.first, names),
                free_now=frozenset(ids[pk] for pk in estimate.free_now),
            )
        )
    return places


def _open_times(
    outlet: Outlet, service_pks: set[int], now: datetime, closes: datetime
) -> dict[int, OpenTime]:
    """The open time of what is waited for and still sold, by service (primary key). Three queries."""
    sold = dict(
        Offering.objects.filter(
            outlet=outlet, service__in=service_pks, is_live=True, place=SoldAt.OUTLET, service__capacity=1
        ).values_list("pk", "service_id")
    )
    loaded = load([Ask(pk) for pk in sold], window=Span(now, closes), absent=Absent.ESTIMATE)
    return {service: each for service, each in zip(sold.values(), loaded, strict=True) if each is not None}


def _waiting(entry: QueueEntry, time: OpenTime, window: Span) -> Waiting:
    """The visit that the entry would become: one item for each of the party."""
    guests = range(1, entry.party + 1)
    asked = VisitAsk(tuple(ItemAsk(Ask(0), guest) for guest in guests))
    visit = VisitTime(asked, [time] * entry.party)
    parts = [_with_wish(part, entry.staff_id) for part in visit.parts(window)]
    return Waiting(tuple(parts), visit.laid_out)


def _with_wish(part: Part, staff_pk: int | None) -> Part:
    """The part for whom they want: of a team, with them among it."""
    if staff_pk is None:
        return part
    if part.visit.team > 1:
        people = [replace(person, must=person.id == staff_pk) for person in part.people]
        return replace(part, people=people if any(person.must for person in people) else [])
    return replace(part, people=[person for person in part.people if person.id == staff_pk])


def _overdue(outlet: Outlet, now: datetime) -> frozenset[int]:
    """Who (primary keys) is at a visit that should be over by now. One query, or two."""
    items = BookingItem.objects.filter(
        booking__outlet=outlet,
        booking__status=states.STARTED,
        ends_at__lte=now,
        ends_at__gt=now - timedelta(hours=2),
    )
    return frozenset(pk for pair in items.values_list("staff", "helpers") for pk in pair if pk is not None)


def _names(layouts: Iterable[Layout]) -> dict[int, str]:
    pks = {pk for layout in layouts for put in layout.placed for pk in put.team}
    return dict(StaffMember.objects.filter(pk__in=pks).values_list("pk", "name")) if pks else {}


def _who(layout: Layout | None, names: dict[int, str]) -> tuple[str, ...]:
    if layout is None:
        return ()
    return tuple(dict.fromkeys(names[pk] for put in layout.placed for pk in put.team))
