"""The demo's generators are pure: the same for a seed and a day, whole, and nobody real."""

from datetime import date, time, timedelta
from itertools import pairwise

import phonenumbers
import pytest

from marketplace.demo import city, opening, places, signins
from marketplace.demo.load_people import known_customer
from marketplace.demo.plan import Shift, VisitPlan
from marketplace.demo.seeds import FICTIONAL_PHONES, booking_ref, public_id
from marketplace.demo.town import CENTRE, plan
from marketplace.demo.visits import Visits

DAY = date(2026, 11, 24)


def visits_of(seed: int, *, today: date = DAY, days: range = range(-3, 4)) -> list[VisitPlan]:
    plans = city.businesses(seed)
    made = Visits(seed, plans, today=today, homes=places.houses(city.extract()), known=known_customer(seed))
    return [visit for n in days for visit in made.on(today + timedelta(days=n))]


def test_a_seed_always_gives_the_same_city_and_visits() -> None:
    assert city.businesses(1) == city.businesses(1)
    assert visits_of(1) == visits_of(1)


def test_another_seed_or_day_gives_others() -> None:
    assert {p.public_id for p in city.businesses(1)}.isdisjoint(p.public_id for p in city.businesses(2))
    refs = {v.ref for v in visits_of(1, days=range(1))}
    assert refs.isdisjoint(v.ref for v in visits_of(1, days=range(1, 2)))


def test_ids_have_the_form_of_the_real_ones() -> None:
    assert public_id("out", 1, 2) == public_id("out", 1, 2) != public_id("out", 2, 1)
    assert len(public_id("out", 1)) == len("out_7k3m92qx5tbw0hzd")
    assert len(booking_ref(1)) == len("HA-7K3M9-2QX5T")


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_the_city_is_large_enough(seed: int) -> None:
    plans = [p for p in city.businesses(seed) if p.status == "approved"]
    assert len(plans) >= 120
    assert sum(len(p.staff) for p in plans) >= 300
    assert sum(len(p.services) for p in plans) >= 600
    assert all(m.resume and m.skills for p in plans for m in p.staff)
    assert all(1_000 <= s.amount <= 60_000 for p in plans for s in p.services)
    hidden = {p.status for p in city.businesses(seed)} - {"approved"}
    assert hidden == {"draft", "submitted", "rejected", "revision", "suspended"}


def test_no_invented_business_bears_the_name_or_number_of_a_real_shop() -> None:
    plans = city.businesses(1)
    names = [p.name.casefold() for p in plans]
    assert len(set(names)) == len(names)
    assert places.real_names(city.extract()).isdisjoint(names)
    assert {p.phone for p in plans} <= set(FICTIONAL_PHONES)
    real = {spot.tags["phone"] for spot in city.extract().shops if "phone" in spot.tags}
    assert real.isdisjoint(FICTIONAL_PHONES)


def test_the_fictional_numbers_are_in_e164_and_valid() -> None:
    for number in FICTIONAL_PHONES:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number


def test_real_shops_keep_their_place_and_hours() -> None:
    spots = {
        (s.lat, s.lng): s.tags for s in city.extract().shops if s.tags["shop"] in ("hairdresser", "beauty")
    }
    kept = [p for p in city.businesses(1) if (p.place.lat, p.place.lng) in spots]
    assert len(kept) >= 60
    known = [p for p in kept if "opening_hours" in spots[p.place.lat, p.place.lng]]
    assert len(known) >= 15
    for p in known:
        assert p.hours == opening.read(spots[p.place.lat, p.place.lng]["opening_hours"])


def test_opening_hours_are_read_as_openstreetmap_writes_them() -> None:
    assert opening.read("Mo 10:00-14:00,15:00-19:00; Sa 22:00-02:00; PH off") == (
        Shift(0, time(10), time(14)),
        Shift(0, time(15), time(19)),
        Shift(5, time(22), time(2)),
    )
    assert opening.read("24/7") == tuple(Shift(day, time(0), time(0)) for day in range(7))
    assert opening.read("by appointment, ring twice") == ()


def test_nobody_and_nothing_is_in_two_visits_at_once() -> None:
    spans: dict[str, list[tuple[object, object]]] = {}
    for v in visits_of(1, days=range(-20, 14)):
        before, after = (timedelta(minutes=n) for n in (v.service.before_min, v.service.after_min))
        for taken in (v.staff.public_id, v.unit.public_id if v.unit else None):
            if taken:
                spans.setdefault(taken, []).append((v.starts_at - before, v.ends_at + after))
    assert sum(map(len, spans.values())) > 1000
    for taken_spans in spans.values():
        ordered = sorted(taken_spans)  # type: ignore[type-var]
        assert all(a[1] <= b[0] for a, b in pairwise(ordered))  # type: ignore[operator]


def test_past_visits_end_in_believable_proportions_and_later_ones_are_confirmed_or_asked_for() -> None:
    visits = visits_of(1, days=range(-60, 14))
    past = [v.status for v in visits if v.starts_at.date() < DAY]
    assert 0.82 < past.count("closed") / len(past) < 0.93
    assert 0.05 < past.count("cancelled") / len(past) < 0.14
    assert 0.01 < past.count("no_show") / len(past) < 0.07
    assert {v.status for v in visits if v.starts_at.date() >= DAY} == {
        "confirmed",
        "cancelled",
        "requested",
    }
    waiting = [v for v in visits if v.status == "completed"]
    assert waiting and all(v.starts_at.date() >= DAY - timedelta(days=2) for v in waiting)
    assert all(v.booked_at < (v.cancelled_at or v.starts_at) < v.ends_at for v in visits)
    reviews = [v.review for v in visits if v.review]
    assert {r.language for r in reviews} == {"en", "fi", "zh-hans"}
    assert 4.0 < sum(r.stars.overall for r in reviews) / len(reviews) < 4.8


@pytest.mark.parametrize("first", [date(2026, 11, 24) + timedelta(days=n) for n in range(0, 14, 3)])
def test_the_demo_customer_always_has_visits_behind_and_ahead(first: date) -> None:
    mine = [v for v in visits_of(1, today=first, days=range(-30, 14)) if v.person.email == signins.CUSTOMER]
    assert sum(v.starts_at.date() < first for v in mine) >= 3
    assert sum(v.starts_at.date() > first and v.status == "confirmed" for v in mine) >= 1


def test_the_town_repeats_itself_and_is_elsewhere() -> None:
    assert plan(1, 7) == plan(1, 7) != plan(2, 7)
    places_of = [plan(1, n).place for n in range(40)]
    assert {p.city for p in places_of} == {"Tampere"}
    assert all(abs(p.lat - CENTRE.lat) < 0.5 and abs(p.lng - CENTRE.lng) < 1 for p in places_of)
