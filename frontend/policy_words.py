"""A booking's policy as people read it: from "all back" to "nothing back", in exact amounts."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from frontend import formats
from payments.rules.policy import Policy, Step, describe


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One line: when, what comes back, and how good that is (all, part, none, theirs) with its icon."""

    when: str
    back: str
    kind: str
    icon: str


ICONS = {"all": "circle-check", "part": "circle-minus", "none": "circle-x", "theirs": "heart-handshake"}


def policy_steps(policy: Policy, *, starts_at: datetime, total: int, now: datetime) -> list[Step]:
    """The steps that are still to come for a visit paid with `total` (minor units)."""
    steps = describe(policy, starts_at=starts_at, total=total)
    return [step for step in steps if step.until is None or step.until > now]


def policy_lines(
    policy: Policy, *, starts_at: datetime, total: int, currency: str, zone: str, now: datetime
) -> list[PolicyLine]:
    """What a customer who has paid `total` gets back, step by step, and what when the provider cancels."""
    steps = policy_steps(policy, starts_at=starts_at, total=total, now=now)
    lines = []
    for n, step in enumerate(steps):
        if step.until is None:
            when = _("If you do not come") if n else _("Whatever happens")
        elif step.until < starts_at:
            when = _("Until %(when)s") % {"when": formats.when(step.until, zone)}
        else:
            when = _("After that, until it begins") if n else _("Until it begins")
        kind = "all" if step.refund == total else "part" if step.refund else "none"
        lines.append(PolicyLine(when, back_words(step.refund, currency), kind, ICONS[kind]))
    lines.append(PolicyLine(_("If they cancel"), back_words(total, currency), "theirs", ICONS["theirs"]))
    return lines


def back_words(amount: int, currency: str) -> str:
    """`amount` (minor units) as what comes back."""
    if not amount:
        return _("Nothing back")
    return _("%(amount)s back") % {"amount": formats.money(amount, currency)}


def policy_sentence(
    policy: Policy, *, starts_at: datetime, total: int, currency: str, zone: str, now: datetime
) -> str:
    """The same in one line, for beside the button."""
    steps = policy_steps(policy, starts_at=starts_at, total=total, now=now)
    first = steps[0]
    words = {
        "back": formats.money(first.refund, currency),
        "total": formats.money(total, currency),
        "when": formats.when(first.until, zone) if first.until else "",
    }
    if first.refund == total:
        if first.until is None:
            return _("All %(total)s back if you cancel.") % words
        after = steps[1].refund if len(steps) > 1 else 0
        words["after"] = formats.money(after, currency)
        if first.until >= starts_at:
            return _("All %(total)s back until it begins.") % words
        if after:
            return _("All %(total)s back until %(when)s, then %(after)s.") % words
        return _("All %(total)s back until %(when)s, then nothing.") % words
    if first.refund:
        return _("If you cancel, %(back)s of %(total)s come back. Nothing if you do not come.") % words
    return _("Nothing comes back if you cancel.")
