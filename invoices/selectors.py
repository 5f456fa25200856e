"""Reading documents."""

from datetime import date

from django.db.models import QuerySet

from bookings.models import Booking
from bookings.selectors.access import Access
from common.errors import NotAllowed, NotFound
from invoices.models import Invoice, Seller
from payments.selectors import paid_amount
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


def may_ask(booking: Booking) -> bool:
    """Whether a visit without documents would have one if somebody asked: the business has said who it is since."""
    seller = Seller.objects.filter(provider_id=booking.outlet.provider_id)
    return seller.exists() and paid_amount(booking.ref) > 0


def seller_of(provider: Provider) -> Seller | None:
    """Who the business is on its documents; None when it has not said."""
    return Seller.objects.filter(provider=provider).first()
