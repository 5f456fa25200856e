"""Workers are killed at any moment of a payout run: afterwards each provider was paid once."""

import os
import random
import signal
import time
from datetime import datetime, timedelta

import pytest
from django.db import connections

from common import clock
from payments import services
from payments.enums import AccountKind, PayoutStatus, PayoutWay, TransactionKind
from payments.models import Payout, PayoutRun
from payments.rules.payouts import Terms
from payments.sandbox.models import SandboxPayout
from payments.selectors import provider_balance
from payments.services.ledger import Account, Cause, Line, post
from providers.models import Provider
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.factories import make_provider, make_user
from tests.proof.conftest import FULL

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

KILLS = 100 if FULL else 8
PROVIDERS = 400 if FULL else 24
WORKERS = 2
# How long a worker lives, in seconds: it is killed while it connects, plans, sends or notes the answer.
LIVES = (0.02, 0.25)
KEY = "the-run"


def earn(number: int) -> Provider:
    """A provider to whom something is owed: every second one is paid through the gateway, the others by file."""
    provider = make_provider()
    post(
        kind=TransactionKind.RELEASE,
        booking_ref=f"HA-{number}",
        entries=[
            Line(Account(AccountKind.GATEWAY, "sandbox"), -owed(number), "EUR"),
            Line(Account(AccountKind.PAYABLE, provider.public_id), owed(number), "EUR"),
        ],
        actor="system",
        cause=Cause("payment", f"pay_{number}"),
    )
    if number % 2:
        services.set_payout_terms(provider=provider, terms=Terms(way=PayoutWay.GATEWAY), actor="system")
    else:
        account = by_iban(holder="Shop", iban="FI2112345600000785")
        set_bank_account(provider=provider, account=account, user=make_user())
    return provider


def owed(number: int) -> int:
    return 1000 + number


def begin_worker(at: datetime) -> int:
    """A process of its own that does what the worker does, again and again; answers its id."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        connections.close_all()
        with clock.at(at):
            services.start_run(key=KEY, actor="system")
            while True:
                services.plan_runs()
                services.send_payouts()
    finally:
        os._exit(1)


def end(worker: int) -> None:
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


def test_each_provider_is_paid_once_whenever_workers_are_killed(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]  # pytest-django's
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    providers = [earn(number) for number in range(PROVIDERS)]
    start = clock.now() + timedelta(days=4)

    for kill in range(0, KILLS, WORKERS):
        # Later each time, so that what a killed worker was about to ask the gateway is due again.
        workers = [begin_worker(start + timedelta(hours=2 * kill)) for _ in range(WORKERS)]
        for worker in workers:
            time.sleep(dice.uniform(*LIVES))
            end(worker)
    with clock.at(start + timedelta(days=40)):
        services.start_run(key=KEY, actor="system")
        services.plan_runs()
        while services.send_payouts():
            pass

    assert PayoutRun.objects.get().planned_at is not None
    paid = {payout.provider_id: payout for payout in Payout.objects.all()}
    assert Payout.objects.count() == len(paid) == PROVIDERS
    sent = dict(SandboxPayout.objects.values_list("merchant_reference", "amount"))
    for number, provider in enumerate(providers):
        payout = paid[provider.pk]
        assert payout.amount == owed(number)
        assert provider_balance(provider.public_id, "EUR") == 0
        if number % 2:
            assert payout.status == PayoutStatus.PAID
            assert sent.pop(payout.public_id) == owed(number)
    assert not sent
    assert SandboxPayout.objects.count() == PROVIDERS // 2
    assert services.verify() == []
