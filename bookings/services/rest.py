"""What is left to pay of an agreed visit, online: on the customer's own page, or by the square on the shop's screen."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from bookings.errors import PaymentNotPossible, PolicyChanged
from bookings.models import Booking, PayLink
from bookings.selectors.access import Access
from bookings.services import core
from bookings.services.paying import Payment
from bookings.services.till import PAYABLE
from common import clock, crypto
from common.errors import NotAllowed
from payments import gateways
from payments import services as payments

# The customer stands at the counter.
LASTS = timedelta(minutes=30)


def show_link(*, access: Access) -> str:
    """A new link to what is left to pay, for the square on the shop's screen; the one shown before ends.

    It lasts half an hour. By whoever marks the visit. Raises NotAllowed, PaymentNotPossible.
    """
    if not access.may_mark():
        raise NotAllowed
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if not is_due(booking):
            raise PaymentNotPossible
        hide_links(booking)
        token = secrets.token_urlsafe(20)
        PayLink.objects.create(
            booking=booking,
            token_hash=crypto.token_hash(token),
            made_by=access.principal.actor,
            expires_at=clock.now() + LASTS,
        )
    return f"{settings.SITE_URL}/b/{booking.ref}/pay?key={token}"


def hide_links(booking: Booking) -> None:
    """No link that was shown for the visit opens anything any more."""
    booking.pay_links.filter(revoked_at__isnull=True).update(revoked_at=clock.now())


def is_due(booking: Booking) -> bool:
    """Whether something of it is to be paid, or to be answered before it is."""
    return booking.status in PAYABLE and booking.cancel_asked_at is None and not booking.objection_open


def pay_rest(*, access: Access, amount: int, method: str, return_url: str) -> Payment:
    """Pay online what is left: `amount`, as it was shown, in minor units. It goes into escrow like the rest.

    For the customer and who scanned the shop's square. Call it outside a transaction: a gateway is asked after the
    first one has ended. Raises NotAllowed, PaymentNotPossible (nothing is due, or no such method), PolicyChanged (it is
    another amount by now), ObjectionOpen, CancelPending, PaymentClosed, GatewayUnavailable, GatewayRefused.
    """
    if not (access.is_customer or access.is_payer):
        raise NotAllowed
    if method == "counter" or method not in gateways.methods():
        raise PaymentNotPossible
    actor = access.principal.actor
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        core.refuse_while_objected(booking)
        core.refuse_while_cancelling(booking)
        if booking.status not in PAYABLE or not booking.due_at_counter:
            raise PaymentNotPossible
        if amount != booking.due_at_counter:
            raise PolicyChanged
        payment = payments.prepare_payment(
            booking_ref=booking.ref,
            provider_id=booking.outlet.provider.public_id,
            amount=amount,
            currency=booking.currency,
            method=method,
            actor=actor,
            return_url=return_url,
        )
    payment = payments.start_payment(payment, actor=actor)
    return Payment(status=payment.status, redirect_url=payment.redirect_url or None)
