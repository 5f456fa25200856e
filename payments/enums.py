"""The fixed words of money: what is stored, and what upper apps compare with."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """Whose money an account counts. A balance is what the marketplace owes its owner."""

    GATEWAY = "gateway", "gateway"  # owner: the gateway's name; negative while it holds money for us
    ESCROW = "escrow", "escrow"  # owner: a booking; the customer's money until the visit is confirmed
    REFUND_DUE = "refund_due", "refund due"  # owner: a booking; on its way back to the customer
    PAYABLE = "payable", "payable"  # owner: a provider; what it earned less what it owes
    COMMISSION = "commission", "commission"  # owner: the marketplace
    WALLET = "wallet", "wallet"  # owner: a user; what the marketplace keeps for them
    TAX = "tax", "tax"  # owner: a country; the VAT on the commission, to be paid to its tax office
    PAYOUT_DUE = "payout_due", "payout due"  # owner: a payout; on its way to the provider
    FEES = "fees", "fees"  # owner: a gateway; what it has kept for its services, which the marketplace bears
    BANK = (
        "bank",
        "bank",
    )  # owner: the marketplace; what left its bank account and is not made up for by a gateway


# These keep a balance that the database never lets fall below zero: nobody can be paid twice out of them.
GUARDED = (AccountKind.ESCROW, AccountKind.REFUND_DUE, AccountKind.WALLET, AccountKind.PAYOUT_DUE)


class TransactionKind(models.TextChoices):
    """Why money moved."""

    CAPTURE = "capture", "capture"  # gateway -> escrow
    RELEASE = "release", "release"  # escrow -> payable, commission and tax, when a booking closes
    FEE = "fee", "fee"  # the same with what is kept of a cancelled, moved or missed visit
    REFUND = "refund", "refund"  # escrow -> refund due, when a refund is asked for
    REFUND_PAID = "refund_paid", "refund paid"  # refund due -> gateway, when the gateway has done it
    CHARGEBACK = "chargeback", "chargeback"  # the customer's bank took a payment back
    CHARGEBACK_WON = "chargeback_won", "chargeback won"  # and gave it back
    COUNTER = "counter", "counter"  # paid in cash to the provider, who owes the commission
    PAYOUT = "payout", "payout"  # payable -> payout due, when a run pays a provider
    PAYOUT_PAID = "payout_paid", "payout paid"  # payout due -> gateway or bank, when it has arrived
    GATEWAY_FEE = "gateway_fee", "gateway fee"  # fees -> gateway, what it keeps of what it holds for us
    GATEWAY_PAYOUT = "gateway_payout", "gateway payout"  # gateway -> bank, what it sends to our bank account
    COMPENSATION = "compensation", "compensation"  # payable -> wallet, when the provider broke its word
    REVERSAL = "reversal", "reversal"  # undoes one earlier transaction


class WalletPayoutState(models.TextChoices):
    """Where a sum on its way from a wallet to a bank account stands."""

    ASKED = "asked", _("On its way")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Back in the wallet")


class PaymentStatus(models.TextChoices):
    """Where a payment stands. Only `captured` has money in it, and it never goes back."""

    CREATED = "created", "created"  # written, the gateway does not know of it yet
    PENDING = "pending", "pending"  # waiting for the customer
    AUTHORISED = "authorised", "authorised"  # held on the card, not taken
    CAPTURED = "captured", "captured"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class CounterMeans(models.TextChoices):
    """How a customer paid at the counter. Empty: it was noted with the visit's end, and nobody said how."""

    CASH = "cash", "cash"
    TERMINAL = "terminal", "terminal"  # the shop's own card terminal


class PaymentHint(models.TextChoices):
    """What a payment that waits is waiting for, or why one failed, as far as the gateway says."""

    NONE = "", "nothing"
    STEP_UP = "step_up", "step up"  # the customer's bank asks them to confirm
    DECLINED = "declined", "declined"
    EXPIRED_CARD = "expired_card", "expired card"
    LAPSED = "lapsed", "lapsed"  # what was held on the card is free again: nobody took it in time


class DisputeStatus(models.TextChoices):
    """Where a chargeback stands. Open and lost, the money is with the customer."""

    OPEN = "open", "open"
    WON = "won", "won"
    LOST = "lost", "lost"


LIVE = (PaymentStatus.CREATED, PaymentStatus.PENDING)


class RefundStatus(models.TextChoices):
    """Where a refund stands. Asked for, its money has left escrow already."""

    REQUESTED = "requested", "requested"
    DONE = "done", "done"
    FAILED = "failed", "failed"  # the gateway refuses for good: a person must look


class PayoutResult(models.TextChoices):
    """What a gateway says of money that it was to send to a provider."""

    PENDING = "pending", "pending"  # on its way: ask again with the same key
    PAID = "paid", "paid"
    FAILED = "failed", "failed"  # it came back, or never left


class PayeeStatus(models.TextChoices):
    """Whether a gateway pays a provider to the account that it keeps for it."""

    MISSING = "missing", _("something is missing")  # the gateway waits for the provider
    REVIEW = "review", _("being checked")  # the gateway looks at what it has
    ENABLED = "enabled", _("ready")
    REJECTED = "rejected", _("turned down")  # for good: the gateway does not pay this provider


class PayeeNeed(models.TextChoices):
    """What a gateway still asks a provider for."""

    BUSINESS = "business", _("what the business does, its name and address")
    PERSON = "person", _("who represents it: name, birthday, address")
    OWNERS = "owners", _("who owns and leads it")
    DOCUMENT = "document", _("a document that shows who they are")
    TAX_ID = "tax_id", _("its register or tax number")
    BANK = "bank", _("the bank account to pay to")
    TERMS = "terms", _("agreement to the payment company's terms")
    OTHER = "other", _("something else, which its page names")


class PayoutWay(models.TextChoices):
    """How a payout reaches the provider."""

    FILE = "file", _("bank file")  # a pain.001 file that operators give to the bank
    GATEWAY = "gateway", _("through the gateway")
    HAND = "hand", _("by hand")  # operators send it somehow, and say so


class PayoutStatus(models.TextChoices):
    """Where a payout stands. Planned, its money has left the provider's balance already."""

    PLANNED = "planned", _("planned")
    SENT = "sent", _("on its way")  # in a bank's file, or the gateway was asked
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")  # its money is the provider's balance again


class Movement(models.TextChoices):
    """What moved money at a gateway. The ledger's kinds of the same name say what moved it here."""

    CAPTURE = "capture", "capture"
    REFUND_PAID = "refund_paid", "refund paid"
    PAYOUT = "payout_paid", "payout paid"
    CHARGEBACK = "chargeback", "chargeback"
    CHARGEBACK_WON = "chargeback_won", "chargeback won"
    FEE = "gateway_fee", "gateway fee"
    TO_BANK = "gateway_payout", "gateway payout"  # negative when it leaves, positive when it came back
    OTHER = "other", "other"


class DifferenceKind(models.TextChoices):
    """Why a gateway's report and our ledger differ."""

    NOT_BOOKED = "not_booked", "not booked"  # the gateway moved money that the ledger does not know
    NOT_REPORTED = "not_reported", "not reported"  # the ledger says so, and the gateway does not
    AMOUNT = "amount", "amount"  # both know of it, with other amounts
    TWICE = "twice", "twice"  # the gateway moved it more than once
    # It sent more to our bank than the ledger says that it held: the ledger does not know of something.
    MORE_THAN_HELD = "more_than_held", "more than held"
