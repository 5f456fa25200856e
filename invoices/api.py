"""Invoices over HTTP: of a visit for its customer, all of them for the business."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Query, Router

from bookings.selectors.access import booking_for
from common.api import ERRORS, CursorPage, a_file, idempotent
from common.errors import NotFound
from invoices import schemas
from invoices.models import Invoice, Seller
from invoices.selectors import document_for, documents_by, papers_of, require_reader, seller_of
from invoices.services import SellerDetails, set_seller, settle
from invoices.services.documents import pdf_of
from providers.api.given import caller
from providers.enums import Role
from providers.schemas.base import PublicId
from providers.selectors.access import WRITE, access_provider

router = Router(tags=["invoices"])


@router.get(
    "/bookings/{ref}/invoices",
    response={200: schemas.BookingInvoicesOut, **ERRORS},
    operation_id="list_booking_invoices",
)
def list_booking_invoices(request: HttpRequest, ref: PublicId) -> schemas.BookingInvoicesOut:
    """The visit's documents, the first one first: made when it is over and paid."""
    principal = caller(request)
    principal.require_scope("bookings:read")
    return _all(papers_of(booking_for(principal, ref)))


@router.post(
    "/bookings/{ref}/invoices",
    response={200: schemas.BookingInvoicesOut, **ERRORS},
    operation_id="make_booking_invoices",
)
@idempotent
def make_booking_invoices(request: HttpRequest, ref: PublicId) -> schemas.BookingInvoicesOut:
    """Make what a visit still needs, if it is over and paid and the business has said who it is (else 409
    `seller_unknown`): for one that was over before it did. Usually nobody has to ask."""
    principal = caller(request)
    principal.require_scope("bookings:write")
    access = booking_for(principal, ref)
    require_reader(access)
    return _all(settle(booking_ref=access.booking.ref, wanted=True))


@router.get(
    "/bookings/{ref}/invoices/{invoice}/pdf",
    response={200: None, **ERRORS},
    operation_id="get_invoice_pdf",
    openapi_extra=a_file("application/pdf"),
)
def get_invoice_pdf(request: HttpRequest, ref: PublicId, invoice: PublicId) -> HttpResponse:
    """The document as a PDF in the language of `Accept-Language`, with EN 16931 data inside (Factur-X)."""
    principal = caller(request)
    principal.require_scope("bookings:read")
    found = document_for(booking_for(principal, ref), invoice)
    response = HttpResponse(
        pdf_of(found, language=translation.get_language() or "en"), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    return response


@router.get(
    "/provider/businesses/{provider}/invoices",
    response={200: schemas.InvoicesOut, **ERRORS},
    operation_id="list_invoices",
)
def list_invoices(request: HttpRequest, provider: PublicId, page: Query[CursorPage]) -> schemas.InvoicesOut:
    """All documents of the business, the newest first."""
    found = access_provider(caller(request), provider, role=Role.MANAGER)
    rows, cursor = page.cut(documents_by(found), of=f"invoices:{provider}", newest_first=True)
    return schemas.InvoicesOut(items=[_shown(row) for row in rows], next=cursor)


@router.get(
    "/provider/businesses/{provider}/seller",
    response={200: schemas.SellerShape, **ERRORS},
    operation_id="get_seller",
)
def get_seller(request: HttpRequest, provider: PublicId) -> schemas.SellerShape:
    """Who the business is on its documents."""
    seller = seller_of(access_provider(caller(request), provider, role=Role.MANAGER))
    if seller is None:
        raise NotFound
    return _details(seller)


@router.put(
    "/provider/businesses/{provider}/seller",
    response={200: schemas.SellerShape, **ERRORS},
    operation_id="set_seller",
)
def put_seller(request: HttpRequest, provider: PublicId, body: schemas.SellerShape) -> schemas.SellerShape:
    """Say who the business is; documents that are made keep what they say."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.OWNER, scope=WRITE)
    seller = set_seller(provider=found, details=SellerDetails(**body.model_dump()), actor=principal.actor)
    return _details(seller)


def _details(seller: Seller) -> schemas.SellerShape:
    return schemas.SellerShape(**{name: getattr(seller, name) for name in schemas.SellerShape.model_fields})


def _all(found: list[Invoice]) -> schemas.BookingInvoicesOut:
    return schemas.BookingInvoicesOut(items=[_shown(each) for each in found])


def _shown(invoice: Invoice) -> schemas.InvoiceOut:
    return schemas.InvoiceOut(
        id=invoice.public_id,
        number=invoice.written,
        kind="credit_note" if invoice.corrects else "invoice",
        corrects=invoice.corrects.written if invoice.corrects else None,
        booking=invoice.booking.ref,
        issued_at=invoice.issued_at,
        issued_on=invoice.issued_on,
        supplied_on=invoice.supplied_on,
        currency=invoice.currency,
        net=invoice.net_amount,
        tax=invoice.tax_amount,
        gross=invoice.gross_amount,
    )
