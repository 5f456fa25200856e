"""Weekly hours, overrides, closures, time off: what is refused, and what is replaced."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from common.models import Event
from providers.errors import HoursInvalid, HoursOverlap, NotAtOutlet, PeriodInvalid, PeriodOverlap
from providers.models import HoursOverride, HoursRule
from providers.rules import checks
from providers.rules.hours import WeeklyRule
from providers.services.hours import (
    add_closure,
    add_time_off,
    clear_override,
    remove_closure,
    remove_time_off,
    replace_week,
    set_override,
)
from tests.factories import make_outlet
from tests.providers.conftest import Business

NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)


def rule(weekday: int, opens: str, closes: str, **dates: date) -> WeeklyRule:
    return WeeklyRule(weekday, time.fromisoformat(opens), time.fromisoformat(closes), **dates)


@pytest.mark.parametrize(
    "rules",
    [
        [rule(0, "09:00", "12:00"), rule(0, "12:00", "17:00")],
        [rule(0, "22:00", "02:00"), rule(1, "02:00", "06:00")],
        [rule(0, "00:00", "00:00"), rule(1, "00:00", "00:00")],
        [rule(6, "20:00", "00:00"), rule(0, "00:00", "04:00")],
        [
            rule(0, "09:00", "17:00", valid_until=date(2026, 5, 31)),
            rule(0, "08:00", "18:00", valid_from=date(2026, 6, 1)),
        ],
    ],
)
def test_shifts_that_only_touch_are_accepted(rules: list[WeeklyRule]) -> None:
    assert checks.week(rules[::-1]) == sorted(rules, key=lambda found: (found.weekday, found.opens))


@pytest.mark.parametrize(
    ("rules", "weekday"),
    [
        ([rule(0, "09:00", "12:01"), rule(0, "12:00", "17:00")], 0),
        ([rule(0, "22:00", "02:00"), rule(1, "01:59", "06:00")], 1),
        ([rule(6, "20:00", "02:00"), rule(0, "01:00", "04:00")], 6),
        ([rule(2, "00:00", "00:00"), rule(2, "13:00", "14:00")], 2),
        (
            [
                rule(0, "09:00", "17:00", valid_until=date(2026, 6, 1)),
                rule(0, "08:00", "18:00", valid_from=date(2026, 6, 1)),
            ],
            0,
        ),
    ],
)
def test_overlapping_rules_are_refused_with_their_weekday(rules: list[WeeklyRule], weekday: int) -> None:
    with pytest.raises(HoursOverlap) as refused:
        checks.week(rules)
    assert refused.value.data == {"weekday": weekday}


@pytest.mark.parametrize(
    "bad",
    [
        rule(7, "09:00", "17:00"),
        rule(-1, "09:00", "17:00"),
        rule(0, "09:00", "09:00"),
        rule(0, "09:00:30", "17:00"),
        rule(0, "09:00+02:00", "17:00"),
        rule(0, "09:00", "17:00", valid_from=date(1, 1, 1)),
        rule(0, "09:00", "17:00", valid_until=date(9999, 12, 31)),
        rule(0, "09:00", "17:00", valid_from=date(2026, 2, 2), valid_until=date(2026, 2, 1)),
    ],
)
def test_times_that_are_none_are_refused(bad: WeeklyRule) -> None:
    with pytest.raises(HoursInvalid):
        checks.week([bad])


@pytest.mark.django_db
def test_a_week_is_replaced_whole_and_a_refused_one_changes_nothing(business: Business) -> None:
    weeks = HoursRule.objects.filter(outlet=business.outlet, staff=None)
    replace_week(outlet=business.outlet, rules=[rule(0, "22:00", "02:00")], actor=business.actor)
    assert list(weeks.values_list("weekday", "opens", "closes")) == [(0, time(22), time(2))]
    with pytest.raises(HoursOverlap):
        replace_week(
            outlet=business.outlet,
            rules=[rule(1, "09:00", "12:00"), rule(1, "11:00", "13:00")],
            actor=business.actor,
        )
    assert list(weeks.values_list("weekday", flat=True)) == [0]
    event = Event.objects.get(type="hours.changed")
    assert (event.outlet_id, event.actor) == (business.outlet.public_id, business.actor)


@pytest.mark.django_db
def test_hours_of_a_person_leave_those_of_the_outlet_alone(business: Business) -> None:
    replace_week(
        outlet=business.outlet, staff=business.person, rules=[rule(0, "10:00", "14:00")], actor="system"
    )
    assert HoursRule.objects.filter(outlet=business.outlet, staff=None).count() == 7
    elsewhere = make_outlet(business.provider)
    with pytest.raises(NotAtOutlet):
        replace_week(outlet=elsewhere, staff=business.person, rules=[], actor="system")


@pytest.mark.django_db
def test_an_override_replaces_the_one_of_that_date_and_is_cleared(business: Business) -> None:
    eve = date(2026, 12, 24)
    found = HoursOverride.objects.filter(outlet=business.outlet, date=eve)
    set_override(
        outlet=business.outlet, on=eve, periods=[(time(9), time(12)), (time(13), time(15))], actor="system"
    )
    assert found.count() == 2
    set_override(outlet=business.outlet, on=eve, periods=[], note="Christmas Eve", actor="system")
    assert list(found.values_list("opens", "closes", "note")) == [(None, None, "Christmas Eve")]
    with pytest.raises(HoursOverlap) as refused:
        set_override(
            outlet=business.outlet,
            on=eve,
            periods=[(time(9), time(12)), (time(11), time(15))],
            actor="system",
        )
    assert refused.value.data == {"date": "2026-12-24"}
    clear_override(outlet=business.outlet, on=eve, actor="system")
    assert not found.exists()


@pytest.mark.django_db
def test_closures_do_not_overlap_and_may_touch(business: Business) -> None:
    hour = timedelta(hours=1)
    first = add_closure(outlet=business.outlet, start=NOON, end=NOON + hour, actor="system")
    add_closure(outlet=business.outlet, start=NOON + hour, end=NOON + 2 * hour, actor="system")
    with pytest.raises(PeriodOverlap):
        add_closure(outlet=business.outlet, start=NOON, end=NOON + hour / 2, actor="system")
    remove_closure(closure=first, actor="system")
    add_closure(outlet=business.outlet, start=NOON, end=NOON + hour / 2, actor="system")


@pytest.mark.django_db
@pytest.mark.parametrize("length", [timedelta(0), timedelta(hours=-1), timedelta(days=732)])
def test_a_period_runs_forward_for_at_most_two_years(business: Business, length: timedelta) -> None:
    with pytest.raises(PeriodInvalid):
        add_closure(outlet=business.outlet, start=NOON, end=NOON + length, actor="system")
    with pytest.raises(PeriodInvalid):
        add_time_off(staff=business.person, start=NOON, end=NOON + length, actor="system")


@pytest.mark.django_db
def test_time_off_is_told_to_every_outlet_of_the_person(business: Business) -> None:
    second = make_outlet(business.provider)
    second.assignments.create(staff=business.person)
    found = add_time_off(staff=business.person, start=NOON, end=NOON + timedelta(days=7), actor="system")
    told = Event.objects.filter(type="hours.changed").values_list("outlet_id", flat=True)
    assert set(told) == {business.outlet.public_id, second.public_id}
    with pytest.raises(PeriodOverlap):
        add_time_off(staff=business.person, start=NOON, end=NOON + timedelta(days=1), actor="system")
    remove_time_off(time_off=found, actor="system")
    assert not business.person.time_off.exists()
