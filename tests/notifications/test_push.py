"""Messages to devices, over real HTTP to a push service that decrypts what it gets."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from bookings.selectors.access import Access
from bookings.services import changes, holds, paying
from common import clock
from common.errors import InvalidInput
from notifications import push
from notifications.enums import Channel, State
from notifications.models import Device, Message, QuietHours, Wish
from notifications.services import devices, remind_due, send_due
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at
from tests.notifications.conftest import Deliver
from tests.notifications.push_service import Browser, PushService, push_service

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 2, 10, 12, tzinfo=ZoneInfo("Europe/Helsinki"))
NIGHT = datetime(2027, 2, 10, 23, 30, tzinfo=ZoneInfo("Europe/Helsinki"))


@pytest.fixture
def service(settings) -> Iterator[PushService]:
    with push_service() as running:
        settings.PUSH_KEYS = [push.new_private_key()]
        settings.PUSH_SERVICES = [running.origin]
        yield running


@pytest.fixture
def booked(shop: Shop, contact: Callable[..., holds.Contact]) -> Access:
    shop.outlet.provider.email = ""
    shop.outlet.provider.save(update_fields=["email"])
    access = shop.hold(tomorrow_at(10, days=5), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    return shop.again(access)


def told(access: Access, browser: Browser, **more: str) -> Device:
    return devices.add_device(
        reader=devices.reader_of(access),
        endpoint=browser.endpoint,
        **browser.keys,
        timezone="Europe/Helsinki",
        user_agent="Mozilla/5.0 (Linux; Android 15) Gecko/141.0 Firefox/141.0",
        **more,
    )


def pushes() -> list[tuple[str, str]]:
    return list(Message.objects.filter(channel=Channel.PUSH).order_by("pk").values_list("kind", "state"))


def test_a_guest_is_told_once_on_each_device_with_no_more_than_a_lock_screen_may_show(
    booked: Access, service: PushService, deliver: Deliver
) -> None:
    phone, desk = service.browser("phone"), service.browser("desk")
    device = told(booked, phone)
    told(booked, desk)
    with clock.at(NOON):
        deliver()

    (shown,) = service.read(phone)
    assert service.read(desk) == [shown]
    assert shown["title"] == "Your visit is confirmed"
    assert shown["url"] == f"/b/{booked.booking.ref}"
    names = [item.staff.name for item in booked.booking.items.all()]
    assert not any(word in str(shown) for word in [*names, "helmi@example.com", "Helmi Virtanen"])
    assert pushes() == [("confirmed", State.SENT)] * 2
    assert [claim["aud"] for claim in service.signed_for()] == [service.origin] * 2
    device.refresh_from_db()
    assert (device.label, device.told_at is not None) == ("Firefox, Android", True)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("status", [404, 410, 403])
def test_a_browser_that_is_gone_is_forgotten(
    booked: Access, service: PushService, deliver: Deliver, status: int
) -> None:
    told(booked, service.browser("gone"))
    service.status = status
    with clock.at(NOON):
        deliver()

    assert not Device.objects.exists()
    assert pushes() == [("confirmed", State.DROPPED)]


@pytest.mark.parametrize("status", [429, 500, 302])
def test_what_is_not_taken_is_tried_again_and_nobody_else_gets_it(
    booked: Access, service: PushService, deliver: Deliver, status: int
) -> None:
    browser = service.browser("busy")
    told(booked, browser)
    service.status = status
    with clock.at(NOON):
        deliver()
    assert pushes() == [("confirmed", State.PENDING)]
    assert {path for path, _, _ in service.got} == {"/wpush/busy"}

    service.status = 201
    with clock.at(NOON + timedelta(minutes=2)):
        send_due()

    assert pushes() == [("confirmed", State.SENT)]
    assert len(service.read(browser)) == 2


def test_what_can_wait_waits_for_the_end_of_the_quiet_hours(
    booked: Access, service: PushService, deliver: Deliver
) -> None:
    booked.booking.starts_at = NIGHT + timedelta(days=3)
    booked.booking.ends_at = booked.booking.starts_at + timedelta(hours=1)
    booked.booking.save(update_fields=["starts_at", "ends_at"])
    browser = service.browser("asleep")
    told(booked, browser)
    with clock.at(NIGHT):
        deliver()
        send_due()
    assert service.got == []

    with clock.at(NIGHT + timedelta(hours=8, minutes=30)):
        send_due()
        send_due()

    assert len(service.read(browser)) == 1


def test_quiet_hours_can_be_switched_off_and_topics_too(
    booked: Access, service: PushService, deliver: Deliver
) -> None:
    device = told(booked, service.browser("owl"))
    QuietHours.objects.create(reader=device.reader, on=False)
    with clock.at(NIGHT):
        deliver()
    assert len(service.got) == 1

    devices.say(reader=device.reader, topic="reminders", channel=Channel.PUSH, wanted=False)
    with clock.at(booked.booking.starts_at - timedelta(hours=20)):
        Message.objects.filter(kind="confirmed").update(
            created_at=booked.booking.starts_at - timedelta(days=4)
        )
        remind_due()

    assert len(service.got) == 1
    assert pushes()[-1] == ("reminder", State.DROPPED)


def test_who_does_it_themselves_is_not_rung_for_it(
    shop: Shop, booked: Access, service: PushService, deliver: Deliver
) -> None:
    with clock.at(NOON):
        deliver()
    browser = service.browser("mine")
    told(booked, browser)

    version = changes.preview(access=booked, action="cancel").version
    changes.cancel(access=booked, version=version)
    deliver()

    assert service.got == []
    assert mail.outbox[-1].subject


def test_a_key_that_left_the_ring_rings_nowhere(
    booked: Access, service: PushService, deliver: Deliver, settings
) -> None:
    told(booked, service.browser("old"))
    settings.PUSH_KEYS = [push.new_private_key(), *settings.PUSH_KEYS]
    told(booked, service.browser("new"))
    settings.PUSH_KEYS = settings.PUSH_KEYS[:1]
    with clock.at(NOON):
        deliver()

    assert {path for path, _, _ in service.got} == {"/wpush/new"}
    assert [device.endpoint[-3:] for device in Device.objects.all()] == ["new"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:5432/",
        "https://169.254.169.254/latest",
        "https://fcm.googleapis.com.evil.example/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "http://fcm.googleapis.com/x",
        "not an address",
    ],
)
def test_an_address_that_is_no_push_services_is_refused(booked: Access, settings, endpoint: str) -> None:
    settings.PUSH_KEYS = [push.new_private_key()]
    settings.PUSH_SERVICES = ["fcm.googleapis.com", "*.push.apple.com"]
    with pytest.raises(InvalidInput):
        devices.add_device(
            reader="x", endpoint=endpoint, p256dh="A" * 87, auth="A" * 22, timezone="", user_agent=""
        )


def test_a_guest_asks_and_stops_by_the_link_of_the_booking(
    booked: Access, service: PushService, client: Client
) -> None:
    browser = service.browser("page")
    url = f"/b/{booked.booking.ref}/device"
    assert client.post(url, {"endpoint": browser.endpoint, **browser.keys}).status_code == 404

    from bookings.services.access import mail_link

    client.get(mail_link(booked.booking).removeprefix("http://testserver"))
    assert client.post(url, {"endpoint": browser.endpoint, **browser.keys}).status_code == 201
    assert Device.objects.get().reader == booked.booking.customer.public_id

    client.post(url, {"endpoint": browser.endpoint, "do": "stop"})
    assert not Device.objects.exists()


def test_choices_are_saved_on_the_page_and_a_letter_is_left_out(client: Client) -> None:
    from tests.factories import make_user

    user: User = make_user()
    client.force_login(user)
    page = client.post(
        "/account/notices/",
        {"mail": ["reminders", "visits"], "push": ["visits"], "on": "on", "starts": "21:30", "ends": "07:00"},
        follow=True,
    )

    assert "Saved." in page.content.decode()
    off = set(Wish.objects.values_list("topic", "channel"))
    assert ("messages", "mail") in off and ("reminders", "push") in off
    assert ("money", "mail") not in off  # receipts are not a matter of choice
    quiet = QuietHours.objects.get()
    assert (quiet.reader, f"{quiet.starts:%H:%M}", f"{quiet.ends:%H:%M}") == (
        user.public_id,
        "21:30",
        "07:00",
    )
    bad = client.post("/account/notices/", {"starts": "late", "ends": "07:00"})
    assert bad.status_code == 422


def test_a_letter_can_be_stopped_by_its_link_and_by_the_mail_program(
    booked: Access, deliver: Deliver
) -> None:
    deliver()
    assert "List-Unsubscribe" not in mail.outbox[-1].extra_headers  # what was agreed

    Message.objects.update(created_at=booked.booking.starts_at - timedelta(days=4))
    with clock.at(booked.booking.starts_at - timedelta(hours=20)):
        remind_due()
    reminder = mail.outbox[-1]
    url = reminder.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert reminder.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "No more letters like this one" in reminder.body

    program = Client(enforce_csrf_checks=True)
    assert "Stop them" in program.get(url).content.decode()
    assert not Wish.objects.exists()
    assert program.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(Wish.objects.values_list("topic", "channel")) == [("reminders", "mail")]
    program.post(url, {"do": "again"})
    assert not Wish.objects.exists()
    assert program.get(url + "x").status_code == 404
