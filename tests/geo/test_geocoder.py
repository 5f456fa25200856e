"""The offline geocoder over the real house numbers of central Helsinki."""

import pytest

from geo.enums import Precision
from geo.errors import AddressUnknown
from geo.rules.addresses import house_number, normalised, parse
from geo.rules.positions import Position, distance
from geo.selectors import geocode, require_address, reverse, suggest

KALEVANKATU_12 = Position(60.16694, 24.93736)


@pytest.mark.parametrize(
    "text",
    [
        "Kalevankatu 12",
        "kalevankatu 12 B 24, 00100 Helsinki",
        "  KALEVANKATU   12 , Helsinki, Finland",
        "Kalevankatu 12, Helsingfors",
        "kalevakatu 12",
        "Kallevankatu 12",
    ],
)
def test_an_address_is_found_however_it_is_written(helsinki_map: None, text: str) -> None:
    found = geocode(text)
    assert found is not None
    assert found.line == "Kalevankatu 12, 00100 Helsinki"
    assert found.precision == Precision.HOUSE
    assert distance(Position(found.lat, found.lng), KALEVANKATU_12) < 15


def test_a_swedish_street_name_finds_the_same_house(helsinki_map: None) -> None:
    assert geocode("Nylandsgatan 10") == geocode("Uudenmaankatu 10")
    assert geocode("Mannerheimvägen 20") == geocode("Mannerheimintie 20")


def test_a_number_within_a_range_is_found_on_its_side_of_the_street(helsinki_map: None) -> None:
    found = geocode("Uudenmaankatu 6")
    assert found is not None
    assert (found.line, found.precision) == ("Uudenmaankatu 6, 00120 Helsinki", Precision.HOUSE)


def test_an_unknown_number_is_placed_at_its_neighbour_and_an_absurd_one_in_the_street(
    helsinki_map: None,
) -> None:
    near, far = geocode("Annankatu 6"), geocode("Annankatu 999")
    assert near is not None and far is not None
    assert near.precision in (Precision.HOUSE, Precision.NEARBY)
    assert (far.line, far.precision) == ("Annankatu, Helsinki", Precision.STREET)


@pytest.mark.parametrize(
    "text", ["", "12", "!!!", "Kalevankatu 12, Tampere", "Kalevankatu 12, 33100", "Mechelininkatu 4", "\x00"]
)
def test_what_is_not_known_is_not_guessed(helsinki_map: None, text: str) -> None:
    assert geocode(text) is None
    with pytest.raises(AddressUnknown) as refused:
        require_address(text)
    assert refused.value.code == "address_unknown"


def test_suggestions_complete_streets_and_then_numbers(helsinki_map: None) -> None:
    assert [s.line for s in suggest("kalev")][:1] == ["Kalevankatu, Helsinki"]
    numbers = suggest("kalevankatu 1", limit=3)
    assert len(numbers) == 3
    assert all(s.line.startswith("Kalevankatu 1") for s in numbers)
    assert suggest("k") == []


def test_reverse_names_the_nearest_house_and_nothing_at_sea(helsinki_map: None) -> None:
    house = reverse(KALEVANKATU_12)
    assert house is not None
    assert (house.line, house.precision) == ("Kalevankatu 12, 00100 Helsinki", Precision.HOUSE)
    assert reverse(Position(59.9, 24.9)) is None


def test_near_decides_between_towns_with_the_same_street(helsinki_map: None) -> None:
    from django.contrib.gis.geos import Point

    from geo.models import GeocodedAddress

    GeocodedAddress.objects.create(
        street="Kalevankatu", street_key="kalevankatu", housenumber="12", number_from=12, number_to=12,
        postcode="33100", city="Tampere", country="FI", point=Point(23.77, 61.498, srid=4326),
    )  # fmt: skip
    in_tampere = geocode("Kalevankatu 12", near=Position(61.5, 23.8))
    in_helsinki = geocode("Kalevankatu 12", near=Position(60.17, 24.94))
    assert in_tampere is not None and in_tampere.line == "Kalevankatu 12, 33100 Tampere"
    assert in_helsinki is not None and in_helsinki.line == "Kalevankatu 12, 00100 Helsinki"


def test_address_lines_are_read_in_parts() -> None:
    read = parse("Eteläinen Rautatiekatu 4-6 b 12, 00100 Helsinki")
    assert (read.street, read.number, read.letter) == ("Eteläinen Rautatiekatu", 4, "B")
    assert (read.postcode, read.city) == ("00100", "Helsinki")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("12", ("12", 12, 12)),
        ("14b", ("14 B", 14, 14)),
        ("29-27", ("27-29", 27, 29)),
        ("13 A, 5. krs./Floor 5", ("13 A", 13, 13)),
        ("26, 14. krs.", ("26", 26, 26)),
        ("Keskuskatu 5", None),
    ],
)
def test_house_numbers_lose_floors_and_courtyards(raw: str, clean: tuple[str, int, int] | None) -> None:
    found = house_number(raw)
    assert (found and (found.text, found.low, found.high)) == clean


def test_text_is_compared_without_case_accents_and_punctuation() -> None:
    assert normalised("  Yrjö-Koskisen  KATU ") == "yrjo koskisen katu"
