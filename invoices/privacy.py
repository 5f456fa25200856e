"""What invoices hold about a person: whom a document is made out to."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from common import privacy
from common.privacy import Subject
from invoices.models import Buyer, Invoice


def _export(subject: Subject) -> dict[str, Any] | None:
    documents = Invoice.objects.filter(booking_id__in=subject.booking_pks).order_by("pk")
    found = [
        {
            "number": each.written,
            "kind": each.kind,
            "issued_on": each.issued_on.isoformat(),
            "made_out_to": each.buyer,
            "vat_number": each.buyer_tax_id,
            "address": each.buyer_address,
            "by": each.seller["name"],
            "amount": each.gross_amount,
            "currency": each.currency,
        }
        for each in documents
    ]
    named = [
        {
            "booking": each.booking.ref,
            "company": each.company,
            "vat_number": each.tax_id,
            "address": each.address,
        }
        for each in Buyer.objects.filter(booking_id__in=subject.booking_pks).select_related("booking")
    ]
    return {"documents": found, "companies": named} if found or named else None


def _erase(subject: Subject) -> None:
    """Documents stay, with their numbers and amounts; whom they were made out to goes. The business may have kept its
    own copies, as tax law asks of it."""
    Invoice.objects.filter(booking_id__in=subject.booking_pks).update(
        buyer="", buyer_tax_id="", buyer_address=""
    )
    Buyer.objects.filter(booking_id__in=subject.booking_pks).update(company="", tax_id="", address="")


privacy.area("invoices", app="invoices", title=_("Invoices"), export=_export, erase=_erase)
privacy.personal("invoices.Invoice", area="invoices", blanked="buyer buyer_tax_id buyer_address")
privacy.personal("invoices.Buyer", area="invoices", blanked="company tax_id address")
privacy.impersonal(
    "invoices.Invoice",
    {
        "a number": "written",
        "ISO 4217": "currency",
        "what was sold": "lines rates language",
        "the business as it was registered": "seller",
    },
)
privacy.impersonal(
    "invoices.Seller",
    {
        "the business as its documents say": "name street_line postcode city country company_id tax_id",
        "the beginning of its numbers": "prefix",
    },
)
privacy.impersonal(
    "invoices.OwnSeller",
    {
        "the marketplace as its documents say": "name street_line postcode city country company_id tax_id",
        "the beginning of its numbers": "prefix",
    },
)
privacy.impersonal("invoices.CommissionMonth", {"ISO 4217": "currency"})
privacy.impersonal(
    "invoices.CommissionDocument",
    {
        "a number": "written",
        "ISO 4217": "currency",
        "sums by rate": "rates",
        "the marketplace, and the business as it is registered or listed": "seller buyer",
    },
)
