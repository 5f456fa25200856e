"""Making documents, who sells, and who buys."""

from invoices.services.buyers import BuyerDetails, set_buyer
from invoices.services.commission import close_months, set_own_seller
from invoices.services.issuing import settle
from invoices.services.sellers import SellerDetails, set_seller

__all__ = [
    "BuyerDetails",
    "SellerDetails",
    "close_months",
    "set_buyer",
    "set_own_seller",
    "set_seller",
    "settle",
]
