"""The sandbox's API, as its customers call it, and what its hosted page does.

Answers are plain dicts in the sandbox's own words, as they would come over the wire:
`{"id", "reference", "amount", "currency", "status", "revision", "url", "refunds": [{"id", "reference", …}]}`.
"""

import json
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from common import clock
from common.public_ids import new_public_id
from payments.sandbox.cards import keep_card, wire_card
from payments.sandbox.models import (
    IntentStatus,
    SandboxCard,
    SandboxCustomer,
    SandboxDelivery,
    SandboxIntent,
    SandboxPayee,
    SandboxPayout,
    SandboxRefund,
)
from payments.sandbox.webhooks import deliver_after_commit
from payments.sandbox.wire import SandboxError, Wire

# As long as banks hold an amount.
HOLD_LASTS = timedelta(days=7)
OPEN = (IntentStatus.REQUIRES_PAYMENT, IntentStatus.REQUIRES_ACTION)
SLOW = timedelta(seconds=10)
# How much later the earlier event of an out-of-order pair is sent.
OUT_OF_ORDER = timedelta(seconds=3)


def create_intent(
    *,
    merchant: str,
    reference: str,
    amount: int,
    currency: str,
    return_url: str,
    idempotency_key: str,
    manual_capture: bool = False,
    customer: str = "",
    save_card: bool = False,
    card: str = "",
) -> Wire:
    """Open an intent; the same key answers the same intent. `manual_capture`: paying only holds the amount, for
    HOLD_LASTS, until `capture_intent` takes it or `cancel_intent` lets it go. `save_card`: the card that pays is kept
    for `customer`; `card`: one that is kept, with which `confirm_intent` pays. Raises SandboxError
    idempotency_mismatch, no_such_card."""
    kept = SandboxCard.objects.filter(public_id=card, customer__public_id=customer).first() if card else None
    if card and kept is None:
        raise SandboxError("no_such_card")
    intent, _ = SandboxIntent.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults={
            "merchant": merchant,
            "merchant_reference": reference,
            "amount": amount,
            "currency": currency,
            "return_url": return_url,
            "manual_capture": manual_capture,
            "customer": SandboxCustomer.objects.filter(public_id=customer).first(),
            "save_card": save_card,
            "card": kept,
        },
    )
    if (intent.merchant_reference, intent.amount, intent.currency) != (reference, amount, currency):
        raise SandboxError("idempotency_mismatch")
    return wire(intent)


def get_intent(intent_id: str) -> Wire:
    """The intent as it is. Raises SandboxError not_found."""
    with transaction.atomic():
        return wire(_locked(intent_id))


@transaction.atomic
def confirm_intent(intent_id: str) -> Wire:
    """Pay with the kept card of the intent: it pays, its bank asks, or declines. Of one that was confirmed before
    nothing happens. Raises SandboxError not_found, no_such_card when the card is kept no longer."""
    intent = _locked(intent_id)
    if intent.status == IntentStatus.REQUIRES_PAYMENT:
        if intent.card is None:
            raise SandboxError("no_such_card")
        ACTIONS[intent.card.does](intent)
    return wire(intent)


@transaction.atomic
def capture_intent(intent_id: str, *, amount: int) -> Wire:
    """Take `amount` of what is held; the rest is let go. Again with the same amount: nothing more. Raises SandboxError
    not_found, not_capturable."""
    intent = _locked(intent_id)
    if intent.status == IntentStatus.SUCCEEDED and intent.manual_capture and intent.captured == amount:
        return wire(intent)
    if intent.status != IntentStatus.AUTHORIZED or not 0 < amount <= intent.amount:
        raise SandboxError("not_capturable")
    _take(intent, amount)
    _announce(intent)
    return wire(intent)


@transaction.atomic
def cancel_intent(intent_id: str) -> Wire:
    """Close an intent that nobody has paid, or let go what it holds; one that is paid stays paid. Raises SandboxError
    not_found."""
    intent = _locked(intent_id)
    if intent.status in (*OPEN, IntentStatus.AUTHORIZED):
        _move(intent, IntentStatus.CANCELED)
        _announce(intent)
    return wire(intent)


@transaction.atomic
def create_refund(*, intent_id: str, reference: str, amount: int, idempotency_key: str) -> Wire:
    """Give money back; the same key gives it once. Answers `{"id", "reference", "amount", "currency"}`.

    Raises SandboxError not_found, not_refundable, idempotency_mismatch.
    """
    intent = _locked(intent_id)
    refund = SandboxRefund.objects.filter(idempotency_key=idempotency_key).first()
    if refund is None:
        if intent.status != IntentStatus.SUCCEEDED or amount > intent.captured - intent.refunded:
            raise SandboxError("not_refundable")
        refund = SandboxRefund.objects.create(
            intent=intent, merchant_reference=reference, amount=amount, idempotency_key=idempotency_key
        )
        intent.refunded += amount
        _move(intent, IntentStatus.SUCCEEDED)
        _announce(intent)
    if (refund.intent_id, refund.merchant_reference, refund.amount) != (intent.pk, reference, amount):
        raise SandboxError("idempotency_mismatch")
    return _wire_refund(refund, intent)


def create_payout(
    *, destination: str, reference: str, amount: int, currency: str, idempotency_key: str
) -> Wire:
    """Send money to a payee; the same key sends it once. Answers `{"id", "reference", "amount", "currency"}`.

    A destination that begins with `closed` is an account that takes no money, and so is one that is not verified.
    Raises SandboxError no_such_payee, idempotency_mismatch.
    """
    refused = SandboxPayee.objects.filter(public_id=destination).exclude(status="verified")
    if not destination or destination.startswith("closed") or refused.exists():
        raise SandboxError("no_such_payee")
    payout, _ = SandboxPayout.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults={
            "destination": destination,
            "merchant_reference": reference,
            "amount": amount,
            "currency": currency,
        },
    )
    asked = (reference, destination, amount, currency)
    if (payout.merchant_reference, payout.destination, payout.amount, payout.currency) != asked:
        raise SandboxError("idempotency_mismatch")
    return {"id": payout.public_id, "reference": reference, "amount": payout.amount, "currency": currency}


@transaction.atomic
def act(intent_id: str, action: str) -> SandboxIntent:
    """What a person does on the hosted page: pay, pay_once (with a card that is declined the next time), pay_twice,
    pay_disordered, pay_slowly, step_up (the bank wants them to confirm), decline, expired_card or cancel; of one that
    is paid, dispute, and then win or lose.

    An intent that is settled already is left as it is. Raises SandboxError not_found, unknown_action.
    """
    intent = _locked(intent_id)
    if action not in ACTIONS:
        raise SandboxError("unknown_action")
    if intent.status in OPEN if action not in AFTER else intent.status == IntentStatus.SUCCEEDED:
        ACTIONS[action](intent)
    return intent


def _take(intent: SandboxIntent, amount: int) -> None:
    intent.captured, intent.captured_at = amount, clock.now()
    _move(intent, IntentStatus.SUCCEEDED)


def _approve(intent: SandboxIntent, does: str = "pay") -> None:
    if intent.save_card and intent.customer and intent.card is None:
        asks = intent.status == IntentStatus.REQUIRES_ACTION
        intent.card = keep_card(intent.customer, "step_up" if asks else does)
    if intent.manual_capture:
        intent.expires_at = clock.now() + HOLD_LASTS
        _move(intent, IntentStatus.AUTHORIZED)
    else:
        _take(intent, intent.amount)


def _pay(intent: SandboxIntent) -> None:
    _approve(intent)
    _announce(intent)


def _pay_once(intent: SandboxIntent) -> None:
    """Paid; but the card, if it is kept, is declined from now on."""
    _approve(intent, "decline")
    _announce(intent)


def _step_up(intent: SandboxIntent) -> None:
    _move(intent, IntentStatus.REQUIRES_ACTION)
    _announce(intent)


def _dispute(intent: SandboxIntent) -> None:
    """The customer's bank takes it back; once."""
    if intent.disputes.exists():
        return
    intent.disputes.create(
        amount=intent.captured, reason="fraudulent", respond_by=clock.now() + timedelta(days=7)
    )
    _move(intent, IntentStatus.SUCCEEDED)
    _announce(intent)


def _win(intent: SandboxIntent) -> None:
    _decide(intent, "won")


def _lose(intent: SandboxIntent) -> None:
    _decide(intent, "lost")


def _decide(intent: SandboxIntent, status: str) -> None:
    if intent.disputes.filter(status="open").update(status=status, closed_at=clock.now()):
        _move(intent, IntentStatus.SUCCEEDED)
        _announce(intent)


def _pay_twice(intent: SandboxIntent) -> None:
    """The webhook goes out twice, both with the same event id."""
    _approve(intent)
    _announce(intent, copies=2)


def _pay_disordered(intent: SandboxIntent) -> None:
    """`processing` is sent after `succeeded`."""
    _move(intent, IntentStatus.PROCESSING)
    _announce(intent, delay=OUT_OF_ORDER)
    _approve(intent)
    _announce(intent)


def _pay_slowly(intent: SandboxIntent) -> None:
    intent.settle_at = clock.now() + SLOW
    _move(intent, IntentStatus.PROCESSING)
    _announce(intent)
    deliver_after_commit(SLOW)


def _decline(intent: SandboxIntent) -> None:
    intent.hint = intent.hint or "declined"
    _move(intent, IntentStatus.DECLINED)
    _announce(intent)


def _expired_card(intent: SandboxIntent) -> None:
    intent.hint = "expired_card"
    _decline(intent)


def _cancel(intent: SandboxIntent) -> None:
    _move(intent, IntentStatus.CANCELED)
    _announce(intent)


ACTIONS = {
    "pay": _pay,
    "pay_once": _pay_once,
    "pay_slowly": _pay_slowly,
    "pay_twice": _pay_twice,
    "pay_disordered": _pay_disordered,
    "step_up": _step_up,
    "decline": _decline,
    "expired_card": _expired_card,
    "cancel": _cancel,
    "dispute": _dispute,
    "win": _win,
    "lose": _lose,
}
AFTER = ("dispute", "win", "lose")


def settle_slow() -> int:
    """Let the slow payments through whose time has come; answers how many."""
    with transaction.atomic():
        due = list(
            SandboxIntent.objects.select_for_update(skip_locked=True).filter(settle_at__lte=clock.now())[:100]
        )
        for intent in due:
            intent.settle_at = None
            _pay(intent)
    return len(due)


def wire(intent: SandboxIntent) -> Wire:
    """The intent as the sandbox writes it in answers and webhooks."""
    return {
        "id": intent.public_id,
        "reference": intent.merchant_reference,
        "amount": intent.amount,
        "currency": intent.currency,
        "captured": intent.captured,
        "expires_at": clock.rfc3339(intent.expires_at) if intent.expires_at else None,
        "hint": intent.hint,
        "card": wire_card(intent.card) if intent.card and intent.save_card else None,
        "status": str(intent.status),
        "revision": intent.revision,
        "url": f"{settings.SITE_URL}/sandbox/pay/{intent.public_id}",
        "refunds": [_wire_refund(refund, intent) for refund in intent.refunds.order_by("pk")],
        "disputes": [
            {
                "id": dispute.public_id,
                "amount": dispute.amount,
                "currency": intent.currency,
                "status": dispute.status,
                "reason": dispute.reason,
                "respond_by": clock.rfc3339(dispute.respond_by),
            }
            for dispute in intent.disputes.order_by("pk")
        ],
    }


def _wire_refund(refund: SandboxRefund, intent: SandboxIntent) -> Wire:
    return {
        "id": refund.public_id,
        "reference": refund.merchant_reference,
        "amount": refund.amount,
        "currency": intent.currency,
    }


def _locked(intent_id: str) -> SandboxIntent:
    intent = SandboxIntent.objects.select_for_update().filter(public_id=intent_id).first()
    if intent is None:
        raise SandboxError("not_found")
    if intent.status == IntentStatus.AUTHORIZED and intent.expires_at and intent.expires_at <= clock.now():
        _cancel(intent)  # the bank has let it go
    return intent


def _move(intent: SandboxIntent, status: IntentStatus) -> None:
    intent.status = status
    intent.revision += 1
    intent.save()


def _announce(intent: SandboxIntent, *, copies: int = 1, delay: timedelta = timedelta()) -> None:
    event_id = new_public_id("evt")
    body = json.dumps({"id": event_id, "type": "intent.updated", "intent": wire(intent)})
    SandboxDelivery.objects.bulk_create(
        SandboxDelivery(event_id=event_id, intent=intent, body=body, next_try_at=clock.now() + delay)
        for _ in range(copies)
    )
    deliver_after_commit(delay)
