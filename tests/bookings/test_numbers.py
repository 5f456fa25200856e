"""The numbers of a business: every figure exact, and the money the ledger's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.errors import SpanOfNumbers
from bookings.rules.weeks import Days, last_weeks
from bookings.selectors.numbers import Line, Numbers, days_asked, numbers_of
from common import clock
from payments.enums import AccountKind
from payments.selectors import statements
from providers.models import HoursRule, Outlet, Provider, Service, StaffMember
from tests.bookings.numbering import Part, earned, had, moved, paid_out, taken
from tests.factories import make_customer, make_outlet, make_provider, make_service, make_staff, make_user

pytestmark = pytest.mark.django_db
# A Thursday, by which twelve whole weeks have ended on Sunday 22 November.
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MARCH = Days(date(2026, 3, 1), date(2026, 3, 31), "Europe/Helsinki")


@dataclass
class Shop:
    outlet: Outlet
    aino: StaffMember
    juho: StaffMember
    cut: Service
    wash: Service

    @property
    def provider(self) -> Provider:
        return self.outlet.provider

    def at(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), tzinfo=self.outlet.zone).astimezone(UTC)


def since_2020(outlet: Outlet) -> Outlet:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    Outlet.objects.filter(pk=outlet.pk).update(created_at=long_ago)
    StaffMember.objects.filter(provider=outlet.provider).update(created_at=long_ago)
    outlet.refresh_from_db()
    return outlet


@pytest.fixture
def shop() -> Shop:
    outlet = make_outlet()
    aino, juho = make_staff(outlet, name="Aino"), make_staff(outlet, name="Juho")
    cut = make_service(outlet, staff=[aino, juho], name="Cut")
    wash = make_service(outlet, staff=[aino, juho], name="Wash")
    return Shop(since_2020(outlet), aino, juho, cut, wash)


@pytest.fixture(autouse=True)
def on_a_thursday() -> Iterator[None]:
    with clock.at(NOW):
        yield


def numbers(shop: Shop, days: Days = MARCH, outlet: Outlet | None = None) -> Numbers:
    return numbers_of(shop.provider, days, outlet)


def by_name(rows: list[tuple[Any, Line]]) -> dict[str, Line]:
    return {each.name: line for each, line in rows}


# Spans


def test_without_days_they_are_the_last_twelve_whole_weeks(shop: Shop) -> None:
    days = days_asked(shop.provider, None)

    assert (days.first, days.last, days.is_whole_weeks) == (date(2026, 8, 31), date(2026, 11, 22), True)
    assert [week.count for week in days.weeks()] == [7] * 12
    assert (days.before.first, days.before.last) == (date(2026, 6, 8), date(2026, 8, 30))


def test_weeks_are_cut_where_the_days_begin_and_end() -> None:
    weeks = MARCH.weeks()

    assert [(week.first.day, week.last.day) for week in weeks] == [
        (1, 1),
        (2, 8),
        (9, 15),
        (16, 22),
        (23, 29),
        (30, 31),
    ]
    assert weeks[0].monday == date(2026, 2, 23)


def test_a_week_is_the_outlets_own() -> None:
    [week] = last_weeks(1, today=date(2026, 4, 1), zone="Europe/Helsinki").weeks()

    # Clocks go forward on Sunday 29 March: the week is an hour shorter.
    assert week.span.end - week.span.start == timedelta(days=7) - timedelta(hours=1)
    assert week.span.start == datetime(2026, 3, 22, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 27), None),
        (date(2026, 3, 2), date(2026, 3, 1)),
        (date(2025, 11, 20), date(2026, 11, 26)),
        (date(1999, 12, 31), date(2000, 1, 1)),
        (None, date(2026, 3, 1)),
    ],
)
def test_other_days_are_refused(shop: Shop, first: date | None, last: date | None) -> None:
    with pytest.raises(SpanOfNumbers):
        days_asked(shop.provider, None, first, last)


def test_days_end_today(shop: Shop) -> None:
    assert days_asked(shop.provider, None, date(2026, 11, 23), date(2026, 12, 31)).last == date(2026, 11, 26)


# Money


def test_the_revenue_is_that_of_the_statement_of_the_same_days(shop: Shop) -> None:
    inside, outside = date(2026, 3, 31), date(2026, 4, 1)
    visit = had(shop.outlet, shop.at(inside), Part(shop.cut, shop.aino), Part(shop.wash, shop.juho, 3333))
    late = had(shop.outlet, shop.at(outside), Part(shop.cut, shop.aino))
    earned(visit, shop.at(date(2026, 3, 1), 0), 8333, commission=417)
    earned(visit, shop.at(inside, 23, 59), 777, commission=39, kind="fee")
    earned(late, shop.at(outside, 0), 5000, commission=250)
    taken(visit, shop.at(inside), 1200, commission=60)
    paid_out(shop.outlet, shop.at(inside), 4000)
    payable = (AccountKind.PAYABLE, shop.provider.public_id, -500)
    moved(visit, shop.at(inside), "chargeback", payable, (AccountKind.GATEWAY, "sandbox", 500))
    # A correction that is about no visit.
    _post_without_visit(shop, shop.at(inside))

    found = numbers(shop)
    sums = statements.statement_of(
        shop.provider, statements.month_at(date(2026, 3, 1), "Europe/Helsinki"), "EUR"
    ).sums

    money = found.total.money["EUR"]
    assert (money.online, money.kept, money.other) == (sums.gross, sums.commission + sums.vat, sums.other)
    assert money.yours == sums.closing - sums.opening - sums.paid_out
    assert (money.online, money.counter, money.kept, money.other) == (9110, 1200, -516, -600)
    for column in ("online", "counter", "kept", "other"):
        assert sum(getattr(line.money["EUR"], column) for _, line in found.weeks) == getattr(money, column)
    assert statements.earned_by_day(
        shop.provider, statements.month_at(date(2026, 3, 1), "Europe/Helsinki"), "EUR"
    ) == {date(2026, 3, 1): 8333 - 417, date(2026, 3, 31): 777 - 39 - 60 - 500 - 100}


def _post_without_visit(shop: Shop, at: datetime) -> None:
    nothing = had(shop.outlet, at, Part(shop.cut, shop.aino), status="cancelled")
    nothing.ref = ""
    payable = (AccountKind.PAYABLE, shop.provider.public_id, -100)
    moved(nothing, at, "compensation", payable, (AccountKind.FEES, "sandbox", 100))


def test_a_visits_money_is_shared_out_by_price_and_no_cent_is_lost(shop: Shop) -> None:
    day = date(2026, 3, 4)
    visit = had(
        shop.outlet,
        shop.at(day),
        Part(shop.cut, shop.aino, 1000),
        Part(shop.wash, shop.juho, 1000),
        Part(shop.wash, shop.aino, 1000),
    )
    earned(visit, shop.at(day, 18), 1000)

    found = numbers(shop)

    # 333.3 each: 333, 334 and 333 in order.
    assert {name: line.money["EUR"].total for name, line in by_name(found.people).items()} == {
        "Aino": 666,
        "Juho": 334,
    }
    assert {name: line.money["EUR"].total for name, line in by_name(found.services).items()} == {
        "Cut": 333,
        "Wash": 667,
    }


def test_what_is_free_shares_equally(shop: Shop) -> None:
    day = date(2026, 3, 4)
    visit = had(shop.outlet, shop.at(day), Part(shop.cut, shop.aino, 0), Part(shop.wash, shop.juho, 0))
    taken(visit, shop.at(day, 18), 501)

    people = by_name(numbers(shop).people)

    assert people["Aino"].money["EUR"].total + people["Juho"].money["EUR"].total == 501
    assert people["Juho"].money["EUR"].total == 250


def test_what_was_taken_back_at_the_counter_does_not_count(shop: Shop) -> None:
    visit = had(shop.outlet, shop.at(date(2026, 3, 4)), Part(shop.cut, shop.aino))
    payment = taken(visit, shop.at(date(2026, 3, 4), 12), 5000)
    payment.reversed_at = shop.at(date(2026, 3, 5))
    payment.save()

    assert numbers(shop).total.money["EUR"].total == 0


def test_each_currency_is_counted_apart_and_each_outlet_in_its_own(shop: Shop) -> None:
    tokyo = since_2020(make_outlet(shop.provider, currency="JPY", timezone="Asia/Tokyo"))
    kenji = make_staff(tokyo, name="Kenji")
    day = date(2026, 3, 4)
    here = had(shop.outlet, shop.at(day), Part(shop.cut, shop.aino))
    there = had(tokyo, shop.at(day, 12), Part(make_service(tokyo, staff=[kenji], name="Kiri"), kenji))
    earned(here, shop.at(day, 18), 5000)
    earned(there, shop.at(day, 18), 4400)

    both, one = numbers(shop), numbers(shop, days_asked(shop.provider, tokyo, MARCH.first, MARCH.last), tokyo)

    assert both.currencies == ["EUR", "JPY"]
    assert {code: both.total.money[code].total for code in both.currencies} == {"EUR": 5000, "JPY": 4400}
    assert (one.currencies, one.days.zone, one.total.visits) == (["JPY"], "Asia/Tokyo", 1)
    assert one.total.money["JPY"].total == 4400
    assert list(by_name(one.people)) == ["Kenji"]


def test_money_counts_in_the_week_of_the_outlets_clock(shop: Shop) -> None:
    visit = had(shop.outlet, shop.at(date(2026, 3, 8), 9), Part(shop.cut, shop.aino))
    earned(visit, datetime(2026, 3, 8, 21, 59, tzinfo=UTC), 100)  # Sunday 23:59
    earned(visit, datetime(2026, 3, 8, 22, tzinfo=UTC), 10)  # Monday 0:00

    weeks = {week.first: line.money["EUR"].total for week, line in numbers(shop).weeks}

    assert (weeks[date(2026, 3, 2)], weeks[date(2026, 3, 9)]) == (100, 10)


# Visits


def test_visits_no_shows_and_who_came_back(shop: Shop) -> None:
    regular, new = make_customer(user=make_user()), make_customer()
    # The same person, once as a guest who then signed in.
    as_guest = make_customer(user=regular.user)
    had(shop.outlet, shop.at(date(2026, 2, 20)), Part(shop.cut, shop.aino), customer=as_guest)
    had(shop.outlet, shop.at(date(2026, 3, 3)), Part(shop.cut, shop.aino), customer=regular)
    had(shop.outlet, shop.at(date(2026, 3, 4)), Part(shop.cut, shop.juho), customer=new)
    had(shop.outlet, shop.at(date(2026, 3, 11)), Part(shop.wash, shop.juho), customer=new, status="completed")
    had(shop.outlet, shop.at(date(2026, 3, 12)), Part(shop.cut, shop.aino), status="no_show")
    had(shop.outlet, shop.at(date(2026, 3, 12), 12), Part(shop.cut, shop.aino), status="cancelled")
    had(shop.outlet, shop.at(date(2026, 3, 13)), Part(shop.cut, shop.aino), status="confirmed")

    found = numbers(shop)

    total = found.total
    assert (total.visits, total.no_shows, total.customers, total.returning) == (3, 1, 2, 2)
    assert (total.no_show, total.repeat) == (0.25, 1.0)
    weeks = {week.first.day: line for week, line in found.weeks}
    assert (weeks[2].visits, weeks[2].customers, weeks[2].returning) == (2, 2, 1)
    assert (weeks[9].visits, weeks[9].customers, weeks[9].returning, weeks[9].no_shows) == (1, 1, 1, 1)
    assert (weeks[16].no_show, weeks[16].repeat, weeks[16].lead_min) == (None, None, None)
    people, services = by_name(found.people), by_name(found.services)
    assert (people["Aino"].visits, people["Aino"].no_shows, people["Juho"].visits) == (1, 1, 2)
    assert (services["Cut"].visits, services["Wash"].visits, services["Wash"].returning) == (2, 1, 1)


def test_a_visit_of_several_counts_once_for_each_who_had_a_part_in_it(shop: Shop) -> None:
    visit = had(
        shop.outlet,
        shop.at(date(2026, 3, 3)),
        Part(shop.cut, shop.aino),
        Part(shop.wash, shop.aino),
    )
    visit.items.all()[0].helpers.add(shop.juho)

    found = numbers(shop)

    assert found.total.visits == 1
    assert {name: line.visits for name, line in by_name(found.people).items()} == {"Aino": 1, "Juho": 1}
    assert {name: line.visits for name, line in by_name(found.services).items()} == {"Cut": 1, "Wash": 1}


def test_lead_time_is_the_median_without_walk_ins(shop: Shop) -> None:
    for day, hours in ((2, 1), (3, 30), (4, 240)):
        had(
            shop.outlet, shop.at(date(2026, 3, day)), Part(shop.cut, shop.aino), booked=timedelta(hours=hours)
        )
    for day in (9, 10, 11, 12):
        had(
            shop.outlet,
            shop.at(date(2026, 3, day)),
            Part(shop.cut, shop.aino),
            booked=timedelta(),
            source="walk_in",
        )

    found = numbers(shop)

    assert found.total.lead_min == 30 * 60
    assert [line.lead_min for week, line in found.weeks if week.first.day == 9] == [None]


def test_another_business_and_other_days_are_not_counted(shop: Shop) -> None:
    other = make_outlet(make_provider())
    someone = make_staff(other)
    visit = had(other, shop.at(date(2026, 3, 4)), Part(make_service(other, staff=[someone]), someone))
    earned(visit, shop.at(date(2026, 3, 4), 18), 5000)
    had(shop.outlet, shop.at(date(2026, 2, 28), 23), Part(shop.cut, shop.aino))
    had(shop.outlet, shop.at(date(2026, 4, 1), 0), Part(shop.cut, shop.aino))

    assert numbers(shop).total.is_empty


# Hours


def test_booked_minutes_over_the_minutes_of_peoples_hours(shop: Shop) -> None:
    week = Days(date(2026, 3, 2), date(2026, 3, 8), "Europe/Helsinki")
    had(shop.outlet, shop.at(date(2026, 3, 2), 9), Part(shop.cut, shop.aino, minutes=84))
    # Half of it after hours, which is nobody's open time; and what nobody came to is free again.
    had(shop.outlet, shop.at(date(2026, 3, 3), 16, 30), Part(shop.cut, shop.aino, minutes=60))
    had(shop.outlet, shop.at(date(2026, 3, 4)), Part(shop.cut, shop.juho), status="no_show")

    found = numbers(shop, week)

    # Both from 9 to 17 on seven days.
    assert (found.total.open_min, found.total.booked_min) == (2 * 7 * 480, 114)
    aino = by_name(found.people)["Aino"]
    assert (aino.open_min, aino.booked_min, aino.utilisation) == (3360, 114, 114 / 3360)
    assert by_name(found.people)["Juho"].utilisation == 0.0


@pytest.mark.parametrize(("sunday", "hours"), [(date(2026, 3, 29), 167), (date(2026, 10, 25), 169)])
def test_the_week_in_which_the_clocks_change_has_its_hours(sunday: date, hours: int) -> None:
    outlet = make_outlet(open_always=True)
    person = make_staff(outlet, name="Aino")
    since_2020(outlet)
    week = Days(sunday - timedelta(days=6), sunday, "Europe/Helsinki")
    night = datetime.combine(sunday, time(0), tzinfo=outlet.zone).astimezone(UTC)
    had(outlet, night, Part(make_service(outlet, staff=[person]), person, minutes=240))

    total = numbers_of(outlet.provider, week).total

    assert (total.open_min, total.booked_min) == (hours * 60, 240)


def test_hours_count_from_when_somebody_began(shop: Shop) -> None:
    StaffMember.objects.filter(pk=shop.juho.pk).update(created_at=shop.at(date(2026, 3, 8), 13))
    StaffMember.objects.filter(pk=shop.aino.pk).update(archived_at=shop.at(date(2026, 3, 3), 10))
    week = Days(date(2026, 3, 2), date(2026, 3, 8), "Europe/Helsinki")

    people = by_name(numbers(shop, week).people)

    # Juho's Sunday afternoon; Aino's Monday and an hour of Tuesday.
    assert (people["Juho"].open_min, people["Aino"].open_min) == (240, 540)
    # A visit that was noted from before says that he was there already.
    had(shop.outlet, shop.at(date(2026, 3, 8), 9), Part(shop.cut, shop.juho))
    assert by_name(numbers(shop, week).people)["Juho"].open_min == 480


def test_who_works_at_two_outlets_at_once_has_one_day(shop: Shop) -> None:
    second = since_2020(make_outlet(shop.provider))
    second.assignments.create(staff=shop.aino)
    HoursRule.objects.filter(outlet=second).update(closes=time(19))
    had(second, shop.at(date(2026, 3, 2), 17), Part(shop.cut, shop.aino, minutes=60))
    monday = Days(date(2026, 3, 2), date(2026, 3, 2), "Europe/Helsinki")

    every, first, other = (by_name(numbers(shop, monday, one).people) for one in (None, shop.outlet, second))

    assert (every["Aino"].open_min, every["Aino"].booked_min) == (600, 60)
    assert (first["Aino"].open_min, first["Aino"].booked_min) == (480, 0)
    assert (other["Aino"].open_min, other["Aino"].booked_min) == (600, 60)


def test_the_queries_do_not_grow(shop: Shop) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            numbers(shop)
        return len(seen)

    few = queries()
    for day in range(1, 21):
        visit = had(shop.outlet, shop.at(date(2026, 3, day)), Part(shop.cut, make_staff(shop.outlet)))
        earned(visit, shop.at(date(2026, 3, day), 18), 5000)
    many = queries()

    assert few <= many <= 19
