"""Prices include VAT; options add minutes and money."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.pricing import OptionPrice, ServicePrice, price, tax_within


def test_a_quote_adds_the_service_and_its_options_in_order() -> None:
    service = ServicePrice("Cut", 4800, 45, Decimal("25.5"))
    quote = price(service, [OptionPrice("opt_b", "Wash", 900, 10), OptionPrice("opt_a", "Card", 100)])
    assert (quote.total, quote.duration_min, quote.tax_amount) == (5800, 55, 1178)
    assert quote.as_json() == [
        {"option": None, "name": "Cut", "minutes": 45, "amount": 4800},
        {"option": "opt_b", "name": "Wash", "minutes": 10, "amount": 900},
        {"option": "opt_a", "name": "Card", "minutes": 0, "amount": 100},
    ]


def test_half_a_minor_unit_of_vat_is_rounded_up() -> None:
    assert tax_within(105, Decimal(5)) == 5
    assert tax_within(3, Decimal(20)) == 1  # 0.5
    assert tax_within(100, Decimal(0)) == 0


@given(st.integers(0, 10**9), st.decimals(0, Decimal("99.99"), places=2))
def test_vat_is_within_half_a_minor_unit_of_the_exact_share(amount: int, percent: Decimal) -> None:
    net = amount - tax_within(amount, percent)
    assert abs(net + net * percent / 100 - amount) <= (100 + percent) / 200
