"""Services that ask for acceptance: asked, accepted, declined, left unanswered; and the money each time."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bookings import errors
from bookings.models import Allocation, Booking
from bookings.presenters import actions
from bookings.selectors.access import Access, booking_for
from bookings.services import changes, expiry, holds, paying, requests
from common import clock
from common.errors import NotAllowed
from common.models import Event
from payments.enums import AccountKind, PaymentStatus
from payments.models import Payment, Refund
from payments.selectors import balance, held_amount
from payments.services import verify
from tests.bookings.conftest import Shop
from tests.bookings.test_api import Api, refused, token_of, wanted
from tests.bookings.test_changes import cancel, capture
from tests.factories import make_member, make_staff, tomorrow_at

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


@pytest.fixture
def asking(shop: Shop) -> Shop:
    """The shop's service asks for acceptance within 12 hours."""
    shop.service.needs_acceptance, shop.service.acceptance_hours = True, 12
    shop.service.save()
    return shop


def payment_of(access: Access, ref: str = "pi_test") -> Payment:
    return Payment.objects.create(
        booking_ref=access.booking.ref,
        provider_id=access.booking.outlet.provider.public_id,
        amount=5000,
        currency="EUR",
        method="sandbox",
        gateway="sandbox",
        gateway_ref=ref,
        status=PaymentStatus.PENDING,
    )


@pytest.fixture
def asked(asking: Shop, contact: Contact) -> Access:
    """A guest's request, paid online, three days ahead."""
    access = asking.hold(tomorrow_at(10, days=3), contact=contact())
    capture(payment_of(access))
    return asking.again(access)


@pytest.fixture
def promised(asking: Shop, contact: Contact) -> Access:
    """A guest's request, to be paid at the counter."""
    access = asking.hold(tomorrow_at(10, days=3), contact=contact())
    assert paying.pay(access=access, method="counter", return_url="") == paying.Payment("requested", None)
    return asking.again(access)


def overdue(access: Access) -> None:
    Booking.objects.filter(pk=access.booking.pk).update(accept_by=clock.now() - timedelta(seconds=1))


def last_event(access: Access) -> dict[str, Any]:
    event = Event.objects.filter(subject_id=access.booking.ref).latest("seq")
    return {"type": event.type, **event.payload}


def assert_all_went_back(shop: Shop, access: Access) -> None:
    booking = shop.again(access).booking
    assert (booking.status, booking.payment_state, booking.fee_amount) == ("declined", "refunded", 0)
    assert Refund.objects.get().amount == 5000
    assert held_amount(booking.ref) == 0
    assert balance(AccountKind.PAYABLE, shop.outlet.provider.public_id, "EUR") == 0
    assert not Allocation.objects.filter(live=True).exists()
    assert verify() == []


def test_paid_online_it_is_asked_for_and_the_money_is_held(asked: Access) -> None:
    booking = asked.booking
    assert (booking.status, booking.payment_state, booking.confirmed_at) == ("requested", "paid", None)
    assert held_amount(booking.ref) == 5000
    assert booking.accept_by is not None
    assert abs(booking.accept_by - clock.now() - timedelta(hours=12)) < timedelta(seconds=5)
    assert last_event(asked)["accept_by"] == clock.rfc3339(booking.accept_by)
    assert Allocation.objects.filter(live=True).count() == 1


def test_accepted_it_is_confirmed_and_the_money_stays_held(asking: Shop, asked: Access) -> None:
    booking = requests.accept(access=asking.as_owner(asked))

    assert (booking.status, booking.payment_state) == ("confirmed", "paid")
    assert booking.confirmed_at is not None
    assert held_amount(booking.ref) == 5000
    assert (last_event(asked)["type"], last_event(asked)["accepted"]) == ("booking.confirmed", True)


def test_accepted_to_be_paid_at_the_counter_it_is_confirmed_unpaid(asking: Shop, promised: Access) -> None:
    booking = requests.accept(access=asking.as_owner(promised))

    assert (booking.status, booking.payment_state) == ("confirmed", "counter")


def test_declined_all_goes_back_and_the_time_is_free(asking: Shop, asked: Access) -> None:
    booking = requests.decline(access=asking.as_owner(asked), reason="  Aino is ill. ")

    assert_all_went_back(asking, asked)
    assert booking.decline_reason == "Aino is ill."
    event = last_event(asked)
    assert (event["type"], event["refund"], event["by"]) == ("booking.declined", 5000, "staff")
    assert "Aino" not in json.dumps(event)
    assert asking.hold(tomorrow_at(10, days=3)).booking.status == "held"


def test_declined_what_was_to_be_paid_at_the_counter_is_owed_no_more(asking: Shop, promised: Access) -> None:
    booking = requests.decline(access=asking.as_owner(promised))

    assert (booking.status, booking.payment_state) == ("declined", "unpaid")
    assert not Refund.objects.exists()


def test_nobody_answered_in_time(asking: Shop, asked: Access) -> None:
    assert expiry.decline_unanswered() == 0
    overdue(asked)

    assert expiry.decline_unanswered() == 1
    assert expiry.decline_unanswered() == 0

    assert_all_went_back(asking, asked)
    assert last_event(asked)["by"] == "system"


def test_nobody_accepts_what_is_overdue_but_may_still_decline(asking: Shop, asked: Access) -> None:
    overdue(asked)
    with pytest.raises(errors.AnswerOverdue):
        requests.accept(access=asking.as_owner(asked))
    assert asking.again(asked).booking.status == "requested"
    assert requests.decline(access=asking.as_owner(asked)).status == "declined"


def test_one_request_that_fails_keeps_no_other_waiting(
    asking: Shop, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = []
    for hour in (10, 12):
        access = asking.hold(tomorrow_at(hour), contact=contact(email=f"guest{hour}@example.com"))
        paying.pay(access=access, method="counter", return_url="")
        overdue(access)
        refs.append(access.booking.ref)
    decline = requests.decline_overdue

    def fail_for_one(ref: str) -> None:
        if ref == refs[0]:
            raise ValueError("a subscriber fails")
        decline(ref)

    monkeypatch.setattr(requests, "decline_overdue", fail_for_one)

    assert expiry.decline_unanswered() == 1
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["requested", "declined"]


def test_one_that_was_answered_meanwhile_is_left_alone(
    asking: Shop, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    accesses = []
    for hour in (10, 12):
        access = asking.hold(tomorrow_at(hour), contact=contact(email=f"guest{hour}@example.com"))
        paying.pay(access=access, method="counter", return_url="")
        overdue(access)
        accesses.append(asking.again(access))
    decline = requests.decline_overdue

    def then_the_other_is_cancelled(ref: str) -> None:
        decline(ref)
        cancel(accesses[1])

    monkeypatch.setattr(requests, "decline_overdue", then_the_other_is_cancelled)

    assert expiry.decline_unanswered() == 1
    assert asking.again(accesses[1]).booking.status == "cancelled"


def test_the_customer_gives_a_request_up_at_no_cost_however_late(asking: Shop, asked: Access) -> None:
    start = clock.now() + timedelta(hours=1)
    Booking.objects.filter(pk=asked.booking.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
    access = asking.again(asked)
    preview = changes.preview(access=access, action="cancel")
    assert (preview.refund, preview.fee) == (5000, 0)

    booking = cancel(access)

    assert (booking.status, booking.fee_amount) == ("cancelled", 0)
    assert Refund.objects.get().amount == 5000
    assert verify() == []


def test_moved_by_its_customer_it_is_asked_anew(asking: Shop, asked: Access) -> None:
    before = asked.booking.accept_by
    start = tomorrow_at(9)
    version = changes.preview(access=asked, action="reschedule", start=start).version
    with clock.at(start - timedelta(hours=6)):
        booking = changes.reschedule(access=asked, start=start, staff=None, version=version)

    assert (booking.status, booking.starts_at, booking.fee_amount) == ("requested", start, 0)
    assert booking.accept_by == start - timedelta(hours=2) != before


def test_the_business_answers_a_request_and_does_not_move_it(asking: Shop, asked: Access) -> None:
    owner = asking.as_owner(asked)
    assert actions(owner) == ["accept", "decline", "cancel"]
    with pytest.raises(errors.MoveRefused):
        changes.preview(access=owner, action="reschedule")


def test_what_the_business_books_itself_needs_no_acceptance(asking: Shop, contact: Contact) -> None:
    held = asking.hold(principal=asking.owner, contact=contact())
    assert held.booking.acceptance_hours is None
    assert paying.pay(access=held, method="counter", return_url="").status == "confirmed"


def test_what_the_business_confirms_for_a_customer_is_accepted(asking: Shop, contact: Contact) -> None:
    held = asking.hold(contact=contact())
    assert held.booking.acceptance_hours == 12
    assert paying.pay(access=asking.as_owner(held), method="counter", return_url="").status == "confirmed"


def test_the_hours_are_those_agreed_at_the_hold(asking: Shop, contact: Contact) -> None:
    held = asking.hold(contact=contact())
    asking.service.needs_acceptance = False
    asking.service.save()
    assert paying.pay(access=held, method="counter", return_url="").status == "requested"


def test_paid_after_the_hold_ended_it_is_asked_for_if_the_time_is_still_free(
    asking: Shop, contact: Contact
) -> None:
    access = asking.hold(tomorrow_at(10, days=3), contact=contact())
    payment = payment_of(access)
    Booking.objects.filter(pk=access.booking.pk).update(hold_expires_at=clock.now() - timedelta(minutes=1))
    expiry.expire_holds()

    capture(payment)

    booking = asking.again(access).booking
    assert (booking.status, booking.ended_at, booking.confirmed_at) == ("requested", None, None)
    assert Allocation.objects.filter(live=True).count() == 1


def test_who_answers(asking: Shop, asked: Access) -> None:
    from accounts.principals import Principal
    from providers.enums import Role

    colleague = Principal(
        user=make_member(asking.outlet.provider, Role.STAFF, staff=make_staff(asking.outlet))
    )
    for access in (asked, booking_for(colleague, asked.booking.ref)):
        for answer in (requests.accept, requests.decline):
            with pytest.raises(NotAllowed):
                answer(access=access)
    assert requests.accept(access=booking_for(asking.staff, asked.booking.ref)).status == "confirmed"


def test_over_the_api(asking: Shop) -> None:
    made = (
        Api().post("/bookings", wanted(asking, customer={"name": "Helmi", "email": "h@example.com"})).json()
    )
    assert made["accept_by"] is not None
    guest, owner = Api(made["token"]), Api(token_of(asking.owner.user))
    path = f"/bookings/{made['ref']}"
    assert guest.post(f"{path}/payments", {"method": "counter"}).json()["status"] == "requested"
    shown = guest.get(path).json()
    assert (shown["status"], shown["actions"]) == ("requested", ["cancel", "reschedule"])
    assert (shown["check_in_code"], shown["decline_reason"]) == (None, "")
    assert shown["accept_by"] is not None

    assert refused(guest.post(f"{path}/accept")) == (403, "not_allowed")
    declined = owner.post(f"{path}/decline", {"reason": "Fully booked."}).json()
    assert (declined["status"], declined["accept_by"]) == ("declined", None)
    assert guest.get(path).json()["decline_reason"] == "Fully booked."
    assert refused(owner.post(f"{path}/accept")) == (409, "move_refused")
    assert [row["status"] for row in Api(token_of(asking.owner.user)).get("/bookings").json()["items"]] == []


def test_overdue_over_the_api(asking: Shop, asked: Access) -> None:
    overdue(asked)
    owner = Api(token_of(asking.owner.user))
    assert refused(owner.post(f"/bookings/{asked.booking.ref}/accept")) == (409, "answer_overdue")
    too_long = owner.post(f"/bookings/{asked.booking.ref}/decline", {"reason": "x" * 501})
    assert refused(too_long) == (422, "invalid_input")
