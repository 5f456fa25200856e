"""A price, a refund and a wallet that two people touch at once: one of them, and the money once. Committed for real."""

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError

from bookings.enums import Source
from bookings.errors import NoTimeForIt, PriceChangeEnded, PriceChangeOpen, PriceChangeRefused, SlotTaken
from bookings.models import Allocation, Booking, BookingItem, PriceChange
from bookings.selectors.access import Access, booking_for
from bookings.services import (
    changes,
    core,
    front_desk,
    holds,
    not_come,
    objections,
    paying,
    price_changes,
    refunds,
    visits,
)
from bookings.services.price_changes import Wish
from common import clock
from payments import services as payments
from payments.errors import InsufficientFunds, RefundTooMuch
from payments.models import Refund
from payments.selectors import held_amount
from payments.selectors.wallets import wallet_balance
from payments.services import wallets
from tests.bookings.conftest import Shop, contact, shop
from tests.bookings.test_price_changes import agreed, agreed_soon
from tests.factories import make_due, tomorrow_at
from tests.payments.paying import together
from tests.signing_in import as_operator, make_operator

__all__ = ["contact", "shop"]
pytestmark = pytest.mark.django_db(transaction=True)
OIL = Wish(name="Beard oil", amount=800)


def names(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def proposed(shop: Shop, access: Access, wish: Wish = OIL) -> str:
    return price_changes.propose(access=shop.as_owner(access), wish=wish).public_id


def test_of_two_proposals_at_once_one_is_open(shop: Shop) -> None:
    access = agreed(shop)

    results = together(*[lambda: proposed(shop, access)] * 4)

    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, PriceChangeOpen) for result in results) == 3


def test_without_the_bookings_lock_only_the_database_stands_in_the_way(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: with the guard off both find none open, and one runs into the constraint."""
    access = agreed(shop)

    def unlocked(ref: str) -> Booking:
        return Booking.objects.select_related("outlet__provider").get(ref=ref)

    monkeypatch.setattr(core, "lock", unlocked)
    words, both = price_changes._line, threading.Barrier(2, timeout=10)

    def after_both_have_looked(item: BookingItem, wish: Wish) -> tuple[str, int, int]:
        both.wait()
        return words(item, wish)

    monkeypatch.setattr(price_changes, "_line", after_both_have_looked)
    results = together(*[lambda: proposed(shop, access)] * 2)

    assert any(isinstance(result, IntegrityError) for result in results)
    assert PriceChange.objects.filter(state="open").count() == 1


def test_approved_or_declined_not_both(shop: Shop) -> None:
    access = agreed(shop, online=True)
    change = proposed(shop, access)

    results = together(
        lambda: price_changes.approve(access=access, change=change),
        lambda: price_changes.decline(access=access, change=change),
        lambda: price_changes.withdraw(access=shop.as_owner(access), change=change),
    )

    assert names(results) == ["PriceChange", "PriceChangeEnded", "PriceChangeEnded"]
    state = PriceChange.objects.get().state
    assert Booking.objects.get().total_amount == (5800 if state == "approved" else 5000)


def test_approved_twice_it_counts_once(shop: Shop) -> None:
    access = agreed(shop)
    change = proposed(shop, access)

    results = together(*[lambda: price_changes.approve(access=access, change=change)] * 4)

    assert names(results) == ["PriceChange"] * 4
    assert Booking.objects.get().total_amount == 5800


def test_approved_while_the_visit_is_cancelled_the_books_agree(shop: Shop) -> None:
    access = agreed(shop, online=True)
    change = proposed(shop, access)
    owner = shop.as_owner(access)
    version = changes.preview(access=owner, action="cancel").version

    approved, cancelled = together(
        lambda: price_changes.approve(access=access, change=change),
        lambda: changes.cancel(access=owner, version=version),
    )

    booking = Booking.objects.get()
    if isinstance(cancelled, Booking):
        # It was first: nothing is approved of what is over.
        assert isinstance(approved, (PriceChangeEnded, PriceChangeRefused))
        assert (booking.status, held_amount(booking.ref)) == ("cancelled", 0)
    else:
        assert type(cancelled).__name__ == "PolicyChanged"
        assert (booking.status, booking.total_amount, held_amount(booking.ref)) == ("confirmed", 5800, 5000)
    assert payments.verify() == []


def test_the_time_after_the_visit_goes_to_one_of_two(shop: Shop) -> None:
    access = agreed(shop)
    change = proposed(shop, access, Wish(name="Beard", amount=1000, minutes=30))
    end = access.booking.ends_at

    def book() -> Booking:
        return front_desk.book_in(
            principal=shop.owner,
            outlet=shop.outlet.public_id,
            item=holds.ItemRequest(shop.service.public_id),
            start=end,
            contact=holds.Contact("Walk-in"),
            source=Source.WALK_IN,
        )

    approved, booked = together(lambda: price_changes.approve(access=access, change=change), book)

    assert isinstance(approved, NoTimeForIt) != isinstance(booked, SlotTaken)
    spans = sorted(
        (row.period.lower, row.period.upper)
        for row in Allocation.objects.filter(live=True, staff=shop.person)
    )
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@pytest.fixture
def done(shop: Shop) -> Access:
    """A visit of 50.00, paid online and closed."""
    access = agreed(shop, online=True)
    make_due(access.booking.ref)
    owner = shop.as_owner(access)
    visits.check_in(access=owner, code=None)
    visits.start(access=owner)
    visits.complete(access=owner)
    visits.close(access=access)
    return shop.again(access)


def test_two_people_give_all_of_it_back_at_once_and_it_goes_once(shop: Shop, done: Access) -> None:
    givers = [shop.as_owner(done), booking_for(as_operator(make_operator()), done.booking.ref)]
    version = refunds.preview(access=givers[0]).version

    def give(access: Access) -> Callable[[], object]:
        return lambda: refunds.ask(access=access, reason="Both meant well.", version=version)

    results = together(*map(give, givers))

    assert names(results) == ["RefundRefused", "RefundRequest"]
    assert sum(Refund.objects.values_list("amount", flat=True)) == 5000
    assert payments.verify() == []


def test_two_operators_agree_to_a_large_one_and_it_goes_once(shop: Shop, done: Access) -> None:
    payments.set_refund_limit(currency="EUR", amount=1000, actor="user:o")
    owner = shop.as_owner(done)
    version = refunds.preview(access=owner).version
    waiting = refunds.ask(access=owner, reason="It leaked.", version=version).public_id
    operators = [as_operator(make_operator()) for _ in range(2)]

    results = together(
        *[
            lambda who=who: refunds.approve(principal=who, request=waiting)  # type: ignore[misc]
            for who in operators
        ],
        lambda: refunds.refuse(principal=operators[0], request=waiting),
    )

    assert names(results).count("RefundEnded") == 2
    given = sum(Refund.objects.values_list("amount", flat=True))
    assert given == (5000 if done.booking.refund_requests.get().state == "done" else 0)
    assert payments.verify() == []


def in_wallet(shop: Shop) -> str:
    """25.00, from a visit that was cancelled late. Answers whose it is."""
    access = agreed_soon(shop)
    version = changes.preview(access=access, action="cancel").version
    changes.cancel(access=access, version=version, to_wallet=True)
    assert shop.customer.user
    return shop.customer.user.public_id


def test_a_wallet_is_not_spent_twice(shop: Shop) -> None:
    user = in_wallet(shop)
    held = [shop.hold(tomorrow_at(hour), principal=shop.customer) for hour in (12, 15)]

    def pay(access: Access) -> Callable[[], object]:
        return lambda: paying.pay(
            access=access, method="sandbox", wallet=True, return_url="http://testserver/"
        )

    results = together(*map(pay, held))

    # Who came second pays all of it at the gateway, or is told that the wallet is empty by now.
    assert sum(isinstance(result, InsufficientFunds) for result in results) <= 1
    assert sorted(held_amount(access.booking.ref) for access in held) == [0, 2500]
    assert wallet_balance(user, "EUR") == 0
    assert payments.verify() == []


def test_a_wallet_is_spent_or_sent_back_not_both(shop: Shop) -> None:
    user = in_wallet(shop)
    access = shop.hold(tomorrow_at(12), principal=shop.customer)

    paid, sent = together(
        lambda: paying.pay(access=access, method="sandbox", wallet=True, return_url="http://testserver/"),
        lambda: payments.send_wallet_back(
            user_id=user, currency="EUR", amount=2500, actor=shop.customer.actor
        ),
    )

    went = sum(Refund.objects.exclude(from_wallet="").values_list("amount", flat=True))
    assert held_amount(access.booking.ref) + went == 2500
    assert isinstance(paid, InsufficientFunds) <= (went == 2500)
    assert isinstance(sent, RefundTooMuch) <= (went == 0)
    assert payments.verify() == []


def test_sent_back_twice_it_goes_once(shop: Shop) -> None:
    user = in_wallet(shop)

    together(
        *[
            lambda: wallets.send_wallet_back(
                user_id=user, currency="EUR", amount=2500, actor=shop.customer.actor
            )
        ]
        * 4
    )

    assert sum(Refund.objects.exclude(from_wallet="").values_list("amount", flat=True)) == 2500
    assert wallet_balance(user, "EUR") == 0
    assert payments.verify() == []


def test_conceded_counted_by_the_clock_and_taken_back_at_once_it_is_one_of_them(shop: Shop) -> None:
    access = agreed(shop, online=True)
    make_due(access.booking.ref, ago=timedelta(minutes=20))
    found = not_come.say(access=shop.again(access), text="Nobody was there.")
    found.answer_by = clock.now()
    found.save(update_fields=["answer_by"])

    together(
        lambda: not_come.concede(access=shop.as_owner(access)),
        lambda: not_come.count_as_missed(access.booking.ref),
        lambda: objections.withdraw(access=shop.again(access)),
    )

    booking = Booking.objects.get()
    back = sum(Refund.objects.values_list("amount", flat=True))
    assert (booking.status, back) in (("cancelled", 5000), ("confirmed", 0))
    assert not booking.objection_open
    assert payments.verify() == []
