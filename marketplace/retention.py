"""How long what is kept: the one table of it, and the worker's way through it.

docs/privacy.md shows RULES; a test compares. Each rule goes in batches, each batch in a transaction of its own that
skips what somebody else has locked: any number of workers may run it, and any may die.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length, Now

from accounts.models import Customer, Saved, SavedAddress, SavedPerson, SavedVehicle
from bookings.enums import WaitState
from bookings.models import Booking, BookingAccess, CustomerNote, PayLink, QueueEntry, WaitEntry
from bookings.rules import states
from bookings.services.core import ENDED
from common import clock
from geo.models import Leg
from geo.routing.legs import KEPT
from notifications.enums import State
from notifications.models import Device, DevMail, Message
from payments.models import WebhookReceipt
from providers.enums import DocumentStatus
from providers.models import Document

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """`rows` that are older than `after` are deleted, or get `blank` written over them.

    `rows` takes the instant before which something is old. With `blank` it must leave out what is blank already.
    """

    name: str
    what: str
    after: timedelta
    rows: Callable[[datetime], QuerySet[Any]]
    blank: Mapping[str, Any] = field(default_factory=dict)


def _contacts_of_nothing(before: datetime) -> QuerySet[Customer]:
    """Guests who held a time and never booked, or whose walk-in never was."""
    real = Booking.objects.filter(customer=OuterRef("pk")).exclude(
        Q(status=states.EXPIRED) | Q(status=states.CANCELLED, confirmed_at__isnull=True)
    )
    waits = WaitEntry.objects.filter(customer=OuterRef("pk"))
    return Customer.objects.filter(
        ~Exists(real), ~Exists(waits), user__isnull=True, erased_at__isnull=True, created_at__lt=before
    )


def _addresses(before: datetime) -> QuerySet[Booking]:
    return (
        Booking.objects.alias(
            line=Length("address_line"),
            note=Length("address_note"),
            phone=Length("served_phone"),
            told=Length("served_note"),
            plate=Length("vehicle_plate"),
        )
        .filter(status__in=ENDED, ends_at__lt=before)
        .filter(
            Q(line__gt=0)
            | Q(note__gt=0)
            | Q(address_point__isnull=False)
            | Q(phone__gt=0)
            | Q(told__gt=0)
            | Q(plate__gt=0)
        )
    )


def _notes(before: datetime) -> QuerySet[CustomerNote]:
    """Of customers who had no visit with the business since, as whoever they were served."""
    theirs = Q(customer=OuterRef("customer")) | Q(customer__user=OuterRef("customer__user"))
    visits = Booking.objects.filter(theirs, outlet__provider=OuterRef("provider"), ends_at__gte=before)
    return CustomerNote.objects.filter(
        ~Exists(visits), Q(edited_at__isnull=True) | Q(edited_at__lt=before), written_at__lt=before
    )


def _papers(before: datetime) -> QuerySet[Document]:
    """With its last file gone a paper counts as replaced; what was decided on it stays in the thread."""
    return Document.objects.filter(file__isnull=False).filter(
        Q(status=DocumentStatus.REFUSED, decided_at__lt=before)
        | Q(status=DocumentStatus.REPLACED, replaced_at__lt=before)
    )


def _unread_papers(before: datetime) -> QuerySet[Document]:
    """A newer one came before anybody decided on them."""
    return Document.objects.filter(
        file__isnull=False,
        status=DocumentStatus.REPLACED,
        decided_at__isnull=True,
        replaced_at__lt=before,
    )


def _ended_papers(before: datetime) -> QuerySet[Document]:
    """Of people who serve no more, and those that ran out and were never followed by another."""
    return Document.objects.filter(file__isnull=False).filter(
        Q(staff__archived_at__lt=before)
        | Q(status=DocumentStatus.EXPIRED, valid_until__lt=(before - timedelta(days=1)).date())
    )


def _left_devices(before: datetime) -> QuerySet[UserSession]:
    return UserSession.objects.filter(
        ~Exists(Session.objects.filter(session_key=OuterRef("session_key"))), last_seen_at__lt=before
    )


def _removed(what: str, kind: type[Saved]) -> Rule:
    return Rule(
        f"removed {what}",
        f"{what} that their user removed, and may bring back until then",
        timedelta(days=1),
        lambda before: kind._default_manager.filter(removed_at__lt=before),
    )


NO_PAPER = {
    "status": DocumentStatus.REPLACED,
    "replaced_at": Now(),
    "file": None,
    "number": "",
    "note": "",
}
RULES = (
    Rule(
        "contacts of holds",
        "name, e-mail and phone of a guest whose hold ended without a booking",
        timedelta(days=30),
        _contacts_of_nothing,
        {"name": "", "email": None, "phone": None, "language": "en", "erased_at": Now()},
    ),
    Rule(
        "home addresses",
        "where a home visit went, with its note and point, what was said of whom it was for, and the vehicle, once the"
        " visit has ended",
        timedelta(days=90),
        _addresses,
        {
            "address_line": "",
            "address_note": "",
            "address_point": None,
            "served_phone": "",
            "served_note": "",
            "vehicle_plate": "",
            "vehicle_about": "",
        },
    ),
    Rule(
        "booking links",
        "guests' and mails' keys to a visit that has ended",
        timedelta(days=365),
        lambda before: BookingAccess.objects.filter(booking__status__in=ENDED, booking__ends_at__lt=before),
    ),
    Rule(
        "waits nobody confirmed",
        "that a guest wanted to wait, who did not follow the mail's link",
        timedelta(days=1),
        lambda before: WaitEntry.objects.filter(state=WaitState.UNCONFIRMED, created_at__lt=before),
    ),
    Rule(
        "waits",
        "what somebody waited for and was offered, once it has ended",
        timedelta(days=30),
        lambda before: WaitEntry.objects.filter(ended_at__lt=before),
    ),
    Rule(
        "links to pay",
        "what a shop's square opened, once it opens nothing any more",
        timedelta(days=1),
        lambda before: PayLink.objects.filter(expires_at__lt=before),
    ),
    Rule(
        "queues",
        "that somebody waited in a shop; who it was is forgotten when the shop closes",
        timedelta(days=30),
        lambda before: QueueEntry.objects.filter(closes_at__lt=before),
    ),
    Rule(
        "notes about customers",
        "what a business wrote down about a customer, since they were last there and it was last changed",
        timedelta(days=730),
        _notes,
    ),
    Rule(
        "ways between places",
        "how long the way between two places takes, as the routing server answered",
        KEPT,
        lambda before: Leg.objects.filter(found_at__lt=before),
    ),
    Rule(
        "gateways' messages",
        "what a gateway told of a payment, once it is applied",
        timedelta(days=30),
        lambda before: WebhookReceipt.objects.alias(size=Length("body")).filter(
            size__gt=0, processed_at__lt=before
        ),
        {"body": ""},
    ),
    Rule(
        "refused documents",
        "the file and number of a document that was not accepted, or that a newer one replaced",
        timedelta(days=90),
        _papers,
        NO_PAPER,
    ),
    Rule(
        "unread documents",
        "the same of a document that was replaced before anybody had looked at it",
        timedelta(days=7),
        _unread_papers,
        NO_PAPER,
    ),
    Rule(
        "ended documents",
        "the same of a document that ran out, or whose person serves no more",
        timedelta(days=365),
        _ended_papers,
        NO_PAPER,
    ),
    Rule(
        "mails",
        "that a mail went out (without its text, which is not kept)",
        timedelta(days=365),
        lambda before: Message.objects.filter(
            created_at__lt=before, state__in=[State.SENT, State.DROPPED, State.FAILED]
        ),
    ),
    Rule(
        "devices",
        "browsers of guests that are told of their visits, a year after they asked",
        timedelta(days=365),
        lambda before: Device.objects.filter(created_at__lt=before).exclude(reader__startswith="usr_"),
    ),
    Rule(
        "mailbox",
        "mails in the mailbox of the demo and development",
        timedelta(days=30),
        lambda before: DevMail.objects.filter(at__lt=before),
    ),
    Rule(
        "sessions",
        "sessions that have run out, with the address searched last",
        timedelta(0),
        lambda before: Session.objects.filter(expire_date__lt=before),
    ),
    Rule(
        "devices",
        "browser and network address of a sign-in whose session has run out or was ended",
        timedelta(days=1),
        _left_devices,
    ),
    _removed("people", SavedPerson),
    _removed("addresses", SavedAddress),
    _removed("vehicles", SavedVehicle),
)


def keep(rule: Rule) -> int:
    """Carry out one rule; answers how many rows it met."""
    done = 0
    while True:
        with transaction.atomic():
            # Read anew for each batch: another worker may be at it, too.
            rows = rule.rows(clock.now() - rule.after)
            pks = list(
                rows.select_for_update(of=("self",), skip_locked=True)
                .order_by("pk")
                .values_list("pk", flat=True)[:BATCH]
            )
            batch = rows.model._default_manager.filter(pk__in=pks)
            if rule.blank:
                batch.update(**rule.blank)
            else:
                batch.delete()
        done += len(pks)
        if len(pks) < BATCH:
            return done


def table() -> str:
    """The table of docs/privacy.md, in Markdown."""
    lines = ["| rule | what | kept for | then |", "| --- | --- | --- | --- |"]
    for rule in RULES:
        kept = f"{rule.after.days} days" if rule.after else "until then"
        lines.append(f"| {rule.name} | {rule.what} | {kept} | {'blanked' if rule.blank else 'deleted'} |")
    return "\n".join(lines) + "\n"
