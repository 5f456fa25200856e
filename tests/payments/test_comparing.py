"""What gateways report, beside the ledger: listed with a reason, settled by itself or by somebody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common import clock
from common.actors import SYSTEM
from common.errors import NotFound
from payments import services, tasks
from payments.enums import AccountKind, DifferenceKind, Movement, PaymentStatus, TransactionKind
from payments.errors import DifferenceSettled, NoteMissing
from payments.gateways.base import PayoutOrder
from payments.gateways.sandbox import SandboxGateway
from payments.models import GatewayDay, GatewayDifference, LedgerTransaction
from payments.sandbox import bank
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxBankPayout, SandboxIntent, SandboxPayout
from payments.selectors import balance
from tests.payments.paying import ACTOR, BOOKING, open_online, pay_online
from tests.stripe_peer.fixtures import told
from tests.stripe_peer.server import Peer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def today() -> Any:
    return datetime.now(tz=UTC).date()


def compare() -> list[tuple[str, str, int, int]]:
    services.compare_day(gateway="sandbox", day=today())
    open_ = GatewayDifference.objects.filter(settled_at__isnull=True).order_by("pk")
    return [(row.kind, row.moved, row.booked, row.reported) for row in open_]


def test_what_agrees_is_only_summed_up() -> None:
    payment = pay_online(5800)
    [refund] = services.refund_payment(booking_ref=BOOKING, amount=800, reason="test", actor=ACTOR, key="k")
    services.carry_out_refund(refund_id=refund.public_id)
    sandbox.act(payment.gateway_ref, "dispute")
    services.sync_payment(payment_id=payment.public_id)

    assert compare() == []

    day = GatewayDay.objects.get()
    assert (day.reported, day.booked, day.lines) == (-800, -800, 3)


def test_a_payment_that_nobody_heard_of_is_listed_and_looking_again_books_it() -> None:
    payment = open_online(5800)
    sandbox.act(payment.gateway_ref, "pay")
    assert compare() == [(DifferenceKind.NOT_BOOKED, Movement.CAPTURE, 0, 5800)]
    found = GatewayDifference.objects.get()
    assert found.payment_id == payment.public_id

    found = services.look_again(difference=found.public_id, actor=ACTOR)

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CAPTURED
    assert (found.settled_by, found.note) == (SYSTEM, "")
    with pytest.raises(DifferenceSettled):
        services.look_again(difference=found.public_id, actor=ACTOR)


def test_what_the_gateway_does_not_report_is_listed() -> None:
    payment = pay_online(5800)
    SandboxIntent.objects.filter(public_id=payment.gateway_ref).update(captured_at=None)

    assert compare() == [(DifferenceKind.NOT_REPORTED, Movement.CAPTURE, 5800, 0)]


def test_what_is_told_around_midnight_is_no_difference() -> None:
    payment = pay_online(5800)
    for days in (-1, 1):
        SandboxIntent.objects.filter(public_id=payment.gateway_ref).update(
            captured_at=clock.now() + timedelta(days=days)
        )
        with clock.at(clock.now() + timedelta(days=2)):
            assert compare() == []
            services.compare_day(gateway="sandbox", day=today() + timedelta(days=days))
    assert not GatewayDifference.objects.exists()


def test_another_amount_and_a_payout_of_nobody_are_listed() -> None:
    payment = pay_online(5800)
    SandboxIntent.objects.filter(public_id=payment.gateway_ref).update(captured=5900)
    SandboxGateway().pay_out(PayoutOrder("out_1", "acct_1", 700, "EUR", "po-1"))

    assert compare() == [
        (DifferenceKind.AMOUNT, Movement.CAPTURE, 5800, 5900),
        (DifferenceKind.NOT_BOOKED, Movement.PAYOUT, 0, -700),
    ]
    SandboxIntent.objects.filter(public_id=payment.gateway_ref).update(captured=5800)
    # The fee of the other amount was posted, and stays until somebody has looked.
    assert compare() == [
        (DifferenceKind.NOT_BOOKED, Movement.PAYOUT, 0, -700),
        (DifferenceKind.AMOUNT, Movement.FEE, -113, -112),
    ]


def test_an_operator_settles_it_with_a_word_and_it_stays_settled() -> None:
    SandboxGateway().pay_out(PayoutOrder("out_1", "acct_1", 700, "EUR", "po-1"))
    compare()
    found = GatewayDifference.objects.get().public_id
    with pytest.raises(NoteMissing):
        services.settle_difference(difference=found, note="  ", actor=ACTOR)

    row = services.settle_difference(difference=found, note="Sent back by them.", actor=ACTOR)

    assert (row.settled_by, row.note) == (ACTOR, "Sent back by them.")
    assert compare() == []
    with pytest.raises(DifferenceSettled):
        services.settle_difference(difference=found, note="Again", actor=ACTOR)
    with pytest.raises(NotFound):
        services.settle_difference(difference="dif_x", note="Again", actor=ACTOR)


def test_what_came_right_and_goes_wrong_again_is_open_again() -> None:
    SandboxGateway().pay_out(PayoutOrder("out_1", "acct_1", 700, "EUR", "po-1"))
    compare()
    SandboxPayout.objects.update(created_at=clock.now() - timedelta(days=3))
    assert compare() == []
    SandboxPayout.objects.update(created_at=clock.now())

    assert len(compare()) == 1


def test_each_night_the_last_days_are_compared_and_a_gateway_that_is_away_keeps_nobody_waiting(
    peer: Peer,
) -> None:
    sandbox.act(open_online().gateway_ref, "pay")
    peer.stop()

    with clock.at(clock.now() + timedelta(days=1)):
        tasks.compare_gateways(timestamp=0)

    assert GatewayDifference.objects.get().gateway == "sandbox"


def test_stripes_report_is_compared_with_the_ledger(peer: Peer) -> None:
    payment = open_online(method="stripe")
    intent = peer.books.pay(payment.gateway_ref)
    told(peer)
    [refund] = services.refund_payment(booking_ref=BOOKING, amount=800, reason="test", actor=ACTOR, key="k")
    services.carry_out_refund(refund_id=refund.public_id)
    assert services.compare_day(gateway="stripe", day=today()) == 0

    # Somebody refunds at Stripe by hand, and a chargeback nobody told of.
    peer.books.create_refund({"payment_intent": intent["id"], "amount": 100})
    peer.books.dispute(intent["id"], amount=500)
    assert services.compare_day(gateway="stripe", day=today()) == 2

    chargeback = GatewayDifference.objects.get(moved=Movement.CHARGEBACK)
    assert chargeback.payment_id == payment.public_id
    assert services.look_again(difference=chargeback.public_id, actor=ACTOR).settled_by == SYSTEM
    assert GatewayDay.objects.get().fees == 25 + 87 + 1500
    assert GatewayDifference.objects.get(settled_at__isnull=True).moved == Movement.REFUND_PAID


def stripes_day(peer: Peer) -> int:
    """A payment of 58.00 of which Stripe keeps 1.12; answers what is open."""
    payment = open_online(method="stripe")
    peer.books.pay(payment.gateway_ref)
    told(peer)
    return services.compare_day(gateway="stripe", day=today())


def held() -> int:
    return -balance(AccountKind.GATEWAY, "stripe", "EUR")


def test_fees_are_posted_once_and_the_gateway_holds_what_is_left(peer: Peer) -> None:
    assert stripes_day(peer) == 0
    assert services.compare_day(gateway="stripe", day=today()) == 0

    assert (held(), balance(AccountKind.FEES, "stripe", "EUR")) == (5800 - 112, -112)
    assert held() == peer.books.balance("eur")
    [posted] = LedgerTransaction.objects.filter(kind=TransactionKind.GATEWAY_FEE)
    assert posted.actor == "gateway:stripe"
    day = GatewayDay.objects.get()
    assert (day.reported, day.booked, day.fees, day.fees_booked) == (5800, 5800, 112, 112)


def test_what_goes_to_our_bank_is_posted_and_what_comes_back(peer: Peer) -> None:
    assert stripes_day(peer) == 0
    sent = peer.books.pay_bank(5688)
    assert services.compare_day(gateway="stripe", day=today()) == 0
    assert (held(), balance(AccountKind.BANK, "marketplace", "EUR")) == (0, -5688)
    assert GatewayDay.objects.get().to_bank == 5688

    peer.books.bank_refuses(sent["id"])
    assert services.compare_day(gateway="stripe", day=today()) == 0

    assert (held(), balance(AccountKind.BANK, "marketplace", "EUR")) == (5688, 0)
    assert LedgerTransaction.objects.filter(kind=TransactionKind.GATEWAY_PAYOUT).count() == 2
    assert GatewayDay.objects.get().to_bank == GatewayDay.objects.get().to_bank_booked == 0


def test_an_amount_that_the_report_changes_is_listed_and_not_posted_again(peer: Peer) -> None:
    assert stripes_day(peer) == 0
    peer.books.pay_bank(5000)
    assert services.compare_day(gateway="stripe", day=today()) == 0
    by_type = {each["type"]: each for each in peer.books.all("balance_transaction")}
    by_type["payout"]["amount"] = -5100
    by_type["charge"]["fee"] = 200

    assert services.compare_day(gateway="stripe", day=today()) == 2

    rows = GatewayDifference.objects.order_by("moved").values_list("moved", "kind", "booked", "reported")
    assert list(rows) == [
        (Movement.FEE, DifferenceKind.AMOUNT, -112, -200),
        (Movement.TO_BANK, DifferenceKind.AMOUNT, -5000, -5100),
    ]
    assert held() == 688


def test_more_to_our_bank_than_was_held_waits_until_the_books_know_why(peer: Peer) -> None:
    assert stripes_day(peer) == 0
    payment = open_online(1000, "HA-2", method="stripe")
    peer.books.pay(payment.gateway_ref)  # nobody hears of it
    peer.books.pay_bank(peer.books.balance("eur"))

    assert services.compare_day(gateway="stripe", day=today()) == 2
    found = GatewayDifference.objects.get(moved=Movement.TO_BANK)
    assert (found.kind, found.booked) == (DifferenceKind.MORE_THAN_HELD, -held())
    services.look_again(
        difference=GatewayDifference.objects.get(moved=Movement.CAPTURE).public_id, actor=ACTOR
    )

    assert not GatewayDifference.objects.filter(settled_at__isnull=True).exists()
    assert held() == peer.books.balance("eur") == 0


def test_the_sandbox_keeps_fees_and_sends_what_has_stood_for_a_week_to_the_bank() -> None:
    pay_online(5800)
    assert compare() == []
    assert balance(AccountKind.FEES, "sandbox", "EUR") == -112
    assert bank.pay_bank() == 0

    with clock.at(clock.now() + timedelta(days=8)):
        assert (bank.pay_bank(), bank.pay_bank()) == (1, 0)
        SandboxBankPayout.objects.update(created_at=clock.now())
        services.compare_day(gateway="sandbox", day=clock.now().date())

    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == 0
    assert balance(AccountKind.BANK, "marketplace", "EUR") == -5688
    assert bank.balance("EUR") == 0
