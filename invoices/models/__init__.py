from invoices.models.buyer import Buyer
from invoices.models.commission import CommissionDocument, CommissionMonth, OwnSeller
from invoices.models.invoice import Invoice
from invoices.models.seller import Seller

__all__ = ["Buyer", "CommissionDocument", "CommissionMonth", "Invoice", "OwnSeller", "Seller"]
