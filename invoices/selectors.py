"""Reading documents."""

from datetime import date

from django.db.models import QuerySet

from bookings.models import Booking
from bookings.selectors.access import Access
from common.errors import NotAllowed, NotFound
from invoices.models import Buyer, CommissionDocument, Invoice, OwnSeller, Seller
from payments.selectors import paid_amount
from payments.selectors.gateways import lost_amount
from providers.models import Provider


def documents_of(booking: Booking) -> QuerySet[Invoice]:
    """The documents of a visit, the first one first, each with what it corrects."""
    rows = Invoice.objects.filter(booking=booking).select_related("corrects", "booking__outlet")
    return rows.order_by("pk")


def documents_by(provider: Provider) -> QuerySet[Invoice]:
    """All documents of a business, each with its visit."""
    return Invoice.objects.filter(provider=provider).select_related("corrects", "booking__outlet")


def years_of(provider: Provider) -> list[date]:
    """The first days of the years in which the business has documents, the latest first."""
    return list(Invoice.objects.filter(provider=provider).dates("issued_on", "year", order="DESC"))


def may_read(access: Access) -> bool:
    """Whether somebody who sees a visit may read its documents: its customer, managers of the business, operators."""
    return access.is_customer or access.is_manager or access.principal.is_operator


def require_reader(access: Access) -> None:
    """Raises NotAllowed for staff, who see the visit only."""
    if not may_read(access):
        raise NotAllowed


def papers_of(access: Access) -> list[Invoice]:
    """The visit's documents for this reader. Raises NotAllowed."""
    require_reader(access)
    return list(documents_of(access.booking))


def document_for(access: Access, invoice: str) -> Invoice:
    """One document (public id) of a visit. Raises NotAllowed, NotFound."""
    require_reader(access)
    found = documents_of(access.booking).filter(public_id=invoice).first()
    if found is None:
        raise NotFound
    return found


def earned_amount(booking_ref: str) -> int:
    """What the customer paid for the visit by now, less what goes back, and what their bank took back for good; minor
    units."""
    return max(0, paid_amount(booking_ref) - lost_amount(booking_ref))


def buyer_of(booking: Booking) -> Buyer | None:
    """The business that the visit's documents are made out to, if one was named."""
    found = Buyer.objects.filter(booking=booking).first()
    return found if found and found.company else None


def commission_documents(provider: Provider) -> QuerySet[CommissionDocument]:
    """What the marketplace invoiced a business, each with its month and what it corrects."""
    return CommissionDocument.objects.filter(provider=provider).select_related("month", "corrects")


def commission_document(provider: Provider, document: str) -> CommissionDocument:
    """One of them (public id). Raises NotFound."""
    found = commission_documents(provider).filter(public_id=document).first()
    if found is None:
        raise NotFound
    return found


def commission_of_month(provider: Provider, month: date, currency: str) -> list[CommissionDocument]:
    """Those of a month (its first day) in a currency, the invoice first."""
    found = commission_documents(provider).filter(month__month=month, currency=currency)
    return list(found.order_by("pk"))


def own_seller() -> OwnSeller | None:
    """Who the marketplace is on its own documents; None when operators have not said."""
    return OwnSeller.objects.first()


def may_ask(booking: Booking) -> bool:
    """Whether a visit without documents would have one if somebody asked: the business has said who it is since."""
    seller = Seller.objects.filter(provider_id=booking.outlet.provider_id)
    return seller.exists() and earned_amount(booking.ref) > 0


def seller_of(provider: Provider) -> Seller | None:
    """Who the business is on its documents; None when it has not said."""
    return Seller.objects.filter(provider=provider).first()
