"""The parts of the checkout that what is kept fills in: for whom, where, which vehicle. Each is chosen from a list, or
typed, and what is typed may be kept for the next time."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.errors import PhoneInvalid
from accounts.models import SavedAddress, SavedPerson, SavedVehicle, User
from accounts.services import clean_phone, save_address, save_person, save_vehicle
from bookings.models import Booking
from bookings.services.holds import Address
from bookings.services.served import Served, Vehicle
from common.errors import DomainError
from frontend.booking_forms import AddressForm

# Chosen when something is typed instead.
NEW = "new"


def _pick(rows: Sequence[Any], id: str) -> Any:
    return next((row for row in rows if row.public_id == id), None)


class KeptForm(forms.Form):
    """A form with `rows` of what is kept to choose from; `again` is the same one before anybody has judged it."""

    def __init__(self, data: Any = None, *, rows: Sequence[Any] = (), region: str = "", **more: Any) -> None:
        super().__init__(data, **more)
        self.rows, self.region = list(rows), region

    def again(self) -> "KeptForm":
        typed = {name: self.data.get(name, "") for name in self.fields}
        return type(self)(rows=self.rows, region=self.region, initial=typed)

    def chosen(self, name: str) -> str:
        """What is chosen in the list, shown or sent."""
        return str(self[name].value() or "")


class ServedForm(KeptForm):
    """Who books, one of those they book for, or somebody else."""

    served = forms.CharField(required=False, max_length=24)
    served_name = forms.CharField(
        label=_("Their name"),
        max_length=120,
        error_messages={"required": _("Say who is coming, or choose yourself.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    served_phone = forms.CharField(
        label=_("Their phone"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "tel", "inputmode": "tel"}),
    )
    served_note = forms.CharField(
        label=_("What they should know"),
        required=False,
        max_length=500,
        help_text=_("Such as an allergy. Who serves reads it until the visit is over."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    keep_person = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        if data is not None and data.get("served") != NEW:
            self.fields["served_name"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("served") != NEW:
            return values
        try:
            clean_phone(values.get("served_phone"), region=self.region)
        except PhoneInvalid as error:
            self.add_error("served_phone", str(error))
        return values

    def value(self) -> Served:
        """For whom it is; nobody besides who books, when they chose themselves."""
        values = self.cleaned_data
        if values["served"] == NEW:
            return Served(values["served_name"], values["served_phone"], values["served_note"])
        row: SavedPerson | None = _pick(self.rows, values["served"])
        return Served(row.name, row.phone, row.note) if row else Served()


class KeptAddressForm(AddressForm, KeptForm):
    """Where a home visit goes: a kept address, or another one."""

    address = forms.CharField(required=False, max_length=24)
    keep_address = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        if data is not None and _pick(self.rows, data.get("address", "")):
            self.fields["address_line"].required = False

    def value(self) -> Address:
        values = self.cleaned_data
        row: SavedAddress | None = _pick(self.rows, values["address"])
        if row is None:
            return Address(values["address_line"], note=values["address_note"])
        return Address(row.line, row.point.y, row.point.x, row.note)


class VehicleForm(KeptForm):
    """Which vehicle: a kept one, or another. Nothing has to be said."""

    vehicle = forms.CharField(required=False, max_length=24)
    vehicle_plate = forms.CharField(
        label=_("Number plate"),
        required=False,
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    vehicle_about = forms.CharField(
        label=_("Make, model, size"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    keep_vehicle = forms.BooleanField(required=False)

    def value(self) -> Vehicle:
        values = self.cleaned_data
        row: SavedVehicle | None = _pick(self.rows, values["vehicle"])
        if row is None:
            return Vehicle(values["vehicle_plate"], values["vehicle_about"])
        return Vehicle(row.plate, ", ".join(filter(None, (row.model, row.note))))


def kept_forms(
    booking: Booking,
    user: User | None,
    *,
    at_home: bool,
    data: Any = None,
    typed: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The forms that this hold needs, by name: `served` for a signed-in customer (None for everybody else), `address`
    of a home visit, `vehicle` of a service that asks for one. `typed` is what was typed for a hold that was lost."""
    forms_: dict[str, Any] = {}
    typed, region = typed or {}, booking.outlet.country
    if user is not None:
        people = list(selectors.people_of(user))
        known: dict[str, Any] = {
            "served": next((row.public_id for row in people if row.name == booking.served_name), ""),
            "served_name": booking.served_name,
            "served_phone": booking.served_phone,
            "served_note": booking.served_note,
        }
        if booking.served_name and not known["served"]:
            known["served"] = NEW
        forms_["served"] = ServedForm(data, rows=people, region=region, initial=known | _of(typed, "served"))
    if at_home:
        places = list(selectors.addresses_of(user)) if user else []
        line = booking.address_line.casefold()
        known = {
            "address": next((row.public_id for row in places if row.line.casefold() == line), NEW),
            "address_line": booking.address_line,
            "address_note": booking.address_note,
        }
        forms_["address"] = KeptAddressForm(data, rows=places, initial=known | _of(typed, "address"))
    if booking.items.all()[0].service.category.asks_vehicle:
        cars = list(selectors.vehicles_of(user)) if user else []
        plate = booking.vehicle_plate
        known = {
            "vehicle": next((row.public_id for row in cars if row.plate == plate), "")
            or (cars[0].public_id if cars and not plate else NEW),
            "vehicle_plate": plate,
            "vehicle_about": booking.vehicle_about,
        }
        forms_["vehicle"] = VehicleForm(data, rows=cars, initial=known | _of(typed, "vehicle"))
    return forms_


def _of(typed: dict[str, Any], part: str) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if name.startswith(part)}


def keep_typed(request: HttpRequest, user: User | None, forms_: dict[str, Any]) -> None:
    """Keep for the next time what was typed and is to be kept. What cannot be kept hinders no booking: it is told."""
    if user is None:
        return
    try:
        served = forms_.get("served")
        if served and served.cleaned_data["served"] == NEW and served.cleaned_data["keep_person"]:
            values = served.value()
            # The tick says that the note may be kept, too.
            save_person(
                user=user,
                name=values.name,
                phone=values.phone,
                note=values.note,
                agreed=True,
                region=served.region,
            )
        address = forms_.get("address")
        if (
            address
            and address.cleaned_data["keep_address"]
            and not _pick(address.rows, address.chosen("address"))
        ):
            place = address.value()
            save_address(user=user, line=place.line, note=place.note)
        vehicle = forms_.get("vehicle")
        if (
            vehicle
            and vehicle.cleaned_data["keep_vehicle"]
            and not _pick(vehicle.rows, vehicle.chosen("vehicle"))
        ):
            car = vehicle.value()
            if car.plate.strip():
                save_vehicle(user=user, plate=car.plate, model=car.about)
    except DomainError as error:
        messages.warning(request, str(error))
