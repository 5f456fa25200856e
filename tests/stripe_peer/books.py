"""What the peer knows, and what it allows: sessions, payment intents, charges, refunds, transfers, accounts, disputes,
balance transactions, events. Amounts in minor units, instants in Unix seconds, as Stripe has them."""

from typing import Any

from tests.stripe_peer.accounts import Accounts
from tests.stripe_peer.store import DAY, StripeError, Wire, invalid

__all__ = ["Books", "StripeError", "Wire", "invalid"]

# The numbers of Stripe's test cards, and what comes of them.
GOOD, DECLINED, EXPIRED, STEP_UP, DISPUTED, ASKS_ALWAYS = (
    "4242424242424242",
    "4000000000000002",
    "4000000000000069",
    "4000002500003155",
    "4000000000000259",
    "4000002760003184",
)
_REFUSED = {DECLINED: "card_declined", EXPIRED: "expired_card"}


class Books(Accounts):
    """What one account at Stripe knows and allows."""

    # What merchants ask for.

    def create_session(self, asked: Wire) -> Wire:
        if asked.get("mode") != "payment":
            raise invalid("parameter_missing", "mode", "mode")
        items = asked.get("line_items") or []
        prices = [item["price_data"] for item in items]
        if not prices or any(int(price.get("unit_amount", 0)) <= 0 for price in prices):
            raise invalid("parameter_invalid_integer", "unit_amount", "line_items")
        intent = asked.get("payment_intent_data") or {}
        session = self._new(
            "cs_test",
            "checkout.session",
            mode="payment",
            status="open",
            payment_status="unpaid",
            amount_total=sum(
                int(p["unit_amount"]) * int(i.get("quantity", 1)) for p, i in zip(prices, items, strict=True)
            ),
            currency=prices[0]["currency"],
            client_reference_id=asked.get("client_reference_id"),
            metadata=asked.get("metadata") or {},
            success_url=asked["success_url"],
            cancel_url=asked.get("cancel_url"),
            expires_at=int(self.now()) + DAY,
            payment_intent=None,
        )
        session["url"] = f"{self.page_url}/c/pay/{session['id']}"
        customer = asked.get("customer")
        if customer:
            self.get(customer, "customer", param="customer")
        session["_intent"] = {
            "capture_method": intent.get("capture_method", "automatic"),
            "metadata": intent.get("metadata") or {},
            "customer": customer,
            "setup_future_usage": intent.get("setup_future_usage"),
        }
        return session

    def create_customer(self, asked: Wire) -> Wire:
        return self._new("cus", "customer", metadata=asked.get("metadata") or {}, email=asked.get("email"))

    def delete_customer(self, id: str) -> Wire:
        """Its cards go with it."""
        self.get(id, "customer")
        del self.things[id]
        for method in self.all("payment_method"):
            if method["customer"] == id:
                method["customer"] = None
        return {"id": id, "object": "customer", "deleted": True}

    def detach(self, id: str) -> Wire:
        method = self.get(id, "payment_method")
        if not method["customer"]:
            raise invalid("", "The payment method you provided is not attached to a customer")
        method["customer"] = None
        self._tell("payment_method.detached", method)
        return method

    def create_intent(self, asked: Wire) -> Wire:
        """One that is paid with a kept card, once it is confirmed."""
        method = self.get(asked.get("payment_method", ""), "payment_method", param="payment_method")
        if not method["customer"] or method["customer"] != asked.get("customer"):
            raise invalid("", "The payment method is not this customer's", "payment_method")
        amount = int(asked.get("amount", 0))
        if amount <= 0:
            raise invalid("parameter_invalid_integer", "", "amount")
        intent = self._new_intent(
            amount,
            asked["currency"],
            capture_method=asked.get("capture_method", "automatic"),
            metadata=asked.get("metadata") or {},
            customer=asked["customer"],
            payment_method=method["id"],
        )
        intent["status"] = "requires_confirmation"
        return intent

    def confirm(self, id: str, asked: Wire) -> Wire:
        """Pay it now: 402 when the bank declines."""
        intent = self.get(id, "payment_intent")
        if intent["status"] != "requires_confirmation":
            raise invalid("payment_intent_unexpected_state", f"status is {intent['status']}")
        method = self.things[intent["payment_method"]]
        if not method["customer"]:
            raise invalid("", "The payment method was detached", "payment_method")
        card = method["_number"]
        if card in _REFUSED:
            self._refuse(intent, card)
            error = intent["last_payment_error"]
            raise StripeError(402, "card_error", error["code"], error["message"])
        if card == ASKS_ALWAYS:
            intent["status"] = "requires_action"
            url = f"{self.page_url}/3ds/{intent['id']}"
            to = {"url": url, "return_url": asked.get("return_url")}
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": to}
            self._tell("payment_intent.requires_action", intent)
        else:
            self._approve(None, intent)
        return intent

    def expire_session(self, id: str) -> Wire:
        session = self.get(id, "checkout.session")
        if session["status"] != "open":
            raise invalid("", "This Session is not in an expireable state")
        session["status"], session["url"] = "expired", None
        if session["payment_intent"]:
            self._cancel(self.things[session["payment_intent"]])
        self._tell("checkout.session.expired", session)
        return session

    def capture(self, id: str, asked: Wire) -> Wire:
        intent = self.get(id, "payment_intent")
        if intent["status"] != "requires_capture":
            raise invalid("payment_intent_unexpected_state", f"status is {intent['status']}")
        amount = int(asked.get("amount_to_capture", intent["amount"]))
        if not 0 < amount <= intent["amount_capturable"]:
            raise invalid("amount_too_large", "", "amount_to_capture")
        charge = self.things[intent["latest_charge"]]
        self._take(intent, charge, amount)
        return intent

    def cancel(self, id: str) -> Wire:
        intent = self.get(id, "payment_intent")
        if intent["status"] in ("succeeded", "canceled", "processing"):
            raise invalid("payment_intent_unexpected_state", f"status is {intent['status']}")
        self._cancel(intent)
        return intent

    def create_refund(self, asked: Wire) -> Wire:
        intent = self.get(asked.get("payment_intent", ""), "payment_intent", param="payment_intent")
        charge = self.things.get(intent["latest_charge"] or "")
        if charge is None or not charge["captured"]:
            raise invalid("charge_not_refundable", "This charge has not been captured")
        if charge["disputed"]:
            raise invalid("charge_disputed", "Charge has been charged back")
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = int(asked.get("amount", left))
        if not left:
            raise invalid("charge_already_refunded")
        if not 0 < amount <= left:
            raise invalid("amount_too_large", "Refund amount is greater than unrefunded amount", "amount")
        refund = self._new(
            "re",
            "refund",
            amount=amount,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=intent["id"],
            metadata=asked.get("metadata") or {},
            status="succeeded",
            reason=None,
        )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self._move("refund", refund, -amount)
        self._tell("charge.refunded", charge)
        self._tell("refund.created", refund)
        return refund

    def create_transfer(self, asked: Wire) -> Wire:
        payee = self.get(asked.get("destination", ""), "account", param="destination")
        if payee["capabilities"]["transfers"] != "active":
            raise invalid("insufficient_capabilities_for_transfer", "", "destination")
        amount = int(asked.get("amount", 0))
        if amount <= 0:
            raise invalid("parameter_invalid_integer", "", "amount")
        if amount > self.balance(asked["currency"]):
            raise invalid(
                "balance_insufficient", "You have insufficient available funds in your Stripe account"
            )
        transfer = self._new(
            "tr",
            "transfer",
            amount=amount,
            currency=asked["currency"],
            destination=asked["destination"],
            transfer_group=asked.get("transfer_group"),
            metadata=asked.get("metadata") or {},
            reversed=False,
        )
        self._move("transfer", transfer, -amount)
        self._tell("transfer.created", transfer)
        return transfer

    # What customers and their banks do.

    def pay(self, session_id: str, card: str = GOOD) -> Wire:
        """Somebody enters a card on the page; answers the payment intent."""
        session = self.get(session_id, "checkout.session")
        if session["status"] != "open":
            raise invalid("", "This page is no longer open")
        intent = self.things.get(session["payment_intent"] or "") or self._intent_of(session)
        intent["last_payment_error"] = None
        if card in _REFUSED:
            self._refuse(intent, card)
            return intent
        intent["payment_method"] = self._method(card, intent)
        if card in (STEP_UP, ASKS_ALWAYS):
            intent["status"] = "requires_action"
            self._tell("payment_intent.requires_action", intent)
        else:
            self._approve(session, intent)
            if card == DISPUTED:
                self.dispute(intent["id"])
        return intent

    def step_up(self, session_id: str, *, confirmed: bool) -> Wire:
        """The bank's page of a session, or of an intent alone: the customer confirms, or does not."""
        is_session = session_id.startswith("cs_")
        session = self.get(session_id, "checkout.session") if is_session else None
        intent = self.get(session["payment_intent"] if session else session_id, "payment_intent")
        if intent["status"] != "requires_action":
            raise invalid("payment_intent_unexpected_state")
        intent["next_action"] = None
        if confirmed:
            self._approve(session, intent)
        else:
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {
                "type": "invalid_request_error",
                "code": "payment_intent_authentication_failure",
            }
            self._tell("payment_intent.payment_failed", intent)
        return intent

    def pay_bank(self, amount: int, currency: str = "eur") -> Wire:
        """Stripe sends money to the bank of the account that is ours."""
        payout = self._new("po", "payout", amount=amount, currency=currency, status="paid", metadata={})
        self._move("payout", payout, -amount)
        return payout

    def bank_refuses(self, payout_id: str) -> None:
        """The bank did not take it: the money is back."""
        payout = self.get(payout_id, "payout")
        payout["status"] = "failed"
        self._move("payout_failure", payout, payout["amount"])

    def lapse(self, intent_id: str) -> None:
        """The bank lets go what nobody took in time."""
        self._cancel(self.get(intent_id, "payment_intent"), reason="automatic")

    def dispute(self, intent_id: str, *, amount: int | None = None, reason: str = "fraudulent") -> Wire:
        intent = self.get(intent_id, "payment_intent")
        charge = self.things[intent["latest_charge"]]
        dispute = self._new(
            "dp",
            "dispute",
            amount=amount or charge["amount_captured"],
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=intent_id,
            reason=reason,
            status="needs_response",
            metadata={},
            evidence_details={"due_by": int(self.now()) + 7 * DAY},
        )
        charge["disputed"] = True
        self._move("adjustment", dispute, -dispute["amount"], fee=1500)
        self._tell("charge.dispute.created", dispute)
        self._tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def decide(self, dispute_id: str, *, won: bool) -> Wire:
        dispute = self.get(dispute_id, "dispute")
        dispute["status"] = "won" if won else "lost"
        if won:
            self._move("adjustment", dispute, dispute["amount"])
            self._tell("charge.dispute.funds_reinstated", dispute)
        self._tell("charge.dispute.closed", dispute)
        return dispute

    def _intent_of(self, session: Wire) -> Wire:
        intent = self._new_intent(session["amount_total"], session["currency"], **session["_intent"])
        session["payment_intent"] = intent["id"]
        return intent

    def _new_intent(self, amount: int, currency: str, **more: Any) -> Wire:
        fields: Wire = {"customer": None, "setup_future_usage": None, "payment_method": None} | more
        return self._new(
            "pi",
            "payment_intent",
            amount=amount,
            amount_received=0,
            amount_capturable=0,
            currency=currency,
            status="requires_payment_method",
            latest_charge=None,
            last_payment_error=None,
            next_action=None,
            cancellation_reason=None,
            **fields,
        )

    def _method(self, card: str, intent: Wire) -> str:
        """What was typed on the page; its customer's from now on, where it is kept."""
        kept = intent["customer"] if intent["setup_future_usage"] else None
        shown = {"brand": "visa", "last4": card[-4:], "exp_month": 12, "exp_year": 2040, "wallet": None}
        made = self._new("pm", "payment_method", type="card", card=shown, customer=kept, metadata={})
        made["_number"] = card
        return str(made["id"])

    def _refuse(self, intent: Wire, card: str) -> None:
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = {"type": "card_error", "code": _REFUSED[card], "message": "Declined"}
        self._tell("payment_intent.payment_failed", intent)

    def _approve(self, session: Wire | None, intent: Wire) -> None:
        charge = self._new(
            "ch",
            "charge",
            amount=intent["amount"],
            amount_captured=0,
            amount_refunded=0,
            captured=False,
            currency=intent["currency"],
            disputed=False,
            refunded=False,
            payment_intent=intent["id"],
            metadata=intent["metadata"],
            status="succeeded",
            payment_method_details={"type": "card", "card": {"capture_before": int(self.now()) + 7 * DAY}},
        )
        intent["latest_charge"] = charge["id"]
        if session:
            session["status"], session["url"] = "complete", None
        if intent["capture_method"] == "manual":
            intent["status"], intent["amount_capturable"] = "requires_capture", intent["amount"]
            self._tell("payment_intent.amount_capturable_updated", intent)
        else:
            if session:
                session["payment_status"] = "paid"
            self._take(intent, charge, intent["amount"])
        if session:
            self._tell("checkout.session.completed", session)

    def _take(self, intent: Wire, charge: Wire, amount: int) -> None:
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
        charge.update(captured=True, amount_captured=amount)
        self._move("charge", charge, amount, fee=25 + amount * 15 // 1000)
        self._tell("charge.captured", charge)
        self._tell("payment_intent.succeeded", intent)

    def _cancel(self, intent: Wire, reason: str | None = None) -> None:
        intent.update(status="canceled", amount_capturable=0, cancellation_reason=reason)
        self._tell("payment_intent.canceled", intent)
