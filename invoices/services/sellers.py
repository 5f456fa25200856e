"""Who a business is on its invoices."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, clock
from common.errors import InvalidInput
from invoices.errors import TaxIdInvalid
from invoices.models import Seller
from invoices.rules.tax_ids import tax_id
from providers.models import Provider

NEEDED = ("name", "street_line", "postcode", "city", "country")


@dataclass(frozen=True, slots=True)
class SellerDetails:
    """What a business enters: a name as registered, an address, and a number of its own (register or VAT)."""

    name: str
    street_line: str
    postcode: str
    city: str
    country: str
    company_id: str = ""
    tax_id: str = ""


def checked(details: SellerDetails) -> dict[str, str]:
    """What is kept of it: without blanks around, the VAT number in its form. Raises TaxIdInvalid, InvalidInput."""
    wanted = {name: text.strip() for name, text in asdict(details).items()}
    if missing := [name for name in NEEDED if not wanted[name]]:
        raise InvalidInput(field=missing[0])
    if wanted["tax_id"]:
        valid = tax_id(wanted["tax_id"])
        if valid is None:
            raise TaxIdInvalid(field="tax_id")
        wanted["tax_id"] = valid
    elif not wanted["company_id"]:
        raise InvalidInput(_("Give one of the two numbers."), field="company_id")
    return wanted


@transaction.atomic
def set_seller(*, provider: Provider, details: SellerDetails, actor: str) -> Seller:
    """Say who the business is on documents from now on; those that are made keep what they say.

    Without a VAT number its documents charge no VAT. The same again changes nothing. Raises TaxIdInvalid, InvalidInput
    when it has neither a VAT number nor one of a register.
    """
    wanted = checked(details)
    before = Seller.objects.select_for_update().filter(provider=provider).first()
    if before and all(getattr(before, name) == value for name, value in wanted.items()):
        return before
    seller, _created = Seller.objects.update_or_create(
        provider=provider, defaults={**wanted, "changed_at": clock.now()}
    )
    audit.record(
        actor=actor,
        action="invoices.seller_changed" if before else "invoices.seller_entered",
        object_type="provider",
        object_id=provider.public_id,
        charges_vat=bool(wanted["tax_id"]),
    )
    return seller
