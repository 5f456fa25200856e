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
from common.pdf import draw
from invoices.enums import DocumentKind
from invoices.models import CommissionDocument, Invoice
from invoices.services.papers import Paper, Party, of_commission, of_invoice

LEVEL = "en16931"
# What XML 1.0 has no room for, escaped or not.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def data_of(document: Invoice | CommissionDocument) -> bytes:
    """The document's data: UN/CEFACT Cross Industry Invoice D22B in XML (EN 16931-3-3)."""
    with translation.override(None):
        return _data(_paper(document))


def pdf_of(document: Invoice | CommissionDocument, *, language: str) -> bytes:
    """The document as a PDF in one of our languages, with its data inside. Takes about a second."""
    from facturx import (
        generate_from_binary,
    )  # it takes half a second to load, which most processes never need

    data = data_of(document)
    with translation.override(language):
        paper = _paper(document)
        said = _said(paper) | _shown(paper)
        plain = draw(render_to_string("invoices/invoice.html", said), variant="pdf/a-3b")
        title = f"{said['title']} {paper.written}"
    return bytes(
        generate_from_binary(
            plain,
            data,
            flavor="factur-x",
            level=LEVEL,
            check_xsd=False,  # tests do, with the schematron besides
            pdf_metadata={
                "author": paper.seller.name,
                "title": title,
                "subject": title,
                "keywords": "Factur-X",
            },
            lang=language,
        )
    )


def _paper(document: Invoice | CommissionDocument) -> Paper:
    return of_invoice(document) if isinstance(document, Invoice) else of_commission(document)


def _data(paper: Paper) -> bytes:
    return UNWRITABLE.sub("", render_to_string("invoices/cii.xml", _said(paper))).encode()


def _said(paper: Paper) -> dict[str, Any]:
    """What both say: amounts in major units with a point."""

    def major(amount: int) -> str:
        return format(Money(amount, paper.currency).major(), "f")

    return {
        "paper": paper,
        "code": DocumentKind(paper.kind).code,
        "seller": paper.seller,
        "buyer": paper.buyer,
        "lines": [
            {
                "name": line.name,
                "net": major(line.net),
                "rate": line.rate,
                "category": paper.category(line.rate),
                "percent": _percent(line.rate),
                "net_money": _money(paper, line.net),
                "gross_money": _money(paper, line.gross),
            }
            for line in paper.lines
        ],
        "rates": [
            {
                "rate": each.rate,
                "net": major(each.net),
                "tax": major(each.tax),
                "category": paper.category(each.rate),
                "exemption": _exemption(paper.category(each.rate)),
                "percent": _percent(each.rate),
                "net_money": _money(paper, each.net),
                "tax_money": _money(paper, each.tax),
            }
            for each in paper.rates
        ],
        "net": major(paper.net),
        "tax": major(paper.tax),
        # As the standard means it: without what is rounded besides.
        "gross": major(paper.net + paper.tax),
        "rounding": major(paper.rounding) if paper.rounding else "",
        "paid": major(paper.gross),
        "zero": major(0),
    }


def _shown(paper: Paper) -> dict[str, Any]:
    """What people read besides, in the active language."""
    is_credit = paper.kind == DocumentKind.CREDIT_NOTE
    return {
        "language": translation.get_language() or "en",
        "title": _("Credit note") if is_credit else _("Invoice"),
        "total_words": _("Credited") if is_credit else _("Total"),
        "is_credit": is_credit,
        "site": settings.SITE_NAME,
        "seller_country": _country(paper.seller),
        "buyer_country": _country(paper.buyer),
        "issued": _day(paper.issued_on),
        "supplied": _day(paper.supplied_on) if paper.supplied_on else "",
        "period": " – ".join(_day(day) for day in paper.period) if paper.period else "",
        "corrected": {"number": paper.corrects[0], "date": _day(paper.corrects[1])}
        if paper.corrects
        else None,
        "net_money": _money(paper, paper.net),
        "gross_money": _money(paper, paper.gross),
        "rounding_money": _money(paper, paper.rounding) if paper.rounding else "",
    }


def _exemption(category: str) -> str:
    """Why there is no VAT, as the standard asks; "" where it asks nothing."""
    return {"E": _("No VAT: small business"), "AE": _("Reverse charge")}.get(category, "")


def _country(party: Party) -> str:
    return str(Locale.parse(_locale()).territories.get(party.country, party.country))


def _locale() -> str:
    language = translation.get_language() or "en"
    return "zh_Hans_CN" if language.startswith("zh") else language.replace("-", "_")


def _money(paper: Paper, amount: int) -> str:
    return Money(amount, paper.currency).format(_locale())


def _percent(rate: str) -> str:
    return str(format_percent(Decimal(rate) / 100, "#,##0.##%", locale=_locale()))


def _day(day: date) -> str:
    return str(format_date(day, "long", locale=_locale()))
