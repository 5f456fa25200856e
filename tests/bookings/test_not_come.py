"""Nobody came: the customer says so, the business has a day to deny it, and else it pays for its broken word."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.principals import Principal
from bookings.errors import AlreadyObjected, MoveRefused, ObjectionEnded, ObjectionOpen, TooEarly
from bookings.models import Booking, Objection
from bookings.presenters import actions, objection
from bookings.selectors.access import Access, booking_for
from bookings.services import changes, expiry, not_come, objections, paying, visits
from common import clock
from common.errors import InvalidInput, NotAllowed, NotFound
from common.models import Event
from payments import services as payments
from payments.enums import AccountKind
from payments.models import Payment
from payments.rules.policy import Policy, Prepayment
from payments.sandbox import service as sandbox
from payments.selectors import balance, held_amount, on_card_amount
from payments.selectors.wallets import wallet_balance
from providers.errors import OwnCause
from providers.models import Membership
from tests.bookings.conftest import Shop
from tests.bookings.test_price_changes import agreed
from tests.factories import make_due, tomorrow_at
from tests.signing_in import as_operator, make_operator

pytestmark = pytest.mark.django_db
PROMISE = Policy(breach_percent=40)
WORDS = "I waited at the door for half an hour."


@pytest.fixture
def missed(shop: Shop) -> Access:
    """A visit of 50.00, paid online, of a shop that promises 40 % when it breaks its word; it began 20 minutes ago."""
    payments.set_policy(provider=shop.outlet.provider, policy=PROMISE, actor="user:o")
    access = agreed(shop, online=True)
    make_due(access.booking.ref, ago=timedelta(minutes=20))
    return shop.again(access)


def wallet(shop: Shop) -> int:
    assert shop.customer.user
    return wallet_balance(shop.customer.user.public_id, "EUR")


def silent_for_a_day(access: Access) -> None:
    Objection.objects.filter(booking=access.booking).update(answer_by=clock.now() - timedelta(seconds=1))


def test_what_it_means_is_shown_before(missed: Access) -> None:
    found = not_come.consequence(missed.booking)

    assert (found.refund, found.compensation, found.let_go, found.at_shop) == (5000, 2000, 0, 0)
    assert "not_come" in actions(missed)


def test_a_business_that_says_nothing_for_a_day_has_not_come(shop: Shop, missed: Access) -> None:
    found = not_come.say(access=missed, text=WORDS)
    assert found.answer_by is not None
    assert timedelta(hours=23) < found.answer_by - clock.now() <= timedelta(hours=24)
    assert expiry.count_missed() == 0
    assert held_amount(missed.booking.ref) == 5000

    silent_for_a_day(missed)
    assert (expiry.count_missed(), expiry.count_missed()) == (1, 0)

    booking = Booking.objects.get(pk=missed.booking.pk)
    assert (booking.status, booking.cancelled_by, booking.payment_state) == ("cancelled", "staff", "refunded")
    assert not booking.objection_open
    assert not booking.items.get().allocations.filter(live=True).exists()
    assert wallet(shop) == 2000
    assert balance(AccountKind.PAYABLE, shop.outlet.provider.public_id, "EUR") == -2000
    assert Payment.objects.get().refunded == 5000
    shown = objection(shop.again(missed))
    assert shown is not None
    assert (shown.kind, shown.state, shown.refund and shown.refund.amount) == ("not_come", "missed", 5000)
    told = Event.objects.filter(subject_id=booking.ref).order_by("seq")
    assert [event.type for event in told][-3:] == [
        "booking.objected",
        "booking.objection_decided",
        "booking.cancelled",
    ]
    assert told.get(type="booking.objection_decided").payload["compensation"] == 2000
    assert payments.verify() == []


def test_a_manager_says_that_it_is_so(shop: Shop, missed: Access) -> None:
    not_come.say(access=missed, text=WORDS)
    with pytest.raises(NotAllowed):
        not_come.concede(access=booking_for(shop.staff, missed.booking.ref))
    manager = shop.as_owner(missed)
    assert "concede_objection" in actions(manager)

    not_come.concede(access=manager)

    assert (Booking.objects.get().status, wallet(shop)) == ("cancelled", 2000)
    with pytest.raises(ObjectionEnded):
        not_come.concede(access=shop.as_owner(missed))


def test_what_the_business_denies_operators_decide(shop: Shop, missed: Access) -> None:
    found = not_come.say(access=missed, text=WORDS)
    objections.object_to(access=shop.as_owner(missed), reason="We rang, nobody opened.")
    silent_for_a_day(missed)
    assert expiry.count_missed() == 0
    operator = as_operator(make_operator())
    for nobody in (shop.owner, shop.customer):
        with pytest.raises(NotFound):
            not_come.decide(principal=nobody, objection=found.public_id, reason="No.")

    not_come.decide(principal=operator, objection=found.public_id, reason="Their own van says otherwise.")

    assert (Booking.objects.get().status, wallet(shop)) == ("cancelled", 2000)
    with pytest.raises(ObjectionEnded):
        not_come.decide(principal=operator, objection=found.public_id, reason="Again.")
    assert payments.verify() == []


def test_or_they_find_that_somebody_did_come(shop: Shop, missed: Access) -> None:
    found = not_come.say(access=missed, text=WORDS)
    objections.object_to(access=shop.as_owner(missed), reason="We did come.")

    objections.decide(
        principal=as_operator(make_operator()),
        objection=found.public_id,
        refund_amount=0,
        reason="The neighbour saw them.",
    )

    assert (Booking.objects.get().status, wallet(shop), held_amount(missed.booking.ref)) == ("closed", 0, 0)
    assert payments.verify() == []


def test_who_comes_late_after_all_has_denied_it(shop: Shop, missed: Access) -> None:
    found = not_come.say(access=missed, text=WORDS)
    visits.check_in(access=shop.as_owner(missed), code=missed.booking.check_in_code)
    silent_for_a_day(missed)
    assert expiry.count_missed() == 0

    visits.start(access=shop.as_owner(missed))

    # It began: what it was worth is decided by amount.
    with pytest.raises(MoveRefused):
        not_come.decide(principal=as_operator(make_operator()), objection=found.public_id, reason="No.")
    assert not not_come.may_find(Objection.objects.get())


def test_taken_back_the_visit_goes_on(shop: Shop, missed: Access) -> None:
    not_come.say(access=missed, text=WORDS)
    objections.withdraw(access=shop.again(missed))

    assert expiry.count_missed() == 0
    assert Booking.objects.get().status == "confirmed"
    with pytest.raises(AlreadyObjected):
        not_come.say(access=shop.again(missed), text=WORDS)


def test_not_before_a_quarter_of_an_hour_has_passed_nor_by_others(shop: Shop, missed: Access) -> None:
    make_due(missed.booking.ref, ago=timedelta(minutes=14))
    early = shop.again(missed)
    assert "not_come" not in actions(early)
    with pytest.raises(TooEarly):
        not_come.say(access=early, text=WORDS)
    for other in (shop.as_owner(missed), booking_for(shop.staff, missed.booking.ref)):
        with pytest.raises(NotAllowed):
            not_come.say(access=other, text=WORDS)
    with pytest.raises(InvalidInput):
        not_come.say(access=early, text=" ")


def test_not_of_a_visit_that_has_begun_and_said_twice_it_is_one(shop: Shop, missed: Access) -> None:
    first = not_come.say(access=missed, text=WORDS)
    assert not_come.say(access=shop.again(missed), text="Still nobody.").pk == first.pk
    assert first.statements.count() == 1

    begun = agreed_and_checked_in(shop)
    with pytest.raises(MoveRefused):
        not_come.say(access=begun, text=WORDS)


def agreed_and_checked_in(shop: Shop) -> Access:
    access = shop.hold(tomorrow_at(14), principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="")
    make_due(access.booking.ref, ago=timedelta(hours=2))
    visits.check_in(access=shop.as_owner(access), code=None)
    return shop.again(access)


def test_while_it_is_open_nothing_moves(shop: Shop, missed: Access) -> None:
    version = changes.preview(access=missed, action="cancel").version
    not_come.say(access=missed, text=WORDS)

    for access in (shop.again(missed), shop.as_owner(missed)):
        with pytest.raises(ObjectionOpen):
            changes.cancel(access=access, version=version)
    with pytest.raises(ObjectionOpen):
        visits.no_show(access=shop.as_owner(missed))


def test_held_on_a_card_nothing_is_taken_unless_it_is_denied(shop: Shop, settings) -> None:
    settings.DEMO = True
    payments.set_policy(
        provider=shop.outlet.provider, policy=Policy(prepayment=Prepayment.HOLD), actor="user:o"
    )
    held = [on_card(shop, hour) for hour in (10, 12)]
    for access in held:
        not_come.say(access=access, text=WORDS)
        assert on_card_amount(access.booking.ref) == 5000
    silent, denied = held
    silent_for_a_day(silent)
    assert expiry.count_missed() == 1
    assert on_card_amount(silent.booking.ref) == 0
    assert shop.again(silent).booking.payment_state == "unpaid"

    # Denied, it is taken; found all the same, what was being taken goes back.
    objections.object_to(access=shop.as_owner(denied), reason="We were there.")
    found = Objection.objects.get(booking=denied.booking)
    not_come.decide(principal=as_operator(make_operator()), objection=found.public_id, reason="You were not.")
    payment = Payment.objects.get(booking_ref=denied.booking.ref)
    payments.sync_payment(payment_id=payment.public_id)

    payment.refresh_from_db()
    assert (payment.status, payment.refunded) == ("captured", 5000)
    assert held_amount(denied.booking.ref) == 0
    assert shop.again(denied).booking.payment_state == "refunded"
    assert payments.verify() == []


def on_card(shop: Shop, hour: int) -> Access:
    access = shop.hold(tomorrow_at(hour), principal=shop.customer)
    paying.pay(access=access, method="sandbox", return_url="http://testserver/")
    payment = Payment.objects.latest("pk")
    sandbox.act(payment.gateway_ref, "pay")
    payments.sync_payment(payment_id=payment.public_id)
    make_due(access.booking.ref, ago=timedelta(minutes=20))
    return shop.again(access)


def test_the_database_asks_for_a_due(missed: Access) -> None:
    with (
        pytest.raises(IntegrityError, match="objection_that_nobody_came_has_its_due"),
        transaction.atomic(),
    ):
        Objection.objects.create(booking=missed.booking, by="customer", kind="not_come", actor="guest")


def test_nobody_decides_in_their_own_cause(shop: Shop, missed: Access) -> None:

    found = not_come.say(access=missed, text=WORDS)
    operator: Principal = as_operator(make_operator())
    Membership.objects.create(provider=shop.outlet.provider, user=operator.user, role="staff")

    with pytest.raises(OwnCause):
        not_come.decide(principal=operator, objection=found.public_id, reason="Mine.")
