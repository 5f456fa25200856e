"""Operators and the payment companies: chargebacks, and where their reports and the ledger differ."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.errors import DomainError
from common.money import Money
from frontend import desk_nav
from frontend.desk_nav import Queue
from frontend.once import new_key, once
from frontend.views.desk import OperatorsDesk, at_operators_desk
from payments.enums import DifferenceKind, Movement
from payments.gateways import title
from payments.models import GatewayDifference
from payments.selectors import gateways as read
from payments.services import look_again, settle_difference
from payments.services.comparing import NOTE_LENGTH

MOST_SHOWN = 200
DAYS_SHOWN = 14
# Days here are whole days of UTC, as reports are.

WHY: dict[str, str | Promise] = {
    DifferenceKind.NOT_BOOKED: gettext_lazy("The payment company moved it, and our books do not know of it."),
    DifferenceKind.NOT_REPORTED: gettext_lazy(
        "Our books say so, and the payment company does not report it."
    ),
    DifferenceKind.AMOUNT: gettext_lazy("Both know of it, with other amounts."),
    DifferenceKind.TWICE: gettext_lazy("The payment company moved it more than once."),
    DifferenceKind.MORE_THAN_HELD: gettext_lazy(
        "The payment company sent more to our bank than our books say that it held."
    ),
}
WHAT: dict[str, str | Promise] = {
    Movement.CAPTURE: gettext_lazy("A payment"),
    Movement.REFUND_PAID: gettext_lazy("A refund"),
    Movement.PAYOUT: gettext_lazy("A payout"),
    Movement.CHARGEBACK: gettext_lazy("A chargeback"),
    Movement.CHARGEBACK_WON: gettext_lazy("A chargeback that was won"),
    Movement.FEE: gettext_lazy("A fee of the payment company"),
    Movement.TO_BANK: gettext_lazy("Money sent to our bank"),
    Movement.OTHER: gettext_lazy("Something else"),
}
HOW: dict[str, str | Promise] = {
    DifferenceKind.NOT_BOOKED: gettext_lazy(
        "Look again: if it is about a payment of ours, it is asked about and booked. Else see at the payment company "
        "what it was, and write that down."
    ),
    DifferenceKind.NOT_REPORTED: gettext_lazy(
        "Look again: reports may come late. If it stays, ask the payment company, and write down what it said."
    ),
    DifferenceKind.AMOUNT: gettext_lazy(
        "See at the payment company which amount is right, put it right there, and write down how."
    ),
    DifferenceKind.TWICE: gettext_lazy("Give one of them back at the payment company, and write that down."),
    DifferenceKind.MORE_THAN_HELD: gettext_lazy(
        "Settle first what else differs: something it took is not in our books. Then look again, and it is booked."
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A difference in words, with both amounts."""

    difference: GatewayDifference
    what: str | Promise
    why: str | Promise
    how: str | Promise
    booked: Money
    reported: Money
    key: str


def _row(found: GatewayDifference) -> Row:
    return Row(
        difference=found,
        what=WHAT[found.moved],
        why=WHY[found.kind],
        how=HOW[found.kind],
        booked=Money(found.booked, found.currency),
        reported=Money(found.reported, found.currency),
        key=new_key(),
    )


@at_operators_desk()
def listing(desk: OperatorsDesk) -> HttpResponse:
    """Open differences with what can be done, and the days that were compared."""
    days = read.compared_days(clock.now().date() - timedelta(days=DAYS_SHOWN))
    return desk.render(
        "gateways",
        nav="gateways",
        rows=[_row(each) for each in read.open_differences()[:MOST_SHOWN]],
        settled=[_row(each) for each in read.settled_differences()[:20]],
        days=[
            {
                "day": each,
                "reported": Money(each.reported, each.currency),
                "booked": Money(each.booked, each.currency),
                "fees": Money(each.fees, each.currency),
                "to_bank": Money(each.to_bank, each.currency),
            }
            for each in days
        ],
        holdings=[
            (title(each.gateway), Money(each.held, each.currency), Money(each.fees, each.currency))
            for each in read.holdings()
        ],
        note_length=NOTE_LENGTH,
    )


@at_operators_desk(methods=("POST",))
def again(desk: OperatorsDesk, difference: str) -> HttpResponse:
    """Ask the payment company again."""
    try:
        found = look_again(difference=difference, actor=desk.actor)
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(desk.request, str(error))
    else:
        if found.settled_at:
            messages.success(desk.request, _("It has come right."))
        else:
            messages.error(desk.request, _("Looked again: they still differ."))
    return redirect("desk:gateways")


@at_operators_desk(methods=("POST",))
def settle(desk: OperatorsDesk, difference: str) -> HttpResponse:
    """An operator settled it, and says how."""
    note = desk.request.POST.get("note", "")

    def run() -> dict[str, str]:
        return {"id": settle_difference(difference=difference, note=note, actor=desk.actor).public_id}

    try:
        once(desk.request, desk.request.POST.get("key", ""), run)
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(desk.request, str(error))
    else:
        messages.success(desk.request, _("Settled."))
    return redirect("desk:gateways")


@at_operators_desk()
def disputes(desk: OperatorsDesk) -> HttpResponse:
    """Chargebacks: those that wait for the bank's decision, then those that are decided."""
    return desk.render(
        "disputes",
        nav="disputes",
        waiting=list(read.open_disputes()[:MOST_SHOWN]),
        decided=list(read.closed_disputes()[:50]),
    )


desk_nav.register(
    Queue(
        name="disputes",
        title=gettext_lazy("Chargebacks"),
        icon="rotate-ccw",
        route="desk:disputes",
        rows=read.open_disputes,
        since="opened_at",
        position=45,
    )
)
desk_nav.register(
    Queue(
        name="gateways",
        title=gettext_lazy("Payment companies"),
        icon="scale",
        route="desk:gateways",
        rows=read.open_differences,
        since="found_at",
        position=46,
    )
)
