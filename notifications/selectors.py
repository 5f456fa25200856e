"""Reads: whom a booking's news concern, and the development mailbox."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Customer, User
from bookings.enums import QueueState
from bookings.models import Booking, QueueEntry, WaitEntry
from bookings.rules import states
from bookings.selectors.queue import is_awaited
from common import clock
from common.errors import NotFound
from notifications.enums import Channel
from notifications.models import Device, DevMail, Message, QuietHours, Wish
from notifications.rules.topics import Topic, may_be_switched_off, topic_of
from providers.enums import Role
from providers.models import Membership, Provider
from providers.selectors.invitations import find_invitation


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told, by public id, in which language; `role` (customer or provider) is part of a mail's key."""

    role: str
    id: str
    language: str


def find_booking(ref: str) -> Booking | None:
    """The booking with whom its news concern, or None. One query."""
    return Booking.objects.select_related("outlet__provider", "customer__user").filter(ref=ref).first()


def customer_of(booking: Booking) -> Addressee | None:
    """The customer as a reader, in the language that they use now; None when they left no e-mail."""
    customer = booking.customer
    if customer is None or customer.erased_at:
        return None
    user = customer.user
    if not (customer.email or (user and user.email)):
        return None
    return Addressee("customer", customer.public_id, user.language if user else customer.language)


def user_of(public_id: str) -> Addressee | None:
    """A user as the reader of news about what they did; None when they have no e-mail (any more)."""
    user = User.objects.filter(public_id=public_id, email__isnull=False).first()
    return Addressee("reporter", user.public_id, user.language) if user else None


def provider_of(booking: Booking) -> Addressee | None:
    """The business as a reader; None when it gave no e-mail."""
    provider = booking.outlet.provider
    return Addressee("provider", provider.public_id, provider.language) if provider.email else None


def visits_ahead(provider_id: str) -> QuerySet[Booking]:
    """The visits of a business (public id) that are agreed or asked for and have not begun, with their customers."""
    return (
        Booking.objects.filter(
            outlet__provider__public_id=provider_id,
            status__in=[states.CONFIRMED, states.REQUESTED],
            starts_at__gt=clock.now(),
        )
        .select_related("customer__user")
        .order_by("starts_at", "pk")
    )


def business_of(public_id: str) -> Addressee | None:
    """A business as the reader of news about itself, in the language of whoever owns it longest.

    None when it gave no e-mail, or is unknown.
    """
    provider = Provider.objects.filter(public_id=public_id).exclude(email="").first()
    if provider is None:
        return None
    owner = provider.memberships.filter(role=Role.OWNER).select_related("user").order_by("pk").first()
    return Addressee("provider", provider.public_id, owner.user.language if owner else provider.language)


def invited(public_id: str) -> Addressee | None:
    """Who is invited to a business, by the invitation: in the language of their account, or of the business.

    None once the invitation has ended.
    """
    found = find_invitation(public_id)
    if found is None:
        return None
    user = User.objects.filter(email__iexact=found.email).first()
    return Addressee("invited", found.public_id, user.language if user else found.provider.language)


def who_waits(wait: str) -> Addressee | None:
    """Who waits, by the public id of their entry; None when they left no e-mail, or it was deleted."""
    entry = WaitEntry.objects.select_related("customer__user").filter(public_id=wait).first()
    if entry is None or entry.customer.erased_at:
        return None
    customer, user = entry.customer, entry.customer.user
    if not (customer.email or (user and user.email)):
        return None
    return Addressee("customer", customer.public_id, user.language if user else customer.language)


def place_of(public_id: str, *, called: bool = False) -> QueueEntry | None:
    """A place in a shop's queue, with the shop, while somebody who left an address waits there, or is `called` and has
    not come yet; else None."""
    state = QueueState.CALLED if called else QueueState.WAITING
    found = (
        QueueEntry.objects.select_related("outlet", "service", "staff", "booking")
        .filter(public_id=public_id, state=state, closes_at__gt=clock.now())
        .first()
    )
    if found is None or not found.email or (called and not is_awaited(found)):
        return None
    return found


def queued(public_id: str, *, called: bool = False) -> Addressee | None:
    """Who waits in a shop's queue, or is `called` there, and left an address, by their place."""
    found = place_of(public_id, called=called)
    return Addressee("waiting", found.public_id, found.language) if found else None


def owners_of(public_id: str) -> list[Addressee]:
    """The owners of a business who have an e-mail, each in their language, and the business where it has another."""
    rows = Membership.objects.filter(
        provider__public_id=public_id, role=Role.OWNER, user__email__isnull=False
    )
    owners = [row.user for row in rows.select_related("user").order_by("pk")]
    readers = [Addressee("owner", user.public_id, user.language) for user in owners]
    business = business_of(public_id)
    if business and not Provider.objects.filter(
        public_id=public_id, email__in=[user.email for user in owners]
    ):
        readers.append(business)
    return readers


def reader_ids(recipient: str) -> list[str]:
    """Under which ids whoever a message names may have said what they want: a customer's own and their user's."""
    customer = Customer.objects.select_related("user").filter(public_id=recipient).first()
    return [recipient, *([customer.user.public_id] if customer and customer.user else [])]


@dataclass(frozen=True, slots=True)
class Notice:
    """Whether a reader is told of a topic by letter and on their devices; `mail_fixed`: its letters always come."""

    topic: Topic
    mail: bool
    push: bool
    mail_fixed: bool


def notices_of(reader: str) -> list[Notice]:
    """What a user (public id) is told of, each topic. One query."""
    off = set(Wish.objects.filter(reader=reader).values_list("topic", "channel"))
    return [
        Notice(
            topic,
            mail=(topic, Channel.MAIL) not in off,
            push=(topic, Channel.PUSH) not in off,
            mail_fixed=not may_be_switched_off(topic, Channel.MAIL),
        )
        for topic in Topic
    ]


def quiet_hours_of(reader: str) -> QuietHours:
    """When a user's devices do not ring; as everybody begins when they said nothing."""
    return QuietHours.objects.filter(reader=reader).first() or QuietHours(reader=reader)


def devices_of(reader: str) -> QuerySet[Device]:
    """The browsers that are told, the newest first."""
    return Device.objects.filter(reader=reader).order_by("-pk")


def is_unwanted(message: Message) -> bool:
    """Whether its reader does without what this is about, on this channel. No query for what cannot be switched off."""
    topic = topic_of(message.kind, message.channel)
    if topic is None:
        return False
    return Wish.objects.filter(
        reader__in=reader_ids(message.recipient), topic=topic, channel=message.channel
    ).exists()


def mailbox() -> QuerySet[DevMail]:
    """The mails of the development mailbox, the newest first."""
    return DevMail.objects.order_by("-pk")


def mail_in_mailbox(pk: int) -> DevMail:
    """One mail of the development mailbox. Raises NotFound."""
    found = DevMail.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
