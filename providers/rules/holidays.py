"""Public holidays of a country and its region, as the `holidays` library knows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import holidays

from providers.rules.hours import DateOverride


def regions(country: str) -> dict[str, str]:
    """The regions whose holidays may differ: their codes (ISO 3166-2, without the country) and their names.

    None when the country is unknown; a code stands for a name that is not known.
    """
    codes = holidays.list_supported_countries().get(country, ())
    if not codes:
        return {}
    aliases = holidays.country_holidays(country).subdivisions_aliases
    # Several names of one region come in the country's own order: the first counts.
    names = {code: name for name, code in reversed(aliases.items())}
    return {code: names.get(code, code) for code in codes}


def is_known(country: str) -> bool:
    """Whether the holidays of a country (ISO 3166-1 alpha-2) are known."""
    return country in holidays.list_supported_countries()


def public_holidays(
    country: str, region: str, first: date, last: date, *, language: str = ""
) -> dict[date, str]:
    """The holidays from `first` to `last`, both included, and their names.

    In `language` (BCP 47) where the library has it, else as the country itself calls them.
    """
    found: dict[date, str] = {}
    tag = _spoken(country, language)
    for year in range(first.year, last.year + 1):
        of_year = _of_year(country, region, year, tag)
        found |= {day: name for day, name in of_year.items() if first <= day <= last}
    return found


def with_holidays(
    overrides: Iterable[DateOverride], country: str, region: str, first: date, last: date
) -> list[DateOverride]:
    """The overrides, and closed on every holiday from `first` to `last` on which none of them holds."""
    kept: Sequence[DateOverride] = list(overrides)
    said = {override.date for override in kept}
    closed = public_holidays(country, region, first, last)
    return [*kept, *(DateOverride(day) for day in sorted(closed) if day not in said)]


@lru_cache(maxsize=1024)
def _spoken(country: str, language: str) -> str | None:
    """The library's tag for a language of the country's names; None when it has one only."""
    known = holidays.country_holidays(country)
    main = language.split("-")[0]
    named = (tag for tag in known.supported_languages if main and tag.split("_")[0] == main)
    return next(named, known.default_language)


@lru_cache(maxsize=2048)
def _of_year(country: str, region: str, year: int, language: str | None) -> Mapping[date, str]:
    return dict(holidays.country_holidays(country, subdiv=region or None, years=year, language=language))
