"""What payments refuses, with codes."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class UnknownPayment(DomainError):
    """A gateway speaks of a payment that is not ours."""

    code = "unknown_payment"
    status = 404
    title = _("There is no such payment.")


class InvalidAmount(DomainError):
    """The amount is not a positive number of minor units, or the currency is not three capital letters."""

    code = "invalid_amount"
    title = _("This amount cannot be paid.")


class InsufficientFunds(DomainError):
    """An account that must not fall below zero would."""

    code = "insufficient_funds"
    status = 409
    title = _("There is not enough money left for this.")


class RefundTooMuch(DomainError):
    """More is asked back than was paid and is still held for the booking."""

    code = "refund_too_much"
    status = 409
    title = _("That is more than was paid.")


class AlreadyPaid(DomainError):
    """The payment at the counter was noted before."""

    code = "already_paid"
    status = 409
    title = _("This has been paid already.")


class NotPaidAtCounter(DomainError):
    """Nothing that was taken at the counter stands for the booking."""

    code = "not_paid_at_counter"
    status = 409
    title = _("Nothing was taken at the counter for this visit.")


class PaymentClosed(DomainError):
    """The payment was replaced or cancelled while it was being opened."""

    code = "payment_closed"
    status = 409
    title = _("This payment was closed. Please start again.")


class PaymentMethodUnavailable(DomainError):
    """There is no gateway for this method here."""

    code = "payment_method_unavailable"
    title = _("You cannot pay this way here.")


class GatewayUnavailable(DomainError):
    """The gateway did not answer in time. It may have acted: ask again with the same key."""

    code = "gateway_unavailable"
    status = 503
    title = _("The payment service does not answer. Nothing was lost: try again in a moment.")


class GatewayRefused(DomainError):
    """The gateway answered, and will not do it however often it is asked."""

    code = "gateway_refused"
    status = 502
    title = _("The payment service refused this.")


class WebhookInvalid(DomainError):
    """A webhook whose signature, age or form is wrong."""

    code = "webhook_invalid"
    status = 400
    title = _("This message is not signed as it must be.")


class WebhookTooLarge(DomainError):
    """A webhook with a longer body than any gateway sends."""

    code = "webhook_too_large"
    status = 413
    title = _("This message is too long.")


class DifferenceSettled(DomainError):
    """Somebody has settled this difference between a gateway and the ledger, or it is gone."""

    code = "difference_settled"
    status = 409
    title = _("This is settled already.")


class NoteMissing(DomainError):
    """A difference is settled with a word about how."""

    code = "note_missing"
    title = _("Write down how it was settled.")


class PolicyOutOfBounds(DomainError):
    """The terms go beyond what the marketplace allows; `fields` names them."""

    code = "policy_out_of_bounds"
    title = _("The marketplace does not allow terms like these.")


class RateInvalid(DomainError):
    """A commission or VAT of more than half, or tiers that do not rise. `field` says which."""

    code = "rate_invalid"
    title = _("A rate is between 0 and 50 %, and each step begins at a higher turnover than the one before.")


class PayoutFileNotSetUp(DomainError):
    """The marketplace's own bank account is not among the settings."""

    code = "payout_file_not_set_up"
    status = 409
    title = _("There is no bank account to pay from: PAYOUT_HOLDER and PAYOUT_IBAN are not set.")


class PayoutFileEmpty(DomainError):
    """The run has nothing for a bank in this currency, or is still being made."""

    code = "payout_file_empty"
    status = 409
    title = _("There is nothing for the bank in this run.")


class PayoutEnded(DomainError):
    """The payout has failed, or is being paid by somebody else."""

    code = "payout_ended"
    status = 409
    title = _("This payout has ended otherwise.")


class PayoutsHeld(DomainError):
    """The provider is held already."""

    code = "payouts_held"
    status = 409
    title = _("This business is not paid already. Free it first.")


class PayeesNotKept(DomainError):
    """No gateway here keeps accounts for providers."""

    code = "payees_not_kept"
    status = 404
    title = _("Nothing has to be set up here to be paid.")


class CardUnknown(DomainError):
    """The card is not one that the payer keeps, or cannot be paid with: removed, past its date, of another method."""

    code = "card_unknown"
    title = _("This card cannot be used. Choose another one.")


class WalletPayoutOpen(DomainError):
    """Another sum of this wallet is on its way to a bank account."""

    code = "wallet_payout_open"
    status = 409
    title = _("Another sum is on its way to your bank account. Wait until it is there.")


class WalletPayoutEnded(DomainError):
    """It was paid or refused meanwhile."""

    code = "wallet_payout_ended"
    status = 409
    title = _("This has been paid or refused already.")


class AnotherPersonNeeded(DomainError):
    """A large sum is paid by another operator than the one who agreed to it."""

    code = "another_person_needed"
    status = 403
    title = _("One agrees to such a sum, and another pays it.")


class CommissionStale(DomainError):
    """Another operator has changed the rate meanwhile."""

    code = "commission_stale"
    status = 409
    title = _("This rate has been changed meanwhile. Look at it again.")
