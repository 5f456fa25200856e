"""Money that a person gives back after a visit: exact amounts first, by item, and two people above the limit."""

import pytest
from django.db import IntegrityError, transaction

from accounts.principals import Principal
from bookings.enums import RefundState
from bookings.errors import PolicyChanged, RefundEnded, RefundRefused, RefundWaits, SecondPersonNeeded
from bookings.models import Booking, RefundRequest
from bookings.selectors.access import Access, booking_for
from bookings.services import paying, refunds, visits
from common.errors import InvalidInput, NotAllowed, NotFound
from payments import services as payments
from payments.enums import AccountKind, TransactionKind
from payments.errors import RefundTooMuch
from payments.models import Payment, Refund
from payments.rules.refunds import taken_back
from payments.selectors import balance
from payments.services.ledger import Account, Cause, Line
from providers.errors import OwnCause
from tests.bookings.conftest import Shop
from tests.bookings.test_price_changes import agreed, pay_open
from tests.factories import make_due, tomorrow_at
from tests.signing_in import make_operator

pytestmark = pytest.mark.django_db


def done(shop: Shop, *, closed: bool = True) -> Access:
    """A visit of 50.00 that was paid online and is over, as its manager sees it."""
    access = agreed(shop, online=True)
    make_due(access.booking.ref)
    manager = shop.as_owner(access)
    visits.check_in(access=manager, code=None)
    visits.start(access=manager)
    visits.complete(access=manager)
    if closed:
        visits.close(access=shop.again(access))
    return shop.as_owner(access)


def operator() -> Principal:
    return Principal(user=make_operator(), second_factor=True)


def give(access: Access, amount: int = 0, **more: object) -> RefundRequest:
    items = more.pop("items", ())
    found = refunds.preview(access=access, amount=amount, items=items)  # type: ignore[arg-type]
    return refunds.ask(
        access=access,
        amount=amount,
        items=items,  # type: ignore[arg-type]
        reason="It leaked",
        version=str(more.pop("version", found.version)),
    )


def books(shop: Shop) -> tuple[int, int, int]:
    """The provider's balance, the commission, and what is on its way back."""
    return (
        balance(AccountKind.PAYABLE, shop.outlet.provider.public_id, "EUR"),
        balance(AccountKind.COMMISSION, "marketplace", "EUR"),
        sum(refund.amount for refund in Refund.objects.all()),
    )


def test_a_part_of_what_was_released_takes_the_commission_back_with_it(shop: Shop) -> None:
    access = done(shop)
    assert books(shop) == (4750, 250, 0)

    found = refunds.preview(access=access, amount=2000)
    assert (found.held, found.provider, found.commission, found.vat) == (0, 1900, 100, 0)
    request = give(access, 2000)

    assert request.state == RefundState.DONE
    assert books(shop) == (2850, 150, 2000)
    give(shop.as_owner(access))
    assert books(shop) == (0, 0, 5000)
    with pytest.raises(RefundRefused):
        refunds.preview(access=access)
    assert payments.verify() == []


def test_what_is_held_goes_first(shop: Shop) -> None:
    access = done(shop, closed=False)

    give(access, 2000)
    visits.close(access=booking_for(shop.customer, access.booking.ref))

    assert books(shop) == (2850, 150, 2000)
    assert Booking.objects.get(pk=access.booking.pk).payment_state == "refunded"
    assert payments.verify() == []


def test_a_provider_that_was_paid_out_owes_it(shop: Shop) -> None:
    access = done(shop)
    provider = shop.outlet.provider.public_id
    payments.post(
        kind=TransactionKind.PAYOUT,
        booking_ref="",
        entries=[
            Line(Account(AccountKind.PAYABLE, provider), -4750, "EUR"),
            Line(Account(AccountKind.PAYOUT_DUE, "pyt_1"), 4750, "EUR"),
        ],
        actor="system",
        cause=Cause("payout", "pyt_1"),
    )

    give(access)

    assert books(shop) == (-4750, 0, 5000)
    assert refunds.may_refund(shop.as_owner(access)) is False


def test_by_item_it_is_what_the_item_costs(shop: Shop) -> None:
    access = done(shop)
    (item,) = access.booking.items.all()

    request = give(access, items=[item.public_id])

    assert (request.amount, request.items) == (5000, [[item.public_id, 5000]])
    with pytest.raises(NotFound):
        refunds.preview(access=done_again(shop), items=["itm_0000000000000000"])


def done_again(shop: Shop) -> Access:
    access = shop.hold(tomorrow_at(15), principal=shop.customer)
    paying.pay(access=access, method="sandbox", return_url="http://localhost/")
    pay_open(access.booking.ref)
    make_due(access.booking.ref)
    visits.check_in(access=shop.as_owner(access), code=None)
    visits.start(access=shop.as_owner(access))
    visits.complete(access=shop.as_owner(access))
    return shop.as_owner(access)


def test_what_is_refused(shop: Shop) -> None:
    ahead = agreed(shop, online=True)
    with pytest.raises(RefundRefused):
        refunds.preview(access=shop.as_owner(ahead))
    access = done_again(shop)
    for who in (shop.staff, shop.customer):
        with pytest.raises(NotAllowed):
            refunds.preview(access=booking_for(who, access.booking.ref))
    with pytest.raises(RefundTooMuch):
        give(access, 5001)
    with pytest.raises(InvalidInput):
        refunds.ask(access=access, amount=100, reason=" ", version="v")
    with pytest.raises(PolicyChanged):
        give(access, 100, version="completed.4900.100.100.0")
    assert Refund.objects.count() == 0


def test_above_the_limit_a_second_person_agrees(shop: Shop) -> None:
    payments.set_refund_limit(currency="EUR", amount=3000, actor="user:o")
    access = done(shop)
    give(access, 2000)
    assert RefundRequest.objects.get().state == RefundState.DONE

    # Many small ones are a large one.
    request = give(shop.as_owner(access), 1500)

    assert (request.state, Refund.objects.count()) == (RefundState.WAITING, 1)
    with pytest.raises(RefundWaits):
        give(shop.as_owner(access), 100)
    with pytest.raises(NotFound):
        refunds.approve(principal=shop.owner, request=request.public_id)
    refunds.approve(principal=operator(), request=request.public_id)
    assert books(shop) == (1425, 75, 3500)
    with pytest.raises(RefundEnded):
        refunds.approve(principal=operator(), request=request.public_id)


def test_who_asked_does_not_agree_as_well(shop: Shop) -> None:
    payments.set_refund_limit(currency="EUR", amount=0, actor="user:o")
    access, first = done(shop), operator()
    request = give(booking_for(first, access.booking.ref), 1000)

    with pytest.raises(SecondPersonNeeded):
        refunds.approve(principal=first, request=request.public_id)
    row = RefundRequest.objects.filter(pk=request.pk)
    with pytest.raises(IntegrityError, match="large_refund_has_two_people"), transaction.atomic():
        row.update(state="done", decided_by=request.asked_by, decided_at=access.booking.starts_at)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        row.update(amount=1)
    refunds.refuse(principal=operator(), request=request.public_id)

    assert Refund.objects.count() == 0
    assert Payment.objects.get(booking_ref=access.booking.ref).refunded == 0


def test_an_operator_gives_nothing_back_of_their_own_visit(shop: Shop) -> None:
    user = make_operator()
    shop.customer = Principal(user=user, second_factor=True)
    access = done(shop)

    with pytest.raises(OwnCause):
        give(booking_for(shop.customer, access.booking.ref), 100)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (1, {"payable": 1, "commission": 0, "tax": 0}),
        (100, {"payable": 94, "commission": 5, "tax": 1}),
        (5800, {"payable": 5436, "commission": 290, "tax": 74}),
    ],
)
def test_each_gives_back_as_it_earned(amount: int, expected: dict[str, int]) -> None:
    earned = {"payable": 5436, "commission": 290, "tax": 74}

    assert taken_back(amount, earned, last="payable") == expected
    assert sum(expected.values()) == amount
    with pytest.raises(ValueError, match="than was earned"):
        taken_back(5801, earned, last="payable")
