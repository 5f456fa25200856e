"""Comparing what each gateway reports of a day with the ledger, and settling what differs."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from common import audit, clock
from common.actors import SYSTEM
from common.errors import DomainError, NotFound
from payments import gateways
from payments.enums import AccountKind, DifferenceKind, Movement, RefundStatus
from payments.errors import DifferenceSettled, GatewayRefused, GatewayUnavailable, NoteMissing, PaymentClosed
from payments.gateways.base import ReportLine
from payments.models import Dispute, GatewayDay, GatewayDifference, LedgerEntry, Payment, Refund
from payments.services.gateway_costs import (
    COSTS,
    Key,
    book_costs,
    booked_costs,
    held_at,
    reported_costs,
)
from payments.services.reconcile import sync_payment
from payments.services.refunds import carry_out_refund

log = logging.getLogger(__name__)

NOTE_LENGTH = 500
# Compared again, so that what came late is seen.
DAYS_BACK = 3
# Laid beside the ledger day by day; fees and what goes to our bank are booked by the report itself, line by line.
_BOOKED = [each for each in Movement if each not in (Movement.OTHER, *COSTS)]


@dataclass(slots=True)
class _Side:
    amount: int = 0
    times: int = 0
    gateway_ref: str = ""
    payment_id: str = ""


def compare_day(*, gateway: str, day: date) -> int:
    """Compare the gateway's report of a day (UTC) with the ledger; answers how many differences are open. Its fees and
    what it sent to our bank are posted first, once.

    Repeatable: what has come right since is settled by itself, what an operator settled stays so. Call it outside a
    transaction: the gateway is asked. Raises NotFound, GatewayUnavailable, GatewayRefused.
    """
    there = gateways.get(gateway)
    report = there.report(day)
    book_costs(gateway=gateway, lines=report)
    lines = [line for line in report if line.moved not in COSTS]
    reported = _by_key(lines)
    booked = _booked_on(gateway, day)
    known = booked | _booked_ever(gateway, [key for key in reported if key not in booked])
    missing = [key for key in booked if key not in reported]
    if missing:  # told of on the other side of midnight
        today = clock.now().date()
        near = [line for other in (day - DAY, day + DAY) if other <= today for line in there.report(other)]
        elsewhere = _by_key(near)
        missing = [key for key in missing if key not in elsewhere]
    found: dict[tuple[DifferenceKind, Key], tuple[int, _Side]] = {}
    for key, side in reported.items():
        ours = known.get(key)
        if ours is None:
            found[DifferenceKind.NOT_BOOKED, key] = (0, side)
        elif ours != side.amount:
            twice = side.times > 1 and side.amount == ours * side.times
            kind = DifferenceKind.TWICE if twice else DifferenceKind.AMOUNT
            found[kind, key] = (ours, side)
    for key in missing:
        found[DifferenceKind.NOT_REPORTED, key] = (booked[key], _Side(payment_id=_payment_of(*key[:2])))
    with transaction.atomic():
        found |= _compare_costs(gateway, report)
        _note_sums(gateway, day, lines, booked, report)
        return _note_differences(gateway, day, found)


DAY = timedelta(days=1)


def _compare_costs(
    gateway: str, report: list[ReportLine]
) -> dict[tuple[DifferenceKind, Key], tuple[int, _Side]]:
    """Where fees, and what went to our bank, differ from what was posted of the same lines."""
    booked, by_id = booked_costs(gateway, report), {line.id: line for line in report}
    found: dict[tuple[DifferenceKind, Key], tuple[int, _Side]] = {}
    for key, amount in reported_costs(report).items():
        ours = booked.get(key)
        if ours == amount:
            continue
        line = by_id[key[1]]
        side = _Side(amount=amount, times=1, gateway_ref=line.gateway_ref, payment_id=line.payment)
        if ours is None:
            # A fee is always posted; what went to our bank is not while it is more than was held.
            found[DifferenceKind.MORE_THAN_HELD, key] = (-held_at(gateway, key[2]), side)
        else:
            found[DifferenceKind.AMOUNT, key] = (ours, side)
    return found


def compare_days() -> int:
    """Compare the last days of every gateway; answers how many differences are open. A gateway that does not answer
    is compared the next time."""
    open_ = 0
    today = clock.now().date()
    for gateway in gateways.remote():
        for back in range(1, DAYS_BACK + 1):
            try:
                open_ += compare_day(gateway=gateway.name, day=today - back * DAY)
            except (GatewayUnavailable, GatewayRefused) as error:
                log.warning("%s reports nothing of %s: %s", gateway.name, today - back * DAY, error.code)
    return open_


def look_again(*, difference: str, actor: str) -> GatewayDifference:
    """Ask the gateway about what differs, and compare its day anew. Call it outside a transaction.

    Raises NotFound, DifferenceSettled, GatewayUnavailable, GatewayRefused.
    """
    found = _find(difference)
    if found.settled_at:
        raise DifferenceSettled
    audit.record(actor=actor, action="difference.looked_at", object_type="difference", object_id=difference)
    if found.payment_id:
        try:
            sync_payment(payment_id=found.payment_id)
            for refund in Refund.objects.filter(
                payment__public_id=found.payment_id, status=RefundStatus.REQUESTED
            ):
                carry_out_refund(refund_id=refund.public_id)
        except PaymentClosed:
            pass
        except DomainError as error:
            log.warning("difference %s: %s", difference, error.code)
    compare_day(gateway=found.gateway, day=found.day)
    return _find(difference)


def settle_difference(*, difference: str, note: str, actor: str) -> GatewayDifference:
    """An operator has settled what differs outside of these books (given back at the gateway, say), and writes how.

    Raises NotFound, DifferenceSettled, NoteMissing.
    """
    words = note.strip()[:NOTE_LENGTH]
    if not words:
        raise NoteMissing
    with transaction.atomic():
        found = GatewayDifference.objects.select_for_update().filter(public_id=difference).first()
        if found is None:
            raise NotFound
        if found.settled_at:
            raise DifferenceSettled
        found.settled_at, found.settled_by, found.note = clock.now(), actor, words
        found.save(update_fields=["settled_at", "settled_by", "note"])
        audit.record(actor=actor, action="difference.settled", object_type="difference", object_id=difference)
        return found


def _find(public_id: str) -> GatewayDifference:
    found = GatewayDifference.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def _by_key(lines: list[ReportLine]) -> dict[Key, _Side]:
    sides: dict[Key, _Side] = defaultdict(_Side)
    for line in lines:
        side = sides[line.moved, line.reference or line.gateway_ref, line.currency]
        side.amount += line.amount
        side.times += 1
        side.gateway_ref, side.payment_id = line.gateway_ref, line.payment
    return dict(sides)


def _booked_on(gateway: str, day: date) -> dict[Key, int]:
    start = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    return _booked(gateway, transaction__at__gte=start, transaction__at__lt=start + DAY)


def _booked_ever(gateway: str, keys: list[Key]) -> dict[Key, int]:
    if not keys:
        return {}
    names = [reference for _moved, reference, _currency in keys]
    disputes = Dispute.objects.filter(gateway_ref__in=names, payment__gateway=gateway)
    return _booked(gateway, transaction__cause_id__in=[*names, *disputes.values_list("public_id", flat=True)])


def _booked(gateway: str, **which: object) -> dict[Key, int]:
    """What the ledger says of the gateway's account: positive to us, by what moved and the id that a report names."""
    rows = (
        LedgerEntry.objects.filter(
            account__kind=AccountKind.GATEWAY,
            account__owner=gateway,
            transaction__kind__in=_BOOKED,
            **which,
        )
        .values_list("transaction__kind", "transaction__cause_id", "currency")
        .annotate(sum=Sum("amount"))
    )
    found = list(rows)
    disputes = dict(
        Dispute.objects.filter(public_id__in=[cause for _kind, cause, *_ in found]).values_list(
            "public_id", "gateway_ref"
        )
    )
    return {
        (Movement(kind), disputes.get(cause, cause), currency): -sum_ for kind, cause, currency, sum_ in found
    }


def _payment_of(moved: Movement, reference: str) -> str:
    """The payment that a movement of ours is about; empty when it is none."""
    payments = Payment.objects.all()
    if moved == Movement.CAPTURE:
        payments = payments.filter(public_id=reference)
    elif moved == Movement.REFUND_PAID:
        payments = payments.filter(refunds__public_id=reference)
    elif moved in (Movement.CHARGEBACK, Movement.CHARGEBACK_WON):
        payments = payments.filter(disputes__gateway_ref=reference)
    else:
        return ""
    return payments.values_list("public_id", flat=True).first() or ""


def _note_sums(
    gateway: str, day: date, lines: list[ReportLine], booked: dict[Key, int], report: list[ReportLine]
) -> None:
    costs, posted = reported_costs(report), booked_costs(gateway, report)
    currencies = {line.currency for line in report} | {currency for _moved, _ref, currency in booked}
    for currency in sorted(currencies):
        here = [line for line in lines if line.currency == currency]
        GatewayDay.objects.update_or_create(
            gateway=gateway,
            day=day,
            currency=currency,
            defaults={
                "reported": sum(line.amount for line in here),
                "booked": sum(amount for key, amount in booked.items() if key[2] == currency),
                "fees": -_sum_of(costs, Movement.FEE, currency),
                "fees_booked": -_sum_of(posted, Movement.FEE, currency),
                "to_bank": -_sum_of(costs, Movement.TO_BANK, currency),
                "to_bank_booked": -_sum_of(posted, Movement.TO_BANK, currency),
                "lines": len(here),
                "compared_at": clock.now(),
            },
        )


def _sum_of(costs: dict[Key, int], moved: Movement, currency: str) -> int:
    return sum(amount for key, amount in costs.items() if (key[0], key[2]) == (moved, currency))


def _note_differences(
    gateway: str, day: date, found: dict[tuple[DifferenceKind, Key], tuple[int, _Side]]
) -> int:
    now = clock.now()
    standing = set()
    for (kind, (moved, reference, currency)), (ours, side) in found.items():
        payment = side.payment_id or _payment_of(moved, reference)
        row, _made = GatewayDifference.objects.get_or_create(
            gateway=gateway,
            kind=kind,
            moved=moved,
            reference=reference,
            currency=currency,
            defaults={
                "gateway_ref": side.gateway_ref,
                "day": day,
                "booked": ours,
                "reported": side.amount,
                "payment_id": payment if Payment.objects.filter(public_id=payment).exists() else "",
                "found_at": now,
            },
        )
        standing.add(row.pk)
        # Gone once, and here again.
        if row.settled_by == SYSTEM:
            GatewayDifference.objects.filter(pk=row.pk).update(settled_at=None, settled_by="", found_at=now)
    open_ = GatewayDifference.objects.filter(gateway=gateway, day=day, settled_at__isnull=True)
    open_.exclude(pk__in=standing).update(settled_at=now, settled_by=SYSTEM)
    return open_.count()
