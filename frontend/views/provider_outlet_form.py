"""The form of an outlet: what it says of itself, where it is, and where its people go."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.views.provider_forms import (
    DeskForm,
    category_choices,
    country_choices,
    language_choices,
    long_field,
    text_field,
    zone_choices,
)
from geo.enums import TravelMode
from geo.errors import PositionInvalid
from geo.rules import positions
from geo.rules.positions import Position
from geo.selectors import position_of
from providers.models import Outlet
from providers.selectors.areas import corners_of

METRES_PER_KM = 1000


class OutletForm(DeskForm):
    """An outlet. The pin is found by the address unless it is given."""

    wide = frozenset({"name", "description", "street_line", "service_corners"})
    name = text_field(_("Name of the shop"))
    description = long_field(_("About this place"))
    language = forms.ChoiceField(label=_("Language of these texts"))
    category = forms.ChoiceField(label=_("Mostly"), required=False)
    street_line = text_field(_("Street and number"), longest=200)
    postcode = text_field(_("Postcode"), longest=16, required=False)
    city = text_field(_("City"), longest=80)
    country = forms.ChoiceField(label=_("Country"))
    phone = text_field(_("Phone"), longest=40, required=False)
    lat = forms.FloatField(
        label=_("Pin: latitude"),
        required=False,
        min_value=-90,
        max_value=90,
        help_text=_(
            "Leave empty and we look the address up. If it is not found, give degrees as map apps show them."
        ),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    lng = forms.FloatField(
        label=_("Pin: longitude"),
        required=False,
        min_value=-180,
        max_value=180,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    timezone = forms.ChoiceField(label=_("Time zone"))
    currency = text_field(_("Currency"), longest=3, help_text=_("Three letters, such as EUR."))
    radius_km = forms.DecimalField(
        label=_("Home visits: how far you go, in kilometres"),
        required=False,
        min_value=Decimal("0.1"),
        max_value=100,
        decimal_places=1,
        max_digits=4,
        help_text=_("Leave empty if customers come to you, or draw an area of your own."),
    )
    service_corners = forms.CharField(
        label=_("Or the corners of the area where you go"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "data-corners": ""}),
        help_text=_("One corner a line, in order: latitude, longitude, such as 60.1708, 24.9375."),
    )
    travel_mode = forms.ChoiceField(
        label=_("You get from one visit to the next"),
        choices=TravelMode.choices,
        help_text=_("Times that can be booked leave time for the way. Customers do not see it."),
    )

    def __init__(self, *args: Any, outlet: Outlet | None = None, **kwargs: Any) -> None:
        self.outlet = outlet
        super().__init__(*args, **kwargs)
        self._choices("language", language_choices(outlet.language if outlet else "en"))
        self._choices("category", category_choices())
        self._choices("country", country_choices())
        self._choices("timezone", zone_choices())

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("lat") is None) != (data.get("lng") is None):
            self.add_error("lng", _("Give both, or neither."))
        return data

    def clean_service_corners(self) -> list[Position]:
        """The corners as typed, a line each."""
        try:
            return [
                positions.position(*re.split(r"[,;\s]+", line.strip()))
                for line in self.cleaned_data["service_corners"].splitlines()
                if line.strip()
            ]
        except (TypeError, PositionInvalid):
            raise forms.ValidationError(_("Give each corner as latitude, longitude.")) from None

    def fields_for_service(self) -> dict[str, Any]:
        """The cleaned fields as the services name them, without the category.

        The pin is named when it was moved, and looked up anew when only the address was changed.
        """
        data = dict(self.cleaned_data)
        data.pop("category")
        lat, lng, km = data.pop("lat"), data.pop("lng"), data.pop("radius_km")
        data["service_radius_m"] = int(km * METRES_PER_KM) if km else None
        if "service_corners" not in self.changed_data:
            data.pop("service_corners")
        elif data["service_corners"] and "radius_km" not in self.changed_data:
            data["service_radius_m"] = None  # what was drawn just now takes the circle's place
        pin = Position(lat, lng) if lat is not None and lng is not None else None
        moved = {"lat", "lng"} & set(self.changed_data)
        elsewhere = {"street_line", "postcode", "city", "country"} & set(self.changed_data)
        if self.outlet is None or moved:
            data["position"] = pin
        elif elsewhere:
            data["position"] = None
        return data

    @staticmethod
    def initial_of(outlet: Outlet, category: str) -> dict[str, Any]:
        """What the form shows of an outlet."""
        pin = position_of(outlet.point)
        names = ("name", "description", "language", "street_line", "postcode", "city", "country", "phone")
        times = ("timezone", "currency", "travel_mode")
        radius = outlet.service_radius_m
        return {
            **{name: getattr(outlet, name) for name in (*names, *times)},
            "category": category,
            "lat": round(pin.lat, 6),
            "lng": round(pin.lng, 6),
            "radius_km": Decimal(radius) / METRES_PER_KM if radius else None,
            "service_corners": "\n".join(f"{each.lat:.6f}, {each.lng:.6f}" for each in corners_of(outlet)),
        }
