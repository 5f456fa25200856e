"""Invoices and credit notes of businesses to their customers.

A document never changes. What it says is kept with it, whatever the business or the catalogue say later; its PDF and
the EN 16931 data in it are made of that whenever somebody asks.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField
from invoices.enums import DocumentKind


class Invoice(models.Model):
    """One document: an invoice for a visit, or a credit note that takes some of one back. Amounts are minor units."""

    public_id = PublicIdField(prefix="inv")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="invoices")
    number = models.PositiveIntegerField()
    written = models.CharField(max_length=24)
    kind = models.CharField(max_length=12, choices=DocumentKind)
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes"
    )
    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, related_name="invoices")
    issued_at = models.DateTimeField(db_default=Now())
    # Local dates of the outlet.
    issued_on = models.DateField()
    supplied_on = models.DateField()
    currency = models.CharField(max_length=3)
    net_amount = models.PositiveBigIntegerField()
    tax_amount = models.PositiveBigIntegerField()
    gross_amount = models.PositiveBigIntegerField()
    # {"name", "street_line", "postcode", "city", "country", "company_id", "tax_id"}
    seller = models.JSONField()
    # Who was served, or the business that they named; emptied when they are erased.
    buyer = EncryptedTextField(blank=True, default="")
    # Of a business: its VAT number, and its address as it was typed; emptied likewise.
    buyer_tax_id = EncryptedTextField(blank=True, default="")
    buyer_address = EncryptedTextField(blank=True, default="")
    # [{"name", "net", "gross", "rate"}]; rates are percentages as text.
    lines = models.JSONField()
    # [{"rate", "net", "tax"}]
    rates = models.JSONField()
    language = models.CharField(max_length=12, help_text="of the lines' names")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="invoice_number_is_given_once"),
            models.UniqueConstraint(fields=["provider", "written"], name="invoice_number_is_written_once"),
            models.CheckConstraint(condition=Q(gross_amount__gt=0), name="invoice_is_about_something"),
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("tax_amount")), name="invoice_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(kind=DocumentKind.CREDIT_NOTE, corrects__isnull=False)
                | Q(kind=DocumentKind.INVOICE, corrects__isnull=True),
                name="only_a_credit_note_corrects",
            ),
        ]
        indexes = [models.Index(fields=["provider", "-id"], name="invoices_newest_first")]
        triggers = [
            pgtrigger.Protect(name="invoice_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="invoice_says_what_it_said",
                operation=pgtrigger.UpdateOf(
                    *("public_id", "provider_id", "number", "written", "kind", "corrects_id", "booking_id"),
                    *("issued_at", "issued_on", "supplied_on", "currency", "lines", "rates", "language"),
                    *("net_amount", "tax_amount", "gross_amount", "seller"),
                ),
            ),
            # One after the other, and never more taken back than was asked for. Who inserts has the seller's row.
            pgtrigger.Trigger(
                name="invoice_follows_the_one_before",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("latest", "bigint")],
                func="""
                    SELECT coalesce(max(number), 0) INTO latest
                      FROM invoices_invoice WHERE provider_id = NEW.provider_id;
                    IF NEW.number <> latest + 1 THEN
                        RAISE EXCEPTION 'invoice % does not follow %', NEW.number, latest
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM invoices_invoice i WHERE i.id = NEW.corrects_id
                           AND i.kind = 'invoice' AND i.booking_id = NEW.booking_id AND i.currency = NEW.currency
                           AND i.gross_amount >= NEW.gross_amount + (
                               SELECT coalesce(sum(c.gross_amount), 0) FROM invoices_invoice c
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
