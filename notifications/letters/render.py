"""From a Message to a mail that can be sent."""

import hashlib
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Customer, User
from bookings.models import Booking
from bookings.selectors.waitlist import told
from notifications.enums import Kind
from notifications.letters import (
    bank,
    customers,
    invitations,
    lengths,
    objections,
    payouts,
    providers,
    queues,
    receipts,
    reviews,
    series,
    standing,
    vetting,
    waiting,
    wallets,
)
from notifications.letters.letter import Letter
from notifications.models import Message
from notifications.rules.topics import topic_of
from notifications.selectors import place_of
from notifications.stop_links import stop_link
from providers.models import Provider
from providers.selectors.invitations import find_invitation

Writer = Callable[[Booking, Message, str], Letter | None]
BusinessWriter = Callable[[Provider, Message, str], Letter | None]

WRITERS: dict[str, Writer] = {
    Kind.CONFIRMED: customers.confirmed,
    Kind.RESCHEDULED: customers.rescheduled,
    Kind.LENGTH: lengths.another_length,
    Kind.CANCELLED: customers.cancelled,
    Kind.REMINDER: customers.reminder,
    Kind.PAID_TOO_LATE: customers.paid_too_late,
    Kind.REFUNDED: customers.refunded,
    Kind.REQUESTED: customers.requested,
    Kind.DECLINED: customers.declined,
    Kind.OFFERED: waiting.offered,
    Kind.SERIES_BOOKED: series.booked,
    Kind.PROVIDER_SERIES: series.to_provider,
    Kind.PROVIDER_REQUEST: providers.provider_request,
    Kind.OBJECTION: objections.to_customer,
    Kind.PROVIDER_OBJECTION: objections.to_provider,
    Kind.PROVIDER_OVERDUE: providers.provider_overdue,
    Kind.MESSAGE: customers.message,
    Kind.RECEIPT: receipts.receipt,
    Kind.SHOP_SUSPENDED: standing.suspended,
    Kind.SHOP_BACK: standing.back,
    Kind.REVIEW_INVITED: reviews.invited,
    Kind.REVIEW_REPLIED: reviews.replied,
    Kind.REVIEW_HIDDEN: reviews.hidden,
    Kind.REVIEW_RESTORED: reviews.restored,
    Kind.REVIEW_APPEAL: reviews.appeal_refused,
    Kind.PROVIDER_REVIEWED: reviews.provider_reviewed,
    Kind.PROVIDER_HIDDEN: reviews.provider_hidden,
    Kind.PROVIDER_RESTORED: reviews.provider_restored,
    Kind.PROVIDER_APPEAL: reviews.provider_appeal_refused,
    Kind.PROVIDER_MESSAGE: providers.provider_message,
    Kind.PROVIDER_NEW: providers.provider_new,
    Kind.PROVIDER_MOVED: providers.provider_moved,
    Kind.PROVIDER_CANCELLED: providers.provider_cancelled,
}

# About the business itself, not about one of its visits.
BUSINESS_WRITERS: dict[str, BusinessWriter] = {
    Kind.VETTING: vetting.decided,
    Kind.DOCUMENT_EXPIRING: vetting.expiring,
    Kind.BANK_CHANGED: bank.changed,
    Kind.PAYOUTS_HELD: payouts.held,
    Kind.PAYOUT_FAILED: payouts.failed,
    Kind.PAYEE: payouts.payee,
    Kind.DISPUTE: payouts.disputed,
}


def mail_for(message: Message) -> EmailMultiAlternatives | None:
    """The mail that `message` owes its reader, in their language; None when there is nothing left to say.

    Read fresh: the address may have changed, been erased, or the booking moved on since it was written down.
    """
    email, write = _reader(message)
    if not email:
        return None
    with translation.override(message.language):
        letter = write(email)
        if letter is None:
            return None
        topic = topic_of(message.kind, message.channel)
        stop = stop_link(reader=message.recipient, topic=topic) if topic else ""
        context = {"letter": letter, "site": settings.SITE_NAME, "language": message.language, "stop": stop}
        mail = EmailMultiAlternatives(
            subject=" ".join(letter.subject.split()),
            body=render_to_string("notifications/letter.txt", context),
            to=[email],
            headers={
                # The same for every copy of this mail, so that a second one can be told by machines.
                "Message-ID": f"<{_name(message)}@{urlsplit(settings.SITE_URL).hostname}>",
                "Auto-Submitted": "auto-generated",
                # RFC 8058: mail programs show a button of their own for it.
                **(
                    {
                        "List-Unsubscribe": f"<{stop}>",
                        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    }
                    if stop
                    else {}
                ),
            },
        )
        mail.attach_alternative(render_to_string("notifications/letter.html", context), "text/html")
    for file in letter.files:
        mail.attach(file.name, file.content, file.type)
    return mail


def _reader(message: Message) -> tuple[str, Callable[[str], Letter | None]]:
    """Where the reader is reached now (empty when nowhere), and what writes the letter to that address."""
    if message.kind == Kind.REPORT_DECIDED:
        return users_address(message), lambda _: reviews.report_decided(message)
    if message.kind == Kind.WALLET_PAYOUT:
        return users_address(message), lambda _: wallets.payout(message)
    if message.kind in (Kind.WAIT_ASKED, Kind.WAIT_JOINED):
        assert message.event is not None
        entry = told().filter(public_id=message.event.subject_id).first()
        if entry is None:
            return "", lambda email: None
        write = waiting.asked if message.kind == Kind.WAIT_ASKED else waiting.joined
        return users_address(message), lambda _: write(entry)
    if about_business := BUSINESS_WRITERS.get(message.kind):
        assert message.event is not None
        provider = Provider.objects.get(
            public_id=message.event.payload.get("provider", message.event.subject_id)
        )
        email = provider.email
        if message.recipient != provider.public_id:
            owner = User.objects.filter(public_id=message.recipient).first()
            email = (owner.email if owner else None) or ""
        return email, lambda email: about_business(provider, message, email)
    if message.kind == Kind.MEMBER_INVITED:
        invitation = find_invitation(message.recipient)
        if invitation is None:
            return "", lambda email: None
        return invitation.email, lambda email: invitations.invited(invitation)
    if message.kind in (Kind.QUEUE_JOINED, Kind.QUEUE_CALLED):
        called = message.kind == Kind.QUEUE_CALLED
        place = place_of(message.recipient, called=called)
        if place is None:
            return "", lambda email: None
        tell = queues.called if called else queues.joined
        return place.email, lambda email: tell(place)
    booking = (
        Booking.objects.select_related("outlet__provider", "customer__user")
        .prefetch_related("items__staff", "items__helpers")
        .get(ref=message.booking_ref)
    )
    return address_of(message, booking), lambda email: WRITERS[message.kind](booking, message, email)


def users_address(message: Message) -> str:
    """Where a user, or a guest by their customer, is reached now; empty when nowhere."""
    user = User.objects.filter(public_id=message.recipient).first()
    if user is None:
        customer = Customer.objects.select_related("user").filter(public_id=message.recipient).first()
        if customer and customer.email:
            return customer.email
        user = customer.user if customer else None
    return (user.email or "") if user else ""


def address_of(message: Message, booking: Booking) -> str:
    """Where the reader is reached now; empty when nowhere."""
    provider = booking.outlet.provider
    if message.recipient == provider.public_id:
        return provider.email
    customer = booking.customer
    if customer is None or customer.public_id != message.recipient or customer.erased_at:
        return ""
    return customer.email or (customer.user.email if customer.user else None) or ""


def _name(message: Message) -> str:
    return hashlib.sha256(f"{message.pk}:{message.key}".encode()).hexdigest()[:32]
