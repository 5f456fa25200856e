"""The marketplace's money at the operators' desk: what it holds and owes, by week, and what is overdue."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.services import refunds
from common.errors import NotFound
from common.money import Money
from frontend.money_chart import Chart, weeks_chart
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.desk_gateways import WHY
from payments.enums import AccountKind, PayoutStatus, PayoutWay, RefundStatus
from payments.models import Payout
from payments.selectors import gateways
from payments.selectors import overview as read
from payments.selectors.overview import SERIES, Overview

# Weeks, and all instants here, are those of UTC.
MOST_LISTED = 20

TITLES: dict[str, str | Promise] = {
    "escrow": gettext_lazy("Held for visits"),
    "payable": gettext_lazy("Owed to businesses"),
    "overdue": gettext_lazy("Payouts overdue"),
    "commission": gettext_lazy("Commission"),
    "refunds": gettext_lazy("Given back to customers"),
}
WHAT: dict[str, str | Promise] = {
    "escrow": gettext_lazy("At the end of each week"),
    "payable": gettext_lazy("At the end of each week"),
    "overdue": gettext_lazy("At the end of each week: not arrived four days after they were planned"),
    "commission": gettext_lazy("In each week, less what was taken back"),
    "refunds": gettext_lazy("In each week, when it was decided"),
}

WHOSE: dict[str, str | Promise] = {
    AccountKind.ESCROW: gettext_lazy("Held for visits"),
    AccountKind.REFUND_DUE: gettext_lazy("On its way back to customers"),
    AccountKind.WALLET: gettext_lazy("In customers' wallets"),
    AccountKind.PAYABLE: gettext_lazy("Owed to businesses"),
    AccountKind.PAYOUT_DUE: gettext_lazy("On its way to businesses"),
    AccountKind.TAX: gettext_lazy("VAT on the commission"),
    AccountKind.COMMISSION: gettext_lazy("Commission"),
    AccountKind.FEES: gettext_lazy("Kept by payment companies as fees"),
    AccountKind.BANK: gettext_lazy("Paid from our bank account, less what came there"),
}


@dataclass(frozen=True, slots=True)
class Series:
    """One of the amounts by week, drawn, and in words."""

    name: str
    title: str | Promise
    what: str | Promise
    chart: Chart
    latest: Money


@dataclass(frozen=True, slots=True)
class Late:
    """Something that a person has to look at: what, why, how much, since when (or until when), and where."""

    what: str
    why: str
    amount: Money
    at: datetime | None
    url: str
    is_until: bool = False


@dataclass(frozen=True, slots=True)
class Heap:
    """What is overdue of one kind: the first of it, and whether there is more."""

    title: str
    rows: list[Late]
    url: str

    @property
    def shown(self) -> list[Late]:
        return self.rows[:MOST_LISTED]

    @property
    def has_more(self) -> bool:
        return len(self.rows) > MOST_LISTED


@at_operators_desk()
def home(desk: OperatorsDesk) -> HttpResponse:
    """The money in the currency of `?currency=`, the first one without."""
    found, currencies = _asked(desk)
    week = found.weeks[-1]
    heaps = [heap for heap in _heaps() if heap.rows]
    return desk.render(
        "money",
        nav="money",
        currency=found.currency,
        currencies=currencies,
        held=found.balances[AccountKind.ESCROW],
        back=found.balances[AccountKind.REFUND_DUE],
        payable=found.balances[AccountKind.PAYABLE],
        moving=found.balances[AccountKind.PAYOUT_DUE],
        overdue=week.overdue,
        commission=week.commission,
        commission_before=found.weeks[-2].commission,
        refunds=week.refunds,
        owed=[
            (WHOSE.get(kind, AccountKind(kind).label), amount)
            for kind, amount in found.balances.items()
            if kind != AccountKind.GATEWAY
        ],
        at_gateways=-found.balances[AccountKind.GATEWAY],
        series=[_drawn(found, name) for name in SERIES],
        heaps=heaps,
    )


@at_operators_desk()
def table(desk: OperatorsDesk, series: str) -> HttpResponse:
    """One of the amounts by week as CSV (RFC 4180), in major units with a point."""
    if series not in SERIES:
        raise NotFound
    found, _currencies = _asked(desk)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{series}-{found.currency}.csv"'
    answer.write("\ufeff")  # spreadsheets would take it for another encoding
    writer = csv.writer(answer)
    writer.writerow(["week_from", "week_to", series, "currency"])
    for first, amount in found.series(series):
        last = first + timedelta(days=6)
        major = format(Money(amount, found.currency).major(), "f")
        writer.writerow([first.isoformat(), last.isoformat(), major, found.currency])
    return answer


def _asked(desk: OperatorsDesk) -> tuple[Overview, list[str]]:
    """Raises NotFound for a currency in which no money has moved."""
    currencies = read.currencies() or ["EUR"]
    currency = desk.request.GET.get("currency") or ("EUR" if "EUR" in currencies else currencies[0])
    if currency not in currencies:
        raise NotFound
    return read.overview(currency), currencies


def _drawn(found: Overview, name: str) -> Series:
    weeks = found.series(name)
    return Series(
        name=name,
        title=TITLES[name],
        what=WHAT[name],
        chart=weeks_chart(weeks, currency=found.currency),
        latest=Money(weeks[-1][1], found.currency),
    )


def _heaps() -> Iterator[Heap]:
    """Everything that is overdue, of all currencies, by where it is settled."""
    yield Heap(_("Payouts that have not arrived"), list(_payouts()), reverse("desk:payouts"))
    yield Heap(_("Businesses that are not paid"), list(_unpaid()), reverse("desk:payouts"))
    yield Heap(_("Refunds that wait for a second person"), list(_asked_for()), reverse("desk:refunds"))
    yield Heap(_("Refunds that have not gone through"), list(_stuck()), reverse("desk:find"))
    yield Heap(_("Chargebacks to answer"), list(_disputes()), reverse("desk:disputes"))
    yield Heap(_("Differences with payment companies"), list(_differences()), reverse("desk:gateways"))


def _payouts() -> Iterator[Late]:
    for payout in read.late_payouts()[: MOST_LISTED + 1]:
        yield Late(
            payout.provider.name,
            _why(payout),
            Money(payout.amount, payout.currency),
            payout.created_at,
            reverse("desk:payout_run", args=[payout.run.public_id]),
        )


def _why(payout: Payout) -> str:
    if payout.way == PayoutWay.GATEWAY:
        return _("The payment company has not said that it arrived.")
    if payout.way == PayoutWay.FILE and payout.status == PayoutStatus.PLANNED:
        return _("The file for the bank was not fetched.")
    return _("Nobody has marked it as paid.")


def _unpaid() -> Iterator[Late]:
    for each in read.unpaid(MOST_LISTED + 1):
        yield Late(
            each.provider.name,
            _("On hold: %(reason)s") % {"reason": each.hold.reason}
            if each.hold
            else _("It has entered no bank account."),
            Money(each.amount, each.currency),
            each.hold.placed_at if each.hold else None,
            reverse("desk:business_money", args=[each.provider.public_id]),
        )


def _asked_for() -> Iterator[Late]:
    for request in refunds.waiting()[: MOST_LISTED + 1]:
        yield Late(
            request.booking.ref,
            _("It is above what one person gives back alone."),
            Money(request.amount, request.currency),
            request.asked_at,
            reverse("desk:refund_request", args=[request.public_id]),
        )


def _stuck() -> Iterator[Late]:
    for refund in read.stuck_refunds()[: MOST_LISTED + 1]:
        yield Late(
            refund.payment.booking_ref,
            _("The payment company refuses it.")
            if refund.status == RefundStatus.FAILED
            else _("The payment company has not answered for a day."),
            Money(refund.amount, refund.payment.currency),
            refund.created_at,
            reverse("desk:booking", args=[refund.payment.booking_ref]),
        )


def _disputes() -> Iterator[Late]:
    for dispute in gateways.open_disputes()[: MOST_LISTED + 1]:
        yield Late(
            dispute.payment.booking_ref,
            _("The customer's bank has taken the money back."),
            Money(dispute.amount, dispute.currency),
            dispute.respond_by or dispute.opened_at,
            reverse("desk:disputes"),
            is_until=dispute.respond_by is not None,
        )


def _differences() -> Iterator[Late]:
    for found in gateways.open_differences()[: MOST_LISTED + 1]:
        yield Late(
            found.reference or found.gateway_ref,
            str(WHY[found.kind]),
            Money(abs(found.reported - found.booked) or found.booked, found.currency),
            found.found_at,
            reverse("desk:gateways"),
        )
