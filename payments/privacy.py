"""What payments hold about a person: amounts by id. Only gateways' own messages may name people."""

from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from common import privacy
from common.clock import rfc3339
from common.privacy import Obstacle, Subject
from payments.enums import LIVE, PaymentStatus, RefundStatus, WalletPayoutState
from payments.models import LedgerAccount, LedgerEntry, Payment, Refund, SavedCard, WebhookReceipt
from payments.selectors.wallets import wallet_lines, wallet_payouts_of, wallets_of
from payments.services.cards import forget_cards_of

BY_ID = "names nobody: a booking, a payment or a business by its id"
BOOKS = "the books, which tax law keeps; they name a booking or a business by its id"


def _export(subject: Subject) -> dict[str, Any] | None:
    payments = (
        Payment.objects.filter(booking_ref__in=subject.booking_refs)
        .order_by("pk")
        .prefetch_related("refunds")
    )
    wallet = [
        {
            "kind": line.kind,
            "booking": line.booking_ref,
            "amount": line.amount,
            "currency": line.currency,
            "at": rfc3339(line.at),
        }
        for line in (wallet_lines(subject.user_id) if subject.user_id else ())
    ]
    cards = [
        {
            "brand": card.brand,
            "last4": card.last4,
            "expires": f"{card.exp_year}-{card.exp_month:02}",
            "kept_by": card.holder.gateway,
            "kept_at": rfc3339(card.saved_at),
            "used_at": rfc3339(card.used_at) if card.used_at else None,
        }
        for card in SavedCard.objects.filter(
            holder__user_id=subject.user_pk, removed_at__isnull=True
        ).select_related("holder")
    ]
    to_bank = [
        {
            "id": each.public_id,
            "amount": each.amount,
            "currency": each.currency,
            "account": each.shown_account,
            "holder": each.holder,
            "state": each.state,
            "asked_at": rfc3339(each.asked_at),
        }
        for each in (wallet_payouts_of(subject.user_id) if subject.user_id else ())
    ]
    if not payments and not wallet and not cards:
        return None
    entries = LedgerEntry.objects.filter(transaction__booking_ref__in=subject.booking_refs).select_related(
        "transaction", "account"
    )
    return {
        "wallet": wallet,
        "cards": cards,
        "wallet_to_bank": to_bank,
        "payments": [
            {
                "id": payment.public_id,
                "booking": payment.booking_ref,
                "method": payment.method,
                "amount": payment.amount,
                "currency": payment.currency,
                "status": payment.status,
                "created_at": rfc3339(payment.created_at),
                "note": payment.note,
                "reversed_because": payment.reversal_reason,
                "captured_at": rfc3339(payment.captured_at) if payment.captured_at else None,
                "refunds": [
                    {
                        "id": refund.public_id,
                        "amount": refund.amount,
                        "status": refund.status,
                        "created_at": rfc3339(refund.created_at),
                        "done_at": rfc3339(refund.done_at) if refund.done_at else None,
                    }
                    for refund in payment.refunds.all()
                ],
            }
            for payment in payments
        ],
        "ledger": [
            {
                "booking": entry.transaction.booking_ref,
                "kind": entry.transaction.kind,
                "account": entry.account.kind,
                "amount": entry.amount,
                "currency": entry.currency,
                "at": rfc3339(entry.transaction.at),
            }
            for entry in entries.order_by("transaction_id", "pk")
        ],
    }


def _erase(subject: Subject) -> None:
    """Their kept cards, and what the gateways told about their payments. A receipt is encrypted: each is opened to see
    whose it is."""
    if subject.user_pk:
        forget_cards_of(subject.user_pk)
    Payment.objects.filter(booking_ref__in=subject.booking_refs).update(note="", reversal_reason="")
    theirs = {
        name
        for payment in Payment.objects.filter(booking_ref__in=subject.booking_refs)
        for name in (payment.public_id, payment.gateway_ref)
        if name
    }
    if not theirs:
        return
    for receipt in (
        WebhookReceipt.objects.alias(size=Length("body")).filter(size__gt=0).iterator(chunk_size=500)
    ):
        if any(name in receipt.body for name in theirs):
            WebhookReceipt.objects.filter(pk=receipt.pk).update(body="")


def _obstacles(subject: Subject) -> Iterator[Obstacle]:
    """Money that has not arrived where it is going: unpaid payments, refunds under way, money held."""
    moving = set(
        Payment.objects.filter(
            booking_ref__in=subject.booking_refs, status__in=[*LIVE, PaymentStatus.AUTHORISED]
        ).values_list("booking_ref", flat=True)
    )
    moving |= set(
        Refund.objects.filter(
            payment__booking_ref__in=subject.booking_refs,
            status__in=[RefundStatus.REQUESTED, RefundStatus.FAILED],
        ).values_list("payment__booking_ref", flat=True)
    )
    moving |= set(
        LedgerAccount.objects.filter(owner__in=subject.booking_refs, balance__gt=0).values_list(
            "owner", flat=True
        )
    )
    for ref in sorted(moving):
        yield Obstacle("money_on_its_way", ref)
    for sum_ in wallet_payouts_of(subject.user_id) if subject.user_id else ():
        if sum_.state == WalletPayoutState.ASKED:
            yield Obstacle("money_on_its_way", sum_.public_id)
    for currency, amount in wallets_of(subject.user_id).items() if subject.user_id else ():
        if amount:
            yield Obstacle("wallet_not_empty", currency)


privacy.area(
    "payments", app="payments", title=_("Payments"), export=_export, erase=_erase, obstacles=_obstacles
)
privacy.personal(
    "payments.Payment",
    area="payments",
    blanked="note reversal_reason",
    kept={
        BOOKS: "booking_ref provider_id method means wallet currency tax_country",
        "the gateway's name for it": "gateway gateway_ref hint",
        "an address of ours or the gateway's, with ids": "redirect_url return_url",
    },
)
privacy.personal(
    "payments.CardHolder",
    area="payments",
    blanked="name",
    reason="deleted, once the gateway has forgotten them too",
)
privacy.impersonal("payments.CardHolder", {"a gateway": "gateway"})
privacy.personal("payments.SavedCard", area="payments", blanked="token brand last4", reason="deleted")
privacy.personal(
    "payments.Refund",
    area="payments",
    kept={
        BOOKS: "reason key actor",
        "the gateway's name for it": "gateway_ref",
        "an id": "wallet from_wallet",
    },
)
privacy.personal(
    "payments.Dispute",
    area="payments",
    kept={BOOKS: "currency", "the gateway's word for it": "gateway_ref reason"},
)
privacy.impersonal("payments.GatewayDay", {"sums of a day": "gateway currency"})
privacy.impersonal(
    "payments.GatewayDifference",
    {
        BY_ID: "gateway moved reference gateway_ref payment_id currency settled_by",
        "what an operator writes": "note",
    },
)
privacy.personal("payments.WebhookReceipt", area="payments", blanked="body", reason="emptied")
privacy.impersonal("payments.WebhookReceipt", {BY_ID: "gateway event_id"})
privacy.personal("payments.LedgerAccount", area="payments", kept={BOOKS: "owner currency"})
privacy.personal(
    "payments.LedgerTransaction",
    area="payments",
    kept={BOOKS: "booking_ref cause_type cause_id actor"},
)
privacy.personal("payments.LedgerEntry", area="payments", kept={BOOKS: "currency"})
privacy.impersonal("payments.LedgerDay", {"sums of a day": "account_kind transaction_kind currency"})
privacy.personal(
    "payments.PayoutHold",
    area="payments",
    kept={"why a business was not paid; of the business": "reason", BOOKS: "placed_by lifted_by"},
)
privacy.impersonal("payments.PayeeAccount", {BY_ID: "gateway account", "codes": "needs"})
privacy.impersonal("payments.PayoutTerms", {BY_ID: "destination"})
privacy.personal("payments.PayoutRun", area="payments", kept={BOOKS: "key actor"})
privacy.personal(
    "payments.PayoutFile",
    area="payments",
    blanked="body",
    reason="emptied when its payouts have ended, which takes days",
)
privacy.impersonal("payments.PayoutFile", {BY_ID: "currency message_id made_by"})
privacy.personal(
    "payments.Payout",
    area="payments",
    kept={
        BOOKS: "currency failure shown_account",
        "the gateway's name for it": "gateway gateway_ref destination",
    },
)
privacy.personal(
    "payments.WalletPayout",
    area="payments",
    blanked="holder iban",
    kept={BOOKS: "public_id user currency shown_account state agreed_by ended_by"},
    reason="emptied when it has ended; who has one open is not erased",
)
privacy.impersonal("payments.CommissionVat", {"a country": "country"})
privacy.impersonal("payments.PolicyRule", {"the terms of a business": "terms currency"})
# The sandbox is a payment company of its own; it is never told who pays.
privacy.impersonal(
    "sandbox.SandboxIntent", {BY_ID: "merchant merchant_reference currency return_url idempotency_key hint"}
)
privacy.impersonal("sandbox.SandboxRefund", {BY_ID: "merchant_reference idempotency_key"})
privacy.impersonal(
    "sandbox.SandboxPayout", {BY_ID: "merchant_reference destination currency idempotency_key"}
)
privacy.impersonal("sandbox.SandboxBankPayout", {"sums of a day": "currency"})
privacy.impersonal("sandbox.SandboxCustomer", {BY_ID: "merchant_reference idempotency_key"})
privacy.impersonal("sandbox.SandboxCard", {"a test card that nobody has": "brand last4 does"})
privacy.impersonal(
    "sandbox.SandboxPayee", {BY_ID: "merchant merchant_reference country status return_url idempotency_key"}
)
privacy.impersonal("sandbox.SandboxDispute", {BY_ID: "reason status"})
privacy.impersonal("sandbox.SandboxDelivery", {BY_ID: "event_id body"})
privacy.impersonal("payments.RefundLimit", {"the marketplace's own": "currency"})
