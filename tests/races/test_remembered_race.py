"""A slot list that is told again is what would be worked out at that moment, while others take time and give it back in
transactions that end in any order. With the triggers off it is not, so the check can fail."""

import random
import threading
import time
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection, transaction
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation
from bookings.selectors.slots import ItemRequest, OutletSlots, slots_for
from providers.models import StaffMember
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 4.0


class Rush:
    """Two people of an outlet, each with somebody who blocks their hours and frees them, and one who looks."""

    def __init__(self) -> None:
        self.outlet = make.make_outlet(open_always=True)
        self.people = [make.make_staff(self.outlet) for _ in range(2)]
        self.service = make.make_service(self.outlet, staff=self.people)
        self.day = make.tomorrow_at(0, outlet=self.outlet)
        self.counts: Counter[str] = Counter()
        self.faults: list[BaseException] = []

    def run(self) -> None:
        until = time.monotonic() + SECONDS
        threads = [threading.Thread(target=self._take, args=(each, until)) for each in self.people]
        threads.append(threading.Thread(target=self._look, args=(until,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _take(self, person: StaffMember, until: float) -> None:
        chance = random.Random(person.pk)
        try:
            while time.monotonic() < until:
                start = self.day + timedelta(hours=chance.randrange(24))
                period = TimestamptzRange(start, start + timedelta(hours=1))
                with transaction.atomic():
                    freed, _ = Allocation.objects.filter(staff=person, period=period).delete()
                    if not freed:
                        Allocation.objects.create(kind="block", staff=person, period=period)
                    time.sleep(chance.random() / 30)  # others begin and end meanwhile
                self.counts["changed"] += 1
                time.sleep(chance.random() / 10)
        except BaseException as fault:
            self.faults.append(fault)
        finally:
            connection.close()

    def _look(self, until: float) -> None:
        """Both lists of one snapshot, so that nothing comes between them."""
        before, never = None, count(1)
        try:
            while time.monotonic() < until:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    told, worked_out = self._list(0), self._list(next(never))
                self.counts["again" if told is before else "anew"] += 1
                self.counts["wrong"] += told.slots != worked_out.slots
                before = told
        except BaseException as fault:
            self.faults.append(fault)
        finally:
            connection.close()

    def _list(self, earlier: int) -> OutletSlots:
        """Of the same times whichever is asked: so many microseconds before midnight nothing begins."""
        return slots_for(
            outlet=self.outlet.public_id,
            items=[ItemRequest(self.service.public_id)],
            start=self.day - timedelta(microseconds=earlier),
            end=self.day + timedelta(days=1),
        )


def test_what_is_told_again_is_what_would_be_worked_out() -> None:
    rush = Rush()
    rush.run()
    assert rush.faults == []
    assert rush.counts["again"] > 10
    assert rush.counts["anew"] > 10
    assert rush.counts["changed"] > 10
    assert rush.counts["wrong"] == 0


def test_without_the_triggers_it_would_not_be() -> None:
    rush = Rush()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_allocation DISABLE TRIGGER slots_change")
    try:
        rush.run()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE bookings_allocation ENABLE TRIGGER slots_change")
    assert rush.faults == []
    assert rush.counts["wrong"] > 0
