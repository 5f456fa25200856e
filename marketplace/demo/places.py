"""Where the demo's businesses are: the extract's real shops and house numbers."""

from dataclasses import replace
from functools import cache
from random import Random

from geo import osm
from geo.rules.addresses import house_number
from geo.rules.positions import Position, distance
from marketplace.demo.plan import Place

_TRADES = {
    "hairdresser": ("salon", "salon", "salon", "barber"),
    "beauty": ("beauty", "beauty", "nails"),
    "beauty_salon": ("beauty",),
    "massage": ("massage",),
    "nails": ("nails",),
    "nailstudio": ("nails",),
}


def shops(r: Random, extract: osm.Extract) -> list[tuple[str, Place]]:
    """The trade and place of each hair, beauty and massage shop; its name and phone stay behind."""
    doors = houses(extract)
    found = []
    for spot in extract.shops:
        if trades := _TRADES.get(spot.tags["shop"]):
            found.append((r.choice(trades), _shop(spot, doors)))
    return found


@cache
def houses(extract: osm.Extract) -> list[Place]:
    """Each house number of the extract once, in a fixed order."""
    known: dict[str, Place] = {}
    for street, spot in osm.iterate_addresses(extract):
        if number := house_number(spot.tags["addr:housenumber"]):
            line = f"{street} {number.text}"
            postcode = spot.tags.get("addr:postcode", "")
            if line not in known or (postcode and not known[line].postcode):
                known[line] = Place(spot.lat, spot.lng, line, postcode)
    return _with_postcodes([known[line] for line in sorted(known)])


def _with_postcodes(doors: list[Place]) -> list[Place]:
    """A door without a postcode gets that of the nearest one that has it."""
    coded = [door for door in doors if door.postcode]

    def nearest(door: Place) -> str:
        here = Position(door.lat, door.lng)
        return min(coded, key=lambda other: distance(here, Position(other.lat, other.lng))).postcode

    return [door if door.postcode else replace(door, postcode=nearest(door)) for door in doors]


def real_names(extract: osm.Extract) -> set[str]:
    """The casefolded names of all real shops in the extract, none of which an invented one may bear."""
    return {spot.tags["name"].casefold() for spot in extract.shops if "name" in spot.tags}


def _shop(spot: osm.Spot, doors: list[Place]) -> Place:
    here = Position(spot.lat, spot.lng)
    nearest = min(doors, key=lambda door: distance(here, Position(door.lat, door.lng)))
    number = house_number(spot.tags.get("addr:housenumber", ""))
    street = spot.tags.get("addr:street", "")
    line = f"{street} {number.text}" if number and street else nearest.street_line
    return Place(
        lat=spot.lat,
        lng=spot.lng,
        street_line=line,
        postcode=spot.tags.get("addr:postcode", "") or nearest.postcode,
        opening_hours=spot.tags.get("opening_hours", ""),
    )
