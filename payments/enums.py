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
    TAX = "tax", "tax"  # owner: a country; the VAT on the commission, to be paid to its tax office
    PAYOUT_DUE = "payout_due", "payout due"  # owner: a payout; on its way to the provider
    BANK = (
        "bank",
        "bank",
    )  # owner: the marketplace; what left its bank account and is not made up for by a gateway


# These keep a balance that the database never lets fall below zero: nobody can be paid twice out of them.
GUARDED = (AccountKind.ESCROW, AccountKind.REFUND_DUE, AccountKind.PAYOUT_DUE)


class TransactionKind(models.TextChoices):
    """Why money moved."""

    CAPTURE = "capture", "capture"  # gateway -> escrow
    RELEASE = "release", "release"  # escrow -> payable, commission and tax, when a booking closes
    FEE = "fee", "fee"  # the same with what is kept of a cancelled, moved or missed visit
    REFUND = "refund", "refund"  # escrow -> refund due, when a refund is asked for
    REFUND_PAID = "refund_paid", "refund paid"  # refund due -> gateway, when the gateway has done it
    COUNTER = "counter", "counter"  # paid in cash to the provider, who owes the commission
    PAYOUT = "payout", "payout"  # payable -> payout due, when a run pays a provider
    PAYOUT_PAID = "payout_paid", "payout paid"  # payout due -> gateway or bank, when it has arrived
    REVERSAL = "reversal", "reversal"  # undoes one earlier transaction


class PaymentStatus(models.TextChoices):
    """Where a payment stands. Only `captured` has money in it, and it never goes back."""

    CREATED = "created", "created"  # written, the gateway does not know of it yet
    PENDING = "pending", "pending"  # waiting for the customer
    CAPTURED = "captured", "captured"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class CounterMeans(models.TextChoices):
    """How a customer paid at the counter. Empty: it was noted with the visit's end, and nobody said how."""

    CASH = "cash", "cash"
    TERMINAL = "terminal", "terminal"  # the shop's own card terminal


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
