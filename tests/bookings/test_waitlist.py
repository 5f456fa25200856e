"""Who waits is offered what becomes free, one at a time, in the order in which they came."""

import os
import signal
import subprocess
import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.principals import ANONYMOUS, Principal
from bookings.errors import ContactNeeded, StaffNotAble, TooManyWaits, WaitEnded, WaitNotPossible
from bookings.models import Booking, WaitEntry, WaitLook, WaitOffer, WaitPass
from bookings.rules.waitlist import answer_by, is_day
from bookings.selectors.access import Access, booking_for
from bookings.selectors.waitlist import key_of, list_of, told, wait_for
from bookings.services import changes, expiry, offers, paying, waitlist
from bookings.services.holders import Contact
from common import clock, crypto
from common.errors import NotFound
from common.models import Event
from frontend.wait_words import wait_line
from marketplace import retention
from providers.models import HoursRule, Skill, TimeOff
from tests.bookings.conftest import Shop
from tests.factories import (
    make_group_service,
    make_home_service,
    make_service,
    make_session,
    make_staff,
    tomorrow_at,
)
from tests.sockets.conftest import url_of_test_database
from tests.waiting import noon, put_on

# What a look has seen is told by committed transactions.
pytestmark = pytest.mark.django_db(transaction=True)
FULL = [*range(9, 17)]


@pytest.fixture
def full(shop: Shop) -> list[Booking]:
    """The shop's only person is booked all of tomorrow, hour by hour."""
    shop.outlet.timezone = noon()
    shop.outlet.save()
    return [
        shop.hold(
            tomorrow_at(hour, outlet=shop.outlet),
            principal=shop.owner,
            contact=Contact(f"Caller {hour}", phone=f"+3584012345{hour:02}"),
        ).booking
        for hour in FULL
    ]


def free(shop: Shop, booking: Booking) -> None:
    """What was held is let go."""
    give_up(booking_for(shop.owner, booking.ref))


def give_up(access: Access) -> None:
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)


def let_pass(offer: WaitOffer) -> None:
    """The minutes of an offer are over."""
    Booking.objects.filter(pk=offer.booking_id).update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    assert expiry.expire_holds() == 1


def test_what_frees_is_offered_to_the_first_and_then_to_the_next(shop: Shop, full: list[Booking]) -> None:
    first, second = put_on(shop.outlet, shop.service), put_on(shop.outlet, shop.service)
    assert offers.offer_what_is_free() == 0

    free(shop, full[2])
    assert offers.offer_what_is_free() == 1
    assert offers.offer_what_is_free() == 0

    offer = WaitOffer.objects.get()
    assert offer.entry == first
    assert offer.starts_at == full[2].starts_at
    assert offer.booking.customer == first.customer
    left = offer.booking.hold_expires_at - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert list(told().order_by("pk").values_list("pk", "place")) == [(first.pk, 1), (second.pk, 2)]

    let_pass(offer)
    assert offers.offer_what_is_free() == 1

    offer.refresh_from_db()
    assert offer.state == "expired"
    following = WaitOffer.objects.get(entry=second)
    assert following.starts_at == full[2].starts_at
    assert [(each.entry, each.reason) for each in following.passes.all()] == [(first, "expired")]


def test_taking_an_offer_ends_the_wait_and_declining_it_does_not(shop: Shop, full: list[Booking]) -> None:
    first, second = put_on(shop.outlet, shop.service), put_on(shop.outlet, shop.service)
    free(shop, full[0])
    offers.offer_what_is_free()

    offer = WaitOffer.objects.get()
    access = booking_for(Principal(user=first.customer.user), offer.booking.ref)
    give_up(access)
    offers.offer_what_is_free()
    taken = WaitOffer.objects.get(entry=second)
    access = booking_for(Principal(user=second.customer.user), taken.booking.ref)
    paying.pay(access=access, method="counter", return_url="https://example.org/")

    offer.refresh_from_db()
    taken.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (offer.state, first.state) == ("declined", "waiting")
    assert (taken.state, second.state) == ("taken", "booked")
    assert [each.reason for each in taken.passes.all()] == ["declined"]
    types = Event.objects.filter(subject_type="wait", subject_id=second.public_id).order_by("seq")
    assert list(types.values_list("type", flat=True)) == ["wait.joined", "wait.booked"]


def test_a_list_takes_as_many_statements_however_many_wait(
    shop: Shop, full: list[Booking], django_assert_num_queries: Any
) -> None:
    def told_at_the_shop() -> list[int]:
        _outlet, entries = list_of(shop.owner, shop.outlet.public_id)
        return [wait_line(entry).place for entry in entries]

    put_on(shop.outlet, shop.service)
    free(shop, full[0])
    offers.offer_what_is_free()
    assert told_at_the_shop() == [1]
    with CaptureQueriesContext(connection) as one:
        told_at_the_shop()

    for _each in range(3):
        put_on(shop.outlet, shop.service)
    let_pass(WaitOffer.objects.get())
    offers.offer_what_is_free()

    with django_assert_num_queries(len(one)):
        assert told_at_the_shop() == [1, 2, 3, 4]


def test_who_is_passed_over_is_told_why(shop: Shop, full: list[Booking]) -> None:
    other = make_staff(shop.outlet, name="Nobody's")
    long = make_service(shop.outlet, staff=[shop.person], duration_min=120, name="Colour")
    foreign = make_service(shop.outlet, staff=[other], duration_min=60, name="Nails")
    Skill.objects.create(staff=other, service=shop.service)
    TimeOff.objects.create(
        staff=other, period=(timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=9))
    )
    short = put_on(shop.outlet, long)
    nails = put_on(shop.outlet, foreign)
    hers = put_on(shop.outlet, shop.service, staff=other.public_id)
    late = put_on(shop.outlet, shop.service, from_time=time(15), until_time=time(16))
    gets = put_on(shop.outlet, shop.service)

    free(shop, full[1])
    assert offers.offer_what_is_free() == 1

    offer = WaitOffer.objects.get()
    assert offer.entry == gets
    assert {each.entry: each.reason for each in offer.passes.all()} == {
        short: "too_short",
        nails: "not_able",
        hers: "other_person",
        late: "other_hours",
    }


def test_hours_and_time_off_free_time_too(shop: Shop, full: list[Booking]) -> None:
    entry = put_on(shop.outlet, shop.service)
    offers.offer_what_is_free()

    weekday = tomorrow_at(12, outlet=shop.outlet).astimezone(shop.outlet.zone).weekday()
    HoursRule.objects.filter(outlet=shop.outlet, weekday=weekday).update(closes=time(18))
    assert offers.offer_what_is_free() == 1

    assert WaitOffer.objects.get(entry=entry).starts_at == tomorrow_at(17, outlet=shop.outlet)


def test_a_look_is_spared_while_nothing_changed(shop: Shop, full: list[Booking]) -> None:
    put_on(shop.outlet, shop.service)
    offers.offer_what_is_free()
    looked = WaitLook.objects.get().looked_at

    offers.offer_what_is_free()
    assert WaitLook.objects.get().looked_at == looked

    free(shop, full[3])
    offers.offer_what_is_free()
    assert WaitLook.objects.get().looked_at > looked


def test_seats_are_offered_to_as_many_as_wait(shop: Shop) -> None:
    shop.outlet.timezone = noon()
    shop.outlet.save()
    group = make_group_service(shop.outlet, capacity=3, staff=[shop.person])
    make_session(shop.outlet, group, tomorrow_at(10, outlet=shop.outlet))
    couple = put_on(shop.outlet, group, seats=2)
    three = put_on(shop.outlet, group, seats=3)
    one = put_on(shop.outlet, group)

    assert offers.offer_what_is_free() == 2

    assert {each.entry: each.booking.seats for each in WaitOffer.objects.all()} == {couple: 2, one: 1}
    assert WaitPass.objects.get(entry=three).reason == "few_seats"


def test_nothing_is_offered_at_night(shop: Shop, full: list[Booking]) -> None:
    put_on(shop.outlet, shop.service)
    free(shop, full[4])
    zone = shop.outlet.zone
    tonight = datetime.combine(clock.now().astimezone(zone).date(), time(22), zone)

    with clock.at(tonight):
        assert offers.offer_what_is_free() == 0

    assert offers.offer_what_is_free() == 1
    assert is_day(datetime.combine(tonight.date(), time(8), zone), zone)
    assert not is_day(datetime.combine(tonight.date(), time(21), zone), zone)
    assert answer_by(tonight, tonight + timedelta(minutes=5), 15) == tonight + timedelta(minutes=5)


def test_a_guest_waits_once_they_followed_the_link(shop: Shop, full: list[Booking]) -> None:
    entry = put_on(
        shop.outlet, shop.service, principal=ANONYMOUS, contact=Contact("Helmi", "helmi@example.com")
    )
    free(shop, full[0])
    assert (entry.state, offers.offer_what_is_free()) == ("unconfirmed", 0)
    with pytest.raises(NotFound):
        wait_for(ANONYMOUS, entry.public_id)

    guest = Principal(capabilities=frozenset({crypto.token_hash(key_of(entry))}))
    waitlist.confirm(access=wait_for(guest, entry.public_id))
    waitlist.confirm(access=wait_for(guest, entry.public_id))
    assert offers.offer_what_is_free() == 1

    waitlist.leave(access=wait_for(guest, entry.public_id))
    waitlist.leave(access=wait_for(guest, entry.public_id))
    with pytest.raises(WaitEnded):
        waitlist.confirm(access=wait_for(guest, entry.public_id))


def test_a_member_puts_on_whoever_calls(shop: Shop, full: list[Booking]) -> None:
    entry = put_on(
        shop.outlet,
        shop.service,
        principal=shop.staff,
        contact=Contact("Helmi", phone="+358401234567"),
        for_caller=True,
    )
    assert (entry.state, entry.customer.user) == ("waiting", None)

    with pytest.raises(ContactNeeded):
        put_on(shop.outlet, shop.service, principal=shop.staff, contact=Contact("Helmi"), for_caller=True)
    with pytest.raises(NotFound):
        put_on(
            shop.outlet,
            shop.service,
            principal=shop.customer,
            contact=Contact("Helmi", phone="+358401234567"),
            for_caller=True,
        )


def test_who_asks_again_has_one_entry_as_asked_last(shop: Shop, full: list[Booking]) -> None:
    once = put_on(shop.outlet, shop.service, principal=shop.customer)
    again = put_on(shop.outlet, shop.service, principal=shop.customer, days=3)

    assert WaitEntry.objects.get() == once == again
    assert again.last_day - again.first_day == timedelta(days=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        WaitEntry.objects.create(
            outlet=once.outlet,
            service=once.service,
            customer=once.customer,
            first_day=once.first_day,
            last_day=once.last_day,
            made_by="guest",
        )


def test_what_cannot_be_waited_for_is_refused(shop: Shop, full: list[Booking]) -> None:
    home = make_home_service(shop.outlet)
    with pytest.raises(NotFound):
        put_on(shop.outlet, home)
    with pytest.raises(WaitNotPossible):
        put_on(shop.outlet, shop.service, seats=2)
    with pytest.raises(WaitNotPossible):
        put_on(shop.outlet, shop.service, days=200)
    with pytest.raises(WaitNotPossible):
        put_on(shop.outlet, shop.service, from_time=time(12), until_time=time(11))
    with pytest.raises(StaffNotAble):
        put_on(shop.outlet, shop.service, staff=make_staff(shop.outlet).public_id)
    with pytest.raises(ContactNeeded):
        put_on(shop.outlet, shop.service, principal=ANONYMOUS, contact=Contact("Helmi"))
    assert not WaitEntry.objects.exists()


def test_ten_things_are_waited_for_at_once(shop: Shop) -> None:
    services = [make_service(shop.outlet, staff=[shop.person], name=f"S{n}") for n in range(11)]
    for service in services[:10]:
        put_on(shop.outlet, service, principal=shop.customer)

    with pytest.raises(TooManyWaits):
        put_on(shop.outlet, services[10], principal=shop.customer)


def test_entries_end_with_their_last_day_and_go_later(shop: Shop, full: list[Booking]) -> None:
    entry = put_on(shop.outlet, shop.service)
    zone = shop.outlet.zone
    after = datetime.combine(entry.last_day + timedelta(days=1), time(0, 1), zone)

    with clock.at(datetime.combine(entry.last_day, time(23, 59), zone)):
        assert waitlist.end_past() == 0
    with clock.at(after):
        assert waitlist.end_past() == 1
    entry.refresh_from_db()
    assert entry.state == "ended"

    [rule] = [rule for rule in retention.RULES if rule.name == "waits"]
    with clock.at(after + timedelta(days=29)):
        assert retention.keep(rule) == 0
    with clock.at(after + timedelta(days=31)):
        assert retention.keep(rule) == 1


def test_an_offer_counts_for_no_hoarding(shop: Shop, full: list[Booking]) -> None:
    entry = put_on(shop.outlet, shop.service, principal=shop.customer)
    free(shop, full[0])
    offers.offer_what_is_free()

    for hour in (10, 11):
        shop.hold(tomorrow_at(hour, days=2, outlet=shop.outlet), principal=shop.customer)
    assert entry.offers.count() == 1


# Where a worker is killed, as a line that is run before `offers` works.
KILLS = {
    "before the hold": "holds.hold = die",
    "with the hold made": "hold = holds.hold; holds.hold = lambda **asked: (hold(**asked), die())",
    "with the offer written": "WaitPass.objects.bulk_create = die",
    "before the commit": "change = core.change; core.change = lambda *a, **k: (change(*a, **k),"
    " die() if k['event'] == 'booking.offered' else None)",
    "after the commit": "WaitLook.objects.filter = die",
}
WORKER = """
import os, signal, django
django.setup()
from bookings.models import WaitLook, WaitPass
from bookings.services import core, holds, offers
def die(*a, **k):
    os.kill(os.getpid(), signal.SIGKILL)
{kill}
offers.offer_what_is_free()
"""


@pytest.mark.parametrize("moment", KILLS)
def test_a_killed_worker_offers_nothing_twice(shop: Shop, full: list[Booking], moment: str) -> None:
    entries = [put_on(shop.outlet, shop.service) for _ in range(2)]
    free(shop, full[0])

    died = subprocess.run(
        [sys.executable, "-c", WORKER.format(kill=KILLS[moment])],
        cwd=Path(settings.BASE_DIR),
        env={
            **os.environ,
            "DATABASE_URL": url_of_test_database(),
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        },
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    assert WaitOffer.objects.count() == (1 if moment == "after the commit" else 0)
    assert Booking.objects.filter(customer=entries[0].customer).count() == WaitOffer.objects.count()
    offers.offer_what_is_free()
    offers.offer_what_is_free()

    offer = WaitOffer.objects.get()
    assert offer.entry == entries[0]
    assert Booking.objects.filter(customer__in=[each.customer for each in entries]).get() == offer.booking
    told = Event.objects.filter(type="booking.offered")
    assert told.get().subject_id == offer.booking.ref


def test_a_wish_that_is_known_is_changed_however_many_there_are(shop: Shop) -> None:
    services = [make_service(shop.outlet, staff=[shop.person], name=f"S{n}") for n in range(10)]
    first, *_ = [put_on(shop.outlet, each, principal=shop.customer) for each in services]

    again = put_on(shop.outlet, services[0], principal=shop.customer, from_time=time(11), until_time=time(12))

    assert (again.pk, again.from_time) == (first.pk, time(11))
    assert WaitEntry.objects.count() == 10
