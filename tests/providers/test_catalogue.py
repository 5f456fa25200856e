"""Outlets, people, services, options, resources: what is refused, and what search may find after."""

from decimal import Decimal

import pytest

from common.models import Event
from geo.errors import AddressUnknown
from geo.models import GeocodedAddress
from geo.rules.positions import Position
from providers.enums import Place, SkillLevel
from providers.errors import (
    AreaNeeded,
    CategoryUnknown,
    CountryUnknown,
    CurrencyInUse,
    CurrencyMismatch,
    CurrencyUnknown,
    IsArchived,
    NotOfThisBusiness,
    NumberInvalid,
    TextLanguageUnknown,
    ZoneUnknown,
)
from providers.models import Offering, Outlet, ResourceNeed, Skill, StaffAssignment
from providers.rules.ratings import Stars
from providers.selectors.category_sheets import BASICS
from providers.services import ratings
from providers.services.catalogue import (
    archive_service,
    create_service,
    offer_service,
    update_service,
    withdraw_service,
)
from providers.services.categories import add_category
from providers.services.options import archive_option, create_option, update_option
from providers.services.outlets import OutletFields, archive_outlet, create_outlet, update_outlet
from providers.services.resources import (
    archive_resource_kind,
    create_resource,
    create_resource_kind,
)
from providers.services.staff import archive_staff, create_staff, update_staff
from tests.factories import KALLIO, keep, make_category, make_outlet, make_provider, make_service
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db

HERE = Position(60.1841, 24.9525)
FIELDS = OutletFields(
    name="Second shop",
    street_line="Kalevankatu 12",
    city="Helsinki",
    country="fi",
    timezone="Europe/Helsinki",
    currency="eur",
)


def known_address() -> None:
    GeocodedAddress.objects.create(
        street="Kalevankatu",
        street_key="kalevankatu",
        housenumber="12",
        number_from=12,
        number_to=12,
        postcode="00100",
        city="Helsinki",
        country="FI",
        point=KALLIO,
    )


def test_an_outlet_without_a_pin_is_placed_by_its_address(business: Business) -> None:
    known_address()
    outlet = create_outlet(provider=business.provider, actor=business.actor, **FIELDS)
    outlet.refresh_from_db()
    assert (outlet.country, outlet.currency) == ("FI", "EUR")
    assert (round(outlet.point.y, 4), round(outlet.point.x, 4)) == (60.1841, 24.9525)


def test_an_unknown_address_asks_for_the_pin(business: Business) -> None:
    with pytest.raises(AddressUnknown):
        create_outlet(provider=business.provider, actor=business.actor, **FIELDS)
    made = create_outlet(provider=business.provider, actor=business.actor, position=HERE, **FIELDS)
    assert made.point.y == HERE.lat


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("timezone", "Europe/Atlantis", ZoneUnknown),
        ("timezone", "../etc/passwd", ZoneUnknown),
        ("currency", "XYZ", CurrencyUnknown),
        ("currency", "FIM", CurrencyUnknown),
        ("country", "QQ", CountryUnknown),
        ("language", "klingon-x", TextLanguageUnknown),
        ("slot_step_min", 4, NumberInvalid),
        ("window_days", 367, NumberInvalid),
        ("service_radius_m", 100_001, NumberInvalid),
    ],
)
def test_an_outlet_refuses_what_is_not_real(
    business: Business, field: str, value: object, error: type[Exception]
) -> None:
    fields = {**FIELDS, "position": HERE, field: value}
    with pytest.raises(error):
        create_outlet(provider=business.provider, actor=business.actor, **fields)  # type: ignore[typeddict-item]
    assert Outlet.objects.filter(provider=business.provider).count() == 1


def test_moving_the_pin_moves_what_search_walks_and_the_service_area(business: Business) -> None:
    update_outlet(outlet=business.outlet, actor=business.actor, service_radius_m=3000)
    there = Position(60.2, 25.0)
    outlet = update_outlet(outlet=business.outlet, actor=business.actor, position=there)
    offering = Offering.objects.get(outlet=outlet)
    assert (offering.point.y, offering.point.x) == (60.2, 25.0)
    outlet.refresh_from_db()
    centre = outlet.service_area.centroid
    assert (round(centre.y, 2), round(centre.x, 2)) == (60.2, 25.0)


def test_the_currency_stays_once_services_are_sold(business: Business) -> None:
    with pytest.raises(CurrencyInUse):
        update_outlet(outlet=business.outlet, actor=business.actor, currency="SEK")
    empty = make_outlet(business.provider)
    assert update_outlet(outlet=empty, actor=business.actor, currency="SEK").currency == "SEK"


def test_changing_the_zone_tells_that_hours_changed(business: Business) -> None:
    update_outlet(outlet=business.outlet, actor=business.actor, timezone="Europe/Stockholm")
    event = Event.objects.get(type="hours.changed")
    assert event.outlet_id == business.outlet.public_id


def test_archiving_an_outlet_takes_it_out_of_search_once(business: Business) -> None:
    archive_outlet(outlet=business.outlet, actor=business.actor)
    assert not Offering.objects.filter(is_live=True).exists()
    with pytest.raises(IsArchived):
        archive_outlet(outlet=business.outlet, actor=business.actor)
    with pytest.raises(IsArchived):
        update_outlet(outlet=business.outlet, actor=business.actor, name="Again")
    with pytest.raises(IsArchived):
        business.outlet.refresh_from_db()
        offer_service(service=business.service, outlet=business.outlet, actor=business.actor)


def test_a_service_is_sold_only_in_the_currency_of_the_outlet(business: Business) -> None:
    with pytest.raises(CurrencyMismatch):
        create_service(
            provider=business.provider,
            actor=business.actor,
            currency="SEK",
            outlets=[business.outlet],
            category=business.category,
            name="Cut",
            duration_min=30,
            price_amount=100,
        )


def test_a_home_visit_needs_an_area_and_keeps_it(business: Business) -> None:
    with pytest.raises(AreaNeeded):
        update_service(service=business.service, actor=business.actor, place=Place.CUSTOMER)
    update_outlet(outlet=business.outlet, actor=business.actor, service_radius_m=2000)
    update_service(service=business.service, actor=business.actor, place=Place.CUSTOMER)
    assert Offering.objects.get(service=business.service).place == Place.CUSTOMER
    with pytest.raises(AreaNeeded):
        update_outlet(outlet=business.outlet, actor=business.actor, service_radius_m=None)


def test_a_new_price_goes_to_outlets_that_sold_at_the_old_one(business: Business) -> None:
    dearer = make_outlet(business.provider)
    offer_service(service=business.service, outlet=dearer, actor=business.actor, price_amount=9900)
    update_service(service=business.service, actor=business.actor, price_amount=6000)
    prices = dict(Offering.objects.values_list("outlet_id", "price_amount"))
    assert prices == {business.outlet.pk: 6000, dearer.pk: 9900}


def test_changing_the_category_changes_what_search_finds(business: Business) -> None:
    nails = make_category("nails")
    update_service(service=business.service, actor=business.actor, category=nails)
    assert Offering.objects.get(service=business.service).category == nails
    keep(nails, BASICS, archived=True)
    assert not Offering.objects.get(service=business.service).is_live
    with pytest.raises(CategoryUnknown):
        nails.refresh_from_db()
        update_service(service=business.service, actor=business.actor, category=nails)
    keep(nails, BASICS, archived=False)
    assert Offering.objects.get(service=business.service).is_live


def test_archived_services_are_neither_sold_nor_changed(business: Business) -> None:
    archive_service(service=business.service, actor=business.actor)
    assert not Offering.objects.get(service=business.service).is_live
    for verb in (
        lambda: update_service(service=business.service, actor=business.actor, name="New"),
        lambda: create_option(service=business.service, actor=business.actor, name="Extra"),
        lambda: offer_service(service=business.service, outlet=business.outlet, actor=business.actor),
        lambda: archive_service(service=business.service, actor=business.actor),
    ):
        with pytest.raises(IsArchived):
            verb()


def test_a_withdrawn_service_is_sold_there_no_longer_and_again_when_offered(business: Business) -> None:
    withdraw_service(service=business.service, outlet=business.outlet, actor=business.actor)
    assert not Offering.objects.exists()
    events = Event.objects.count()
    withdraw_service(service=business.service, outlet=business.outlet, actor=business.actor)
    assert Event.objects.count() == events
    offer_service(service=business.service, outlet=business.outlet, actor=business.actor)
    assert Offering.objects.get().is_live


def test_ranges_and_tax_are_checked(business: Business) -> None:
    for changes in (
        {"duration_min": 4},
        {"duration_min": 1441},
        {"price_amount": -1},
        {"tax_percent": Decimal("100")},
        {"tax_percent": Decimal("NaN")},
        {"tax_percent": Decimal("1.234")},
    ):
        with pytest.raises(NumberInvalid):
            update_service(service=business.service, actor=business.actor, **changes)  # type: ignore[typeddict-item]


def test_nothing_of_another_business_can_be_mixed_in(business: Business) -> None:
    other = make_outlet(make_provider())
    foreign = make_service(other)
    kind = create_resource_kind(provider=other.provider, name="Bay", actor="system")
    for verb in (
        lambda: offer_service(service=business.service, outlet=other, actor=business.actor),
        lambda: update_staff(staff=business.person, actor=business.actor, outlets=[other]),
        lambda: update_staff(
            staff=business.person, actor=business.actor, skills={foreign: SkillLevel.EXPERT}
        ),
        lambda: update_service(service=business.service, actor=business.actor, needs={kind: 1}),
        lambda: create_resource(kind=kind, outlet=business.outlet, name="Bay 1", actor="system"),
    ):
        with pytest.raises(NotOfThisBusiness):
            verb()


def test_outlets_and_skills_of_a_person_are_replaced_at_once(business: Business) -> None:
    second = make_outlet(business.provider)
    service = make_service(second, staff=[])
    person = create_staff(
        provider=business.provider,
        actor=business.actor,
        name="Aino",
        speaks=["fi", "sv", "fi"],
        outlets=[business.outlet],
        skills={business.service: SkillLevel.EXPERT},
    )
    assert person.speaks == ["fi", "sv"]
    update_staff(staff=person, actor=business.actor, outlets=[second], skills={service: SkillLevel.LEARNING})
    assert list(StaffAssignment.objects.filter(staff=person).values_list("outlet", flat=True)) == [second.pk]
    assert list(Skill.objects.filter(staff=person).values_list("service", "level")) == [
        (service.pk, "learning")
    ]
    archive_staff(staff=person, actor=business.actor)
    with pytest.raises(IsArchived):
        update_staff(staff=person, actor=business.actor, title="Boss")


def test_every_outlet_concerned_is_told(business: Business) -> None:
    second = make_outlet(business.provider)
    before = Event.objects.count()
    update_staff(staff=business.person, actor=business.actor, outlets=[second])
    told = Event.objects.order_by("pk")[before:]
    assert {event.outlet_id for event in told} == {business.outlet.public_id, second.public_id}
    assert {event.type for event in told} == {"catalogue.changed"}


def test_options_change_and_are_archived(business: Business) -> None:
    option = create_option(service=business.service, actor=business.actor, name="Wax", extra_min=15)
    assert update_option(option=option, actor=business.actor, price_amount=500).price_amount == 500
    archive_option(option=option, actor=business.actor)
    with pytest.raises(IsArchived):
        update_option(option=option, actor=business.actor, name="Wax and shine")


def test_archiving_a_kind_archives_its_units_and_ends_the_needs_for_it(business: Business) -> None:
    kind = create_resource_kind(provider=business.provider, name="Bay", actor=business.actor)
    unit = create_resource(kind=kind, outlet=business.outlet, name="Bay 1", actor=business.actor)
    update_service(service=business.service, actor=business.actor, needs={kind: 1})
    archive_resource_kind(kind=kind, actor=business.actor)
    unit.refresh_from_db()
    assert unit.archived_at is not None
    assert not ResourceNeed.objects.exists()


def test_ratings_add_up_and_are_taken_out_again(business: Business) -> None:
    ids = {"outlet_id": business.outlet.pk, "staff_ids": [business.person.pk]}
    ratings.add_rating(stars=Stars(5, 5, 4), **ids)
    ratings.add_rating(stars=Stars(2, 1, 3), **ids)
    ratings.change_rating(before=Stars(2, 1, 3), after=Stars(3, 3, 3), **ids)
    for row in (business.outlet, business.person):
        row.refresh_from_db()
        assert (row.rating_sum, row.rating_count) == (8, 2)
        assert (row.service_sum, row.punctuality_sum, row.value_sum) == (8, 8, 7)
        assert (row.rating, row.rating_score) == (4.0, 4.0)
        assert (row.service_rating, row.punctuality_rating, row.value_rating) == (4.0, 4.0, 3.9)
    ratings.remove_rating(stars=Stars(5, 5, 4), **ids)
    ratings.remove_rating(stars=Stars(3, 3, 3), **ids)
    business.outlet.refresh_from_db()
    assert business.outlet.rating is None
    assert business.outlet.value_sum == 0


def test_a_category_has_a_name_in_english(business: Business) -> None:
    made = add_category(slug="nails", names={"en": "Nails", "zh-hans": "美甲"}, actor="system")
    assert dict(made.names.values_list("language", "name")) == {"en": "Nails", "zh-hans": "美甲"}
