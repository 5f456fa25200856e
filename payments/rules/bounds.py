"""How far a provider's policy may go. The marketplace sets it for a category or for all; pure."""

from dataclasses import dataclass, fields, replace

from common.money import percentage
from payments.rules.policy import Policy, Prepayment, Tier


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no policy goes beyond.

    `most_prepaid_percent` of the price is asked beforehand at most; `most_late_percent` kept before the start and
    `most_no_show_percent` afterwards; cancelling and moving are free until `most_free_min_before` minutes before the
    start, or longer, and for `least_booking_grace_min` minutes after booking; a provider that cancels late gives the
    customer `least_breach_percent` of the price at least. Raises ValueError for a percentage
    outside 0 to 100, or a negative number of minutes.
    """

    most_prepaid_percent: int = 100
    most_late_percent: int = 100
    most_no_show_percent: int = 100
    most_free_min_before: int = 30 * 24 * 60
    least_booking_grace_min: int = 0
    least_breach_percent: int = 0

    def __post_init__(self) -> None:
        for percent in (
            self.most_prepaid_percent,
            self.most_late_percent,
            self.most_no_show_percent,
            self.least_breach_percent,
        ):
            if not 0 <= percent <= 100:
                raise ValueError("percentages are 0 to 100")
        if min(self.most_free_min_before, self.least_booking_grace_min) < 0:
            raise ValueError("minutes are not negative")


UNBOUNDED = Bounds()


def within(policy: Policy, bounds: Bounds, *, total: int | None = None) -> Policy:
    """The policy, cut to the bounds where it goes beyond them. `total` is the price (minor units), which a deposit of
    a fixed amount is measured by; None leaves that as it is."""
    no_show = min(policy.no_show_percent, bounds.most_no_show_percent)
    return replace(
        _prepaid_within(policy, bounds.most_prepaid_percent, total),
        cancel=_tiers_within(policy.cancel, bounds, no_show),
        change=_tiers_within(policy.change, bounds, no_show),
        no_show_percent=no_show,
        booking_grace_min=max(policy.booking_grace_min, bounds.least_booking_grace_min),
        breach_percent=max(policy.breach_percent, bounds.least_breach_percent),
    )


def outside(policy: Policy, bounds: Bounds) -> list[str]:
    """The names of the policy's fields that the bounds would change."""
    cut = within(policy, bounds)
    return [field.name for field in fields(policy) if getattr(cut, field.name) != getattr(policy, field.name)]


def _tiers_within(tiers: tuple[Tier, ...], bounds: Bounds, no_show: int) -> tuple[Tier, ...]:
    most = min(bounds.most_late_percent, no_show)
    free = min((tier.until_min_before for tier in tiers if tier.keep_percent == 0), default=None)
    if free is None or free > bounds.most_free_min_before:
        nearer = (tier for tier in tiers if tier.until_min_before < bounds.most_free_min_before)
        tiers = (Tier(bounds.most_free_min_before, 0), *nearer)
    # What is kept up to the start is bounded by `most_late_percent`, though no tier may reach so far.
    if tiers[-1].until_min_before > 0 and most < no_show:
        tiers = (*tiers, Tier(0, most))
    return tuple(Tier(tier.until_min_before, min(tier.keep_percent, most)) for tier in tiers)


def _prepaid_within(policy: Policy, most: int, total: int | None) -> Policy:
    asked = {Prepayment.NONE: 0, Prepayment.DEPOSIT: policy.deposit_percent, Prepayment.WHOLE: 100}
    asked[Prepayment.HOLD] = 100
    too_much = asked[policy.prepayment] > most
    if policy.deposit_amount and total is not None:
        too_much = policy.deposit_amount > percentage(total, most)
    if not too_much:
        return policy
    kind = Prepayment.DEPOSIT if most else Prepayment.NONE
    return replace(policy, prepayment=kind, deposit_percent=most, deposit_amount=0)
