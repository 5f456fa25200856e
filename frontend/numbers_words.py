"""The numbers of a business in words: what each figure is, and how it compares with as many days before."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import format_percent
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.rules.weeks import Days
from bookings.selectors.numbers import Numbers
from frontend import formats

# A change of fewer visits than that is told as it is, not as a part: from 2 to 3 is no trend.
FEW = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of all the days: its name, what it is, and what it was before ("" where that cannot be said)."""

    name: str
    value: str
    compared: str
    what: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of the weeks: `key` of the table's column, `unit` (a currency, percent or empty) of its axis, and what
    it shows in words."""

    key: str
    unit: str
    title: str
    words: str

    @property
    def is_money(self) -> bool:
        return self.unit not in ("", "percent")


def figures(now: Numbers, before: Numbers | None) -> list[Figure]:
    """The figures of the whole span; `before` is the span before, None while this one still runs."""
    total = now.total
    past = before.total if before else None
    days = before.days if before else now.days
    # Of a time when nobody came there is one thing to say, beside the first figures.
    rated = past if past and not past.is_empty else None
    found = []
    for currency in now.currencies:
        money = total.money[currency]
        was = past.money[currency].total if past else 0
        found.append(
            Figure(
                _("Revenue")
                if len(now.currencies) == 1
                else _("Revenue, %(currency)s") % {"currency": currency},
                formats.money(money.total, currency),
                _against(money.total, was, days, formats.money(was, currency)) if past else "",
                _("%(online)s paid online, %(counter)s at the counter")
                % {
                    "online": formats.money(money.online, currency),
                    "counter": formats.money(money.counter, currency),
                },
            )
        )
    return [
        *found,
        Figure(
            _("Visits"),
            formats.number(total.visits),
            _against(total.visits, past.visits, days, formats.number(past.visits), few=FEW) if past else "",
            _("that took place"),
        ),
        Figure(
            _("Time booked"),
            percent(total.utilisation),
            _rate(rated.utilisation, days) if rated else "",
            _("%(booked)s of %(open)s that your people were there")
            % {"booked": hours(total.booked_min), "open": hours(total.open_min)},
        ),
        Figure(
            pgettext("customers", "Came back"),
            percent(total.repeat),
            _rate(rated.repeat, days) if rated else "",
            ngettext(
                "%(some)s of %(n)s customer had been with you before",
                "%(some)s of %(n)s customers had been with you before",
                total.customers,
            )
            % {"some": formats.number(total.returning), "n": formats.number(total.customers)},
        ),
        Figure(
            _("Did not come"),
            percent(total.no_show),
            _rate(rated.no_show, days) if rated else "",
            ngettext("%(some)s of %(n)s visit", "%(some)s of %(n)s visits", total.visits + total.no_shows)
            % {"some": formats.number(total.no_shows), "n": formats.number(total.visits + total.no_shows)},
        ),
        Figure(
            _("Booked ahead"),
            ahead(total.lead_min),
            _was(ahead(rated.lead_min), days) if rated and rated.lead_min is not None else "",
            _("Half of the visits are booked earlier, half later; without walk-ins"),
        ),
    ]


def pictures(numbers: Numbers) -> list[Picture]:
    """What is drawn of the weeks: revenue of each currency, visits, booked time."""
    found = []
    for currency in numbers.currencies:
        amounts = [(week, line.money[currency].total) for week, line in numbers.weeks]
        told = [(week, formats.money(amount, currency), amount) for week, amount in amounts]
        title = _("Revenue by week, %(currency)s") % {"currency": currency}
        found.append(Picture(f"revenue-{currency.lower()}", currency, title, _most_and_least(told)))
    visits = [(week, formats.number(line.visits), line.visits) for week, line in numbers.weeks]
    found.append(Picture("visits", "", _("Visits by week"), _most_and_least(visits)))
    used = [
        (week, percent(line.utilisation), line.utilisation)
        for week, line in numbers.weeks
        if line.utilisation is not None
    ]
    found.append(Picture("booked", "percent", _("Time booked by week"), _most_and_least(used)))
    return found


def percent(part: float | None) -> str:
    """A part of 1 as people read it: 62%; a dash where there is none."""
    return "–" if part is None else str(format_percent(part, locale=formats.locale()))


def hours(minutes: int) -> str:
    """Whole hours from ten on, else hours and minutes."""
    if minutes < 600:
        return formats.duration(minutes)
    return _("%(n)s h") % {"n": formats.number(round(minutes / 60))}


def ahead(minutes: int | None) -> str:
    """How long before, as exact as it matters: 40 min, 5 h, 3 days."""
    if minutes is None:
        return "–"
    if minutes < 60:
        return formats.duration(minutes)
    if minutes < 48 * 60:
        return formats.duration(round(minutes / 60) * 60)
    days = round(minutes / (24 * 60))
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def week_name(week: Days) -> str:
    """A week by its first and last day: 31 Aug – 6 Sep."""
    if week.first == week.last:
        return formats.day_month(week.first)
    return _("%(first)s – %(last)s") % {
        "first": formats.day_month(week.first),
        "last": formats.day_month(week.last),
    }


def _against(now: int, was: int, days: Days, was_words: str, *, few: int = 0) -> str:
    """How an amount compares with that of `days`."""
    span = _span(days)
    if was <= 0:
        return _("Nothing in %(span)s") % {"span": span} if was == 0 else _was(was_words, days)
    if max(now, was) < few:
        return _was(was_words, days)
    change = round(100 * (now - was) / was)
    if change == 0:
        return _("As much as in %(span)s") % {"span": span}
    words = {"percent": percent(abs(change) / 100), "span": span}
    if change > 0:
        return _("%(percent)s more than in %(span)s") % words
    return _("%(percent)s less than in %(span)s") % words


def _rate(part: float | None, days: Days) -> str:
    """What a rate was; nothing where there was nothing to divide by."""
    return "" if part is None else _was(percent(part), days)


def _was(value: str, days: Days) -> str:
    return _("%(value)s in %(span)s") % {"value": value, "span": _span(days)}


def _span(days: Days) -> str:
    if days.is_whole_weeks:
        count = days.count // 7
        return ngettext("the week before", "the %(n)s weeks before", count) % {"n": count}
    return ngettext("the day before", "the %(n)s days before", days.count) % {"n": days.count}


def _most_and_least(weeks: Sequence[tuple[Days, str, float]]) -> str:
    """The first of the weeks with the most, and with the least."""
    if not weeks:
        return ""
    most = max(weeks, key=lambda row: row[2])
    least = min(weeks, key=lambda row: row[2])
    if most[2] == least[2]:
        return _("%(value)s in every week") % {"value": most[1]}
    return _("Most: %(most)s, %(in_most)s. Least: %(least)s, %(in_least)s.") % {
        "most": most[1],
        "in_most": week_name(most[0]),
        "least": least[1],
        "in_least": week_name(least[0]),
    }
