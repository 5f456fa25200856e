"""Group sessions of the demo: a make-up workshop and a course about one's own car. Made by the services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from accounts.principals import ANONYMOUS
from bookings.errors import SlotTaken
from bookings.models import GroupSession
from bookings.selectors.access import booking_for
from bookings.services import holds, paying, sessions
from common import clock
from common.actors import SYSTEM
from common.models import OutboxMessage
from marketplace.demo import people
from marketplace.demo.catalogue import TAX_PERCENT
from marketplace.demo.seeds import chance
from providers.enums import Place
from providers.models import Category, Outlet, Provider, Skill
from providers.services import catalogue

# Late in the day first, but over before anybody closes; then when there is room.
HOURS = (15, 14, 13, 16, 11, 12, 10)


@dataclass(frozen=True, slots=True)
class Group:
    """What one business does for several at once: every week from `weekday` (0 is Monday) on, `dates` times; `course`
    names it when they are booked as one. `parties` are how many seats each booking has."""

    business: str
    category: str
    name: str
    description: str
    minutes: int
    amount: int
    capacity: int
    weekday: int
    dates: int
    parties: tuple[int, ...]
    course: str = ""


GROUPS = (
    Group(
        "Salon Vanamo",
        "facial",
        "Make-up workshop",
        "An evening look step by step, in a small group. Brushes and colours are there.",
        90,
        3900,
        8,
        2,
        5,
        (2, 1, 3),
    ),
    Group(
        "Kurjen Autohuolto",
        "service",
        "Know your car",
        "Tyres, fluids, lights and winter: what you can do yourself. In the workshop, with your hands.",
        90,
        12000,
        6,
        1,
        4,
        (1, 2),
        course="Know your car: four evenings",
    ),
)


def load_groups(seed: int, *, at: datetime) -> None:
    """Put them on the calendar from `at` (aware) on, with some seats taken. Nobody is told by mail."""
    before = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with clock.at(at):
        for group in GROUPS:
            # A city that was thinned out for tests may lack it.
            if provider := Provider.objects.filter(name=group.business).first():
                _load(seed, group, provider, at)
    OutboxMessage.objects.filter(pk__gt=before).delete()


def _load(seed: int, group: Group, provider: Provider, at: datetime) -> None:
    outlet = Outlet.objects.get(provider=provider)
    service = catalogue.create_service(
        provider=provider,
        actor=SYSTEM,
        currency=outlet.currency,
        outlets=[outlet],
        category=Category.objects.get(slug=group.category),
        name=group.name,
        description=group.description,
        language="en",
        place=Place.OUTLET,
        duration_min=group.minutes,
        price_amount=group.amount,
        tax_percent=Decimal(TAX_PERCENT),
        capacity=group.capacity,
    )
    Skill.objects.create(staff=outlet.assignments.order_by("pk")[0].staff, service=service)
    day = at.astimezone(outlet.zone).date()
    first = day + timedelta(days=(group.weekday - day.weekday()) % 7 or 7)
    made = _sessions(outlet, service.public_id, group, first)
    for n, seats in enumerate(group.parties if made else ()):
        who = people.guest(chance(seed, group.name, n), seed, group.name, n)
        held = holds.hold(
            principal=ANONYMOUS,
            outlet=outlet.public_id,
            items=[holds.ItemRequest(service.public_id)],
            start=made[0].starts_at,
            contact=holds.Contact(who.name, who.email, who.phone or None),
            seats=seats,
        )
        access = booking_for(held.opened_by(ANONYMOUS), held.booking.ref)
        paying.pay(access=access, method="counter", return_url="")


def _sessions(outlet: Outlet, service: str, group: Group, first: date) -> Sequence[GroupSession]:
    for hour in HOURS:
        start = datetime.combine(first, time(hour), tzinfo=outlet.zone)
        try:
            return sessions.add_sessions(
                outlet=outlet,
                service=service,
                start=start,
                dates=group.dates,
                course=group.course,
                actor=SYSTEM,
            )
        except SlotTaken:
            continue
    return ()
