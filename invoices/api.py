"""Invoices over HTTP: of a visit for its customer, all of them for the business."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Query, Router

from bookings.selectors.access import booking_for
from common.api import ERRORS, CursorPage, a_file, idempotent
from common.errors import NotFound
from invoices import schemas
from invoices.models import Buyer, CommissionDocument, Invoice, Seller
from invoices.selectors import (
    buyer_of,
    commission_document,
    commission_documents,
    document_for,
    documents_by,
    papers_of,
    require_reader,
    seller_of,
)
from invoices.services import BuyerDetails, SellerDetails, set_buyer, set_seller, settle
from invoices.services.documents import pdf_of
from providers.api.given import caller
from providers.enums import Role
from providers.schemas.base import PublicId
from providers.selectors.access import WRITE, access_provider

router = Router(tags=["invoices"])
MONEY = "money:read"


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


@router.get("/bookings/{ref}/buyer", response={200: schemas.BuyerShape, **ERRORS}, operation_id="get_buyer")
def get_buyer(request: HttpRequest, ref: PublicId) -> schemas.BuyerShape:
    """The business that the visit's documents are made out to; its fields are empty when none was named."""
    principal = caller(request)
    principal.require_scope("bookings:read")
    access = booking_for(principal, ref)
    require_reader(access)
    return _buyer(buyer_of(access.booking))


@router.put("/bookings/{ref}/buyer", response={200: schemas.BuyerShape, **ERRORS}, operation_id="set_buyer")
def put_buyer(request: HttpRequest, ref: PublicId, body: schemas.BuyerShape) -> schemas.BuyerShape:
    """Name it, before or after the visit is paid: documents that were made are taken back and made anew, three times at
    most (409 `buyer_fixed`). Without a `company` they are made out to the customer again."""
    principal = caller(request)
    principal.require_scope("bookings:write")
    set_buyer(access=booking_for(principal, ref), details=BuyerDetails(**body.model_dump()))
    return _buyer(buyer_of(booking_for(principal, ref).booking))


@router.get(
    "/provider/businesses/{provider}/commission-invoices",
    response={200: schemas.CommissionDocumentsOut, **ERRORS},
    operation_id="list_commission_invoices",
)
def list_commission_invoices(
    request: HttpRequest, provider: PublicId, page: Query[CursorPage]
) -> schemas.CommissionDocumentsOut:
    """What the marketplace invoiced the business for its commission, the newest first."""
    found = access_provider(caller(request), provider, role=Role.MANAGER, scope=MONEY)
    rows, cursor = page.cut(commission_documents(found), of=f"commission:{provider}", newest_first=True)
    return schemas.CommissionDocumentsOut(items=[_commission(row) for row in rows], next=cursor)


@router.get(
    "/provider/businesses/{provider}/commission-invoices/{commission}/pdf",
    response={200: None, **ERRORS},
    operation_id="get_commission_invoice_pdf",
    openapi_extra=a_file("application/pdf"),
)
def get_commission_invoice_pdf(
    request: HttpRequest, provider: PublicId, commission: PublicId
) -> HttpResponse:
    """One of them as a PDF in the language of `Accept-Language`, with EN 16931 data inside (Factur-X)."""
    found = access_provider(caller(request), provider, role=Role.MANAGER, scope=MONEY)
    paper = commission_document(found, commission)
    response = HttpResponse(
        pdf_of(paper, language=translation.get_language() or "en"), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="{paper.file_name}"'
    return response


def _buyer(found: Buyer | None) -> schemas.BuyerShape:
    if found is None:
        return schemas.BuyerShape()
    return schemas.BuyerShape(company=found.company, tax_id=found.tax_id, address=found.address)


def _commission(row: CommissionDocument) -> schemas.CommissionDocumentOut:
    return schemas.CommissionDocumentOut(
        id=row.public_id,
        number=row.written,
        kind="credit_note" if row.corrects else "invoice",
        corrects=row.corrects.written if row.corrects else None,
        month=f"{row.month.month:%Y-%m}",
        issued_on=row.issued_on,
        currency=row.currency,
        net=row.net_amount,
        tax=row.tax_amount,
        rounding=row.rounding,
        gross=row.gross_amount,
    )


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
