"""A process dies when the work is done and its answer not yet kept: asked again with the same key, it is done once."""

import json
import uuid
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from bookings.models import Booking, QueueEntry, VisitMessage
from bookings.services import paying
from common import clock, idempotency
from common.clock import rfc3339
from tests.bookings.conftest import Shop
from tests.bookings.test_api import Api, token_of
from tests.bookings.test_queue import NOON, Waits
from tests.factories import tomorrow_at

pytestmark = pytest.mark.django_db


class Died(BaseException):
    """Nobody catches it, as nobody catches SIGKILL."""


def die(*_: object) -> NoReturn:
    raise Died


def twice(api: Api, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any]) -> Any:
    """The answer to a request that was sent again after the first one's process died."""
    key = str(uuid.uuid4())
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "json", SimpleNamespace(dumps=die, loads=json.loads))
        with pytest.raises(Died):
            api.post(path, body, key)
    answer = api.post(path, body, key)
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def test_one_place_in_the_queue_and_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.at(NOON):
        waits = Waits()
        api = Api(token_of(waits.manager.user))
        waits.join("Sari")
        path = f"/outlets/{waits.outlet.public_id}/queue"

        twice(api, monkeypatch, path, {"service": waits.cut.public_id, "name": "Ville"})
        called = twice(api, monkeypatch, f"{path}/next", {})

        assert called["name"] == "Sari"
        states = QueueEntry.objects.order_by("pk").values_list("name", "state")
        assert list(states) == [("Sari", "called"), ("Ville", "waiting")]


def test_one_visit_at_the_counter(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {
        "service": shop.service.public_id,
        "start": rfc3339(tomorrow_at(10)),
        "customer": {"name": "Ville"},
    }
    body |= {"source": "walk_in", "staff": shop.person.public_id}

    made = twice(
        Api(token_of(shop.owner.user)), monkeypatch, f"/outlets/{shop.outlet.public_id}/visits", body
    )

    assert Booking.objects.get().ref == made["ref"]


def test_one_message(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    access = shop.hold(principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="")

    path = f"/bookings/{access.booking.ref}/messages"
    twice(Api(token_of(shop.customer.user)), monkeypatch, path, {"text": "I am on my way."})

    assert VisitMessage.objects.get().text == "I am on my way."
