"""Holding a slot: the booking exists and takes its time while the customer fills in the rest and pays."""

import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Q

from accounts import services as accounts
from accounts.models import Customer
from accounts.principals import Principal
from bookings.enums import PaymentState, Source
from bookings.errors import (
    AddressNeeded,
    AddressOutsideArea,
    AlreadyExtended,
    HoldEnded,
    MoveRefused,
    NotOffered,
    OptionUnknown,
    TooManyHolds,
)
from bookings.models import Booking, BookingItem
from bookings.rules import states
from bookings.rules.pricing import OptionPrice, Quote, ServicePrice, price
from bookings.selectors.access import Access
from bookings.services import core, reserve, standard
from bookings.services.access import new_token
from common import clock, crypto
from common.errors import NotFound
from common.locks import lock_named
from geo.selectors import require_address
from payments import services as payments
from payments.selectors import policy_for
from providers.enums import Place, Role
from providers.models import Membership, Offering, Outlet, ServiceOption
from providers.selectors.access import has_role

OPEN_HOLDS_PER_CONTACT = 2


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """One service that is asked for: public ids; no staff means anyone able."""

    service: str
    options: Sequence[str] = ()
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who it is for."""

    name: str
    email: str | None = None
    phone: str | None = None


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
) -> Held:
    """Hold `start` (aware) at `outlet` for HOLD_MINUTES. Managers of the provider may book any minute, and staff
    any of their own; with somebody else, staff get what customers do.

    Raises NotFound, NotOffered, StaffNotAble, OptionUnknown, AddressNeeded, AddressOutsideArea,
    AddressUnknown, SlotNotOffered, SlotTaken, TooManyHolds.
    """
    if len(items) != 1:
        raise NotOffered
    item = items[0]
    offering = _offering(outlet, item.service)
    options = chosen_options(offering.service_id, item.options)
    membership = _membership(principal, offering.outlet)
    where = _visit_point(offering, address)
    quote = price(_service_price(offering), [_option_price(option) for option in options])
    policy = policy_for(offering.service)
    plan = reserve.plan_for(offering, duration_min=quote.duration_min, staff=item.staff)
    held_from = crypto.keyed_hash("held-from", network_address) if network_address else ""

    with reserve.offering_alternatives(plan, start), transaction.atomic():
        customer = _customer(principal, contact, language, is_member=membership is not None)
        if membership is None:
            _refuse_hoarding(customer=customer, held_from=held_from)
        now = clock.database_now()
        taken = reserve.take(plan, start=start, staff_booking=_may_take_any_minute(membership, plan))
        booking = Booking.objects.create(
            customer=customer,
            outlet=offering.outlet,
            source=source,
            place=offering.place,
            starts_at=taken.starts_at,
            ends_at=taken.ends_at,
            timezone=offering.outlet.timezone,
            hold_expires_at=now + timedelta(minutes=settings.HOLD_MINUTES),
            held_from=held_from,
            currency=offering.outlet.currency,
            total_amount=quote.total,
            policy=policy.to_dict(),
            # What its own people book the business need not accept.
            acceptance_hours=offering.service.acceptance_hours
            if offering.service.needs_acceptance and membership is None
            else None,
            check_in_code=f"{secrets.randbelow(10_000):04}",
            address_line=address.line if address and where else "",
            address_note=address.note if address and where else "",
            address_point=where,
        )
        booking_item = BookingItem.objects.create(
            booking=booking,
            service=offering.service,
            staff_id=taken.staff_pk,
            staff_was_chosen=item.staff is not None,
            starts_at=taken.starts_at,
            ends_at=taken.ends_at,
            name=offering.service.name,
            language=offering.service.language,
            duration_min=quote.duration_min,
            buffer_before_min=offering.service.buffer_before_min,
            buffer_after_min=offering.service.buffer_after_min,
            phases=[{"kind": "active", "minutes": quote.duration_min}],
            lines=quote.as_json(),
            price_amount=quote.total,
            currency=offering.outlet.currency,
            tax_percent=offering.service.tax_percent,
            standard=standard.snapshot(offering.service.category_id),
        )
        reserve.allocate(booking_item, taken)
        token = None if principal.user else new_token(booking, purpose="guest")
        core.change(booking, event="booking.held", actor=principal.actor, source=str(source))
    return Held(booking, token)


def details(
    *,
    access: Access,
    contact: Contact | None = None,
    options: Sequence[str] | None = None,
    address: Address | None = None,
    language: str = "en",
) -> Booking:
    """Fill in a hold: who it is for, options (public ids, all of them), the address. None leaves a part as it is.

    Options are added to the service as it was when it was held. Raises NotAllowed, HoldEnded, OptionUnknown,
    SlotTaken when the longer visit does not fit, StaffNotAble and NotOffered when it is done no more,
    TooManyHolds, AddressOutsideArea, AddressUnknown, ProviderClosed.
    """
    access.require_counterpart()
    current = access.booking.items.all()[0]
    where = None
    if address:
        offering = _offering(access.booking.outlet.public_id, current.service.public_id, live_only=False)
        where = _visit_point(offering, address)
    quote = None
    if options is not None:
        chosen = chosen_options(current.service_id, options)
        quote = price(_agreed_price(current), [_option_price(option) for option in chosen])
    with _alternatives(access.booking, current, quote), transaction.atomic():
        fields: dict[str, object] = {}
        if contact:
            customer = _customer_for_details(access, contact, language)
            if not access.is_staff:
                # Its named lock comes before the booking's row, as in hold().
                _refuse_hoarding(customer=customer, held_from="", besides=access.booking.pk)
            fields["customer"] = customer
        booking = lock_hold(access.booking.ref)
        item = booking.items.get()
        if address and where:
            fields |= {
                "address_line": address.line,
                "address_note": address.note,
                "address_point": where,
            }
        if quote:
            if quote.total != booking.total_amount:
                payments.cancel_open_payments(booking_ref=booking.ref, actor=access.principal.actor)
                fields["payment_state"] = PaymentState.UNPAID
            if quote.duration_min != item.duration_min:
                reserve.take_longer(
                    booking, item, duration_min=quote.duration_min, staff_booking=access.is_staff
                )
            item.lines = quote.as_json()
            item.price_amount = quote.total
            item.save(update_fields=["lines", "price_amount"])
            fields |= {
                "starts_at": item.starts_at,
                "ends_at": item.ends_at,
                "total_amount": quote.total,
                "version": booking.version + 1,
            }
        if fields:
            core.change(booking, event="booking.details_changed", actor=access.principal.actor, fields=fields)
        return booking


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


def check_address(*, outlet: str, service: str, address: Address) -> None:
    """Raises NotFound, NotOffered, AddressNeeded, AddressOutsideArea or AddressUnknown when it cannot be visited."""
    _visit_point(_offering(outlet, service), address)


def chosen_options(service_pk: int, public_ids: Sequence[str]) -> list[ServiceOption]:
    """The live options of a service with these public ids, in the catalogue's order. Raises OptionUnknown."""
    wanted = set(public_ids)
    if not wanted:
        return []
    found = list(
        ServiceOption.objects.filter(
            service_id=service_pk, public_id__in=wanted, archived_at__isnull=True
        ).order_by("position", "pk")
    )
    if len(found) != len(wanted):
        raise OptionUnknown
    return found


def _offering(outlet: str, service: str, *, live_only: bool = True) -> Offering:
    offerings = Offering.objects.select_related("outlet__provider", "service")
    if live_only:
        offerings = offerings.filter(is_live=True)
    found = offerings.filter(outlet__public_id=outlet, service__public_id=service).first()
    if found:
        return found
    if Offering.objects.filter(outlet__public_id=outlet, is_live=True).exists():
        raise NotOffered
    raise NotFound


def _membership(principal: Principal, outlet: Outlet) -> Membership | None:
    if principal.user is None:
        return None
    principal.require_scope("bookings:write")
    return Membership.objects.filter(user=principal.user, provider_id=outlet.provider_id).first()


def _may_take_any_minute(membership: Membership | None, plan: reserve.Plan) -> bool:
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


def _customer(
    principal: Principal, contact: Contact | None, language: str, *, is_member: bool
) -> Customer | None:
    """Who is served: the signed-in user, or whom staff or a guest name; None while a guest has not said."""
    if principal.user and not is_member:
        return accounts.main_customer(user=principal.user)
    if contact is None:
        return None
    return accounts.guest_customer(
        name=contact.name, email=contact.email, phone=contact.phone, language=language
    )


def _customer_for_details(access: Access, contact: Contact, language: str) -> Customer:
    """Who signs in books as themselves, also what they held as a guest; a guest is written down, or corrected.

    A customer who has a user stays what they are.
    """
    customer, user = access.booking.customer, access.principal.user
    if customer and customer.user_id:
        return customer
    if user and access.is_customer and not access.is_staff:
        return accounts.main_customer(user=user)
    if customer:
        return accounts.correct_guest(
            customer=customer, name=contact.name, email=contact.email, phone=contact.phone
        )
    return accounts.guest_customer(
        name=contact.name, email=contact.email, phone=contact.phone, language=language
    )


def _refuse_hoarding(*, customer: Customer | None, held_from: str, besides: int | None = None) -> None:
    """Two open holds per contact, HOLDS_PER_ADDRESS per guest's network address. Raises TooManyHolds."""
    open_holds = Booking.objects.filter(status=states.HELD, hold_expires_at__gt=clock.DatabaseNow()).exclude(
        pk__in=[besides] if besides else []
    )
    # Locked, for two requests at once would each count one too few.
    if customer:
        same = Q(customer=customer)
        if customer.user_id:
            same |= Q(customer__user_id=customer.user_id)
        if customer.email:
            same |= Q(customer__email__iexact=customer.email)
        if customer.phone:
            same |= Q(customer__phone=customer.phone)
        names = (customer.user_id, customer.email, customer.phone)
        for name in sorted(str(name) for name in names if name):
            lock_named("open-holds", name)
        if open_holds.filter(same).count() >= OPEN_HOLDS_PER_CONTACT:
            raise TooManyHolds
    if held_from and settings.HOLDS_PER_ADDRESS:
        lock_named("open-holds-from", held_from)
        if open_holds.filter(held_from=held_from).count() >= settings.HOLDS_PER_ADDRESS:
            raise TooManyHolds


def _alternatives(booking: Booking, item: BookingItem, quote: Quote | None) -> AbstractContextManager[None]:
    """Other starts for a held visit that becomes longer, should it not fit."""
    if quote is None or quote.duration_min == item.duration_min:
        return nullcontext()
    plan = replace(reserve.plan_of(booking, item, staff=None), duration_min=quote.duration_min)
    return reserve.offering_alternatives(plan, booking.starts_at, besides_booking=booking.pk)


def _agreed_price(item: BookingItem) -> ServicePrice:
    """The service as it was when it was held: its first line."""
    line = item.lines[0]
    return ServicePrice(
        name=line["name"],
        amount=line["amount"],
        duration_min=line["minutes"],
        tax_percent=item.tax_percent,
    )


def _service_price(offering: Offering) -> ServicePrice:
    return ServicePrice(
        name=offering.service.name,
        amount=offering.price_amount,
        duration_min=offering.service.duration_min,
        tax_percent=offering.service.tax_percent,
    )


def _option_price(option: ServiceOption) -> OptionPrice:
    return OptionPrice(
        id=option.public_id, name=option.name, amount=option.price_amount, extra_min=option.extra_min
    )
