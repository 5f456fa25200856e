"""What a gateway keeps for its services, and what it sends to our bank: posted as its report tells, each line once.

So the ledger's account of the gateway comes back to what it holds for us.
"""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from common.actors import gateway_actor
from payments.enums import AccountKind, Movement, TransactionKind
from payments.gateways.base import ReportLine
from payments.models import LedgerEntry, LedgerTransaction
from payments.selectors import balance
from payments.services.ledger import MARKETPLACE, Account, Cause, Line, post

CAUSE = "gateway_line"
COSTS = (Movement.FEE, Movement.TO_BANK)

# What moved, which of ours (or the gateway's name where it is none of ours: its line), and in which currency.
Key = tuple[Movement, str, str]


def reported_costs(lines: Sequence[ReportLine]) -> dict[Key, int]:
    """What the report says of fees and of our bank, by line: minor units, positive to us."""
    found: dict[Key, int] = {}
    for line in lines:
        if fee := _fee(line):
            found[Movement.FEE, line.id, line.currency] = -fee
        if line.moved == Movement.TO_BANK and line.amount:
            found[Movement.TO_BANK, line.id, line.currency] = line.amount
    return found


def booked_costs(gateway: str, lines: Sequence[ReportLine]) -> dict[Key, int]:
    """What the ledger says of the same lines."""
    names = {_cause(gateway, line.id).id: line.id for line in lines}
    rows = LedgerEntry.objects.filter(
        transaction__cause_type=CAUSE,
        transaction__cause_id__in=list(names),
        account__kind=AccountKind.GATEWAY,
        account__owner=gateway,
    ).values_list("transaction__kind", "transaction__cause_id", "currency", "amount")
    return {(Movement(kind), names[cause], currency): -amount for kind, cause, currency, amount in rows}


def book_costs(*, gateway: str, lines: Sequence[ReportLine]) -> None:
    """Post the fees and what went to our bank that are not posted yet, in transactions of their own.

    What was posted stays as it is, also when the report says another amount of it now. What the gateway says to have
    sent to our bank is not posted while it is more than the ledger says that it held: something else is not known here.
    """
    booked = booked_costs(gateway, lines)
    for key, amount in sorted(
        reported_costs(lines).items(), key=lambda each: each[0][0] != Movement.FEE
    ):  # what it kept is gone before what it sends
        moved, line, currency = key
        if key in booked:
            continue
        if moved == Movement.FEE:
            _post(TransactionKind.GATEWAY_FEE, gateway, line, amount, currency, AccountKind.FEES)
        elif -amount <= held_at(gateway, currency):
            _post(TransactionKind.GATEWAY_PAYOUT, gateway, line, amount, currency, AccountKind.BANK)


def held_at(gateway: str, currency: str) -> int:
    """What the ledger says that a gateway holds for us, in minor units."""
    return -balance(AccountKind.GATEWAY, gateway, currency)


def _fee(line: ReportLine) -> int:
    return line.fee - (line.amount if line.moved == Movement.FEE else 0)


def _post(
    kind: TransactionKind, gateway: str, line: str, amount: int, currency: str, other: AccountKind
) -> None:
    """`amount` is positive to us: what the gateway holds grows by it."""
    cause = _cause(gateway, line)
    owner = MARKETPLACE if other == AccountKind.BANK else gateway
    try:
        with transaction.atomic():
            post(
                kind=kind,
                booking_ref="",
                entries=[
                    Line(Account(AccountKind.GATEWAY, gateway), -amount, currency),
                    Line(Account(other, owner), amount, currency),
                ],
                actor=gateway_actor(gateway),
                cause=cause,
            )
    except IntegrityError:
        # Another worker has compared the same day at this moment.
        if not LedgerTransaction.objects.filter(kind=kind, cause_type=cause.type, cause_id=cause.id).exists():
            raise


def _cause(gateway: str, line: str) -> Cause:
    return Cause(CAUSE, f"{gateway}:{line}"[:64])
