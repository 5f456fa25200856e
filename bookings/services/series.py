"""Series: visits that are booked, moved and cancelled together, all of an agreed set or none.

Each visit is a booking of its own, with its own terms, reminders and payment. What a set is made of was shown date by
date before (bookings.selectors.series); here it is done in one transaction, in which the exclusion constraints decide:
where one date is refused, every other is taken back.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from accounts.enums import ConsentSource
from accounts.principals import Principal
from accounts.services import consents
from bookings.enums import PaymentState, Source
from bookings.errors import (
    AddressNeeded,
    CancelPending,
    ContactNeeded,
    HoldDoesNotReach,
    MoveRefused,
    NotOffered,
    ObjectionOpen,
    OptionUnknown,
    PrepaymentNeeded,
    ProviderClosed,
    SeriesNotFree,
    SeriesNotPossible,
    SlotNotOffered,
    SlotTaken,
    StaffNotAble,
)
from bookings.models import Booking, BookingSeries, SeriesVisit
from bookings.rules.series import Rule, instant
from bookings.selectors.open_time import unit_pks
from bookings.selectors.plans import plan_of
from bookings.selectors.series import SeriesAccess, Visit, dates_of, free_near, sold_in_series, visits_of
from bookings.selectors.slots import ItemRequest
from bookings.services import changes, core, front_desk, holds, requests, reserve
from bookings.services.holders import Contact, customer_of
from common import audit
from common.again import run_again
from common.errors import DomainError, NotAllowed, NotFound
from common.events import publish
from providers.enums import Place
from providers.models import Membership, StaffMember

# Refusals of a single date, which say nothing about the others.
_OF_A_DATE = (SlotTaken, SlotNotOffered)


@dataclass(frozen=True, slots=True)
class Moving:
    """What moving one visit would mean now: to `start` (None: the clocks skip that time), why it cannot (None: it
    can), the free starts nearest to it, and what it costs."""

    visit: Visit
    start: datetime | None
    refused: DomainError | None
    alternatives: tuple[datetime, ...]
    preview: changes.Preview

    @property
    def is_free(self) -> bool:
        """Whether it can move there."""
        return self.start is not None and self.refused is None


@run_again
def book(
    *,
    principal: Principal,
    outlet: str,
    item: ItemRequest,
    rule: Rule,
    first_day: date,
    at: time,
    starts: Mapping[date, datetime],
    contact: Contact | None = None,
    address: holds.Address | None = None,
    source: Source = Source.WEB,
    language: str = "en",
    agreed: ConsentSource | None = None,
) -> BookingSeries:
    """Book the visits of a series: for days of the rule (local, of the outlet), at `starts` (aware), all or none.

    A start may be another one than the rule's, as it was chosen where that is not free; days that are left out are not
    booked. To be paid when each is done. A user books for themselves; a member of the business for `contact`, any
    minute, as at the front desk. `agreed`: where the customer was shown the terms.
    Raises NotSignedIn, NotFound, NotOffered, SeriesNotPossible, StaffNotAble, OptionUnknown, PrepaymentNeeded,
    ContactNeeded, AddressNeeded, AddressOutsideArea, AddressUnknown, TooManyHolds, NotAllowed, and SeriesNotFree with
    the days that are not free, none of which is booked.
    """
    user = principal.require_user()
    principal.require_scope("bookings:write")
    offering = sold_in_series(outlet, item.service)
    place = offering.outlet
    if not starts or not set(starts) <= set(dates_of(rule, first_day)):
        raise SeriesNotPossible
    if offering.place == Place.CUSTOMER and address is None:
        raise AddressNeeded
    is_member = Membership.objects.filter(user=user, provider_id=place.provider_id).exists()
    if is_member:
        item = ItemRequest(item.service, item.options, front_desk.whom(principal, place, item.staff))
        if contact is None or not (contact.name.strip() or (contact.phone or "").strip()):
            raise ContactNeeded
    with transaction.atomic():
        customer = customer_of(principal, contact, language, is_member=is_member, region=place.country)
        assert customer is not None
        if agreed and not is_member:
            consents.accept_terms(customer=customer, source=agreed)
        series = BookingSeries.objects.create(
            outlet=place,
            service=offering.service,
            staff=StaffMember.objects.filter(public_id=item.staff).first() if item.staff else None,
            customer=customer,
            rule=str(rule),
            first_day=first_day,
            at=at,
            timezone=place.timezone,
            made_by=principal.actor,
        )
        booked, refused = [], []
        for day, start in sorted(starts.items()):
            try:
                held = holds.hold(
                    principal=principal,
                    outlet=outlet,
                    items=[item],
                    start=start,
                    address=address,
                    source=source,
                    language=language,
                    customer=customer,
                )
            except _OF_A_DATE:
                refused.append(day.isoformat())
            else:
                booked.append(_confirm(held.booking.ref, series, day, principal.actor, by_staff=is_member))
        if refused:
            raise SeriesNotFree(dates=refused)
        _note(series, event="series.booked", actor=principal.actor, bookings=booked)
        return series


def _confirm(ref: str, series: BookingSeries, day: date, actor: str, *, by_staff: bool) -> Booking:
    """Make what was just held a visit of the series, to be paid when it is done. Raises PrepaymentNeeded."""
    booking = core.lock(ref)
    if booking.asked_beforehand and not by_staff:
        raise PrepaymentNeeded(amount=booking.asked_beforehand, currency=booking.currency)
    SeriesVisit.objects.create(series=series, booking=booking, day=day)
    requests.confirm_or_ask(
        booking,
        who="staff" if by_staff else "customer",
        actor=actor,
        fields={"payment_state": PaymentState.COUNTER if booking.total_amount else PaymentState.PAID},
        series=series.public_id,
    )
    return booking


def cancelling(visits: Sequence[Visit]) -> list[tuple[Visit, changes.Preview]]:
    """What cancelling these visits would give back and keep now, of each. Those that the caller cannot cancel are left
    out: what has begun, is objected to, or is cancelled already."""
    found = []
    for visit in visits:
        with suppress(MoveRefused, NotAllowed, ObjectionOpen):
            found.append((visit, changes.preview(access=visit.access, action="cancel")))
    return found


def cancel(*, access: SeriesAccess, versions: Mapping[str, str]) -> list[Booking]:
    """Cancel visits of the series (by reference, each with its preview's version), all or none.

    Raises NotFound, SeriesNotPossible (none is named), PolicyChanged when one of them or its amounts are no longer
    those, MoveRefused, NotAllowed, ObjectionOpen.
    """
    access.principal.require_scope("bookings:write")
    with transaction.atomic():
        visits = _locked(access, versions)
        done = [changes.cancel(access=each.access, version=versions[each.booking.ref]) for each in visits]
        _note(access.series, event="series.cancelled", actor=access.principal.actor, bookings=done)
        return done


def moving(visits: Sequence[Visit], *, days: int, at: time) -> list[Moving]:
    """What moving these visits by so many local days (or, negative, back), to `at` of the wall clock, would mean now.
    Not in a transaction. Those that the caller cannot move are left out."""
    found = []
    for visit in visits:
        with suppress(MoveRefused, NotAllowed, ObjectionOpen, CancelPending, ProviderClosed):
            found.append(_moving(visit, days, at))
    return found


def _moving(visit: Visit, days: int, at: time) -> Moving:
    booking = visit.booking
    preview = changes.preview(access=visit.access, action="reschedule")
    day = booking.local_start.date() + timedelta(days=days)
    start = instant(day, at, booking.zone)
    refused: DomainError | None = None
    try:
        if start is not None and start != booking.starts_at:
            changes.would_take(access=visit.access, start=start, staff=None)
    except (SlotTaken, SlotNotOffered, NotOffered, StaffNotAble, HoldDoesNotReach) as error:
        refused = error
    near: tuple[datetime, ...] = ()
    if start is None or isinstance(refused, _OF_A_DATE):
        with suppress(NotFound, NotOffered, OptionUnknown, StaffNotAble):
            near = free_near(booking, start or datetime.combine(day, at, booking.zone))
    return Moving(visit, start, refused, near, preview)


@run_again
def move(
    *, access: SeriesAccess, starts: Mapping[str, datetime], versions: Mapping[str, str]
) -> list[Booking]:
    """Move visits of the series (by reference) to `starts` (aware), each with its preview's version, all or none.

    Raises NotFound, SeriesNotPossible (none is named), PolicyChanged, MoveRefused, NotAllowed, ObjectionOpen,
    CancelPending, ProviderClosed, NotOffered, StaffNotAble, HoldDoesNotReach, and SeriesNotFree with the references of
    the visits that cannot go there, none of which has moved.
    """
    access.principal.require_scope("bookings:write")
    with transaction.atomic():
        visits = _locked(access, starts)
        plans = [plan_of(each.booking, staff=None) for each in visits]
        # All who could do any of them, in their order, before the first takes some of them.
        units = {pk for plan in plans for one in plan.items for pk in unit_pks(one.offering)}
        reserve.lock_rows({pk for plan in plans for pk in plan.staff_pks}, units)
        done, refused = [], []
        for each in visits:
            ref = each.booking.ref
            try:
                done.append(
                    changes.reschedule(
                        access=each.access,
                        start=starts[ref],
                        staff=None,
                        version=versions.get(ref, ""),
                        alternatives=False,
                    )
                )
            except _OF_A_DATE:
                refused.append(ref)
        if refused:
            raise SeriesNotFree(bookings=refused)
        _note(access.series, event="series.moved", actor=access.principal.actor, bookings=done)
        return done


def _locked(access: SeriesAccess, refs: Collection[str]) -> list[Visit]:
    """These visits, locked in pk order before anything is locked for one of them; in order of time. Raises NotFound,
    SeriesNotPossible."""
    if not refs:
        raise SeriesNotPossible
    theirs = Booking.objects.filter(series_visit__series=access.series, ref__in=refs).order_by("pk")
    if len(list(theirs.select_for_update(of=("self",)).values_list("pk", flat=True))) != len(refs):
        raise NotFound
    return [each for each in visits_of(access) if each.booking.ref in refs]


def _note(series: BookingSeries, *, event: str, actor: str, bookings: Sequence[Booking]) -> None:
    """Publish what happened to the series, and to which of its visits, with the audit row."""
    locked = BookingSeries.objects.select_for_update(of=("self",), no_key=True).get(pk=series.pk)
    locked.last_seq += 1
    locked.save(update_fields=["last_seq"])
    refs = [each.ref for each in bookings]
    publish(
        subject_type="series",
        subject_id=series.public_id,
        seq=locked.last_seq,
        type=event,
        actor=actor,
        outlet_id=series.outlet.public_id,
        payload={"rule": series.rule, "service": series.service.public_id, "bookings": refs},
    )
    audit.record(actor=actor, action=event, object_type="series", object_id=series.public_id, bookings=refs)
