"""Believing a gateway: one way in for its webhooks, its answers and what it says when asked."""

import logging

from django.db import transaction

from common import clock
from common.actors import gateway_actor
from payments import events
from payments.enums import LIVE, AccountKind, PaymentHint, PaymentStatus, RefundStatus, TransactionKind
from payments.errors import UnknownPayment
from payments.gateways.base import PaymentState, RefundState
from payments.models import Payment, Refund
from payments.rules.policy import HOLD_LASTS
from payments.services.cards import note_card
from payments.services.disputes import follow_dispute
from payments.services.ledger import Account, Cause, Line, post
from payments.services.locks import lock_owner, lock_payment
from payments.services.news import tell

log = logging.getLogger(__name__)


def apply_gateway_state(*, gateway: str, state: PaymentState, actor: str = "") -> Payment:
    """Bring our payment to what the gateway says of it; answers the payment after.

    Idempotent, and in any order: the state is whole. A captured payment never goes back; money that the
    gateway took is captured here even if we had closed the payment. Amount and currency are checked against
    our record: if they differ nothing is captured and `payment.mismatch` is told once.

    Locks: the owner, the payment, its refunds, ledger accounts. Raises UnknownPayment, and whatever
    a subscriber refuses: then nothing is changed.
    """
    found = Payment.objects.filter(public_id=state.reference, gateway=gateway).first()
    if found is None:
        raise UnknownPayment
    with transaction.atomic():
        lock_owner(found.booking_ref)
        payment = lock_payment(found.pk)
        _apply(payment, state, actor or gateway_actor(gateway))
    payment.refresh_from_db()
    return payment


def _apply(payment: Payment, state: PaymentState, actor: str) -> None:
    if not _is_ours(payment, state):
        _alarm(payment, state, actor)
        return
    if not payment.gateway_ref:
        payment.gateway_ref, payment.redirect_url = state.gateway_ref, state.redirect_url
        payment.save(update_fields=["gateway_ref", "redirect_url"])
    elif state.redirect_url and state.redirect_url != payment.redirect_url:
        # Paid with a kept card, the bank's question has a page of its own.
        payment.redirect_url = state.redirect_url
        payment.save(update_fields=["redirect_url"])
    if state.status == PaymentStatus.CAPTURED:
        if payment.status != PaymentStatus.CAPTURED:
            _capture(payment, actor)
            note_card(payment, state.card, actor=actor)
        for refund in state.refunds:
            finish_refund(refund, payment_pk=payment.pk, actor=actor)
        for dispute in state.disputes:
            follow_dispute(dispute, payment_pk=payment.pk, actor=actor)
    elif state.status == PaymentStatus.AUTHORISED:
        was = payment.status
        _authorise(payment, state, actor)
        if payment.status != was:
            note_card(payment, state.card, actor=actor)
    elif payment.status != PaymentStatus.CAPTURED:
        _follow(payment, state, actor)


def _is_ours(payment: Payment, state: PaymentState) -> bool:
    taken = state.status == PaymentStatus.CAPTURED and payment.capture_amount is not None
    expected = payment.capture_amount if taken else payment.authorised_amount or payment.amount
    if payment.status == PaymentStatus.CAPTURED:
        expected = payment.amount
    return (state.amount, state.currency, payment.gateway_ref or state.gateway_ref) == (
        expected,
        payment.currency,
        state.gateway_ref,
    )


def _alarm(payment: Payment, state: PaymentState, actor: str) -> None:
    if payment.mismatch_at:
        return
    log.error("payment %s: the gateway says %s", payment.public_id, state)
    payment.mismatch_at, payment.next_check_at = clock.now(), None
    payment.save(update_fields=["mismatch_at", "next_check_at"])
    tell(
        payment,
        events.MISMATCH,
        actor=actor,
        gateway_amount=state.amount,
        gateway_currency=state.currency,
        gateway_ref=state.gateway_ref,
    )


def _authorise(payment: Payment, state: PaymentState, actor: str) -> None:
    """Note that the amount is held on the card. What we had closed meanwhile is let go by the next check."""
    if state.revision and state.revision <= payment.gateway_revision:
        return
    now = clock.now()
    if payment.status in (PaymentStatus.CANCELLED, PaymentStatus.FAILED):
        payment.next_check_at = now
        payment.save(update_fields=["next_check_at"])
        return
    if payment.status not in LIVE:
        return
    payment.status, payment.hint = PaymentStatus.AUTHORISED, PaymentHint.NONE
    payment.authorised_amount, payment.authorised_at = state.amount, now
    payment.authorised_until = state.held_until or now + HOLD_LASTS
    payment.gateway_revision = max(payment.gateway_revision, state.revision)
    # Should nobody take it in time, the gateway is asked whether it lapsed.
    payment.next_check_at = payment.authorised_until
    payment.save(
        update_fields=[
            "status",
            "hint",
            "authorised_amount",
            "authorised_at",
            "authorised_until",
            "gateway_revision",
            "next_check_at",
        ]
    )
    tell(payment, events.AUTHORISED, actor=actor)


def _capture(payment: Payment, actor: str) -> None:
    was_held = payment.authorised_at is not None
    payment.status, payment.captured_at, payment.next_check_at = PaymentStatus.CAPTURED, clock.now(), None
    payment.amount, payment.hint = payment.capture_amount or payment.amount, PaymentHint.NONE
    payment.save(update_fields=["status", "captured_at", "next_check_at", "amount", "hint"])
    post(
        kind=TransactionKind.CAPTURE,
        booking_ref=payment.booking_ref,
        entries=[
            Line(Account(AccountKind.GATEWAY, payment.gateway), -payment.amount, payment.currency),
            Line(Account(AccountKind.ESCROW, payment.booking_ref), payment.amount, payment.currency),
        ],
        actor=actor,
        cause=Cause("payment", payment.public_id),
    )
    tell(payment, events.CAPTURED, actor=actor, was_held=was_held)


def _follow(payment: Payment, state: PaymentState, actor: str) -> None:
    """Take over a state without money in it, unless a newer one was heard already."""
    if state.revision and state.revision <= payment.gateway_revision:
        return
    was = PaymentStatus(payment.status)
    over = state.status in (PaymentStatus.FAILED, PaymentStatus.CANCELLED)
    payment.gateway_revision = state.revision
    if over:
        payment.next_check_at = None
    was_held = was == PaymentStatus.AUTHORISED
    # What is held stays held until it is taken or gone: a message from before it was says nothing new.
    if was in LIVE or (was_held and over):
        payment.status, payment.hint = state.status, PaymentHint.LAPSED if was_held else state.hint
    payment.save(update_fields=["gateway_revision", "next_check_at", "status", "hint"])
    if (was in LIVE or was_held) and over:
        type_ = events.FAILED if state.status == PaymentStatus.FAILED else events.CANCELLED
        tell(payment, type_, actor=actor, was_held=was_held)


def finish_refund(state: RefundState, *, payment_pk: int, actor: str) -> None:
    """Note what became of a refund, once. Within a transaction that holds the owner and the payment.

    A refund that is not ours (made by hand at the gateway) is left alone: `check_ledger` shows it.
    """
    refund = (
        Refund.objects.select_for_update().filter(public_id=state.reference, payment_id=payment_pk).first()
    )
    if refund is None or refund.status == RefundStatus.DONE or state.status == RefundStatus.REQUESTED:
        return
    payment = lock_payment(payment_pk)
    if (state.amount, state.currency) != (refund.amount, payment.currency):
        log.error("refund %s: the gateway says %s", refund.public_id, state)
        _refuse(refund, payment, actor)
    elif state.status == RefundStatus.FAILED:
        _refuse(refund, payment, actor)
    else:
        _pay_out(refund, payment, state.gateway_ref, actor)


def refuse_refund(*, refund_pk: int, payment_pk: int, actor: str) -> None:
    """Note that the gateway will not do a refund: a person must look. Its money stays set aside.

    Within a transaction that holds the owner and the payment.
    """
    refund = Refund.objects.select_for_update().get(pk=refund_pk)
    if refund.status == RefundStatus.REQUESTED:
        _refuse(refund, lock_payment(payment_pk), actor)


def _refuse(refund: Refund, payment: Payment, actor: str) -> None:
    if refund.status == RefundStatus.FAILED:
        return
    log.error("refund %s was refused by %s", refund.public_id, payment.gateway)
    refund.status, refund.next_try_at = RefundStatus.FAILED, None
    refund.save(update_fields=["status", "next_try_at"])
    tell(payment, events.REFUND_FAILED, actor=actor, refund=refund.public_id, refund_amount=refund.amount)


def _pay_out(refund: Refund, payment: Payment, gateway_ref: str, actor: str) -> None:
    refund.status, refund.done_at, refund.next_try_at = RefundStatus.DONE, clock.now(), None
    refund.gateway_ref = gateway_ref
    refund.save(update_fields=["status", "done_at", "next_try_at", "gateway_ref"])
    post(
        kind=TransactionKind.REFUND_PAID,
        booking_ref=payment.booking_ref,
        entries=[
            Line(Account(AccountKind.REFUND_DUE, payment.booking_ref), -refund.amount, payment.currency),
            Line(Account(AccountKind.GATEWAY, payment.gateway), refund.amount, payment.currency),
        ],
        actor=actor,
        cause=Cause("refund", refund.public_id),
    )
    tell(payment, events.REFUND_DONE, actor=actor, refund=refund.public_id, refund_amount=refund.amount)
