"""Reading an address that a person typed. Pure text: no database, no network."""

import re
import unicodedata
from dataclasses import dataclass

_POSTCODE = re.compile(r"\b(\d{5})\b")
# A number, perhaps a range, a letter, then whatever names the staircase and flat: "12", "4-6", "12 B 24".
_NUMBER = re.compile(
    r"^(?P<street>.*?\D)\s*\b(?P<low>\d{1,4})(?:\s*[-–]\s*(?P<high>\d{1,4}))?\s*(?P<rest>\D.*)?$"
)
_LETTER = re.compile(r"^\s*([A-Za-z])(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """The parts of a typed address; a part that was not given is "" or None."""

    street: str
    number: int | None = None
    letter: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number as OpenStreetMap writes it, cleaned; `low` and `high` differ for "4-6"."""

    text: str
    low: int
    high: int


def normalised(text: str) -> str:
    """`text` in lower case without accents or punctuation, single spaces: how addresses are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", plain).split())


def parse(text: str) -> ParsedAddress:
    """The parts of an address line such as "kalevankatu 12 B 24, 00100 Helsinki".

    Never fails: what cannot be told apart is taken as the street's name.
    """
    text = " ".join(text.split())[:200]
    postcode = city = ""
    if found := _POSTCODE.search(text):
        postcode = found[1]
        city = text[found.end() :].strip(" ,")
        text = text[: found.start()].strip(" ,")
    head, comma, tail = text.partition(",")
    if comma and not city:
        city = tail.strip(" ,")
    if match := _NUMBER.match(head.strip()):
        letter = _LETTER.match(match["rest"] or "")
        return ParsedAddress(
            street=match["street"].strip(" ,"),
            number=int(match["low"]),
            letter=letter[1].upper() if letter else "",
            postcode=postcode,
            city=city,
        )
    return ParsedAddress(street=head.strip(), postcode=postcode, city=city)


def house_number(text: str) -> HouseNumber | None:
    """An OpenStreetMap `addr:housenumber` without floors and courtyards; None when it holds no number."""
    match = re.match(r"^\s*(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?\s*([A-Za-z])?(?![A-Za-z])", text)
    if match is None:
        return None
    low, high = sorted((int(match[1]), int(match[2] or match[1])))
    letter = (match[3] or "").upper()
    number = f"{low}-{high}" if low != high else str(low)
    return HouseNumber(text=f"{number} {letter}".strip(), low=low, high=high)
