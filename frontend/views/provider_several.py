"""The page on which several services are changed at once: prices, lengths, times around them, where they are sold."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from common.money import Money
from frontend import formats
from frontend.views.provider_desk import Desk, form_page
from frontend.views.provider_forms import DeskForm, minutes_field, set_choices
from frontend.views.provider_tables import outcome_shown
from providers.models import Service
from providers.rules import tables
from providers.services.tables.cells import Value
from providers.services.tables.services import ServicesSheet
from providers.services.tables.sheet import take_in

PERCENT, AMOUNT, TO = "percent", "amount", "to"
UNCHANGED = _("Nothing was changed. Choose others, or another change.")
ROUNDED_TO = ("0.01", "0.05", "0.10", "0.50", "1.00", "5.00")


class SeveralForm(DeskForm):
    """Which services, and what of them: what is left empty stays as it is."""

    services = forms.MultipleChoiceField(
        label=_("Which services"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one service.")},
    )
    price_by = forms.ChoiceField(
        label=_("Prices"),
        required=False,
        choices=[
            ("", _("Stay as they are")),
            (PERCENT, _("Change by per cent")),
            (AMOUNT, _("Change by an amount")),
            (TO, _("Become the same")),
        ],
    )
    price = forms.DecimalField(
        label=_("By how much, or to what"),
        required=False,
        min_value=-1_000_000,
        max_value=1_000_000,
        decimal_places=2,
        localize=False,
        help_text=_("Such as 5, or -2.50 to lower them. Prices that differ at a shop change by as much."),
    )
    rounded = forms.ChoiceField(label=_("Rounded to"), choices=[(each, each) for each in ROUNDED_TO])
    duration_min = minutes_field(_("Length in minutes"), least=5, most=1440, required=False)
    buffer_before_min = minutes_field(_("Minutes to prepare before"), most=480, required=False)
    buffer_after_min = minutes_field(_("Minutes to tidy up after"), most=480, required=False)
    tax_percent = forms.DecimalField(
        label=_("VAT, per cent"),
        required=False,
        min_value=0,
        max_value=Decimal("99.99"),
        decimal_places=2,
        max_digits=4,
    )
    plain = ("duration_min", "buffer_before_min", "buffer_after_min", "tax_percent")

    def __init__(self, *args: Any, sheet: ServicesSheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        set_choices(
            self,
            {
                "services": [
                    (row.public_id, f"{row.name} · {formats.money(row.price_amount, row.currency)}")
                    for row in sheet.rows()
                ]
            },
        )
        self.sold = {outlet: f"sold_{outlet.public_id}" for outlet in sheet.outlets}
        for outlet, name in self.sold.items():
            self.fields[name] = forms.ChoiceField(
                label=_("Sold at %(outlet)s") % {"outlet": outlet.name},
                required=False,
                choices=[
                    ("", _("As it is")),
                    ("yes", _("Sell them there")),
                    ("no", _("Do not sell them there")),
                ],
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("price_by") and data.get("price") is None and "price" not in self.errors:
            self.add_error("price", _("Say by how much, or to what."))
        asked = [data.get("price_by"), *(data.get(name) for name in (*self.plain, *self.sold.values()))]
        if not self.errors and all(each in (None, "") for each in asked):
            self.add_error(None, _("Say what is to change."))
        return data

    def as_file(self) -> bytes:
        """The change as a file of the sheet. Raises ValidationError for a price below nothing."""
        data = self.cleaned_data
        rows: list[dict[str, Value]] = []
        for service in self.sheet.rows():
            if service.public_id in data["services"]:
                same = {name: data[name] for name in self.plain if data[name] is not None}
                rows.append({"id": service.public_id, **same, **self._prices(service), **self._sold_at()})
        names = list(dict.fromkeys(name for row in rows for name in row))
        return tables.write(names, [[row.get(name, "") for name in names] for row in rows])

    def _prices(self, service: Service) -> dict[str, Value]:
        """The service's price as changed, and those of shops that differ."""
        by, now = self.cleaned_data["price_by"], self.sheet.cells(service)
        if not by:
            return {}
        found: dict[str, Value] = {"price": self._priced(service, Decimal(now["price"]))}
        if by != TO:
            for outlet in self.sheet.outlets:
                name = self.sheet.sold_at(outlet)
                if isinstance(there := now[name], Decimal):
                    found[name] = self._priced(service, there)
        return found

    def _priced(self, service: Service, now: Decimal) -> Decimal:
        by, said = self.cleaned_data["price_by"], self.cleaned_data["price"]
        price = {PERCENT: now * (100 + said) / 100, AMOUNT: now + said, TO: said}[by]
        step = Decimal(self.cleaned_data["rounded"]) if by != TO else Decimal("0.01")
        price = (price / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        if price < 0:
            words = gettext("%(name)s would cost less than nothing.") % {"name": service.name}
            raise forms.ValidationError(words)
        smallest = Money(1, service.currency).major()
        return (price / smallest).quantize(Decimal(1), ROUND_HALF_UP) * smallest

    def _sold_at(self) -> dict[str, Value]:
        said = {outlet: self.cleaned_data[name] for outlet, name in self.sold.items()}
        return {self.sheet.sold_at(outlet): word for outlet, word in said.items() if word}


@form_page()
def several(desk: Desk) -> HttpResponse:
    """Choose services and what of them changes; POST shows before and after, which the sheet's page then does."""
    sheet = ServicesSheet(desk.provider, get_language() or "en")
    form = SeveralForm(desk.request.POST or None, sheet=sheet, initial={"rounded": "0.10"})
    shown: dict[str, Any] = {}
    status = 200
    if desk.sent:
        status = 422
        if form.is_valid():
            try:
                content = form.as_file()
            except forms.ValidationError as error:
                form.add_error("price", error)
            else:
                outcome = take_in(sheet=sheet, content=content, actor=desk.actor)
                shown = outcome_shown(desk, sheet, content, outcome, remedy=UNCHANGED)
                status = shown["status"]
    context = {**shown, "status": status, "form": form, "kind": sheet.kind, "back": "provider:services"}
    return desk.render("several", nav="services", **context)
