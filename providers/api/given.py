"""What these routers share: the caller, and the fields that a PATCH names."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from accounts.principals import Principal
from common.errors import InvalidInput
from geo.rules.positions import Position
from providers.models import Provider, StaffMember
from providers.schemas import Pin
from providers.selectors import catalogue

# Of a change that would hit visits ahead: the `version` of the list that was shown (409 `bookings_affected`).
Acknowledged = Annotated[str, Field(max_length=64, pattern="^[0-9a-f]*$")]


def caller(request: HttpRequest) -> Principal:
    """Who calls."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the API's authentication
    return principal


def given(body: Schema, *, nullable: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields that the request names; null is a value only for `nullable` ones. Raises InvalidInput."""
    fields = {name: getattr(body, name) for name in body.model_fields_set}
    nulls = [name for name, value in fields.items() if value is None and name not in nullable]
    if nulls:
        raise InvalidInput(errors=[{"field": name, "message": "must not be null"} for name in sorted(nulls)])
    return fields


def pick_staff(provider: Provider, staff: str) -> StaffMember:
    """The person of the business with this public id. Raises NotOfThisBusiness."""
    return catalogue.pick(StaffMember.objects.filter(provider=provider), [staff], field="staff")[0]


def position(pin: Pin | None) -> Position | None:
    """The place of a pin."""
    return Position(pin.lat, pin.lng) if pin else None
