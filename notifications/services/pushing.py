"""Messages to devices: owed once per device, at the time when they may ring."""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import translation

from bookings.models import Booking
from common import clock
from common.models import Event
from notifications import push
from notifications.enums import Channel, Kind
from notifications.letters.push_words import push_for
from notifications.models import Device, Message, QuietHours
from notifications.rules.quiet import Quiet, rings_at
from notifications.rules.topics import AT_ONCE, ON_DEVICES
from notifications.services.devices import readers_of_customer


def owe_pushes(
    *,
    kind: Kind,
    booking: Booking,
    event: Event | None = None,
    news: str = "",
    after: timedelta = timedelta(0),
) -> list[Message]:
    """Write down that each device of the booking's customer is owed a message of `kind`, once per event (or per `news`
    when there is none), for when it may ring, `after` a while at the earliest. Two queries, and one for each device."""
    customer = booking.customer
    if kind not in ON_DEVICES or not push.is_on() or customer is None or customer.erased_at:
        return []
    readers = readers_of_customer(booking)
    devices = list(Device.objects.filter(reader__in=readers).order_by("pk"))
    if not devices:
        return []
    chosen = {each.reader: each for each in QuietHours.objects.filter(reader__in=readers)}
    about = f"{event.type}:{event.subject_id}:{event.seq}" if event else news
    soonest = clock.now() + after
    owed = []
    for device in devices:
        message, _ = Message.objects.get_or_create(
            key=f"{about}:push:{device.public_id}",
            defaults={
                "kind": kind,
                "channel": Channel.PUSH,
                "device": device,
                "booking_ref": booking.ref,
                "recipient": customer.public_id,
                "language": device.language,
                "event": event,
                "next_try_at": rings_at(
                    soonest,
                    quiet_of(device, chosen.values()),
                    at_once=kind in AT_ONCE,
                    useful_until=booking.starts_at,
                ),
            },
        )
        owed.append(message)
    return owed


def quiet_of(device: Device, chosen: Iterable[QuietHours]) -> Quiet | None:
    """When a device does not ring: as its reader chose, else from 22:00 to 8:00, on the clock where it is."""
    rule = next((each for each in chosen if each.reader == device.reader), None) or QuietHours()
    if not rule.on:
        return None
    return Quiet(rule.starts, rule.ends, ZoneInfo(rule.timezone or device.timezone))


def hand_over(message: Message) -> bool:
    """Send a message to its device, over the network; False when there is nothing left to say or nobody to tell.

    Raises PushRefused: it is tried again.
    """
    device = message.device
    if device is None:
        return False
    booking = Booking.objects.select_related("outlet").filter(ref=message.booking_ref).first()
    with translation.override(message.language):
        words = push_for(message, booking) if booking else None
    if words is None:
        return False
    try:
        push.send(device, words, urgent=message.kind in AT_ONCE)
    except push.DeviceGone:
        device.delete()
        return False
    Device.objects.filter(pk=device.pk).update(told_at=clock.now())
    return True
