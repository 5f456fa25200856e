"""Group sessions over the API, for the business that holds them."""

from typing import Any

import pytest

from bookings.models import GroupSession
from common.clock import rfc3339
from providers.enums import Role
from providers.models import Service
from tests.bookings.conftest import Shop
from tests.bookings.test_api import Api, refused, token_of
from tests.factories import make_group_service, make_member, make_session, tomorrow_at
from tests.seating import sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(shop: Shop) -> Service:
    return make_group_service(shop.outlet, capacity=4, staff=[shop.person])


@pytest.fixture
def manager(shop: Shop) -> Api:
    return Api(token_of(make_member(shop.outlet.provider, Role.MANAGER)))


def add(manager: Api, shop: Shop, group: Service, **more: Any) -> Any:
    body = {"service": group.public_id, "start": rfc3339(tomorrow_at(10)), **more}
    return manager.post(f"/outlets/{shop.outlet.public_id}/sessions", body)


def test_a_course_is_put_on_the_calendar_and_listed(shop: Shop, group: Service, manager: Api) -> None:
    made = add(manager, shop, group, dates=3, course="Colour for beginners", capacity=6)
    assert made.status_code == 201
    span = {"from": rfc3339(tomorrow_at(0)), "to": rfc3339(tomorrow_at(0, days=30))}
    listed = manager.get(f"/outlets/{shop.outlet.public_id}/sessions", **span).json()
    assert listed == made.json()
    assert listed["timezone"] == "Europe/Helsinki"
    first = listed["items"][0]
    assert len(listed["items"]) == 3
    assert first == {
        "id": first["id"],
        "outlet": {"id": shop.outlet.public_id, "name": shop.outlet.name},
        "service": {"id": group.public_id, "name": "Workshop"},
        "staff": {"id": shop.person.public_id, "name": shop.person.name},
        "course": {"id": first["course"]["id"], "name": "Colour for beginners"},
        "start": rfc3339(tomorrow_at(10)),
        "end": rfc3339(tomorrow_at(11, 30)),
        "capacity": 6,
        "seats_taken": 0,
        "cancelled": False,
    }


def test_what_is_taken_names_the_date(shop: Shop, group: Service, manager: Api) -> None:
    add(manager, shop, group, start=rfc3339(tomorrow_at(10, days=8)))
    answer = add(manager, shop, group, dates=3)
    assert refused(answer) == (409, "slot_taken")
    assert answer.json()["start"] == rfc3339(tomorrow_at(10, days=8))
    assert refused(add(manager, shop, group, course="C", start=rfc3339(tomorrow_at(15)))) == (
        422,
        "invalid_input",
    )
    assert refused(add(manager, shop, shop.service)) == (422, "not_a_group")


def test_the_roster_tells_who_is_in_it_to_members(shop: Shop, group: Service) -> None:
    session = make_session(shop.outlet, group, tomorrow_at(10))
    booking = sit(shop.outlet, group, tomorrow_at(10), 3)
    staff = Api(token_of(shop.staff.user))
    found = staff.get(f"/sessions/{session.public_id}").json()
    assert found["session"]["seats_taken"] == 3
    [line] = found["items"]
    assert (line["seats"], line["booking"]["ref"]) == (3, booking.ref)
    assert line["booking"]["customer"]["email"] is None


def test_seats_are_never_fewer_than_are_taken(shop: Shop, group: Service, manager: Api) -> None:
    session = make_session(shop.outlet, group, tomorrow_at(10))
    sit(shop.outlet, group, tomorrow_at(10), 3)
    path = f"/sessions/{session.public_id}/seats"
    answer = manager.post(path, {"capacity": 2})
    assert refused(answer) == (409, "seats_sold")
    assert answer.json()["seats_taken"] == 3
    assert manager.post(path, {"capacity": 3}).json()["capacity"] == 3


def test_moving_and_cancelling_list_the_bookings_first(shop: Shop, group: Service, manager: Api) -> None:
    session = make_session(shop.outlet, group, tomorrow_at(10))
    booking = sit(shop.outlet, group, tomorrow_at(10))
    for path, body in (("move", {"start": rfc3339(tomorrow_at(12))}), ("cancel", {})):
        path = f"/sessions/{session.public_id}/{path}"
        answer = manager.post(path, body)
        assert refused(answer) == (409, "bookings_affected")
        [hit] = answer.json()["bookings"]
        assert (hit["ref"], hit["why"]) == (booking.ref, ["session"])
        done = manager.post(f"{path}?acknowledge={answer.json()['version']}", body)
        assert done.status_code == 200, done.json()
        assert done.json()["start"] == rfc3339(tomorrow_at(12))
    assert done.json()["cancelled"] is True
    assert refused(manager.post(f"/sessions/{session.public_id}/cancel")) == (409, "session_cancelled")
    assert GroupSession.objects.get().seats_taken == 0
