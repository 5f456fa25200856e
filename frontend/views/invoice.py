"""A visit's documents for those who may read them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from frontend.guests import access as find_access
from frontend.guests import private
from invoices.selectors import document_for, require_reader
from invoices.services import settle
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
