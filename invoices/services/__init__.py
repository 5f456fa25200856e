"""Making documents, and who sells."""

from invoices.services.issuing import settle
from invoices.services.sellers import SellerDetails, set_seller

__all__ = ["SellerDetails", "set_seller", "settle"]
