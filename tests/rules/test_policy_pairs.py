"""Every pair of the policy engine's inputs, against what is always so, whoever does what and when."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from common.money import percentage
from payments.rules.policy import Action, ActorKind, Policy, Tier, breach, keep_percent, outcome

START = datetime(2030, 5, 6, 12, 0, tzinfo=UTC)
CASES: dict[str, Sequence[Any]] = {
    "tiers": [(Tier(1440, 0), Tier(0, 50)), (Tier(0, 0),), (Tier(2880, 0), Tier(120, 30), Tier(0, 80)), ()],
    "no_show": [100, 80],
    "grace": [0, 60],
    "breach": [0, 25, 100],
    "breach_before": [0, 1440],
    "actor": list(ActorKind),
    "action": list(Action),
    "minutes_before": [4000, 2880, 1440, 1439, 60, 0, -30],
    "booked_before": [None, 10, 5000],
    "paid": ["nothing", "a deposit", "all"],
    "at_counter": ["nothing", "the rest"],
    "total": [0, 1, 4999, 5000],
}


def pairwise(values: dict[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Rows in which every pair of values of two inputs stands at least once: greedily, the same each time."""
    names = list(values)
    left = {
        (a, x, b, y)
        for a, b in combinations(names, 2)
        for x in range(len(values[a]))
        for y in range(len(values[b]))
    }
    while left:
        a, x, b, y = min(
            left, key=lambda pair: (names.index(pair[0]), names.index(pair[2]), pair[1], pair[3])
        )
        row = {a: x, b: y}
        for name in names:
            if name not in row:
                row[name] = max(range(len(values[name])), key=lambda at: (_new(row, name, at, left), -at))
        left -= {(p, row[p], q, row[q]) for p, q in combinations(names, 2)}
        yield {name: values[name][at] for name, at in row.items()}


def _new(row: dict[str, int], name: str, at: int, left: set[tuple[str, int, str, int]]) -> int:
    """How many pairs that are still missing the value would bring."""
    names = list(CASES)
    return sum(
        ((other, its, name, at) if names.index(other) < names.index(name) else (name, at, other, its)) in left
        for other, its in row.items()
    )


ROWS = list(pairwise(CASES))


def test_every_pair_stands_in_some_row_and_the_rows_are_few() -> None:
    for a, b in combinations(CASES, 2):
        found = {(str(row[a]), str(row[b])) for row in ROWS}
        assert found == {(str(x), str(y)) for x in CASES[a] for y in CASES[b]}
    assert len(ROWS) < 60


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_what_is_always_so(row: dict[str, Any]) -> None:
    policy = Policy(
        cancel=row["tiers"] or (Tier(0, 0),),
        change=row["tiers"] or (Tier(0, 0),),
        no_show_percent=row["no_show"],
        booking_grace_min=row["grace"],
        breach_percent=row["breach"],
        breach_before_min=row["breach_before"],
    )
    total = row["total"]
    paid = {"nothing": 0, "a deposit": total // 4, "all": total}[row["paid"]]
    at_counter = total - paid if row["at_counter"] == "the rest" else 0
    at = START - timedelta(minutes=row["minutes_before"])
    booked = at - timedelta(minutes=row["booked_before"]) if row["booked_before"] is not None else None
    who = {"actor_kind": row["actor"], "action": row["action"]}

    result = outcome(
        policy, paid=paid, at_counter=at_counter, total=total, starts_at=START, at=at, booked_at=booked, **who
    )

    # No money is made or lost.
    if row["action"] == Action.RESCHEDULE:
        assert (result.refund, result.at_shop, result.kept_at_shop) == (0, 0, 0)
        assert 0 <= result.fee <= paid
    else:
        assert result.refund + result.fee == paid
        assert result.at_shop + result.kept_at_shop == at_counter
    assert min(result.refund, result.fee, result.at_shop, result.kept_at_shop, result.compensation) >= 0
    # Only the customer, or nobody coming, costs something.
    if row["actor"] != ActorKind.CUSTOMER and row["action"] != Action.NO_SHOW:
        assert result.fee + result.kept_at_shop == 0
    percent = keep_percent(policy, starts_at=START, at=at, booked_at=booked, **who)
    assert result.fee + result.kept_at_shop <= percentage(total, percent)
    # The provider gives something besides when it cancels late, and nobody else ever does.
    late = row["minutes_before"] < row["breach_before"]
    is_theirs = row["actor"] == ActorKind.PROVIDER and row["action"] == Action.CANCEL
    assert result.compensation == (percentage(total, row["breach"]) if late and is_theirs else 0)
    # Later is never cheaper for the customer.
    later = at + timedelta(minutes=1)
    again = keep_percent(policy, starts_at=START, at=later, booked_at=booked, **who)
    assert again >= percent


def test_what_an_older_snapshot_says_nothing_of_was_not_agreed() -> None:
    older = Policy().to_dict()
    del older["breach_percent"], older["breach_before_min"]

    assert Policy.from_dict(older).breach_percent == 0
    assert breach(Policy.from_dict(older), total=5000, starts_at=START, at=START) == 0
    with pytest.raises(ValueError, match="compensation"):
        Policy(breach_percent=101)
