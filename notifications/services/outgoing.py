"""Mails out of the door: each is owed once, claimed by one sender, and tried again when a server refuses.

Nothing here runs in a transaction while it talks to the mail server. See Message for what a crash can do.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F, Q, QuerySet

from bookings.models import Booking
from common import clock
from common.models import Event
from notifications.enums import Channel, Kind, State
from notifications.letters.render import mail_for
from notifications.models import Message
from notifications.selectors import Addressee, is_unwanted
from notifications.services.pushing import hand_over

log = logging.getLogger(__name__)

# A sender that has not come back by then has died.
LEASE = timedelta(minutes=10)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=2)
MAX_ATTEMPTS = 10
BATCH = 100


def owe(
    *,
    kind: Kind,
    booking: Booking,
    to: Addressee,
    event: Event | None = None,
    news: str = "",
    after: timedelta = timedelta(0),
) -> Message:
    """Write down that `to` is owed a mail of `kind`, once per event (or per `news` when there is none), to be sent
    `after` a while."""
    about = f"{event.type}:{event.subject_id}:{event.seq}" if event else news
    return _owe(f"{about}:{to.role}", kind=kind, to=to, event=event, booking_ref=booking.ref, after=after)


def owe_reader(*, kind: Kind, to: Addressee, event: Event, news: str) -> Message:
    """Write down that a mail about no visit is owed, once per `news` of `event`: to a business about itself, to
    somebody it invited, or to whoever reported something."""
    return _owe(f"{news}:{to.role}", kind=kind, to=to, event=event, booking_ref="")


def owe_many(*, kind: Kind, to: Iterable[tuple[Booking, Addressee]], event: Event, news: str) -> None:
    """Write down that each is owed a mail of `kind` about a visit, once per `news`. One statement per 500, and nothing
    is sent: `send_due` does, some at a time."""
    now = clock.now()
    Message.objects.bulk_create(
        (
            Message(
                key=f"{news}:{booking.ref}:{reader.role}",
                kind=kind,
                booking_ref=booking.ref,
                recipient=reader.id,
                language=reader.language,
                event=event,
                next_try_at=now,
            )
            for booking, reader in to
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def _owe(
    key: str,
    *,
    kind: Kind,
    to: Addressee,
    event: Event | None,
    booking_ref: str,
    after: timedelta = timedelta(0),
) -> Message:
    message, _ = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "booking_ref": booking_ref,
            "recipient": to.id,
            "language": to.language,
            "event": event,
            "next_try_at": clock.now() + after,
        },
    )
    return message


def send(messages: Iterable[Message]) -> int:
    """Send those that nobody else is sending and that are due; answers how many went out."""
    return sum(_send(message) for message in messages)


def send_due() -> int:
    """Send what a server refused before and what a dead sender left; answers how many were tried."""
    due = list(_due(Message.objects.all()).order_by("next_try_at", "pk")[:BATCH])
    send(due)
    return len(due)


def _due(messages: QuerySet[Message]) -> QuerySet[Message]:
    now = clock.now()
    return messages.filter(
        Q(state=State.PENDING, next_try_at__lte=now) | Q(state=State.SENDING, claimed_at__lte=now - LEASE)
    )


def _send(message: Message) -> bool:
    now = clock.now()
    # The claim: of any number of senders the database lets one through.
    claimed = _due(Message.objects.filter(pk=message.pk)).update(
        state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    message.refresh_from_db()
    try:
        if is_unwanted(message) or not _hand_over(message):
            _leave(message, state=State.DROPPED)
            return False
    except Exception as error:  # whatever it is, the other messages go on
        log.exception("message %s was not sent", message.key)
        _leave(
            message,
            state=State.FAILED if message.attempts >= MAX_ATTEMPTS else State.PENDING,
            next_try_at=now + min(LONGEST_RETRY, FIRST_RETRY * 2 ** (message.attempts - 1)),
            last_error=type(error).__name__[:80],
        )
        return False
    _leave(message, state=State.SENT, sent_at=clock.now(), last_error="")
    return True


def _hand_over(message: Message) -> bool:
    if message.channel == Channel.PUSH:
        return hand_over(message)
    mail = mail_for(message)
    if mail is None:
        return False
    mail.send()
    return True


def _leave(message: Message, **values: object) -> None:
    """Write how it went, unless the lease ran out and another sender has the row now."""
    Message.objects.filter(pk=message.pk, state=State.SENDING, claimed_at=message.claimed_at).update(**values)
