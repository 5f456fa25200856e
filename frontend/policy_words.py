"""A booking's policy as people read it: from "all back" to "nothing back", in exact amounts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.utils.translation import gettext as _

from bookings.enums import PaymentState
from bookings.models import Booking
from common.money import percentage
from frontend import formats
from payments.rules.policy import Policy, Step, describe
from providers.enums import Place


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One line: when, what comes back, and how good that is (all, part, none, theirs) with its icon."""

    when: str
    back: str
    kind: str
    icon: str


@dataclass(frozen=True, slots=True)
class TermsWords:
    """The terms line by line and in one sentence."""

    lines: list[PolicyLine]
    sentence: str


ICONS = {"all": "circle-check", "part": "circle-minus", "none": "circle-x", "theirs": "heart-handshake"}


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the words are about: the terms, the visit's start and price (minor units), and what of the price is paid in
    advance. `booked_at` None: it is being booked now. `on_card`: it is only held on the card. `at_home`: they come."""

    policy: Policy
    starts_at: datetime
    total: int
    paid: int
    currency: str
    zone: str
    now: datetime
    booked_at: datetime | None = None
    on_card: bool = False
    at_home: bool = False

    @classmethod
    def of(cls, booking: Booking, *, now: datetime, paid: int | None = None) -> Self:
        """What a booking agrees; `paid` is all of its price if None."""
        return cls(
            policy=booking.terms,
            starts_at=booking.starts_at,
            total=booking.total_amount,
            paid=booking.total_amount if paid is None else paid,
            currency=booking.currency,
            zone=booking.timezone,
            now=now,
            booked_at=booking.confirmed_at,
            on_card=booking.payment_state == PaymentState.ON_CARD,
            at_home=booking.place == Place.CUSTOMER,
        )


def policy_steps(agreed: Agreed) -> list[Step]:
    """The steps that are still to come."""
    steps = describe(
        agreed.policy,
        starts_at=agreed.starts_at,
        total=agreed.total,
        paid=agreed.paid,
        booked_at=agreed.booked_at or agreed.now,
    )
    ahead = [step for step in steps if step.until is None or step.until > agreed.now]
    # What follows gives the same back: of a deposit, say, which is smaller than either share.
    return [step for n, step in enumerate(ahead) if n + 1 == len(ahead) or step.refund != ahead[n + 1].refund]


def _missed(agreed: Agreed) -> str:
    """What a no-show is called where it takes place."""
    return _("If they find nobody") if agreed.at_home else _("If you do not come")


def policy_lines(agreed: Agreed) -> list[PolicyLine]:
    """What a customer gets back of what is paid in advance, step by step, and what when the provider cancels."""
    lines: list[PolicyLine] = []
    before: datetime | None = None
    for n, step in enumerate(policy_steps(agreed)):
        if step.until is None:
            is_till_start = before is not None and before >= agreed.starts_at
            when = (
                _("Whatever happens")
                if not n
                else _missed(agreed)
                if is_till_start
                else _("After that, or if they find nobody")
                if agreed.at_home
                else _("After that, or if you do not come")
            )
        elif step.until < agreed.starts_at:
            when = _("Until %(when)s") % {"when": formats.when(step.until, agreed.zone)}
        else:
            when = _("After that, until it begins") if n else _("Until it begins")
        before = step.until
        kind = "all" if step.refund == agreed.paid else "part" if step.refund else "none"
        words = (
            taken_words(step.fee, agreed.currency)
            if agreed.on_card
            else back_words(step.refund, agreed.currency)
        )
        lines.append(PolicyLine(when, words, kind, ICONS[kind]))
    theirs = taken_words(0, "") if agreed.on_card else back_words(agreed.paid, agreed.currency)
    lines.append(PolicyLine(_("If they cancel"), theirs, "theirs", ICONS["theirs"]))
    given = percentage(agreed.total, agreed.policy.breach_percent)
    if given:
        late = agreed.starts_at - timedelta(minutes=agreed.policy.breach_before_min)
        when = (
            _("If they cancel after %(when)s") % {"when": formats.when(late, agreed.zone)}
            if late > agreed.now
            else _("And if they cancel now")
        )
        words = _("%(amount)s more, in the wallet of your account") % {
            "amount": formats.money(given, agreed.currency)
        }
        lines.append(PolicyLine(when, words, "theirs", "wallet"))
    return lines


def back_words(amount: int, currency: str) -> str:
    """`amount` (minor units) as what comes back."""
    if not amount:
        return _("Nothing back")
    return _("%(amount)s back") % {"amount": formats.money(amount, currency)}


def taken_words(amount: int, currency: str) -> str:
    """`amount` (minor units) as what is taken of an amount that is held on the card."""
    return (
        _("%(amount)s is taken") % {"amount": formats.money(amount, currency)}
        if amount
        else _("Nothing is taken")
    )


def _held_sentence(steps: list[Step], agreed: Agreed) -> str:
    first = steps[0]
    if first.fee:
        return _("If you cancel, %(fee)s is taken.") % {"fee": formats.money(first.fee, agreed.currency)}
    if first.until is None:
        return _("Nothing is taken if you cancel.")
    words = {
        "when": formats.when(first.until, agreed.zone),
        "after": formats.money(steps[1].fee, agreed.currency),
    }
    if first.until >= agreed.starts_at:
        return _("Nothing is taken if you cancel before it begins.")
    return _("Nothing is taken if you cancel until %(when)s, then %(after)s.") % words


def policy_sentence(agreed: Agreed) -> str:
    """The same in one line, for beside the button."""
    steps = policy_steps(agreed)
    if agreed.on_card:
        return _held_sentence(steps, agreed)
    first, last = steps[0], steps[-1]
    words = {
        "back": formats.money(first.refund, agreed.currency),
        "total": formats.money(agreed.paid, agreed.currency),
        "when": formats.when(first.until, agreed.zone) if first.until else "",
    }
    if first.refund == agreed.paid:
        if first.until is None:
            return _("All %(total)s back if you cancel.") % words
        words["after"] = formats.money(steps[1].refund, agreed.currency)
        if first.until >= agreed.starts_at:
            return _("All %(total)s back until it begins.") % words
        if len(steps) > 3:
            return _("All %(total)s back until %(when)s, then less by and by.") % words
        if steps[1].refund:
            return _("All %(total)s back until %(when)s, then %(after)s.") % words
        return _("All %(total)s back until %(when)s, then nothing.") % words
    if first.refund and last.refund:
        return _("If you cancel, %(back)s of %(total)s come back.") % words
    if first.refund:
        if agreed.at_home:
            return _("If you cancel, %(back)s of %(total)s come back. Nothing if they find nobody.") % words
        return _("If you cancel, %(back)s of %(total)s come back. Nothing if you do not come.") % words
    return _("Nothing comes back if you cancel.")


def terms_words(agreed: Agreed) -> TermsWords:
    """Both ways to say it."""
    return TermsWords(policy_lines(agreed), policy_sentence(agreed))
