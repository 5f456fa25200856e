"""Holding a slot: the booking exists and takes its time while the customer fills in the rest and pays."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction

from accounts.models import Customer
from accounts.principals import Principal
from bookings.enums import PaymentState, Source
from bookings.errors import AddressNeeded, AddressOutsideArea, AlreadyExtended, HoldEnded, MoveRefused
from bookings.models import Booking, BookingItem
from bookings.rules import states
from bookings.rules.pricing import Quote
from bookings.rules.several import Placed
from bookings.selectors.access import Access
from bookings.selectors.plans import ItemPlan, Plan, plan_for, plan_of
from bookings.selectors.sessions import is_group
from bookings.selectors.slots import ItemRequest, offerings_of, require_sold_so
from bookings.services import core, reserve, seat_holds, standard
from bookings.services import seats as seating
from bookings.services.access import new_token
from bookings.services.holders import Contact, customer_for_details, customer_of, refuse_hoarding
from bookings.services.quotes import quote_again, quote_for
from bookings.services.served import Served, Vehicle, served_fields
from common import clock, crypto
from common.actors import SYSTEM
from common.again import run_again
from common.errors import NotFound
from geo.rules.positions import Position
from geo.selectors import position_of, require_address
from payments import services as payments
from payments.selectors import policy_for
from providers.enums import Place, Role
from providers.models import Membership, Offering, Outlet
from providers.rules.phases import as_json
from providers.selectors.access import has_role


@dataclass(frozen=True, slots=True)
class Address:
    """Where a home visit goes; WGS 84. Without a point the line is looked up."""

    line: str
    lat: float | None = None
    lng: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A new hold, and the guest's token to it (None for a signed-in user)."""

    booking: Booking
    token: str | None = field(repr=False)

    def opened_by(self, principal: Principal) -> Principal:
        """The caller with the new token's capability: what they may see from now on."""
        if self.token is None:
            return principal
        return replace(principal, capabilities=principal.capabilities | {crypto.token_hash(self.token)})


@dataclass(frozen=True, slots=True)
class Offer:
    """A hold that is made for a customer who waits, for so many minutes: the site chose the time, nobody hoards it."""

    customer: Customer
    until: datetime


@run_again
def hold(
    *,
    principal: Principal,
    outlet: str,
    items: Sequence[ItemRequest],
    start: datetime,
    address: Address | None = None,
    contact: Contact | None = None,
    source: Source = Source.WEB,
    language: str = "en",
    network_address: str = "",
    any_order: bool = False,
    seats: int = 1,
    session: str | None = None,
    served: Served | None = None,
    vehicle: Vehicle | None = None,
    offer: Offer | None = None,
    customer: Customer | None = None,
) -> Held:
    """Hold a visit at `start` (aware) at `outlet` for HOLD_MINUTES.

    Its services follow one another for each guest, in the order given unless `any_order`; they are one booking with one
    price, under the policy of the dearest. Managers of the provider may book any minute, and staff any of their own;
    with somebody else, staff get what customers do. Of a group service it is `seats` in the session that starts then
    (named `session`, by public id, where two do), or in all dates of its course. `served`: for whom else; `vehicle`:
    on what. With an `offer` it is held for that customer, as long as the offer says. With a `customer` it is one of
    several that are held for them in the caller's transaction: what is free instead is not looked for.

    Raises NotFound, NotOffered, StaffNotAble, OptionUnknown, AddressNeeded, AddressOutsideArea,
    AddressUnknown, SlotNotOffered, SlotTaken, TooManyHolds.
    """
    found = offerings_of(outlet, items)
    place = found[0].outlet
    require_sold_so([each.service.capacity for each in found], seats=seats)
    quotes = [
        quote_for(offering, item.options, seats=seats) for offering, item in zip(found, items, strict=True)
    ]
    membership = _membership(principal, place)
    where = _visit_point(found[0], address)
    total = sum(quote.total for quote in quotes)
    policy = policy_for(_dearest(found, quotes).service, total=total)
    plan = Plan(
        tuple(
            plan_for(
                offering,
                duration_min=quote.duration_min,
                staff=item.staff,
                guest=item.guest,
                where=position_of(where) if where else None,
            )
            for offering, item, quote in zip(found, items, quotes, strict=True)
        ),
        any_order,
    )
    held_from = crypto.keyed_hash("held-from", network_address) if network_address else ""

    by_staff = _may_take_any_minute(membership, plan)
    group = is_group(found[0].service)
    others: AbstractContextManager[None] = (
        nullcontext()
        if offer or customer
        else seat_holds.offering_others(found[0], start, wanted=seats)
        if group
        else reserve.offering_alternatives(plan, start)
    )

    with others, transaction.atomic():
        if offer:
            customer = offer.customer
        elif customer is None:
            customer = customer_of(
                principal, contact, language, is_member=membership is not None, region=place.country
            )
        if membership is None and offer is None:
            refuse_hoarding(customer=customer, held_from=held_from)
        now = clock.database_now()
        taken: seating.Seated | reserve.Taken
        if group:
            choices = seat_holds.choices(
                found[0], start, staff=items[0].staff, session=session, by_staff=by_staff
            )
            taken = seating.take(choices, seats=seats)
        else:
            taken = reserve.take(plan, start=start, staff_booking=by_staff)
        booking = Booking.objects.create(
            customer=customer,
            outlet=place,
            source=source,
            place=found[0].place,
            starts_at=taken.starts_at,
            ends_at=taken.ends_at,
            timezone=place.timezone,
            hold_expires_at=offer.until if offer else now + timedelta(minutes=settings.HOLD_MINUTES),
            held_from=held_from,
            currency=place.currency,
            total_amount=total,
            policy=policy.to_dict(),
            # What its own people book the business need not accept.
            acceptance_hours=None if membership else _acceptance_hours(found),
            check_in_code=f"{secrets.randbelow(10_000):04}",
            address_line=address.line if address and where else "",
            address_note=address.note if address and where else "",
            address_point=where,
            **served_fields(served, vehicle, region=place.country),
        )
        if isinstance(taken, seating.Seated):
            seat_holds.write_items(booking, found[0], items[0], taken, quotes[0])
        else:
            _write_items(booking, items, plan, quotes, taken)
        token = None if principal.user or offer else new_token(booking, purpose="guest")
        actor = SYSTEM if offer else principal.actor
        core.change(booking, event="booking.held", actor=actor, source=str(source))
    return Held(booking, token)


def _write_items(
    booking: Booking,
    items: Sequence[ItemRequest],
    plan: Plan,
    quotes: Sequence[Quote],
    taken: reserve.Taken,
) -> None:
    rows = [
        _item(booking, item, planned, quote, put)
        for item, planned, quote, put in zip(items, plan.items, quotes, taken.items, strict=True)
    ]
    # Kept in the order in which they take place.
    in_time = sorted(rows, key=lambda row: (row.starts_at, row.guest))
    for position, row in enumerate(in_time):
        row.position = position
    BookingItem.objects.bulk_create(in_time)
    reserve.allocate(rows, taken)


@run_again
def details(
    *,
    access: Access,
    contact: Contact | None = None,
    options: Mapping[str, Sequence[str]] | None = None,
    address: Address | None = None,
    served: Served | None = None,
    vehicle: Vehicle | None = None,
    language: str = "en",
) -> Booking:
    """Fill in a hold: who books, options (all of an item's, by the item's public id), the address, whom it is for, the
    vehicle. None, or an item without an entry, leaves a part as it is.

    Options are added to the service as it was when it was held. Raises NotAllowed, NotFound (no such item), HoldEnded,
    OptionUnknown, SlotTaken when the longer visit or the way to another address does not fit, StaffNotAble and
    NotOffered when it is done no more, TooManyHolds, AddressOutsideArea, AddressUnknown, PhoneInvalid, ProviderClosed.
    """
    access.require_counterpart()
    current = {item.public_id: item for item in access.booking.items.all()}
    if not set(options or ()) <= set(current):
        raise NotFound
    where = None
    if address:
        first = next(iter(current.values()))
        request = ItemRequest(first.service.public_id)
        [offering] = offerings_of(access.booking.outlet.public_id, [request], live_only=False)
        where = _visit_point(offering, address)
    quotes = {current[id].pk: quote_again(current[id], chosen) for id, chosen in (options or {}).items()}
    with _alternatives(access.booking, quotes, where), transaction.atomic():
        fields = served_fields(served, vehicle, region=access.booking.outlet.country)
        if contact:
            customer = customer_for_details(access, contact, language)
            if not access.is_staff:
                # Its named lock comes before the booking's row, as in hold().
                refuse_hoarding(customer=customer, held_from="", besides=access.booking.pk)
            fields["customer"] = customer
        booking = lock_hold(access.booking.ref)
        if address and where:
            fields |= {
                "address_line": address.line,
                "address_note": address.note,
                "address_point": where,
            }
        elsewhere = where is not None and where != booking.address_point
        if elsewhere:
            booking.address_point = where
        if quotes or elsewhere:
            fields |= _take_over(booking, quotes, access, elsewhere=elsewhere)
        if fields:
            core.change(booking, event="booking.details_changed", actor=access.principal.actor, fields=fields)
        return booking


def _take_over(
    booking: Booking, quotes: Mapping[int, Quote], access: Access, *, elsewhere: bool
) -> dict[str, object]:
    """Let items (by primary key) of the locked hold cost and last what was quoted; answers the booking's new fields.

    `elsewhere`: its address is another one now, which is reached in another time.
    """
    fields: dict[str, object] = {}
    items = reserve.items_of(booking)
    total = sum(quotes[item.pk].total if item.pk in quotes else item.price_amount for item in items)
    if total != booking.total_amount:
        payments.cancel_open_payments(booking_ref=booking.ref, actor=access.principal.actor)
        payments.return_wallet_part(booking_ref=booking.ref, actor=access.principal.actor)
        fields["payment_state"] = PaymentState.UNPAID
    durations = {pk: quote.duration_min for pk, quote in quotes.items()}
    if elsewhere or any(durations.get(item.pk, item.duration_min) != item.duration_min for item in items):
        items = reserve.take_longer(booking, durations, staff_booking=access.is_staff)
    for item in items:
        if quote := quotes.get(item.pk):
            item.lines = quote.as_json()
            item.price_amount = quote.total
            item.save(update_fields=["lines", "price_amount"])
    return {
        **fields,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "total_amount": total,
        "version": booking.version + 1,
    }


def extend(*, access: Access) -> Booking:
    """Hold HOLD_MINUTES longer, once. Raises NotAllowed, HoldEnded, AlreadyExtended, ProviderClosed."""
    access.require_counterpart()
    with transaction.atomic():
        booking = lock_hold(access.booking.ref)
        if booking.hold_extended:
            raise AlreadyExtended
        assert booking.hold_expires_at is not None
        core.change(
            booking,
            event="booking.extended",
            actor=access.principal.actor,
            fields={
                "hold_extended": True,
                "hold_expires_at": booking.hold_expires_at + timedelta(minutes=settings.HOLD_MINUTES),
            },
        )
        return booking


def lock_hold(ref: str) -> Booking:
    """The locked booking, still held by the database's clock, of a business that may be booked.

    Raises HoldEnded, MoveRefused, ProviderClosed, NotFound.
    """
    booking = core.lock(ref)
    if booking.status == states.EXPIRED:
        raise HoldEnded
    if booking.status != states.HELD:
        raise MoveRefused(booking_status=booking.status, action="hold")
    if not Booking.objects.filter(pk=booking.pk, hold_expires_at__gt=clock.DatabaseNow()).exists():
        raise HoldEnded
    core.require_open(booking)
    return booking


def check_address(*, outlet: str, service: str, address: Address) -> Position | None:
    """Where a home visit of the service would go; None for one at the outlet.

    Raises NotFound, NotOffered, AddressNeeded, AddressOutsideArea or AddressUnknown when it cannot be visited.
    """
    [offering] = offerings_of(outlet, [ItemRequest(service)])
    point = _visit_point(offering, address)
    return position_of(point) if point else None


def _membership(principal: Principal, outlet: Outlet) -> Membership | None:
    if principal.user is None:
        return None
    principal.require_scope("bookings:write")
    return Membership.objects.filter(user=principal.user, provider_id=outlet.provider_id).first()


def _may_take_any_minute(membership: Membership | None, plan: Plan) -> bool:
    """Off the grid, without notice, outside hours: managers of anybody's day, staff of their own."""
    if membership is None:
        return False
    return has_role(membership.role, Role.MANAGER) or plan.staff_pks == (membership.staff_id,)


def _visit_point(offering: Offering, address: Address | None) -> Point | None:
    """Where a home visit goes, looked up when need be and checked against the service area."""
    if offering.place != Place.CUSTOMER:
        return None
    if address is None or not address.line.strip():
        raise AddressNeeded
    lat, lng = address.lat, address.lng
    if lat is None or lng is None:
        found = require_address(address.line)
        lat, lng = found.lat, found.lng
    point = Point(lng, lat, srid=4326)
    if not Outlet.objects.filter(pk=offering.outlet_id, service_area__covers=point).exists():
        raise AddressOutsideArea
    return point


def _item(booking: Booking, item: ItemRequest, planned: ItemPlan, quote: Quote, put: Placed) -> BookingItem:
    """The snapshot of one service of a new booking."""
    service = planned.offering.service
    return BookingItem(
        booking=booking,
        service=service,
        staff_id=put.staff,
        staff_was_chosen=item.staff is not None,
        guest=item.guest,
        starts_at=put.start,
        ends_at=put.end,
        name=service.name,
        language=service.language,
        duration_min=quote.duration_min,
        buffer_before_min=planned.buffer_before_min,
        buffer_after_min=planned.buffer_after_min,
        phases=as_json(planned.phases, quote.duration_min),
        lines=quote.as_json(),
        price_amount=quote.total,
        currency=planned.offering.outlet.currency,
        tax_percent=service.tax_percent,
        standard=standard.snapshot(service.category_id),
    )


def _dearest(found: Sequence[Offering], quotes: Sequence[Quote]) -> Offering:
    """Whose policy the visit has: the first of those that cost most."""
    return max(zip(found, quotes, strict=True), key=lambda each: each[1].total)[0]


def _acceptance_hours(found: Sequence[Offering]) -> int | None:
    """Within how many hours the provider accepts the visit: the shortest of its services; None when none asks."""
    hours = [each.service.acceptance_hours for each in found if each.service.needs_acceptance]
    return min(hours, default=None)


def _alternatives(
    booking: Booking, quotes: Mapping[int, Quote], where: Point | None
) -> AbstractContextManager[None]:
    """Other starts for a held visit that becomes longer, or goes elsewhere, should it not fit."""
    durations = {pk: quote.duration_min for pk, quote in quotes.items()}
    elsewhere = where is not None and where != booking.address_point
    if not elsewhere and all(
        durations.get(item.pk, item.duration_min) == item.duration_min for item in booking.items.all()
    ):
        return nullcontext()
    plan = plan_of(booking, staff=None, durations=durations)
    if where is not None:
        plan = plan.going_to(position_of(where))
    return reserve.offering_alternatives(plan, booking.starts_at, besides_booking=booking.pk)
