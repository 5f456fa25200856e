"""Cancelling, moving, not coming: the rules over plain values, and which rules hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from common.money import percentage
from payments.errors import PolicyOutOfBounds
from payments.models import PolicyBounds, PolicyRule
from payments.rules.bounds import Bounds, outside, within
from payments.rules.commission import commission
from payments.rules.policy import (
    DEFAULT,
    Action,
    Policy,
    Prepayment,
    Tier,
    describe,
    due_beforehand,
    free_until,
    outcome,
)
from payments.selectors import policy_for
from payments.services import drop_policy, set_policy
from providers.models import Category, Provider, Service
from providers.selectors.categories import forget_tree

START = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


@st.composite
def any_policy(draw: st.DrawFn) -> Policy:
    no_show = draw(st.integers(0, 100))

    def tiers() -> tuple[Tier, ...]:
        edges = sorted(draw(st.sets(st.integers(0, 20_000), max_size=4)), reverse=True)
        percents = sorted(draw(st.lists(st.integers(0, no_show), min_size=len(edges), max_size=len(edges))))
        return tuple(map(Tier, edges, percents))

    kind = draw(st.sampled_from(Prepayment))
    size = {}
    if kind == Prepayment.DEPOSIT:
        size = draw(
            st.fixed_dictionaries({"deposit_percent": st.integers(1, 100)})
            | st.fixed_dictionaries({"deposit_amount": st.integers(1, 1_000_000)})
        )
    return Policy(
        cancel=tiers(),
        change=tiers(),
        no_show_percent=no_show,
        no_show_grace_min=draw(st.integers(0, 60)),
        booking_grace_min=draw(st.sampled_from([0, 5, 60, 5_000])),
        prepayment=kind,
        **size,
    )


policies = any_policy()
all_bounds = st.builds(
    Bounds,
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(0, 20_000),
    st.sampled_from([0, 30, 4_000]),
)
booked = st.none() | st.integers(0, 30_000).map(lambda minutes: START - timedelta(minutes=minutes))
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


@given(policies, amounts, instants, st.integers(0, 5_000), booked, st.sampled_from(["cancel", "reschedule"]))
def test_waiting_never_costs_less(
    policy: Policy, total: int, at: datetime, later_min: int, booked_at: datetime | None, action: str
) -> None:
    now, later = (
        outcome(
            policy,
            paid=total,
            total=total,
            starts_at=START,
            booked_at=booked_at,
            at=moment,
            actor_kind="customer",
            action=action,
        )
        for moment in (at, at + timedelta(minutes=later_min))
    )

    assert later.fee >= now.fee
    assert later.refund <= now.refund


@given(policies, amounts, amounts, instants, st.sampled_from(["provider", "operator", "system"]))
def test_what_the_customer_did_not_decide_costs_nothing(
    policy: Policy, paid: int, total: int, at: datetime, actor: str
) -> None:
    result = outcome(
        policy, paid=paid, total=total, starts_at=START, at=at, actor_kind=actor, action="cancel"
    )

    assert (result.refund, result.fee) == (paid, 0)


@given(policies, amounts, amounts, instants, booked)
def test_the_steps_shown_before_paying_are_what_happens(
    policy: Policy, total: int, paid: int, at: datetime, booked_at: datetime | None
) -> None:
    steps = describe(policy, starts_at=START, total=total, paid=paid, booked_at=booked_at)
    step = next(step for step in steps if step.until is None or at <= step.until)

    result = outcome(
        policy,
        paid=paid,
        total=total,
        starts_at=START,
        booked_at=booked_at,
        at=at,
        actor_kind="customer",
        action="cancel",
    )

    assert (result.refund, result.fee) == (step.refund, step.fee)
    assert [step.keep_percent for step in steps] == sorted({step.keep_percent for step in steps})
    assert steps[-1].until is None


@given(policies, amounts)
def test_what_is_asked_beforehand_is_a_part_of_the_price(policy: Policy, total: int) -> None:
    due = due_beforehand(policy, total)

    assert 0 <= due <= total
    if policy.prepayment == Prepayment.NONE:
        assert due == 0
    if policy.prepayment in (Prepayment.WHOLE, Prepayment.HOLD):
        assert due == total


@given(policies, all_bounds, amounts)
def test_a_policy_cut_to_bounds_keeps_them_at_every_instant(
    policy: Policy, bounds: Bounds, total: int
) -> None:
    cut = within(policy, bounds, total=total)

    assert within(cut, bounds, total=total) == cut
    assert due_beforehand(cut, total) <= due_beforehand(Policy(**_whole(bounds)), total)
    assert cut.no_show_percent <= bounds.most_no_show_percent
    assert cut.booking_grace_min >= bounds.least_booking_grace_min
    for action in (Action.CANCEL, Action.RESCHEDULE):
        free = free_until(cut, START, action=action)
        assert free is not None
        assert START - free <= timedelta(minutes=bounds.most_free_min_before)
    at_start = outcome(
        cut, paid=10_000, total=10_000, starts_at=START, at=START, actor_kind="customer", action="cancel"
    )
    assert at_start.fee <= 100 * bounds.most_late_percent


def _whole(bounds: Bounds) -> dict[str, object]:
    most = bounds.most_prepaid_percent
    return {"prepayment": Prepayment.DEPOSIT if most else Prepayment.NONE, "deposit_percent": most}


@given(policies)
def test_bounds_that_bind_nothing_change_only_when_it_is_never_free(policy: Policy) -> None:
    unbounded = Bounds(most_free_min_before=30_000)

    has_free = all(any(not tier.keep_percent for tier in tiers) for tiers in (policy.cancel, policy.change))
    assert (within(policy, unbounded) == policy) == has_free
    assert (outside(policy, unbounded) == []) == has_free


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


def test_booking_may_be_taken_back_for_a_while() -> None:
    """Though the visit is in two hours, and so already late."""
    policy = Policy(booking_grace_min=15)
    booked_at = START - timedelta(hours=2)

    def fee(minutes: int, actor_kind: str = "customer", action: str = "cancel") -> int:
        return outcome(
            policy,
            paid=5800,
            total=5800,
            starts_at=START,
            booked_at=booked_at,
            at=booked_at + timedelta(minutes=minutes),
            actor_kind=actor_kind,
            action=action,
        ).fee

    assert (fee(15), fee(16)) == (0, 2900)
    assert (fee(15, action="reschedule"), fee(16, action="reschedule")) == (0, 2900)
    assert fee(15, action="no_show") == 5800
    # Nobody takes back a visit that has begun.
    assert free_until(policy, START, booked_at=START - timedelta(minutes=5)) == START


def test_moving_may_be_freer_than_cancelling() -> None:
    policy = Policy(cancel=(Tier(24 * 60, 0), Tier(12 * 60, 30), Tier(0, 60)), change=(Tier(60, 0),))

    def fee(before_min: int, action: str) -> int:
        return outcome(
            policy,
            paid=1000,
            total=1000,
            starts_at=START,
            at=START - timedelta(minutes=before_min),
            actor_kind="customer",
            action=action,
        ).fee

    assert [fee(n, "cancel") for n in (1440, 1439, 720, 719, 0, -1)] == [0, 300, 300, 600, 600, 1000]
    assert [fee(n, "reschedule") for n in (1440, 60, 59, 0)] == [0, 0, 1000, 1000]


def test_of_a_deposit_no_more_is_kept_than_was_paid() -> None:
    policy = Policy(prepayment=Prepayment.DEPOSIT, deposit_percent=20)
    due = due_beforehand(policy, 5800)

    assert due == 1160
    steps = describe(policy, starts_at=START, total=5800, paid=due)
    # Half of the price is more than was paid: both steps keep the deposit.
    assert [(step.fee, step.refund) for step in steps] == [(0, 1160), (1160, 0), (1160, 0)]


@pytest.mark.parametrize(
    "bad",
    [
        {"cancel": (Tier(60, 0), Tier(60, 10))},
        {"cancel": (Tier(60, 0), Tier(120, 10))},
        {"cancel": (Tier(60, 20), Tier(0, 10))},
        {"change": (Tier(-1, 0),)},
        {"change": (Tier(0, 60),), "no_show_percent": 50},
        {"no_show_percent": 101},
        {"no_show_grace_min": -1},
        {"booking_grace_min": -1},
        {"prepayment": Prepayment.DEPOSIT},
        {"prepayment": Prepayment.DEPOSIT, "deposit_percent": 10, "deposit_amount": 100},
        {"prepayment": Prepayment.DEPOSIT, "deposit_percent": 101},
        {"deposit_percent": 10},
        {"prepayment": Prepayment.WHOLE, "deposit_amount": 10},
    ],
)
def test_an_impossible_policy_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Policy(**bad)


def test_a_snapshot_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError):
        Policy.from_dict({**DEFAULT.to_dict(), "v": 3})


@given(st.integers(0, 20_000), st.integers(0, 100), st.integers(0, 100), instants, amounts)
def test_bookings_of_the_first_version_keep_what_was_agreed(
    free_min: int, one: int, other: int, at: datetime, total: int
) -> None:
    late, no_show = sorted((one, other))
    names = ("free_until_min_before", "late_percent", "no_show_percent", "no_show_grace_min")
    policy = Policy.from_dict({"v": 1, **dict(zip(names, (free_min, late, no_show, 10), strict=True))})

    minutes = (START - at) / timedelta(minutes=1)
    percent = 0 if minutes >= free_min else late if minutes >= 0 else no_show
    for action in ("cancel", "reschedule"):
        result = outcome(
            policy, paid=total, total=total, starts_at=START, at=at, actor_kind="customer", action=action
        )
        assert result.fee == percentage(total, percent)
    assert policy.no_show_grace_min == 10


@given(amounts, st.integers(0, 10_000))
def test_the_commission_is_a_part_of_the_amount(amount: int, basis_points: int) -> None:
    share = commission(amount, basis_points)

    assert 0 <= share <= amount
    assert abs(share * 10_000 - amount * basis_points) <= 5_000


@pytest.fixture
def service(db: None) -> Service:
    provider = Provider.objects.create(name="Studio Aino")
    beauty = Category.objects.create(slug="beauty-of-the-policy-test")
    category = Category.objects.create(slug="hair-of-the-policy-test", parent=beauty)
    forget_tree()
    return Service.objects.create(
        provider=provider,
        category=category,
        name="Haircut",
        duration_min=45,
        price_amount=5800,
        currency="EUR",
    )


def free(hours: int, **more: Any) -> Policy:
    """A policy to tell from others."""
    return Policy(cancel=(Tier(hours * 60, 0),), **more)


def test_the_nearest_rule_counts(service: Service) -> None:
    provider, category = service.provider, service.category
    assert category.parent is not None
    below = free(1)
    scopes: list[dict[str, Any]] = [
        {"provider": None},
        {"provider": None, "category": category.parent},
        {"provider": None, "category": category},
        {"provider": provider},
        {"provider": provider, "category": category.parent},
        {"provider": provider, "category": category},
        {"provider": provider, "service": service},
    ]
    assert policy_for(service) == DEFAULT

    rows = []
    for hours, scope in enumerate(scopes, 1):
        rows.append(set_policy(policy=below, actor="user:usr_1", **scope))
        rows[-1] = set_policy(policy=free(hours), actor="user:usr_1", **scope)
        assert policy_for(service) == free(hours)
    assert PolicyRule.objects.count() == len(scopes)

    for hours in range(len(scopes), 1, -1):
        drop_policy(rule=rows[hours - 1], actor="user:usr_1")
        assert policy_for(service) == free(hours - 1)


def test_a_fixed_deposit_counts_in_its_currency(service: Service) -> None:
    fixed = Policy(prepayment=Prepayment.DEPOSIT, deposit_amount=1000)
    set_policy(provider=service.provider, policy=fixed, currency="EUR", actor="user:usr_1")
    assert policy_for(service) == fixed

    service.currency = "CNY"
    assert policy_for(service) == DEFAULT
    with pytest.raises(ValueError):
        set_policy(provider=service.provider, policy=fixed, actor="user:usr_1")


def test_the_marketplace_bounds_what_providers_set(service: Service) -> None:
    PolicyBounds.objects.create(most_free_min_before=600)
    PolicyBounds.objects.create(category=service.category, most_free_min_before=120, most_prepaid_percent=20)

    with pytest.raises(PolicyOutOfBounds) as refused:
        set_policy(
            provider=service.provider,
            service=service,
            policy=free(3, prepayment=Prepayment.WHOLE),
            actor="user:usr_1",
        )
    assert refused.value.data == {
        "fields": ["cancel", "change", "prepayment", "deposit_percent"],
    }
    assert not PolicyRule.objects.exists()

    # What was set for all services, or before the bounds were drawn, is cut where it is used.
    set_policy(
        provider=service.provider,
        policy=Policy(cancel=(Tier(600, 0),), change=(Tier(600, 0),), prepayment=Prepayment.WHOLE),
        actor="user:usr_1",
    )
    policy = policy_for(service)
    assert policy.cancel[0] == Tier(120, 0)
    assert due_beforehand(policy, 5800) == 1160


def test_a_provider_cannot_set_rules_for_the_service_of_another(service: Service) -> None:
    other = Provider.objects.create(name="Other")

    for provider in (other, None):
        with pytest.raises(ValueError):
            set_policy(provider=provider, service=service, policy=DEFAULT, actor="user:usr_1")


def test_the_database_refuses_rules_that_cannot_be(service: Service) -> None:
    def rule(name: str, **fields: Any) -> None:
        terms = {**DEFAULT.to_dict(), **fields.pop("terms", {})}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            PolicyRule.objects.create(**{"provider": service.provider, "terms": terms, **fields})

    rule("policy_rule_can_be_read", terms={"no_show_percent": 101})
    rule("policy_rule_can_be_read", terms={"v": 1})
    rule("policy_rule_has_one_scope", service=service, category=service.category)
    rule("policy_rule_has_one_scope", service=service, provider=None)
    rule("policy_rule_amount_has_its_currency", terms={"deposit_amount": 5})
    set_policy(provider=None, policy=DEFAULT, actor="user:usr_1")
    rule("policy_rule_one_per_scope", provider=None)
    with pytest.raises(IntegrityError, match="policy_bounds_are_percentages"), transaction.atomic():
        PolicyBounds.objects.create(most_late_percent=101)
