"""Payout runs: who is paid what. The money leaves the provider's balance as its payout is written, in one transaction.

A run that a killed worker has left is gone on with by the next: it finds who is missing, under the lock of their
account, and a provider has one payout in a run.
"""

import logging

from django.db import transaction

from common import clock
from common.actors import SYSTEM
from payments import events, gateways
from payments.enums import AccountKind, PayoutWay, TransactionKind
from payments.models import LedgerAccount, Payout, PayoutRun
from payments.selectors.payees import pays_to
from payments.selectors.payouts import due_of, hold_on, payable_accounts, terms_of
from payments.services.ledger import Account, Cause, Line, post
from payments.services.payout_news import tell
from providers.models import Provider
from providers.selectors.bank import bank_account

log = logging.getLogger(__name__)


def start_run(*, key: str, actor: str) -> PayoutRun:
    """A run of that name (its day, for those that the clock starts): the same name is the same run.

    It pays nobody yet: `plan_runs` does, in the worker.
    """
    run, _ = PayoutRun.objects.get_or_create(key=key, defaults={"actor": actor})
    return run


def plan_runs() -> int:
    """Go on with every run that is not planned to its end; answers how many payouts were written.

    Call it outside a transaction: each payout has one of its own. Any number of workers may run this.
    """
    written = 0
    for run in PayoutRun.objects.filter(planned_at__isnull=True).order_by("pk"):
        for pk in payable_accounts().values_list("pk", flat=True):
            try:
                written += plan_payout(run=run, account_pk=pk) is not None
            except Exception:  # one bad row must not keep the others waiting for their money
                log.exception("account %s could not be paid in run %s", pk, run.public_id)
        PayoutRun.objects.filter(pk=run.pk, planned_at__isnull=True).update(planned_at=clock.now())
    return written


def plan_payout(*, run: PayoutRun, account_pk: int) -> Payout | None:
    """Write what a run pays out of one payable account (primary key). In a transaction of its own.

    None when nothing is due, it is less than the minimum, the provider is held or has no bank account. Locks the
    account's row: what two runs saw at once would be paid twice. It waits for the row and does not skip it: whoever
    has it may be posting, or a worker that dies, and the run would be over without this provider.
    """
    with transaction.atomic():
        account = (
            LedgerAccount.objects.select_for_update(no_key=True)
            .filter(pk=account_pk, kind=AccountKind.PAYABLE)
            .first()
        )
        if account is None:
            return None
        provider = Provider.objects.filter(public_id=account.owner).first()
        if provider is None or hold_on(provider):
            return None
        if Payout.objects.filter(run=run, provider=provider, currency=account.currency).exists():
            return None
        terms = terms_of(provider)
        amount = due_of(account.owner, account.currency, terms).amount(terms.minimum_in(account.currency))
        if not amount:
            return None
        payout = Payout(run=run, provider=provider, amount=amount, currency=account.currency)
        if not _choose_way(payout, terms.way, terms.destination):
            return None
        payout.save()
        post(
            kind=TransactionKind.PAYOUT,
            booking_ref="",
            entries=[
                Line(Account(AccountKind.PAYABLE, account.owner), -amount, account.currency),
                Line(Account(AccountKind.PAYOUT_DUE, payout.public_id), amount, account.currency),
            ],
            actor=SYSTEM,
            cause=Cause("payout", payout.public_id),
        )
        tell(payout, events.PAYOUT_PLANNED, actor=run.actor)
        return payout


def _choose_way(payout: Payout, way: str, destination: str) -> bool:
    """Say how it is sent; False when it cannot be: there is no account to send it to.

    A gateway pays only to an account that it calls ready: until then the bank's file does, where there is a bank
    account. Without a gateway that pays out, and for accounts that a SEPA file cannot name, operators send it by hand.
    """
    if way == PayoutWay.GATEWAY and (name := gateways.paying_out()):
        ready = pays_to(payout.provider, gateways.get(name))
        if ready is not None:
            payout.way, payout.gateway = PayoutWay.GATEWAY, name
            payout.destination = ready or destination or payout.provider.public_id
            payout.next_try_at = clock.now()
            return True
        way = PayoutWay.FILE
    account = bank_account(payout.provider)
    if account is None:
        return False
    payout.shown_account = account.masked
    in_file = way == PayoutWay.FILE and payout.currency == "EUR" and not account.bank
    payout.way = PayoutWay.FILE if in_file else PayoutWay.HAND
    return True
