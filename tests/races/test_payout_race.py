"""A run of payouts beside somebody who has the account: the provider is paid in this run, not in the next."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from common import clock
from payments import services
from payments.models import LedgerAccount, Payout, PayoutRun
from tests.proof.test_payouts import KEY, earn

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_account_that_somebody_has_is_waited_for() -> None:
    provider = earn(0)
    taken, planning = threading.Event(), threading.Event()

    def have_it() -> None:
        try:
            with transaction.atomic():
                LedgerAccount.objects.select_for_update().get(owner=provider.public_id, kind="payable")
                taken.set()
                assert planning.wait(timeout=10)
                # Long enough for a run that would not wait to pass by.
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.3)")
        finally:
            connection.close()

    other = threading.Thread(target=have_it)
    other.start()
    assert taken.wait(timeout=10)
    with clock.at(clock.now() + timedelta(days=4)):  # what was earned is due by then
        services.start_run(key=KEY, actor="system")
        planning.set()
        services.plan_runs()
    other.join()

    assert PayoutRun.objects.get().planned_at is not None
    assert Payout.objects.get().provider == provider
