"""What several people do together: offered, held, moved, given back and counted for all of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.principals import Principal
from bookings.enums import Source
from bookings.errors import BookingsAffected, SlotNotOffered, SlotTaken, StaffNotAble
from bookings.models import Allocation, Booking
from bookings.rules import states
from bookings.selectors.access import Access, booking_for
from bookings.selectors.board import board_of
from bookings.selectors.front_desk import desk_times
from bookings.selectors.plans import plan_of
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import changes, core, expiry, front_desk, holds, paying, reserve
from common.errors import NotAllowed
from geo.enums import TravelMode
from geo.rules.positions import Position
from providers.enums import Role
from providers.models import Offering, Outlet, Service, StaffMember
from providers.services import hours
from providers.services.affected import guarded
from tests.bookings.conftest import Shop, of_first
from tests.bookings.test_api import Api, refused, token_of, wanted
from tests.bookings.test_several import COLOUR, taken, times
from tests.factories import (
    make_bays,
    make_home_service,
    make_member,
    make_option,
    make_service,
    make_staff,
    tomorrow_at,
)

pytestmark = pytest.mark.django_db
Contact = Callable[..., holds.Contact]


@pytest.fixture
def ana(shop: Shop) -> StaffMember:
    return make_staff(shop.outlet, name="Ana")


@pytest.fixture
def bo(shop: Shop) -> StaffMember:
    return make_staff(shop.outlet, name="Bo")


@pytest.fixture
def cleaning(shop: Shop, ana: StaffMember, bo: StaffMember) -> Service:
    """Two of three people clean together for an hour."""
    return make_service(shop.outlet, staff=[shop.person, ana, bo], name="Deep clean", team_size=2)


def busy(person: StaffMember, hour: int, until: int) -> None:
    period = (tomorrow_at(hour), tomorrow_at(until))
    Allocation.objects.create(kind="block", staff=person, period=period)


def people(access: Access) -> list[str]:
    """Who does the first service, who leads first."""
    item = Booking.objects.get(pk=access.booking.pk).items.all()[0]
    return [person.name for person in item.people]


def book(shop: Shop, hour: int, contact: Contact, **more: object) -> Access:
    """A visit that is confirmed, as its customer sees it."""
    access = shop.hold(tomorrow_at(hour), contact=contact(), **more)
    paying.pay(access=access, method="counter", return_url="")
    return shop.again(access)


def move(access: Access, hour: int, **more: str | None) -> None:
    version = changes.preview(access=access, action="reschedule").version
    changes.reschedule(access=access, start=tomorrow_at(hour), version=version, **{"staff": None, **more})


def test_both_are_taken_for_all_of_it_with_one_unit(shop: Shop, cleaning: Service) -> None:
    make_bays(shop.outlet, cleaning)

    access = shop.hold(tomorrow_at(10), service=cleaning)

    [item] = access.booking.items.all()
    assert len({person.pk for person in item.people}) == 2
    names = sorted([*(person.name for person in item.people), "Bay 1"])
    assert taken(access.booking, shop.outlet) == [(name, "10:00–11:00") for name in names]


def test_it_is_offered_while_two_are_free_and_no_longer(
    shop: Shop, cleaning: Service, ana: StaffMember, bo: StaffMember
) -> None:
    busy(ana, 9, 12)
    busy(bo, 10, 11)

    listed = times(shop.outlet, ItemRequest(cleaning.public_id), until=13)

    assert listed == ["09:00", "11:00", "11:15", "11:30", "11:45", "12:00", "12:15", "12:30", "12:45"]
    with pytest.raises(SlotTaken):
        shop.hold(tomorrow_at(10), service=cleaning)
    shop.hold(tomorrow_at(9), service=cleaning)
    with pytest.raises(SlotTaken):
        shop.hold(tomorrow_at(9), service=cleaning)


def test_whoever_is_named_is_one_of_them_and_leads(
    shop: Shop, cleaning: Service, ana: StaffMember, bo: StaffMember
) -> None:
    busy(shop.person, 9, 17)

    access = shop.hold(tomorrow_at(10), service=cleaning, staff=bo.public_id)

    assert people(access) == ["Bo", "Ana"]
    named = ItemRequest(cleaning.public_id, staff=shop.person.public_id)
    assert times(shop.outlet, named) == []
    found = slots_for(
        outlet=shop.outlet.public_id,
        items=[ItemRequest(cleaning.public_id, staff=bo.public_id)],
        start=tomorrow_at(11),
        end=tomorrow_at(11, 1),
    )
    assert [slot.staff for slot in found.slots] == [[bo.public_id, ana.public_id]]
    with pytest.raises(StaffNotAble):
        shop.hold(tomorrow_at(10), service=cleaning, staff=make_staff(shop.outlet).public_id)


def test_with_fewer_people_than_it_takes_it_is_not_offered(shop: Shop, ana: StaffMember) -> None:
    move_out = make_service(shop.outlet, staff=[shop.person, ana], team_size=3)

    assert times(shop.outlet, ItemRequest(move_out.public_id)) == []
    with pytest.raises(SlotNotOffered):
        shop.hold(tomorrow_at(10), service=move_out)


def test_while_a_colour_by_two_takes_both_serve_others(shop: Shop, ana: StaffMember) -> None:
    colour = make_service(shop.outlet, staff=[shop.person, ana], duration_min=90, phases=COLOUR, team_size=2)
    trim = make_service(shop.outlet, staff=[shop.person, ana], duration_min=30)

    access = shop.hold(tomorrow_at(10), service=colour)

    assert taken(access.booking, shop.outlet) == sorted(
        (name, span) for name in (ana.name, shop.person.name) for span in ("10:00–10:30", "11:10–11:30")
    )
    for person in (ana, shop.person):
        shop.hold(tomorrow_at(10, 30), service=trim, staff=person.public_id)


def test_it_moves_with_the_same_people_or_whoever_is_free(
    shop: Shop, cleaning: Service, ana: StaffMember, bo: StaffMember, contact: Contact
) -> None:
    access = book(shop, 10, contact, service=cleaning)
    before = people(access)

    move(access, 13)
    assert people(access) == before
    busy(StaffMember.objects.get(name=before[1]), 15, 16)
    move(shop.again(access), 15)

    after = people(access)
    assert after[0] == before[0] and after[1] not in before
    assert taken(access.booking, shop.outlet) == sorted((name, "15:00–16:00") for name in after)


def test_one_of_them_is_replaced_and_the_others_stay(
    shop: Shop, cleaning: Service, ana: StaffMember, bo: StaffMember, contact: Contact
) -> None:
    access = book(shop, 10, contact, service=cleaning, staff=ana.public_id)
    helper = next(person for person in (shop.person, bo) if person.name == people(access)[1])
    other = bo if helper == shop.person else shop.person

    move(shop.as_owner(access), 10, staff=other.public_id, instead_of=helper.public_id)
    assert people(access) == ["Ana", other.name]
    move(shop.as_owner(access), 10, staff=helper.public_id, instead_of=ana.public_id)

    assert set(people(access)) == {helper.name, other.name}
    # Who is there already stays; who leaves is not chosen again.
    move(shop.as_owner(access), 10, staff=other.public_id, instead_of=helper.public_id)
    assert set(people(access)) == {other.name, "Ana"}
    move(shop.as_owner(access), 11, staff=ana.public_id)
    assert people(access)[0] == "Ana"
    assert Allocation.objects.filter(item__booking=access.booking, live=True).count() == 2


def test_a_helper_marks_and_moves_it_but_hands_it_to_nobody(
    shop: Shop, cleaning: Service, ana: StaffMember, bo: StaffMember, contact: Contact
) -> None:
    access = book(shop, 10, contact, service=cleaning, staff=ana.public_id)
    helper = StaffMember.objects.get(name=people(access)[1])
    stranger = next(one for one in (shop.person, bo) if one != helper)
    members = {
        one.pk: Principal(user=make_member(shop.outlet.provider, Role.STAFF, staff=one)) for one in (ana, bo)
    } | {shop.person.pk: shop.staff}

    helping = booking_for(members[helper.pk], access.booking.ref)

    assert helping.may_mark() and not booking_for(members[stranger.pk], access.booking.ref).may_mark()
    move(helping, 11, staff=helper.public_id)
    with pytest.raises(NotAllowed):
        move(booking_for(members[helper.pk], access.booking.ref), 12, staff=stranger.public_id)


def test_longer_with_an_option_it_takes_all_of_them_longer(
    shop: Shop, cleaning: Service, ana: StaffMember, bo: StaffMember, contact: Contact
) -> None:
    windows = make_option(cleaning, extra_min=30)
    access = shop.hold(tomorrow_at(10), service=cleaning, contact=contact())
    before = people(access)

    holds.details(access=access, options=of_first(access, windows))

    assert people(access) == before
    assert {span for _, span in taken(access.booking, shop.outlet)} == {"10:00–11:30"}
    for person in (shop.person, ana, bo):
        Allocation.objects.create(kind="block", staff=person, period=(tomorrow_at(12), tomorrow_at(13)))
    longer = make_option(cleaning, extra_min=60)
    with pytest.raises(SlotTaken):
        holds.details(access=shop.again(access), options=of_first(access, windows, longer))


def test_cancelled_or_expired_all_are_free_and_paid_late_the_same_are_taken_again(
    shop: Shop, cleaning: Service, contact: Contact
) -> None:
    access = shop.hold(tomorrow_at(10), service=cleaning, contact=contact())
    before, rows = people(access), taken(access.booking, shop.outlet)
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)
    assert taken(access.booking, shop.outlet) == []

    late = shop.hold(tomorrow_at(10), service=cleaning, contact=contact())
    rows = taken(late.booking, shop.outlet)
    Booking.objects.filter(pk=late.booking.pk).update(hold_expires_at=tomorrow_at(1, days=-1))
    expiry.expire_holds()
    assert taken(late.booking, shop.outlet) == []
    with transaction.atomic():
        reserve.take_back(core.lock(late.booking.ref))

    assert people(late) == before
    assert taken(late.booking, shop.outlet) == rows


def test_time_off_of_one_of_them_hits_the_visit(
    shop: Shop, cleaning: Service, ana: StaffMember, contact: Contact
) -> None:
    access = shop.hold(tomorrow_at(10), service=cleaning, staff=ana.public_id, contact=contact())
    helper = StaffMember.objects.get(name=people(access)[1])

    with pytest.raises(BookingsAffected) as refused, guarded(shop.outlet.provider_id):
        hours.add_time_off(staff=helper, start=tomorrow_at(9), end=tomorrow_at(12), actor="user:test")

    [hit] = refused.value.data["bookings"]
    assert (hit["ref"], hit["why"]) == (access.booking.ref, ["hours"])
    assert [each["name"] for each in hit["team"]] == people(access)


def test_it_stands_in_the_column_of_each(shop: Shop, cleaning: Service) -> None:
    access = shop.hold(tomorrow_at(10), service=cleaning)

    board = board_of(shop.outlet, tomorrow_at(10).astimezone(shop.outlet.zone).date())

    shown = {column.name for column in board.people if column.blocks}
    assert shown == set(people(access)) and len(shown) == 2


def test_it_counts_for_all_who_did_it(
    shop: Shop, cleaning: Service, contact: Contact, django_capture_on_commit_callbacks: object
) -> None:
    access = shop.hold(tomorrow_at(10), service=cleaning, contact=contact())
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        booking.status = states.STARTED
        core.change(booking, event="booking.completed", actor="user:test")

    served = StaffMember.objects.filter(served_count=1).values_list("name", flat=True)
    assert set(served) == set(people(access))


def test_an_agreed_team_stays_when_the_catalogue_changes(
    shop: Shop, cleaning: Service, contact: Contact
) -> None:
    access = shop.hold(tomorrow_at(10), service=cleaning, contact=contact())
    Service.objects.filter(pk=cleaning.pk).update(team_size=3)

    [plan] = plan_of(access.booking, staff=None).items

    assert plan.team == 2


def test_each_of_them_has_a_way_to_the_visit(shop: Shop, ana: StaffMember) -> None:
    people = [shop.person, ana]
    StaffMember.objects.update(travel_mode=TravelMode.BICYCLE)
    deep = make_home_service(shop.outlet, 20_000, staff=people, team_size=2)
    alone = make_home_service(shop.outlet, 20_000, staff=people)
    near, far = Position(60.185, 24.951), Position(60.185, 24.85)

    def address(place: Position) -> holds.Address:
        return holds.Address("Kalevankatu 12", place.lat, place.lng)

    shop.hold(tomorrow_at(10), service=alone, staff=ana.public_id, address=address(far))

    with pytest.raises(SlotTaken):  # she is still on her way
        shop.hold(tomorrow_at(11), service=deep, address=address(near))
    shop.hold(tomorrow_at(11), service=deep, address=address(far))


def test_several_services_and_one_of_them_by_two(
    shop: Shop, cleaning: Service, ana: StaffMember, bo: StaffMember
) -> None:
    carpets = make_service(shop.outlet, staff=[ana], name="Carpets", duration_min=30)

    held = holds.hold(
        principal=shop.customer,
        outlet=shop.outlet.public_id,
        items=[ItemRequest(carpets.public_id), ItemRequest(cleaning.public_id)],
        start=tomorrow_at(10),
    )

    first, second = held.booking.items.all()
    assert [person.name for person in first.people] == ["Ana"]
    assert second.people[0].name == "Ana" and len(second.people) == 2
    assert taken(held.booking, shop.outlet) == sorted(
        [("Ana", "10:00–11:30"), (second.people[1].name, "10:30–11:30")]
    )


@pytest.mark.parametrize("fields", [{"team_size": 0}, {"team_size": 9}, {"team_size": 2, "capacity": 5}])
def test_the_database_refuses_what_cannot_be(shop: Shop, fields: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(pk=shop.service.pk).update(**fields)


def test_what_one_has_for_the_whole_day_is_not_needed_of_another(shop: Shop, cleaning: Service) -> None:
    """Three pairs a day of three people: whoever is free does it, whichever pair that is."""
    for hour in (9, 10, 11):
        busy(StaffMember.objects.order_by("pk")[hour - 9], hour, hour + 1)

    held = [shop.hold(tomorrow_at(hour), service=cleaning) for hour in (9, 10, 11)]

    assert len({frozenset(people(access)) for access in held}) == 3
    assert all(access.booking.ends_at - access.booking.starts_at == timedelta(hours=1) for access in held)


def test_over_the_api_a_team_is_named_moved_and_replaced(
    shop: Shop, cleaning: Service, ana: StaffMember, bo: StaffMember
) -> None:
    owner, customer = Api(token_of(shop.owner.user)), Api(token_of(shop.customer.user))
    given = {"service": cleaning.public_id, "staff": ana.public_id}
    made = customer.post("/bookings", wanted(shop) | given).json()
    customer.post(f"/bookings/{made['ref']}/payments", {"method": "counter"})

    [item] = made["items"]
    first, second = item["team"]
    assert (item["staff"], first["id"], first["name"]) == (ana.public_id, ana.public_id, "Ana")
    other = bo if second["id"] == shop.person.public_id else shop.person
    path, start = f"/bookings/{made['ref']}", made["start"]
    version = owner.get(f"{path}/preview", action="reschedule").json()["version"]
    swap = {"start": start, "version": version, "staff": other.public_id}
    assert refused(
        owner.post(f"{path}/reschedule", {**swap, "staff": ana.public_id, "instead_of": other.public_id})
    ) == (
        422,
        "staff_not_able",
    )
    moved = owner.post(f"{path}/reschedule", {**swap, "instead_of": second["id"]}).json()
    assert [each["id"] for each in moved["items"][0]["team"]] == [ana.public_id, other.public_id]


def test_at_the_counter_managers_take_any_minute_and_others_what_customers_could(
    shop: Shop, cleaning: Service, contact: Contact
) -> None:
    offering = Offering.objects.select_related("outlet", "service").get(service=cleaning)
    day = tomorrow_at(10, days=3).astimezone(shop.outlet.zone).date()
    Outlet.objects.filter(pk=shop.outlet.pk).update(window_days=1)
    offering.refresh_from_db()

    def book(principal: Principal) -> Booking:
        return front_desk.book_in(
            principal=principal,
            outlet=shop.outlet.public_id,
            item=ItemRequest(cleaning.public_id),
            start=tomorrow_at(10, 7, days=3),
            contact=contact(),
            source=Source.PHONE,
        )

    # That day is beyond what customers may book: who manages the shop is not bound by that.
    pks = (shop.person.pk,)
    assert desk_times(offering, day=day, staff_pks=pks, as_customers=True).slots == []
    assert desk_times(offering, day=day, staff_pks=pks).slots
    with pytest.raises(SlotNotOffered):
        book(shop.staff)
    assert len(book(shop.owner).items.get().people) == 2
