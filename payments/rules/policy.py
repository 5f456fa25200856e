"""Cancelling, moving and not coming: who gets how much. Pure; amounts are minor units, instants aware UTC.

A booking keeps the policy it was made under (`to_dict`), so later changes do not touch it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from common.money import percentage


class ActorKind(StrEnum):
    """Whose doing it is: what the provider or the marketplace does never costs the customer anything."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    OPERATOR = "operator"
    SYSTEM = "system"


class Action(StrEnum):
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True)
class Policy:
    """Free until `free_until_min_before` minutes before the start (that instant included), then
    `late_percent` of the price is kept, and after the start, or when nobody comes, `no_show_percent`.

    `no_show_grace_min`: how many minutes after the start a no-show may be noted at the earliest.
    Raises ValueError when the percentages do not rise from 0 to 100 or a number of minutes is negative.
    """

    free_until_min_before: int = 24 * 60
    late_percent: int = 50
    no_show_percent: int = 100
    no_show_grace_min: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.late_percent <= self.no_show_percent <= 100:
            raise ValueError("0 <= late_percent <= no_show_percent <= 100")
        if self.free_until_min_before < 0 or self.no_show_grace_min < 0:
            raise ValueError("minutes are not negative")

    def to_dict(self) -> dict[str, Any]:
        """The policy as JSON for a booking's snapshot."""
        return {"v": 1, **asdict(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The policy of a snapshot. Raises ValueError for a version this code does not know."""
        if data.get("v") != 1:
            raise ValueError(f"unknown policy version {data.get('v')!r}")
        return cls(**{name: data[name] for name in cls.__dataclass_fields__})


DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action means in money: `refund` goes back to the customer, `fee` is kept of what was paid.

    Of what the shop took at the counter, it hands `at_shop` back itself and keeps `kept_at_shop`.
    """

    refund: int
    fee: int
    at_shop: int = 0
    kept_at_shop: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Cancelling up to `until` (included; None: ever after) keeps `fee` and gives `refund` back."""

    until: datetime | None
    keep_percent: int
    fee: int
    refund: int


def free_until(policy: Policy, starts_at: datetime) -> datetime:
    """The last instant at which the customer cancels or moves without a fee."""
    return starts_at - timedelta(minutes=policy.free_until_min_before)


def keep_percent(
    policy: Policy, *, starts_at: datetime, at: datetime, actor_kind: ActorKind | str, action: Action | str
) -> int:
    """How many percent of the price are kept."""
    if actor_kind != ActorKind.CUSTOMER and action != Action.NO_SHOW:
        return 0
    if action == Action.NO_SHOW:
        return policy.no_show_percent
    if at <= free_until(policy, starts_at):
        return 0
    return policy.late_percent if at <= starts_at else policy.no_show_percent


def outcome(
    policy: Policy,
    *,
    paid: int,
    total: int,
    starts_at: datetime,
    at: datetime,
    actor_kind: ActorKind | str,
    action: Action | str,
    at_counter: int = 0,
) -> Outcome:
    """What `action` at the instant `at` means, when `paid` of the price `total` is held, and the shop took
    `at_counter` itself.

    The fee is a share of the price, but never more than was paid; it is taken from what is held first. Moving gives
    nothing back, and takes nothing of what the shop has: what is left stays with the booking. A no-show costs the
    same whoever notes it.
    """
    percent = keep_percent(policy, starts_at=starts_at, at=at, actor_kind=actor_kind, action=action)
    share = percentage(total, percent)
    fee = min(paid, share)
    if action == Action.RESCHEDULE:
        return Outcome(refund=0, fee=fee)
    kept = min(at_counter, share - fee)
    return Outcome(refund=paid - fee, fee=fee, at_shop=at_counter - kept, kept_at_shop=kept)


def describe(policy: Policy, *, starts_at: datetime, total: int) -> tuple[Step, ...]:
    """The policy as steps in time for a fully paid visit, from "all back" to what a no-show leaves.

    Steps that keep the same as the next one are left out: a policy that is always free has a single step.
    """
    edges: list[tuple[datetime | None, int]] = [
        (free_until(policy, starts_at), 0),
        (starts_at, policy.late_percent),
        (None, policy.no_show_percent),
    ]
    if policy.free_until_min_before == 0:
        del edges[1]  # free until the start: there is no "late"
    steps: list[Step] = []
    for index, (until, percent) in enumerate(edges):
        if percent in (later for _, later in edges[index + 1 : index + 2]):
            continue
        fee = percentage(total, percent)
        steps.append(Step(until=until, keep_percent=percent, fee=fee, refund=total - fee))
    return tuple(steps)
