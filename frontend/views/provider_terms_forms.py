"""The form of the terms that services are sold under."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from frontend.views.provider_forms import DeskForm, major, minor, minutes_field, price_field
from payments.rules.policy import Policy, Prepayment, Tier

# How many steps there are between "all back" and the start.
STEPS = 2


def _hours(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=8760, max_digits=6, decimal_places=2, **more
    )


def _percent(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100, **more)


class TermsForm(DeskForm):
    """What is paid beforehand, and what cancelling, moving and not coming cost. Hours are before the start."""

    prepayment = forms.ChoiceField(
        label=_("Paid when booking"),
        choices=[
            (Prepayment.NONE.value, _("Nothing: the customer may pay at the counter")),
            (Prepayment.DEPOSIT.value, _("A deposit, online")),
            (Prepayment.HOLD.value, _("Nothing, but the price is held on a card")),
            (Prepayment.WHOLE.value, _("All of it, online")),
        ],
    )
    deposit_percent = _percent(_("Deposit, per cent of the price"), required=False)
    free_hours = _hours(_("Free until … hours before"))
    late_percent = _percent(_("After that, per cent kept"))
    step1_hours = _hours(
        _("From … hours before"), required=False, help_text=_("Leave it empty if there is no further step.")
    )
    step1_percent = _percent(_("Per cent kept then"), required=False)
    step2_hours = _hours(_("And from … hours before"), required=False)
    step2_percent = _percent(_("Per cent kept from then on"), required=False)
    booking_grace_min = minutes_field(
        _("Minutes after booking in which it is free anyway"), most=1440, initial=0
    )
    change_free_hours = _hours(_("Moving is free until … hours before"))
    change_percent = _percent(_("After that, moving costs, per cent"))
    no_show_percent = _percent(_("Per cent kept if nobody comes"))
    no_show_grace_min = minutes_field(_("Minutes to wait before it counts as that"), most=240, initial=0)

    breach_percent = _percent(
        _("Per cent of the price that you give the customer"), required=False, initial=0
    )
    breach_hours = _hours(_("When you cancel later than … hours before"), required=False, initial=24)

    def __init__(self, *args: Any, currency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        if currency:
            self.fields["deposit_amount"] = price_field(
                _("Or a fixed deposit, %(currency)s") % {"currency": currency}, required=False
            )

    def groups(self) -> Iterator[tuple[Any, list[BoundField]]]:
        """The fields in sections, each with its heading."""
        deposit = [name for name in ("deposit_percent", "deposit_amount") if name in self.fields]
        steps = [f"step{n}_{part}" for n in (1, 2) for part in ("hours", "percent")]
        sections: list[tuple[Any, list[str]]] = [
            (_("Paying"), ["prepayment", *deposit]),
            (_("Cancelling"), ["free_hours", "late_percent", *steps, "booking_grace_min"]),
            (_("Moving"), ["change_free_hours", "change_percent"]),
            (_("Not coming"), ["no_show_percent", "no_show_grace_min"]),
            (_("When the business cancels late"), ["breach_percent", "breach_hours"]),
        ]
        for title, names in sections:
            yield title, [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        for n in range(1, STEPS + 1):
            if (data[f"step{n}_hours"] is None) != (data[f"step{n}_percent"] is None):
                self.add_error(f"step{n}_hours", _("A step needs its hours and its per cent."))
        sizes = [name for name in ("deposit_percent", "deposit_amount") if data.get(name)]
        if data["prepayment"] == Prepayment.DEPOSIT and len(sizes) != 1:
            self.add_error("deposit_percent", _("Give the deposit in per cent or as an amount, one of them."))
        if not self.errors:
            self._check_order(data)
        return data

    def _check_order(self, data: dict[str, Any]) -> None:
        steps = [(data["free_hours"], data["late_percent"]), *self._steps(data)]
        hours = [hour for hour, _percent in steps]
        percents = [*(percent for _hour, percent in steps), data["no_show_percent"]]
        moves_for_less = data["change_percent"] <= data["no_show_percent"]
        if hours != sorted(set(hours), reverse=True) or (len(hours) > 1 and hours[-1] == 0):
            self.add_error("step1_hours", _("Each step begins nearer to the start than the one before."))
        if percents != sorted(percents):
            self.add_error(
                "no_show_percent", _("What is kept rises from step to step, most if nobody comes.")
            )
        if not moves_for_less:
            self.add_error("change_percent", _("Moving costs no more than not coming."))

    @staticmethod
    def _steps(data: dict[str, Any]) -> list[tuple[Decimal, int]]:
        pairs = ((data[f"step{n}_hours"], data[f"step{n}_percent"]) for n in range(1, STEPS + 1))
        return [(hours, percent) for hours, percent in pairs if hours is not None]

    def policy(self) -> Policy:
        """The terms that the valid form describes."""
        data = self.cleaned_data
        deposit = data["prepayment"] == Prepayment.DEPOSIT
        return Policy(
            cancel=_tiers([(data["free_hours"], data["late_percent"]), *self._steps(data)]),
            change=_tiers([(data["change_free_hours"], data["change_percent"])]),
            no_show_percent=data["no_show_percent"],
            no_show_grace_min=data["no_show_grace_min"],
            booking_grace_min=data["booking_grace_min"],
            prepayment=Prepayment(data["prepayment"]),
            breach_percent=data["breach_percent"] or 0,
            breach_before_min=int((24 if data["breach_hours"] is None else data["breach_hours"]) * 60),
            deposit_percent=(data["deposit_percent"] or 0) if deposit else 0,
            deposit_amount=minor(data["deposit_amount"], self.currency)
            if deposit and data.get("deposit_amount")
            else 0,
        )

    @property
    def deposit_currency(self) -> str:
        """The currency of the fixed amount; empty when there is none."""
        return self.currency if self.policy().deposit_amount else ""

    @staticmethod
    def initial_of(policy: Policy, currency: str) -> dict[str, Any]:
        """What the form shows of terms. Those that it cannot show whole are shown as near as it can."""
        cancel, change = _from_tiers(policy, policy.cancel), _from_tiers(policy, policy.change)
        initial: dict[str, Any] = {
            "prepayment": policy.prepayment.value,
            "deposit_percent": policy.deposit_percent or None,
            "free_hours": cancel[0][0],
            "late_percent": cancel[0][1],
            "change_free_hours": change[0][0],
            "change_percent": change[0][1],
            "no_show_percent": policy.no_show_percent,
            "no_show_grace_min": policy.no_show_grace_min,
            "booking_grace_min": policy.booking_grace_min,
            "breach_percent": policy.breach_percent,
            "breach_hours": round(Decimal(policy.breach_before_min) / 60, 2).normalize() + 0,
        }
        for n, (hours, percent) in enumerate(cancel[1 : STEPS + 1], 1):
            initial |= {f"step{n}_hours": hours, f"step{n}_percent": percent}
        if policy.deposit_amount and currency:
            initial["deposit_amount"] = major(policy.deposit_amount, currency)
        return initial


def _tiers(steps: list[tuple[Decimal, int]]) -> tuple[Tier, ...]:
    """Tiers end where the next step begins; the last one at the start."""
    edges = [int(hours * 60) for hours, _percent in steps]
    percents = [0, *(percent for _hours, percent in steps)]
    return tuple(
        Tier(edge, percent)
        for edge, percent, before in zip([*edges, 0], percents, [None, *edges], strict=True)
        if edge != before
    )


def _from_tiers(policy: Policy, tiers: tuple[Tier, ...]) -> list[tuple[Decimal, int]]:
    """The steps of `_tiers` again: from so many hours before the start, so many per cent."""
    following = [*(tier.keep_percent for tier in tiers[1:]), policy.no_show_percent]
    steps = [
        (Decimal(tier.until_min_before) / 60, percent)
        for tier, percent in zip(tiers, following, strict=True)
        if tier.until_min_before or len(tiers) == 1
    ]
    return [(round(hours, 2).normalize() + 0, percent) for hours, percent in steps] or [(Decimal(0), 0)]
