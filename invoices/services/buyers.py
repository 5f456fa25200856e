"""The business that a visit is for: named before or after it is paid."""

from dataclasses import dataclass

from django.db import transaction

from bookings.models import Booking
from bookings.selectors.access import Access
from common import audit, clock
from common.errors import InvalidInput, NotAllowed
from invoices.errors import BuyerFixed, TaxIdInvalid
from invoices.models import Buyer, Seller
from invoices.rules.tax_ids import tax_id
from invoices.services.issuing import invoiced_amount, settle, take_back

LONGEST = {"company": 120, "tax_id": 30, "address": 200}
# So often documents are made anew for another buyer: each time takes two numbers.
MADE_ANEW = 3


@dataclass(frozen=True, slots=True)
class BuyerDetails:
    """A business as its visit's documents say it; without a company it is the customer again."""

    company: str = ""
    tax_id: str = ""
    address: str = ""


def require_namer(access: Access) -> None:
    """The customer, and managers of the shop for them. Raises NotAllowed."""
    if not (access.is_customer or access.is_manager):
        raise NotAllowed


@transaction.atomic
def set_buyer(*, access: Access, details: BuyerDetails) -> Buyer | None:
    """Say which business a visit is for (none, without a company). Documents that were made already are taken back by
    credit notes and made anew, at most MADE_ANEW times; the same again changes nothing.

    Locks the seller's row. Raises NotAllowed, InvalidInput, TaxIdInvalid, BuyerFixed.
    """
    require_namer(access)
    wanted = _checked(details)
    booking = Booking.objects.select_related("outlet").get(pk=access.booking.pk)
    seller = Seller.objects.select_for_update().filter(provider_id=booking.outlet.provider_id).first()
    row = Buyer.objects.select_for_update().filter(booking=booking).first()
    present = BuyerDetails(row.company, row.tax_id, row.address) if row else BuyerDetails()
    if wanted == present:
        return row
    made_anew = row.made_anew if row else 0
    invoiced = invoiced_amount(booking) if seller else 0
    if invoiced:
        if made_anew >= MADE_ANEW:
            raise BuyerFixed
        made_anew += 1
    row, _made = Buyer.objects.update_or_create(
        booking=booking,
        defaults={
            "company": wanted.company,
            "tax_id": wanted.tax_id,
            "address": wanted.address,
            "made_anew": made_anew,
            "changed_at": clock.now(),
        },
    )
    audit.record(
        actor=access.principal.actor,
        action="invoices.buyer_named" if wanted.company else "invoices.buyer_removed",
        object_type="booking",
        object_id=booking.ref,
    )
    if invoiced and seller:
        take_back(seller, booking, invoiced)
        settle(booking_ref=booking.ref)
    return row


def _checked(details: BuyerDetails) -> BuyerDetails:
    given = {name: getattr(details, name).strip() for name in LONGEST}
    for name, longest in LONGEST.items():
        if len(given[name]) > longest:
            raise InvalidInput(field=name)
    if not given["company"]:
        if given["tax_id"] or given["address"]:
            raise InvalidInput(field="company")
        return BuyerDetails()
    if given["tax_id"]:
        valid = tax_id(given["tax_id"])
        if valid is None:
            raise TaxIdInvalid(field="tax_id")
        given["tax_id"] = valid
    return BuyerDetails(**given)
