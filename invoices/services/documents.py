"""A document as people and machines read it: a PDF (PDF/A-3) with EN 16931 data inside (Factur-X 1.09).

Nothing is kept of either: both are made of what the document says, which never changes.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_percent
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from common.money import Money
from invoices.enums import DocumentKind
from invoices.models import Invoice

LEVEL = "en16931"
# What XML 1.0 has no room for, escaped or not.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def data_of(invoice: Invoice) -> bytes:
    """The document's data: UN/CEFACT Cross Industry Invoice D22B in XML (EN 16931-3-3)."""
    with translation.override(None):
        return UNWRITABLE.sub("", render_to_string("invoices/cii.xml", _said(invoice))).encode()


def pdf_of(invoice: Invoice, *, language: str) -> bytes:
    """The document as a PDF in one of our languages, with its data inside. Takes about a second."""
    # They take a second to load, which most processes never need.
    from facturx import generate_from_binary
    from weasyprint import HTML

    with translation.override(language):
        said = _said(invoice) | _shown(invoice)
        page = HTML(string=render_to_string("invoices/invoice.html", said), url_fetcher=_nothing_else)
        plain = page.write_pdf(pdf_variant="pdf/a-3b")
        title = f"{said['title']} {invoice.written}"
    return bytes(
        generate_from_binary(
            plain,
            data_of(invoice),
            flavor="factur-x",
            level=LEVEL,
            check_xsd=False,  # tests do, with the schematron besides
            pdf_metadata={
                "author": invoice.seller["name"],
                "title": title,
                "subject": title,
                "keywords": "Factur-X",
            },
            lang=language,
        )
    )


def _nothing_else(url: str, *args: Any, **kwargs: Any) -> Any:
    """A document has all that it needs: no name in it may have something fetched."""
    raise ValueError("a document fetches nothing")


def _said(invoice: Invoice) -> dict[str, Any]:
    """What both say: amounts in major units with a point."""

    def major(amount: int) -> str:
        return format(Money(amount, invoice.currency).major(), "f")

    charges_vat = bool(invoice.seller["tax_id"])
    return {
        "invoice": invoice,
        "code": DocumentKind(invoice.kind).code,
        "seller": invoice.seller,
        "buyer": invoice.buyer or _("Customer"),
        # Where the visit was, for want of another address of the customer.
        "country": invoice.booking.outlet.country,
        "exemption": _("No VAT: small business"),
        "lines": [
            {
                "name": line["name"],
                "net": major(line["net"]),
                "rate": line["rate"],
                "category": _category(line["rate"], charges_vat),
                "percent": _percent(line["rate"]),
                "net_money": _money(invoice, line["net"]),
                "gross_money": _money(invoice, line["gross"]),
            }
            for line in invoice.lines
        ],
        "rates": [
            {
                "rate": each["rate"],
                "net": major(each["net"]),
                "tax": major(each["tax"]),
                "category": _category(each["rate"], charges_vat),
                "percent": _percent(each["rate"]),
                "net_money": _money(invoice, each["net"]),
                "tax_money": _money(invoice, each["tax"]),
            }
            for each in invoice.rates
        ],
        "net": major(invoice.net_amount),
        "tax": major(invoice.tax_amount),
        "gross": major(invoice.gross_amount),
        "zero": major(0),
    }


def _shown(invoice: Invoice) -> dict[str, Any]:
    """What people read besides, in the active language."""
    is_credit = invoice.kind == DocumentKind.CREDIT_NOTE
    locale = _locale()
    countries = Locale.parse(locale).territories
    return {
        "language": translation.get_language() or "en",
        "title": _("Credit note") if is_credit else _("Invoice"),
        "total_words": _("Credited") if is_credit else _("Total"),
        "site": settings.SITE_NAME,
        "seller_country": countries.get(invoice.seller["country"], invoice.seller["country"]),
        "issued": _day(invoice.issued_on),
        "supplied": _day(invoice.supplied_on),
        "corrected": _day(invoice.corrects.issued_on) if invoice.corrects else "",
        "net_money": _money(invoice, invoice.net_amount),
        "gross_money": _money(invoice, invoice.gross_amount),
    }


def _category(rate: str, charges_vat: bool) -> str:
    """UNTDID 5305: standard rate, zero rate, or exempt."""
    if not charges_vat:
        return "E"
    return "S" if Decimal(rate) else "Z"


def _locale() -> str:
    language = translation.get_language() or "en"
    return "zh_Hans_CN" if language.startswith("zh") else language.replace("-", "_")


def _money(invoice: Invoice, amount: int) -> str:
    return Money(amount, invoice.currency).format(_locale())


def _percent(rate: str) -> str:
    return str(format_percent(Decimal(rate) / 100, "#,##0.##%", locale=_locale()))


def _day(day: date) -> str:
    return str(format_date(day, "long", locale=_locale()))
