"""From escrow to the provider, less the commission and the VAT on it."""

from django.db import transaction

from payments import events
from payments.enums import AccountKind, PaymentStatus, TransactionKind
from payments.errors import InsufficientFunds, InvalidAmount, RefundTooMuch
from payments.models import LedgerTransaction, Payment
from payments.selectors import held_amount, on_card_amount
from payments.services.holding import release_hold, take_hold
from payments.services.ledger import Account, Cause, Line, post
from payments.services.locks import lock_owner, lock_payments
from payments.services.news import tell
from payments.services.opening import cancel_open_payments
from payments.services.refunds import refund_payment
from payments.services.shares import owed


def release_escrow(*, booking_ref: str, actor: str, key: str = "") -> LedgerTransaction | None:
    """Give the provider what is held for a closed booking, less the commission. In the caller's transaction. `key`
    names why, when it is not that the booking closed (a dispute that was won).

    None when nothing is held (paid at the counter, not paid, released before).
    """
    with transaction.atomic():
        payments = _locked(booking_ref)
        held = held_amount(booking_ref)
        if not held:
            return None
        return _earn(
            payments,
            held,
            kind=TransactionKind.RELEASE,
            type_=events.ESCROW_RELEASED,
            # Once per payment that filled escrow: what comes in after a release can be released too.
            cause=Cause("dispute", key) if key else Cause("payment", payments[-1].public_id),
            actor=actor,
        )


def keep_fee(*, booking_ref: str, amount: int, key: str, actor: str) -> LedgerTransaction | None:
    """Give the provider `amount` minor units of what is held, less the commission: for a late move of a
    booking that goes on. In the caller's transaction. The same `key` (up to 64 characters) keeps it once.

    None when the key was used before. Raises InvalidAmount, InsufficientFunds.
    """
    if amount <= 0:
        raise InvalidAmount
    with transaction.atomic():
        payments = _locked(booking_ref)
        if LedgerTransaction.objects.filter(
            kind=TransactionKind.FEE, cause_type="fee", cause_id=key
        ).exists():
            return None
        if amount > held_amount(booking_ref):
            raise InsufficientFunds
        return _earn(
            payments,
            amount,
            kind=TransactionKind.FEE,
            type_=events.FEE_KEPT,
            cause=Cause("fee", key),
            actor=actor,
        )


def settle_cancellation(
    *, booking_ref: str, keep_amount: int, actor: str, reason: str = "cancelled", wallet: str = ""
) -> None:
    """Share out what is held for a cancelled or missed booking: `keep_amount` minor units go to the provider
    less the commission, the rest goes back. Of what is held on the card only what is kept is taken, after commit;
    `payment.captured` follows, and whoever hears it keeps the fee. Closes an open payment too. `wallet`: what goes back
    goes into the wallet of this user (public id). In the caller's transaction.

    Nothing held (unpaid, or settled before): nothing moves. Raises InvalidAmount, InsufficientFunds.
    """
    if keep_amount < 0:
        raise InvalidAmount
    with transaction.atomic():
        cancel_open_payments(booking_ref=booking_ref, actor=actor)
        held, on_card = held_amount(booking_ref), on_card_amount(booking_ref)
        if not held + on_card:
            return
        if keep_amount > held + on_card:
            raise InsufficientFunds
        if keep_amount > held:
            take_hold(booking_ref=booking_ref, amount=keep_amount - held, actor=actor)
            keep_amount = held
        else:
            release_hold(booking_ref=booking_ref, actor=actor)
        if keep_amount:
            keep_fee(booking_ref=booking_ref, amount=keep_amount, key=f"{reason}:{booking_ref}", actor=actor)
        if held > keep_amount:
            refund_payment(
                booking_ref=booking_ref,
                amount=held - keep_amount,
                reason=reason,
                actor=actor,
                key=f"{reason}:{booking_ref}",
                wallet=wallet,
            )


def share_out(
    *, booking_ref: str, refund_amount: int, actor: str, key: str, reason: str = "decided"
) -> tuple[int, int]:
    """Share out what is held for a visit that somebody objected to: `refund_amount` minor units go back, the rest
    is the provider's less the commission. Answers (refunded, released). In the caller's transaction; `key` names
    the decision.

    Raises InvalidAmount, RefundTooMuch when less is held.
    """
    if refund_amount < 0:
        raise InvalidAmount
    with transaction.atomic():
        _locked(booking_ref)
        held = held_amount(booking_ref)
        if refund_amount > held:
            raise RefundTooMuch(held=held)
        if refund_amount:
            refund_payment(booking_ref=booking_ref, amount=refund_amount, reason=reason, actor=actor, key=key)
        release_escrow(booking_ref=booking_ref, actor=actor)
        return refund_amount, held - refund_amount


def _locked(booking_ref: str) -> list[Payment]:
    lock_owner(booking_ref)
    return list(lock_payments(booking_ref).filter(status=PaymentStatus.CAPTURED).exclude(method="counter"))


def _earn(
    payments: list[Payment], amount: int, *, kind: TransactionKind, type_: str, cause: Cause, actor: str
) -> LedgerTransaction:
    """Post escrow -> payable, commission and tax. The share is that of the booking's first payment."""
    first = payments[0]
    parts, ours = owed(first, amount)
    posted = post(
        kind=kind,
        booking_ref=first.booking_ref,
        entries=[
            Line(Account(AccountKind.ESCROW, first.booking_ref), -amount, first.currency),
            Line(Account(AccountKind.PAYABLE, first.provider_id), parts.earned, first.currency),
            *ours,
        ],
        actor=actor,
        cause=cause,
    )
    tell(
        first,
        type_,
        actor=actor,
        earned=parts.earned,
        commission=parts.commission,
        vat=parts.vat,
        provider=first.provider_id,
    )
    return posted
