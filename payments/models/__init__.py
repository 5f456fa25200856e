from payments.models.commission import CommissionRule, CommissionTier, CommissionVat
from payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransaction
from payments.models.payment import Payment, Refund, WebhookReceipt
from payments.models.policy import PolicyBounds, PolicyRule

__all__ = [
    "CommissionRule",
    "CommissionTier",
    "CommissionVat",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransaction",
    "Payment",
    "PolicyBounds",
    "PolicyRule",
    "Refund",
    "WebhookReceipt",
]
