"""What is to be taken: a visit as the catalogue or an existing booking says, for engine and services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bookings.errors import NotOffered, StaffNotAble
from bookings.models import Booking, BookingItem
from bookings.selectors.open_time import Ask
from bookings.selectors.visit_time import ItemAsk, VisitAsk
from common.spans import Span
from geo.rules.positions import Position
from geo.selectors import position_of
from providers.models import Offering, StaffMember
from providers.rules.phases import Phase, lasting, read


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One service that is to be taken: for `duration_min` minutes, by one of `staff_pks`, or by a `team` of so many of
    them, `with_pks` among them, with its buffers.

    Rather by `prefer_pks` than by others. `where` a home visit goes.
    """

    offering: Offering
    duration_min: int
    buffer_before_min: int
    buffer_after_min: int
    phases: tuple[Phase, ...]
    staff_pks: tuple[int, ...]
    prefer_pks: tuple[int, ...] = ()
    guest: int = 1
    where: Position | None = None
    team: int = 1
    with_pks: tuple[int, ...] = ()

    def ask(self) -> ItemAsk:
        """The plan as the engine's selector reads it."""
        ask = Ask(
            self.offering.pk,
            self.duration_min,
            self.buffer_before_min,
            self.buffer_after_min,
            self.staff_pks,
            self.phases,
            self.where,
            self.team,
            self.with_pks,
        )
        return ItemAsk(ask, self.guest, self.prefer_pks)


@dataclass(frozen=True, slots=True)
class Plan:
    """A visit that is to be taken: its services, in the order in which each guest has them unless `any_order`."""

    items: tuple[ItemPlan, ...]
    any_order: bool = False

    @property
    def staff_pks(self) -> tuple[int, ...]:
        """Everybody who may do some of it, in order."""
        return tuple(sorted({pk for item in self.items for pk in item.staff_pks}))

    def ask(self) -> VisitAsk:
        """The plan as the engine's selector reads it."""
        return VisitAsk(tuple(item.ask() for item in self.items), self.any_order)

    def going_to(self, where: Position) -> "Plan":
        """The same visit at another address."""
        return replace(self, items=tuple(replace(item, where=where) for item in self.items))

    def period(self, start: datetime) -> Span:
        """Where it may take something, at most: its services one after the other, their waits and buffers."""
        wait = self.items[0].offering.outlet.max_wait_min
        before = max(item.buffer_before_min for item in self.items)
        length = sum(item.duration_min + wait for item in self.items) - wait
        after = max(item.buffer_after_min for item in self.items)
        return Span(start - timedelta(minutes=before), start + timedelta(minutes=length + after))


def plan_for(
    offering: Offering,
    *,
    duration_min: int,
    staff: str | None,
    guest: int = 1,
    where: Position | None = None,
) -> ItemPlan:
    """The plan for an offering with `staff` (public id) or anyone able, at `where` if it is a home visit.

    What several people do together is done with `staff` among them. Raises StaffNotAble.
    """
    return _plan(
        offering,
        duration_min=duration_min,
        named=() if staff is None else (staff,),
        team=offering.service.team_size,
        guest=guest,
        where=where,
    )


def _plan(
    offering: Offering,
    *,
    duration_min: int,
    named: Sequence[str],
    team: int,
    guest: int,
    where: Position | None,
) -> ItemPlan:
    able = StaffMember.objects.filter(
        skills__service=offering.service_id,
        skills__held_back=False,
        assignments__outlet=offering.outlet_id,
        archived_at__isnull=True,
    )
    if named and team == 1:
        able = able.filter(public_id__in=named)
    found = dict(able.order_by("pk").values_list("pk", "public_id").distinct())
    with_pks = tuple(pk for pk, public_id in found.items() if public_id in named)
    if not found or len(with_pks) < len(set(named)):
        raise StaffNotAble
    return ItemPlan(
        offering=offering,
        duration_min=duration_min,
        buffer_before_min=offering.service.buffer_before_min,
        buffer_after_min=offering.service.buffer_after_min,
        phases=lasting(read(offering.service.phases), duration_min),
        staff_pks=tuple(found),
        guest=guest,
        where=where,
        team=team,
        with_pks=with_pks if team > 1 else (),
    )


def items_of(booking: Booking) -> list[BookingItem]:
    """The services of a booking, in order, as they are in the database now."""
    return list(
        BookingItem.objects.filter(booking=booking)
        .select_related("service", "staff")
        .prefetch_related("helpers")
    )


def plan_of(
    booking: Booking,
    *,
    staff: str | None,
    instead_of: str | None = None,
    durations: Mapping[int, int] | None = None,
) -> Plan:
    """The plan of an existing booking, by its snapshot: the catalogue may say something else by now.

    `staff` (public id) does all of it, with a team as one of them, or only what `instead_of` (public id) was to do;
    `durations` are other minutes, by the item's primary key. Raises NotOffered when the outlet no longer does a
    service at all, StaffNotAble (also when `instead_of` does none of it).
    """
    items = items_of(booking)
    if instead_of == staff:
        instead_of = None
    if instead_of and not any(person.public_id == instead_of for item in items for person in item.people):
        raise StaffNotAble
    found = {
        offering.service_id: offering
        for offering in Offering.objects.select_related("outlet", "service").filter(
            outlet_id=booking.outlet_id, service__in=[item.service_id for item in items]
        )
    }
    plans = []
    for item in items:
        if item.service_id not in found:
            raise NotOffered
        people = item.people
        duration_min = (durations or {}).get(item.pk, item.duration_min)
        plan = replace(
            _plan(
                found[item.service_id],
                duration_min=duration_min,
                named=_named(item, staff, instead_of),
                team=len(people),
                guest=item.guest,
                where=position_of(booking.address_point) if booking.address_point else None,
            ),
            buffer_before_min=item.buffer_before_min,
            buffer_after_min=item.buffer_after_min,
            phases=lasting(read(item.phases), duration_min),
            prefer_pks=tuple(person.pk for person in people if person.public_id != instead_of),
        )
        leaving = {person.pk for person in people if staff and person.public_id == instead_of}
        plans.append(replace(plan, staff_pks=tuple(pk for pk in plan.staff_pks if pk not in leaving)))
    return Plan(tuple(plans))


def _named(item: BookingItem, staff: str | None, instead_of: str | None) -> list[str]:
    """Who has to do an item that is moved, or to be among those who do (public ids)."""
    people = [person.public_id for person in item.people]
    if staff is not None and instead_of is None:
        return [staff]
    if staff is not None and instead_of in people:
        return [staff if each == instead_of else each for each in people]
    return people[:1] if item.staff_was_chosen else []
