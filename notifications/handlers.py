"""Which events become which mails. Run by the worker after commit, at least once; each mail is owed once."""

from datetime import timedelta

from bookings.models import Booking
from bookings.rules import states
from common.actors import GUEST, user_actor
from common.events import after_commit
from common.models import Event
from notifications.enums import Kind
from notifications.letters.lengths import SETTLED_AFTER, TO_COME
from notifications.selectors import (
    Addressee,
    business_of,
    customer_of,
    find_booking,
    invited,
    owners_of,
    provider_of,
    queued,
    user_of,
    visits_ahead,
    who_waits,
)
from notifications.services import owe, owe_many, owe_pushes, owe_reader, send

# An event's type, then what the customer and the provider are told of it.
MAILS: dict[str, tuple[Kind | None, Kind | None]] = {
    "booking.confirmed": (Kind.CONFIRMED, Kind.PROVIDER_NEW),
    "booking.rescheduled": (Kind.RESCHEDULED, Kind.PROVIDER_MOVED),
    "booking.cancelled": (Kind.CANCELLED, Kind.PROVIDER_CANCELLED),
    "booking.paid_too_late": (Kind.PAID_TOO_LATE, None),
    "booking.requested": (Kind.REQUESTED, Kind.PROVIDER_REQUEST),
    "booking.offered": (Kind.OFFERED, None),
    "booking.declined": (Kind.DECLINED, Kind.PROVIDER_OVERDUE),
    "booking.message_sent": (Kind.MESSAGE, Kind.PROVIDER_MESSAGE),
    "booking.completed": (Kind.RECEIPT, None),
    "booking.objected": (Kind.OBJECTION, Kind.PROVIDER_OBJECTION),
    "booking.objection_withdrawn": (Kind.OBJECTION, Kind.PROVIDER_OBJECTION),
    "booking.objection_decided": (Kind.OBJECTION, Kind.PROVIDER_OBJECTION),
    "refund.done": (Kind.REFUNDED, None),
    "review.invited": (Kind.REVIEW_INVITED, None),
    "review.written": (None, Kind.PROVIDER_REVIEWED),
    "review.replied": (Kind.REVIEW_REPLIED, None),
    "review.hidden": (Kind.REVIEW_HIDDEN, Kind.PROVIDER_HIDDEN),
    "review.restored": (Kind.REVIEW_RESTORED, Kind.PROVIDER_RESTORED),
    "review.appeal_decided": (Kind.REVIEW_APPEAL, Kind.PROVIDER_APPEAL),
}
# A message that is read by then is told no more.
UNREAD_FOR = timedelta(minutes=5)
# Whom an appeal's refusal concerns.
_SIDES = {"author": "customer", "provider": "provider"}


@after_commit(
    "booking.confirmed",
    "booking.rescheduled",
    "booking.cancelled",
    "booking.paid_too_late",
    "booking.requested",
    "booking.declined",
    "booking.offered",
    "booking.message_sent",
    "booking.completed",
    "booking.objected",
    "booking.objection_withdrawn",
    "booking.objection_decided",
)
def on_booking(event: Event) -> None:
    """Tell the customer and the provider what happened to a booking."""
    _tell(event, event.subject_id)


@after_commit("refund.done")
def on_refund_done(event: Event) -> None:
    """Tell the customer that their money is on its way."""
    _tell(event, event.payload["booking_ref"])


@after_commit("review.invited", "review.written", "review.replied", "review.hidden", "review.restored")
def on_review(event: Event) -> None:
    """Tell the author and the business what happened to a review."""
    _tell(event, event.payload["booking_ref"])


@after_commit("review.appeal_decided")
def on_appeal_decided(event: Event) -> None:
    """Tell whoever appealed in vain; what a granted appeal brings is news of its own."""
    if not event.payload["granted"]:
        _tell(event, event.payload["booking_ref"], only=_SIDES[event.payload["side"]])


@after_commit("review.report_decided")
def on_report_decided(event: Event) -> None:
    """Tell whoever reported a review what became of that, when they left an address."""
    if event.payload["user"]:
        reader = user_of(event.payload["user"])
    else:
        booking = find_booking(event.payload["booking_ref"])
        reader = customer_of(booking) if booking else None
    if reader:
        news = f"{event.type}:{event.subject_id}"
        send([owe_reader(kind=Kind.REPORT_DECIDED, to=reader, event=event, news=news)])


@after_commit(
    "provider.approved",
    "provider.revision_asked",
    "provider.rejected",
    "provider.warned",
    "provider.suspended",
    "provider.reinstated",
    "provider.appeal_decided",
    "provider.written",
    "document.refused",
    "document.expired",
    "document.asked",
)
def on_vetting(event: Event) -> None:
    """Tell a business what was decided about it, or written to it. A decision is published once per outlet."""
    if event.payload.get("side") == "provider":
        return
    _tell_business(event, Kind.VETTING, f"vetting:{event.payload['entry']}")


@after_commit("provider.suspended", "provider.reinstated")
def on_standing(event: Event) -> None:
    """Write down that the customers of visits ahead are to be told; the worker sends these, some at a time.

    It is published once per outlet, and each visit is written down once, whichever is heard first.
    """
    kind = Kind.SHOP_SUSPENDED if event.type == "provider.suspended" else Kind.SHOP_BACK
    told = ((visit, customer_of(visit)) for visit in visits_ahead(event.subject_id))
    owe_many(
        kind=kind,
        to=[(visit, reader) for visit, reader in told if reader],
        event=event,
        news=f"{kind}:{event.payload['entry']}",
    )


@after_commit("document.expiring")
def on_document_expiring(event: Event) -> None:
    """Remind a business of a document that runs out."""
    _tell_business(event, Kind.DOCUMENT_EXPIRING, f"expiring:{event.payload['id']}:{event.payload['days']}")


@after_commit("queue.joined")
def on_queue_joined(event: Event) -> None:
    """Send whoever waits in a shop the link to their place, when they left an address."""
    if reader := queued(event.subject_id):
        send([owe_reader(kind=Kind.QUEUE_JOINED, to=reader, event=event, news=f"queue:{reader.id}")])


@after_commit("queue.called")
def on_queue_called(event: Event) -> None:
    """It is their turn: who left an address may have gone round the corner."""
    if reader := queued(event.subject_id, called=True):
        # They may be put back, and called again.
        news = f"called:{reader.id}:{event.seq}"
        send([owe_reader(kind=Kind.QUEUE_CALLED, to=reader, event=event, news=news)])


@after_commit("provider.member_invited")
def on_member_invited(event: Event) -> None:
    """Tell whoever reads the address; the mail goes out with the address as it stands in the open invitation."""
    if reader := invited(event.payload["id"]):
        message = owe_reader(kind=Kind.MEMBER_INVITED, to=reader, event=event, news=f"invitation:{reader.id}")
        send([message])


@after_commit("provider.bank_changed", "provider.bank_removed")
def on_bank_account(event: Event) -> None:
    """Tell every owner, and the business at its own address: whoever did not do it should hear of it."""
    _tell_owners(event, event.subject_id, Kind.BANK_CHANGED)


@after_commit("provider.payouts_held", "provider.payouts_freed")
def on_payouts_held(event: Event) -> None:
    """Tell every owner that the business is not paid for now and why, or that it is paid again."""
    _tell_owners(event, event.subject_id, Kind.PAYOUTS_HELD)


@after_commit("dispute.opened", "dispute.won", "dispute.lost")
def on_dispute(event: Event) -> None:
    """Tell every owner that a customer's bank took a payment back, or what it decided."""
    _tell_owners(event, event.payload["provider"], Kind.DISPUTE)


@after_commit("payout.failed")
def on_payout_failed(event: Event) -> None:
    """Tell every owner of a payout that did not arrive. Of those that a hold takes back the hold tells, of those to an
    account that is not ready any more the account."""
    if event.payload["failure"] not in ("held", "account_not_ready"):
        _tell_owners(event, event.payload["provider"], Kind.PAYOUT_FAILED)


@after_commit("provider.payee_changed")
def on_payee_changed(event: Event) -> None:
    """Tell every owner that the account at the gateway is ready, is no longer, was turned down, or is asked for more
    while it is ready. What is missing before it ever was they see where they set it up."""
    status, was = event.payload["status"], event.payload["was"]
    if "enabled" in (status, was) or status == "rejected":
        _tell_owners(event, event.subject_id, Kind.PAYEE)


@after_commit("wallet_payout.asked", "wallet_payout.paid", "wallet_payout.refused")
def on_wallet_payout(event: Event) -> None:
    """Tell whose wallet it is: whoever did not ask for it should hear of it."""
    if reader := user_of(event.payload["user"]):
        news = f"{event.type}:{event.subject_id}"
        send([owe_reader(kind=Kind.WALLET_PAYOUT, to=reader, event=event, news=news)])


@after_commit("booking.on_the_way", "booking.price_change_asked")
def on_what_cannot_wait(event: Event) -> None:
    """Somebody has set out, or waits for an answer: devices are told, a letter would come too late."""
    kind = Kind.ON_THE_WAY if event.type == "booking.on_the_way" else Kind.PRICE_ASKED
    if booking := find_booking(event.subject_id):
        send(owe_pushes(kind=kind, booking=booking, event=event))


@after_commit("booking.lengthened", "booking.shortened")
def on_length(event: Event) -> None:
    """Tell the customer of another end than they were promised, once whoever drags the visit's edge has let go. Who is
    there already sees how long it takes."""
    booking = find_booking(event.subject_id)
    if booking is None or event.payload["status"] not in TO_COME:
        return
    owed = []
    if reader := customer_of(booking):
        owed.append(owe(kind=Kind.LENGTH, booking=booking, to=reader, event=event, after=SETTLED_AFTER))
    if not _did_it_themselves(booking, event):
        owed += owe_pushes(kind=Kind.LENGTH, booking=booking, event=event, after=SETTLED_AFTER)
    send(owed)


@after_commit("series.booked")
def on_series(event: Event) -> None:
    """One letter for all visits that were booked together, to each side."""
    booking = find_booking(event.payload["bookings"][0])
    if booking is None:
        return
    mails = [(Kind.SERIES_BOOKED, customer_of(booking)), (Kind.PROVIDER_SERIES, provider_of(booking))]
    send([owe(kind=kind, booking=booking, to=reader, event=event) for kind, reader in mails if reader])


@after_commit("wait.asked", "wait.joined")
def on_wait(event: Event) -> None:
    """Ask a guest whether it was they who want to wait, or say that they are on the list."""
    if reader := who_waits(event.subject_id):
        kind = Kind.WAIT_ASKED if event.type == "wait.asked" else Kind.WAIT_JOINED
        news = f"{event.type}:{event.subject_id}"
        send([owe_reader(kind=kind, to=reader, event=event, news=news)])


def _tell_owners(event: Event, provider_id: str, kind: Kind) -> None:
    news = f"{event.type}:{event.subject_id}:{event.seq}"
    send(
        [
            owe_reader(kind=kind, to=reader, event=event, news=f"{news}:{reader.id}")
            for reader in owners_of(provider_id)
        ]
    )


def _tell_business(event: Event, kind: Kind, news: str) -> None:
    if reader := business_of(event.subject_id):
        send([owe_reader(kind=kind, to=reader, event=event, news=news)])


def _tell(event: Event, booking_ref: str, *, only: str = "") -> None:
    booking = find_booking(booking_ref)
    # Giving up a hold is no news: nobody was told of it.
    if booking is None or (event.type == "booking.cancelled" and not booking.was_agreed):
        return
    if event.payload.get("not_come"):
        return  # the decision about it tells both
    if event.payload.get("series"):
        return  # one letter tells of all its visits
    if event.payload.get("queue"):
        return  # whoever waits in a queue has their place before their eyes, and is told when it is their turn
    to_customer, to_provider = MAILS[event.type]
    after = timedelta(0)
    if event.type == "booking.message_sent":
        # To the other side, once it was not read for a while.
        only = "provider" if event.payload.get("by") == "customer" else "customer"
        after = UNREAD_FOR
    if event.payload.get("accepted") or (
        event.payload.get("by") == "staff" and to_provider == Kind.PROVIDER_OVERDUE
    ):
        to_provider = None  # their own answer
    if event.type == "booking.rescheduled" and event.payload["status"] == states.REQUESTED:
        # Another time is another question.
        to_customer, to_provider = MAILS["booking.requested"]
    mails: list[tuple[Kind | None, Addressee | None]] = [
        (to_customer, customer_of(booking)),
        (to_provider, provider_of(booking)),
    ]
    owed = [
        owe(kind=kind, booking=booking, to=reader, event=event, after=after)
        for kind, reader in mails
        if kind and reader and only in ("", reader.role)
    ]
    if to_customer and only in ("", "customer") and not _did_it_themselves(booking, event):
        owed += owe_pushes(kind=to_customer, booking=booking, event=event, after=after)
    send(owed)


def _did_it_themselves(booking: Booking, event: Event) -> bool:
    """Whoever moved or cancelled their visit, or agreed to more of it, knows: a letter says so for the record, and no
    device rings."""
    if event.type not in ("booking.rescheduled", "booking.cancelled", "booking.lengthened"):
        return False
    user = booking.customer.user if booking.customer else None
    return event.actor == GUEST or (user is not None and event.actor == user_actor(user.public_id))
