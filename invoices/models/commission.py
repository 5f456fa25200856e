"""What the marketplace invoices businesses: its commission, month by month, in its own name.

The amounts are the ledger's. A month of a business in one currency is closed once, whether it had any commission or
not, and begins where the one before ended: so every entry is in one document, whatever the clock of the business does.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.public_ids import PublicIdField
from invoices.enums import DocumentKind
from invoices.models.seller import Party


class OwnSeller(Party):
    """Who the marketplace is on its own documents: one row. Until operators have said it, none are made."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="own_seller_is_one"),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="own_seller_country_is_iso_3166"
            ),
            models.CheckConstraint(
                condition=~Q(company_id="") | ~Q(tax_id=""), name="own_seller_has_a_number_of_its_own"
            ),
        ]


class CommissionMonth(models.Model):
    """A month of a business that has been invoiced: the instants [start, end) that it covers. Never changes."""

    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="commission_months"
    )
    currency = models.CharField(max_length=3)
    month = models.DateField(help_text="its first day, by the clock of the business")
    start = models.DateTimeField()
    end = models.DateTimeField()
    closed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "currency", "month"], name="commission_month_is_closed_once"
            ),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="commission_month_has_its_time"),
        ]
        triggers = [
            pgtrigger.Protect(name="commission_month_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.month:%Y-%m} {self.currency}"


class CommissionDocument(models.Model):
    """An invoice for a month's commission, or a credit note for what was taken back of an earlier one (or of the same
    month's) in that month. Amounts are minor units; it never changes."""

    public_id = PublicIdField(prefix="cmi")
    number = models.PositiveIntegerField(unique=True)
    written = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=12, choices=DocumentKind)
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes"
    )
    month = models.ForeignKey(CommissionMonth, on_delete=models.PROTECT, related_name="documents")
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="commission_documents"
    )
    issued_at = models.DateTimeField(db_default=Now())
    issued_on = models.DateField()
    currency = models.CharField(max_length=3)
    net_amount = models.PositiveBigIntegerField()
    tax_amount = models.PositiveBigIntegerField()
    # What the ledger's sum of VAT, rounded visit by visit, differs from that of the whole, where a document may not say
    # the former (EN 16931 leaves it less than one unit).
    rounding = models.BigIntegerField(default=0)
    gross_amount = models.PositiveBigIntegerField()
    # As Invoice has it; the buyer is the business, as it stands on its own documents, or as it is listed.
    seller = models.JSONField()
    buyer = models.JSONField()
    # [{"rate", "net", "tax", "rounding"}]; rates are percentages as text.
    rates = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_amount__gt=0), name="commission_document_is_about_something"
            ),
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("tax_amount") + F("rounding")),
                name="commission_document_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(kind=DocumentKind.CREDIT_NOTE, corrects__isnull=False)
                | Q(kind=DocumentKind.INVOICE, corrects__isnull=True),
                name="only_a_credit_note_corrects_commission",
            ),
            models.UniqueConstraint(
                fields=["month"],
                condition=Q(kind=DocumentKind.INVOICE),
                name="commission_one_invoice_a_month",
            ),
        ]
        indexes = [models.Index(fields=["provider", "-id"], name="commission_newest_first")]
        triggers = [
            pgtrigger.Protect(
                name="commission_document_stays", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="commission_document_follows",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("latest", "bigint")],
                func="""
                    SELECT coalesce(max(number), 0) INTO latest FROM invoices_commissiondocument;
                    IF NEW.number <> latest + 1 THEN
                        RAISE EXCEPTION 'document % does not follow %', NEW.number, latest
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM invoices_commissiondocument i WHERE i.id = NEW.corrects_id
                           AND i.kind = 'invoice' AND i.provider_id = NEW.provider_id AND i.currency = NEW.currency
                           AND i.gross_amount >= NEW.gross_amount + (
                               SELECT coalesce(sum(c.gross_amount), 0) FROM invoices_commissiondocument c
                                WHERE c.corrects_id = i.id)
                    ) THEN
                        RAISE EXCEPTION 'credit note % takes back more than was invoiced', NEW.number
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.written

    @property
    def file_name(self) -> str:
        """Of its PDF."""
        return f"{self.written}.pdf"
