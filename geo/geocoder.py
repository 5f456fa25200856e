"""The offline geocoder: geopy's interface over the addresses in the database. Nothing leaves the machine."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point as GeosPoint
from django.contrib.gis.measure import D
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Greatest
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point

from geo.enums import Precision
from geo.models import GeocodedAddress
from geo.rules.addresses import ParsedAddress, normalised, parse
from geo.rules.positions import Position

# Trigram similarity, 0 to 1: below the first a street is another one, below the second not worth showing.
SAME_STREET = 0.45
LIKELY_STREET = 0.3
REVERSE_WITHIN_M = 300
HOUSE_WITHIN_M = 30
# A house number this far from every known one is taken for a mistake.
NEARBY_NUMBERS = 20


class OfflineGeocoder(Geocoder):
    """Finds addresses among GeocodedAddress. A location's `raw` holds `precision` (geo.enums.Precision)."""

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        limit: int = 5,
        near: Position | None = None,
    ) -> Location | list[Location] | None:
        """The location of an address line; misspelt and Swedish street names are found too.

        With `exactly_one=False`: up to `limit` answers, one a street. `near` decides between streets of
        the same name. None when nothing is like it.
        """
        parsed = parse(query)
        found = []
        for street in self._streets(parsed, near=near, least=SAME_STREET)[: 1 if exactly_one else limit]:
            found.append(self._on_street(street, parsed))
        if exactly_one:
            return found[0] if found else None
        return found or None

    def reverse(self, query: Any, *, exactly_one: bool = True, limit: int = 5) -> Any:
        """The addresses nearest to a point (whatever geopy takes for one) within 300 m, or None."""
        point = Point(query)
        here = GeosPoint(point.longitude, point.latitude, srid=4326)
        rows = (
            GeocodedAddress.objects.filter(point__dwithin=(here, D(m=REVERSE_WITHIN_M)))
            .annotate(away=Distance("point", here))
            .order_by("away", "pk")[: 1 if exactly_one else limit]
        )
        found = [
            _location(row, Precision.HOUSE if row.away.m <= HOUSE_WITHIN_M else Precision.NEARBY)
            for row in rows
        ]
        if exactly_one:
            return found[0] if found else None
        return found or None

    def suggest(self, text: str, *, limit: int = 5, near: Position | None = None) -> list[Location]:
        """What a half-typed address may become: streets, or house numbers once a number is begun."""
        parsed = parse(text)
        streets = self._streets(parsed, near=near, least=LIKELY_STREET)
        found: list[Location] = []
        for street in streets:
            if parsed.number is None:
                found.append(self._on_street(street, parsed))
            else:
                begun = f"{parsed.number}{' ' + parsed.letter if parsed.letter else ''}"
                rows = _rows(street).filter(housenumber__istartswith=begun)
                found += [_location(row, Precision.HOUSE) for row in rows[:limit]]
            if len(found) >= limit:
                break
        return found[:limit]

    def _streets(
        self, parsed: ParsedAddress, *, near: Position | None, least: float
    ) -> list[tuple[str, str, str]]:
        """The (country, city, street key) of streets like the parsed one, most alike first."""
        key = normalised(parsed.street)
        if len(key) < 2:
            return []
        alike = Greatest(TrigramSimilarity("street_key", key), TrigramSimilarity("other_street_key", key))
        is_like = Q(street_key__trigram_similar=key) | Q(other_street_key__trigram_similar=key)
        begins = Q(street_key__startswith=key) | Q(other_street_key__startswith=key)
        rows = (
            GeocodedAddress.objects.filter(is_like | begins if least < SAME_STREET else is_like)
            .values("country", "city", "street_key", "other_street_key")
            .annotate(alike=Max(alike))
        )
        candidates = [
            row
            for row in rows
            if _same_city(parsed.city, row["city"])
            and (row["alike"] >= least or (_begins(key, row) and least < SAME_STREET))
        ]
        if parsed.postcode:
            candidates = [row for row in candidates if self._in_postal_area(row, parsed.postcode)]
        distances = self._distances(candidates, near) if near and len(candidates) > 1 else {}
        candidates.sort(
            key=lambda row: (
                not _begins(key, row),
                -round(row["alike"], 1),
                distances.get(_street(row), 0.0),
                -row["alike"],
                row["street_key"],
            )
        )
        return [_street(row) for row in candidates]

    @staticmethod
    def _in_postal_area(row: Mapping[str, Any], postcode: str) -> bool:
        """A typed postcode of another region means another town's street of the same name."""
        of_street = _rows(_street(row)).exclude(postcode="")
        return not of_street.exists() or of_street.filter(postcode__startswith=postcode[:2]).exists()

    @staticmethod
    def _distances(rows: Sequence[Mapping[str, Any]], near: Position) -> dict[tuple[str, str, str], float]:
        here = GeosPoint(near.lng, near.lat, srid=4326)
        answer = {}
        for row in rows:
            nearest = _rows(_street(row)).annotate(away=Distance("point", here)).order_by("away").first()
            answer[_street(row)] = nearest.away.m if nearest else 0.0
        return answer

    @staticmethod
    def _on_street(street: tuple[str, str, str], parsed: ParsedAddress) -> Location:
        """The parsed house number on a known street, or the nearest one to it, or the street's middle."""
        rows = list(_rows(street))
        number, letter = parsed.number, parsed.letter
        if number is None:
            return _middle(rows)
        exact = [row for row in rows if row.housenumber == f"{number} {letter}".strip()]
        same = [row for row in rows if row.number_from == row.number_to == number]
        within = [
            row
            for row in rows
            if row.number_from <= number <= row.number_to and (number - row.number_from) % 2 == 0
        ]
        if hits := exact or same or within:
            line = "" if exact else _line(hits[0], str(number))
            return _location(hits[0], Precision.HOUSE, line=line)
        # Even and odd numbers face each other: the nearest on the same side comes first.
        nearest = min(rows, key=lambda r: ((r.number_from - number) % 2, abs(r.number_from - number)))
        if abs(nearest.number_from - number) > NEARBY_NUMBERS:
            return _middle(rows)
        return _location(nearest, Precision.NEARBY, line=_line(nearest, str(number)))


def _rows(street: tuple[str, str, str]) -> QuerySet[GeocodedAddress]:
    country, city, key = street
    return GeocodedAddress.objects.filter(country=country, city=city, street_key=key).order_by(
        "number_from", "housenumber"
    )


def _street(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["country"], row["city"], row["street_key"]


def _begins(key: str, row: Mapping[str, Any]) -> bool:
    return row["street_key"].startswith(key) or row["other_street_key"].startswith(key)


def _same_city(typed: str, known: str) -> bool:
    """Whether a typed town can be the known one: no town typed, or a word of it begins alike."""
    words = normalised(typed).split()
    begin = normalised(known)[:4]
    return not words or any(word[:4] == begin or begin.startswith(word) for word in words)


def _line(row: GeocodedAddress, number: str) -> str:
    return f"{row.street} {number}, {f'{row.postcode} {row.city}'.strip()}"


def _middle(rows: list[GeocodedAddress]) -> Location:
    middle = rows[len(rows) // 2]
    return _location(middle, Precision.STREET, line=f"{middle.street}, {middle.city}")


def _location(row: GeocodedAddress, precision: Precision, *, line: str = "") -> Location:
    return Location(line or row.line, (row.point.y, row.point.x), {"precision": precision, "pk": row.pk})
