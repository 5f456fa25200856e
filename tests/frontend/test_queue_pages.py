"""The queue's pages: the desk's, and the waiting person's own."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from bookings.enums import QueueState
from bookings.models import Booking, QueueEntry
from tests.bookings.test_queue import Waits, noon, shop
from tests.factories import make_member

__all__ = ["noon", "shop"]
pytestmark = pytest.mark.django_db


def desk(shop: Waits, principal: Any = None) -> Client:
    client = Client()
    client.force_login((principal or shop.manager).user)
    return client


def page(shop: Waits) -> str:
    return f"/provider/{shop.outlet.provider.public_id}/{shop.outlet.public_id}/queue"


def does(shop: Waits, client: Client, entry: QueueEntry, what: str) -> Any:
    address = f"/provider/{shop.outlet.provider.public_id}/queue/{entry.public_id}/{what}"
    return client.post(address, {"key": str(uuid.uuid4())}, follow=True)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def join(shop: Waits, client: Client, **fields: str) -> Any:
    given = {"key": str(uuid.uuid4()), "name": "Ville", "service": shop.cut.public_id, "party": "1"}
    return client.post(page(shop), {**given, **fields}, follow=True)


def test_somebody_is_put_down_called_and_served(shop: Waits) -> None:
    client = desk(shop)

    joined = join(shop, client)
    entry = QueueEntry.objects.get()
    listed = text(client.get(page(shop)))
    called = text(does(shop, client, entry, "call"))
    served = text(does(shop, client, entry, "came"))

    assert "In the queue." in text(joined)
    assert "Next: came first" in listed
    assert "Call Ville" in listed
    assert "Call Ville: their visit has begun" in called
    assert "Ville is being served." in served
    assert Booking.objects.get().status == "started"


def test_what_is_missing_stands_beside_the_field(shop: Waits) -> None:
    answer = join(shop, desk(shop), name="", phone="12")

    assert answer.status_code == 422
    assert not QueueEntry.objects.exists()


def test_a_wrong_phone_number_stands_beside_the_field(shop: Waits) -> None:
    answer = join(shop, desk(shop), phone="12")

    assert answer.status_code == 422
    assert 'id="id_phone-error"' in answer.content.decode()


def test_the_reason_of_the_order_is_said(shop: Waits) -> None:
    shop.book(shop.aino, 0)
    shop.join("Ville", staff=shop.aino.public_id)
    shop.join("Sari")

    listed = text(desk(shop).get(page(shop)))

    assert "Waits for Aino, free at 12:30" in listed
    assert "12:30 to 12:40" in listed
    assert "Next: of those who could begin now, came first" in listed


def test_whoever_was_called_by_somebody_else_is_said_on_the_page(shop: Waits) -> None:
    entry = shop.join("Ville")
    client = desk(shop)
    does(shop, client, entry, "call")

    answer = does(shop, client, entry, "call")

    assert "Ville: Somebody else was faster" in text(answer)
    assert Booking.objects.count() == 1


def test_staff_are_not_offered_what_they_may_not(shop: Waits) -> None:
    shop.join("Ville", staff=shop.juho.public_id)

    listed = desk(shop, shop.as_aino).get(page(shop)).content.decode()

    assert "Ville" in listed
    assert "/call" not in listed


def test_another_business_finds_nothing(shop: Waits) -> None:
    entry = shop.join("Ville")
    rival = Client()
    other = make_member(Waits().outlet.provider)
    rival.force_login(other)

    assert rival.get(page(shop)).status_code == 404
    assert does(shop, rival, entry, "call").status_code == 404
    entry.refresh_from_db()
    assert entry.state == QueueState.WAITING


def test_the_link_shows_the_place_and_no_name_and_lets_leave(shop: Waits) -> None:
    shop.join("Ville")
    entry = shop.join("Sari", staff=shop.aino.public_id)
    shop.book(shop.aino, 0)
    shown = desk(shop).post(f"/provider/{shop.outlet.provider.public_id}/queue/{entry.public_id}/link")
    found = re.search(r'value="(http[^"]+/q/[^"]+)"', shown.content.decode())
    assert found is not None
    address = found[1]
    phone = Client()

    first = phone.get(address)
    own = phone.get(first["Location"])

    # The key is traded at once, and the address that stays opens nothing by itself.
    assert first.status_code == 302
    assert "key" not in first["Location"]
    assert Client().get(first["Location"]).status_code == 404
    assert "You are number 2" in text(own)
    assert "12:30 to 12:40" in text(own)
    assert "in 30 to 40 minutes" in text(own)
    assert "Sari" not in text(own)
    assert own["Cache-Control"] == "private, no-store"
    left = phone.post(f"{first['Location']}/leave", {"key": str(uuid.uuid4())}, follow=True)
    assert "You have left the queue" in text(left)
    entry.refresh_from_db()
    assert entry.state == QueueState.LEFT


def test_whoever_is_called_reads_it_on_their_page(shop: Waits) -> None:
    entry = shop.join("Sari", staff=shop.aino.public_id)
    shown = desk(shop).post(f"/provider/{shop.outlet.provider.public_id}/queue/{entry.public_id}/link")
    address = re.search(r'value="(http[^"]+/q/[^"]+)"', shown.content.decode())
    assert address is not None
    phone = Client()
    phone.get(address[1])
    does(shop, desk(shop), entry, "call")

    own = phone.get(f"/q/{entry.public_id}")

    assert "It is your turn" in text(own)
    assert "Aino has called you at 12:00" in text(own)
