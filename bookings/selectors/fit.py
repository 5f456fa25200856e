"""Which visits ahead no longer fit the business as it is: who does them, where, when, on what."""

from collections import defaultdict

from django.db.models import Q

from bookings.models import Allocation, BookingItem
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

# Still to take place; what has begun goes on.
AHEAD = (states.HELD, states.REQUESTED, states.CONFIRMED)


def misfits(provider_pk: int) -> dict[str, set[str]]:
    """The references of the visits ahead that do not fit, each with what is wrong. Ten queries, however many.

    A visit that a member put outside hours does not fit either: compare before and after a change.
    """
    now = clock.now()
    items = list(
        BookingItem.objects.filter(
            booking__outlet__provider_id=provider_pk, booking__status__in=AHEAD, starts_at__gt=now
        )
        .filter(~Q(booking__status=states.HELD) | Q(booking__hold_expires_at__gt=now))
        .select_related("booking__outlet", "service", "staff")
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
    gone_units = set(
        Allocation.objects.filter(
            live=True, item__in=items, resource__isnull=False, resource__archived_at__isnull=False
        ).values_list("item_id", flat=True)
    )
    hours = WorkingHours(provider_pk, {item.booking.outlet for item in items}, window)
    for item in items:
        outlet, wrong = item.booking.outlet, found[item.booking.ref]
        if outlet.archived_at:
            wrong.add(SHOP)
        if item.service.archived_at or (outlet.pk, item.service_id) not in sold:
            wrong.add(SERVICE)
        if item.staff.archived_at or (item.staff_id, outlet.pk) not in works:
            wrong.add(PERSON)
        elif (item.staff_id, item.service_id) not in does:
            wrong.add(SKILL)
        if item.staff_id not in signs_in:
            wrong.add(NOBODY)
        if item.pk in gone_units:
            wrong.add(UNIT)
        if not hours.hold(outlet, item.staff_id, Span(item.starts_at, item.ends_at)):
            wrong.add(HOURS)
    return {ref: wrong for ref, wrong in found.items() if wrong}
