"""Spreadsheets taken in: tried first, all rows or none, and what is fetched comes back as it went."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from common.models import AuditEntry, Event
from providers.enums import SkillLevel
from providers.models import HoursRule, Offering, Outlet, Provider, Resource, Service, StaffMember
from providers.selectors.categories import forget_tree
from providers.services.catalogue import archive_service, offer_service
from providers.services.tables import SHEETS, sheet_of
from providers.services.tables.sheet import CHANGED, NEW, UNCHANGED, Outcome, take_in
from tests.factories import make_bays, make_category, make_outlet, make_provider, make_service, make_staff

pytestmark = pytest.mark.django_db
ACTOR = "user:test"


@pytest.fixture
def business() -> Provider:
    make_category("hair")
    forget_tree()
    return make_provider()


@pytest.fixture
def shop(business: Provider) -> Outlet:
    return make_outlet(business)


def tried(business: Provider, kind: str, text: str | bytes, **more: Any) -> Outcome:
    content = text.encode() if isinstance(text, str) else text
    return take_in(sheet=sheet_of(business, kind, "en"), content=content, actor=ACTOR, **more)


def kept(business: Provider, kind: str, text: str | bytes) -> Outcome:
    outcome = tried(business, kind, text)
    assert [str(p.words) for p in outcome.problems] == []
    done = tried(business, kind, text, seen=outcome.version)
    assert done.is_kept
    return done


def wrong(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.column, str(problem.words)) for problem in outcome.problems]


PRICES = "name;category;duration_min;price\r\nCut;hair;45;35,50\r\nColour;hair;120;1 200\r\n"


def test_what_is_tried_changes_nothing(business: Provider, shop: Outlet) -> None:
    told = Event.objects.count(), AuditEntry.objects.count()

    outcome = tried(business, "services", PRICES)

    assert [(row.line, row.name, row.state) for row in outcome.rows] == [(2, "Cut", NEW), (3, "Colour", NEW)]
    assert not outcome.is_kept
    assert Service.objects.count() == 0
    assert (Event.objects.count(), AuditEntry.objects.count()) == told


def test_what_was_shown_is_kept(business: Provider, shop: Outlet) -> None:
    kept(business, "services", PRICES)

    sold = Offering.objects.order_by("price_amount").values_list("service__name", "outlet", "price_amount")
    assert list(sold) == [("Cut", shop.pk, 3550), ("Colour", shop.pk, 120000)]
    assert Service.objects.get(name="Cut").duration_min == 45


def test_another_file_than_the_one_tried_is_not_kept(business: Provider, shop: Outlet) -> None:
    version = tried(business, "services", PRICES).version

    outcome = tried(business, "services", PRICES.replace("35,50", "3,55"), seen=version)

    assert not outcome.is_kept
    assert Service.objects.count() == 0


def test_what_was_tried_is_shown_again_when_the_business_changed_meanwhile(
    business: Provider, shop: Outlet
) -> None:
    version = tried(business, "services", PRICES).version
    make_service(shop, name="Cut", price_amount=3000)

    outcome = tried(business, "services", PRICES, seen=version)

    assert not outcome.is_kept
    assert [row.state for row in outcome.rows] == [CHANGED, NEW]
    assert Service.objects.count() == 1


def test_one_wrong_row_keeps_all_of_them_out(business: Provider, shop: Outlet) -> None:
    text = PRICES + "Wash;hair;2;10\r\n"
    outcome = tried(business, "services", text)
    again = tried(business, "services", text, seen=outcome.version)

    assert not again.is_kept
    assert Service.objects.count() == 0


def test_every_problem_of_every_row_is_listed(business: Provider, shop: Outlet) -> None:
    text = (
        "id;name;category;duration_min;price;place\r\n"
        ";Cut;hair;2;1.234;outlet\r\n"
        "svc_unknown;Colour;hair;60;20;outlet\r\n"
        ";;hair;60;20;moon\r\n"
        ";Perm;hair;60;20;customer\r\n"
        ";Wash;hair;60;20;outlet;x\r\n"
        ";cut ;hair;60;20;outlet\r\n"
    )

    found = wrong(tried(business, "services", text))

    assert [(line, column) for line, column, _ in found] == [
        (2, "duration_min"),
        (2, "price"),
        (3, "id"),
        (4, "name"),
        (4, "place"),
        (5, "place"),
        (6, ""),
        (7, ""),
    ]
    words = [words for _, _, words in found]
    assert words[0] == "Write a whole number from 5 to 1440."
    assert words[2].startswith("None of your services has this id")
    assert words[4] == "“moon” is none of these: outlet, customer."
    assert words[7] == "Row 2 is about the same: keep one of them."


def test_columns_go_by_their_names_or_by_what_people_call_them(business: Provider, shop: Outlet) -> None:
    text = "Name of the service,Category,Length in minutes,Price,Colour of the door\r\nCut,hair,45,35,red\r\n"
    assert wrong(tried(business, "services", text)) == [
        (1, "Colour of the door", "There is no such column here: name it as below, or take it out.")
    ]

    kept(business, "services", text.replace(",Colour of the door", "").replace(",red", ""))
    assert Service.objects.get().price_amount == 3500


def test_a_service_is_found_by_its_id_and_by_its_name(business: Provider, shop: Outlet) -> None:
    cut = make_service(shop, name="Cut", price_amount=3000)
    wash = make_service(shop, name="Wash", price_amount=1000)
    text = f"id;name;price\r\n{cut.public_id};Short cut;30\r\n;WASH;12\r\n"

    done = kept(business, "services", text)

    assert [(row.state, [(c.column, c.before, c.after) for c in row.changes]) for row in done.rows] == [
        (CHANGED, [("name", "Cut", "Short cut")]),
        (CHANGED, [("name", "Wash", "WASH"), ("price", Decimal("10.00"), Decimal("12.00"))]),
    ]
    wash.refresh_from_db()
    assert wash.price_amount == 1200


def test_an_empty_cell_leaves_and_a_dash_empties(business: Provider, shop: Outlet) -> None:
    cut = make_service(shop, name="Cut", description="With a wash.", buffer_after_min=10)
    kept(business, "services", f"id;description;buffer_after_min;price\r\n{cut.public_id};;-;\r\n")
    cut.refresh_from_db()
    assert (cut.description, cut.buffer_after_min) == ("With a wash.", 0)

    (problem,) = wrong(tried(business, "services", f"id;price\r\n{cut.public_id};-\r\n"))
    assert problem[:2] == (2, "price")


def test_each_shop_sells_at_a_price_of_its_own_or_not(business: Provider, shop: Outlet) -> None:
    other = make_outlet(business, name="Harbour")
    cut = make_service(shop, name="Cut", price_amount=3000, staff=[])
    offer_service(service=cut, outlet=other, actor=ACTOR)
    head = f"id;price;sold at {shop.name};sold at Harbour\r\n"

    kept(business, "services", f"{head}{cut.public_id};32;yes;40,00\r\n")
    assert dict(cut.offerings.values_list("outlet", "price_amount")) == {shop.pk: 3200, other.pk: 4000}

    kept(business, "services", f"{head}{cut.public_id};32;no;32\r\n")
    assert dict(cut.offerings.values_list("outlet", "price_amount")) == {other.pk: 3200}


def test_people_come_with_shops_and_skills(business: Provider, shop: Outlet) -> None:
    cut, colour = make_service(shop, name="Cut", staff=[]), make_service(shop, name="Colour", staff=[])
    text = (
        "name;title;works_at;skills;speaks\r\n"
        f"Maija;Stylist;{shop.name};all;fi, sv\r\n"
        "Matti;;;cut = expert | Colour=learning;\r\n"
    )

    kept(business, "people", text)

    maija, matti = StaffMember.objects.order_by("name")
    assert (maija.title, maija.speaks, list(maija.outlets.all())) == ("Stylist", ["fi", "sv"], [shop])
    assert set(maija.skills.values_list("service", "level")) == {
        (cut.pk, SkillLevel.SKILLED),
        (colour.pk, SkillLevel.SKILLED),
    }
    # Nothing said: at every shop.
    assert list(matti.outlets.all()) == [shop]
    assert set(matti.skills.values_list("service", "level")) == {
        (cut.pk, SkillLevel.EXPERT),
        (colour.pk, SkillLevel.LEARNING),
    }


def test_a_skill_that_nobody_sells_is_named(business: Provider, shop: Outlet) -> None:
    make_service(shop, name="Cut", staff=[])

    found = wrong(tried(business, "people", "name;skills\r\nMaija;Cut | Parm\r\n"))

    assert found == [(2, "skills", "“Parm” is none of these: Cut.")]


@pytest.mark.parametrize(
    ("kind", "column", "cell"),
    [
        ("services", "price", "9" * 40),
        ("services", "duration_min", "9" * 40),
        ("services", "tax_percent", "100"),
        ("services", "language", "elvish"),
        ("services", "description", "x" * 4001),
        ("people", "speaks", "fi, elvish"),
        ("people", "working_since", "1929"),
        ("people", "travel_mode", "broom"),
    ],
)
def test_what_cannot_be_is_a_problem_of_its_cell(
    business: Provider, shop: Outlet, kind: str, column: str, cell: str
) -> None:
    row = {"name": "Cut", "category": "hair", "duration_min": "45", "price": "35"}
    row = row if kind == "services" else {"name": "Maija"}
    row[column] = cell
    text = ";".join(row) + "\r\n" + ";".join(f'"{value}"' for value in row.values())

    assert [(line, where) for line, where, _ in wrong(tried(business, kind, text))] == [(2, column)]


def test_things_bring_their_kind(business: Provider, shop: Outlet) -> None:
    kept(business, "things", "kind;name\r\nChair;1\r\nchair;2\r\n")

    assert list(Resource.objects.order_by("name").values_list("kind__name", "outlet", "name")) == [
        ("Chair", shop.pk, "1"),
        ("Chair", shop.pk, "2"),
    ]
    moved = tried(business, "things", f"id;kind\r\n{Resource.objects.all()[0].public_id};Bay\r\n")
    assert "archive it" in wrong(moved)[0][2]


def test_hours_are_a_row_for_each_shop_and_person(business: Provider, shop: Outlet) -> None:
    maija = make_staff(shop, name="Maija")
    text = "person;monday;tuesday\r\n;9-17;9.00–12.00 | 13-18:30\r\nMaija;12:00-16:00;closed\r\n"

    kept(business, "hours", text)

    rules = HoursRule.objects.exclude(weekday__gt=1).order_by("staff", "weekday", "opens")
    assert list(rules.values_list("staff", "weekday", "opens", "closes")) == [
        (maija.pk, 0, time(12), time(16)),
        (None, 0, time(9), time(17)),
        (None, 1, time(9), time(12)),
        (None, 1, time(13), time(18, 30)),
    ]
    text = "person;monday;tuesday\r\nSomebody;9-17;\r\n;25-26;9-24:30\r\n"
    found = wrong(tried(business, "hours", text))
    assert [(line, column) for line, column, _ in found] == [(2, ""), (3, "monday"), (3, "tuesday")]


@pytest.mark.parametrize("kind", SHEETS)
@pytest.mark.parametrize("for_excel", [True, False])
def test_what_is_fetched_comes_back_as_it_went(business: Provider, kind: str, for_excel: bool) -> None:
    shop, other = make_outlet(business, name="=cmd|'/c'!A1"), make_outlet(business, name="Harbour; east")
    cut = make_service(
        shop,
        name="+Cut, “short”; = all",
        description="First.\r\nSecond, with 1.234 and 'quotes\".",
        price_amount=123456,
        tax_percent=Decimal("25.5"),
        staff=[],
    )
    offer_service(service=cut, outlet=other, actor=ACTOR, price_amount=99)
    make_service(shop, name="All", staff=[make_staff(shop, name="@Maija", working_since=1999)])
    make_staff(other, name="Matti", speaks=["fi", "zh-hans"])
    make_bays(shop, cut, units=2)
    archive_service(service=make_service(shop, name="Gone", staff=[]), actor=ACTOR)

    content = sheet_of(business, kind, "en").export(for_excel=for_excel)

    told = Event.objects.count()
    outcome = tried(business, kind, content)
    assert wrong(outcome) == []
    assert [row.state for row in outcome.rows] == [UNCHANGED] * len(outcome.rows)
    assert len(outcome.rows) >= 1
    assert not outcome.may_be_kept
    assert not tried(business, kind, content, seen=outcome.version).is_kept
    assert Event.objects.count() == told


@pytest.mark.parametrize("kind", SHEETS)
def test_the_example_is_taken_in_as_it_is(business: Provider, shop: Outlet, kind: str) -> None:
    if kind == "people":
        make_service(shop, name="Cut", staff=[])

    outcome = kept(business, kind, sheet_of(business, kind, "en").export(for_excel=True, example=True))

    assert outcome.count(NEW) + outcome.count(CHANGED) == len(outcome.rows) > 0


def test_nothing_of_another_business_is_found(business: Provider, shop: Outlet) -> None:
    theirs = make_service(make_outlet(), name="Theirs")

    found = wrong(tried(business, "services", f"id;name\r\n{theirs.public_id};Mine\r\n"))

    assert found[0][:2] == (2, "id")
    theirs.refresh_from_db()
    assert theirs.name == "Theirs"
