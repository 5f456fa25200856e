"""Cancelling, moving, not coming: the rules over plain values, and which rules hold."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from payments.models import CancellationPolicy
from payments.rules.commission import commission
from payments.rules.policy import DEFAULT, Policy, describe, free_until, outcome
from payments.selectors import policy_for
from payments.services import set_policy
from providers.models import Category, Provider, Service

START = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)

percents = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)
policies = st.builds(
    lambda minutes, pair, grace: Policy(minutes, pair[0], pair[1], grace),
    st.integers(0, 20_000),
    percents,
    st.integers(0, 60),
)
amounts = st.integers(0, 10_000_000)
instants = st.integers(-30_000, 30_000).map(lambda minutes: START + timedelta(minutes=minutes))
actors = st.sampled_from(["customer", "provider", "operator", "system"])
actions = st.sampled_from(["cancel", "reschedule", "no_show"])


@given(policies, amounts, amounts, instants, actors, actions)
def test_nobody_keeps_or_gives_back_more_than_was_paid(
    policy: Policy, paid: int, total: int, at: datetime, actor: str, action: str
) -> None:
    result = outcome(policy, paid=paid, total=total, starts_at=START, at=at, actor_kind=actor, action=action)

    assert result.refund >= 0
    assert result.fee >= 0
    assert result.refund + result.fee == (result.fee if action == "reschedule" else paid)
    assert result.fee <= paid


@given(policies, amounts, amounts, amounts, instants, actors, st.sampled_from(["cancel", "no_show"]))
def test_what_was_taken_at_the_counter_is_shared_by_the_same_rule(
    policy: Policy, paid: int, at_counter: int, total: int, at: datetime, actor: str, action: str
) -> None:
    when = {"starts_at": START, "at": at, "actor_kind": actor, "action": action}
    apart = outcome(policy, paid=paid, total=total, at_counter=at_counter, **when)
    online = outcome(policy, paid=paid + at_counter, total=total, **when)

    assert (apart.refund + apart.fee, apart.at_shop + apart.kept_at_shop) == (paid, at_counter)
    assert min(apart.at_shop, apart.kept_at_shop) >= 0
    assert apart.fee + apart.kept_at_shop == online.fee


@given(policies, amounts, instants, st.integers(0, 5_000))
def test_waiting_never_gives_more_back(policy: Policy, total: int, at: datetime, later_min: int) -> None:
    now, later = (
        outcome(
            policy,
            paid=total,
            total=total,
            starts_at=START,
            at=moment,
            actor_kind="customer",
            action="cancel",
        )
        for moment in (at, at + timedelta(minutes=later_min))
    )

    assert later.refund <= now.refund


@given(policies, amounts, amounts, instants, st.sampled_from(["provider", "operator", "system"]))
def test_what_the_customer_did_not_decide_costs_nothing(
    policy: Policy, paid: int, total: int, at: datetime, actor: str
) -> None:
    result = outcome(
        policy, paid=paid, total=total, starts_at=START, at=at, actor_kind=actor, action="cancel"
    )

    assert (result.refund, result.fee) == (paid, 0)


@given(policies, amounts, instants)
def test_the_steps_shown_before_paying_are_what_happens(policy: Policy, total: int, at: datetime) -> None:
    steps = describe(policy, starts_at=START, total=total)
    step = next(step for step in steps if step.until is None or at <= step.until)

    result = outcome(
        policy, paid=total, total=total, starts_at=START, at=at, actor_kind="customer", action="cancel"
    )

    assert (result.refund, result.fee) == (step.refund, step.fee)
    assert [step.keep_percent for step in steps] == sorted({step.keep_percent for step in steps})
    assert steps[-1].until is None


@given(policies)
def test_a_snapshot_is_the_policy_again(policy: Policy) -> None:
    assert Policy.from_dict(policy.to_dict()) == policy


@pytest.mark.parametrize(
    ("before_min", "refund"), [(24 * 60 + 1, 5800), (24 * 60, 5800), (24 * 60 - 1, 2900), (0, 2900), (-1, 0)]
)
def test_the_default_gives_all_back_until_24_hours_before_then_half(before_min: int, refund: int) -> None:
    at = START - timedelta(minutes=before_min)

    result = outcome(
        DEFAULT, paid=5800, total=5800, starts_at=START, at=at, actor_kind="customer", action="cancel"
    )

    assert result.refund == refund
    assert free_until(DEFAULT, START) == START - timedelta(days=1)


def test_a_no_show_costs_the_same_whoever_notes_it() -> None:
    for actor in ("provider", "system"):
        result = outcome(
            DEFAULT, paid=5800, total=5800, starts_at=START, at=START, actor_kind=actor, action="no_show"
        )
        assert (result.refund, result.fee) == (0, 5800)


def test_a_late_move_keeps_a_fee_and_leaves_the_rest_with_the_booking() -> None:
    result = outcome(
        DEFAULT, paid=5800, total=5800, starts_at=START, at=START, actor_kind="customer", action="reschedule"
    )

    assert (result.refund, result.fee) == (0, 2900)


def test_an_unpaid_booking_has_nothing_to_keep() -> None:
    result = outcome(
        DEFAULT, paid=0, total=5800, starts_at=START, at=START, actor_kind="customer", action="cancel"
    )

    assert (result.refund, result.fee) == (0, 0)


@pytest.mark.parametrize("bad", [(-1, 0, 0), (0, 60, 50), (0, -1, 0), (0, 0, 101)])
def test_an_impossible_policy_is_refused(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        Policy(*bad)


def test_a_snapshot_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError):
        Policy.from_dict({**DEFAULT.to_dict(), "v": 2})


@given(amounts, st.integers(0, 10_000))
def test_the_commission_is_a_part_of_the_amount(amount: int, basis_points: int) -> None:
    share = commission(amount, basis_points)

    assert 0 <= share <= amount
    assert abs(share * 10_000 - amount * basis_points) <= 5_000


@pytest.fixture
def service(db: None) -> Service:
    provider = Provider.objects.create(name="Studio Aino")
    category = Category.objects.create(slug="hair-of-the-policy-test")
    return Service.objects.create(
        provider=provider,
        category=category,
        name="Haircut",
        duration_min=45,
        price_amount=5800,
        currency="EUR",
    )


def test_a_service_is_sold_under_its_own_rules_else_its_providers_else_the_default(service: Service) -> None:
    assert policy_for(service) == DEFAULT

    set_policy(provider=service.provider, policy=Policy(120, 30, 80), actor="user:usr_1")
    assert policy_for(service) == Policy(120, 30, 80)

    set_policy(provider=service.provider, service=service, policy=Policy(60, 0, 0), actor="user:usr_1")
    assert policy_for(service) == Policy(60, 0, 0)

    set_policy(provider=service.provider, policy=Policy(240, 10, 20), actor="user:usr_1")
    assert CancellationPolicy.objects.count() == 2
    assert policy_for(service) == Policy(60, 0, 0)


def test_a_provider_cannot_set_rules_for_the_service_of_another(service: Service) -> None:
    other = Provider.objects.create(name="Other")

    with pytest.raises(ValueError):
        set_policy(provider=other, service=service, policy=DEFAULT, actor="user:usr_1")


def test_the_database_refuses_percentages_that_fall(service: Service) -> None:
    with pytest.raises(IntegrityError, match="policy_percentages_rise"), transaction.atomic():
        CancellationPolicy.objects.create(
            provider=service.provider, free_until_min_before=0, late_percent=60, no_show_percent=50
        )
