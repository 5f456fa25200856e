"""Cards and their dates. Pure."""

from datetime import date


def is_expired(*, month: int, year: int, today: date) -> bool:
    """Whether a card is past its date: it is good to the end of its month."""
    return (year, month) < (today.year, today.month)
