"""Visits that recur: tried date by date, booked all or none, and moved or cancelled together."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.enums import ConsentSource
from accounts.principals import ANONYMOUS, Principal
from bookings.errors import (
    ContactNeeded,
    PolicyChanged,
    PrepaymentNeeded,
    SeriesNotFree,
    SeriesNotPossible,
)
from bookings.models import Booking, BookingSeries
from bookings.rules.series import Frequency, Rule
from bookings.selectors.series import (
    SeriesAccess,
    days_between,
    following,
    series_for,
    series_of,
    tried,
    visits_of,
)
from bookings.selectors.slots import ItemRequest
from bookings.services import series
from bookings.services.holders import Contact
from common import clock
from common.errors import NotFound, NotSignedIn
from common.models import AuditEntry, Event
from payments.rules.policy import Policy, Prepayment
from payments.services import set_policy
from providers.models import HoursRule
from tests.bookings.conftest import Shop
from tests.bookings.test_api import Api, token_of
from tests.factories import make_group_service, make_home_service, make_user, tomorrow_at

WEEKLY = Rule(Frequency.WEEKLY, 1, 4)
TEN = time(10)


def first_day(shop: Shop) -> date:
    return tomorrow_at(10, outlet=shop.outlet).astimezone(shop.outlet.zone).date()


def at_ten(shop: Shop, week: int, hour: int = 10) -> datetime:
    return tomorrow_at(hour, days=1 + 7 * week, outlet=shop.outlet)


def booked(shop: Shop, principal: Principal | None = None, weeks: int = 4, **more: Any) -> BookingSeries:
    """A visit a week, at ten."""
    day = first_day(shop)
    return series.book(
        principal=principal or shop.customer,
        outlet=shop.outlet.public_id,
        item=ItemRequest(shop.service.public_id),
        rule=WEEKLY,
        first_day=day,
        at=TEN,
        starts={day + timedelta(weeks=n): at_ten(shop, n) for n in range(weeks)},
        **more,
    )


def as_customer(shop: Shop, made: BookingSeries) -> SeriesAccess:
    return series_for(shop.customer, made.public_id)


def starts_of(access: SeriesAccess) -> list[datetime]:
    return [each.booking.starts_at for each in visits_of(access)]


def dates(shop: Shop, rule: Rule = WEEKLY, at: time = TEN, day: date | None = None) -> list[Any]:
    return tried(
        outlet=shop.outlet.public_id,
        item=ItemRequest(shop.service.public_id),
        rule=rule,
        first_day=day or first_day(shop),
        at=at,
    )


def test_every_date_is_tried_and_what_is_near_a_taken_one_is_named(shop: Shop) -> None:
    shop.hold(at_ten(shop, 1))

    found = dates(shop)

    assert [each.trouble for each in found] == [None, "not_free", None, None]
    assert [each.start for each in found] == [at_ten(shop, n) for n in range(4)]
    assert found[0].alternatives == ()
    assert len(found[1].alternatives) == 3
    assert at_ten(shop, 1) not in found[1].alternatives
    assert all(abs(start - at_ten(shop, 1)) <= timedelta(hours=2) for start in found[1].alternatives)


def test_a_closed_day_names_times_of_the_days_around(shop: Shop) -> None:
    closed = at_ten(shop, 2).astimezone(shop.outlet.zone)
    HoursRule.objects.filter(outlet=shop.outlet, weekday=(closed.weekday() + 1) % 7).delete()

    found = dates(shop, day=first_day(shop) + timedelta(days=1))[0]

    assert found.trouble == "not_free"
    assert found.alternatives
    assert {abs((start - found.start).days) for start in found.alternatives} <= {0, 1}


def test_dates_beyond_the_booking_window_say_so(shop: Shop) -> None:
    shop.outlet.window_days = 10
    shop.outlet.save()

    assert [each.trouble for each in dates(shop)] == [None, None, "too_far", "too_far"]


def test_the_local_time_stays_when_the_clocks_change(shop: Shop) -> None:
    shop.outlet.window_days = 366
    shop.outlet.save()
    zone = shop.outlet.zone
    today = clock.now().astimezone(zone).date()
    # Two weeks before the next day on which Helsinki's clocks change, and across it.
    change = next(
        day
        for day in (today + timedelta(days=n) for n in range(20, 366))
        if datetime.combine(day, time(), zone).utcoffset()
        != datetime.combine(day + timedelta(days=1), time(), zone).utcoffset()
    )
    first = change - timedelta(days=13)
    found = dates(shop, day=first)

    made = series.book(
        principal=shop.customer,
        outlet=shop.outlet.public_id,
        item=ItemRequest(shop.service.public_id),
        rule=WEEKLY,
        first_day=first,
        at=TEN,
        starts={each.day: each.start for each in found},
    )

    starts = starts_of(as_customer(shop, made))
    assert [start.astimezone(zone).time() for start in starts] == [TEN] * 4
    assert len({start.hour for start in starts}) == 2


def test_a_time_that_the_clocks_skip_is_said_and_something_near_is_offered(shop: Shop) -> None:
    HoursRule.objects.filter(outlet=shop.outlet).update(opens=time(0), closes=time(0))
    shop.outlet.window_days = 366
    shop.outlet.save()
    today = clock.now().astimezone(shop.outlet.zone).date()
    spring = next(
        day
        for day in (today + timedelta(days=n) for n in range(2, 368))
        if day.month == 3 and day.weekday() == 6 and day.day > 24
    )
    if spring > today + timedelta(days=360):
        pytest.skip("the next spring's Sunday is beyond the booking window just now")

    found = dates(shop, Rule(Frequency.WEEKLY, 1, 2), time(3, 30), spring)

    assert (found[0].start, found[0].trouble) == (None, "no_such_time")
    assert found[0].alternatives
    assert found[1].trouble is None


def test_all_are_booked_each_by_itself_and_paid_when_done(shop: Shop) -> None:
    made = booked(shop, agreed=ConsentSource.CHECKOUT)

    visits = visits_of(as_customer(shop, made))
    assert [each.booking.starts_at for each in visits] == [at_ten(shop, n) for n in range(4)]
    assert {each.booking.status for each in visits} == {"confirmed"}
    assert {each.booking.payment_state for each in visits} == {"counter"}
    assert {each.booking.customer.user for each in visits} == {shop.customer.user}
    assert [each.day for each in visits] == [first_day(shop) + timedelta(weeks=n) for n in range(4)]
    event = Event.objects.get(subject_type="series")
    assert (event.type, event.subject_id, event.seq) == ("series.booked", made.public_id, 1)
    assert event.payload["bookings"] == [each.booking.ref for each in visits]
    assert AuditEntry.objects.filter(object_type="series", action="series.booked").count() == 1
    assert list(series_of(shop.customer)) == [made]


def test_when_one_date_is_gone_none_is_booked(shop: Shop) -> None:
    shop.hold(at_ten(shop, 2))

    with pytest.raises(SeriesNotFree) as refused:
        booked(shop)

    assert refused.value.data["dates"] == [(first_day(shop) + timedelta(weeks=2)).isoformat()]
    assert Booking.objects.filter(status="confirmed").count() == 0
    assert BookingSeries.objects.count() == 0


def test_some_are_booked_when_some_are_asked_for_and_one_at_another_time(shop: Shop) -> None:
    shop.hold(at_ten(shop, 1))
    day = first_day(shop)

    made = series.book(
        principal=shop.customer,
        outlet=shop.outlet.public_id,
        item=ItemRequest(shop.service.public_id),
        rule=WEEKLY,
        first_day=day,
        at=TEN,
        starts={day: at_ten(shop, 0), day + timedelta(weeks=1): at_ten(shop, 1, 12)},
    )

    visits = visits_of(as_customer(shop, made))
    assert [each.booking.starts_at for each in visits] == [at_ten(shop, 0), at_ten(shop, 1, 12)]
    assert [each.day for each in visits] == [day, day + timedelta(weeks=1)]


def test_a_member_books_a_series_for_a_caller(shop: Shop) -> None:
    with pytest.raises(ContactNeeded):
        booked(shop, shop.staff)

    made = booked(shop, shop.staff, contact=Contact("Onni", phone="+358401234567"))

    assert {each.booking.customer_id for each in visits_of(series_for(shop.staff, made.public_id))} == {
        made.customer_id
    }
    assert made.customer.user is None


def test_terms_that_ask_for_money_first_sell_no_series_to_customers(shop: Shop) -> None:
    policy = Policy(prepayment=Prepayment.DEPOSIT, deposit_percent=20)
    set_policy(provider=shop.outlet.provider, policy=policy, currency="", actor=shop.owner.actor)

    with pytest.raises(PrepaymentNeeded):
        booked(shop)
    assert Booking.objects.count() == 0

    made = booked(shop, shop.owner, contact=Contact("Onni", phone="+358401234567"))
    assert len(visits_of(series_for(shop.owner, made.public_id))) == 4


def test_what_is_no_series_is_refused(shop: Shop) -> None:
    day = first_day(shop)
    with pytest.raises(NotSignedIn):
        booked(shop, ANONYMOUS)
    shop.service = make_group_service(shop.outlet)
    with pytest.raises(SeriesNotPossible):
        dates(shop)
    shop.service = make_home_service(shop.outlet)
    with pytest.raises(SeriesNotPossible):
        series.book(
            principal=shop.customer,
            outlet=shop.outlet.public_id,
            item=ItemRequest(shop.service.public_id),
            rule=WEEKLY,
            first_day=day,
            at=TEN,
            starts={day + timedelta(days=1): at_ten(shop, 0)},
        )


def test_only_its_customer_and_the_business_see_it(shop: Shop) -> None:
    made = booked(shop)

    assert series_for(shop.staff, made.public_id).is_staff
    with pytest.raises(NotFound):
        series_for(Principal(user=make_user()), made.public_id)
    with pytest.raises(NotSignedIn):
        series_for(ANONYMOUS, made.public_id)


def test_this_and_following_are_cancelled_and_the_others_stay(shop: Shop) -> None:
    access = as_customer(shop, booked(shop))
    visits = visits_of(access)
    lines = series.cancelling(following(visits, visits[2].booking.ref))

    series.cancel(access=access, versions={visit.booking.ref: cost.version for visit, cost in lines})

    assert [each.booking.status for each in visits_of(access)] == ["confirmed"] * 2 + ["cancelled"] * 2
    assert Event.objects.filter(type="series.cancelled").count() == 1
    assert len(following(visits_of(access), None)) == 2


def test_nothing_is_cancelled_when_one_preview_is_old(shop: Shop) -> None:
    access = as_customer(shop, booked(shop))
    lines = series.cancelling(following(visits_of(access), None))
    versions = {visit.booking.ref: cost.version for visit, cost in lines}
    versions[lines[3][0].booking.ref] = "another"

    with pytest.raises(PolicyChanged):
        series.cancel(access=access, versions=versions)

    assert {each.booking.status for each in visits_of(access)} == {"confirmed"}


def test_all_move_by_as_many_days_to_the_same_time(shop: Shop) -> None:
    access = as_customer(shop, booked(shop))
    visits = visits_of(access)
    day = visits[0].booking.local_start.date() + timedelta(days=2)
    lines = series.moving(visits, days=days_between(visits, day), at=time(13))
    assert [line.is_free for line in lines] == [True] * 4

    series.move(
        access=access,
        starts={line.visit.booking.ref: line.start for line in lines},
        versions={line.visit.booking.ref: line.preview.version for line in lines},
    )

    assert starts_of(access) == [tomorrow_at(13, days=3 + 7 * n, outlet=shop.outlet) for n in range(4)]
    assert Event.objects.filter(type="series.moved").count() == 1
    with pytest.raises(SeriesNotPossible):
        days_between(visits_of(access), day + timedelta(days=7))


def test_none_moves_when_one_cannot_and_some_move_when_some_are_asked_for(shop: Shop) -> None:
    access = as_customer(shop, booked(shop))
    shop.hold(at_ten(shop, 1, 12))
    lines = series.moving(visits_of(access), days=0, at=time(12))
    assert [line.is_free for line in lines] == [True, False, True, True]
    assert len(lines[1].alternatives) == 3
    starts = {line.visit.booking.ref: line.start for line in lines}
    versions = {line.visit.booking.ref: line.preview.version for line in lines}
    stuck = lines[1].visit.booking.ref

    with pytest.raises(SeriesNotFree) as refused:
        series.move(access=access, starts=starts, versions=versions)
    assert refused.value.data["bookings"] == [stuck]
    assert starts_of(access) == [at_ten(shop, n) for n in range(4)]

    del starts[stuck]
    series.move(access=access, starts=starts, versions=versions)
    assert starts_of(access) == [at_ten(shop, n, 10 if n == 1 else 12) for n in range(4)]


def test_an_app_tries_books_moves_and_cancels(shop: Shop) -> None:
    api = Api(token_of(shop.customer.user))
    asked = {
        "outlet": shop.outlet.public_id,
        "service": shop.service.public_id,
        "rule": "FREQ=WEEKLY;COUNT=4",
        "first_day": first_day(shop).isoformat(),
        "at": "10:00",
    }

    assert api.post("/series/dates", {**asked, "rule": "FREQ=DAILY"}).json()["code"] == "series_not_possible"
    found = api.post("/series/dates", asked).json()["dates"]
    chosen = [{"day": each["day"], "start": each["start"]} for each in found]
    shop.hold(at_ten(shop, 3))
    refused = api.post("/series", {**asked, "dates": chosen})
    assert (refused.status_code, refused.json()["code"]) == (409, "series_not_free")
    assert refused.json()["dates"] == [chosen[3]["day"]]
    made = api.post("/series", {**asked, "dates": chosen[:3]})
    assert made.status_code == 201
    where = f"/series/{made.json()['id']}"
    second = made.json()["visits"][1]["booking"]

    day = (first_day(shop) + timedelta(days=8)).isoformat()
    lines = api.get(f"{where}/move", day=day, at="11:00", **{"from": second}).json()["visits"]
    moved = api.post(
        f"{where}/move",
        {"visits": [{"booking": x["booking"], "version": x["version"], "start": x["to"]} for x in lines]},
    )
    assert moved.json()["visits"][0]["start"] == chosen[0]["start"]
    assert starts_of(series_for(shop.customer, made.json()["id"]))[1:] == [
        tomorrow_at(11, days=9, outlet=shop.outlet),
        tomorrow_at(11, days=16, outlet=shop.outlet),
    ]
    lines = api.get(f"{where}/cancel").json()["visits"]
    gone = api.post(
        f"{where}/cancel", {"visits": [{"booking": x["booking"], "version": x["version"]} for x in lines]}
    )
    assert {each["status"] for each in gone.json()["visits"]} == {"cancelled"}
    assert api.get("/series").json()["items"] == []
