from payments.models.card import CardHolder, SavedCard
from payments.models.commission import CommissionRule, CommissionTier, CommissionVat
from payments.models.dispute import Dispute, GatewayDay, GatewayDifference
from payments.models.ledger import LedgerAccount, LedgerCheckpoint, LedgerEntry, LedgerTransaction
from payments.models.ledger_sums import LedgerDay, LedgerMonth
from payments.models.payee import PayeeAccount
from payments.models.payment import Payment, Refund, WebhookReceipt
from payments.models.payout import Payout, PayoutFile, PayoutHold, PayoutRun, PayoutTerms
from payments.models.policy import PolicyBounds, PolicyRule
from payments.models.refund_limit import RefundLimit
from payments.models.wallet_payout import WalletPayout

__all__ = [
    "CardHolder",
    "CommissionRule",
    "CommissionTier",
    "CommissionVat",
    "Dispute",
    "GatewayDay",
    "GatewayDifference",
    "LedgerAccount",
    "LedgerCheckpoint",
    "LedgerDay",
    "LedgerEntry",
    "LedgerMonth",
    "LedgerTransaction",
    "PayeeAccount",
    "Payment",
    "Payout",
    "PayoutFile",
    "PayoutHold",
    "PayoutRun",
    "PayoutTerms",
    "PolicyBounds",
    "PolicyRule",
    "Refund",
    "RefundLimit",
    "SavedCard",
    "WalletPayout",
    "WebhookReceipt",
]
