"""When operators should look."""

from fractions import Fraction

import pytest

from reviews.rules.quality import Record, Threshold, causes

THRESHOLD = Threshold(
    last_reviews=4, least_reviews=3, rating_below=Fraction("3.5"), least_visits=10, breaches_above=20
)


def record(*stars: int, visits: int = 0, declined: int = 0, cancelled: int = 0, no_shows: int = 0) -> Record:
    return Record(stars, visits, declined, cancelled, no_shows)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (record(), []),
        (record(1, 1), []),
        (record(3, 4, 4), []),
        (record(3, 4, 3), ["rating"]),
        (record(3, 4, 3, 4), []),
        # Only the latest four count, whatever came before.
        (record(3, 3, 4, 3, 5, 5, 5), ["rating"]),
        (record(5, 5, 5, 5, 1, 1, 1), []),
        (record(visits=9, declined=9), []),
        (record(visits=10, declined=1, cancelled=1), []),
        (record(visits=10, declined=1, cancelled=2), ["breaches"]),
        (record(visits=10, no_shows=10), []),
        (record(1, 1, 1, visits=10, cancelled=3), ["rating", "breaches"]),
    ],
)
def test_causes(what: Record, expected: list[str]) -> None:
    assert causes(THRESHOLD, what) == expected
