"""Cards that gateways keep: because it was asked for, paid with in one step, and forgotten when they are removed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from common import clock, privacy
from common.actors import user_actor
from common.errors import NotFound
from common.models import Event
from payments import services
from payments.enums import PaymentHint, PaymentStatus
from payments.errors import CardUnknown, GatewayRefused, GatewayUnavailable
from payments.gateways.counter import CounterGateway
from payments.models import CardHolder, LedgerTransaction, Payment, SavedCard
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxCard, SandboxCustomer
from payments.selectors import held_amount, on_card_amount
from payments.selectors.cards import cards_of, payable_cards
from tests.factories import make_user
from tests.payments.paying import BOOKING, PROVIDER
from tests.stripe_peer import books as numbers
from tests.stripe_peer.fixtures import told
from tests.stripe_peer.server import Fault, Peer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
BACK = "http://testserver/b/there"


@pytest.fixture
def user(db: None) -> User:
    return make_user()


def start(
    user: User, method: str, *, ref: str = BOOKING, amount: int = 5800, hold: bool = False, **asked: Any
) -> Payment:
    """A customer presses the button: a payment that keeps a card, or pays with a kept one."""
    actor = user_actor(user.public_id)
    with transaction.atomic():
        payment = services.prepare_payment(
            booking_ref=ref,
            provider_id=PROVIDER,
            amount=amount,
            method=method,
            currency="EUR",
            actor=actor,
            return_url=BACK,
            hold=hold,
            cards=services.choose_card(user=user, method=method, **asked),
        )
    return services.start_payment(payment, actor=actor)


def by_stripe(peer: Peer) -> Callable[[User, str], SavedCard]:
    def keep(user: User, card: str = numbers.GOOD) -> SavedCard:
        payment = start(user, "stripe", ref="HA-0", keep=True)
        peer.books.pay(payment.gateway_ref, card)
        if card == numbers.ASKS_ALWAYS:
            peer.books.step_up(payment.gateway_ref, confirmed=True)
        told(peer, copies=2)
        return cards_of(user)[0]

    return keep


def by_sandbox(user: User, action: str = "pay") -> SavedCard:
    payment = start(user, "sandbox", ref="HA-0", keep=True)
    sandbox.act(payment.gateway_ref, action)
    if action == "step_up":
        sandbox.act(payment.gateway_ref, "pay")
    services.sync_payment(payment_id=payment.public_id)
    return cards_of(user)[0]


def test_stripe_keeps_the_card_that_was_paid_with_and_tells_what_may_be_shown(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user)

    assert (card.brand, card.last4, card.exp_month, card.exp_year) == ("visa", "4242", 12, 2040)
    [customer] = peer.books.all("customer")
    assert customer["metadata"] == {"user": user.public_id}
    assert customer["email"] is None
    assert peer.books.things[card.token]["customer"] == card.holder.name == customer["id"]
    types = Event.objects.filter(subject_id=card.public_id).values_list("type", flat=True)
    assert list(types) == ["card.kept"]
    opened = Event.objects.get(type="payment.opened")
    assert (opened.payload["keep_card"], opened.actor) == (True, user_actor(user.public_id))


def test_nothing_is_kept_that_nobody_asked_for(peer: Peer, user: User) -> None:
    payment = start(user, "stripe")
    peer.books.pay(payment.gateway_ref)
    told(peer)

    assert not CardHolder.objects.exists()
    assert peer.books.all("customer") == []


def test_a_declined_card_is_not_kept(peer: Peer, user: User) -> None:
    payment = start(user, "stripe", keep=True)
    peer.books.pay(payment.gateway_ref, numbers.DECLINED)
    told(peer)

    assert not cards_of(user).exists()


def test_a_kept_card_pays_in_one_step(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user)
    peer.books.events.clear()
    peer._sent = 0

    payment = start(user, "stripe", card=card.public_id)

    assert payment.status == PaymentStatus.CAPTURED
    assert payment.gateway_ref.startswith("pi_")
    assert held_amount(BOOKING) == 5800
    assert set(told(peer, copies=2)) == {200}
    assert LedgerTransaction.objects.filter(booking_ref=BOOKING).count() == 1
    card.refresh_from_db()
    assert card.used_at is not None
    [refund] = services.refund_payment(
        booking_ref=BOOKING, amount=800, reason="test", actor="system", key="k"
    )
    services.carry_out_refund(refund_id=refund.public_id)
    assert [each["amount"] for each in peer.books.all("refund")] == [800]


def test_the_bank_may_still_ask(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user, numbers.ASKS_ALWAYS)

    payment = start(user, "stripe", card=card.public_id)
    assert (payment.status, payment.hint) == (PaymentStatus.PENDING, PaymentHint.STEP_UP)
    assert "/3ds/" in payment.redirect_url
    assert start(user, "stripe", card=card.public_id).pk == payment.pk  # pressed again: the same page

    answer = httpx.post(payment.redirect_url, data={"confirm": "yes"})
    assert answer.headers["location"] == BACK
    told(peer)

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CAPTURED


def test_refused_at_the_bank_it_has_failed_and_another_card_may_pay(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user, numbers.ASKS_ALWAYS)
    payment = start(user, "stripe", card=card.public_id)
    httpx.post(payment.redirect_url, data={"confirm": "no"})
    told(peer)

    payment.refresh_from_db()
    assert (payment.status, payment.hint) == (PaymentStatus.FAILED, PaymentHint.DECLINED)
    assert start(user, "stripe").status == PaymentStatus.PENDING


def test_a_kept_card_that_is_declined_takes_nothing(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user)
    peer.books.things[card.token]["_number"] = numbers.EXPIRED

    payment = start(user, "stripe", card=card.public_id)

    assert (payment.status, payment.hint) == (PaymentStatus.FAILED, PaymentHint.EXPIRED_CARD)
    assert held_amount(BOOKING) == 0


def test_what_is_held_on_a_kept_card_is_taken_later(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user)

    payment = start(user, "stripe", card=card.public_id, hold=True)
    assert payment.status == PaymentStatus.AUTHORISED
    assert on_card_amount(BOOKING) == 5800
    services.take_hold(booking_ref=BOOKING, amount=2900, actor="system")
    payment = services.sync_payment(payment_id=payment.public_id)

    assert (payment.status, payment.amount) == (PaymentStatus.CAPTURED, 2900)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST /v1/payment_intents", status=500, times=2),
        Fault(r"POST /v1/payment_intents/\w+/confirm", status=500, times=2),
        Fault(r"POST /v1/payment_intents/\w+/confirm", status=0, times=2),
        Fault(r"POST /v1/payment_intents/\w+/confirm", when="before", status=500, times=2),
    ],
    ids=["opened, no word", "paid, no word", "paid, cut off", "not paid"],
)
def test_a_kept_card_is_charged_once_whatever_is_lost(peer: Peer, user: User, fault: Fault) -> None:
    card = by_stripe(peer)(user)
    peer.faults.append(Fault(fault.match, when=fault.when, status=fault.status, times=2))
    with pytest.raises(GatewayUnavailable):
        start(user, "stripe", card=card.public_id)
    peer.answers.clear()  # more than a day later

    payment = start(user, "stripe", card=card.public_id)

    assert payment.status == PaymentStatus.CAPTURED
    taken = [each for each in peer.books.all("charge") if each["metadata"] == {"payment": payment.public_id}]
    assert len(taken) == 1


def test_a_poll_takes_nothing_from_a_card_while_its_holder_is_away(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user)
    fault = Fault("POST /v1/payment_intents", when="before", status=500, times=99)
    peer.faults.append(fault)
    with pytest.raises(GatewayUnavailable):
        start(user, "stripe", card=card.public_id)
    fault.times = 0
    payment = Payment.objects.get(booking_ref=BOOKING)

    payment = services.sync_payment(payment_id=payment.public_id)
    assert payment.status == PaymentStatus.PENDING
    services.cancel_open_payments(booking_ref=BOOKING, actor="system")
    services.sync_payment(payment_id=payment.public_id)

    assert peer.books.things[payment.gateway_ref]["status"] == "canceled"
    assert len(peer.books.all("charge")) == 1  # the one that kept it


def test_removed_it_is_forgotten_at_the_gateway_too(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user)
    peer.faults.append(Fault(r"POST /v1/payment_methods/\w+/detach", status=500, times=2))

    services.remove_card(user=user, card=card.public_id)
    assert not cards_of(user).exists()
    services.forget_at_gateways()
    assert SavedCard.objects.count() == 1  # told, and not answered: again
    with clock.at(clock.now() + timedelta(minutes=1)):
        services.forget_at_gateways()

    assert not SavedCard.objects.exists()
    assert peer.books.things[card.token]["customer"] is None
    with pytest.raises(NotFound):
        services.remove_card(user=user, card=card.public_id)
    types = Event.objects.filter(subject_id=card.public_id).order_by("seq").values_list("type", flat=True)
    assert list(types) == ["card.kept", "card.removed"]


def test_what_is_heard_of_an_old_payment_brings_no_removed_card_back(peer: Peer, user: User) -> None:
    card = by_stripe(peer)(user)
    services.remove_card(user=user, card=card.public_id)
    services.forget_at_gateways()

    peer.books.dispute(peer.books.all("payment_intent")[0]["id"])
    told(peer)

    assert not SavedCard.objects.exists()


def test_the_same_card_kept_again_takes_the_place_of_the_first(user: User) -> None:
    first = by_sandbox(user)
    payment = start(user, "sandbox", ref="HA-1", keep=True)
    sandbox.act(payment.gateway_ref, "pay")
    services.sync_payment(payment_id=payment.public_id)
    services.forget_at_gateways()

    [second] = cards_of(user)

    assert second.pk != first.pk
    assert [each.public_id for each in SandboxCard.objects.all()] == [second.token]


@pytest.mark.parametrize(
    ("kept_by", "status", "hint"),
    [
        ("pay", PaymentStatus.CAPTURED, ""),
        ("step_up", PaymentStatus.PENDING, PaymentHint.STEP_UP),
        ("pay_once", PaymentStatus.FAILED, PaymentHint.DECLINED),
    ],
)
def test_the_sandboxs_test_cards_do_what_they_are_for(
    user: User, kept_by: str, status: PaymentStatus, hint: str
) -> None:
    card = by_sandbox(user, kept_by)

    payment = start(user, "sandbox", card=card.public_id)

    assert (payment.status, payment.hint) == (status, hint)
    if status == PaymentStatus.PENDING:
        sandbox.act(payment.gateway_ref, "pay")
        assert services.sync_payment(payment_id=payment.public_id).status == PaymentStatus.CAPTURED


def test_nobody_pays_with_a_card_that_is_not_theirs_or_is_past_its_date(user: User) -> None:
    card = by_sandbox(user)
    for asked in (
        {"user": make_user(), "method": "sandbox", "card": card.public_id},
        {"user": user, "method": "stripe", "card": card.public_id},
        {"user": user, "method": "sandbox", "card": "crd_unknown"},
    ):
        with pytest.raises(CardUnknown):
            services.choose_card(**asked)
    SavedCard.objects.update(exp_year=2020)
    with pytest.raises(CardUnknown):
        services.choose_card(user=user, method="sandbox", card=card.public_id)
    assert payable_cards(user) == []
    assert [each.pk for each in cards_of(user)] == [card.pk]


def test_who_is_erased_leaves_no_card_anywhere(peer: Peer, user: User) -> None:
    by_stripe(peer)(user)
    by_sandbox(user)

    with transaction.atomic():
        services.forget_cards_of(user.pk)
    assert not SavedCard.objects.exists()
    services.forget_at_gateways()

    assert not CardHolder.objects.exists()
    assert (peer.books.all("customer"), SandboxCustomer.objects.count()) == ([], 0)
    assert Payment.objects.filter(card_holder__isnull=False).count() == 0


def test_the_database_refuses_a_card_twice_and_more_digits_than_are_shown(user: User) -> None:
    holder = CardHolder.objects.create(user=user, gateway="stripe")
    card = {"token": "pm_1", "brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030}
    holder.cards.create(**card)
    for name, change in (
        ("saved_card_is_kept_once", {}),
        ("saved_card_shows_four_digits", {"token": "pm_2", "last4": "42"}),
        ("saved_card_month_is_one", {"token": "pm_2", "exp_month": 13}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            holder.cards.create(**card | change)
    with pytest.raises(IntegrityError, match="card_holder_is_one"), transaction.atomic():
        CardHolder.objects.create(user=user, gateway="stripe")


def test_the_counter_keeps_no_cards(user: User) -> None:
    counter = CounterGateway()
    with pytest.raises(GatewayRefused):
        counter.open_holder(user="usr_1", idempotency_key="k")
    with pytest.raises(GatewayRefused):
        counter.forget_card(card="x")
    with pytest.raises(GatewayRefused):
        counter.forget_holder(holder="x")
    assert services.choose_card(user=user, method="counter", keep=True) == services.NO_CARD


def test_the_download_of_ones_data_lists_them(user: User) -> None:
    by_sandbox(user)

    told = privacy.export(privacy.find(privacy.Subject(user_pk=user.pk)))

    [card] = told["payments"]["cards"]
    assert (card["brand"], card["last4"], card["kept_by"]) == ("visa", "4242", "sandbox")
    assert "token" not in card
