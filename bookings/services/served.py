"""Whom a visit is for, when that is not who books, and which vehicle: copied into the booking, in words."""

from dataclasses import dataclass

from accounts.services import clean_phone
from accounts.services.saved import clean_plate


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody else than who books. `note` is what who serves should know; "" for whatever is not said.

    Without a name it is for who books, to whom a note may belong all the same.
    """

    name: str = ""
    phone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What is worked on: its plate, and what it is (make, model, size)."""

    plate: str
    about: str = ""


def served_fields(served: Served | None, vehicle: Vehicle | None, *, region: str) -> dict[str, object]:
    """The columns of a booking that say so; nothing for a part that is None. A number without a country code is read as
    people of `region` (ISO 3166-1) dial it. Raises PhoneInvalid."""
    fields: dict[str, object] = {}
    if served is not None:
        fields |= {
            "served_name": served.name.strip()[:120],
            "served_phone": (clean_phone(served.phone, region=region) or "") if served.name.strip() else "",
            "served_note": served.note.strip()[:500],
        }
    if vehicle is not None:
        fields |= {
            "vehicle_plate": clean_plate(vehicle.plate),
            "vehicle_about": vehicle.about.strip()[:200] if clean_plate(vehicle.plate) else "",
        }
    return fields
