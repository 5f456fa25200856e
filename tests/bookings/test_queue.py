"""The walk-in queue: joining, being called, leaving, and its end. The clock stands at noon in Helsinki."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from accounts.models import Customer
from accounts.principals import ANONYMOUS, Principal
from accounts.selectors import principal_of_bearer
from bookings.enums import QueueState, Source
from bookings.errors import (
    ContactNeeded,
    NobodyToCall,
    NotOffered,
    QueueClosed,
    QueueFull,
    QueueMoved,
    SlotTaken,
    StaffNotAble,
)
from bookings.models import Allocation, Booking, QueueEntry, QueueLink
from bookings.rules import states
from bookings.rules.weeks import Days
from bookings.selectors import queue as selectors
from bookings.selectors.numbers import numbers_of
from bookings.services import front_desk, holds, queue, queue_closing
from common import clock
from common.errors import InvalidInput, NotAllowed, NotFound
from common.models import AuditEntry, Event
from providers.enums import Role
from providers.models import HoursOverride, HoursRule
from tests.factories import (
    make_group_service,
    make_member,
    make_outlet,
    make_service,
    make_staff,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 3, 4, 10, tzinfo=UTC)  # a Monday; open 9 to 17 in Helsinki
MINUTE = timedelta(minutes=1)


class Waits:
    """A shop with two people, and who may do what with its queue."""

    def __init__(self) -> None:
        self.outlet = make_outlet()
        self.aino, self.juho = make_staff(self.outlet, name="Aino"), make_staff(self.outlet, name="Juho")
        self.cut = make_service(self.outlet, staff=[self.aino, self.juho], duration_min=30)
        self.manager = Principal(user=make_member(self.outlet.provider, Role.MANAGER))
        self.as_aino = Principal(user=make_member(self.outlet.provider, Role.STAFF, staff=self.aino))

    def join(self, name: str = "Ville", **more: object) -> QueueEntry:
        given = {"principal": self.manager, "service": self.cut.public_id, **more}
        return queue.join(outlet=self.outlet.public_id, name=name, **given)  # type: ignore[arg-type]

    def told(self) -> list[tuple[str, int | None, int | None]]:
        """Who waits, and when they would be served: minutes after noon."""
        found = selectors.queue_of(self.outlet)

        def minutes(when: datetime | None) -> int | None:
            return None if when is None else int((when - NOON) / MINUTE)

        return [(place.entry.name, minutes(place.earliest), minutes(place.latest)) for place in found.waiting]

    def book(self, person: object, minute: int, name: str = "Booked") -> Booking:
        return front_desk.book_in(
            principal=self.manager,
            outlet=self.outlet.public_id,
            item=holds.ItemRequest(self.cut.public_id, staff=person.public_id),  # type: ignore[attr-defined]
            start=NOON + minute * MINUTE,
            contact=holds.Contact(name),
            source=Source.PHONE,
        )


@pytest.fixture
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def shop(db: None, noon: None) -> Waits:
    return Waits()


def test_estimates_are_what_is_open_less_who_came_before(shop: Waits) -> None:
    shop.book(shop.aino, 0)
    for name in ("Ville", "Sari", "Olli"):
        shop.join(name)

    # Juho is free now; Aino after her booking, which may take ten minutes longer.
    assert shop.told() == [("Ville", 0, 0), ("Sari", 30, 40), ("Olli", 30, 40)]


def test_who_wants_one_person_waits_for_them_and_the_next_need_not(shop: Waits) -> None:
    shop.book(shop.aino, 0)
    shop.join("Ville", staff=shop.aino.public_id)
    shop.join("Sari")

    found = selectors.queue_of(shop.outlet)

    assert shop.told() == [("Ville", 30, 40), ("Sari", 0, 0)]
    assert selectors.next_for(found, None).entry.name == "Sari"  # type: ignore[union-attr]
    assert selectors.next_for(found, shop.aino.public_id) is None


def test_a_booking_made_meanwhile_moves_the_estimate(shop: Waits) -> None:
    shop.join("Ville", staff=shop.aino.public_id)
    assert shop.told() == [("Ville", 0, 0)]

    shop.book(shop.aino, 0)

    assert shop.told() == [("Ville", 30, 40)]


def test_a_visit_that_should_be_over_is_not_yet(shop: Waits) -> None:
    booking = shop.book(shop.aino, -45)
    Booking.objects.filter(pk=booking.pk).update(status=states.CHECKED_IN)
    Booking.objects.filter(pk=booking.pk).update(status=states.STARTED)
    shop.join("Ville", staff=shop.aino.public_id)

    assert shop.told() == [("Ville", 5, 15)]


def test_whoever_has_no_time_before_closing_is_told_so(shop: Waits) -> None:
    with clock.at(NOON + timedelta(hours=4, minutes=20)):  # 16:20
        for name in ("Ville", "Sari", "Olli"):
            shop.join(name)
        told = shop.told()

    assert told == [("Ville", 260, 260), ("Sari", 260, 260), ("Olli", None, None)]


def test_calling_makes_a_walk_in_visit_that_begins_now(shop: Waits) -> None:
    entry = shop.join("Ville", phone="040 1234567", staff=shop.juho.public_id)

    called = queue.call(principal=shop.manager, entry=entry.public_id)

    assert called.booking is not None
    booking = Booking.objects.get(pk=called.booking.pk)
    assert (called.state, booking.status, booking.source) == (
        QueueState.CALLED,
        states.CONFIRMED,
        Source.WALK_IN,
    )
    assert booking.starts_at == NOON
    assert booking.customer is not None
    assert (booking.customer.name, booking.customer.phone) == ("Ville", "+358401234567")
    assert Allocation.objects.get(item__booking=booking, live=True).staff == shop.juho
    event = Event.objects.get(type="queue.called")
    assert event.payload == {"state": "called", "booking_ref": booking.ref, "out_of_turn": False}
    assert event.outlet_id == shop.outlet.public_id
    assert AuditEntry.objects.filter(action="queue.called", object_id=entry.public_id).count() == 1
    found = selectors.queue_of(shop.outlet)
    assert ([each.pk for each in found.called], found.waiting) == ([entry.pk], [])


@pytest.mark.parametrize("at_work", ["aino", "juho"])
def test_whoever_wants_anyone_gets_somebody_who_is_at_work(shop: Waits, at_work: str) -> None:
    there, away = (shop.aino, shop.juho) if at_work == "aino" else (shop.juho, shop.aino)
    HoursRule.objects.create(outlet=shop.outlet, staff=away, weekday=1, opens=time(9), closes=time(17))
    entry = shop.join()

    booking = queue.call(principal=shop.manager, entry=entry.public_id).booking

    assert booking and booking.items.get().staff == there
    second = queue.call(principal=shop.manager, entry=shop.join("Next").public_id).booking
    assert second and second.items.get().staff == away


def test_a_party_is_one_visit_with_an_item_for_each(shop: Waits) -> None:
    entry = shop.join(party=2)

    called = queue.call(principal=shop.manager, entry=entry.public_id)

    assert called.booking is not None
    items = list(called.booking.items.order_by("guest"))
    assert [item.guest for item in items] == [1, 2]
    assert {item.staff for item in items} == {shop.aino, shop.juho}


def test_nobody_is_called_on_time_that_is_taken(shop: Waits) -> None:
    shop.book(shop.aino, 0)
    entry = shop.join(staff=shop.aino.public_id)

    with pytest.raises(SlotTaken):
        queue.call(principal=shop.manager, entry=entry.public_id)

    entry.refresh_from_db()
    assert (entry.state, entry.booking) == (QueueState.WAITING, None)


def test_somebody_who_is_called_is_not_called_again(shop: Waits) -> None:
    entry = shop.join()
    queue.call(principal=shop.manager, entry=entry.public_id)

    with pytest.raises(QueueMoved) as refused:
        queue.call(principal=shop.manager, entry=entry.public_id)

    assert refused.value.data == {"state": "called"}
    assert Booking.objects.count() == 1


def test_passing_over_who_came_first_is_noted(shop: Waits) -> None:
    shop.join("Ville")
    second = shop.join("Sari")

    called = queue.call(principal=shop.manager, entry=second.public_id)

    assert called.out_of_turn
    assert Event.objects.get(type="queue.called").payload["out_of_turn"] is True


def test_the_next_is_the_first_who_can_be_served_and_then_nobody(shop: Waits) -> None:
    shop.book(shop.aino, 0)
    shop.join("Ville", staff=shop.aino.public_id)
    sari = shop.join("Sari")

    called = queue.call_next(principal=shop.manager, outlet=shop.outlet.public_id)

    assert (called.pk, called.out_of_turn) == (sari.pk, False)
    with pytest.raises(NobodyToCall):
        queue.call_next(principal=shop.manager, outlet=shop.outlet.public_id)


def test_staff_call_for_themselves(shop: Waits) -> None:
    for_juho, for_anyone = shop.join("Ville", staff=shop.juho.public_id), shop.join("Sari")

    with pytest.raises(NotAllowed):
        queue.call(principal=shop.as_aino, entry=for_juho.public_id)
    called = queue.call_next(principal=shop.as_aino, outlet=shop.outlet.public_id)

    assert called.pk == for_anyone.pk
    assert called.booking is not None
    assert called.booking.items.get().staff == shop.aino


def test_whoever_came_is_served(shop: Waits) -> None:
    entry = shop.join()
    queue.call(principal=shop.as_aino, entry=entry.public_id)

    queue.came(principal=shop.as_aino, entry=entry.public_id)

    assert Booking.objects.get().status == states.STARTED
    assert selectors.queue_of(shop.outlet).called == []
    with pytest.raises(QueueMoved):
        queue.no_show(principal=shop.as_aino, entry=entry.public_id)


def test_who_does_not_come_when_called_costs_nothing_and_frees_the_time(shop: Waits) -> None:
    entry = shop.join(staff=shop.aino.public_id)
    queue.call(principal=shop.manager, entry=entry.public_id)

    queue.no_show(principal=shop.manager, entry=entry.public_id)

    booking = Booking.objects.get()
    assert (booking.status, booking.fee_amount, booking.payment_state) == (states.NO_SHOW, 0, "unpaid")
    shop.book(shop.aino, 0, "Somebody else")
    assert [each.pk for each in selectors.queue_of(shop.outlet).gone] == [entry.pk]


def test_whoever_is_put_back_has_the_place_they_had(shop: Waits) -> None:
    first, second = shop.join("Ville"), shop.join("Sari")
    queue.call(principal=shop.manager, entry=first.public_id)

    queue.put_back(principal=shop.manager, entry=first.public_id)

    assert [name for name, _, _ in shop.told()] == ["Ville", "Sari"]
    assert Booking.objects.get().status == states.CANCELLED
    assert queue.call(principal=shop.manager, entry=first.public_id).booking is not None
    queue.no_show(principal=shop.manager, entry=first.public_id)
    queue.remove(principal=shop.manager, entry=second.public_id)
    for entry in (first, second):
        queue.put_back(principal=shop.manager, entry=entry.public_id)
    assert [name for name, _, _ in shop.told()] == ["Ville", "Sari"]


def test_the_link_opens_one_place_and_lets_leave_it(shop: Waits) -> None:
    entry, other = shop.join("Ville"), shop.join("Sari")
    link = queue.show_link(principal=shop.manager, entry=entry.public_id)
    token = link.split("?key=")[1]
    holder = principal_of_bearer(token)

    assert "Ville" not in link
    assert selectors.entry_for(holder, entry.public_id).pk == entry.pk
    for principal, place in ((holder, other), (ANONYMOUS, entry), (shop.manager, entry)):
        with pytest.raises(NotFound):
            selectors.entry_for(principal, place.public_id)
    queue.leave(principal=holder, entry=entry.public_id)

    entry.refresh_from_db()
    assert entry.state == QueueState.LEFT
    event = Event.objects.get(type="queue.left")
    assert (event.actor, event.payload) == ("guest", {"state": "left", "by": "customer"})
    with pytest.raises(QueueMoved):
        queue.leave(principal=holder, entry=entry.public_id)


def test_ended_links_open_nothing(shop: Waits) -> None:
    entry = shop.join()
    token = queue.show_link(principal=shop.manager, entry=entry.public_id).split("?key=")[1]

    queue.end_links(principal=shop.manager, entry=entry.public_id)

    with pytest.raises(NotFound):
        selectors.entry_for(principal_of_bearer(token), entry.public_id)


def test_the_queue_ends_when_the_shop_closes_and_forgets_who_waited(shop: Waits) -> None:
    waits, called = shop.join("Ville", email="ville@example.com"), shop.join("Sari", phone="0401234567")
    queue.show_link(principal=shop.manager, entry=waits.public_id)
    queue.call(principal=shop.manager, entry=called.public_id)
    with clock.at(NOON + timedelta(hours=4, minutes=59)):
        assert queue_closing.close_queues() == 0

    with clock.at(NOON + timedelta(hours=5)):
        done = queue_closing.close_queues()
        again = queue_closing.close_queues()

    assert (done, again) == (2, 0)
    assert QueueEntry.objects.get(pk=waits.pk).state == QueueState.CLOSED
    assert QueueEntry.objects.get(pk=called.pk).state == QueueState.CALLED
    assert set(QueueEntry.objects.values_list("name", "phone", "email")) == {("", "", "")}
    assert not QueueLink.objects.exists()
    # Who was called is a customer with a visit by now.
    assert Customer.objects.get().name == "Sari"
    assert Event.objects.get(type="queue.closed").actor == "system"


def test_longer_hours_keep_the_queue_open(shop: Waits) -> None:
    entry = shop.join()
    HoursOverride.objects.create(outlet=shop.outlet, date=NOON.date(), opens="09:00", closes="20:00")

    with clock.at(NOON + timedelta(hours=5)):
        queue_closing.close_queues()

    entry.refresh_from_db()
    assert (entry.state, entry.closes_at) == (QueueState.WAITING, NOON + timedelta(hours=8))


def test_nobody_waits_where_it_is_closed(shop: Waits) -> None:
    with clock.at(NOON + timedelta(hours=6)), pytest.raises(QueueClosed):
        shop.join()


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": "  "}, ContactNeeded),
        ({"party": 7}, InvalidInput),
        ({"party": 0}, InvalidInput),
        ({"service": "svc_nothing"}, NotOffered),
        ({"staff": "stf_nothing"}, StaffNotAble),
    ],
)
def test_what_cannot_be_waited_for_is_refused(
    shop: Waits, given: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        shop.join(**given)  # type: ignore[arg-type]
    assert not QueueEntry.objects.exists()


def test_group_services_are_not_waited_for(shop: Waits) -> None:
    group = make_group_service(shop.outlet)

    with pytest.raises(NotOffered):
        shop.join(service=group.public_id)


def test_a_queue_holds_so_many(shop: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    shop.join()
    shop.join()

    with pytest.raises(QueueFull):
        shop.join()


def test_however_many_wait_the_queries_are_as_many(
    shop: Waits, django_assert_max_num_queries: object
) -> None:
    shop.join()
    selectors.queue_of(shop.outlet)
    for name in ("Sari", "Olli", "Liisa"):
        shop.join(name)
    shop.book(shop.aino, 0)

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        selectors.queue_of(shop.outlet)


def test_who_was_put_back_is_a_no_show_only_if_they_finally_do_not_come(shop: Waits) -> None:
    entry = shop.join("Ville")

    def no_shows() -> int:
        return numbers_of(
            shop.outlet.provider, Days(NOON.date(), NOON.date(), "Europe/Helsinki")
        ).total.no_shows

    queue.call(principal=shop.manager, entry=entry.public_id)
    queue.no_show(principal=shop.manager, entry=entry.public_id)
    before = no_shows()
    queue.put_back(principal=shop.manager, entry=entry.public_id)
    waiting = no_shows()
    queue.call(principal=shop.manager, entry=entry.public_id)
    queue.no_show(principal=shop.manager, entry=entry.public_id)

    assert (before, waiting, no_shows()) == (1, 0, 1)
