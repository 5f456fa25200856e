"""Operators' tables of money: to be read. Money moves by services only."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.admin import ReadMostly
from payments.models import (
    CommissionRule,
    CommissionTier,
    CommissionVat,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    Payout,
    PayoutFile,
    PayoutHold,
    PayoutRun,
    PayoutTerms,
    PolicyBounds,
    PolicyRule,
    Refund,
    WebhookReceipt,
)


class ReadOnlyInline(TabularInline):
    """Rows below their parent, to be looked at."""

    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return list(self.fields or ())

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ("public_id", "amount", "reason", "status", "actor", "created_at", "done_at", "tries")


class EntryInline(ReadOnlyInline):
    model = LedgerEntry
    fields = ("account", "amount", "currency")


@admin.register(Payment)
class PaymentAdmin(ReadMostly):
    list_display = (
        "public_id",
        "booking_ref",
        "method",
        "status",
        "amount",
        "refunded",
        "currency",
        "created_at",
    )
    # Those with an instant here wait for a person: the gateway named another amount.
    list_filter = ("status", "method", ("mismatch_at", admin.EmptyFieldListFilter))
    search_fields = ("public_id", "booking_ref", "provider_id", "gateway_ref")
    ordering = ("-id",)
    hidden = ("idempotency_key", "redirect_url", "return_url")
    inlines = (RefundInline,)


@admin.register(Refund)
class RefundAdmin(ReadMostly):
    list_display = ("public_id", "payment", "amount", "reason", "status", "tries", "created_at", "done_at")
    list_filter = ("status",)
    list_select_related = ("payment",)
    search_fields = ("public_id", "payment__booking_ref", "payment__public_id")
    ordering = ("-id",)
    hidden = ("idempotency_key",)


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(ReadMostly):
    list_display = ("public_id", "kind", "booking_ref", "cause_type", "cause_id", "actor", "at")
    list_filter = ("kind",)
    search_fields = ("public_id", "booking_ref", "cause_id")
    ordering = ("-id",)
    inlines = (EntryInline,)


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadMostly):
    list_display = ("kind", "owner", "currency", "balance")
    list_filter = ("kind", "currency")
    search_fields = ("owner",)
    ordering = ("kind", "owner")


@admin.register(WebhookReceipt)
class WebhookReceiptAdmin(ReadMostly):
    list_display = ("gateway", "event_id", "received_at", "processed_at")
    list_filter = ("gateway", ("processed_at", admin.EmptyFieldListFilter))
    search_fields = ("event_id",)
    ordering = ("-id",)
    hidden = ("body",)


class TierInline(ReadOnlyInline):
    model = CommissionTier
    fields = ("from_turnover", "rate_bp")


@admin.register(CommissionRule)
class CommissionRuleAdmin(ReadMostly):
    list_display = ("provider", "category", "rate_bp", "intro_bp", "intro_until")
    list_select_related = ("provider", "category")
    search_fields = ("provider__name", "provider__public_id")
    inlines = (TierInline,)


@admin.register(CommissionVat)
class CommissionVatAdmin(ReadMostly):
    list_display = ("country", "rate_bp")


@admin.register(Payout)
class PayoutAdmin(ReadMostly):
    list_display = ("public_id", "provider", "amount", "currency", "way", "status", "created_at", "failure")
    list_filter = ("status", "way")
    list_select_related = ("provider",)
    search_fields = ("public_id", "provider__name", "provider__public_id", "gateway_ref")
    ordering = ("-id",)
    hidden = ("idempotency_key",)


@admin.register(PayoutRun)
class PayoutRunAdmin(ReadMostly):
    list_display = ("public_id", "key", "actor", "started_at", "planned_at")
    ordering = ("-id",)


@admin.register(PayoutFile)
class PayoutFileAdmin(ReadMostly):
    list_display = ("message_id", "run", "currency", "made_at", "made_by")
    ordering = ("-id",)
    hidden = ("body",)


@admin.register(PayoutHold)
class PayoutHoldAdmin(ReadMostly):
    list_display = ("provider", "placed_at", "placed_by", "lifted_at")
    list_select_related = ("provider",)
    ordering = ("-id",)


@admin.register(PayoutTerms)
class PayoutTermsAdmin(ReadMostly):
    list_display = ("provider", "after_days", "minimum", "way")
    list_select_related = ("provider",)


@admin.register(PolicyRule)
class PolicyRuleAdmin(ReadMostly):
    list_display = ("provider", "category", "service", "currency")
    list_select_related = ("provider", "category", "service")
    search_fields = ("provider__name", "provider__public_id")


@admin.register(PolicyBounds)
class PolicyBoundsAdmin(ReadMostly):
    list_display = ("category", "most_prepaid_percent", "most_late_percent", "most_no_show_percent")
    list_select_related = ("category",)
