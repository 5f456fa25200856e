"""Reads of group sessions: for those who sell them, and for those who want a seat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.principals import Principal
from bookings.models import Booking, BookingItem, GroupSession
from bookings.rules import states, windows
from bookings.selectors.bookings import DETAILS
from common import clock
from common.errors import NotAllowed, NotFound
from common.spans import Span
from providers.enums import Place, Role
from providers.models import (
    Closure,
    Membership,
    Offering,
    Outlet,
    Provider,
    Service,
    Skill,
    StaffAssignment,
    TimeOff,
)
from providers.selectors.access import has_role


@dataclass(frozen=True, slots=True)
class SeatsLeft:
    """One session, or a course's, as customers see it: how many seats are left on every date of `sessions`."""

    sessions: tuple[GroupSession, ...]
    left: int

    @property
    def first(self) -> GroupSession:
        return self.sessions[0]


def is_group(service: Service) -> bool:
    """Whether what is sold of the service are seats in sessions, not times of one's own."""
    return service.capacity > 1


def access_session(
    principal: Principal, session: str, *, role: Role = Role.STAFF, scope: str = "bookings:read"
) -> GroupSession:
    """The session (public id) with its outlet, business, service and person, for members with at least `role`.

    Raises NotSignedIn, NotAllowed, NotFound.
    """
    user = principal.require_user()
    principal.require_scope(scope)
    if "\x00" in session:
        raise NotFound
    found = _read(GroupSession.objects.filter(public_id=session)).first()
    membership = found and Membership.objects.filter(user=user, provider_id=found.outlet.provider_id).first()
    if not (found and membership):
        raise NotFound
    if not has_role(membership.role, role):
        raise NotAllowed(role=role)
    return found


def group_services(provider: Provider) -> QuerySet[Service]:
    """The services in use of which sessions can be put on the calendar, by name."""
    return Service.objects.filter(
        provider=provider, capacity__gt=1, place=Place.OUTLET, archived_at__isnull=True
    ).order_by("name", "pk")


def with_groups(outlets: QuerySet[Outlet]) -> QuerySet[Outlet]:
    """The outlets, each with `has_groups`: whether a group service is sold there."""
    sold = Offering.objects.filter(
        outlet=OuterRef("pk"), service__capacity__gt=1, service__archived_at__isnull=True
    )
    return outlets.annotate(has_groups=Exists(sold))


def sessions_of(outlet: Outlet, window: Span) -> QuerySet[GroupSession]:
    """The sessions at the outlet that start within `window` and were not cancelled, in order, with who and what."""
    return _read(
        GroupSession.objects.filter(
            outlet=outlet, starts_at__gte=window.start, starts_at__lt=window.end, cancelled_at__isnull=True
        )
    ).order_by("starts_at", "pk")


def these(sessions: Iterable[GroupSession]) -> QuerySet[GroupSession]:
    """These sessions as the others are read, in order."""
    return _read(GroupSession.objects.filter(pk__in=[each.pk for each in sessions])).order_by(
        "starts_at", "pk"
    )


def taken(session: GroupSession) -> int:
    """How many seats of a session, as these selectors read it, are taken: without holds whose time is over."""
    return session.seats_taken - session.stale  # type: ignore[attr-defined]  # annotated


def roster(session: GroupSession) -> list[Booking]:
    """The bookings with seats in the session, by customer's name; holds that ended and what was given up are not."""
    return rosters([session])[session.pk]


def rosters(sessions: Sequence[GroupSession]) -> dict[int, list[Booking]]:
    """The same of several sessions, by primary key. As many queries as for one; none without sessions."""
    found: dict[int, list[Booking]] = {session.pk: [] for session in sessions}
    if not found:
        return found
    seated = BookingItem.objects.filter(session__in=found)
    rows = (
        Booking.objects.filter(pk__in=seated.values("booking"))
        .filter(Q(status__in=states.LIVE) | Q(status=states.NO_SHOW))
        .exclude(status=states.HELD, hold_expires_at__lte=clock.DatabaseNow())
        .select_related("customer", "outlet__provider")
        .prefetch_related(*DETAILS)
        .order_by("customer__name", "pk")
    )
    for booking in rows:
        for session_pk in {item.session_id for item in booking.items.all() if item.session_id}:
            if session_pk in found:
                found[session_pk].append(booking)
    return found


def seats_in(booking: Booking, session: GroupSession) -> int:
    """How many seats the booking (with its items) has in the session."""
    return sum(item.seats for item in booking.items.all() if item.session_id == session.pk)


def seats_left(offering_pks: Iterable[int], *, window: Span, seats: int = 1) -> dict[int, list[SeatsLeft]]:
    """The sessions and courses of these offerings that start within `window` and have at least `seats` seats left, in
    order, by offering. Two statements, and one more for courses.

    A course starts with its first date, and is full when one of its dates is. What is held by a hold whose time is
    over counts as free. The outlet's notice and last day are not looked at.
    """
    by_place = {
        (outlet_pk, service_pk): pk
        for pk, outlet_pk, service_pk in Offering.objects.filter(pk__in=list(offering_pks)).values_list(
            "pk", "outlet_id", "service_id"
        )
    }
    found: dict[int, list[SeatsLeft]] = {pk: [] for pk in by_place.values()}
    rows = _open(
        GroupSession.objects.filter(
            outlet__in={outlet for outlet, _ in by_place}, service__in={service for _, service in by_place}
        )
    )
    within = rows.filter(starts_at__gte=window.start, starts_at__lt=window.end)
    starting = [row for row in _with_whom(within) if (row.outlet_id, row.service_id) in by_place]
    dates: dict[int, list[GroupSession]] = {}
    courses = {row.course_id for row in starting if row.course_id}
    if courses:
        whole = _counted(GroupSession.objects.filter(course__in=courses, cancelled_at__isnull=True))
        for row in _with_whom(whole):
            dates.setdefault(row.course_id or 0, []).append(row)
    for row in starting:
        sessions = tuple(dates[row.course_id]) if row.course_id else (row,)
        if sessions[0].pk != row.pk:
            continue  # a later date of a course: whoever joins, joins before the first
        left = min(each.capacity - taken(each) for each in sessions)
        if left >= seats:
            found[by_place[row.outlet_id, row.service_id]].append(SeatsLeft(sessions, left))
    return found


def starting_at(offering_pk: int, start: datetime) -> list[SeatsLeft]:
    """The sessions and courses of the offering that start at `start`, full ones too, those with most seats first."""
    window = Span(start, start + timedelta(microseconds=1))
    found = seats_left([offering_pk], window=window, seats=0).get(offering_pk, [])
    return sorted(found, key=lambda each: (-each.left, each.first.pk))


def nearest(offering: Offering, start: datetime, *, seats: int, limit: int = 3) -> list[SeatsLeft]:
    """Other sessions and courses of the offering (with its outlet) that customers may choose, with at least `seats`
    left: the nearest to `start`, in order of time."""
    window = bookable(offering.outlet)
    left = seats_left([offering.pk], window=window, seats=seats)[offering.pk]
    found = [each for each in left if each.first.starts_at != start]
    found.sort(key=lambda each: abs(each.first.starts_at - start))
    return sorted(found[:limit], key=lambda each: each.first.starts_at)


def bookable(outlet: Outlet) -> Span:
    """When what customers book there may start: after the notice, up to the last day that may be booked."""
    return windows.bookable(
        clock.now(),
        zone=outlet.zone,
        notice_min=outlet.notice_min,
        window_days=outlet.window_days,
        window_until=outlet.window_until,
    )


def _with_whom(rows: QuerySet[GroupSession]) -> QuerySet[GroupSession]:
    return rows.select_related("staff", "course").order_by("starts_at", "pk")


def _open(rows: QuerySet[GroupSession]) -> QuerySet[GroupSession]:
    """What may still be sold, with `stale`: its person still does it there, and neither is away or closed then."""
    during = {"period__startswith__lt": OuterRef("ends_at"), "period__endswith__gt": OuterRef("starts_at")}
    endless = {"period__startswith__lt": OuterRef("ends_at"), "period__endswith__isnull": True}
    closed = Closure.objects.filter(outlet=OuterRef("outlet"))
    away = TimeOff.objects.filter(staff=OuterRef("staff"))
    return _counted(rows).filter(
        Exists(Skill.objects.filter(staff=OuterRef("staff"), service=OuterRef("service"), held_back=False)),
        Exists(StaffAssignment.objects.filter(staff=OuterRef("staff"), outlet=OuterRef("outlet"))),
        ~Exists(closed.filter(Q(**during) | Q(**endless))),
        ~Exists(away.filter(Q(**during) | Q(**endless))),
        staff__archived_at__isnull=True,
        cancelled_at__isnull=True,
    )


def _counted(rows: QuerySet[GroupSession]) -> QuerySet[GroupSession]:
    """With `stale`: how many of the taken seats are free, for the time of their hold is over."""
    over = (
        BookingItem.objects.filter(
            session=OuterRef("pk"),
            booking__status=states.HELD,
            booking__hold_expires_at__lte=clock.DatabaseNow(),
        )
        .order_by()
        .values("session")
        .annotate(n=Sum(F("seats")))
        .values("n")
    )
    return rows.annotate(stale=Coalesce(Subquery(over), 0))


def _read(rows: QuerySet[GroupSession]) -> QuerySet[GroupSession]:
    return (
        _counted(rows)
        .select_related("outlet__provider", "service", "staff__photo", "course")
        .prefetch_related("allocations__resource")
    )
