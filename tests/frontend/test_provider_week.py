"""A week seen as customers would before it is saved, filled in from its Monday, and copied to the weeks after it."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from bookings.models import Booking
from common.models import Event
from providers.models import Closure, HoursOverride, HoursRule, StaffMember
from providers.services.hours import add_closure, set_override
from tests.frontend.test_provider_affected import accepted, base
from tests.frontend.test_provider_day import Shop, at_ten, booked, shop, text

__all__ = ["at_ten", "shop"]
pytestmark = pytest.mark.django_db
NINE_TO_FIVE, LATE = [(time(9), time(17))], [(time(12), time(20))]


def hours_url(shop: Shop) -> str:
    return f"{base(shop)}/outlets/{shop.outlet.public_id}/hours/"


def days_url(shop: Shop) -> str:
    return f"{base(shop)}/outlets/{shop.outlet.public_id}/days/"


def week(opens: str, closes: str, days: int = 7) -> dict[str, str]:
    typed: dict[str, str] = {}
    for day in range(days):
        typed |= {f"d{day}_0_opens": opens, f"d{day}_0_closes": closes}
    return typed


def words(answer: Any) -> str:
    return " ".join(text(answer).split())


def rules(shop: Shop) -> list[tuple[int, time, time]]:
    rows = HoursRule.objects.filter(outlet=shop.outlet, staff=None).order_by("weekday", "opens")
    return list(rows.values_list("weekday", "opens", "closes"))


def test_a_week_is_seen_as_customers_would_before_it_is_saved(shop: Shop) -> None:
    before, told = rules(shop), Event.objects.count()

    answer = shop.manager.post(hours_url(shop), {**week("10:00", "12:00"), "do": "preview"})

    assert answer.status_code == 200
    seen = answer.context["seen"]
    assert seen.service == shop.service
    assert len(seen.rows) == 7
    # Haircuts of an hour, every quarter: 9:00 to 16:00, then 10:00 to 11:00.
    assert {row.counts for row in seen.rows} == {(29, 5)}
    assert {row.between[1] for row in seen.rows} == {"10:00–11:00"}
    assert {row.hours for row in seen.rows} == {("9:00–17:00", "10:00–12:00")}
    assert 'value="10:00"' in answer.content.decode()
    assert rules(shop) == before
    assert Event.objects.count() == told
    # What others are shown is not what was tried.
    again = shop.manager.post(hours_url(shop), {**week("09:00", "17:00"), "do": "preview"})
    assert "Nothing changes for customers" in words(again)


def test_a_preview_lists_the_visits_that_the_week_would_hit(shop: Shop) -> None:
    booking = booked(shop, 14, shop.aino)

    answer = shop.manager.post(hours_url(shop), {**week("10:00", "12:00"), "do": "preview"})

    assert answer.status_code == 409
    assert "This would hit 1 visit" in words(answer)
    assert f"visits/{booking.ref}/move" in answer.content.decode()
    assert "What customers would see" in words(answer)
    saved = shop.manager.post(hours_url(shop), {**week("10:00", "12:00"), "acknowledge": accepted(answer)})
    assert saved.status_code == 302
    assert Booking.objects.get(pk=booking.pk).status == "confirmed"


def test_a_persons_week_is_seen_with_what_they_do(shop: Shop) -> None:
    StaffMember.objects.filter(pk=shop.juho.pk).update(name="Juho")
    url = f"{hours_url(shop)}?staff={shop.juho.public_id}"

    seen = shop.manager.post(url, {**week("09:00", "11:00"), "do": "preview"}).context["seen"]

    assert {row.counts for row in seen.rows} == {(29, 5)}
    assert HoursRule.objects.filter(staff=shop.juho).count() == 0


def test_a_week_that_cannot_be_is_refused_as_when_it_is_saved(shop: Shop) -> None:
    typed = {"d0_0_opens": "09:00", "d0_0_closes": "12:00", "d0_1_opens": "11:00", "d0_1_closes": "13:00"}
    answer = shop.manager.post(hours_url(shop), {**typed, "do": "preview"})
    assert answer.status_code == 422
    assert "overlap" in text(answer)
    assert answer.context["seen"] is None


def test_mondays_times_are_put_in_until_friday_and_not_saved(shop: Shop) -> None:
    before = rules(shop)
    answer = shop.manager.post(hours_url(shop), {**week("08:00", "16:00", days=1), "do": "same"})
    assert answer.status_code == 200
    form = answer.context["form"]
    assert [form[f"d{day}_0_opens"].value() for day in range(7)] == ["08:00"] * 5 + [None, None]
    assert rules(shop) == before


def test_a_date_and_a_closure_are_seen_before_they_are_saved(shop: Shop) -> None:
    on = str(shop.day)
    date_ = {"override-on": on, "override-opens1": "10:00", "override-closes1": "12:00", "do": "preview"}
    answer = shop.manager.post(days_url(shop), date_)
    assert answer.status_code == 200
    assert answer.context["override_seen"].rows[0].counts == (29, 5)
    assert [row.counts[1] for row in answer.context["override_seen"].rows[1:]] == [29] * 6
    assert HoursOverride.objects.count() == 0

    closure = {"closure-first": on, "closure-last": on, "do": "preview"}
    seen = shop.manager.post(days_url(shop), closure).context["closure_seen"]
    assert (seen.rows[0].hours, seen.rows[0].counts) == (("9:00–17:00", ""), (29, 0))
    assert Closure.objects.count() == 0


def test_a_season_is_seen_from_its_first_day(shop: Shop) -> None:
    monday = shop.day + timedelta(days=7 - shop.day.weekday())
    typed = {
        "weekdays": "0",
        "opens": "18:00",
        "closes": "20:00",
        "valid_from": str(monday),
        "every_weeks": "1",
    }
    url = f"{base(shop)}/outlets/{shop.outlet.public_id}/seasons/"
    sent = {f"season-{name}": value for name, value in typed.items()}
    answer = shop.manager.post(url, {**sent, "do": "preview"})
    assert answer.status_code == 200
    rows = answer.context["seen"].rows
    assert (rows[0].hours[1], rows[0].counts) == ("9:00–17:00, 18:00–20:00", (29, 34))
    assert not any(row.is_other for row in rows[1:])
    assert HoursRule.objects.filter(valid_from__isnull=False).count() == 0


# Copying a week


@pytest.fixture
def monday(shop: Shop) -> date:
    """A week ahead with a late Tuesday of the shop and a Wednesday off of Juho."""
    found = shop.day + timedelta(days=14 - shop.day.weekday())
    set_override(
        outlet=shop.outlet, on=found + timedelta(days=1), periods=LATE, note="Fair", actor="user:test"
    )
    set_override(
        outlet=shop.outlet, on=found + timedelta(days=2), periods=[], staff=shop.juho, actor="user:test"
    )
    return found


def copied(shop: Shop, monday: date, **fields: str) -> Any:
    asked = {"week": str(monday + timedelta(days=3)), "weeks": "2", "whose": "all", "taken": "keep", **fields}
    return shop.manager.post(f"{days_url(shop)}copy/", asked)


def version(answer: Any) -> str:
    found = re.search(r'name="version" value="([0-9a-f]+)"', answer.content.decode())
    assert found
    return found[1]


def after(monday: date) -> QuerySet[HoursOverride]:
    return HoursOverride.objects.filter(date__gte=monday + timedelta(days=7)).order_by("date")


def test_a_week_is_copied_once_it_was_shown(shop: Shop, monday: date) -> None:
    shown = copied(shop, monday)
    assert shown.status_code == 200
    assert "4 dates would get other hours" in words(shown)
    assert after(monday).count() == 0

    done = copied(shop, monday, version=version(shown))
    assert done.status_code == 302
    assert list(after(monday).values_list("date", "staff", "opens", "note")) == [
        (monday + timedelta(days=8), None, time(12), "Fair"),
        (monday + timedelta(days=9), shop.juho.pk, None, ""),
        (monday + timedelta(days=15), None, time(12), "Fair"),
        (monday + timedelta(days=16), shop.juho.pk, None, ""),
    ]
    # Sent once more: there is nothing left to do.
    told = Event.objects.count()
    again = copied(shop, monday, version=version(shown))
    assert again.status_code == 200
    assert "Nothing would change" in words(again)
    assert Event.objects.count() == told


def test_dates_with_hours_of_their_own_keep_them_unless_asked(shop: Shop, monday: date) -> None:
    tuesday = monday + timedelta(days=8)
    set_override(outlet=shop.outlet, on=tuesday, periods=NINE_TO_FIVE, actor="user:test")

    kept = copied(shop, monday, weeks="1", whose="shop")
    assert "1 date has other hours of its own and keeps them." in words(kept)
    assert "Nothing would change" in words(kept)

    shown = copied(shop, monday, weeks="1", whose="shop", taken="replace")
    assert (
        copied(shop, monday, weeks="1", whose="shop", taken="replace", version=version(shown)).status_code
        == 302
    )
    assert [row.opens for row in after(monday)] == [time(12)]


def test_a_date_that_came_between_is_shown_again(shop: Shop, monday: date) -> None:
    shown = copied(shop, monday, weeks="1", taken="replace")
    set_override(outlet=shop.outlet, on=monday + timedelta(days=8), periods=NINE_TO_FIVE, actor="user:test")

    answer = copied(shop, monday, weeks="1", taken="replace", version=version(shown))

    assert answer.status_code == 200
    assert [row.opens for row in after(monday)] == [time(9)]


def test_visits_on_the_dates_are_listed_first(shop: Shop, monday: date) -> None:
    before = shop.day - timedelta(days=shop.day.weekday() + 7)
    set_override(
        outlet=shop.outlet, on=shop.day - timedelta(days=7), periods=[], staff=shop.aino, actor="user:test"
    )
    booking = booked(shop, 11, shop.aino)

    shown = copied(shop, before, weeks="1", whose=shop.aino.public_id)

    assert shown.status_code == 409
    assert f"visits/{booking.ref}/move" in shown.content.decode()
    fields = {"weeks": "1", "whose": shop.aino.public_id, "version": version(shown)}
    assert copied(shop, before, **fields).status_code == 409
    assert copied(shop, before, **fields, acknowledge=accepted(shown)).status_code == 302
    assert HoursOverride.objects.filter(date=shop.day, staff=shop.aino).count() == 1


def test_dates_on_which_the_shop_is_closed_say_so(shop: Shop, monday: date) -> None:
    start = shop.at(0) + (monday + timedelta(days=7) - shop.day)
    add_closure(outlet=shop.outlet, start=start, end=start + timedelta(days=7), actor="user:test")

    assert "The shop is closed then." in words(copied(shop, monday, weeks="1", whose="shop"))


def test_a_week_without_single_dates_has_nothing_to_copy(shop: Shop, monday: date) -> None:
    assert "That week has no single dates" in words(copied(shop, monday - timedelta(days=70)))
