"""Open time kept for search is true after every change, whoever makes it."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation, Booking, OutletDay, StaffDay
from bookings.rules import quarters
from bookings.selectors.access import Access
from bookings.services import changes, expiry, holds, keeping, paying
from bookings.services.expiry import expire_holds
from common import clock
from common.spans import Span
from providers.models import (
    Closure,
    HoursOverride,
    HoursRule,
    Offering,
    Outlet,
    Service,
    Skill,
    StaffAssignment,
    StaffMember,
    TimeOff,
)
from tests import factories as make
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at
from tests.keeping import check_kept, commit, due, keep

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


@pytest.fixture
def kept(shop: Shop) -> Shop:
    keep()
    assert not due()
    return shop


def starts(outlet: Outlet, instant: datetime, length: timedelta = timedelta(minutes=15)) -> set[str]:
    """What is kept of the quarters from an instant on."""
    found = OutletDay.objects.get(outlet=outlet, day=instant.astimezone(UTC).date()).starts
    [(_, bits)] = quarters.masks(Span(instant, instant + length))
    return {bit for bit, asked in zip(found, bits, strict=True) if asked == "1"}


def confirmed(shop: Shop, contact: Contact, start: datetime) -> Access:
    access = shop.hold(start)
    holds.details(access=access, contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    return shop.again(access)


def test_a_day_is_open_when_the_person_works_and_nothing_is_taken(kept: Shop) -> None:
    assert starts(kept.outlet, tomorrow_at(9)) == {"1"}
    assert starts(kept.outlet, tomorrow_at(8, 45)) == {"0"}
    assert starts(kept.outlet, tomorrow_at(16)) == {"1"}
    assert starts(kept.outlet, tomorrow_at(16, 15)) == {"0"}  # an hour does not fit any more
    check_kept()


def test_a_hold_takes_nothing_until_it_is_confirmed_and_a_cancelled_visit_gives_back(
    kept: Shop, contact: Contact
) -> None:
    hour = timedelta(hours=1)
    access = kept.hold(tomorrow_at(10))
    commit()
    assert starts(kept.outlet, tomorrow_at(10), hour) == {"1"}
    check_kept()

    holds.details(access=access, contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    commit()
    assert starts(kept.outlet, tomorrow_at(9, 15), 2 * hour - timedelta(minutes=15)) == {"0"}
    assert starts(kept.outlet, tomorrow_at(11)) == {"1"}
    check_kept()

    access = kept.again(access)
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)
    commit()
    assert starts(kept.outlet, tomorrow_at(10), hour) == {"1"}
    check_kept()
    assert not due()


def test_an_expired_hold_changes_nothing(kept: Shop) -> None:
    access = kept.hold(tomorrow_at(10))
    Booking.objects.filter(pk=access.booking.pk).update(hold_expires_at=timezone.now() - timedelta(hours=1))
    assert expire_holds() == 1

    check_kept()
    assert starts(kept.outlet, tomorrow_at(10)) == {"1"}


def test_a_moved_visit_gives_the_old_time_back_and_takes_the_new(kept: Shop, contact: Contact) -> None:
    access = confirmed(kept, contact, tomorrow_at(10, days=3))
    version = changes.preview(access=access, action="reschedule", start=tomorrow_at(14, days=4)).version
    changes.reschedule(access=access, start=tomorrow_at(14, days=4), staff=None, version=version)

    commit()
    assert starts(kept.outlet, tomorrow_at(10, days=3)) == {"1"}
    assert starts(kept.outlet, tomorrow_at(14, days=4)) == {"0"}
    check_kept()


def test_a_declined_request_gives_back(kept: Shop, contact: Contact) -> None:
    Service.objects.filter(pk=kept.service.pk).update(needs_acceptance=True)
    access = kept.hold(tomorrow_at(10, days=9))
    holds.details(access=access, contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    commit()
    assert starts(kept.outlet, tomorrow_at(10, days=9)) == {"0"}
    Booking.objects.filter(pk=access.booking.pk).update(accept_by=timezone.now() - timedelta(minutes=1))
    assert expiry.decline_unanswered() == 1

    commit()
    assert starts(kept.outlet, tomorrow_at(10, days=9)) == {"1"}
    check_kept()


def test_blocks_count_while_they_last_overbooked_ones_too(kept: Shop) -> None:
    long = TimestamptzRange(tomorrow_at(12, 5), tomorrow_at(9, 20, days=3))
    block = Allocation.objects.create(kind="block", staff=kept.person, period=long)
    commit()
    assert starts(kept.outlet, tomorrow_at(10, days=2)) == {"0"}
    check_kept()
    over = Allocation.objects.create(
        kind="block",
        staff=kept.person,
        period=TimestamptzRange(tomorrow_at(9, days=3), tomorrow_at(11, days=3)),
        overbooked=True,
        overbooked_by=make.make_user(),
    )
    check_kept()
    block.delete()
    check_kept()
    assert starts(kept.outlet, tomorrow_at(10, days=3)) == {"0"}
    Allocation.objects.filter(pk=over.pk).update(live=False)
    commit()
    assert starts(kept.outlet, tomorrow_at(10, days=3)) == {"1"}
    check_kept()
    assert not due()


def _zone(shop: Shop) -> None:
    Outlet.objects.filter(pk=shop.outlet.pk).update(timezone="Asia/Kathmandu")


def _skill(shop: Shop) -> None:
    Skill.objects.filter(staff=shop.person).update(held_back=True)


CHANGES: dict[str, Callable[[Shop], Any]] = {
    "hours": lambda shop: HoursRule.objects.filter(outlet=shop.outlet, weekday=1).update(opens=time(7, 20)),
    "hours removed": lambda shop: HoursRule.objects.filter(outlet=shop.outlet, weekday=1).delete(),
    "hours of one's own": lambda shop: HoursRule.objects.create(
        outlet=shop.outlet, staff=shop.person, weekday=2, opens=time(10), closes=time(12)
    ),
    "override": lambda shop: HoursOverride.objects.create(
        outlet=shop.outlet, date=tomorrow_at(9).date(), opens=time(20), closes=time(2)
    ),
    "closure": lambda shop: Closure.objects.create(
        outlet=shop.outlet, period=TimestamptzRange(tomorrow_at(10), tomorrow_at(10, days=5))
    ),
    "time off": lambda shop: TimeOff.objects.create(
        staff=shop.person, period=TimestamptzRange(tomorrow_at(10), tomorrow_at(10, days=5))
    ),
    "zone": _zone,
    "holidays": lambda shop: Outlet.objects.filter(pk=shop.outlet.pk).update(keeps_holidays=True),
    "place": lambda shop: Outlet.objects.filter(pk=shop.outlet.pk).update(point=Point(25, 61, srid=4326)),
    "a person is archived": lambda shop: StaffMember.objects.filter(pk=shop.person.pk).update(
        archived_at=clock.now()
    ),
    "a person comes": lambda shop: Skill.objects.create(
        staff=make.make_staff(shop.outlet), service=shop.service
    ),
    "a person leaves": lambda shop: StaffAssignment.objects.filter(staff=shop.person).delete(),
    "skill": _skill,
    "duration": lambda shop: Service.objects.filter(pk=shop.service.pk).update(duration_min=200),
    "phases": lambda shop: Service.objects.filter(pk=shop.service.pk).update(
        phases=[{"kind": "active", "minutes": 20}, {"kind": "processing", "minutes": 40}]
    ),
    "capacity": lambda shop: Service.objects.filter(pk=shop.service.pk).update(capacity=4),
    "people who do it together": lambda shop: Service.objects.filter(pk=shop.service.pk).update(team_size=2),
    "another service": lambda shop: make.make_service(
        shop.outlet, staff=[shop.person], category=make.make_category("nails"), duration_min=15
    ),
    "not sold": lambda shop: Offering.objects.filter(outlet=shop.outlet).update(is_live=False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_hours_people_or_services_is_marked_and_then_made_anew(kept: Shop, change: str) -> None:
    other = make.make_outlet()
    keep()
    before = list(StaffDay.objects.values()), list(OutletDay.objects.values())

    CHANGES[change](kept)

    assert due() == {kept.outlet.pk}
    keep()
    assert not due()
    check_kept()
    assert (list(StaffDay.objects.values()), list(OutletDay.objects.values())) != before
    assert not OutletDay.objects.filter(outlet=other).exists()


def test_what_does_not_bear_on_open_time_marks_nothing(kept: Shop) -> None:
    StaffMember.objects.filter(pk=kept.person.pk).update(served_count=7, title="Master")
    Outlet.objects.filter(pk=kept.outlet.pk).update(name="Other", notice_min=60, window_days=9)
    Offering.objects.filter(outlet=kept.outlet).update(price_amount=1, is_live=True)
    Service.objects.filter(pk=kept.service.pk).update(name="Trim", buffer_after_min=10)

    assert not due()


def test_the_checker_finds_what_is_wrong(kept: Shop) -> None:
    told = StringIO()
    call_command("check_open_time", "--sample=5", stdout=told)
    assert "open time of 1 outlets is as it should be; 0 are due" in told.getvalue()
    day = tomorrow_at(9).date()

    StaffDay.objects.filter(day=day).update(open=quarters.NONE)
    OutletDay.objects.filter(day=day + timedelta(days=1)).delete()

    told = StringIO()
    with pytest.raises(CommandError, match="2 rows"):
        call_command("check_open_time", stdout=told)
    assert told.getvalue().count("should be") == 2


def test_days_roll_forward_and_those_that_are_over_go(shop: Shop) -> None:
    now = datetime(2027, 3, 20, 12, tzinfo=UTC)
    with clock.at(now):
        keep()
        days = set(StaffDay.objects.values_list("day", flat=True))
        assert (min(days), len(days)) == (now.date(), 64)
        check_kept()
    with clock.at(now + timedelta(days=3)):
        Allocation.objects.create(
            kind="block",
            staff=shop.person,
            period=TimestamptzRange(now + timedelta(days=66), now + timedelta(days=68)),
        )
        keep()
        keeping.forget_past()
        days = set(StaffDay.objects.values_list("day", flat=True))
        assert (min(days), len(days)) == (now.date() + timedelta(days=3), 64)
        check_kept()


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Europe/Helsinki", datetime(2027, 3, 27, 12, tzinfo=UTC)),
        ("Europe/Helsinki", datetime(2026, 10, 24, 12, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 3, 13, 12, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 4, 2, 12, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 10, 31, 12, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("closes", [time(4), time(0), time(3, 10)])
def test_nights_and_clock_changes(zone: str, now: datetime, closes: time) -> None:
    with clock.at(now):
        outlet = make.make_outlet(timezone=zone)
        outlet.hours_rules.update(opens=time(22), closes=closes)
        make.make_service(outlet)
        keep()
        check_kept()
        assert OutletDay.objects.filter(is_open=True).count() > 60


def test_what_two_do_together_may_start_only_where_two_are_free(shop: Shop) -> None:
    people = [shop.person, make.make_staff(shop.outlet), make.make_staff(shop.outlet)]
    category = make.make_category("cleaning")
    make.make_service(shop.outlet, staff=people, category=category, team_size=2)
    ten = tomorrow_at(10)
    hour = Span(ten, ten + timedelta(hours=1))
    [(day, _)] = quarters.masks(Span(ten, ten + timedelta(minutes=1)))
    keep()

    def may_start() -> bool:
        commit()
        check_kept()
        [(_, bits)] = quarters.masks(hour)
        row = OutletDay.objects.get(outlet=shop.outlet, category=category, day=day)
        return any(kept == asked == "1" for kept, asked in zip(row.starts, bits, strict=True))

    assert may_start()
    # One of three is taken around ten: two are left. A second: one alone is not enough.
    for person, enough in zip(people, [True, False], strict=False):
        period = TimestamptzRange(ten - timedelta(hours=1), ten + timedelta(hours=1))
        Allocation.objects.create(kind="block", staff=person, period=period)
        assert may_start() is enough
