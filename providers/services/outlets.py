"""Outlets: where a business works from."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypedDict, Unpack

from django.contrib.gis.geos import Point
from django.db import transaction

from accounts.services.contacts import clean_phone
from common import clock
from geo.enums import TravelMode
from geo.errors import AddressUnknown
from geo.rules.positions import Position, distance
from geo.selectors import circle, drawn, geocode, point, position_of
from providers import events
from providers.enums import GridAlign, Place, StaffChoice
from providers.errors import (
    AreaInvalid,
    AreaNeeded,
    CategoryUnknown,
    CurrencyInUse,
    HolidaysUnknown,
    HoursInvalid,
    IsArchived,
)
from providers.models import Category, Offering, Outlet, Provider
from providers.rules import checks, holidays
from providers.selectors.areas import corners_of
from providers.services.affected import guarded
from providers.services.businesses import DESCRIPTION_LENGTH
from providers.services.listing import refresh_outlet
from providers.services.record import lock_provider, tell

MAX_SERVICE_RADIUS_M = 100_000
MAX_CORNERS = 200
MAX_NOTICE_MIN = 60 * 24 * 30
MAX_WAIT_MIN = 240

# Its time zone decides which instants its hours are, its step which of them may be booked.
_TIME_FIELDS = {
    *("timezone", "slot_step_min", "grid_align", "grid_offset_min", "notice_min", "window_days"),
    *("window_until", "buffers_in_hours", "max_wait_min", "keeps_holidays", "holiday_region", "country"),
    "travel_mode",
}

# What may leave visits outside hours, or at another time of the shop's clock.
_GUARDED = {"timezone", "country", "keeps_holidays", "holiday_region"}


class OutletFields(TypedDict, total=False):
    """What may be said about an outlet.

    `position` is the pin (degrees, WGS 84): without it the address is looked up. Home visits go within
    `service_radius_m` (metres) or what `service_corners` enclose, in order (None: neither), their people by
    `travel_mode` (geo.enums.TravelMode). `slot_step_min`, `grid_offset_min`, `notice_min` and `max_wait_min` are
    minutes, `timezone` an IANA name, `currency` ISO 4217, `window_until` the last local day that may be booked (None:
    only `window_days` says), `holiday_region` an ISO 3166-2 code without the country ("": the country's holidays).
    """

    name: str
    description: str
    language: str
    main_category: Category | None
    street_line: str
    postcode: str
    city: str
    country: str
    position: Position | None
    timezone: str
    currency: str
    phone: str
    slot_step_min: int
    notice_min: int
    window_days: int
    grid_align: str
    grid_offset_min: int
    window_until: date | None
    buffers_in_hours: bool
    staff_choice: str
    max_wait_min: int
    keeps_holidays: bool
    holiday_region: str
    service_radius_m: int | None
    service_corners: Sequence[Position] | None
    travel_mode: str


def create_outlet(*, provider: Provider, actor: str, **fields: Unpack[OutletFields]) -> Outlet:
    """A new outlet; name, street, city, country, timezone and currency are needed.

    Raises AddressUnknown (no pin, and the address is not found), IsArchived, HolidaysUnknown, and the errors of
    each field.
    """
    needed = OutletFields(name="", street_line="", city="", country="", timezone="", currency="")
    clean = _checked({**needed, **fields}, country=fields.get("country", ""))
    pin = clean.pop("position", None) or locate(clean)  # asks the geocoder: before the transaction
    with transaction.atomic():
        provider = lock_provider(provider.pk)
        corners = clean.pop("service_corners", None)
        outlet = Outlet(provider=provider, point=point(pin), **clean)
        _draw_area(outlet, corners)
        _check_together(outlet)
        outlet.save()
        _tell(outlet, provider, events.CATALOGUE_CHANGED, actor, "outlet.create")
    return outlet


def update_outlet(
    *, outlet: Outlet, actor: str, acknowledged: str = "", **changes: Unpack[OutletFields]
) -> Outlet:
    """Change an outlet. With `position=None` a changed address is looked up anew; else the pin stays.

    Another time zone leaves visits at their instant. It and holidays are guarded here, since the geocoder is asked
    before any transaction: what the guard refuses is raised unless `acknowledged` names it.

    Raises IsArchived, CurrencyInUse, AreaNeeded (home visits are sold here), HolidaysUnknown, BookingsAffected, and
    the errors of each field.
    """
    clean = _checked(changes, country=changes.get("country", outlet.country))
    pin: Position | None = None
    if "position" in clean:
        pin = clean.pop("position") or locate({**_address(outlet), **clean})
    is_guarded = not _GUARDED.isdisjoint(clean)
    within = guarded(outlet.provider_id, acknowledged=acknowledged) if is_guarded else transaction.atomic()
    with within:
        provider = lock_provider(outlet.provider_id)
        outlet = Outlet.objects.get(pk=outlet.pk)
        if outlet.archived_at:
            raise IsArchived
        _check_currency(outlet, clean)
        corners = clean.pop("service_corners", None)
        if corners:
            clean["service_radius_m"] = None
        changed = sorted(name for name, value in clean.items() if getattr(outlet, name) != value)
        for name in changed:
            setattr(outlet, name, clean[name])
        if "country" in changed and "holiday_region" not in clean and outlet.holiday_region:
            outlet.holiday_region = ""  # it was one of the other country
            changed.append("holiday_region")
        _check_together(outlet)
        if pin:
            outlet.point = point(pin)
        saved = [*changed]
        if pin or corners is not None or "service_radius_m" in changed:
            drawn = corners if corners is not None or "service_radius_m" in changed else corners_of(outlet)
            _draw_area(outlet, drawn)
            saved += ["point", "service_area"]
        if corners is not None:
            changed.append("service_corners")
        if saved:
            outlet.save(update_fields=saved)
        refresh_outlet(outlet.pk)
        _tell(outlet, provider, events.CATALOGUE_CHANGED, actor, "outlet.update", fields=changed)
        if _TIME_FIELDS & set(changed):
            _tell(outlet, provider, events.HOURS_CHANGED, actor, "outlet.hours", fields=changed)
    return outlet


@transaction.atomic
def archive_outlet(*, outlet: Outlet, actor: str) -> None:
    """Close an outlet for good: nothing new can be booked there. Its bookings stay. Raises IsArchived."""
    provider = lock_provider(outlet.provider_id)
    now = clock.now()
    if not Outlet.objects.filter(pk=outlet.pk, archived_at__isnull=True).update(archived_at=now):
        raise IsArchived
    outlet.archived_at = now
    refresh_outlet(outlet.pk)
    _tell(outlet, provider, events.CATALOGUE_CHANGED, actor, "outlet.archive")


def locate(address: dict[str, Any]) -> Position:
    """Where an address (street_line, postcode, city) is. Raises AddressUnknown. May ask a network service."""
    line = f"{address.get('street_line', '')}, {address.get('postcode', '')} {address.get('city', '')}"
    found = geocode(line)
    if found is None:
        raise AddressUnknown(field="street_line")
    return Position(found.lat, found.lng)


def _address(outlet: Outlet) -> dict[str, Any]:
    return {"street_line": outlet.street_line, "postcode": outlet.postcode, "city": outlet.city}


def _checked(fields: OutletFields, *, country: str) -> dict[str, Any]:
    clean: dict[str, Any] = dict(fields)
    lengths = {"name": 120, "street_line": 200, "city": 80}
    for name, longest in lengths.items():
        if name in clean:
            clean[name] = checks.text(clean[name], field=name, longest=longest)
    for name, longest in {"description": DESCRIPTION_LENGTH, "postcode": 16}.items():
        if name in clean:
            clean[name] = checks.text(clean[name], field=name, longest=longest, needed=False)
    for name, check in {
        "language": checks.language,
        "country": checks.country,
        "timezone": checks.timezone,
        "currency": checks.currency,
    }.items():
        if name in clean:
            clean[name] = check(clean[name])
    if "phone" in clean:
        clean["phone"] = clean_phone(clean["phone"], region=country.strip().upper()) or ""
    ranges = {
        "slot_step_min": (5, 240),
        "notice_min": (0, MAX_NOTICE_MIN),
        "window_days": (1, 366),
        "max_wait_min": (0, MAX_WAIT_MIN),
    }
    for name, (least, most) in ranges.items():
        if name in clean:
            checks.number(clean[name], field=name, least=least, most=most)
    if clean.get("service_radius_m") is not None:
        checks.number(clean["service_radius_m"], field="service_radius_m", least=1, most=MAX_SERVICE_RADIUS_M)
    for name, words in {
        "grid_align": GridAlign,
        "staff_choice": StaffChoice,
        "travel_mode": TravelMode,
    }.items():
        if name in clean:
            checks.one_of(clean[name], words.values, field=name)
    if clean.get("service_corners"):
        if clean.get("service_radius_m"):
            raise AreaInvalid(field="service_corners")
        checks.number(len(clean["service_corners"]), field="service_corners", least=3, most=MAX_CORNERS)
    if clean.get("window_until") and not checks.EARLIEST <= clean["window_until"] <= checks.LATEST:
        raise HoursInvalid(field="window_until", date=clean["window_until"].isoformat())
    category = clean.get("main_category")
    if category is not None and category.archived_at:
        raise CategoryUnknown(field="main_category")
    return clean


def _check_together(outlet: Outlet) -> None:
    """What one field says of another: an offset within a step, holidays that are known."""
    checks.number(outlet.grid_offset_min, field="grid_offset_min", least=0, most=outlet.slot_step_min - 1)
    if outlet.holiday_country and not holidays.is_known(outlet.holiday_country):
        raise HolidaysUnknown(field="keeps_holidays")
    if outlet.holiday_region and outlet.holiday_region not in holidays.regions(outlet.country):
        raise HolidaysUnknown(field="holiday_region")


def _check_currency(outlet: Outlet, clean: dict[str, Any]) -> None:
    changes = clean.get("currency", outlet.currency) != outlet.currency
    if changes and Offering.objects.filter(outlet=outlet).exists():
        raise CurrencyInUse(field="currency")


def _draw_area(outlet: Outlet, corners: Sequence[Position] | None) -> None:
    """Where its people go: the drawn area, or the radius around the pin. Raises AreaInvalid, AreaNeeded."""
    here = position_of(outlet.point if isinstance(outlet.point, Point) else Point(outlet.point))
    if corners:
        if any(distance(here, corner) > MAX_SERVICE_RADIUS_M for corner in corners):
            raise AreaInvalid(field="service_corners")
        outlet.service_area = drawn(corners)
        if not outlet.service_area.valid:
            raise AreaInvalid(field="service_corners")
        return
    outlet.service_area = circle(here, outlet.service_radius_m) if outlet.service_radius_m else None
    live = Offering.objects.filter(outlet=outlet.pk, service__archived_at__isnull=True)
    if outlet.service_area is None and live.filter(service__place=Place.CUSTOMER).exists():
        raise AreaNeeded(field="service_radius_m")


def _tell(outlet: Outlet, provider: Provider, event: str, actor: str, action: str, **data: Any) -> None:
    tell(
        provider,
        type=event,
        actor=actor,
        action=action,
        of="outlet",
        of_id=outlet.public_id,
        outlets=[outlet],
        **data,
    )
