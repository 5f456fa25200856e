"""Open time kept for search stays true while many book and give back the same day at once."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation, OpenKept
from bookings.services import keeping
from common import clock
from providers.models import HoursRule, Outlet, StaffMember
from tests import factories as make
from tests.keeping import check_kept, keep

CLIENTS, ROUNDS = 6, 25


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_is_true_after_many_booked_and_gave_back_at_once() -> None:
    outlet = make.make_outlet(open_always=True)
    people = [make.make_staff(outlet) for _ in range(2)]
    make.make_service(outlet, staff=people)
    keep()
    failed: list[DatabaseError] = []
    threads = [threading.Thread(target=_client, args=(n, outlet, people, failed)) for n in range(CLIENTS)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    check_kept()
    keep()
    assert not OpenKept.objects.filter(until__lt=keeping.today()).exists()
    check_kept()


def _client(number: int, outlet: Outlet, people: list[StaffMember], failed: list[DatabaseError]) -> None:
    chance = random.Random(number)
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    mine: list[Allocation] = []
    try:
        for turn in range(ROUNDS):
            with transaction.atomic():
                if mine and chance.random() < 0.4:
                    Allocation.objects.filter(pk=mine.pop().pk).update(live=False)
                # Everybody has minutes of their own, so that quarters are shared and nobody is refused.
                start = day + timedelta(minutes=60 * chance.randrange(20) + 10 * number)
                period = TimestamptzRange(start, start + timedelta(minutes=10))
                person = chance.choice(people)
                if not Allocation.objects.filter(live=True, staff=person, period__overlap=period).exists():
                    mine.append(Allocation.objects.create(kind="block", staff=person, period=period))
            if number == 0 and turn % 5 == 0:
                HoursRule.objects.filter(outlet=outlet, weekday=turn % 7).update(
                    every_weeks=1, valid_from=day.date()
                )
            if number == 1 and turn % 5 == 0:
                keeping.keep_due()
    except DatabaseError as error:
        failed.append(error)
    finally:
        connection.close()
