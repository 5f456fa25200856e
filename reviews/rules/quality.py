"""When a business or a person falls under a threshold. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Threshold:
    """What is looked at, and from when on it is too little. `breaches_above` is percent of visits."""

    last_reviews: int
    least_reviews: int
    rating_below: Fraction
    least_visits: int
    breaches_above: int


@dataclass(frozen=True, slots=True)
class Record:
    """What happened in the window. `stars` are overall stars, the latest first; the rest are numbers of visits.

    `visits` are all that were to take place; no-shows of customers are told, but are nobody's breach. `objections`
    were decided for the customer.
    """

    stars: Sequence[int]
    visits: int
    declined: int
    cancelled: int
    no_shows: int
    objections: int = 0


def counted(threshold: Threshold, record: Record) -> Sequence[int]:
    """The stars that count: of the latest reviews."""
    return record.stars[: threshold.last_reviews]


def causes(threshold: Threshold, record: Record) -> list[str]:
    """Why operators should look: `rating`, `breaches`, or nothing."""
    found = []
    stars = counted(threshold, record)
    if len(stars) >= threshold.least_reviews and Fraction(sum(stars), len(stars)) < threshold.rating_below:
        found.append("rating")
    breaches = record.declined + record.cancelled + record.objections
    if record.visits >= threshold.least_visits and breaches * 100 > threshold.breaches_above * record.visits:
        found.append("breaches")
    return found
