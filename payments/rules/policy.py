"""Prepaying, cancelling, moving and not coming: who gets how much. Pure; amounts are minor units, instants aware UTC.

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


class Prepayment(StrEnum):
    """What is asked before a booking counts. More may always be paid online; the rest is paid at the counter."""

    NONE = "none"
    DEPOSIT = "deposit"
    HOLD = "hold"  # the price is held on a card, and taken when the visit is done
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, order=True)
class Tier:
    """Up to `until_min_before` minutes before the start (that instant included) `keep_percent` of the price is kept."""

    until_min_before: int
    keep_percent: int


DAY = 24 * 60
FREE_FOR_A_DAY = (Tier(DAY, 0), Tier(0, 50))


@dataclass(frozen=True, slots=True)
class Policy:
    """The terms of a booking.

    `cancel` and `change` (moving to another time): tiers, the earliest first; after the last one, and when nobody
    comes, `no_show_percent` of the price is kept. Within `booking_grace_min` minutes of booking, and before the
    start, both are free whatever the tiers say. `no_show_grace_min`: how many minutes after the start a no-show may
    be noted at the earliest. `prepayment` says what is asked beforehand; of a deposit either `deposit_percent` or
    `deposit_amount` (minor units of the booking's currency) is set.

    `breach_percent` of the price is what the provider gives the customer, besides everything back, when it cancels
    later than `breach_before_min` minutes before the start.

    Raises ValueError when a tier ends before the one ahead of it or keeps less, percentages are not within 0 to 100,
    minutes or amounts are negative, or a deposit has no size or two.
    """

    cancel: tuple[Tier, ...] = FREE_FOR_A_DAY
    change: tuple[Tier, ...] = FREE_FOR_A_DAY
    no_show_percent: int = 100
    no_show_grace_min: int = 0
    booking_grace_min: int = 0
    prepayment: Prepayment = Prepayment.NONE
    deposit_percent: int = 0
    deposit_amount: int = 0
    breach_percent: int = 0
    breach_before_min: int = DAY

    def __post_init__(self) -> None:
        for tiers in (self.cancel, self.change):
            self._check_tiers(tiers)
        if (
            min(self.no_show_grace_min, self.booking_grace_min, self.deposit_amount, self.breach_before_min)
            < 0
        ):
            raise ValueError("minutes and amounts are not negative")
        if not 0 <= self.deposit_percent <= 100:
            raise ValueError("a deposit is 0 to 100 percent")
        if not 0 <= self.breach_percent <= 100:
            raise ValueError("a compensation is 0 to 100 percent")
        sizes = (self.deposit_percent > 0) + (self.deposit_amount > 0)
        if sizes != (self.prepayment == Prepayment.DEPOSIT):
            raise ValueError("a deposit, and nothing else, has one size")

    def _check_tiers(self, tiers: tuple[Tier, ...]) -> None:
        percents = [0, *(tier.keep_percent for tier in tiers), self.no_show_percent, 100]
        if percents != sorted(percents):
            raise ValueError("percentages rise from 0 to that of a no-show, which is 100 at most")
        edges = [tier.until_min_before for tier in tiers]
        if edges != sorted(set(edges), reverse=True) or any(edge < 0 for edge in edges):
            raise ValueError("each tier ends nearer to the start than the one ahead of it")

    def to_dict(self) -> dict[str, Any]:
        """The policy as JSON for a booking's snapshot."""
        pairs = {name: [[t.until_min_before, t.keep_percent] for t in getattr(self, name)] for name in _TIERS}
        return {"v": 2, **asdict(self), **pairs, "prepayment": str(self.prepayment)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The policy of a snapshot. Raises ValueError for a version this code does not know."""
        if data.get("v") == 1:
            return cls._from_first_version(data)
        if data.get("v") != 2:
            raise ValueError(f"unknown policy version {data.get('v')!r}")
        tiers = {name: tuple(Tier(*pair) for pair in data[name]) for name in _TIERS}
        # What a snapshot says nothing of was not agreed.
        plain = {name: data[name] for name in cls.__dataclass_fields__ if name in data and name not in tiers}
        return cls(**{**plain, **tiers, "prepayment": Prepayment(data["prepayment"])})

    @classmethod
    def _from_first_version(cls, data: dict[str, Any]) -> Self:
        """Bookings made before tiers were had: one instant, and moving cost what cancelling did."""
        free = data["free_until_min_before"]
        tiers = (Tier(free, 0), Tier(0, data["late_percent"])) if free else (Tier(0, 0),)
        return cls(
            cancel=tiers,
            change=tiers,
            no_show_percent=data["no_show_percent"],
            no_show_grace_min=data["no_show_grace_min"],
        )


# Banks let what is held on a card go after seven days. A visit that nobody marks is done a day after its end, and a
# gateway may be away for another.
HOLD_LASTS = timedelta(days=7)
HOLD_AHEAD = timedelta(days=5)

_TIERS = ("cancel", "change")
DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action means in money: `refund` goes back to the customer, `fee` is kept of what was paid.

    Of what the shop took at the counter, it hands `at_shop` back itself and keeps `kept_at_shop`. `compensation` is
    what the provider gives the customer besides.
    """

    refund: int
    fee: int
    at_shop: int = 0
    kept_at_shop: int = 0
    compensation: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Doing it up to `until` (included; None: ever after) keeps `fee` and gives `refund` back."""

    until: datetime | None
    keep_percent: int
    fee: int
    refund: int


def due_beforehand(policy: Policy, total: int) -> int:
    """How much of the price has to be paid online before the booking counts."""
    if policy.prepayment == Prepayment.DEPOSIT:
        return min(total, policy.deposit_amount or percentage(total, policy.deposit_percent))
    return total if policy.prepayment in (Prepayment.WHOLE, Prepayment.HOLD) else 0


def is_held_on_card(policy: Policy, *, ends_at: datetime, at: datetime) -> bool:
    """Whether a visit that ends at `ends_at` and is booked at the instant `at` has its price held on a card. One that
    is further ahead than a card can hold it is paid beforehand instead."""
    return policy.prepayment == Prepayment.HOLD and ends_at <= at + HOLD_AHEAD


def free_until(
    policy: Policy, starts_at: datetime, *, booked_at: datetime | None = None, action: Action = Action.CANCEL
) -> datetime | None:
    """The last instant at which the customer cancels (or moves) without a fee; None when there is none.

    `booked_at`: when it was booked, for the grace after booking.
    """
    free = [
        starts_at - timedelta(minutes=tier.until_min_before)
        for tier in _tiers(policy, action)
        if tier.keep_percent == 0
    ]
    if booked_at is not None and policy.booking_grace_min:
        free.append(min(starts_at, booked_at + timedelta(minutes=policy.booking_grace_min)))
    return max(free, default=None)


def _tiers(policy: Policy, action: Action | str) -> tuple[Tier, ...]:
    return policy.change if action == Action.RESCHEDULE else policy.cancel


def keep_percent(
    policy: Policy,
    *,
    starts_at: datetime,
    at: datetime,
    actor_kind: ActorKind | str,
    action: Action | str,
    booked_at: datetime | None = None,
) -> int:
    """How many percent of the price are kept."""
    if action == Action.NO_SHOW:
        return policy.no_show_percent
    if actor_kind != ActorKind.CUSTOMER:
        return 0
    free = free_until(policy, starts_at, booked_at=booked_at, action=Action(action))
    if free is not None and at <= free:
        return 0
    return next(
        (
            tier.keep_percent
            for tier in _tiers(policy, action)
            if at <= starts_at - timedelta(minutes=tier.until_min_before)
        ),
        policy.no_show_percent,
    )


def outcome(
    policy: Policy,
    *,
    paid: int,
    total: int,
    starts_at: datetime,
    at: datetime,
    actor_kind: ActorKind | str,
    action: Action | str,
    booked_at: datetime | None = None,
    at_counter: int = 0,
) -> Outcome:
    """What `action` at the instant `at` means, when `paid` of the price `total` is held, and the shop took
    `at_counter` itself. `booked_at` is when it was booked; None knows no grace after booking.

    The fee is a share of the price, but never more than was paid; it is taken from what is held first. Moving gives
    nothing back, and takes nothing of what the shop has: what is left stays with the booking. A no-show costs the
    same whoever notes it.
    """
    percent = keep_percent(
        policy, starts_at=starts_at, at=at, actor_kind=actor_kind, action=action, booked_at=booked_at
    )
    share = percentage(total, percent)
    fee = min(paid, share)
    if action == Action.RESCHEDULE:
        return Outcome(refund=0, fee=fee)
    kept = min(at_counter, share - fee)
    return Outcome(
        refund=paid - fee,
        fee=fee,
        at_shop=at_counter - kept,
        kept_at_shop=kept,
        compensation=breach(policy, total=total, starts_at=starts_at, at=at)
        if action == Action.CANCEL and actor_kind == ActorKind.PROVIDER
        else 0,
    )


def breach(policy: Policy, *, total: int, starts_at: datetime, at: datetime) -> int:
    """What the provider owes the customer when it cancels, at the instant `at`, a visit of the price `total`."""
    is_late = at > starts_at - timedelta(minutes=policy.breach_before_min)
    return percentage(total, policy.breach_percent) if is_late else 0


def describe(
    policy: Policy,
    *,
    starts_at: datetime,
    total: int,
    paid: int | None = None,
    booked_at: datetime | None = None,
    action: Action = Action.CANCEL,
) -> tuple[Step, ...]:
    """The policy as steps in time for a visit of the price `total`, from "all back" to what a no-show leaves.

    `paid` is what is paid online (all of it if None): no more than that is kept or comes back. Steps that keep the
    same as the next one are left out: a policy that is always free has a single step.
    """
    paid = total if paid is None else paid
    edges: list[tuple[datetime | None, int]] = []
    free = free_until(policy, starts_at, booked_at=booked_at, action=action)
    if free is not None:
        edges.append((free, 0))
    for tier in _tiers(policy, action):
        until = starts_at - timedelta(minutes=tier.until_min_before)
        if free is None or until > free:
            edges.append((until, tier.keep_percent))
    edges.append((None, policy.no_show_percent))
    steps: list[Step] = []
    for index, (instant, percent) in enumerate(edges):
        if index + 1 < len(edges) and percent == edges[index + 1][1]:
            continue
        fee = min(paid, percentage(total, percent))
        steps.append(Step(until=instant, keep_percent=percent, fee=fee, refund=paid - fee))
    return tuple(steps)
