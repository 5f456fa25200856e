"""Open time kept for search stays true while many book and give back the same day at once."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation
from bookings.services import keeping
from common import clock
from providers.models import HoursRule, Outlet, StaffMember
from tests import factories as make
from tests.keeping import check_kept, due, keep

CLIENTS, ROUNDS = 6, 25


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_is_true_after_many_booked_and_gave_back_at_once() -> None:
    town = Town()
    assert town.rush(hours_change=False) == []
    assert not due()  # else nothing would be compared
    check_kept()


@pytest.mark.django_db(transaction=True)
def test_it_is_made_anew_beside_them() -> None:
    town = Town()
    assert town.rush(hours_change=True) == []
    keep()
    assert not due()
    check_kept()


@pytest.mark.django_db(transaction=True)
def test_without_the_triggers_it_would_not_be_true() -> None:
    town = Town()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_allocation DISABLE TRIGGER open_time_kept")
    try:
        assert town.rush(hours_change=False) == []
        with pytest.raises(AssertionError, match="should be"):
            check_kept()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE bookings_allocation ENABLE TRIGGER open_time_kept")


class Town:
    """An outlet with two people, of whom clients take and give back one day."""

    def __init__(self) -> None:
        self.outlet = make.make_outlet(open_always=True)
        self.people = [make.make_staff(self.outlet) for _ in range(2)]
        make.make_service(self.outlet, staff=self.people)
        keep()

    def rush(self, *, hours_change: bool) -> list[DatabaseError]:
        """All at once, while hours change and are made anew, if told so; what went wrong."""
        failed: list[DatabaseError] = []
        outlet = self.outlet if hours_change else None
        threads = [
            threading.Thread(target=_client, args=(n, outlet, self.people, failed)) for n in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return failed


def _client(
    number: int, outlet: Outlet | None, people: list[StaffMember], failed: list[DatabaseError]
) -> None:
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
            if outlet and number == 0 and turn % 5 == 0:
                HoursRule.objects.filter(outlet=outlet, weekday=turn % 7).update(
                    every_weeks=1, valid_from=day.date()
                )
            if outlet and number == 1 and turn % 5 == 0:
                keeping.keep_due()
    except DatabaseError as error:
        failed.append(error)
    finally:
        connection.close()
