"""Objecting to a visit: the timers stop, the money stays, and one decision shares it out."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Customer
from accounts.principals import Principal
from bookings import errors
from bookings.models import Booking, Objection
from bookings.presenters import actions, objection
from bookings.selectors.access import Access, booking_for
from bookings.services import changes, expiry, holds, objections, paying, visits
from common import clock
from common.errors import InvalidInput, NotAllowed, NotFound
from common.models import AuditEntry, Event
from payments.enums import AccountKind
from payments.errors import InvalidAmount, RefundTooMuch
from payments.models import Refund
from payments.selectors import balance, held_amount
from payments.services import verify
from providers.enums import Role
from providers.errors import OwnCause
from providers.models import Membership
from tests.bookings.conftest import Shop
from tests.bookings.test_api import Api, refused, token_of
from tests.bookings.test_changes import capture
from tests.bookings.test_requests import payment_of
from tests.factories import make_member, make_staff, tomorrow_at
from tests.signing_in import as_operator, make_operator, sign_in

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


@pytest.fixture
def paid(shop: Shop, contact: Contact) -> Access:
    """A guest's visit, paid online, whose time has come."""
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    capture(payment_of(access))
    has_begun(access)
    return shop.again(access)


@pytest.fixture
def done(shop: Shop, paid: Access) -> Access:
    """The same, done."""
    owner = shop.as_owner(paid)
    visits.check_in(access=owner, code=None)
    visits.start(access=owner)
    visits.complete(access=owner)
    return shop.again(paid)


@pytest.fixture
def operator() -> Principal:
    return as_operator(make_operator())


def has_begun(access: Access, hours: float = 0.5) -> None:
    start = clock.now() - timedelta(hours=hours)
    Booking.objects.filter(pk=access.booking.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))


def long_ago(access: Access) -> None:
    """So long that both timers would be over."""
    has_begun(access, 60)
    Booking.objects.filter(pk=access.booking.pk, completed_at__isnull=False).update(
        completed_at=clock.now() - timedelta(hours=59)
    )


def said(access: Access, reason: str = "The fringe is crooked.") -> Objection:
    return objections.object_to(access=access, reason=reason)


def events(access: Access) -> list[str]:
    return list(
        Event.objects.filter(subject_id=access.booking.ref).order_by("seq").values_list("type", flat=True)
    )


def test_an_objection_stops_the_closing_and_nothing_is_released(shop: Shop, done: Access) -> None:
    said(done)
    long_ago(done)

    assert (expiry.complete_unmarked(), expiry.close_completed()) == (0, 0)

    assert shop.again(done).booking.status == "completed"
    assert held_amount(done.booking.ref) == 5000


def test_an_objection_stops_the_completion_of_what_nobody_marked(shop: Shop, paid: Access) -> None:
    """The customer waited and nobody came."""
    said(paid)
    long_ago(paid)

    assert (expiry.complete_unmarked(), expiry.close_completed()) == (0, 0)

    assert shop.again(paid).booking.status == "confirmed"


@pytest.mark.parametrize("step", [visits.complete_by_time, visits.close_by_time])
def test_the_worker_that_has_found_it_due_already_leaves_it_alone(
    shop: Shop, paid: Access, step: Callable[[str], None]
) -> None:
    """Behind the query stands the lock: objected to between the two."""
    said(paid)
    owner = shop.as_owner(paid)
    if step is visits.close_by_time:
        visits.check_in(access=owner, code=None)
        visits.start(access=owner)
        visits.complete(access=owner)
    with pytest.raises(errors.ObjectionOpen):
        step(paid.booking.ref)


def test_nothing_that_moves_money_is_done_meanwhile(shop: Shop, paid: Access, done: Access) -> None:
    said(done)
    with pytest.raises(errors.ObjectionOpen):
        visits.close(access=done)
    assert actions(shop.again(done)) == ["withdraw_objection"]


def test_neither_cancelled_nor_moved_nor_a_no_show_meanwhile(shop: Shop, paid: Access) -> None:
    version = changes.preview(access=paid, action="cancel").version
    said(paid)
    owner = shop.as_owner(paid)
    for access in (shop.again(paid), owner):
        with pytest.raises(errors.ObjectionOpen):
            changes.preview(access=access, action="cancel")
        with pytest.raises(errors.ObjectionOpen):
            changes.cancel(access=access, version=version)
        with pytest.raises(errors.ObjectionOpen):
            changes.preview(access=access, action="reschedule")
    with pytest.raises(errors.ObjectionOpen):
        visits.no_show(access=owner)
    # What happens may still be marked.
    assert actions(owner) == ["check_in", "object"]
    assert visits.check_in(access=owner, code=None).status == "checked_in"


def test_the_same_side_again_changes_nothing_and_the_other_adds_its_words(shop: Shop, done: Access) -> None:
    first = said(done)
    seq = shop.again(done).booking.last_seq
    assert said(shop.again(done), "And it was late.") == first
    assert shop.again(done).booking.last_seq == seq

    owner = shop.as_owner(done)
    assert said(owner, "It was as she wished.") == first
    assert said(shop.as_owner(done), "Again.") == first

    assert [(s.by, s.text) for s in first.statements.all()] == [
        ("customer", "The fringe is crooked."),
        ("provider", "It was as she wished."),
    ]
    assert events(done)[-2:] == ["booking.objected", "booking.objection_answered"]


def test_the_business_may_object_too(shop: Shop, done: Access) -> None:
    found = said(booking_for(shop.staff, done.booking.ref), "He broke the chair.")
    assert (found.by, found.state) == ("provider", "open")
    with pytest.raises(errors.ObjectionOpen):
        visits.close(access=shop.again(done))


def test_what_is_said_stays_out_of_events_and_audit(shop: Shop, done: Access, operator: Principal) -> None:
    found = said(done, "Sirpa Salainen was rude.")
    objections.decide(
        principal=operator, objection=found.public_id, refund_amount=100, reason="Sirpa Salainen again."
    )
    told = [event.payload for event in Event.objects.all()] + [row.data for row in AuditEntry.objects.all()]
    assert "Salainen" not in json.dumps(told)


@pytest.mark.parametrize("status", ["held", "confirmed", "cancelled", "no_show", "closed"])
def test_not_before_the_start_nor_when_it_is_over(shop: Shop, contact: Contact, status: str) -> None:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    if status != "held":
        capture(payment_of(access))
    owner = shop.as_owner(access)
    if status == "cancelled":
        changes.cancel(access=owner, version=changes.preview(access=owner, action="cancel").version)
    if status == "no_show":
        has_begun(access)
        visits.no_show(access=owner)
    if status == "closed":
        has_begun(access)
        visits.check_in(access=owner, code=None)
        visits.start(access=owner)
        visits.complete(access=owner)
        visits.close(access=shop.again(access))
    for side in (shop.again(access), shop.as_owner(access)):
        assert side.booking.status == status
        assert "object" not in actions(side)
        with pytest.raises(errors.MoveRefused):
            said(side)


def test_it_needs_words(done: Access) -> None:
    for reason in ("", "  \n ", "x" * 2001):
        with pytest.raises(InvalidInput):
            said(done, reason)


def test_withdrawn_the_timers_run_anew(shop: Shop, done: Access) -> None:
    said(done)
    long_ago(done)
    objections.withdraw(access=shop.again(done))
    assert expiry.close_completed() == 0

    Booking.objects.update(timers_from=clock.now() - timedelta(hours=23, minutes=59))
    assert expiry.close_completed() == 0
    Booking.objects.update(timers_from=clock.now() - timedelta(hours=24, minutes=1))
    assert expiry.close_completed() == 1

    assert shop.again(done).booking.status == "closed"
    assert held_amount(done.booking.ref) == 0
    assert verify() == []


def test_withdrawn_what_nobody_marked_completes_a_day_later(shop: Shop, paid: Access) -> None:
    said(paid)
    objections.withdraw(access=shop.again(paid))
    long_ago(paid)
    assert expiry.complete_unmarked() == 0
    Booking.objects.update(timers_from=clock.now() - timedelta(hours=25))
    assert expiry.complete_unmarked() == 1


def test_one_side_objects_once_and_the_other_still_may(shop: Shop, done: Access) -> None:
    said(done)
    objections.withdraw(access=shop.again(done))
    access = shop.again(done)
    assert actions(access) == ["close"]
    with pytest.raises(errors.AlreadyObjected):
        said(access)
    with pytest.raises(errors.ObjectionEnded):
        objections.withdraw(access=access)
    assert said(shop.as_owner(done), "She never paid the towel.").by == "provider"


def test_who_takes_it_back(shop: Shop, done: Access) -> None:
    colleague = Principal(user=make_member(shop.outlet.provider, Role.STAFF, staff=make_staff(shop.outlet)))
    said(booking_for(shop.staff, done.booking.ref))
    for access in (shop.again(done), booking_for(colleague, done.booking.ref)):
        with pytest.raises(NotAllowed):
            objections.withdraw(access=access)
    # A manager for the business, though somebody else objected.
    assert objections.withdraw(access=shop.as_owner(done)).state == "withdrawn"


def test_who_may_object_and_who_reads_it(shop: Shop, done: Access, operator: Principal) -> None:
    colleague = Principal(user=make_member(shop.outlet.provider, Role.STAFF, staff=make_staff(shop.outlet)))
    for principal in (colleague, operator):
        with pytest.raises(NotAllowed):
            said(booking_for(principal, done.booking.ref))
    said(done)
    readers = {
        "customer": shop.again(done),
        "owner": shop.as_owner(done),
        "staff": booking_for(shop.staff, done.booking.ref),
        "operator": booking_for(operator, done.booking.ref),
        "colleague": booking_for(colleague, done.booking.ref),
    }
    seen = {name: objection(access) for name, access in readers.items()}
    assert {name: len(found.statements) for name, found in seen.items() if found} == {
        "customer": 1,
        "owner": 1,
        "staff": 1,
        "operator": 1,
        "colleague": 0,
    }


@pytest.mark.parametrize(
    ("refund", "earned", "state"),
    [(0, 4750, "released"), (5000, 0, "refunded"), (1999, 2851, "refunded")],
)
def test_decided_the_money_is_shared_out_to_the_cent(
    shop: Shop, done: Access, operator: Principal, refund: int, earned: int, state: str
) -> None:
    found = said(done)

    decided = objections.decide(
        principal=operator, objection=found.public_id, refund_amount=refund, reason="Heard both."
    )

    booking = shop.again(done).booking
    assert (booking.status, booking.objection_open) == ("closed", False)
    assert booking.payment_state == ("refunded" if refund else "paid")
    assert (decided.state, decided.refund_amount, decided.decision) == (state, refund, "Heard both.")
    assert sum(Refund.objects.values_list("amount", flat=True)) == refund
    assert held_amount(booking.ref) == 0
    assert balance(AccountKind.PAYABLE, shop.outlet.provider.public_id, "EUR") == earned
    assert events(done)[-2:] == ["booking.objection_decided", "booking.closed"]
    payload = Event.objects.get(type="booking.objection_decided").payload
    assert (payload["refund"], payload["released"]) == (refund, 5000 - refund)
    assert verify() == []


def test_decided_what_nobody_marked_counts_as_done(shop: Shop, paid: Access, operator: Principal) -> None:
    found = said(paid)
    objections.decide(
        principal=operator, objection=found.public_id, refund_amount=5000, reason="Nobody came."
    )
    assert events(paid)[-3:] == ["booking.objection_decided", "booking.completed", "booking.closed"]
    assert shop.again(paid).booking.status == "closed"


def test_not_more_than_is_held_goes_back(shop: Shop, done: Access, operator: Principal) -> None:
    found = said(done)
    for amount, error in ((5001, RefundTooMuch), (-1, InvalidAmount)):
        with pytest.raises(error):
            objections.decide(
                principal=operator, objection=found.public_id, refund_amount=amount, reason="Too much."
            )
    assert shop.again(done).booking.objection_open
    assert held_amount(done.booking.ref) == 5000


def test_of_what_was_paid_at_the_counter_nothing_is_held(
    shop: Shop, contact: Contact, operator: Principal
) -> None:
    access = shop.hold(contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    has_begun(access)
    found = said(shop.again(access))
    with pytest.raises(RefundTooMuch):
        objections.decide(principal=operator, objection=found.public_id, refund_amount=1, reason="No.")
    objections.decide(principal=operator, objection=found.public_id, refund_amount=0, reason="Closed.")
    assert shop.again(access).booking.status == "closed"
    assert verify() == []


def test_one_decides_once(shop: Shop, done: Access, operator: Principal) -> None:
    found = said(done)
    decide: dict[str, Any] = {"objection": found.public_id, "reason": "Heard."}
    objections.decide(principal=operator, refund_amount=1000, **decide)
    with pytest.raises(errors.ObjectionEnded):
        objections.decide(principal=as_operator(make_operator()), refund_amount=5000, **decide)
    with pytest.raises(errors.ObjectionEnded):
        objections.withdraw(access=shop.again(done))
    assert sum(Refund.objects.values_list("amount", flat=True)) == 1000


def test_only_operators_decide_and_in_a_session_with_their_second_factor(shop: Shop, done: Access) -> None:
    found = said(done)
    half = Principal(user=make_operator())
    for principal in (shop.owner, shop.customer, half):
        with pytest.raises(NotFound):
            objections.decide(principal=principal, objection=found.public_id, refund_amount=0, reason="x")
    with pytest.raises(NotFound):
        objections.decide(
            principal=as_operator(make_operator()), objection="obj_nothing", refund_amount=0, reason="x"
        )


def test_the_database_takes_one_open_objection_and_each_side_once(done: Access) -> None:
    said(done)
    for by in ("provider", "customer"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Objection.objects.create(booking=done.booking, by=by, actor="guest")
    Objection.objects.update(state="withdrawn", ended_at=clock.now())
    with pytest.raises(IntegrityError, match="each_side_objects_once"), transaction.atomic():
        Objection.objects.create(booking=done.booking, by="customer", actor="guest")


def test_over_the_api(shop: Shop, done: Access) -> None:
    owner = Api(token_of(shop.owner.user))
    path = f"/bookings/{done.booking.ref}"
    assert "object" in owner.get(path).json()["actions"]
    shown = owner.post(f"{path}/object", {"reason": "The chair is broken."}).json()
    assert shown["status"] == "completed"
    case = shown["objection"]
    assert (case["state"], case["by"], case["statements"][0]["text"]) == (
        "open",
        "provider",
        "The chair is broken.",
    )
    assert (case["refund"], case["decision"], case["ended_at"]) == (None, "", None)
    assert refused(owner.post(f"{path}/object", {"reason": ""})) == (422, "invalid_input")

    operator = sign_in(Client(), make_operator())
    sent = operator.post(
        f"/api/v1/desk/objections/{case['id']}/decide",
        json.dumps({"refund": 2000, "reason": "Half each."}),
        content_type="application/json",
        headers={"idempotency-key": str(uuid.uuid4())},
    )
    assert sent.status_code == 200
    assert (sent.json()["state"], sent.json()["refund"]["amount"]) == ("refunded", 2000)
    assert owner.get(path).json()["objection"]["decision"] == "Half each."
    assert refused(owner.post(f"{path}/withdraw-objection")) == (409, "objection_ended")


def test_nobody_decides_in_their_own_cause(shop: Shop, done: Access) -> None:
    found = said(done)
    member, customer = make_operator(), make_operator()
    Membership.objects.create(provider=shop.outlet.provider, user=member, role=Role.STAFF)
    Customer.objects.filter(pk=done.booking.customer_id).update(user=customer)
    for party in (member, customer):
        with pytest.raises(OwnCause):
            objections.decide(
                principal=as_operator(party), objection=found.public_id, refund_amount=100, reason="Mine."
            )
    assert shop.again(done).booking.objection_open
    assert not Refund.objects.exists()
