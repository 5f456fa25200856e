"""docs/money-flows.md tells what really is posted: each of its tables is what the services write."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bookings.selectors.access import Access, booking_for
from bookings.services import (
    changes,
    expiry,
    holds,
    not_come,
    objections,
    paying,
    price_changes,
    refunds,
    rest,
    till,
    visits,
)
from bookings.services.price_changes import Wish
from common import clock
from payments import services as payments
from payments.enums import CounterMeans, PayoutWay
from payments.models import LedgerTransaction, Payment, Payout, Refund
from payments.rules.payouts import Terms
from payments.rules.policy import Policy, Prepayment, Tier
from payments.sandbox import bank
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxBankPayout
from providers.models import Offering, Service
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.bookings.conftest import Shop
from tests.factories import make_due, make_user, tomorrow_at
from tests.signing_in import as_operator, make_operator

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[2] / "docs" / "money-flows.md"
OPERATOR = "user:usr_0000000000000009"
RETURN = "http://testserver/"


class Flow:
    """A visit of 58.00 in Finland, at 5 % commission with 25.5 % VAT on it, and what may become of it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        Service.objects.update(price_amount=5800)
        Offering.objects.update(price_amount=5800)
        payments.set_commission_vat(country="FI", rate_bp=2550, actor=OPERATOR)
        account = by_iban(holder="Kampaamo", iban="FI21 1234 5600 0007 85")
        set_bank_account(provider=shop.outlet.provider, account=account, user=make_user())
        payments.set_payout_terms(provider=None, terms=Terms(way=PayoutWay.HAND), actor=OPERATOR)

    def terms(self, **more: Any) -> None:
        provider = self.shop.outlet.provider
        payments.set_policy(
            provider=provider,
            policy=Policy(**more),
            currency="EUR" if "deposit_amount" in more else "",
            actor=OPERATOR,
        )

    def book(self, method: str = "sandbox", *, days: int = 3, hour: int = 10, **more: Any) -> None:
        """Held, and paid or promised by the customer."""
        self.access = self.shop.hold(tomorrow_at(hour, days=days), principal=self.shop.customer)
        holds.details(access=self.access, contact=holds.Contact("Helmi", "helmi@example.com"))
        self.access = self.shop.again(self.access)
        paying.pay(access=self.access, method=method, return_url=RETURN, **more)
        if method != "counter":
            self.at_the_gateway("pay")

    def at_the_gateway(self, *actions: str) -> None:
        payment = Payment.objects.filter(method="sandbox").latest("pk")
        for action in actions:
            sandbox.act(payment.gateway_ref, action)
            payments.sync_payment(payment_id=payment.public_id)

    @property
    def desk(self) -> Access:
        return self.shop.as_owner(self.access)

    @property
    def customer(self) -> Access:
        return booking_for(self.shop.customer, self.access.booking.ref)

    def come(self) -> None:
        make_due(self.access.booking.ref)
        visits.check_in(access=self.desk, code=None)
        visits.start(access=self.desk)

    def done(self) -> None:
        self.come()
        visits.complete(access=self.desk)

    def close(self) -> None:
        visits.close(access=self.customer)

    def cancel(self, who: Access) -> None:
        changes.cancel(access=who, version=changes.preview(access=who, action="cancel").version)

    def worker(self) -> None:
        """What it tells gateways after commit."""
        for payment in Payment.objects.filter(method="sandbox"):
            payments.sync_payment(payment_id=payment.public_id)
        for refund in Refund.objects.exclude(status="done"):
            payments.carry_out_refund(refund_id=refund.public_id)

    def take(self, amount: int) -> None:
        till.take_payment(access=self.desk, amount=amount, means=CounterMeans.CASH)

    def run(self, day: int = 4) -> Payout:
        with clock.at(clock.now() + timedelta(days=day)):
            payments.start_run(key=f"run {day}", actor=OPERATOR)
            payments.plan_runs()
        return Payout.objects.latest("pk")

    def pay_out(self, day: int = 4) -> Payout:
        return payments.finish_payout(payout_id=self.run(day).public_id, actor=OPERATOR)


def online(flow: Flow) -> None:
    flow.book()
    flow.done()
    flow.close()
    flow.pay_out()


def deposit(flow: Flow) -> None:
    flow.terms(prepayment=Prepayment.DEPOSIT, deposit_amount=1000)
    flow.book()
    flow.come()
    flow.take(4800)
    visits.complete(access=flow.desk)
    flow.close()


def cash(flow: Flow) -> None:
    flow.book("counter")
    flow.done()
    flow.book(hour=12)
    flow.done()
    flow.close()
    flow.pay_out()


def note_taken_back(flow: Flow) -> None:
    flow.book("counter")
    flow.come()
    flow.take(5800)
    till.reverse_payment(access=flow.desk, reason="The other booking")


def in_time(flow: Flow) -> None:
    flow.book()
    flow.cancel(flow.customer)
    flow.worker()


def late(flow: Flow) -> None:
    flow.terms(cancel=(Tier(7 * 24 * 60, 0), Tier(0, 50)))
    flow.book()
    flow.cancel(flow.customer)
    flow.worker()


def nobody_came(flow: Flow) -> None:
    flow.book()
    make_due(flow.access.booking.ref)
    visits.no_show(access=flow.desk)


def on_the_card(flow: Flow) -> None:
    flow.terms(prepayment=Prepayment.HOLD)
    flow.book()
    flow.done()
    flow.worker()
    flow.close()


def let_go_but_for_the_fee(flow: Flow) -> None:
    flow.terms(prepayment=Prepayment.HOLD, cancel=(Tier(7 * 24 * 60, 0), Tier(0, 50)))
    flow.book()
    flow.cancel(flow.customer)
    flow.worker()


def another_price(flow: Flow) -> None:
    flow.book()
    flow.come()
    oil = price_changes.propose(access=flow.desk, wish=Wish(name="Beard oil", amount=800))
    price_changes.approve(access=flow.customer, change=oil.public_id)
    rest.pay_rest(access=flow.customer, amount=800, method="sandbox", return_url=RETURN)
    flow.at_the_gateway("pay")
    visits.complete(access=flow.desk)
    flow.close()


def part_back(flow: Flow) -> None:
    flow.book()
    flow.done()
    flow.close()
    found = refunds.preview(access=flow.desk, amount=2000)
    refunds.ask(access=flow.desk, amount=2000, items=(), reason="It leaked", version=found.version)
    flow.worker()


def objection(flow: Flow) -> None:
    flow.book()
    flow.done()
    found = objections.object_to(access=flow.customer, reason="The fringe is crooked.")
    operator = as_operator(make_operator())
    objections.decide(principal=operator, objection=found.public_id, refund_amount=2900, reason="Half of it.")
    flow.worker()


def chargeback(flow: Flow) -> None:
    flow.book()
    flow.done()
    flow.close()
    flow.at_the_gateway("dispute", "win")


def broken_word(flow: Flow) -> None:
    flow.terms(breach_percent=50, breach_before_min=7 * 24 * 60)
    flow.book()
    flow.cancel(flow.desk)
    flow.worker()
    flow.book(hour=12, wallet=True)


def provider_absent(flow: Flow) -> None:
    flow.terms(breach_percent=50)
    flow.book()
    make_due(flow.access.booking.ref, ago=timedelta(minutes=20))
    said = not_come.say(access=flow.customer, text="I rang twice.")
    said.answer_by = clock.now()
    said.save(update_fields=["answer_by"])
    expiry.count_missed()
    flow.worker()


def into_the_wallet(flow: Flow) -> None:
    flow.book()
    version = changes.preview(access=flow.customer, action="cancel").version
    changes.cancel(access=flow.customer, version=version, to_wallet=True)
    user = flow.shop.customer.require_user()
    payments.send_wallet_back(user_id=user.public_id, currency="EUR", amount=5800, actor=OPERATOR)
    flow.worker()


def came_back(flow: Flow) -> None:
    flow.book()
    flow.done()
    flow.close()
    payments.fail_payout(payout_id=flow.pay_out().public_id, failure="returned", actor=OPERATOR)
    flow.pay_out(day=5)


def kept_and_sent(flow: Flow) -> None:
    flow.book()
    payments.compare_day(gateway="sandbox", day=clock.now().date())
    with clock.at(clock.now() + timedelta(days=8)):
        bank.pay_bank()
        SandboxBankPayout.objects.update(created_at=clock.now())
        payments.compare_day(gateway="sandbox", day=clock.now().date())


FLOWS: dict[str, Callable[[Flow], None]] = {
    "Paid online, done, paid out": online,
    "A deposit online, the rest in cash": deposit,
    "Cash at the counter, netted at the payout": cash,
    "A note of the counter taken back": note_taken_back,
    "Cancelled in time": in_time,
    "Cancelled late": late,
    "Nobody came": nobody_came,
    "Held on the card, done": on_the_card,
    "Held on the card, cancelled late": let_go_but_for_the_fee,
    "Another price, the rest by phone": another_price,
    "A part back after the visit": part_back,
    "An objection, decided half and half": objection,
    "A chargeback, won": chargeback,
    "The provider cancels late; the wallet pays the next visit": broken_word,
    "The provider does not come": provider_absent,
    "Cancelled into the wallet, and on to the card": into_the_wallet,
    "A payout that comes back": came_back,
    "What the gateway keeps, and sends to our bank": kept_and_sent,
}


def posted() -> list[str]:
    """The ledger as rows of a table, in order: of each what it takes, and then what it gives."""
    rows = []
    for each in LedgerTransaction.objects.order_by("pk").prefetch_related("entries__account"):
        entries = sorted(each.entries.all(), key=lambda entry: (entry.amount > 0, -abs(entry.amount)))
        told = ", ".join(
            f"{entry.account.get_kind_display()} {'+' if entry.amount > 0 else '−'}{abs(entry.amount) / 100:.2f}"
            for entry in entries
        )
        rows.append(f"| `{each.kind}` | {told} |")
    return rows


def sections() -> dict[str, list[str]]:
    """The rows of each section's table in the page."""
    found = {}
    for part in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        title, _, text = part.partition("\n")
        found[title] = [line for line in text.splitlines() if line.startswith("| `")]
    return found


@pytest.mark.parametrize("title", FLOWS)
def test_the_page_tells_what_is_posted(title: str, shop: Shop, settings: Any) -> None:
    settings.DEMO = True
    FLOWS[title](Flow(shop))
    assert payments.verify() == []
    assert sections().get(title) == posted(), "\n".join([title, *posted()])


def test_the_page_has_these_flows_and_no_others() -> None:
    assert list(sections()) == list(FLOWS)
