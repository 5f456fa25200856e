"""Why an invoice is not made."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class SellerUnknown(DomainError):
    status, code = 409, "seller_unknown"
    title = _("This business makes no invoices here")
    detail = _("It has not entered who it is on an invoice. Ask it for one, or for a receipt.")


class TaxIdInvalid(DomainError):
    status, code = 422, "tax_id_invalid"
    title = _("That is no VAT number")
    detail = _("Write it with its country in front, such as FI12345671.")


class BuyerFixed(DomainError):
    status, code = 409, "buyer_fixed"
    title = _("The invoice was made out anew often enough")
    detail = _("Ask the business if it has to be made out to somebody else.")
