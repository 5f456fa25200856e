"""Which times of an outlet can be booked: the pages of a manager, and what the services refuse."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.principals import Principal
from bookings.enums import Source
from bookings.services import front_desk, holds
from common import clock
from providers.enums import GridAlign
from providers.errors import HolidaysUnknown, HoursInvalid, HoursOverlap, NumberInvalid
from providers.models import HoursRule
from providers.rules import checks
from providers.rules.hours import WeeklyRule
from providers.services.outlets import OutletFields, update_outlet
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db

TIMES = {
    "slot_step_min": "20",
    "grid_align": "previous",
    "grid_offset_min": "5",
    "notice_min": "90",
    "window_days": "45",
    "window_until": "2090-12-24",
    "buffers_in_hours": "on",
    "staff_choice": "compact",
    "max_wait_min": "20",
    "keeps_holidays": "on",
    "holiday_region": "",
}
SEASON = {
    "season-weekdays": ["0", "2"],
    "season-opens": "18:00",
    "season-closes": "20:00",
    "season-valid_from": "2090-01-02",
    "season-valid_until": "2090-03-31",
    "season-every_weeks": "2",
}


def post(business: Business, page: str, data: dict[str, Any]) -> Any:
    client = Client()
    client.force_login(business.manager)
    base = f"/provider/{business.provider.public_id}/outlets/{business.outlet.public_id}"
    return client.post(f"{base}/{page}/", data)


def test_a_manager_says_which_times_can_be_booked(business: Business) -> None:
    answer = post(business, "times", TIMES)
    assert answer.status_code == 302
    outlet = business.outlet
    outlet.refresh_from_db()
    assert (outlet.slot_step_min, outlet.grid_align, outlet.grid_offset_min) == (20, GridAlign.PREVIOUS, 5)
    assert (outlet.window_until, outlet.staff_choice) == (date(2090, 12, 24), "compact")
    assert (outlet.buffers_in_hours, outlet.keeps_holidays) == (True, True)


def test_an_offset_as_long_as_a_step_is_refused_beside_its_field(business: Business) -> None:
    answer = post(business, "times", {**TIMES, "grid_offset_min": "20"})
    assert answer.status_code == 422
    business.outlet.refresh_from_db()
    assert business.outlet.slot_step_min == 15


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (OutletFields(grid_offset_min=15), NumberInvalid),
        (OutletFields(holiday_region="XX"), HolidaysUnknown),
        (OutletFields(country="IC", keeps_holidays=True), HolidaysUnknown),
        (OutletFields(window_until=date(1900, 1, 1)), HoursInvalid),
    ],
)
def test_what_does_not_go_together_is_refused_and_changes_nothing(
    business: Business, fields: OutletFields, error: type[Exception]
) -> None:
    before = type(business.outlet).objects.values().get()
    with pytest.raises(error):
        update_outlet(outlet=business.outlet, actor="system", **fields)
    assert type(business.outlet).objects.values().get() == before


def test_the_region_of_one_country_is_none_of_another(business: Business) -> None:
    update_outlet(outlet=business.outlet, actor="system", holiday_region="01")
    changed = update_outlet(outlet=business.outlet, actor="system", country="SE")
    assert (changed.country, changed.holiday_region) == ("SE", "")
    business.outlet.refresh_from_db()
    assert business.outlet.holiday_region == ""


def test_the_outlets_page_tells_of_holidays(business: Business) -> None:
    update_outlet(outlet=business.outlet, actor="system", keeps_holidays=True)
    page = f"/o/{business.outlet.public_id}"
    with clock.at(datetime(2026, 12, 1, 10, tzinfo=UTC)):
        shown = {
            language: Client().get(page, headers={"Accept-Language": language}, follow=True).content.decode()
            for language in ("en", "zh-hans")
        }
    assert "Independence Day" in shown["en"]
    # Nobody has translated it into Chinese: it has the name that it has there.
    assert "Itsenäisyyspäivä" in shown["zh-hans"]


def test_holidays_that_hit_visits_show_them_first(business: Business) -> None:
    booking = front_desk.book_in(
        principal=Principal(user=business.manager),
        outlet=business.outlet.public_id,
        item=holds.ItemRequest(business.service.public_id, staff=business.person.public_id),
        start=next_christmas(),
        contact=holds.Contact("Ville Ranta"),
        source=Source.PHONE,
    )
    answer = post(business, "times", TIMES)
    assert answer.status_code == 409
    assert booking.ref in answer.content.decode()
    business.outlet.refresh_from_db()
    assert not business.outlet.keeps_holidays


def next_christmas() -> datetime:
    """At ten o'clock UTC of a Christmas Day to come."""
    now = clock.now()
    this_year = datetime(now.year, 12, 25, 10, tzinfo=UTC)
    return this_year if this_year > now else this_year.replace(year=now.year + 1)


def test_a_season_in_turns_is_added_and_removed(business: Business) -> None:
    assert post(business, "seasons", SEASON).status_code == 302
    added = HoursRule.objects.filter(outlet=business.outlet, valid_from__isnull=False)
    assert {(row.weekday, row.every_weeks) for row in added} == {(0, 2), (2, 2)}
    assert post(business, "seasons/remove", {"rule": "0/18:00/2090-01-02"}).status_code == 302
    assert added.get().weekday == 2
    # The weekly hours are not for this page to remove.
    assert post(business, "seasons/remove", {"rule": "0/09:00/"}).status_code == 404


def test_hours_over_the_weekly_ones_are_refused(business: Business) -> None:
    answer = post(business, "seasons", {**SEASON, "season-opens": "12:00"})
    assert answer.status_code == 422
    assert not HoursRule.objects.filter(valid_from__isnull=False).exists()


MONDAY = date(2026, 11, 23)


def turns(weekday: int, since: date, every: int, opens: int = 9, closes: int = 17) -> WeeklyRule:
    return WeeklyRule(weekday, time(opens), time(closes), since, None, every)


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        (turns(0, MONDAY, 2), turns(0, MONDAY + timedelta(days=7), 2), False),
        (
            turns(0, MONDAY, 2),
            turns(0, MONDAY + timedelta(days=9), 2),
            False,
        ),  # any day of the week counts it
        (turns(0, MONDAY, 2), turns(0, MONDAY + timedelta(days=14), 2), True),
        (turns(0, MONDAY, 2), turns(0, MONDAY + timedelta(days=7), 3), True),  # they meet in the fourth week
        (turns(0, MONDAY, 2), turns(0, MONDAY + timedelta(days=14), 4), True),
        (turns(0, MONDAY, 2), turns(0, MONDAY + timedelta(days=7), 4), False),
        (turns(6, MONDAY, 2, 20, 4), turns(0, MONDAY + timedelta(days=7), 2, 3, 5), True),  # over the night
        (turns(0, MONDAY, 2), WeeklyRule(0, time(10), time(11)), True),
    ],
)
def test_times_of_weeks_that_never_meet_may_overlap(
    first: WeeklyRule, second: WeeklyRule, meet: bool
) -> None:
    if meet:
        with pytest.raises(HoursOverlap):
            checks.week([first, second])
    else:
        assert checks.week([first, second])


def test_turns_need_a_first_day() -> None:
    with pytest.raises(HoursInvalid):
        checks.week([WeeklyRule(0, time(9), time(17), every_weeks=2)])
