"""Devices that are told, what their readers do without, and their quiet hours."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from accounts.principals import Principal
from bookings.models import Booking
from bookings.selectors.access import Access
from common import crypto
from common.errors import InvalidInput, NotAllowed, NotFound
from notifications import push
from notifications.enums import Channel
from notifications.models import Device, QuietHours, Wish
from notifications.rules.places import is_push_service
from notifications.rules.topics import Topic, may_be_switched_off

# So many browsers of one reader are told; the oldest gives way.
MOST_DEVICES = 10
_KEY = re.compile(r"^[A-Za-z0-9_-]{20,120}={0,2}$")


def reader_of(access: Access) -> str:
    """Who is told about a booking on the caller's device, by public id: its user, or the guest's customer.

    Raises NotAllowed for everybody but the customer.
    """
    if not access.is_customer or access.booking.customer is None:
        raise NotAllowed
    user = access.principal.user
    if user and access.booking.customer.user_id == user.pk:
        return user.public_id
    return access.booking.customer.public_id


def add_device(
    *, reader: str, endpoint: str, p256dh: str, auth: str, timezone: str, user_agent: str
) -> Device:
    """Tell this browser from now on. Its endpoint is one device, whoever asked before.

    `timezone` is an IANA name, as the browser gives it. Raises InvalidInput for what is no push service's, NotFound
    where nothing is pushed.
    """
    if not push.is_on():
        raise NotFound
    if not is_push_service(endpoint, settings.PUSH_SERVICES):
        raise InvalidInput(field="endpoint")
    if not (_KEY.match(p256dh) and _KEY.match(auth)):
        raise InvalidInput(field="keys")
    values = {
        "reader": reader,
        "endpoint": endpoint,
        "p256dh": p256dh,
        "auth": auth,
        "key": push.key_id(push.public_key()),
        "label": label_of(user_agent),
        "language": get_language() or "en",
        "timezone": timezone if timezone in available_timezones() else settings.TIME_ZONE,
    }
    with transaction.atomic():
        device, _ = Device.objects.update_or_create(
            endpoint_hash=crypto.token_hash(endpoint), defaults=values
        )
        kept = Device.objects.filter(reader=reader).order_by("-pk").values("pk")[:MOST_DEVICES]
        Device.objects.filter(reader=reader).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return device


def remove_device(*, readers: Collection[str], device: str = "", endpoint: str = "") -> None:
    """Tell a device no more, by its public id or by its endpoint; of these readers only. Raises NotFound for an id of
    none of theirs; an endpoint that is not known is told no more anyway."""
    found = Device.objects.filter(reader__in=readers)
    if not device:
        found.filter(endpoint_hash=crypto.token_hash(endpoint)).delete()
    elif not found.filter(public_id=device).delete()[0]:
        raise NotFound


def label_of(user_agent: str) -> str:
    """A browser and its system in two words, from what it says of itself."""
    browser = next(
        (name for mark, name in _BROWSERS if mark in user_agent),
        "Browser",
    )
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser}, {system}" if system else browser


_BROWSERS = (
    ("Edg", "Edge"),
    ("SamsungBrowser", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@transaction.atomic
def change_notices(
    *, principal: Principal, said: Mapping[tuple[Topic, Channel], bool], quiet: Mapping[str, Any]
) -> None:
    """What the caller wants by topic and channel, and of their quiet hours `on`, `starts`, `ends` and `timezone` (an
    IANA name, empty for each device's own). What is not named stays.

    Raises NotSignedIn, InvalidInput (a letter that cannot be done without, an unknown zone).
    """
    reader = principal.require_user().public_id
    for (topic, channel), wanted in said.items():
        if not wanted or may_be_switched_off(topic, channel):
            say(reader=reader, topic=topic, channel=channel, wanted=wanted)
    if quiet.get("timezone") and quiet["timezone"] not in available_timezones():
        raise InvalidInput(field="timezone")
    if quiet:
        QuietHours.objects.update_or_create(reader=reader, defaults=dict(quiet))


def say(*, reader: str, topic: str, channel: str, wanted: bool) -> None:
    """Whether a reader wants a topic on a channel. Repeatable. Raises InvalidInput for what cannot be switched off."""
    if topic not in set(Topic) or not may_be_switched_off(Topic(topic), channel):
        raise InvalidInput(field="topic")
    if wanted:
        Wish.objects.filter(reader=reader, topic=topic, channel=channel).delete()
    else:
        Wish.objects.get_or_create(reader=reader, topic=topic, channel=channel)


def readers_of_customer(booking: Booking) -> list[str]:
    """Under which ids a booking's customer may have chosen or asked: their own, and their user's."""
    customer = booking.customer
    if customer is None:
        return []
    return [customer.public_id, *([customer.user.public_id] if customer.user else [])]
