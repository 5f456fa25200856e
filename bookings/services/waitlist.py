"""Waiting for something to become free at an outlet: joining, confirming, leaving."""

from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.principals import Principal
from bookings.enums import WaitState
from bookings.errors import ContactNeeded, StaffNotAble, TooManyWaits, WaitEnded, WaitNotPossible
from bookings.models import WaitEntry, WaitLook
from bookings.models.waitlist import OPEN
from bookings.rules.waitlist import LONGEST_DAYS
from bookings.selectors.waitlist import WaitAccess, open_at, same_contact
from bookings.services.holders import Contact, customer_of
from common import audit, clock
from common.actors import SYSTEM
from common.errors import NotAllowed, NotFound
from common.events import publish
from common.locks import lock_named
from providers.models import Membership, Outlet, Skill, StaffMember
from providers.selectors.public import find_public_outlet

MOST_WAITS = 10
BATCH = 200


def join(
    *,
    principal: Principal,
    outlet: str,
    service: str,
    first_day: date,
    last_day: date,
    from_time: time | None = None,
    until_time: time | None = None,
    staff: str | None = None,
    seats: int = 1,
    contact: Contact | None = None,
    language: str = "en",
    for_caller: bool = False,
) -> WaitEntry:
    """Wait for `service` at `outlet` (public ids) on local days, for starts between two times of the outlet's clock.

    A user waits as themselves; a guest gives an e-mail, and waits once they follow the link of the mail; a member of
    the business (`for_caller`) puts on whom they speak to, who waits at once. Who waits for the service there already
    gets that entry, as it is asked for now.
    Raises NotFound, WaitNotPossible, StaffNotAble, ContactNeeded, EmailInvalid, PhoneInvalid, TooManyWaits.
    """
    place = find_public_outlet(outlet)
    offering = open_at(place, service)
    _check(place, first_day, last_day, from_time, until_time)
    if not 1 <= seats <= offering.service.capacity:
        raise WaitNotPossible
    if for_caller:
        principal.require_scope("bookings:write")
        if not Membership.objects.filter(
            user=principal.require_user(), provider_id=place.provider_id
        ).exists():
            raise NotFound
    wanted = {
        "staff": _able(offering.service_id, staff) if staff else None,
        "seats": seats,
        "first_day": first_day,
        "last_day": last_day,
        "from_time": from_time,
        "until_time": until_time,
    }
    _require_contact(principal, contact, for_caller=for_caller)
    with transaction.atomic():
        customer = customer_of(principal, contact, language, is_member=for_caller, region=place.country)
        assert customer is not None
        names = (customer.user_id, customer.email, customer.phone)
        for name in sorted(str(name) for name in names if name):
            lock_named("open-waits", name)
        known = _known(customer.pk, place, offering.service_id)
        same = same_contact(user_id=customer.user_id, email=customer.email, phone=customer.phone)
        if known is None and WaitEntry.objects.filter(same, state__in=OPEN).count() >= MOST_WAITS:
            raise TooManyWaits
        confirmed = for_caller or customer.user_id is not None
        if known is not None:
            _change(known, event="wait.changed", actor=principal.actor, fields=wanted)
        else:
            known = WaitEntry.objects.create(
                outlet=place,
                service=offering.service,
                customer=customer,
                made_by=principal.actor,
                state=WaitState.WAITING if confirmed else WaitState.UNCONFIRMED,
                **wanted,
            )
            _change(known, event="wait.joined" if confirmed else "wait.asked", actor=principal.actor)
        _look_soon(place)
    return known


def confirm(*, access: WaitAccess) -> WaitEntry:
    """The guest who followed the link of the mail waits from now on; again is no harm. Raises NotAllowed, WaitEnded."""
    if not access.is_customer:
        raise NotAllowed
    with transaction.atomic():
        entry = _lock(access.entry.pk)
        if entry.state == WaitState.UNCONFIRMED:
            _change(
                entry,
                event="wait.joined",
                actor=access.principal.actor,
                fields={"state": WaitState.WAITING},
            )
            _look_soon(entry.outlet)
        elif entry.state != WaitState.WAITING:
            raise WaitEnded
    return entry


def leave(*, access: WaitAccess) -> WaitEntry:
    """Wait no more: by whoever waits, or by a member who takes them off. Again is no harm. Raises WaitEnded (booked).

    A time that is held for them just now stays theirs until it is answered or its minutes are over.
    """
    with transaction.atomic():
        entry = _lock(access.entry.pk)
        if entry.is_open:
            _change(
                entry,
                event="wait.left",
                actor=access.principal.actor,
                fields={"state": WaitState.LEFT, "ended_at": clock.now()},
                by="customer" if access.is_customer else "staff",
            )
        elif entry.state != WaitState.LEFT:
            raise WaitEnded
    return entry


def book(entry_pk: int, *, actor: str) -> None:
    """What they waited for is theirs, in the transaction that booked it."""
    entry = _lock(entry_pk)
    if entry.is_open:
        _change(
            entry,
            event="wait.booked",
            actor=actor,
            fields={"state": WaitState.BOOKED, "ended_at": clock.now()},
        )


def end_past() -> int:
    """End the entries whose last day is over on their outlet's clock; answers how many."""
    now = clock.now()
    # A zone is at most a day from UTC; which are over is decided by their own clock.
    near = WaitEntry.objects.filter(state__in=OPEN, last_day__lt=now.date() + timedelta(days=1))
    done = 0
    for pk in near.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            entry = (
                near.select_for_update(of=("self",), skip_locked=True, no_key=True)
                .select_related("outlet")
                .filter(pk=pk)
                .first()
            )
            if entry is None or entry.last_day >= now.astimezone(entry.zone).date():
                continue
            fields = {"state": WaitState.ENDED, "ended_at": now}
            _change(entry, event="wait.ended", actor=SYSTEM, fields=fields)
            done += 1
    return done


def _require_contact(principal: Principal, contact: Contact | None, *, for_caller: bool) -> None:
    if for_caller:
        if contact is None or not (contact.name.strip() and (contact.phone or contact.email)):
            raise ContactNeeded(_("Write a name, and a phone number or an e-mail address."))
    elif principal.user is None and (contact is None or not (contact.email or "").strip()):
        raise ContactNeeded(_("Write your e-mail address: we write to you there."))


def _check(
    outlet: Outlet, first_day: date, last_day: date, from_time: time | None, until_time: time | None
) -> None:
    """Raises WaitNotPossible."""
    today = clock.now().astimezone(outlet.zone).date()
    if not (first_day <= last_day and last_day >= today):
        raise WaitNotPossible
    if last_day > today + timedelta(days=outlet.window_days) or last_day - first_day > timedelta(
        days=LONGEST_DAYS
    ):
        raise WaitNotPossible
    if (from_time is None) != (until_time is None) or (
        from_time is not None and until_time is not None and from_time > until_time
    ):
        raise WaitNotPossible


def _able(service_pk: int, staff: str) -> StaffMember:
    found = StaffMember.objects.filter(
        public_id=staff,
        archived_at__isnull=True,
        pk__in=Skill.objects.filter(service=service_pk, held_back=False).values("staff"),
    ).first()
    if found is None:
        raise StaffNotAble
    return found


def _known(customer_pk: int, outlet: Outlet, service_pk: int) -> WaitEntry | None:
    rows = WaitEntry.objects.select_for_update(of=("self",), no_key=True).select_related("outlet")
    return rows.filter(customer=customer_pk, outlet=outlet, service=service_pk, state__in=OPEN).first()


def _lock(pk: int) -> WaitEntry:
    rows = WaitEntry.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("outlet").get(pk=pk)


def _look_soon(outlet: Outlet) -> None:
    """The worker looks through the list again, whatever it has seen."""
    WaitLook.objects.update_or_create(outlet=outlet, defaults={"snapshot": ""})


def _change(
    entry: WaitEntry, *, event: str, actor: str, fields: dict[str, Any] | None = None, **payload: Any
) -> None:
    """Write `fields` of the locked `entry`, the event and the audit row, in the open transaction."""
    assert transaction.get_connection().in_atomic_block
    fields = {**(fields or {}), "last_seq": entry.last_seq + 1}
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.save(update_fields=list(fields))
    payload = {"state": str(entry.state), "service": entry.service.public_id, **payload}
    publish(
        subject_type="wait",
        subject_id=entry.public_id,
        seq=entry.last_seq,
        type=event,
        actor=actor,
        outlet_id=entry.outlet.public_id,
        payload=payload,
    )
    audit.record(actor=actor, action=event, object_type="wait", object_id=entry.public_id, **payload)
