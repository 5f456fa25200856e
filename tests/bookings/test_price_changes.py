"""Another price while the visit takes place: the business proposes, the customer approves, and only then it counts."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.principals import Principal
from bookings.enums import PriceChangeState, Source
from bookings.errors import (
    PaymentNotPossible,
    PolicyChanged,
    PriceChangeEnded,
    PriceChangeOpen,
    PriceChangeRefused,
    PriceTooLow,
)
from bookings.models import Booking, BookingItem, PayLink, PriceChange
from bookings.selectors.access import Access, booking_for, payer_for
from bookings.services import front_desk, holds, paying, price_changes, rest, till, visits
from bookings.services.price_changes import Wish
from common import clock, crypto
from common.errors import InvalidInput, NotAllowed, NotFound
from common.models import AuditEntry, Event
from payments import services as payments
from payments.enums import AccountKind, CounterMeans
from payments.models import Payment
from payments.sandbox import service as sandbox
from payments.selectors import balance, held_amount
from tests.bookings.conftest import Shop
from tests.factories import make_due, make_option, tomorrow_at

pytestmark = pytest.mark.django_db
OIL = Wish(name="Beard oil", amount=800)


def agreed(shop: Shop, *, online: bool = False) -> Access:
    """A visit of 50.00 of a signed-in customer, promised at the counter or paid online."""
    access = shop.hold(principal=shop.customer)
    method = "sandbox" if online else "counter"
    paying.pay(access=access, method=method, return_url="http://localhost/")
    if online:
        pay_open(access.booking.ref)
    return shop.again(access)


def agreed_soon(shop: Shop) -> Access:
    """A visit of 50.00, paid online, that begins in twelve hours: who cancels it now pays half."""
    access = agreed(shop, online=True)
    make_due(access.booking.ref, ago=timedelta(hours=-12))
    return shop.again(access)


def pay_open(ref: str) -> None:
    """What waits at the gateway is paid there."""
    payment = Payment.objects.get(booking_ref=ref, status="pending")
    sandbox.act(payment.gateway_ref, "pay")
    payments.sync_payment(payment_id=payment.public_id)


def price_of(access: Access) -> tuple[int, int, str]:
    """Total, still due, and how it is paid."""
    booking = Booking.objects.get(pk=access.booking.pk)
    return booking.total_amount, booking.due_at_counter, booking.payment_state


def proposed(shop: Shop, access: Access, wish: Wish = OIL) -> PriceChange:
    return price_changes.propose(access=booking_for(shop.staff, access.booking.ref), wish=wish)


def test_more_counts_once_the_customer_has_approved(shop: Shop) -> None:
    access = agreed(shop)

    change = proposed(shop, access)
    assert price_of(access) == (5000, 5000, "counter")
    price_changes.approve(access=access, change=change.public_id)

    assert price_of(access) == (5800, 5800, "counter")
    item = BookingItem.objects.get(booking=access.booking)
    assert item.price_amount == 5800
    assert item.lines[-1] == {"option": None, "name": "Beard oil", "minutes": 0, "amount": 800}
    types = list(
        Event.objects.filter(subject_id=access.booking.ref).order_by("seq").values_list("type", flat=True)
    )
    assert types[-2:] == ["booking.price_change_asked", "booking.price_changed"]


def test_an_extra_of_the_catalogue_has_its_words_and_its_price(shop: Shop) -> None:
    option = make_option(shop.service, name="Hot towel", price_amount=1200)
    access = agreed(shop)

    change = proposed(shop, access, Wish(option=option.public_id))

    assert (change.name, change.amount) == ("Hot towel", 1200)
    with pytest.raises(NotFound):
        proposed(shop, agreed_later(shop), Wish(option="opt_0000000000000000"))


def agreed_later(shop: Shop) -> Access:
    access = shop.hold(tomorrow_at(14), principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="http://localhost/")
    return shop.again(access)


def test_paid_online_the_rest_is_due_and_goes_into_escrow(shop: Shop) -> None:
    access = agreed(shop, online=True)
    change = proposed(shop, access)
    price_changes.approve(access=access, change=change.public_id)
    assert price_of(access) == (5800, 800, "counter")

    with pytest.raises(PolicyChanged):
        rest.pay_rest(access=access, amount=700, method="sandbox", return_url="http://localhost/")
    rest.pay_rest(access=access, amount=800, method="sandbox", return_url="http://localhost/")
    pay_open(access.booking.ref)

    assert price_of(access) == (5800, 0, "paid")
    assert held_amount(access.booking.ref) == 5800
    make_due(access.booking.ref)
    manager = shop.as_owner(access)
    visits.check_in(access=manager, code=None)
    visits.start(access=manager)
    visits.complete(access=manager)
    visits.close(access=access)
    # Commission follows: 5 % of all of it.
    assert balance(AccountKind.COMMISSION, "marketplace", "EUR") == 290
    assert balance(AccountKind.PAYABLE, shop.outlet.provider.public_id, "EUR") == 5510
    assert payments.verify() == []


def test_the_business_lowers_the_price_alone_and_says_why(shop: Shop) -> None:
    access = agreed(shop, online=True)
    with pytest.raises(InvalidInput):
        proposed(shop, access, Wish(name="Less", amount=-1000))

    proposed(shop, access, Wish(name="Less", amount=-1000, reason="It took half the time"))

    assert price_of(access) == (4000, 0, "paid")
    assert held_amount(access.booking.ref) == 4000
    assert Payment.objects.get(booking_ref=access.booking.ref).refunded == 1000
    told = [str(event.payload) for event in Event.objects.all()] + [
        str(e.data) for e in AuditEntry.objects.all()
    ]
    assert not [text for text in told if "half the time" in text]


def test_what_is_refused(shop: Shop) -> None:
    access = agreed(shop)
    with pytest.raises(NotAllowed):
        price_changes.propose(access=access, wish=OIL)
    with pytest.raises(PriceTooLow):
        proposed(shop, access, Wish(name="Less", amount=-5001, reason="Too much"))
    with pytest.raises(InvalidInput):
        proposed(shop, access, Wish(name=" ", amount=800))
    with pytest.raises(InvalidInput):
        proposed(shop, access, Wish(name="Oil", amount=0))
    change = proposed(shop, access)
    with pytest.raises(PriceChangeOpen):
        proposed(shop, access)
    for answer in (price_changes.approve, price_changes.decline):
        with pytest.raises(NotAllowed):
            answer(access=shop.as_owner(access), change=change.public_id)
    price_changes.decline(access=access, change=change.public_id)
    with pytest.raises(PriceChangeEnded):
        price_changes.approve(access=access, change=change.public_id)
    with pytest.raises(PriceChangeEnded):
        price_changes.withdraw(access=shop.as_owner(access), change=change.public_id)
    assert price_of(access) == (5000, 5000, "counter")


def test_an_answer_that_comes_twice_counts_once(shop: Shop) -> None:
    access = agreed(shop)
    change = proposed(shop, access)

    for _ in range(2):
        price_changes.approve(access=access, change=change.public_id)

    assert price_of(access)[0] == 5800


def test_what_nobody_answered_expires_with_the_visit(shop: Shop) -> None:
    access = agreed(shop)
    change = proposed(shop, access)

    with clock.at(access.booking.ends_at + timedelta(hours=30)):
        visits.complete_by_time(access.booking.ref)

    change.refresh_from_db()
    assert (change.state, change.ended_as) == (PriceChangeState.EXPIRED, "system")
    with pytest.raises(PriceChangeEnded):
        price_changes.approve(access=access, change=change.public_id)


def test_what_the_shop_took_is_taken_back_before_the_price_changes(shop: Shop) -> None:
    access = agreed(shop)
    till.take_payment(access=shop.as_owner(access), amount=5000, means=CounterMeans.CASH)

    with pytest.raises(PriceChangeRefused):
        proposed(shop, access)


def test_the_database_refuses_a_price_that_nobody_approved(shop: Shop) -> None:
    access = agreed(shop)
    booking = Booking.objects.filter(pk=access.booking.pk)
    change = proposed(shop, access)

    def refused(write: object, said: str) -> None:
        with pytest.raises(Exception, match=said) as caught, transaction.atomic():
            write()  # type: ignore[operator]
        assert isinstance(caught.value, Exception)

    refused(lambda: booking.update(total_amount=5800), "approved price change only")
    rows = PriceChange.objects.filter(pk=change.pk)
    refused(lambda: rows.update(amount=100), "Cannot update")
    refused(lambda: rows.delete(), "Cannot delete")
    ended = {"ended_at": clock.now(), "ended_by": "user:u", "state": "approved"}
    with pytest.raises(IntegrityError, match="price_is_raised_by_the_customer_only"), transaction.atomic():
        rows.update(ended_as="staff", **ended)
    price_changes.approve(access=access, change=change.public_id)
    refused(lambda: booking.update(total_amount=5000), "approved price change only")


class WalkIn:
    """Somebody without a page of their own, and the square on the shop's screen."""

    def __init__(self, shop: Shop) -> None:
        self.booking = front_desk.book_in(
            principal=shop.owner,
            outlet=shop.outlet.public_id,
            item=holds.ItemRequest(shop.service.public_id),
            start=tomorrow_at(11),
            contact=holds.Contact("Ville"),
            source=Source.WALK_IN,
        )
        self.desk = booking_for(shop.owner, self.booking.ref)

    def scan(self) -> Principal:
        """Whoever scans what the shop shows now."""
        token = rest.show_link(access=self.desk).partition("key=")[2]
        return Principal(capabilities=frozenset({crypto.token_hash(token)}))


def test_a_walk_in_scans_the_shops_square_answers_and_pays(shop: Shop) -> None:
    walk_in = WalkIn(shop)
    change = price_changes.propose(access=walk_in.desk, wish=OIL)
    payer = payer_for(walk_in.scan(), walk_in.booking.ref)

    price_changes.approve(access=payer, change=change.public_id)
    rest.pay_rest(access=payer, amount=5800, method="sandbox", return_url="http://localhost/")
    pay_open(walk_in.booking.ref)

    assert price_of(walk_in.desk) == (5800, 0, "paid")
    assert held_amount(walk_in.booking.ref) == 5800


def test_the_square_opens_nothing_else_and_ends(shop: Shop) -> None:
    walk_in = WalkIn(shop)
    first = walk_in.scan()
    with pytest.raises(NotFound):
        booking_for(first, walk_in.booking.ref)
    second = walk_in.scan()
    with pytest.raises(NotFound):  # a new square ends the last
        payer_for(first, walk_in.booking.ref)
    assert payer_for(second, walk_in.booking.ref).is_payer
    with clock.at(clock.now() + rest.LASTS + timedelta(seconds=1)), pytest.raises(NotFound):
        payer_for(second, walk_in.booking.ref)
    PayLink.objects.update(revoked_at=clock.now())
    with pytest.raises(NotFound):
        payer_for(second, walk_in.booking.ref)


def test_who_has_a_page_of_their_own_answers_there_only(shop: Shop) -> None:
    access = agreed(shop)
    change = proposed(shop, access)
    token = rest.show_link(access=shop.as_owner(access)).partition("key=")[2]
    payer = payer_for(Principal(capabilities=frozenset({crypto.token_hash(token)})), access.booking.ref)

    with pytest.raises(NotAllowed):
        price_changes.approve(access=payer, change=change.public_id)


def test_the_rest_is_paid_once_whoever_is_first(shop: Shop) -> None:
    """The customer is on the gateway's page when the shop notes cash: what comes from there goes back."""
    access = agreed(shop)
    rest.pay_rest(access=access, amount=5000, method="sandbox", return_url="http://localhost/")
    payment = Payment.objects.get(booking_ref=access.booking.ref)
    till.take_payment(access=shop.as_owner(access), amount=5000, means=CounterMeans.CASH)
    sandbox.act(payment.gateway_ref, "pay")
    payments.sync_payment(payment_id=payment.public_id)

    payment.refresh_from_db()
    assert (payment.status, payment.refunded) == ("captured", 5000)
    assert price_of(access) == (5000, 0, "paid")
    with pytest.raises(PaymentNotPossible):
        rest.pay_rest(access=access, amount=5000, method="sandbox", return_url="http://localhost/")


def test_what_is_held_on_a_card_stays_held(shop: Shop) -> None:
    access = agreed(shop)
    Booking.objects.filter(pk=access.booking.pk).update(payment_state="on_card")

    change = proposed(shop, access)
    price_changes.approve(access=access, change=change.public_id)

    assert price_of(access)[2] == "on_card"
