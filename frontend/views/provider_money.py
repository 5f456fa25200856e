"""What a business earned, what is paid to it and when: its statement of a month, on a page, as PDF and as CSV."""

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings.models import Booking
from common import clock
from common.errors import NotFound
from common.money import Money, hundredths_of, minor_of
from common.pdf import draw
from frontend import formats
from frontend.money_chart import Chart, chart
from frontend.money_words import Line, line_of
from frontend.payee_words import payee_words
from frontend.views.provider_desk import Desk, at_desk
from invoices.selectors import commission_of_month
from payments.selectors import payouts as paying
from payments.selectors import shares
from payments.selectors import statements as read
from payments.selectors.statements import Month, Statement
from providers.enums import Role
from providers.selectors import catalogue
from providers.selectors.bank import bank_account

ON_A_PAGE = 25
# A file holds all of a month; more than that is asked for over the API, page by page.
MOST_IN_A_FILE = 20_000
SHOWN_PAYOUTS = 5
SUMMED = ("price", "commission_shown", "vat_shown", "yours")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which statement is asked for: a month and a currency of those that there are."""

    statement: Statement
    currencies: list[str]

    @property
    def month(self) -> Month:
        return self.statement.month


@at_desk(Role.MANAGER)
def money(desk: Desk) -> HttpResponse:
    """The month of `?month=` (this one without), in the currency of `?currency=`."""
    asked = _asked(desk)
    currency = asked.statement.currency
    rows = read.lines_of(desk.provider, asked.month.span, currency)
    of = f"statement:{asked.statement.number}"
    entries, following = read.cut(rows, of=of, limit=ON_A_PAGE, cursor=desk.request.GET.get("cursor"))
    lines = _lines(desk, entries)
    terms = paying.terms_of(desk.provider)
    due = paying.due_of(desk.provider.public_id, currency, terms)
    return desk.render(
        "money",
        nav="money",
        zone=asked.month.zone,
        statement=asked.statement,
        sums=asked.statement.sums,
        month=asked.month,
        currency=currency,
        currencies=asked.currencies,
        first_month=read.first_month(desk.provider),
        lines=lines,
        shown={name: sum(getattr(line, name) for line in lines) for name in SUMMED},
        next_cursor=following,
        chart=_chart(desk, asked),
        held=read.held_for(desk.provider, currency),
        due=due,
        terms=terms,
        next_amount=due.amount(terms.minimum_in(currency)),
        hold=paying.hold_on(desk.provider),
        documents=commission_of_month(desk.provider, asked.month.first, currency),
        account=bank_account(desk.provider),
        payee=payee_words(desk.provider, terms),
        rate=_rate(desk),
        payouts=list(paying.payouts_of(desk.provider).filter(currency=currency)[:SHOWN_PAYOUTS]),
    )


@at_desk(Role.MANAGER)
def as_pdf(desk: Desk) -> HttpResponse:
    """The statement to print and to keep."""
    asked = _asked(desk)
    rows = read.lines_of(desk.provider, asked.month.span, asked.statement.currency)[:MOST_IN_A_FILE]
    lines = _lines(desk, list(rows))
    html = render_to_string(
        "provider/statement_pdf.html",
        {
            "statement": asked.statement,
            "sums": asked.statement.sums,
            "month": asked.month,
            "provider": desk.provider,
            "outlet": catalogue.outlets(desk.provider).first(),
            "currency": asked.statement.currency,
            "zone": asked.month.zone,
            "lines": lines[::-1],
            "total": {name: sum(getattr(line, name) for line in lines) for name in SUMMED},
            "made_at": clock.now(),
            "language": get_language(),
            "site": settings.SITE_NAME,
        },
    )
    return _file(draw(html), "application/pdf", f"{asked.statement.number}.pdf")


@at_desk(Role.MANAGER)
def as_csv(desk: Desk) -> HttpResponse:
    """The statement's lines for a spreadsheet, between what was there before and after. Amounts in major units."""
    asked = _asked(desk)
    currency, sums = asked.statement.currency, asked.statement.sums
    rows = list(read.lines_of(desk.provider, asked.month.span, currency)[:MOST_IN_A_FILE])
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        ["at", "kind", "booking", "for", "price", "commission", "vat", "amount", "currency", "transaction"]
    )

    def major(amount: int) -> str:
        return str(Money(amount, currency).major())

    table.writerow(
        [asked.month.start.isoformat(), "opening", "", "", "", "", "", major(sums.opening), currency, ""]
    )
    for line in reversed(_lines(desk, rows)):
        table.writerow(
            [
                formats.local(line.at, asked.month.zone).isoformat(timespec="seconds"),
                line.kind,
                line.booking_ref,
                formats.cell(line.about),
                *(major(amount) for amount in (line.price, -line.commission, -line.vat, line.yours)),
                currency,
                line.transaction,
            ]
        )
    table.writerow(
        [asked.month.end.isoformat(), "closing", "", "", "", "", "", major(sums.closing), currency, ""]
    )
    content = out.getvalue().encode("utf-8-sig")  # with the mark by which spreadsheets know the encoding
    return _file(content, "text/csv; charset=utf-8", f"{asked.statement.number}.csv")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _asked(desk: Desk) -> Asked:
    """Raises NotFound for a month that is none, or lies ahead."""
    given = desk.request.GET.get("month", "")
    month = read.month_named(desk.provider, given) if given else read.this_month(desk.provider)
    shops = {outlet.currency for outlet in catalogue.outlets(desk.provider)}
    currencies = sorted({*paying.currencies_of(desk.provider), *shops}) or ["EUR"]
    currency = desk.request.GET.get("currency") or currencies[0]
    if currency not in currencies:
        raise NotFound
    return Asked(read.statement_of(desk.provider, month, currency), currencies)


def _lines(desk: Desk, entries: Any) -> list[Line]:
    refs = {entry.transaction.booking_ref for entry in entries} - {""}
    visits = Booking.objects.filter(ref__in=refs, outlet__provider=desk.provider)
    named = {visit.ref: visit for visit in visits.select_related("customer").prefetch_related("items")}
    return [line_of(entry, named.get(entry.transaction.booking_ref)) for entry in entries]


def _chart(desk: Desk, asked: Asked) -> Chart:
    earned = read.earned_by_day(desk.provider, asked.month, asked.statement.currency)
    days = (asked.month.after - asked.month.first).days
    today = formats.local(clock.now(), asked.month.zone).date()
    every = [asked.month.first + timedelta(days=n) for n in range(days)]
    return chart([(day, earned.get(day, 0)) for day in every], currency=asked.statement.currency, today=today)


def _rate(desk: Desk) -> str:
    """What the marketplace asks of it today, in words."""
    rate = shares.rate_for(desk.provider)
    today = formats.local(clock.now(), desk.zone).date()
    month = read.this_month(desk.provider)
    zone_currency = next((outlet.currency for outlet in catalogue.outlets(desk.provider)), "EUR")
    so_far = shares.turnover(desk.provider.public_id, zone_currency, month.start) if rate.tiers else 0
    percent = f"{rate.at(turnover=hundredths_of(so_far, zone_currency), on=today) / 100:g} %"
    vat = shares.vat_for(shares.home_of(desk.provider).country)
    words = _("Commission: %(percent)s") % {"percent": percent}
    if vat:
        words += " " + _("and %(vat)s VAT on it") % {"vat": f"{vat / 100:g} %"}
    if rate.intro_until and rate.is_intro(today):
        words += ", " + _("until %(day)s") % {"day": formats.pattern(rate.intro_until, "date")}
    elif rate.tiers:
        steps = ", ".join(
            _("%(percent)s from %(turnover)s on")
            % {
                "percent": f"{tier.rate_bp / 100:g} %",
                "turnover": formats.money_short(minor_of(tier.from_turnover, zone_currency), zone_currency),
            }
            for tier in rate.tiers
        )
        words += f" ({_('by the turnover of the month')}: {steps})"
    return words
