"""The demo's day: what goes on in two shops is brought up to now, and says nothing where they are closed."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction
from django.test import Client

from bookings.enums import QueueState, Source
from bookings.models import Booking, BookingSeries, BusyTime, CustomerNote, QueueEntry, WaitEntry
from bookings.rules import states
from bookings.selectors.customers import figures_of, person_of
from bookings.selectors.queue import queue_of
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import offers
from common import clock
from common.models import OutboxMessage
from marketplace.demo import helsinki, signins
from marketplace.demo.load_calendars import BUSY
from marketplace.demo.load_regulars import load_series
from marketplace.demo.load_today import MARKED, PATIENCE, load_today
from marketplace.demo.terms import SALON, WORKSHOP
from providers.models import Membership, Outlet
from tests.demo.conftest import DAY
from tests.signing_in import sign_in

# A Tuesday; both are open from 10 to 18 in Helsinki, which is two hours ahead.
MIDDAY, NIGHT = (datetime.combine(DAY, time(hour, 10), tzinfo=UTC) for hour in (11, 1))


@pytest.fixture
def undone(small_city: None) -> Iterator[None]:
    """What a test does to the city is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def shop(name: str) -> Outlet:
    return Outlet.objects.select_related("provider").get(provider__name=name)


def places() -> list[tuple[str, str, datetime]]:
    rows = QueueEntry.objects.order_by("pk")
    return list(rows.values_list("public_id", "state", "joined_at"))


@pytest.mark.parametrize("name", [SALON, WORKSHOP])
def test_people_wait_in_an_open_shop_in_the_order_in_which_they_came(undone: None, name: str) -> None:
    with clock.at(MIDDAY):
        load_today(1)
        queue = queue_of(shop(name))

    assert 3 <= len(queue.waiting) <= 5 and len(queue.called) <= 1
    assert (
        len(queue.waiting)
        + len(queue.called)
        + QueueEntry.objects.filter(outlet=queue.outlet, booking__status=states.STARTED).count()
        == 5
    )
    joined = [place.entry.joined_at for place in queue.waiting]
    assert joined == sorted(joined) and MIDDAY - PATIENCE < joined[0] < joined[-1] < MIDDAY
    assert all(place.earliest for place in queue.waiting)


def test_nobody_waits_in_a_shop_that_is_closed(undone: None) -> None:
    with clock.at(NIGHT):
        load_today(1)

    assert not QueueEntry.objects.exists()
    assert not Booking.objects.filter(source=Source.WALK_IN).exists()


def test_a_moment_later_there_is_nothing_to_do_and_hours_later_others_wait(undone: None) -> None:
    with clock.at(MIDDAY):
        load_today(1)
        first, waits = places(), WaitEntry.objects.count()
        load_today(1)
        assert (places(), WaitEntry.objects.count()) == (first, waits)
    waited = {entry for entry, state, _joined in first if state == QueueState.WAITING}
    later = MIDDAY + timedelta(hours=3)
    with clock.at(later):
        load_today(1)

    assert not QueueEntry.objects.filter(public_id__in=waited, state=QueueState.WAITING).exists()
    waiting = QueueEntry.objects.filter(state=QueueState.WAITING)
    assert waiting.count() >= 6 and all(later - entry.joined_at < PATIENCE for entry in waiting)
    assert WaitEntry.objects.count() == waits


def test_what_somebody_put_into_the_queue_is_left_alone(undone: None) -> None:
    with clock.at(MIDDAY):
        load_today(1)
        mine = QueueEntry.objects.filter(state=QueueState.WAITING).order_by("pk")[0]
        QueueEntry.objects.filter(pk=mine.pk).update(name="Put in by hand")
    with clock.at(MIDDAY + timedelta(hours=3)):
        load_today(1)

    assert QueueEntry.objects.get(pk=mine.pk).state == QueueState.WAITING


@pytest.mark.parametrize("name", [SALON, WORKSHOP])
def test_visits_are_where_the_clock_has_come_and_nobody_is_told(undone: None, name: str) -> None:
    evening = datetime.combine(DAY, time(15, 50), tzinfo=UTC)
    with clock.at(evening):
        load_today(1)

    midnight = datetime.combine(DAY, time(0), tzinfo=helsinki.ZONE)
    today = Booking.objects.filter(
        outlet=shop(name), source=Source.DEMO, starts_at__range=(midnight, evening - MARKED)
    ).exclude(status=states.CANCELLED)
    over = today.filter(ends_at__lte=evening - MARKED)
    assert over and {booking.status for booking in over} == {states.COMPLETED}
    assert {booking.status for booking in today.exclude(pk__in=over)} <= {states.STARTED}
    refs = list(today.values_list("ref", flat=True))
    assert not OutboxMessage.objects.filter(event__subject_id__in=refs).exists()


def test_one_of_those_who_wait_for_another_day_gets_an_offer(undone: None) -> None:
    with clock.at(MIDDAY):
        load_today(1)
        offers.offer_what_is_free()

        [helmi] = WaitEntry.objects.filter(customer__user__email=signins.CUSTOMER)
        others = WaitEntry.objects.filter(customer__user__isnull=True)
        assert [offer.state for offer in helmi.offers.all()] == ["open"]
        assert [entry.state for entry in others] == ["waiting", "waiting"]
        for entry in others:
            day = datetime.combine(entry.first_day, time(0), tzinfo=helsinki.ZONE)
            assert entry.staff
            found = slots_for(
                outlet=entry.outlet.public_id,
                items=[ItemRequest(entry.service.public_id, staff=entry.staff.public_id)],
                start=day,
                end=day + timedelta(days=1),
            ).slots
            hours = [slot.start.astimezone(helsinki.ZONE).time() for slot in found]
            assert entry.from_time and entry.until_time
            assert not [hour for hour in hours if entry.from_time <= hour <= entry.until_time]


def test_two_series_are_ahead_and_a_date_of_one_has_moved(small_city: None) -> None:
    salon = BookingSeries.objects.get(outlet__provider__name=SALON)
    helmis = BookingSeries.objects.filter(customer__user__email=signins.CUSTOMER)

    visits = [(row.day, row.booking.local_start.date()) for row in salon.visits.select_related("booking")]
    assert len(visits) == 4 and sum(day != booked for day, booked in visits) == 1
    assert all(series.visits.count() == 3 for series in helmis)


def test_the_page_of_a_series_says_which_date_is_another_than_the_rule_s(small_city: None) -> None:
    salon = BookingSeries.objects.get(outlet__provider__name=SALON)
    moved = [row for row in salon.visits.all() if row.day != row.booking.local_start.date()]
    assert salon.customer.user
    client = sign_in(Client(), salon.customer.user)

    page = client.get(f"/s/{salon.public_id}", HTTP_ACCEPT_LANGUAGE="en").content.decode()

    agreed = f"{moved[0].day:%a} {moved[0].day.day} {moved[0].day:%B}"
    assert page.count("instead of") == 1
    assert f"instead of {agreed}, {salon.at:%H:%M}" in page


def test_the_series_begin_anew_when_they_are_over(undone: None) -> None:
    count = BookingSeries.objects.count()
    load_series(at=MIDDAY + timedelta(days=3))
    assert BookingSeries.objects.count() == count
    load_series(at=MIDDAY + timedelta(days=70))
    assert BookingSeries.objects.count() == 2 * count


def test_the_salon_knows_its_customers(small_city: None) -> None:
    owner = Membership.objects.get(provider__name=SALON, role="owner")
    notes = CustomerNote.objects.select_related("customer")

    people = {note.customer.public_id: person_of(owner, note.customer.public_id) for note in notes}
    figures = [figures_of(person) for person in people.values()]
    assert len(people) >= 3
    assert any(each.no_shows for each in figures) and any(each.ahead for each in figures)
    assert {note.kind for note in notes} == {"note", "preference"}


def test_no_visit_lies_in_the_time_that_is_taken_elsewhere(small_city: None) -> None:
    taken = BusyTime.objects.filter(staff__membership__user__email=BUSY)
    soon = taken.filter(period__startswith__lt=MIDDAY + timedelta(days=7))

    assert soon.count() >= 4
    for row in soon:
        met = Booking.objects.filter(
            items__staff=row.staff_id,
            starts_at__lt=row.period.upper,
            ends_at__gt=row.period.lower,
            status__in=states.LIVE,
        )
        assert not met.exists()
