"""Prices with VAT, taken apart: whatever is sold, the lines and the sums agree."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.pricing import tax_within
from invoices.rules.amounts import Sold, amounts, of_amount, shares
from invoices.rules.tax_ids import tax_id

RATES = st.sampled_from([Decimal(0), Decimal("10"), Decimal("14"), Decimal("25.50"), Decimal("24.00")])
SOLD = st.builds(Sold, st.just("Cut"), st.integers(0, 10**9), RATES)


def test_three_things_at_two_rates() -> None:
    found = amounts(
        [
            Sold("Cut", 5800, Decimal("25.5")),
            Sold("Book", 2000, Decimal(14)),
            Sold("Tea", 333, Decimal("25.5")),
        ]
    )

    assert [(line.name, line.net, line.gross) for line in found.lines] == [
        ("Cut", 4622, 5800),
        ("Book", 1754, 2000),
        ("Tea", 265, 333),
    ]
    assert [(each.rate, each.net, each.tax) for each in found.rates] == [
        (Decimal("25.5"), 4887, 1246),
        (Decimal(14), 1754, 246),
    ]
    assert (found.net, found.tax, found.gross) == (6641, 1492, 8133)


@given(st.lists(SOLD, min_size=1, max_size=12))
def test_all_of_it_adds_up(sold: list[Sold]) -> None:
    found = amounts(sold)

    assert found.gross == sum(each.gross for each in sold)
    assert [line.gross for line in found.lines] == [each.gross for each in sold]
    for each in found.rates:
        assert each.net == sum(line.net for line in found.lines if line.rate == each.rate)
        # BR-CO-17 and BR-S-09: the VAT is that of the sum without it, to the last unit.
        assert abs(each.net * each.rate / 100 - each.tax) <= 1
    for line in found.lines:
        assert 0 <= line.net <= line.gross
        assert abs(line.gross - tax_within(line.gross, line.rate) - line.net) <= 2


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_shares_are_whole_and_within_one_of_their_part(amount: int, weights: list[int]) -> None:
    parts = shares(amount, weights)

    assert sum(parts) == amount
    if total := sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part * total - amount * weight) < total


@given(
    st.lists(SOLD, min_size=1, max_size=6).filter(lambda sold: sum(each.gross for each in sold) > 0),
    st.data(),
)
def test_a_part_of_it_is_of_the_same_things(sold: list[Sold], data: st.DataObject) -> None:
    amount = data.draw(st.integers(1, sum(each.gross for each in sold)))
    part = of_amount(sold, amount)

    assert sum(each.gross for each in part) == amount
    assert all(each.gross > 0 for each in part)
    assert {each.rate for each in part} <= {each.rate for each in sold}


def test_vat_numbers() -> None:
    assert tax_id("FI 2077474-0") == "FI20774740"
    assert tax_id("fi20774740") == "FI20774740"
    assert tax_id("DE 136,695 976") is None
    assert tax_id("FI20774741") is None  # its last digit is wrong
    assert tax_id("GB123456789") == "GB123456789"  # not of the Union: only its form
    assert tax_id("20774740") is None
    assert tax_id("") is None
