"""What stars come to."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.rules.ratings import Stars, score, shown

star = st.integers(1, 5)


@given(star, star, star)
def test_the_overall_star_is_the_nearest_to_the_mean(service: int, punctuality: int, value: int) -> None:
    mean = Fraction(service + punctuality + value, 3)
    overall = Stars(service, punctuality, value).overall
    assert all(abs(mean - overall) < abs(mean - other) for other in range(1, 6) if other != overall)


@pytest.mark.parametrize("stars", [(0, 3, 3), (3, 6, 3), (3, 3, -1)])
def test_stars_are_one_to_five(stars: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        Stars(*stars)


@given(st.lists(star, max_size=300))
def test_what_is_shown_is_the_mean_with_five_visits_of_four_stars(stars: list[int]) -> None:
    exact = Fraction(20 + sum(stars), 5 + len(stars))
    assert score(sum(stars), len(stars)) == pytest.approx(float(exact))
    if not stars:
        assert shown(0, 0) is None
        return
    tenths = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert shown(sum(stars), len(stars)) == float(tenths)


def test_one_enthusiast_does_not_outrank_a_hundred_content_customers() -> None:
    assert score(5, 1) < score(480, 100)
    assert shown(5, 1) == 4.2
    assert shown(480, 100) == 4.8
