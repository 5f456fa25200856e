"""The marketplace's share: which rate counts, when it is fixed, and the VAT on it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from common import clock
from common.models import Event
from payments import services
from payments.enums import AccountKind
from payments.models import CommissionRule, CommissionTier, CommissionVat, Payment
from payments.rules.commission import MOST_BP, STANDARD, Rate, RateTier, Share, mixed, split
from payments.selectors import balance, provider_balance
from payments.selectors.shares import general_bp, rate_for
from payments.services import shares
from payments.services.rates import read_told
from providers.models import Provider
from providers.selectors.categories import forget_tree
from tests.factories import make_category, make_outlet
from tests.payments.paying import ACTOR, BOOKING, pay_online

DAY = date(2026, 3, 10)


def test_a_rate_falls_with_the_turnover_and_starts_with_its_introduction() -> None:
    rate = Rate(800, (RateTier(100_000, 600), RateTier(500_000, 400)), intro_bp=0, intro_until=DAY)

    assert [rate.at(turnover=n, on=DAY + timedelta(days=1)) for n in (0, 99_999, 100_000, 500_000)] == [
        800,
        800,
        600,
        400,
    ]
    assert rate.at(turnover=500_000, on=DAY) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_bp": MOST_BP + 1},
        {"rate_bp": -1},
        {"tiers": (RateTier(0, 100),)},
        {"tiers": (RateTier(10, 100), RateTier(10, 50))},
        {"intro_bp": 100},
        {"intro_until": DAY},
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Rate(**wrong)


@given(
    st.integers(-(10**9), 10**9),
    st.builds(Share, st.integers(0, MOST_BP), st.integers(0, MOST_BP)),
)
def test_the_parts_of_an_amount_are_the_amount(amount: int, share: Share) -> None:
    parts = split(amount, share)

    assert parts.earned + parts.commission + parts.vat == amount
    assert amount * parts.earned >= 0


def test_several_things_have_one_rate_by_their_prices() -> None:
    assert mixed([(7500, 400), (2500, 800)]) == 500
    assert mixed([(1, 500), (1, 600)]) == 550
    assert mixed([]) is None


@pytest.fixture
def provider(db: None) -> Provider:
    return make_outlet().provider


def test_the_nearest_rate_counts(provider: Provider) -> None:
    hair = make_category("hair")
    colour = make_category("colour", hair)
    forget_tree()
    assert rate_for(provider, colour.pk) == STANDARD

    # From the farthest to the nearest: each takes the place of those before.
    scopes = [
        (None, None),
        (None, hair),
        (None, colour),
        (provider, None),
        (provider, hair),
        (provider, colour),
    ]
    for number, (whose, category) in enumerate(scopes, start=1):
        services.set_commission(provider=whose, category=category, rate=Rate(number * 100), actor=ACTOR)
        assert rate_for(provider, colour.pk).rate_bp == number * 100
    assert rate_for(provider).rate_bp == 400
    assert general_bp() == 100
    for number in range(len(scopes), 1, -1):
        rule = CommissionRule.objects.get(rate_bp=number * 100)
        services.drop_commission(rule=rule, actor=ACTOR)
        assert rate_for(provider, colour.pk).rate_bp == (number - 1) * 100


def test_each_change_of_a_rate_is_an_event_with_what_was_before(provider: Provider) -> None:
    first = Rate(800, (RateTier(100_000, 650),), 0, DAY)
    services.set_commission(provider=provider, category=None, rate=first, actor=ACTOR)
    services.set_commission(provider=None, rate=Rate(700), actor=ACTOR)
    services.drop_commission(rule=CommissionRule.objects.get(provider=provider), actor=ACTOR)

    told = Event.objects.filter(type="commission.changed").order_by("seq")
    assert [(each.subject_type, each.subject_id, each.seq) for each in told] == [
        ("commission", "rates", n) for n in (1, 2, 3)
    ]
    made, general, dropped = (each.payload for each in told)
    assert (made["provider"], made["category"], made["before"]) == (provider.public_id, None, None)
    assert read_told(made["after"]) == first
    assert (general["provider"], read_told(general["after"])) == (None, Rate(700))
    assert (dropped["before"], dropped["after"]) == (made["after"], None)


@pytest.mark.usefixtures("books")
def test_vat_on_the_commission_goes_to_its_country(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.payments.paying.PROVIDER", provider.public_id)
    services.set_commission_vat(country="fi", rate_bp=2550, actor=ACTOR)

    payment = pay_online(5800)
    services.drop_commission_vat(country="FI", actor=ACTOR)
    released = services.release_escrow(booking_ref=BOOKING, actor=ACTOR)

    assert (payment.commission_bp, payment.vat_bp, payment.tax_country) == (500, 2550, "FI")
    assert balance(AccountKind.COMMISSION, "marketplace", "EUR") == 290
    assert balance(AccountKind.TAX, "FI", "EUR") == 74
    assert provider_balance(provider.public_id, "EUR") == 5436

    assert released is not None
    services.reverse(original=released, actor=ACTOR)
    assert balance(AccountKind.COMMISSION, "marketplace", "EUR") == 0
    assert balance(AccountKind.TAX, "FI", "EUR") == 0


@pytest.mark.usefixtures("books")
def test_cash_leaves_the_provider_owing_commission_and_vat(provider: Provider) -> None:
    services.set_commission_vat(country="FI", rate_bp=2550, actor=ACTOR)
    services.record_counter_payment(
        booking_ref=BOOKING,
        provider_id=provider.public_id,
        amount=5800,
        currency="EUR",
        actor=ACTOR,
    )
    assert provider_balance(provider.public_id, "EUR") == -364

    services.reverse_counter_payment(booking_ref=BOOKING, actor=ACTOR)
    assert provider_balance(provider.public_id, "EUR") == 0
    assert balance(AccountKind.TAX, "FI", "EUR") == 0


def test_a_turnover_of_this_month_lowers_the_rate_of_the_next_booking(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.payments.paying.PROVIDER", provider.public_id)
    services.set_commission(provider=None, rate=Rate(500, (RateTier(6000, 300),)), actor=ACTOR)

    rates = [pay_online(3000, f"HA-{n}").commission_bp for n in range(3)]
    again = pay_online(100, "HA-0").commission_bp
    Payment.objects.update(captured_at=clock.now() - timedelta(days=32))
    next_month = pay_online(100, "HA-9").commission_bp

    # Two visits reach the turnover; a booking keeps its share; last month's visits count no more.
    assert (rates, again, next_month) == ([500, 500, 300], 500, 500)


def test_each_thing_sold_has_the_rate_of_its_category(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    hair, cars = make_category("hair"), make_category("cars")
    forget_tree()
    services.set_commission(provider=None, category=hair, rate=Rate(1000), actor=ACTOR)
    monkeypatch.setattr(shares, "_sold", lambda ref: [(hair.pk, 1000), (cars.pk, 3000)])

    assert pay_online(4000).commission_bp == 625


def test_the_database_refuses_rates_that_make_no_sense(db: None) -> None:
    rule = CommissionRule.objects.create(rate_bp=500)
    for make in (
        lambda: CommissionRule.objects.create(rate_bp=500),
        lambda: CommissionRule.objects.filter(pk=rule.pk).update(rate_bp=5001),
        lambda: CommissionRule.objects.filter(pk=rule.pk).update(intro_bp=0),
        lambda: CommissionTier.objects.create(rule=rule, from_turnover=0, rate_bp=1),
        lambda: CommissionVat.objects.create(country="xx", rate_bp=1),
        lambda: CommissionVat.objects.create(country="FI", rate_bp=5001),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
