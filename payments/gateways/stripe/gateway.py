"""Stripe as a gateway: its words in, ours out. Customers pay on Stripe's own page (Checkout), or with a kept card.

A payment there is a Checkout session and, once somebody tries to pay, its payment intent; we keep the session's id and
ask for both at once. Paid with a kept card it is an intent alone, and we keep that one's id. Messages only say that
something happened to a payment: Stripe is asked what.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime

import stripe
from django.conf import settings

from payments.enums import DisputeStatus, PaymentHint, PaymentStatus, PayoutResult, RefundStatus
from payments.errors import GatewayRefused, WebhookInvalid
from payments.gateways.base import (
    CaptureOrder,
    CardOrder,
    DisputeState,
    PayeeOrder,
    PayeeState,
    PaymentOrder,
    PaymentState,
    PayoutOrder,
    PayoutState,
    RefundOrder,
    RefundState,
    ReportLine,
    WebhookEvent,
)
from payments.gateways.stripe import cards, payees, report
from payments.gateways.stripe.wire import Wire, asked, instant, listed, v1

SIGNATURE_TOLERANCE_S = 300

_EXPAND_INTENT = ["latest_charge", "payment_method"]
_EXPAND = [f"payment_intent.{each}" for each in _EXPAND_INTENT]
_REFUND = {
    "succeeded": RefundStatus.DONE,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
_UNTAKEN = ("requires_capture", "requires_action", "requires_payment_method", "requires_confirmation")
_DISPUTE = {"won": DisputeStatus.WON, "lost": DisputeStatus.LOST}
# Questions about a payment that take no money (yet), and those that ended so.
_INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed", "prevented")


class StripeGateway:
    """Cards and what else Stripe's page offers."""

    name = "stripe"
    title = "Stripe"
    remote = True
    holds = True
    keeps_payees = True
    needs_payees = True
    keeps_cards = True

    def create(self, order: PaymentOrder) -> PaymentState:
        if order.card:
            return self._state(cards.open_intent(order))
        names = {"payment": order.reference}
        kept: Wire = {"setup_future_usage": "on_session"} if order.keep else {}
        whose: Wire = {"customer": order.holder} if order.keep else {}
        session = asked(
            lambda: v1().checkout.sessions.create(
                {
                    "mode": "payment",
                    "client_reference_id": order.reference,
                    "metadata": names,
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": order.currency.lower(),
                                "unit_amount": order.amount,
                                "product_data": {"name": settings.SITE_NAME},
                            },
                        }
                    ],
                    **whose,
                    "payment_intent_data": {
                        **kept,
                        "capture_method": "manual" if order.hold else "automatic",
                        "metadata": names,
                    },
                    "success_url": order.return_url,
                    "cancel_url": order.return_url,
                    "expand": _EXPAND,
                },
                {"idempotency_key": order.idempotency_key},
            )
        )
        return self._state(session)

    def fetch(self, *, gateway_ref: str) -> PaymentState:
        return self._state(self._found(gateway_ref))

    def open_holder(self, *, user: str, idempotency_key: str) -> str:
        return cards.open_holder(user, idempotency_key)

    def confirm(self, order: CardOrder) -> PaymentState:
        cards.confirm(order, self._found(order.gateway_ref))
        return self.fetch(gateway_ref=order.gateway_ref)

    def forget_card(self, *, card: str) -> None:
        cards.forget_card(card)

    def forget_holder(self, *, holder: str) -> None:
        cards.forget_holder(holder)

    def capture(self, order: CaptureOrder) -> PaymentState:
        intent = self._intent(order.gateway_ref)
        asked(
            lambda: v1().payment_intents.capture(
                intent["id"],
                {"amount_to_capture": order.amount},
                {"idempotency_key": order.idempotency_key},
            )
        )
        return self.fetch(gateway_ref=order.gateway_ref)

    def cancel(self, *, gateway_ref: str) -> PaymentState:
        thing = self._found(gateway_ref)
        intent = _intent_in(thing)
        with suppress(GatewayRefused):  # paid at this very moment: the state after says so
            if thing["status"] == "open":
                asked(lambda: v1().checkout.sessions.expire(gateway_ref))
            elif intent and intent["status"] in _UNTAKEN:
                asked(lambda: v1().payment_intents.cancel(intent["id"]))
        return self.fetch(gateway_ref=gateway_ref)

    def refund(self, order: RefundOrder) -> RefundState:
        intent = self._intent(order.gateway_ref)["id"]
        # Stripe forgets a key after a day or so: what is there already is not asked for again.
        made = next(
            (
                each
                for each in self._refunds(intent)
                if (each["metadata"] or {}).get("refund") == order.reference
            ),
            None,
        )
        if made is None:
            made = asked(
                lambda: v1().refunds.create(
                    {
                        "payment_intent": intent,
                        "amount": order.amount,
                        "metadata": {"refund": order.reference, "payment": order.payment},
                    },
                    {"idempotency_key": order.idempotency_key},
                )
            )
        return _refund_state(made)

    def pay_out(self, order: PayoutOrder) -> PayoutState:
        """A transfer to the provider's connected account, which pays it out to their bank."""
        group = {"transfer_group": order.reference}
        found = listed(lambda: v1().transfers.list({**group, "limit": 1}))
        transfer = next(iter(found), None)
        if transfer is None:
            transfer = asked(
                lambda: v1().transfers.create(
                    {
                        **group,
                        "amount": order.amount,
                        "currency": order.currency.lower(),
                        "destination": order.destination,
                        "metadata": {"payout": order.reference},
                    },
                    {"idempotency_key": order.idempotency_key},
                )
            )
        return PayoutState(
            reference=order.reference,
            gateway_ref=transfer["id"],
            amount=transfer["amount"],
            currency=transfer["currency"].upper(),
            result=PayoutResult.FAILED if transfer["reversed"] else PayoutResult.PAID,
        )

    def open_payee(self, order: PayeeOrder) -> PayeeState:
        return payees.open_payee(order)

    def payee(self, *, account: str) -> PayeeState:
        return payees.payee(account)

    def payee_page(self, *, account: str, return_url: str, expired_url: str) -> str:
        return payees.payee_page(account, return_url, expired_url)

    def report(self, day: date) -> list[ReportLine]:
        return report.report(day, self._about)

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        try:
            text = body.decode()
            _verify(text, headers.get("Stripe-Signature", ""))
            event = json.loads(text)
            id, thing = str(event["id"])[:255], event["data"]["object"]
            if theirs := event.get("account"):
                # What happens at a provider's account: only the account itself is ours to follow.
                is_account = thing["object"] in ("account", "capability", "person", "application")
                return WebhookEvent(id=id, payee=str(theirs) if is_account else "")
            if thing["object"] == "account":
                return WebhookEvent(id=id, payee=str(thing["id"]))
            return WebhookEvent(id=id, about=self._about(thing))
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise WebhookInvalid from error

    def _about(self, thing: Wire) -> str:
        """Our payment's id. A chargeback names only Stripe's, so Stripe is asked."""
        known = (thing.get("metadata") or {}).get("payment") or thing.get("client_reference_id")
        if known:
            return str(known)
        intent = thing.get("payment_intent")
        if not isinstance(intent, str) or thing["object"] not in ("dispute", "refund", "charge"):
            return ""
        return str((self._retrieved(intent)["metadata"] or {}).get("payment", ""))

    def _retrieved(self, intent: str) -> Wire:
        return asked(lambda: v1().payment_intents.retrieve(intent))

    def _found(self, ref: str) -> Wire:
        """The session or, of a payment with a kept card, the intent: with what its state needs."""
        if ref.startswith("pi_"):
            return asked(lambda: v1().payment_intents.retrieve(ref, {"expand": _EXPAND_INTENT}))
        return asked(lambda: v1().checkout.sessions.retrieve(ref, {"expand": _EXPAND}))

    def _intent(self, ref: str) -> Wire:
        """The payment intent behind it. Raises GatewayRefused while nobody has tried to pay."""
        intent = _intent_in(self._found(ref))
        if not intent:
            raise GatewayRefused(reason="nothing_paid")
        return intent

    def _refunds(self, intent: str) -> list[Wire]:
        return listed(lambda: v1().refunds.list({"payment_intent": intent, "limit": 100}))

    def _state(self, thing: Wire) -> PaymentState:
        """Of a session, or of an intent alone."""
        intent = _intent_in(thing)
        session = thing if thing is not intent else None
        status = _status(session, intent)
        charge = intent["latest_charge"] if intent else None
        has_money = status == PaymentStatus.CAPTURED
        amount = session["amount_total"] if session else 0
        if intent:
            amount = intent["amount_received"] if has_money else intent["amount"]
        reference = session["client_reference_id"] if session else thing["metadata"].get("payment")
        return PaymentState(
            reference=reference or "",
            gateway_ref=thing["id"],
            status=status,
            amount=amount,
            currency=thing["currency"].upper(),
            redirect_url=(session["url"] if session else cards.page_of(thing)) or "",
            refunds=tuple(map(_refund_state, self._refunds(intent["id"])))
            if intent and has_money and _any_back(charge)
            else (),
            disputes=self._disputes(intent["id"])
            if intent and has_money and charge and charge["disputed"]
            else (),
            hint=_hint(intent) if status != PaymentStatus.CAPTURED else PaymentHint.NONE,
            held_until=_held_until(charge) if status == PaymentStatus.AUTHORISED else None,
            card=cards.kept_with(intent) if intent else None,
        )

    def _disputes(self, intent: str) -> tuple[DisputeState, ...]:
        found = listed(lambda: v1().disputes.list({"payment_intent": intent, "limit": 100}))
        return tuple(
            DisputeState(
                gateway_ref=each["id"],
                amount=each["amount"],
                currency=each["currency"].upper(),
                status=_DISPUTE.get(each["status"], DisputeStatus.OPEN),
                reason=each["reason"],
                respond_by=instant((each["evidence_details"] or {}).get("due_by")),
            )
            for each in found
            if each["status"] not in _INQUIRIES
        )


def _verify(text: str, signature: str) -> None:
    """An endpoint for our own account and one for providers' accounts have a secret each, and may share the address.

    Raises SignatureVerificationError."""
    secrets = [each for each in (settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_CONNECT_SECRET) if each]
    *others, last = secrets
    for secret in others:
        with suppress(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(text, signature, secret, SIGNATURE_TOLERANCE_S)
            return
    stripe.WebhookSignature.verify_header(text, signature, last, SIGNATURE_TOLERANCE_S)


def _intent_in(thing: Wire) -> Wire | None:
    """The intent of a session, once there is one; or the intent itself."""
    found: Wire | None = thing if thing["object"] == "payment_intent" else thing["payment_intent"]
    return found


def _status(session: Wire | None, intent: Wire | None) -> PaymentStatus:
    if intent and intent["status"] == "succeeded":
        return PaymentStatus.CAPTURED
    if intent and intent["status"] == "requires_capture":
        return PaymentStatus.AUTHORISED
    if (session and session["status"] == "expired") or (intent and intent["status"] == "canceled"):
        return PaymentStatus.CANCELLED
    # Declined while the page is open, it may be tried again there. A kept card has no page.
    may_try_again = session is not None and session["status"] != "complete"
    if not may_try_again and intent and intent["status"] == "requires_payment_method":
        return PaymentStatus.FAILED
    return PaymentStatus.PENDING


def _hint(intent: Wire | None) -> PaymentHint:
    if not intent:
        return PaymentHint.NONE
    if intent["status"] == "requires_action":
        return PaymentHint.STEP_UP
    failed = intent["last_payment_error"]
    if not failed:
        return PaymentHint.NONE
    return PaymentHint.EXPIRED_CARD if failed["code"] == "expired_card" else PaymentHint.DECLINED


def _held_until(charge: Wire | None) -> datetime | None:
    card = ((charge or {}).get("payment_method_details") or {}).get("card") or {}
    return instant(card.get("capture_before"))


def _any_back(charge: Wire | None) -> bool:
    return charge is not None and charge["amount_refunded"] > 0


def _refund_state(refund: Wire) -> RefundState:
    return RefundState(
        reference=(refund["metadata"] or {}).get("refund", ""),
        gateway_ref=refund["id"],
        amount=refund["amount"],
        currency=refund["currency"].upper(),
        status=_REFUND.get(refund["status"], RefundStatus.REQUESTED),
    )
