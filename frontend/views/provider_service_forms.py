"""The forms of what a business sells: services, where they are sold, options."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.views.provider_forms import (
    TEXT_LANGUAGES,
    DeskForm,
    category_choices,
    language_choices,
    long_field,
    major,
    minor,
    minutes_field,
    price_field,
    set_choices,
    text_field,
)
from providers.enums import Place
from providers.models import Offering, Outlet, ResourceKind, Service, ServiceOption
from providers.models.catalogue import MOST_IN_A_TEAM
from providers.rules import phases
from providers.rules.phases import ACTIVE, PROCESSING


class ServiceForm(DeskForm):
    """A service; how many units of each kind it needs is one field per kind."""

    wide = frozenset({"name", "description"})
    name = text_field(_("Name of the service"))
    description = long_field(_("What is included"))
    language = forms.ChoiceField(label=_("Language of these texts"))
    category = forms.ChoiceField(label=_("Category"))
    place = forms.ChoiceField(label=_("Where"), choices=Place.choices)
    duration_min = minutes_field(_("Length in minutes"), least=5, most=1440)
    price = price_field(_("Price"), help_text=_("With VAT."))
    tax_percent = forms.DecimalField(
        label=_("VAT, per cent"), min_value=0, max_value=Decimal("99.99"), decimal_places=2, max_digits=4
    )
    buffer_before_min = minutes_field(_("Minutes to prepare before"), most=480, initial=0)
    buffer_after_min = minutes_field(_("Minutes to tidy up after"), most=480, initial=0)
    worked_first_min = minutes_field(
        _("Then it takes by itself: after … minutes of work"),
        most=1440,
        initial=0,
        required=False,
        help_text=_(
            "Such as 30 for a colour that takes: its person is free to serve somebody else meanwhile."
        ),
    )
    processing_min = minutes_field(
        _("For … minutes, before the work goes on"),
        most=1440,
        initial=0,
        required=False,
        help_text=_("0: worked on throughout."),
    )
    capacity = forms.IntegerField(
        label=_("Seats"),
        required=False,
        min_value=1,
        max_value=500,
        initial=1,
        help_text=_("Above 1: customers book seats in the sessions that you put on the calendar."),
    )
    team_size = forms.IntegerField(
        label=_("People who do it together"),
        required=False,
        min_value=1,
        max_value=MOST_IN_A_TEAM,
        initial=1,
        help_text=_("Such as 2 for a move: all of them are taken from start to end."),
    )
    needs_acceptance = forms.BooleanField(label=_("We accept each booking first"), required=False)
    acceptance_hours = forms.IntegerField(
        label=_("Hours to answer a request"),
        required=False,
        min_value=1,
        max_value=72,
        initial=24,
        help_text=_("No answer by then counts as a no: the customer gets everything back."),
    )
    position = forms.IntegerField(
        label=_("Order in the list"),
        min_value=0,
        max_value=1000,
        initial=0,
        help_text=_("Lower comes first."),
    )

    def __init__(
        self,
        *args: Any,
        kinds: Sequence[ResourceKind],
        currencies: Sequence[str],
        service: Service | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds, self.currencies = kinds, currencies
        self.currency = service.currency if service else ""
        set_choices(
            self,
            {
                "language": language_choices(service.language if service else "en"),
                "category": category_choices(),
            },
        )
        if service is None:
            self.fields["currency"] = forms.ChoiceField(
                label=_("Currency"), choices=[(code, code) for code in currencies]
            )
        if service and _simple(service) is None:
            # Several waits were set by the API: the page leaves them as they are.
            del self.fields["worked_first_min"], self.fields["processing_min"]
        for kind in kinds:
            self.fields[f"need_{kind.public_id}"] = forms.IntegerField(
                label=_("Needs: %(kind)s") % {"kind": kind.name}, min_value=0, max_value=20, initial=0
            )

    def fields_for_service(self) -> dict[str, Any]:
        """The cleaned fields as the services name them, without the category."""
        data = dict(self.cleaned_data)
        data.pop("category")
        currency = data.get("currency", self.currency)
        data["price_amount"] = minor(data.pop("price"), currency)
        data["place"] = Place(data["place"])
        if "processing_min" in data:
            first, processing = data.pop("worked_first_min") or 0, data.pop("processing_min") or 0
            data["phases"] = _phases(first, processing, data["duration_min"])
        for name in ("acceptance_hours", "capacity", "team_size"):
            if data[name] is None:
                del data[name]
        quantities = {kind: data.pop(f"need_{kind.public_id}") for kind in self.kinds}
        data["needs"] = {kind: quantity for kind, quantity in quantities.items() if quantity}
        return data

    @staticmethod
    def initial_of(service: Service) -> dict[str, Any]:
        """What the form shows of a service, as selectors.catalogue.services reads it."""
        names = ("name", "description", "language", "place", "duration_min", "tax_percent", "position")
        return {
            **{name: getattr(service, name) for name in names},
            "buffer_before_min": service.buffer_before_min,
            "buffer_after_min": service.buffer_after_min,
            "capacity": service.capacity,
            "team_size": service.team_size,
            "needs_acceptance": service.needs_acceptance,
            "acceptance_hours": service.acceptance_hours,
            **(_simple(service) or {}),
            "category": service.category.slug,
            "price": major(service.price_amount, service.currency),
            **{
                f"need_{need.kind.public_id}": need.quantity
                for need in service.needed  # type: ignore[attr-defined]
            },
        }


def _simple(service: Service) -> dict[str, int] | None:
    """The phases as the form asks for them: work, one wait, work. None when they are not of that kind."""
    kinds = [phase.kind for phase in phases.read(service.phases)]
    if kinds not in ([], [ACTIVE, PROCESSING], [ACTIVE, PROCESSING, ACTIVE]):
        return None
    minutes = [phase["minutes"] for phase in service.phases] or [0, 0]
    return {"worked_first_min": minutes[0], "processing_min": minutes[1]}


def _phases(worked_first_min: int, processing_min: int, duration_min: int) -> list[dict[str, Any]]:
    """Work, one wait, and work until the end; without a wait none."""
    if not processing_min:
        return []
    rest = duration_min - worked_first_min - processing_min
    parts = [(ACTIVE, worked_first_min), (PROCESSING, processing_min), (ACTIVE, rest)]
    return [{"kind": kind, "minutes": minutes} for kind, minutes in parts if minutes]


class OffersForm(DeskForm):
    """Where a service is sold: a tick and a price for each outlet."""

    def __init__(
        self,
        *args: Any,
        outlets: Sequence[Outlet],
        sold: Sequence[Offering],
        service: Service,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.outlets, self.service = outlets, service
        now = {offering.outlet_id: offering.price_amount for offering in sold}
        for outlet in outlets:
            price = now.get(outlet.pk, service.price_amount)
            self.fields[f"sold_{outlet.public_id}"] = forms.BooleanField(
                label=outlet.name, required=False, initial=outlet.pk in now
            )
            self.fields[f"price_{outlet.public_id}"] = price_field(
                label=_("Price at %(outlet)s") % {"outlet": outlet.name},
                required=False,
                initial=major(price, service.currency),
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Tick and price of each outlet, for the template."""
        return [(self[f"sold_{o.public_id}"], self[f"price_{o.public_id}"]) for o in self.outlets]

    def prices(self) -> dict[Outlet, int | None]:
        """For each outlet the price in minor units, or None where it is not sold."""
        found: dict[Outlet, int | None] = {}
        for outlet in self.outlets:
            price = self.cleaned_data[f"price_{outlet.public_id}"]
            amount = self.service.price_amount if price is None else minor(price, self.service.currency)
            found[outlet] = amount if self.cleaned_data[f"sold_{outlet.public_id}"] else None
        return found


class OptionForm(DeskForm):
    """A paid add-on or variant."""

    wide = frozenset({"name"})
    name = text_field(_("Name of the option"))
    language = forms.ChoiceField(label=_("Language of the name"), choices=TEXT_LANGUAGES)
    extra_min = minutes_field(_("Adds minutes"), most=480, initial=0)
    price = price_field(_("Adds to the price"), help_text=_("With VAT."))
    position = forms.IntegerField(label=_("Order in the list"), min_value=0, max_value=1000, initial=0)

    def fields_for_service(self, currency: str) -> dict[str, Any]:
        """The cleaned fields as the services name them."""
        data = dict(self.cleaned_data)
        data["price_amount"] = minor(data.pop("price"), currency)
        return data

    @staticmethod
    def initial_of(option: ServiceOption) -> dict[str, Any]:
        """What the form shows of an option."""
        names = ("name", "language", "extra_min", "position")
        price = major(option.price_amount, option.service.currency)
        return {**{name: getattr(option, name) for name in names}, "price": price}
