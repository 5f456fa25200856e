"""Chargebacks: the customer's bank takes a payment back, and may give it back."""

import logging
from collections import defaultdict

from django.db.models import Sum

from common import clock
from common.money import shares
from payments import events
from payments.enums import AccountKind, DisputeStatus, TransactionKind
from payments.gateways.base import DisputeState
from payments.models import Dispute, LedgerEntry, LedgerTransaction, Payment
from payments.selectors import held_amount
from payments.services.ledger import Account, Cause, Line, post
from payments.services.locks import lock_payment
from payments.services.news import tell

log = logging.getLogger(__name__)

# What a booking's money became once it left escrow.
_EARNED = (
    TransactionKind.RELEASE,
    TransactionKind.FEE,
    TransactionKind.CHARGEBACK,
    TransactionKind.CHARGEBACK_WON,
)
_NOT_EARNED = (AccountKind.GATEWAY, AccountKind.ESCROW, AccountKind.REFUND_DUE)


def follow_dispute(state: DisputeState, *, payment_pk: int, actor: str) -> None:
    """Bring a chargeback to what the gateway says of it, once. Within a transaction that holds the owner and the
    payment.

    Opened: the money leaves escrow as far as it is there, and the rest is taken back from whoever got it, in the same
    shares. Won: it all goes back to where it came from.
    """
    payment = lock_payment(payment_pk)
    found = Dispute.objects.select_for_update().filter(payment=payment, gateway_ref=state.gateway_ref).first()
    if found is None:
        if state.currency != payment.currency or not 0 < state.amount <= payment.amount:
            log.error("payment %s: the gateway disputes %s", payment.public_id, state)
            return
        found = _open(payment, state, actor)
    if found.status != DisputeStatus.OPEN or state.status == DisputeStatus.OPEN:
        return
    found.status, found.closed_at = state.status, clock.now()
    found.save(update_fields=["status", "closed_at"])
    if state.status == DisputeStatus.WON:
        _give_back(found, payment, actor)
    type_ = events.DISPUTE_WON if state.status == DisputeStatus.WON else events.DISPUTE_LOST
    _tell(found, type_, actor)


def _open(payment: Payment, state: DisputeState, actor: str) -> Dispute:
    dispute = Dispute.objects.create(
        payment=payment,
        gateway_ref=state.gateway_ref,
        amount=state.amount,
        currency=state.currency,
        reason=state.reason[:64],
        respond_by=state.respond_by,
    )
    post(
        kind=TransactionKind.CHARGEBACK,
        booking_ref=payment.booking_ref,
        entries=_taken_from(payment, state.amount),
        actor=actor,
        cause=Cause("dispute", dispute.public_id),
    )
    _tell(dispute, events.DISPUTE_OPENED, actor)
    return dispute


def _taken_from(payment: Payment, amount: int) -> list[Line]:
    """Who gives `amount` back: escrow first, then those who earned it, in their shares; what is beyond that (it was
    refunded before) is the provider's loss."""
    ref, currency = payment.booking_ref, payment.currency
    lines = [Line(Account(AccountKind.GATEWAY, payment.gateway), amount, currency)]
    from_escrow = min(amount, held_amount(ref))
    if from_escrow:
        lines.append(Line(Account(AccountKind.ESCROW, ref), -from_escrow, currency))
    rest = amount - from_escrow
    earned = {who: sum_ for who, sum_ in _earned(ref, currency).items() if sum_ > 0}
    from_earned = min(rest, sum(earned.values()))
    for who, part in zip(earned, shares(from_earned, list(earned.values())), strict=True):
        lines.append(Line(who, -part, currency))
    lines.append(Line(Account(AccountKind.PAYABLE, payment.provider_id), -(rest - from_earned), currency))
    return lines


def _earned(booking_ref: str, currency: str) -> dict[Account, int]:
    rows = (
        LedgerEntry.objects.filter(
            transaction__booking_ref=booking_ref, transaction__kind__in=_EARNED, currency=currency
        )
        .exclude(account__kind__in=_NOT_EARNED)
        .values("account__kind", "account__owner")
        .annotate(sum=Sum("amount"))
        .order_by("account__kind", "account__owner")
    )
    earned: dict[Account, int] = defaultdict(int)
    for row in rows:
        earned[Account(AccountKind(row["account__kind"]), row["account__owner"])] += row["sum"]
    return earned


def _give_back(dispute: Dispute, payment: Payment, actor: str) -> None:
    taken = LedgerTransaction.objects.get(
        kind=TransactionKind.CHARGEBACK, cause_type="dispute", cause_id=dispute.public_id
    )
    post(
        kind=TransactionKind.CHARGEBACK_WON,
        booking_ref=payment.booking_ref,
        entries=[
            Line(Account(AccountKind(each.account.kind), each.account.owner), -each.amount, each.currency)
            for each in taken.entries.select_related("account").order_by("pk")
        ],
        actor=actor,
        cause=Cause("dispute", dispute.public_id),
    )


def _tell(dispute: Dispute, type_: str, actor: str) -> None:
    payment = lock_payment(dispute.payment_id)
    tell(
        payment,
        type_,
        actor=actor,
        dispute=dispute.public_id,
        dispute_amount=dispute.amount,
        provider=payment.provider_id,
        reason=dispute.reason,
    )
