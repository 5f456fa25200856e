"""The forms with which operators set rates and say when and how businesses are paid."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.enums import PayoutWay
from payments.errors import RateInvalid
from payments.models import PayoutTerms
from payments.rules.commission import Rate, RateTier
from payments.rules.payouts import FEWEST_DAYS, MOST_DAYS, Terms
from payments.services.payout_holds import REASON_LENGTH

STEPS = 3
# A rate and terms of payout count in every currency: their amounts are kept in hundredths of a unit, whatever its own
# smallest part is (`common.money.minor_of`).
HUNDREDTHS = 100


def _percent(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=50, max_digits=4, decimal_places=2, **more)


class RateForm(forms.Form):
    """A commission: its rate, up to three steps by turnover, and an introductory rate."""

    rate = _percent(_("Commission, per cent"))
    intro = _percent(_("At first, per cent"), required=False)
    intro_until = forms.DateField(
        label=_("Until, this day included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, STEPS + 1):
            self.fields[f"from_{n}"] = forms.IntegerField(
                label=_("From a turnover in the month of"), required=False, min_value=1, max_value=10**9
            )
            self.fields[f"rate_{n}"] = _percent(_("per cent"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for n in range(1, STEPS + 1):
            if (given.get(f"from_{n}") is None) != (given.get(f"rate_{n}") is None):
                self.add_error(f"from_{n}", _("A step has a turnover and a rate."))
        if (given.get("intro") is None) != (given.get("intro_until") is None):
            self.add_error("intro_until", _("An introductory rate has its last day."))
        return given

    def as_rate(self) -> Rate:
        """What the valid form says. Raises RateInvalid."""
        given = self.cleaned_data
        steps = [(given[f"from_{n}"], given[f"rate_{n}"]) for n in range(1, STEPS + 1)]
        tiers = tuple(
            RateTier(turnover * HUNDREDTHS, _bp(rate)) for turnover, rate in steps if turnover is not None
        )
        intro = given["intro"]
        try:
            return Rate(
                _bp(given["rate"]), tiers, None if intro is None else _bp(intro), given["intro_until"]
            )
        except ValueError as error:
            raise RateInvalid(field="from_1") from error

    @staticmethod
    def initial_of(rate: Rate) -> dict[str, Any]:
        """What the form shows."""
        initial: dict[str, Any] = {"rate": Decimal(rate.rate_bp) / 100, "intro_until": rate.intro_until}
        if rate.intro_bp is not None:
            initial["intro"] = Decimal(rate.intro_bp) / 100
        for n, tier in enumerate(rate.tiers[:STEPS], start=1):
            initial[f"from_{n}"] = tier.from_turnover // HUNDREDTHS
            initial[f"rate_{n}"] = Decimal(tier.rate_bp) / 100
        return initial


class VatForm(forms.Form):
    """The VAT that is added to the commission for providers of a country."""

    country = forms.CharField(label=_("Country, two letters"), min_length=2, max_length=2)
    rate = _percent(_("VAT, per cent"))

    def rate_bp(self) -> int:
        return _bp(self.cleaned_data["rate"])


class PayoutTermsForm(forms.Form):
    """When and how providers are paid."""

    after_days = forms.IntegerField(
        label=_("Days after a visit is closed"), min_value=FEWEST_DAYS, max_value=MOST_DAYS
    )
    minimum = forms.DecimalField(
        label=_("The least that is paid out"),
        min_value=0,
        max_value=10**6,
        max_digits=9,
        decimal_places=2,
        help_text=_("In whole units of the currency that is paid."),
    )
    way = forms.ChoiceField(
        label=_("Way"),
        choices=PayoutWay.choices,
        help_text=_("A bank file is for euros and IBANs. What it cannot pay you send by hand."),
    )
    destination = forms.CharField(
        label=_("Account at the gateway"),
        required=False,
        max_length=64,
        help_text=_("The account that the gateway keeps for this business."),
    )

    def __init__(self, *args: Any, for_one: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_one:
            del self.fields["destination"]

    def terms(self) -> Terms:
        """What the valid form says."""
        given = self.cleaned_data
        return Terms(
            given["after_days"],
            int(given["minimum"] * HUNDREDTHS),
            given["way"],
            given.get("destination", ""),
        )

    @staticmethod
    def initial_of(terms: Terms, row: PayoutTerms | None) -> dict[str, Any]:
        """What the form shows: what counts now."""
        return {
            "after_days": terms.after_days,
            "minimum": Decimal(terms.minimum) / HUNDREDTHS,
            "way": terms.way,
            "destination": row.destination if row else "",
        }


class HoldForm(forms.Form):
    """Why a business is not paid for now."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Its owners read it."),
    )


def _bp(percent: Decimal) -> int:
    return int(percent * 100)
