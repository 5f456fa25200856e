"""The documents that a business's customers get: all of them, and who it is on them."""

import csv
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.api import CursorPage
from common.money import Money
from frontend import formats
from frontend.views.provider_desk import Desk, at_desk, attempt
from frontend.views.provider_forms import DeskForm, country_choices, text_field
from invoices.selectors import (
    commission_document,
    commission_documents,
    documents_by,
    seller_of,
    years_of,
)
from invoices.services import SellerDetails, set_seller
from invoices.services.documents import pdf_of
from providers.enums import Role
from providers.selectors import catalogue

# Two years of them; the API has all.
COMMISSION_SHOWN = 30
COLUMNS = (
    "number",
    "kind",
    "corrects",
    "date",
    "day_of_visit",
    "booking",
    "currency",
    "without_vat",
    "vat",
    "with_vat",
)


class SellerForm(DeskForm):
    """Who the business is, as registered."""

    wide = frozenset({"name", "street_line"})
    name = text_field(
        gettext_lazy("Name as registered"), help_text=gettext_lazy("Such as Helmi Oy, or your own name.")
    )
    street_line = text_field(gettext_lazy("Street and number"), longest=200)
    postcode = text_field(gettext_lazy("Postcode"), longest=16)
    city = text_field(gettext_lazy("City"), longest=80)
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    company_id = text_field(gettext_lazy("Company number"), longest=30, required=False)
    tax_id = text_field(
        gettext_lazy("VAT number"),
        longest=30,
        required=False,
        help_text=gettext_lazy(
            "With its country in front, such as FI12345671. Without one, no VAT is charged."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]  # a ChoiceField


@at_desk(Role.MANAGER)
def listing(desk: Desk) -> HttpResponse:
    """All documents, the newest first."""
    page = CursorPage(limit=25, cursor=desk.request.GET.get("cursor") or None)
    rows, following = page.cut(
        documents_by(desk.provider), of=f"invoices:{desk.provider.public_id}", newest_first=True
    )
    return desk.render(
        "invoices",
        nav="invoices",
        seller=seller_of(desk.provider),
        rows=rows,
        next_cursor=following,
        years=[first.year for first in years_of(desk.provider)],
        commission=list(commission_documents(desk.provider).order_by("-pk")[:COMMISSION_SHOWN]),
    )


@at_desk(Role.OWNER, methods=("GET", "HEAD", "POST"))
def seller(desk: Desk) -> HttpResponse:
    """Say who the business is; at first with the address of its first shop filled in."""
    present = seller_of(desk.provider)
    form = SellerForm(desk.request.POST if desk.sent else None, initial=_present(desk))
    if desk.sent and attempt(
        form,
        lambda: set_seller(
            provider=desk.provider, details=SellerDetails(**form.cleaned_data), actor=desk.actor
        ),
    ):
        return desk.done(_("Saved. Documents from now on say it so."), "invoices")
    return desk.render(
        "seller_form", nav="invoices", status=422 if form.is_bound else 200, form=form, seller=present
    )


@at_desk(Role.MANAGER)
def table(desk: Desk, year: int) -> HttpResponse:
    """The documents of a year as CSV (RFC 4180): amounts in major units with a point, credit notes below zero."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="invoices-{year}.csv"'
    answer.write("\ufeff")  # spreadsheets would take it for another encoding
    writer = csv.writer(answer)
    writer.writerow(COLUMNS)
    for each in documents_by(desk.provider).filter(issued_on__year=year).order_by("pk").iterator():
        sign = -1 if each.corrects else 1
        writer.writerow(
            [
                formats.cell(each.written),
                each.kind,
                formats.cell(each.corrects.written) if each.corrects else "",
                each.issued_on.isoformat(),
                each.supplied_on.isoformat(),
                each.booking.ref,
                each.currency,
                *(
                    format(Money(sign * amount, each.currency).major(), "f")
                    for amount in (each.net_amount, each.tax_amount, each.gross_amount)
                ),
            ]
        )
    return answer


def _present(desk: Desk) -> dict[str, str]:
    present = seller_of(desk.provider)
    if present:
        return {name: getattr(present, name) for name in SellerForm.base_fields}
    outlet = catalogue.outlets(desk.provider).first()
    place = ("street_line", "postcode", "city", "country")
    return {"name": desk.provider.name} | ({name: getattr(outlet, name) for name in place} if outlet else {})


@at_desk(Role.MANAGER)
def commission_pdf(desk: Desk, commission_id: str) -> HttpResponse:
    """What the marketplace invoiced for a month's commission, as a PDF in the reader's language."""
    found = commission_document(desk.provider, commission_id)
    answer = HttpResponse(
        pdf_of(found, language=translation.get_language() or "en"), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{found.file_name}"'
    return answer
