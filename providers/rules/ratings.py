"""What stars come to: one review's overall, and the mean by which a shop or a person is rated.

The mean is Bayesian: PRIOR_WEIGHT imagined visits of PRIOR_MEAN stars count in, so that one enthusiast does not
outrank a hundred content customers. docs/reviews.md says so in words.
"""

from dataclasses import dataclass

PRIOR_MEAN = 4
PRIOR_WEIGHT = 5
LEAST, MOST = 1, 5


@dataclass(frozen=True, slots=True)
class Stars:
    """One review's stars, each 1 to 5. Raises ValueError for others."""

    service: int
    punctuality: int
    value: int

    def __post_init__(self) -> None:
        if not all(LEAST <= stars <= MOST for stars in (self.service, self.punctuality, self.value)):
            raise ValueError("stars are 1 to 5")

    @property
    def overall(self) -> int:
        """The mean of the three, to the nearest whole star: thirds never lie in the middle."""
        return (self.service + self.punctuality + self.value + 1) // 3


def score(total: int, count: int) -> float:
    """The Bayesian mean of `count` reviews with `total` stars; the prior's mean when there are none."""
    return (PRIOR_MEAN * PRIOR_WEIGHT + total) / (PRIOR_WEIGHT + count)


def shown(total: int, count: int) -> float | None:
    """The Bayesian mean as people read it: one decimal, halves up; None without reviews."""
    if not count:
        return None
    stars, visits = PRIOR_MEAN * PRIOR_WEIGHT + total, PRIOR_WEIGHT + count
    return (20 * stars + visits) // (2 * visits) / 10
