"""Who waits in a shop and left an address is sent the link to their place, once."""

import re
from collections.abc import Callable

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


def test_whose_turn_it_is_is_told_where_to_go_each_time_and_of_the_visit_nothing_else(
    deliver: Deliver, owed: Callable[[], list[tuple[str, str]]]
) -> None:
    with clock.at(NOON):
        shop = Waits()
        entry = shop.join("Ville", email="ville@example.com", language="en")
        deliver()
        queue.call(principal=shop.manager, entry=entry.public_id)

        [turn] = deliver()
        queue.put_back(principal=shop.manager, entry=entry.public_id)
        back = deliver()
        queue.call(principal=shop.manager, entry=entry.public_id)
        [again] = deliver()

    assert turn.to == again.to == ["ville@example.com"]
    assert turn.subject == again.subject == f"It is your turn at {shop.outlet.name}"
    assert shop.outlet.street_line in turn.body
    assert back == []
    assert owed() == [("queue_joined", "sent"), ("queue_called", "sent"), ("queue_called", "sent")]


def test_who_came_meanwhile_is_not_told_that_it_is_their_turn(deliver: Deliver) -> None:
    with clock.at(NOON):
        shop = Waits()
        entry = shop.join("Ville", email="ville@example.com")
        deliver()
        queue.call(principal=shop.manager, entry=entry.public_id)
        queue.came(principal=shop.manager, entry=entry.public_id)

        assert deliver() == []
