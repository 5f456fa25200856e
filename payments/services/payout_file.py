"""Payouts as a file for the bank: ISO 20022 pain.001, credit transfers in euros."""

from django.conf import settings
from django.db import transaction
from sepaxml import SepaTransfer

from accounts.models import User
from common import audit, clock
from common.actors import user_actor
from payments.enums import PayoutStatus, PayoutWay
from payments.errors import PayoutFileEmpty, PayoutFileNotSetUp
from payments.models import Payout, PayoutFile, PayoutRun
from payments.selectors.payouts import hold_on
from payments.services.payout_steps import HELD, NO_ACCOUNT, fail_payout, note_sent
from providers.models import BankAccount
from providers.selectors.bank import bank_account

CURRENCY = "EUR"
SCHEMA = "pain.001.001.09"


def make_payout_file(*, run: PayoutRun, operator: User) -> PayoutFile:
    """The bank's file of a run, made once: again it is the same, which a bank that has it refuses to pay twice.

    Its payouts are on their way from then on. A provider that is held by now, or has no IBAN any more, is left out:
    its payout has failed. Each reading stands in the audit trail. Raises PayoutFileNotSetUp, PayoutFileEmpty.
    """
    actor = user_actor(operator.public_id)
    if not settings.PAYOUT_IBAN or not settings.PAYOUT_HOLDER:
        raise PayoutFileNotSetUp
    with transaction.atomic():
        run = PayoutRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        file = PayoutFile.objects.filter(run=run, currency=CURRENCY).first()
        if file is None:
            file = _make(run, actor)
        if not file.body:
            raise PayoutFileEmpty
        audit.record(
            actor=actor,
            action="payout_file.read",
            object_type="payout_run",
            object_id=run.public_id,
            chained=True,
            message=file.message_id,
        )
        return file


def _make(run: PayoutRun, actor: str) -> PayoutFile:
    if run.planned_at is None:
        raise PayoutFileEmpty
    planned = Payout.objects.select_for_update(no_key=True, of=("self",)).filter(
        run=run, currency=CURRENCY, way=PayoutWay.FILE, status=PayoutStatus.PLANNED
    )
    orders: list[tuple[Payout, BankAccount]] = []
    for payout in planned.select_related("provider", "run").order_by("pk"):
        account = bank_account(payout.provider)
        if hold_on(payout.provider):
            fail_payout(payout_id=payout.public_id, failure=HELD, actor=actor)
        elif account is None or account.bank:
            fail_payout(payout_id=payout.public_id, failure=NO_ACCOUNT, actor=actor)
        else:
            orders.append((payout, account))
    if not orders:
        raise PayoutFileEmpty
    message_id, body = _pain_001(orders)
    for payout, account in orders:
        payout.shown_account = account.masked
        payout.save(update_fields=["shown_account"])
        note_sent(payout, actor=actor)
    return PayoutFile.objects.create(
        run=run, currency=CURRENCY, message_id=message_id, body=body, made_by=actor
    )


def _pain_001(orders: list[tuple[Payout, BankAccount]]) -> tuple[str, str]:
    """The file's own number and its text, checked against the schema of the standard."""
    debtor = {
        "name": settings.PAYOUT_HOLDER,
        "IBAN": settings.PAYOUT_IBAN,
        "batch": True,
        "currency": CURRENCY,
    }
    if settings.PAYOUT_BIC:
        debtor["BIC"] = settings.PAYOUT_BIC
    transfer = SepaTransfer(debtor, schema=SCHEMA, clean=True)
    for payout, account in orders:
        transfer.add_payment(
            {
                "name": account.holder,
                "IBAN": account.number,
                "amount": payout.amount,
                "execution_date": clock.now().date(),
                "description": f"{settings.SITE_NAME} {payout.public_id}",
                # What the bank tells back, so that its answer names the payout.
                "endtoend_id": payout.public_id,
            }
        )
    return transfer.msg_id, transfer.export(validate=True, pretty_print=True).decode()
