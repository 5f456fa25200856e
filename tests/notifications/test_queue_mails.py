"""Who waits in a shop and left an address is sent the link to their place, once."""

import re

import pytest
from django.test import Client

from bookings.services import queue
from common import clock
from tests.bookings.test_queue import NOON, Waits
from tests.notifications.conftest import Deliver

pytestmark = pytest.mark.django_db


def test_the_link_is_mailed_once_and_opens_the_place(deliver: Deliver) -> None:
    with clock.at(NOON):
        entry = Waits().join("Ville", email="ville@example.com", language="en")

        [mail] = deliver()
        [*again] = deliver()
        found = re.search(r"https?://\S+/q/\S+", mail.body)
        assert found is not None
        opened = Client().get(found[0], follow=True)

    assert again == []
    assert mail.to == ["ville@example.com"]
    assert "Ville" not in found[0]
    assert opened.redirect_chain[-1][0] == f"/q/{entry.public_id}"
    assert "You are number 1" in opened.content.decode()


def test_who_has_gone_before_is_not_written_to(deliver: Deliver) -> None:
    with clock.at(NOON):
        shop = Waits()
        entry = shop.join("Ville", email="ville@example.com")
        queue.remove(principal=shop.manager, entry=entry.public_id)

        assert deliver() == []


def test_who_left_no_address_is_not_written_to(deliver: Deliver) -> None:
    with clock.at(NOON):
        Waits().join("Ville", phone="0401234567")

        assert deliver() == []
