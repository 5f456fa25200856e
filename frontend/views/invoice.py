"""A visit's documents for those who may read them, and the business that they are made out to."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from frontend.guests import access as find_access
from frontend.guests import private
from invoices.selectors import buyer_of, document_for, require_reader
from invoices.services import BuyerDetails, set_buyer, settle
from invoices.services.buyers import LONGEST, require_namer
from invoices.services.documents import pdf_of


@require_safe
@private
def pdf(request: HttpRequest, ref: str, invoice_id: str) -> HttpResponse:
    """One document as a PDF in the reader's language."""
    found = document_for(find_access(request, ref), invoice_id)
    answer = HttpResponse(
        pdf_of(found, language=translation.get_language() or "en"), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{found.file_name}"'
    return answer


@require_POST
@private
def make(request: HttpRequest, ref: str) -> HttpResponse:
    """Have the documents made that a visit still needs: it was over before the business said who it is."""
    access = find_access(request, ref)
    require_reader(access)
    settle(booking_ref=ref, wanted=True)
    return redirect("frontend:booking", ref)


class CompanyForm(forms.Form):
    """The business that a visit is for."""

    company = forms.CharField(
        label=gettext_lazy("Company"),
        required=False,
        max_length=LONGEST["company"],
        help_text=gettext_lazy("As registered. Leave it empty, and the invoice is made out to you."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    tax_id = forms.CharField(
        label=gettext_lazy("VAT number"),
        required=False,
        max_length=LONGEST["tax_id"],
        help_text=gettext_lazy("With its country in front, such as FI12345671."),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=LONGEST["address"],
        help_text=gettext_lazy("Street, postcode and city, in one line."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@private
def company(request: HttpRequest, ref: str) -> HttpResponse:
    """Say which business the visit is for, before or after it is paid."""
    access = find_access(request, ref)
    require_namer(access)
    present = buyer_of(access.booking)
    initial = {name: getattr(present, name) for name in LONGEST} if present else {}
    form = CompanyForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                set_buyer(access=access, details=BuyerDetails(**form.cleaned_data))
            except DomainError as error:
                if error.status not in (409, 422):
                    raise
                field = str(error.data.get("field", ""))
                form.add_error(field if field in form.fields else None, str(error))
                status = error.status
            else:
                messages.success(request, _("Saved. The invoice says it."))
                return redirect("frontend:booking", ref=ref)
    context = {"nav": "bookings", "form": form, "booking": access.booking}
    return render(request, "invoice_company.html", context, status=status)
