"""What a visit consists of, as the slot picker shows it: its services, who does each, what can be added, the order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from common.errors import NotFound
from common.money import Money
from frontend.views import shops
from frontend.wanted import Wanted
from providers.models import Offering, Outlet, Service, Skill, StaffMember
from providers.selectors.public import live_offerings


@dataclass(frozen=True, slots=True)
class Doer:
    """Somebody who can do a part; `url` leads to the same visit with them. Without a person: anyone able."""

    person: StaffMember | None
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class VisitPart:
    """One service; `url` leads to the same visit without it, or of one that can be added, with it.

    `doers` are who may do it (none when there is no choice), `earlier_url` the visit with it before the one it follows.
    """

    service: Service
    price: Money
    guest: int
    url: str
    doers: list[Doer]
    earlier_url: str = ""

    @property
    def who(self) -> StaffMember | None:
        """Who was chosen for it."""
        return next((doer.person for doer in self.doers if doer.chosen), None)


@dataclass(frozen=True, slots=True)
class VisitParts:
    """The services, those that can be added for the last guest and for one guest more, and the other order.

    `minutes` is the length of the longest guest's services, without waits.
    """

    parts: list[VisitPart]
    more: list[VisitPart]
    more_guests: list[VisitPart]
    guests: int
    minutes: int
    any_order: bool
    other_order_url: str

    @property
    def is_several(self) -> bool:
        return len(self.parts) > 1


def visit_parts(outlet: Outlet, wanted: Wanted, offerings: Sequence[Offering]) -> VisitParts:
    """The parts of what is wanted; `offerings` are its services as the outlet sells them, in the same order.

    Raises NotFound for somebody who does not do a part.
    """

    def url(then: Wanted) -> str:
        return shops.slots_url(outlet.public_id, str(then))

    def addable(offering: Offering, guest: int) -> VisitPart:
        price = Money(offering.price_amount, outlet.currency)
        return VisitPart(
            offering.service, price, guest, url(wanted.plus(offering.service.public_id, guest)), []
        )

    able = _able(outlet, offerings) if len(offerings) > 1 or wanted.staff else {}

    def part(at: int, offering: Offering) -> VisitPart:
        _, guest, staff = wanted.parts[at]
        people = able.get(offering.service_id, [])
        if staff and staff not in {person.public_id for person in people}:
            raise NotFound
        doers = [Doer(None, url(wanted.by(at, "")), not staff)] + [
            Doer(person, url(wanted.by(at, person.public_id)), person.public_id == staff) for person in people
        ]
        return VisitPart(
            offering.service,
            Money(offering.price_amount, outlet.currency),
            guest,
            url(wanted.less(at) if len(offerings) > 1 else wanted),
            doers if len(people) > 1 and len(offerings) > 1 else [],
            url(wanted.earlier(at)) if wanted.may_be_earlier(at) else "",
        )

    others = [
        each
        for each in live_offerings(outlet)
        if each.place == offerings[0].place and each.service.capacity == 1
    ]
    last = wanted.guests
    lengths = [0] * (wanted.guests + 1)
    for offering, (_, guest) in zip(offerings, wanted.items, strict=True):
        lengths[guest] += offering.service.duration_min
    return VisitParts(
        parts=[part(at, offering) for at, offering in enumerate(offerings)],
        more=[addable(each, last) for each in others] if wanted.may_have_more else [],
        more_guests=[addable(each, last + 1) for each in others] if wanted.may_have_guests else [],
        guests=wanted.guests,
        minutes=max(lengths),
        any_order=wanted.any_order,
        other_order_url=url(replace(wanted, any_order=not wanted.any_order)) if wanted.has_an_order else "",
    )


def _able(outlet: Outlet, offerings: Sequence[Offering]) -> dict[int, list[StaffMember]]:
    """Who does each of these services (primary keys) at the outlet, by name. One query."""
    found: dict[int, list[StaffMember]] = {}
    skills = Skill.objects.filter(
        service__in={offering.service_id for offering in offerings},
        held_back=False,
        staff__archived_at__isnull=True,
        staff__assignments__outlet=outlet,
    )
    for skill in skills.select_related("staff").order_by("staff__name", "staff"):
        found.setdefault(skill.service_id, []).append(skill.staff)
    return found
