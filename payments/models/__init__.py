from payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransaction
from payments.models.payment import Payment, Refund, WebhookReceipt
from payments.models.policy import CancellationPolicy

__all__ = [
    "CancellationPolicy",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransaction",
    "Payment",
    "Refund",
    "WebhookReceipt",
]
