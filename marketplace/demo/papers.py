"""Who the demo's businesses of its sign-ins are on an invoice, and the documents of their latest visits."""

from bookings.models import Booking
from common.actors import SYSTEM
from invoices.services import SellerDetails, set_seller, settle
from invoices.services.issuing import OVER
from marketplace.demo import signins
from providers.models import Outlet

# Business IDs of Finland whose check digits are right; the VAT number is the same behind FI.
COMPANY_IDS = ("3000002-8", "3000003-6", "3000004-4")
LATEST = 12


def load_papers() -> None:
    """Each charges VAT; the latest of its visits that are over have their documents."""
    names = [wish.name for wish in signins.BUSINESSES if wish.status == "approved"]
    for company_id, name in zip(COMPANY_IDS, names, strict=False):
        outlet = Outlet.objects.filter(provider__name=name).select_related("provider").order_by("pk").first()
        if outlet is None:  # a city that was thinned out
            continue
        provider = outlet.provider
        set_seller(
            provider=provider,
            details=SellerDetails(
                name=f"{name} Oy",
                street_line=outlet.street_line,
                postcode=outlet.postcode or "00100",
                city=outlet.city,
                country=outlet.country,
                company_id=company_id,
                tax_id=f"FI{company_id.replace('-', '')}",
            ),
            actor=SYSTEM,
        )
        over = Booking.objects.filter(outlet__provider=provider, status__in=OVER).order_by("-ended_at")
        for ref in reversed(list(over.values_list("ref", flat=True)[:LATEST])):
            settle(booking_ref=ref)
