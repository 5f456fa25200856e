"""Reading documents."""

from django.db.models import QuerySet

from bookings.models import Booking
from bookings.selectors.access import Access
from common.errors import NotFound
from invoices.models import Invoice, Seller
from providers.models import Provider


def documents_of(booking: Booking) -> QuerySet[Invoice]:
    """The documents of a visit, the first one first, each with what it corrects."""
    return Invoice.objects.filter(booking=booking).select_related("corrects", "booking").order_by("pk")


def documents_by(provider: Provider) -> QuerySet[Invoice]:
    """All documents of a business, each with its visit."""
    return Invoice.objects.filter(provider=provider).select_related("booking")


def readable(access: Access) -> bool:
    """Whether this reader of a visit may read its documents: its customer, managers of the business, operators."""
    return access.is_customer or access.is_manager or access.principal.is_operator


def document_for(access: Access, invoice: str) -> Invoice:
    """One document (public id) of a visit. Raises NotFound."""
    found = documents_of(access.booking).filter(public_id=invoice).first() if readable(access) else None
    if found is None:
        raise NotFound
    return found


def seller_of(provider: Provider) -> Seller | None:
    """Who the business is on its documents; None when it has not said."""
    return Seller.objects.filter(provider=provider).first()
