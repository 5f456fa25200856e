"""What bookings does when it hears of something."""

from bookings.enums import ObjectionKind
from bookings.models import Booking, BookingItem, ItemHelper
from bookings.services import expiry, offers, paying
from common.actors import gateway_actor
from common.events import after_commit, within_transaction
from common.models import Event
from providers.services.ratings import count_served

GATEWAY = gateway_actor("")


@within_transaction("payment.captured")
def on_payment_captured(event: Event) -> None:
    """Confirm what was paid for, in the transaction that captured the money.

    Money taken at the counter is noted by the visit's own services.
    """
    if event.payload["method"] == "counter":
        return
    paying.captured(
        booking_ref=event.payload["booking_ref"],
        payment_id=event.subject_id,
        amount=event.payload["amount"],
        currency=event.payload["currency"],
        actor=event.actor,
        was_held=event.payload.get("was_held", False),
    )


@within_transaction("payment.authorised")
def on_payment_authorised(event: Event) -> None:
    """Confirm what is held on a card, in the transaction that noted it."""
    paying.authorised(
        booking_ref=event.payload["booking_ref"],
        amount=event.payload["amount"],
        currency=event.payload["currency"],
        actor=event.actor,
    )


@within_transaction("booking.completed", "booking.objected", "booking.objection_answered")
def on_money_needed(event: Event) -> None:
    """Take what is held on the card: for the provider once the visit is done, or to be decided about.

    That nobody came takes nothing, as long as the business does not say otherwise.
    """
    if event.type == "booking.objected" and event.payload.get("kind") == ObjectionKind.NOT_COME:
        return
    paying.take_held(booking_ref=event.subject_id, actor=event.actor)


@within_transaction("dispute.won")
def on_dispute_won(event: Event) -> None:
    """What a chargeback took from escrow is there again."""
    paying.won_back(
        booking_ref=event.payload["booking_ref"], dispute=event.payload["dispute"], actor=event.actor
    )


@within_transaction("payment.failed", "payment.cancelled")
def on_payment_over(event: Event) -> None:
    """Say on the hold that nothing is being paid any more: declined, or given up on the gateway's page.

    What our own services cancel they note themselves, holding the booking's row.
    """
    if not event.actor.startswith(GATEWAY):
        return
    paying.given_up(
        booking_ref=event.payload["booking_ref"],
        actor=event.actor,
        was_held=event.payload.get("was_held", False),
    )


@after_commit("provider.suspended")
def on_provider_suspended(event: Event) -> None:
    """Nothing of it can be booked any more: what is held there ends."""
    expiry.end_holds_of(event.subject_id)


@within_transaction("booking.completed")
def on_visit_done(event: Event) -> None:
    """Count the visit for all who did it, in the transaction that completed it."""
    items = BookingItem.objects.filter(booking__ref=event.subject_id)
    helpers = ItemHelper.objects.filter(item__in=items).values_list("staff_id", flat=True)
    count_served(staff_ids=items.values_list("staff_id", flat=True).union(helpers))


@within_transaction("booking.confirmed", "booking.requested", "booking.cancelled", "booking.expired")
def on_offer_answered(event: Event) -> None:
    """What was offered from the waitlist is taken, declined or let go: the next one gets what is free again."""
    offers.settle(event.subject_id, actor=event.actor)


def lock_booking(booking_ref: str) -> None:
    """Payments lock the booking before their own row: the order everywhere (docs/locking.md)."""
    Booking.objects.select_for_update(of=("self",)).filter(ref=booking_ref).first()


def what_is_sold(booking_ref: str) -> list[tuple[int, int]]:
    """The category (primary key) and price (minor units) of each item of a booking: the commission goes by them."""
    items = BookingItem.objects.filter(booking__ref=booking_ref).order_by("pk")
    return list(items.values_list("service__category_id", "price_amount"))
