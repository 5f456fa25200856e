"""What the peer knows, and what it allows: sessions, payment intents, charges, refunds, transfers, accounts, disputes,
balance transactions, events. Amounts in minor units, instants in Unix seconds, as Stripe has them."""

import itertools
import secrets
import time
from collections.abc import Callable
from typing import Any

Wire = dict[str, Any]
DAY = 86_400

# The numbers of Stripe's test cards, and what comes of them.
GOOD, DECLINED, EXPIRED, STEP_UP, DISPUTED = (
    "4242424242424242",
    "4000000000000002",
    "4000000000000069",
    "4000002500003155",
    "4000000000000259",
)
_REFUSED = {DECLINED: "card_declined", EXPIRED: "expired_card"}


class StripeError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, type: str, code: str = "", message: str = "", param: str = "") -> None:
        self.status = status
        self.error = {"type": type, "code": code or None, "message": message or code, "param": param or None}
        super().__init__(message or code)


def invalid(code: str, message: str = "", param: str = "", status: int = 400) -> StripeError:
    return StripeError(status, "invalid_request_error", code, message, param)


class Books:
    """One account at Stripe. Not locked: the server asks one thing at a time."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.things: dict[str, Wire] = {}
        self.events: list[Wire] = []
        self.page_url = ""
        self._count = itertools.count(1)

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
        session["_intent"] = {
            "capture_method": intent.get("capture_method", "automatic"),
            "metadata": intent.get("metadata") or {},
        }
        return session

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

    def create_account(self, asked: Wire) -> Wire:
        """A connected account: what it needs is given on the page that an account link opens."""
        wanted = (asked.get("capabilities") or {}).get("transfers") or {}
        if wanted.get("requested") not in ("true", True):
            raise invalid("parameter_missing", "capabilities", "capabilities")
        account = self._new(
            "acct",
            "account",
            controller=asked.get("controller") or {},
            country=asked.get("country", "FI"),
            capabilities={"transfers": "inactive"},
            charges_enabled=False,
            payouts_enabled=False,
            details_submitted=False,
            metadata=asked.get("metadata") or {},
        )
        self.require(account["id"], ["business_type", "external_account", "tos_acceptance.date"])
        return account

    def create_link(self, asked: Wire) -> Wire:
        """An account link: opens the page once."""
        account = self.get(asked.get("account", ""), "account", param="account")
        if asked.get("type") != "account_onboarding":
            raise invalid("parameter_invalid", "type", "type")
        for each in ("return_url", "refresh_url"):
            if not str(asked.get(each, "")).startswith("http"):
                raise invalid("url_invalid", "Not a valid URL", each)
        link = self._new(
            "link",
            "account_link",
            expires_at=int(self.now()) + 300,
            _account=account["id"],
            _return=asked["return_url"],
            _refresh=asked["refresh_url"],
        )
        link["url"] = f"{self.page_url}/setup/{link['id']}"
        return link

    def require(
        self, account_id: str, currently: list[str], *, disabled: str | None = "requirements.past_due"
    ) -> Wire:
        """Stripe wants something of an account, which is not paid until it has it; `disabled` None: it goes on
        meanwhile."""
        account = self.get(account_id, "account")
        account["requirements"] = {
            "currently_due": currently,
            "past_due": [],
            "eventually_due": currently,
            "pending_verification": [],
            "current_deadline": int(self.now()) + 14 * DAY if currently else None,
            "disabled_reason": disabled,
            "errors": [],
        }
        account["payouts_enabled"] = disabled is None
        account["capabilities"] = {"transfers": "active" if disabled is None else "inactive"}
        self._tell("account.updated", account, account=account_id)
        return account

    def settle_account(self, account_id: str) -> Wire:
        """Everything was given, and is right."""
        self.get(account_id, "account")["details_submitted"] = True
        return self.require(account_id, [], disabled=None)

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

    def get(self, id: str, kind: str, *, param: str = "id") -> Wire:
        found = self.things.get(id)
        if found is None or found["object"] != kind:
            raise invalid("resource_missing", f"No such {kind}: '{id}'", param, status=404)
        return found

    def all(self, kind: str) -> list[Wire]:
        """Newest first, as Stripe lists."""
        return [each for each in reversed(list(self.things.values())) if each["object"] == kind]

    def balance(self, currency: str) -> int:
        moved = (each for each in self.all("balance_transaction") if each["currency"] == currency)
        return sum(each["net"] for each in moved)

    # What customers and their banks do.

    def pay(self, session_id: str, card: str = GOOD) -> Wire:
        """Somebody enters a card on the page; answers the payment intent."""
        session = self.get(session_id, "checkout.session")
        if session["status"] != "open":
            raise invalid("", "This page is no longer open")
        intent = self.things.get(session["payment_intent"] or "") or self._intent_of(session)
        intent["last_payment_error"] = None
        if card in _REFUSED:
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {
                "type": "card_error",
                "code": _REFUSED[card],
                "message": "Declined",
            }
            self._tell("payment_intent.payment_failed", intent)
        elif card == STEP_UP:
            intent["status"] = "requires_action"
            self._tell("payment_intent.requires_action", intent)
        else:
            self._approve(session, intent)
            if card == DISPUTED:
                self.dispute(intent["id"])
        return intent

    def step_up(self, session_id: str, *, confirmed: bool) -> Wire:
        """The bank's page: the customer confirms, or does not."""
        session = self.get(session_id, "checkout.session")
        intent = self.get(session["payment_intent"], "payment_intent")
        if intent["status"] != "requires_action":
            raise invalid("payment_intent_unexpected_state")
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
        intent = self._new(
            "pi",
            "payment_intent",
            amount=session["amount_total"],
            amount_received=0,
            amount_capturable=0,
            currency=session["currency"],
            status="requires_payment_method",
            latest_charge=None,
            last_payment_error=None,
            cancellation_reason=None,
            **session["_intent"],
        )
        session["payment_intent"] = intent["id"]
        return intent

    def _approve(self, session: Wire, intent: Wire) -> None:
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
        session["status"], session["url"] = "complete", None
        if intent["capture_method"] == "manual":
            intent["status"], intent["amount_capturable"] = "requires_capture", intent["amount"]
            self._tell("payment_intent.amount_capturable_updated", intent)
        else:
            session["payment_status"] = "paid"
            self._take(intent, charge, intent["amount"])
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

    def _move(self, type: str, source: Wire, amount: int, *, fee: int = 0) -> None:
        self._new(
            "txn",
            "balance_transaction",
            type=type,
            source=source["id"],
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=source["currency"],
        )

    def _new(self, prefix: str, kind: str, **fields: Any) -> Wire:
        id = f"{prefix}_{next(self._count):06d}{secrets.token_hex(9 if prefix != 'cs_test' else 26)}"
        thing = {"id": id, "object": kind, "created": int(self.now()), "livemode": False, **fields}
        self.things[id] = thing
        return thing

    def _tell(self, type: str, thing: Wire, *, account: str = "") -> None:
        shown = {name: value for name, value in thing.items() if not name.startswith("_")}
        id = f"evt_{next(self._count):06d}{secrets.token_hex(9)}"
        self.events.append(
            {
                "id": id,
                "object": "event",
                "type": type,
                "created": int(self.now()),
                "livemode": False,
                "data": {"object": shown},
                # What happens at a connected account goes to the endpoint for those, and names it.
                **({"account": account} if account else {}),
            }
        )
