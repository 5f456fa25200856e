"""The steps from a time to a booking, as a browser sends them, and the shop that they are made at."""

import re
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from accounts.principals import Principal
from bookings.models import Booking
from bookings.services import holds
from common.clock import rfc3339
from providers.models import Outlet, Service, StaffMember
from tests.factories import (
    make_outlet,
    make_service,
    make_staff,
    tomorrow_at,
)

WHO = {"name": "Helmi Virtanen", "email": "helmi@example.com", "phone": ""}


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet()


@pytest.fixture
def person(outlet: Outlet) -> StaffMember:
    return make_staff(outlet, name="Aino Rinne")


@pytest.fixture
def service(outlet: Outlet, person: StaffMember) -> Service:
    return make_service(outlet, staff=[person])


def plate(service: Service, outlet: Outlet, start: datetime, staff: str = "") -> str:
    return f"{outlet.public_id}:{service.public_id}:{rfc3339(start)}" + (f":{staff}" if staff else "")


def text(response: Any) -> str:
    """What a reader sees: without tags, spaces as one."""
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").split())


def send_hold(client: Client, slot: str, **more: str) -> Any:
    return client.post("/hold", {"slot": slot, "nonce": str(uuid.uuid4()), **more})


def held_by(client: Client, outlet: Outlet, service: Service, start: datetime | None = None) -> Booking:
    response = send_hold(client, plate(service, outlet, start or tomorrow_at(10)))
    assert response.status_code == 302
    return Booking.objects.get(ref=response["Location"].split("/")[2])


def pay(client: Client, booking: Booking, method: str = "counter", **more: Any) -> Any:
    booking.refresh_from_db()
    page = client.get(f"/b/{booking.ref}/checkout")
    fields = {"do": "pay", "key": page.context["key"], "total": booking.total_amount, "method": method}
    return client.post(f"/b/{booking.ref}/checkout", {**fields, **WHO, **more})


def options_field(booking: Booking) -> str:
    """The name of the ticks of a booking's only service."""
    return f"options-{booking.items.get().public_id}"


def make_hold(outlet: Outlet, service: Service, start: datetime) -> Booking:
    asked = [holds.ItemRequest(service.public_id)]
    return holds.hold(principal=Principal(), outlet=outlet.public_id, items=asked, start=start).booking
