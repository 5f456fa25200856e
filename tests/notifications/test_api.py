"""What one is told of, over the API."""

from datetime import time
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.tokens import create_token
from notifications.models import Device, QuietHours, Wish
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOTICES = "/api/v1/me/notices"
DEVICES = "/api/v1/me/devices"


@pytest.fixture
def user(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


def change(client: Client, **said: Any) -> Any:
    return client.patch(NOTICES, said, content_type="application/json")


def make_device(user: User, name: str) -> Device:
    return Device.objects.create(
        reader=user.public_id, endpoint_hash=name, label=name, language="en", timezone="UTC"
    )


def test_everybody_begins_with_everything_and_quiet_nights(client: Client, user: User) -> None:
    told = client.get(NOTICES).json()

    assert [(each["topic"], each["mail_fixed"]) for each in told["topics"]] == [
        ("visits", True),
        ("reminders", False),
        ("messages", False),
        ("reviews", False),
        ("money", True),
    ]
    assert all(each["mail"] and each["push"] for each in told["topics"])
    assert told["quiet"] == {"on": True, "starts": "22:00:00", "ends": "08:00:00", "timezone": ""}


def test_only_what_is_said_changes(client: Client, user: User) -> None:
    change(client, topics=[{"topic": "reminders", "push": False}], quiet={"starts": "21:30"})
    told = change(client, topics=[{"topic": "reviews", "mail": False}], quiet={"timezone": "Asia/Shanghai"})

    assert told.status_code == 200
    assert set(Wish.objects.values_list("reader", "topic", "channel")) == {
        (user.public_id, "reminders", "push"),
        (user.public_id, "reviews", "mail"),
    }
    quiet = QuietHours.objects.get()
    assert (quiet.on, quiet.starts, quiet.ends, quiet.timezone) == (
        True,
        time(21, 30),
        time(8),
        "Asia/Shanghai",
    )
    assert change(client, topics=[{"topic": "reviews", "mail": True}]).json()["topics"][3]["mail"] is True
    # The page has no zone to choose: it leaves what an app said.
    client.post("/account/notices/", {"starts": "23:00", "ends": "07:00"})
    quiet.refresh_from_db()
    assert (quiet.on, quiet.starts, quiet.timezone) == (False, time(23), "Asia/Shanghai")


def test_the_whole_answer_may_be_sent_back(client: Client, user: User) -> None:
    told = client.get(NOTICES).json()
    again = change(
        client,
        topics=[{key: each[key] for key in ("topic", "mail", "push")} for each in told["topics"]],
        quiet=told["quiet"],
    )

    assert (again.status_code, again.json()) == (200, told)


@pytest.mark.parametrize(
    "said",
    [
        {"topics": [{"topic": "reminders", "push": False}, {"topic": "money", "mail": False}]},
        {"topics": [{"topic": "reminders", "push": False}], "quiet": {"timezone": "Mars/Olympus"}},
        {"topics": [{"topic": "reminders", "push": False}], "quiet": {"starts": "22:00:00+02:00"}},
        {"topics": [{"topic": "weather", "push": False}]},
        {"quiet": {"timezone": "\x00"}},
        {"sound": "loud"},
    ],
)
def test_what_is_refused_changes_nothing(client: Client, user: User, said: dict[str, Any]) -> None:
    assert change(client, **said).status_code == 422
    assert not Wish.objects.exists() and not QuietHours.objects.exists()


def test_devices_are_listed_and_told_no_more_and_only_ones_own(client: Client, user: User) -> None:
    phone, desk = make_device(user, "Firefox, Android"), make_device(user, "Chrome, Linux")
    theirs = make_device(make_user(), "Safari, iPhone")

    items = client.get(DEVICES).json()["items"]
    assert [(each["id"], each["label"]) for each in items] == [
        (desk.public_id, "Chrome, Linux"),
        (phone.public_id, "Firefox, Android"),
    ]
    # What makes a device ring is never handed out.
    assert set(items[0]) == {"id", "label", "created_at", "told_at"}
    assert client.delete(f"{DEVICES}/{phone.public_id}").status_code == 204
    assert client.delete(f"{DEVICES}/{phone.public_id}").status_code == 404
    assert client.delete(f"{DEVICES}/{theirs.public_id}").status_code == 404
    assert set(Device.objects.all()) == {desk, theirs}


def test_an_apps_token_opens_none_of_it(user: User) -> None:
    _, secret = create_token(user=user, name="app", scopes=["bookings:read", "bookings:write"])
    app = Client(headers={"authorization": f"Bearer {secret}"})

    answers = [app.get(NOTICES), change(app, topics=[]), app.get(DEVICES), app.delete(f"{DEVICES}/dev_1")]
    assert [each.status_code for each in answers] == [403] * 4
