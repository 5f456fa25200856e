"""From a wallet to a bank account: what came from nowhere else, such as what a business gave for a broken word.

The person asks, operators pay it by hand and say so; above the limit for refunds one agrees and another pays.
"""

from django.db import IntegrityError, transaction

from common import audit, clock, events
from common.actors import user_actor
from common.errors import NotFound
from payments.enums import AccountKind, TransactionKind, WalletPayoutState
from payments.errors import (
    AnotherPersonNeeded,
    InsufficientFunds,
    InvalidAmount,
    WalletPayoutEnded,
    WalletPayoutOpen,
)
from payments.events import (
    WALLET_PAYOUT_AGREED,
    WALLET_PAYOUT_ASKED,
    WALLET_PAYOUT_PAID,
    WALLET_PAYOUT_REFUSED,
)
from payments.models import LedgerTransaction, WalletPayout
from payments.selectors.refunds import refund_limit
from payments.selectors.wallets import payable_out
from payments.services.ledger import MARKETPLACE, Account, Cause, Line, post, reverse
from providers.errors import OwnCause
from providers.rules.bank import Account as BankAccount
from providers.rules.bank import shown

CAUSE = "wallet_payout"
# Each happens once at most, in this order.
_STEPS = {WALLET_PAYOUT_ASKED: 1, WALLET_PAYOUT_AGREED: 2, WALLET_PAYOUT_PAID: 3, WALLET_PAYOUT_REFUSED: 3}


def ask_wallet_payout(
    *, user_id: str, currency: str, amount: int, account: BankAccount, actor: str
) -> WalletPayout:
    """A user (public id) wants `amount` minor units of their wallet in a bank account (with an IBAN): it leaves the
    wallet at once, and waits for operators. One at a time in a currency.

    Raises InvalidAmount, InsufficientFunds (more than came from nowhere else is in it), WalletPayoutOpen.
    """
    if amount <= 0 or not account.has_iban:
        raise InvalidAmount
    try:
        with transaction.atomic():
            if amount > payable_out(user_id, currency):
                raise InsufficientFunds
            found = WalletPayout.objects.create(
                user=user_id,
                amount=amount,
                currency=currency,
                holder=account.holder,
                iban=account.number,
                shown_account=shown(account.country, account.number[-4:]),
                needs_second=amount > refund_limit(currency),
            )
            post(
                kind=TransactionKind.PAYOUT,
                booking_ref="",
                entries=[
                    Line(Account(AccountKind.WALLET, user_id), -amount, currency),
                    Line(Account(AccountKind.PAYOUT_DUE, found.public_id), amount, currency),
                ],
                actor=actor,
                cause=Cause(CAUSE, found.public_id),
            )
            _tell(found, WALLET_PAYOUT_ASKED, actor)
    except IntegrityError as error:
        if "wallet_payout_one_open_per_wallet" in str(error):
            raise WalletPayoutOpen from error
        raise
    return found


def agree_to_wallet_payout(*, payout_id: str, actor: str) -> WalletPayout:
    """An operator agrees to a large one; another pays it. Agreed to before: nothing more. Raises NotFound,
    WalletPayoutEnded, OwnCause."""
    with transaction.atomic():
        found = _open(payout_id, actor)
        if not found.agreed_by:
            found.agreed_by, found.agreed_at = actor, clock.now()
            found.save(update_fields=["agreed_by", "agreed_at"])
            _tell(found, WALLET_PAYOUT_AGREED, actor)
        return found


def finish_wallet_payout(*, payout_id: str, actor: str) -> WalletPayout:
    """An operator has paid it from the marketplace's bank account. Raises NotFound, WalletPayoutEnded, OwnCause,
    AnotherPersonNeeded (a large one that nobody agreed to, or only the actor did)."""
    with transaction.atomic():
        found = _open(payout_id, actor)
        if found.needs_second and found.agreed_by in ("", actor):
            raise AnotherPersonNeeded
        post(
            kind=TransactionKind.PAYOUT_PAID,
            booking_ref="",
            entries=[
                Line(Account(AccountKind.PAYOUT_DUE, found.public_id), -found.amount, found.currency),
                Line(Account(AccountKind.BANK, MARKETPLACE), found.amount, found.currency),
            ],
            actor=actor,
            cause=Cause(CAUSE, found.public_id),
        )
        return _end(found, WalletPayoutState.PAID, actor)


def refuse_wallet_payout(*, payout_id: str, actor: str) -> WalletPayout:
    """It cannot be paid there, or the bank sent it back: it is in the wallet again. Raises NotFound,
    WalletPayoutEnded, OwnCause."""
    with transaction.atomic():
        found = _open(payout_id, actor)
        posted = LedgerTransaction.objects.get(
            kind=TransactionKind.PAYOUT, cause_type=CAUSE, cause_id=found.public_id
        )
        reverse(original=posted, actor=actor)
        return _end(found, WalletPayoutState.REFUSED, actor)


def _open(payout_id: str, actor: str) -> WalletPayout:
    """The locked row, which waits. Nobody decides about their own money."""
    found = WalletPayout.objects.select_for_update(no_key=True).filter(public_id=payout_id).first()
    if found is None:
        raise NotFound
    if actor == user_actor(found.user):
        raise OwnCause
    if found.state != WalletPayoutState.ASKED:
        raise WalletPayoutEnded
    return found


def _end(found: WalletPayout, state: WalletPayoutState, actor: str) -> WalletPayout:
    found.state, found.ended_by, found.ended_at = state, actor, clock.now()
    found.holder = found.iban = ""
    found.save(update_fields=["state", "ended_by", "ended_at", "holder", "iban"])
    _tell(found, WALLET_PAYOUT_PAID if state == WalletPayoutState.PAID else WALLET_PAYOUT_REFUSED, actor)
    return found


def _tell(found: WalletPayout, type_: str, actor: str) -> None:
    """The event of what happened to it, for its person, and the audit row."""
    facts = {"amount": found.amount, "currency": found.currency, "account": found.shown_account}
    audit.record(
        actor=actor,
        action=type_,
        object_type="wallet",
        object_id=found.user,
        chained=True,
        payout=found.public_id,
        **facts,
    )
    events.publish(
        subject_type=CAUSE,
        subject_id=found.public_id,
        seq=_STEPS[type_],
        type=type_,
        actor=actor,
        payload={"user": found.user, **facts},
    )
