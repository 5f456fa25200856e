"""A policy in short, before there is a booking: what comes back till when, and what is paid beforehand."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from frontend import formats
from payments.rules.policy import Policy, Prepayment


@dataclass(frozen=True, slots=True)
class BandTier:
    """Up to `until` before the start (empty: until it starts) so many percent come back; `since`: from then on."""

    until: str
    since: str
    percent: int

    @property
    def kind(self) -> str:
        return "all" if self.percent == 100 else "part" if self.percent else "none"


@dataclass(frozen=True, slots=True)
class PolicyBand:
    """What comes back of the price: `tiers` from all of it to less, then so many percent if nobody comes.

    `deposit` is what is asked when booking, in words; empty when nothing is.
    """

    tiers: list[BandTier]
    no_show_percent: int
    deposit: str


def policy_band(policy: Policy, currency: str) -> PolicyBand:
    """The terms in short; a deposit's fixed amount is in `currency`."""
    tiers: list[BandTier] = []
    since = ""
    for tier in policy.cancel:
        until = formats.duration(tier.until_min_before) if tier.until_min_before else ""
        tiers.append(BandTier(until, since, 100 - tier.keep_percent))
        since = until
    return PolicyBand(tiers, 100 - policy.no_show_percent, _beforehand(policy, currency))


def _beforehand(policy: Policy, currency: str) -> str:
    if policy.prepayment == Prepayment.NONE:
        return ""
    if policy.prepayment == Prepayment.WHOLE:
        return _("Paid in advance, online.")
    if policy.prepayment == Prepayment.HOLD:
        return _("Held on your card when booking, and taken when the visit is done.")
    amount = policy.deposit_amount
    size = formats.money(amount, currency) if amount else f"{policy.deposit_percent}%"
    return _("A deposit of %(size)s is paid online when booking, the rest at the shop.") % {"size": size}
