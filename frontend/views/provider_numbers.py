"""How a business does, for those who lead it: figures, charts with their tables, and a file for a spreadsheet.

Managers and owners only, as with the money: what a colleague turned over is not for everybody who works there.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bookings.errors import SpanOfNumbers
from bookings.rules.weeks import Days
from bookings.selectors.numbers import LONGEST_DAYS, Line, Numbers, Revenue, days_asked, numbers_of
from common import clock
from common.errors import NotFound
from common.money import Money
from frontend import formats, numbers_words
from frontend.timeplan import parse_day
from frontend.views.provider_desk import Desk, at_desk
from providers.enums import Role
from providers.models import Outlet
from providers.selectors import catalogue


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: a week, a person or a service, its figures in words, and its `money` by currency."""

    name: str
    line: Line
    utilisation: str
    repeat: str
    no_show: str
    ahead: str
    money: list[tuple[str, Revenue]]
    language: str = ""
    is_running: bool = False


@at_desk(Role.MANAGER)
def numbers(desk: Desk) -> HttpResponse:
    """The numbers of the days of `?from=` to `?to=`, of the shop of `?shop=`; of the last twelve weeks without."""
    shops = list(catalogue.outlets(desk.provider))
    shop = _shop(desk, shops)
    try:
        days, refused = _days(desk, shop), ""
    except SpanOfNumbers as error:
        days, refused = days_asked(desk.provider, shop), str(error)
    today = formats.local(clock.now(), days.zone).date()
    found = numbers_of(desk.provider, days, shop)
    # Days that still run are fewer than they look.
    before = numbers_of(desk.provider, days.before, shop) if days.last < today else None
    monday = today - timedelta(days=today.weekday())
    weeks = [
        _row(numbers_words.week_name(week), line, found.currencies, is_running=week.last >= today)
        for week, line in found.weeks
    ]
    return desk.render(
        "numbers",
        nav="numbers",
        title=_("Numbers"),
        status=422 if refused else 200,
        refused=refused,
        shops=shops,
        shop=shop,
        days=days,
        today=today,
        longest=LONGEST_DAYS,
        spans=_spans(days, days_asked(desk.provider, shop), monday, today),
        is_empty=found.total.is_empty,
        this_week="" if days.first == monday else f"?from={monday}&to={today}",
        currencies=found.currencies,
        figures=numbers_words.figures(found, before),
        pictures=numbers_words.pictures(found),
        weeks=weeks,
        money=[
            (currency, [(row, row.line.money[currency]) for row in weeks], found.total.money[currency])
            for currency in found.currencies
        ],
        people=[_row(person.name, line, found.currencies) for person, line in found.people],
        services=[
            _row(service.name, line, found.currencies, language=service.language)
            for service, line in found.services
        ],
        total=_row(_("Together"), found.total, found.currencies),
    )


@at_desk(Role.MANAGER)
def as_csv(desk: Desk) -> HttpResponse:
    """The same for a spreadsheet: all of it, then by week, person and service. Amounts in major units."""
    shop = _shop(desk, list(catalogue.outlets(desk.provider)))
    try:
        days = _days(desk, shop)
    except SpanOfNumbers as error:
        raise NotFound from error
    found = numbers_of(desk.provider, days, shop)
    out = io.StringIO()
    table = csv.writer(out)
    head = ["by", "of", "first", "last", "visits", "no_shows", "customers", "returning"]
    head += ["lead_minutes", "open_minutes", "booked_minutes"]
    amounts = ("revenue", "online", "counter", "commission_and_vat", "other", "yours")
    table.writerow(head + [f"{name}_{currency}" for currency in found.currencies for name in amounts])
    table.writerow(["total", "", days.first, days.last, *_cells(found, found.total)])
    for week, line in found.weeks:
        table.writerow(["week", "", week.first, week.last, *_cells(found, line)])
    for person, line in found.people:
        table.writerow(["person", formats.cell(person.name), days.first, days.last, *_cells(found, line)])
    for service, line in found.services:
        table.writerow(["service", formats.cell(service.name), days.first, days.last, *_cells(found, line)])
    name = f"{desk.provider.public_id}-{days.first}-{days.last}.csv"
    return HttpResponse(
        out.getvalue().encode("utf-8-sig"),  # with the mark by which spreadsheets know the encoding
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _shop(desk: Desk, shops: list[Outlet]) -> Outlet | None:
    """The shop that is asked for; None for all. Raises NotFound for one that is none of these."""
    wanted = desk.request.GET.get("shop", "")
    if not wanted:
        return None
    found = next((shop for shop in shops if shop.public_id == wanted), None)
    if found is None:
        raise NotFound
    return found


def _days(desk: Desk, shop: Outlet | None) -> Days:
    """Raises SpanOfNumbers for days that are none, too many or ahead."""
    given = [desk.request.GET.get(name, "") for name in ("from", "to")]
    parsed = [parse_day(text) for text in given]
    if any(text and day is None for text, day in zip(given, parsed, strict=True)):
        raise SpanOfNumbers
    return days_asked(desk.provider, shop, *parsed)


def _spans(days: Days, usual: Days, monday: date, today: date) -> list[tuple[str, str, str, bool]]:
    """The usual choices: their words, first and last day as addresses say them, and whether it is what is shown."""
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    choices = [
        (_("Last 12 weeks"), usual.first, usual.last),
        (_("This week so far"), monday, today),
        (_("This month so far"), month, today),
        (formats.pattern(last_month, "month"), last_month, month - timedelta(days=1)),
    ]
    return [
        (words, first.isoformat(), last.isoformat(), (first, last) == (days.first, days.last))
        for words, first, last in choices
    ]


def _row(
    name: str, line: Line, currencies: list[str], *, language: str = "", is_running: bool = False
) -> Row:
    return Row(
        name=name,
        line=line,
        utilisation=numbers_words.percent(line.utilisation),
        repeat=numbers_words.percent(line.repeat),
        no_show=numbers_words.percent(line.no_show),
        ahead=numbers_words.ahead(line.lead_min),
        money=[(currency, line.money[currency]) for currency in currencies],
        language=language,
        is_running=is_running,
    )


def _amounts(line: Line, currency: str) -> tuple[int, ...]:
    money = line.money[currency]
    # As the file's head names them.
    return money.total, money.online, money.counter, money.kept, money.other, money.yours


def _cells(found: Numbers, line: Line) -> list[object]:
    lead = "" if line.lead_min is None else line.lead_min
    counts: list[object] = [
        line.visits,
        line.no_shows,
        line.customers,
        line.returning,
        lead,
        line.open_min,
        line.booked_min,
    ]
    return counts + [
        str(Money(amount, currency).major())
        for currency in found.currencies
        for amount in _amounts(line, currency)
    ]
