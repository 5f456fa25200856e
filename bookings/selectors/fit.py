"""Which visits ahead no longer fit the business as it is: who does them, where, when, on what."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Q, QuerySet

from bookings.models import Allocation, Booking, BookingItem
from bookings.rules import states
from bookings.selectors.working import WorkingHours
from common import clock
from common.spans import Span
from providers.models import Membership, Offering, Skill, StaffAssignment

# What may be wrong with a visit, by the word that its list shows.
SHOP = "shop"  # the shop is archived
SERVICE = "service"  # the service is archived, or no longer sold there
PERSON = "person"  # the person is archived, or works there no more
SKILL = "skill"  # the person no longer does it
UNIT = "unit"  # the bay, room or chair is archived
HOURS = "hours"  # the shop is closed then, or the person is off
NOBODY = "nobody"  # nobody signs in as the person: only managers mark it
SESSION = "session"  # the group session is cancelled, or moved to another time
CLOCK = "clock"  # the shop's clock reads another time then: its time zone is another one

# Still to take place; what has begun goes on.
AHEAD = (states.HELD, states.REQUESTED, states.CONFIRMED)


def readings(provider_pk: int) -> dict[str, datetime]:
    """What the shop's clock reads when each visit ahead starts (naive), by reference. One query."""
    return {
        booking.ref: booking.starts_at.astimezone(booking.outlet.zone).replace(tzinfo=None)
        for booking in _ahead(provider_pk).select_related("outlet")
    }


def misfits(provider_pk: int) -> dict[str, set[str]]:
    """The references of the visits ahead that do not fit, each with what is wrong. Eleven queries, however many.

    A visit that a member put outside hours does not fit either: compare before and after a change.
    """
    items = list(
        BookingItem.objects.filter(booking__in=_ahead(provider_pk))
        .select_related("booking__outlet", "service", "staff")
        .prefetch_related("helpers")
    )
    if not items:
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    window = Span(min(item.starts_at for item in items), max(item.ends_at for item in items))
    sold = set(
        Offering.objects.filter(outlet__provider_id=provider_pk).values_list("outlet_id", "service_id")
    )
    works = set(
        StaffAssignment.objects.filter(outlet__provider_id=provider_pk).values_list("staff_id", "outlet_id")
    )
    does = set(Skill.objects.filter(service__provider_id=provider_pk).values_list("staff_id", "service_id"))
    signs_in = set(
        Membership.objects.filter(provider_id=provider_pk, staff__isnull=False).values_list(
            "staff_id", flat=True
        )
    )
    # Seats are on the units of their session.
    sessions = {item.session_id for item in items if item.session_id}
    gone = Allocation.objects.filter(Q(item__in=items) | Q(session__in=sessions), live=True).filter(
        resource__isnull=False, resource__archived_at__isnull=False
    )
    gone_units = set(gone.values_list("item_id", "session_id"))
    hours = WorkingHours(provider_pk, {item.booking.outlet for item in items}, window)
    for item in items:
        outlet, wrong = item.booking.outlet, found[item.booking.ref]
        if outlet.archived_at:
            wrong.add(SHOP)
        if item.service.archived_at or (outlet.pk, item.service_id) not in sold:
            wrong.add(SERVICE)
        people = item.people
        for person in people:
            if person.archived_at or (person.pk, outlet.pk) not in works:
                wrong.add(PERSON)
            elif (person.pk, item.service_id) not in does:
                wrong.add(SKILL)
        if not any(person.pk in signs_in for person in people):
            wrong.add(NOBODY)
        if {(item.pk, None), (None, item.session_id)} & gone_units:
            wrong.add(UNIT)
        visit = Span(item.starts_at, item.ends_at)
        if not all(hours.hold(outlet, person.pk, visit) for person in people):
            wrong.add(HOURS)
    return {ref: wrong for ref, wrong in found.items() if wrong}


def _ahead(provider_pk: int) -> QuerySet[Booking]:
    now = clock.now()
    return Booking.objects.filter(
        outlet__provider_id=provider_pk, status__in=AHEAD, starts_at__gt=now
    ).filter(~Q(status=states.HELD) | Q(hold_expires_at__gt=now))
