"""The visits that a change would hit, as their list shows them: what is wrong with each, and what can be done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.errors import BookingsAffected
from bookings.models import Booking, BookingItem
from bookings.rules import states
from bookings.selectors import fit
from providers.models import Provider
from providers.services.affected import guarded

WHY: dict[str, str | Promise] = {
    fit.SHOP: _("the shop is archived"),
    fit.SERVICE: _("it is no longer sold there"),
    fit.PERSON: _("the person no longer works there"),
    fit.SKILL: _("the person no longer does it"),
    fit.UNIT: _("what it needs is archived"),
    fit.HOURS: pgettext_lazy("a visit", "outside the hours"),
    fit.SESSION: _("the session does not take place then"),
    fit.NOBODY: _("nobody signs in as the person: only managers mark it"),
    fit.CLOCK: _("the shop's clock reads another time"),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One visit of the list. `move` and `cancel` are where that is done; empty for a hold, which ends by itself.

    `shop_zone` is the zone by which the shop's clock would go, where it then reads another time.
    """

    booking: Booking
    item: BookingItem
    why: list[str | Promise]
    shop_zone: str
    move: str
    cancel: str


@dataclass(frozen=True, slots=True)
class Affected:
    """The whole list; `version` is what the form sends back when its reader has decided."""

    version: str
    hits: list[Hit]


def guarding(provider: Provider, acknowledged: str, do: Callable[[], Any]) -> Any:
    """What `do` answers, done unless it would hit visits that the reader has not seen. Raises BookingsAffected."""
    with guarded(provider.pk, acknowledged=acknowledged[:64]):
        return do()


def affected(provider: Provider, error: BookingsAffected) -> Affected:
    """The list that a refusal names. Two queries."""
    why = {each["ref"]: each["why"] for each in error.data["bookings"]}
    zones = {each["ref"]: each.get("timezone", "") for each in error.data["bookings"]}
    rows = (
        Booking.objects.filter(ref__in=why)
        .select_related("customer")
        .prefetch_related("items__staff", "items__helpers")
        .order_by("starts_at", "pk")
    )
    return Affected(
        version=error.data["version"],
        hits=[
            Hit(
                booking=row,
                item=row.items.all()[0],
                why=[WHY[word] for word in why[row.ref]],
                shop_zone=zones[row.ref],
                move=_address("visit_move", provider, row),
                cancel=_address("visit_cancel", provider, row),
            )
            for row in rows
        ],
    )


def _address(name: str, provider: Provider, booking: Booking) -> str:
    if booking.status == states.HELD:
        return ""
    return reverse(f"provider:{name}", args=[provider.public_id, booking.ref])
