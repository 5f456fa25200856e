"""The next free times of one outlet: of its first service, of each person, and the soonest of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import get_language

from bookings.rules.availability import Slot
from bookings.selectors.open_time import Ask, OpenTime, open_time
from common.spans import Span
from frontend import cards, formats
from frontend.views import shops
from providers.enums import Place
from providers.models import DocumentKindName, Offering, Outlet, StaffMember
from providers.selectors.categories import by_pk
from providers.selectors.vetting import kind_names

AHEAD = timedelta(days=14)
SHOWN = 3
# A person's next time is looked for a few days at a time: most have one on the first.
CHUNK_DAYS = (1, 2, 4, 7)


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Somebody who works there; `slot` is their next time for `service_name`, None within two weeks."""

    person: StaffMember
    speaks: list[str]
    slot: cards.Slot | None
    # Names of the categories whose quiz they have passed.
    passed: tuple[str, ...] = ()
    # Names of the kinds of their certificates that hold.
    certificates: tuple[str, ...] = ()
    service_name: str = ""
    service_language: str = ""


@dataclass(frozen=True, slots=True)
class NextTimes:
    """Free times. `soonest` is the first start of any service."""

    slots: list[cards.Slot]
    soonest: datetime | None
    people: list[PersonCard]


def next_times(
    outlet: Outlet,
    staff: Sequence[StaffMember],
    offerings: Sequence[Offering],
    *,
    first: Offering | None,
    now: datetime,
) -> NextTimes:
    """All of it from one reading of open time: two statements, whatever is sold, and one for certificates' names."""
    if not offerings:
        papers = _names_of_certificates(staff)
        return NextTimes([], None, [_card(person, None, None, papers) for person in staff])
    found = open_time([Ask(offering.pk) for offering in offerings], window=Span(now, now + AHEAD))
    soonest = [slot.start for each in found.values() for slot in each.next_slots(1)]
    own = found[first.pk].next_slots(SHOWN) if first else []
    return NextTimes(
        slots=[_plate(outlet, first, slot) for slot in own] if first else [],
        soonest=min(soonest, default=None),
        people=_people(outlet, staff, offerings, found, first),
    )


def _people(
    outlet: Outlet,
    staff: Sequence[StaffMember],
    offerings: Sequence[Offering],
    found: dict[int, OpenTime],
    first: Offering | None,
) -> list[PersonCard]:
    """Each person with their next time for the first service if they do it, else for another of theirs."""
    by_offering: dict[int, tuple[Offering, list[StaffMember]]] = {}
    ordered = [first, *(each for each in offerings if each is not first)] if first else list(offerings)
    for person in staff:
        skills = {skill.service_id for skill in person.live_skills}  # type: ignore[attr-defined]  # prefetched
        does = next((each for each in ordered if each.service_id in skills), None)
        if does:
            by_offering.setdefault(does.pk, (does, []))[1].append(person)
    slots: dict[int, tuple[Offering, Slot | None]] = {}
    for offering, people in by_offering.values():
        free = _first_of_each(found[offering.pk], {person.pk for person in people})
        for person in people:
            slots[person.pk] = (offering, free.get(person.pk))
    shown = []
    papers = _names_of_certificates(staff)
    for person in staff:
        does, slot = slots.get(person.pk, (None, None))
        plate = _plate(outlet, does, slot, staff_id=person.public_id) if does and slot else None
        shown.append(_card(person, does, plate, papers))
    return shown


def _first_of_each(open_time: OpenTime, wanted: set[int]) -> dict[int, Slot]:
    """The first slot of each of these people (primary keys) who has one."""
    free: dict[int, Slot] = {}
    start = open_time.window.start
    for days in CHUNK_DAYS:
        end = min(start + timedelta(days=days), open_time.window.end)
        for slot in open_time.slots(Span(start, end)):
            for pk in slot.staff:
                if pk in wanted:
                    free.setdefault(pk, slot)
        start = end
        if len(free) == len(wanted):
            break
    return free


def _plate(outlet: Outlet, offering: Offering, slot: Slot, *, staff_id: str = "") -> cards.Slot:
    return shops.plate(
        slot.start,
        outlet_id=outlet.public_id,
        service_id=offering.service.public_id,
        timezone=outlet.timezone,
        at_home=offering.place == Place.CUSTOMER,
        staff_id=staff_id,
    )


def _names_of_certificates(staff: Sequence[StaffMember]) -> Mapping[int, DocumentKindName]:
    """By kind; no query when nobody has one."""
    if not any(person.certificates for person in staff):  # type: ignore[attr-defined]  # prefetched
        return {}
    return kind_names(get_language() or "en")


def _card(
    person: StaffMember,
    offering: Offering | None,
    slot: cards.Slot | None,
    papers: Mapping[int, DocumentKindName],
) -> PersonCard:
    names = by_pk(get_language() or "en")
    return PersonCard(
        person,
        [formats.language_name(tag) for tag in person.speaks],
        slot,
        tuple(names[each.category_id].name for each in person.badges.all() if each.category_id in names),
        tuple(
            papers[each.kind_id].name
            for each in person.certificates  # type: ignore[attr-defined]  # prefetched
            if each.kind_id in papers
        ),
        offering.service.name if offering else "",
        offering.service.language if offering else "",
    )
