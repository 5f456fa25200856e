"""Money at the counter: noted once, by whom it concerns, and taken back by a manager."""

from datetime import timedelta

import pytest

from accounts.models import Customer
from accounts.principals import Principal
from bookings.enums import Source
from bookings.errors import PaymentNotPossible, PolicyChanged
from bookings.models import Booking
from bookings.selectors.access import Access, booking_for
from bookings.services import changes, expiry, front_desk, holds, till, visits
from common import clock
from common.errors import InvalidInput, NotAllowed
from common.models import AuditEntry, Event
from payments import services as payments
from payments.enums import AccountKind, CounterMeans, PaymentStatus, TransactionKind
from payments.errors import NotPaidAtCounter
from payments.models import LedgerTransaction, Payment
from payments.selectors import balance, counter_payments_of
from providers.enums import Role
from tests.factories import (
    make_due,
    make_member,
    make_outlet,
    make_service,
    make_staff,
    make_user,
    tomorrow_at,
)
from tests.payments.paying import paid_amount

pytestmark = pytest.mark.django_db


class Till:
    """A visit that is to be paid at the counter, and who may do what with it."""

    def __init__(self) -> None:
        self.outlet = make_outlet()
        self.aino, self.juho = make_staff(self.outlet), make_staff(self.outlet)
        self.service = make_service(self.outlet, staff=[self.aino, self.juho])
        self.manager = Principal(user=make_member(self.outlet.provider, Role.MANAGER))
        self.own = Principal(user=make_member(self.outlet.provider, Role.STAFF, staff=self.aino))
        self.colleague = Principal(user=make_member(self.outlet.provider, Role.STAFF, staff=self.juho))
        self.booking = front_desk.book_in(
            principal=self.manager,
            outlet=self.outlet.public_id,
            item=holds.ItemRequest(self.service.public_id, staff=self.aino.public_id),
            start=tomorrow_at(11),
            contact=holds.Contact("Ville"),
            source=Source.WALK_IN,
        )

    def access(self, who: Principal) -> Access:
        return booking_for(who, self.booking.ref)

    def take(self, who: Principal, **more: object) -> Booking:
        given = {"amount": 5000, "means": CounterMeans.CASH, **more}
        return till.take_payment(access=self.access(who), **given)  # type: ignore[arg-type]

    @property
    def state(self) -> str:
        return str(Booking.objects.get(pk=self.booking.pk).payment_state)

    @property
    def owed(self) -> int:
        """What the business owes the marketplace, in cents."""
        return -balance(AccountKind.PAYABLE, self.outlet.provider.public_id, "EUR")


@pytest.fixture
def desk() -> Till:
    return Till()


def test_who_serves_notes_it_once(desk: Till) -> None:
    desk.take(desk.own, note=" Receipt 7 ")

    payment = Payment.objects.get()
    assert (payment.status, payment.amount, payment.means) == (PaymentStatus.CAPTURED, 5000, "cash")
    assert payment.note == "Receipt 7"
    assert (desk.state, desk.owed) == ("paid", 250)
    with pytest.raises(PaymentNotPossible):
        desk.take(desk.manager)
    assert Payment.objects.count() == 1


def test_the_note_stays_out_of_events_and_the_trail(desk: Till) -> None:
    desk.take(desk.own, note="Ville Ranta, room 7")
    till.reverse_payment(access=desk.access(desk.manager), reason="Ville came back")

    told = [str(event.payload) for event in Event.objects.all()] + [
        str(e.data) for e in AuditEntry.objects.all()
    ]
    assert not [text for text in told if "Ville" in text]


def test_a_colleague_notes_nothing(desk: Till) -> None:
    with pytest.raises(NotAllowed):
        desk.take(desk.colleague)
    assert desk.state == "counter"


def test_another_amount_than_was_shown_is_refused(desk: Till) -> None:
    with pytest.raises(PolicyChanged):
        desk.take(desk.own, amount=4999)
    assert Payment.objects.count() == 0


def test_completing_after_it_notes_nothing_more(desk: Till) -> None:
    desk.take(desk.own, means=CounterMeans.TERMINAL)
    make_due(desk.booking.ref)
    access = desk.access(desk.manager)
    visits.check_in(access=access, code=None)
    visits.start(access=access)
    assert visits.complete(access=access).payment_state == "paid"
    assert Payment.objects.count() == 1


def test_completing_without_it_notes_it(desk: Till) -> None:
    make_due(desk.booking.ref)
    access = desk.access(desk.manager)
    visits.check_in(access=access, code=None)
    visits.start(access=access)
    visits.complete(access=access)
    assert (Payment.objects.get().means, desk.state) == ("", "paid")


def test_a_visit_that_nobody_marked_may_be_noted_later(desk: Till) -> None:
    with clock.at(desk.booking.ends_at + timedelta(hours=30)):
        visits.complete_by_time(desk.booking.ref)
        assert desk.state == "counter"
        desk.take(desk.own)
    assert (desk.state, desk.owed) == ("paid", 250)


def test_a_manager_takes_it_back_with_a_reason(desk: Till) -> None:
    desk.take(desk.own)

    till.reverse_payment(access=desk.access(desk.manager), reason="Typed twice")

    payment = Payment.objects.get()
    assert payment.reversed_at is not None
    assert payment.reversal_reason == "Typed twice"
    assert (desk.state, desk.owed, paid_amount(desk.booking.ref)) == ("counter", 0, 0)
    kinds = LedgerTransaction.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [TransactionKind.COUNTER, TransactionKind.REVERSAL]
    assert payments.verify() == []


def test_it_can_be_noted_again_after_that(desk: Till) -> None:
    desk.take(desk.own)
    till.reverse_payment(access=desk.access(desk.manager), reason="It was the terminal")
    desk.take(desk.own, means=CounterMeans.TERMINAL)

    standing = counter_payments_of([desk.booking.ref])[desk.booking.ref]
    assert (standing.means, desk.owed) == ("terminal", 250)
    assert Payment.objects.count() == 2
    assert payments.verify() == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_taking_back_needs_a_reason(desk: Till, reason: str) -> None:
    desk.take(desk.own)
    with pytest.raises(InvalidInput):
        till.reverse_payment(access=desk.access(desk.manager), reason=reason)
    assert desk.state == "paid"


def test_staff_take_nothing_back(desk: Till) -> None:
    desk.take(desk.own)
    with pytest.raises(NotAllowed):
        till.reverse_payment(access=desk.access(desk.own), reason="Mine")
    assert desk.state == "paid"


def test_nothing_noted_is_nothing_to_take_back(desk: Till) -> None:
    with pytest.raises(NotPaidAtCounter):
        till.reverse_payment(access=desk.access(desk.manager), reason="Why not")


def test_cancelling_what_was_paid_there_reverses_it(desk: Till) -> None:
    desk.take(desk.own)
    access = desk.access(desk.manager)
    version = changes.preview(access=access, action="cancel").version
    changes.cancel(access=access, version=version)

    assert (desk.state, desk.owed) == ("refunded", 0)
    assert payments.verify() == []


def told(desk: Till) -> dict[str, int]:
    """What the last event about the visit says of the money."""
    payload = Event.objects.filter(subject_id=desk.booking.ref).latest("seq").payload
    return {name: payload[name] for name in ("refund", "fee", "back_at_shop")}


def test_cancelling_early_what_was_paid_there_says_what_the_shop_hands_back(desk: Till) -> None:
    Booking.objects.update(starts_at=tomorrow_at(11, days=5), ends_at=tomorrow_at(12, days=5))
    desk.take(desk.own)
    customer = customer_of(desk)

    preview = changes.preview(access=customer, action="cancel")
    changes.cancel(access=customer, version=preview.version)

    assert (preview.refund, preview.fee, preview.at_shop) == (0, 0, 5000)
    assert told(desk) == {"refund": 0, "fee": 0, "back_at_shop": 5000}
    assert (desk.state, desk.owed) == ("refunded", 0)


def test_cancelling_late_what_was_paid_there_keeps_the_fee_and_its_commission(desk: Till) -> None:
    desk.take(desk.own, means=CounterMeans.TERMINAL)
    customer = customer_of(desk)

    with clock.at(desk.booking.starts_at - timedelta(hours=1)):
        preview = changes.preview(access=customer, action="cancel")
        changes.cancel(access=customer, version=preview.version)

    assert (preview.refund, preview.fee, preview.at_shop) == (0, 2500, 2500)
    assert told(desk) == {"refund": 0, "fee": 2500, "back_at_shop": 2500}
    kept = counter_payments_of([desk.booking.ref])[desk.booking.ref]
    assert (kept.amount, kept.means, desk.owed) == (2500, "terminal", 125)
    booking = Booking.objects.get()
    assert (booking.payment_state, booking.fee_amount) == ("refunded", 2500)
    assert payments.verify() == []


def test_who_paid_there_and_does_not_come_gets_what_the_policy_says(desk: Till) -> None:
    Booking.objects.update(policy={**desk.booking.policy, "no_show_percent": 80})
    desk.take(desk.own)

    with clock.at(desk.booking.starts_at + timedelta(minutes=30)):
        visits.no_show(access=desk.access(desk.manager))

    assert told(desk) == {"refund": 0, "fee": 4000, "back_at_shop": 1000}
    assert (desk.state, desk.owed) == ("refunded", 200)
    assert payments.verify() == []


def test_who_paid_there_and_loses_all_of_it_is_owed_nothing(desk: Till) -> None:
    desk.take(desk.own)

    with clock.at(desk.booking.starts_at + timedelta(minutes=30)):
        visits.no_show(access=desk.access(desk.manager))

    assert told(desk) == {"refund": 0, "fee": 5000, "back_at_shop": 0}
    assert (desk.state, desk.owed) == ("paid", 250)


def customer_of(desk: Till) -> Access:
    """The visit as the one it is for sees it."""
    user = make_user()
    Customer.objects.filter(pk=desk.booking.customer_id).update(user=user)
    return desk.access(Principal(user=user))


def test_a_hold_takes_no_money_at_the_counter(desk: Till) -> None:
    held = holds.hold(
        principal=Principal(user=make_user()),
        outlet=desk.outlet.public_id,
        items=[holds.ItemRequest(desk.service.public_id, staff=desk.juho.public_id)],
        start=tomorrow_at(11),
    ).booking
    with pytest.raises(PaymentNotPossible):
        till.take_payment(access=booking_for(desk.manager, held.ref), amount=5000, means=CounterMeans.CASH)
    assert expiry.expire_holds() == 0
