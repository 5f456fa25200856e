"""What is kept never hides a slot that the engine offers: random hours, people, services, phases and busy times."""

import random
from datetime import UTC, datetime, time, timedelta

import pytest
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation, OutletDay
from bookings.rules import quarters
from bookings.selectors.open_time import Ask, open_time
from common import clock
from common.spans import Span
from providers.models import HoursOverride, HoursRule, Offering, Outlet, Service
from tests import factories as make
from tests.keeping import check_kept, keep

pytestmark = pytest.mark.django_db

ZONES = [
    "Europe/Helsinki",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Etc/UTC",
]
# Each day before clocks change somewhere.
DAYS = [
    datetime(2026, 10, 24, 3, tzinfo=UTC),
    datetime(2027, 3, 13, 20, 7, tzinfo=UTC),
    datetime(2027, 4, 2, 12, tzinfo=UTC),
]
PHASES = [
    [],
    [
        {"kind": "active", "minutes": 20},
        {"kind": "processing", "minutes": 40},
        {"kind": "active", "minutes": 15},
    ],
    [{"kind": "processing", "minutes": 30}, {"kind": "active", "minutes": 45}],
]


def a_time(chance: random.Random) -> time:
    return time(chance.randrange(24), chance.choice([0, 0, 0, 10, 30, 45]))


def an_outlet(chance: random.Random, now: datetime) -> Outlet:
    outlet = make.make_outlet(
        timezone=chance.choice(ZONES),
        slot_step_min=chance.choice([5, 15, 20, 60]),
        grid_align=chance.choice(["clock", "opening", "previous"]),
        buffers_in_hours=chance.random() < 0.3,
    )
    outlet.hours_rules.all().delete()
    for weekday in range(7):
        HoursRule.objects.create(outlet=outlet, weekday=weekday, opens=a_time(chance), closes=a_time(chance))
    HoursOverride.objects.create(
        outlet=outlet, date=now.date() + timedelta(days=1), opens=a_time(chance), closes=a_time(chance)
    )
    people = [make.make_staff(outlet) for _ in range(chance.randint(1, 3))]
    for slug in ("hair", "nails", "nails"):
        phases = chance.choice(PHASES)
        make.make_service(
            outlet,
            staff=chance.sample(people, chance.randint(1, len(people))),
            category=make.make_category(slug),
            duration_min=sum(p["minutes"] for p in phases) or chance.choice([5, 20, 45, 60, 300, 1440]),
            phases=phases,
            buffer_before_min=chance.choice([0, 10]),
            buffer_after_min=chance.choice([0, 15]),
            team_size=chance.choice([1, 1, 2, 3]),
        )
    for person in people:
        at = now
        for _ in range(chance.randint(0, 30)):
            at += timedelta(minutes=chance.choice([0, 5, 15, 30, 120]))
            end = at + timedelta(minutes=chance.choice([5, 15, 40, 60, 240]))
            Allocation.objects.create(kind="block", staff=person, period=TimestamptzRange(at, end))
            at = end
    return outlet


@pytest.mark.parametrize("seed", range(30))
def test_every_slot_of_the_engine_is_in_what_is_kept(seed: int) -> None:
    chance = random.Random(seed)
    now = chance.choice(DAYS)
    with clock.at(now):
        outlet = an_outlet(chance, now)
        keep()
        check_kept()
        window = Span(now, now + timedelta(days=4))
        offerings = Offering.objects.filter(outlet=outlet).select_related("service")
        found = open_time([Ask(each.pk) for each in offerings], window=window)
        kept = {
            (row.category_id, row.day): row for row in OutletDay.objects.filter(outlet=outlet, is_open=True)
        }
        for each in offerings:
            for slot in found[each.pk].slots():
                [(day, bits)] = quarters.masks(Span(slot.start, slot.start + timedelta(minutes=1)))
                row = kept.get((each.category_id, day))
                assert row is not None and row.starts[bits.index("1")] == "1", (each.service, slot)


def test_what_is_kept_is_near_the_truth() -> None:
    """Full days are known as full: of an hour's visits between blocks of an hour with gaps of a quarter, none fits."""
    with clock.at(DAYS[0]):
        outlet = make.make_outlet(timezone="Etc/UTC")
        service = make.make_service(outlet)
        person = service.staff.get()
        for hour in range(9, 17):
            start = datetime(2026, 10, 26, hour, 15, tzinfo=UTC)
            Allocation.objects.create(
                kind="block", staff=person, period=TimestamptzRange(start, start + timedelta(minutes=45))
            )
        keep()

        assert Service.objects.count() == 1
        assert not OutletDay.objects.get(day=datetime(2026, 10, 26, tzinfo=UTC).date()).is_open
