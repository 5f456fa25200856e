"""The sheet of weekly hours: a row for each shop, and one for each person there, with a column a weekday."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import time

from django.utils.translation import gettext_lazy as _

from providers.models import HoursRule, Outlet, StaffMember
from providers.rules.hours import WeeklyRule
from providers.rules.tables import key_of
from providers.selectors import catalogue
from providers.services import hours
from providers.services.tables import cells
from providers.services.tables.cells import CellWrong, Column, Value
from providers.services.tables.sheet import Sheet

CLOSED = "closed"
WEEKDAYS = (
    ("monday", _("Monday")),
    ("tuesday", _("Tuesday")),
    ("wednesday", _("Wednesday")),
    ("thursday", _("Thursday")),
    ("friday", _("Friday")),
    ("saturday", _("Saturday")),
    ("sunday", _("Sunday")),
)
OFF = frozenset({CLOSED, "off", "geschlossen", "suljettu", "stängt", "休息"})
# 9-17, 09:00-17:30, 9.00–17.30.
_TIMES = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


@dataclass(frozen=True, slots=True)
class Line:
    """Whose hours a row is about: the outlet's, or those of one person there."""

    outlet: Outlet
    person: StaffMember | None

    @property
    def pk(self) -> tuple[int, int]:
        return self.outlet.pk, self.person.pk if self.person else 0


class HoursSheet(Sheet):
    """Ordinary weeks only: what holds between dates stays as it is. Rows are found by shop and person."""

    kind = "hours"

    def load(self) -> None:
        self.outlets = list(catalogue.outlets(self.provider))
        people = list(catalogue.staff(self.provider))
        self.found = []
        for outlet in self.outlets:
            works = [p for p in people if outlet in p.live_outlets]  # type: ignore[attr-defined]
            self.found += [Line(outlet, person) for person in (None, *works)]
        self.rules = defaultdict(list)
        every = HoursRule.objects.filter(outlet__in=self.outlets).order_by("weekday", "opens", "valid_from")
        for rule in every:
            self.rules[rule.outlet_id, rule.staff_id or 0].append(rule.rule)

    def make_columns(self) -> list[Column]:
        return [
            Column(
                "shop",
                _("Shop"),
                _("Only needed when you have several."),
                cells.one_of(cells.called((o.name, o.name) for o in self.outlets)),
            ),
            Column("person", _("Person"), _("Empty for the hours of the shop itself."), cells.text(120)),
            *(
                Column(
                    name,
                    label,
                    _("Such as 9:00-17:00, or 9:00-12:00 | 13:00-17:00, or closed."),
                    self._read_day,
                    CLOSED,
                )
                for name, label in WEEKDAYS
            ),
        ]

    def rows(self) -> list[Line]:
        return self.found

    def cells(self, row: Line) -> dict[str, Value]:
        plain = [rule for rule in self.rules[row.pk] if not (rule.valid_from or rule.valid_until)]
        # Without own hours a person works whenever the shop is open.
        usual = "" if row.person and not self.rules[row.pk] else CLOSED
        return {
            "shop": row.outlet.name,
            "person": row.person.name if row.person else "",
            **{
                name: _in_words([rule for rule in plain if rule.weekday == weekday]) or usual
                for weekday, (name, _label) in enumerate(WEEKDAYS)
            },
        }

    def name(self, given: dict[str, str]) -> str:
        return " · ".join(filter(None, (given.get("shop", ""), given.get("person", "")))) or str(
            _("The shop")
        )

    def find(self, given: dict[str, str]) -> Line:
        shop, person = key_of(given.get("shop", "")), key_of(given.get("person", ""))
        if not shop and len(self.outlets) > 1:
            raise CellWrong(_("You have several shops: say in the column shop which."))
        found = [
            line
            for line in self.found
            if shop in ("", key_of(line.outlet.name))
            and person == key_of(line.person.name if line.person else "")
        ]
        if not found:
            raise CellWrong(_("Nobody of that name works there: add them under People first."))
        if len(found) > 1:
            raise CellWrong(_("Several are called so: change their hours on the page instead."))
        return found[0]

    def write(self, row: Line | None, values: dict[str, Value]) -> None:
        assert row is not None
        rules = [rule for rule in self.rules[row.pk] if rule.valid_from or rule.valid_until]
        now = self.cells(row)
        for weekday, (name, _label) in enumerate(WEEKDAYS):
            said = str(values.get(name, now[name]))
            rules += [WeeklyRule(weekday, opens, closes) for opens, closes in _times(said)]
        hours.replace_week(outlet=row.outlet, staff=row.person, rules=rules, actor=self.actor)

    def example(self) -> list[list[Value]]:
        shop = self.outlets[0].name if self.outlets else ""
        days = ["9:00-17:00"] * 4 + ["9:00-12:00 | 13:00-18:00", "10:00-15:00", CLOSED]
        return [[shop, "", *days]]

    @staticmethod
    def _read_day(cell: str) -> Value:
        if key_of(cell) in OFF:
            return CLOSED
        entries = cells.parts(cell.replace(",", "|"))
        found = [_read_times(entry) for entry in entries]
        return _in_words([WeeklyRule(0, opens, closes) for opens, closes in found])


def _read_times(entry: str) -> tuple[time, time]:
    found = _TIMES.fullmatch(entry)
    if found:
        opens, closes = (int(found[1]), int(found[2] or 0)), (int(found[3]) % 24, int(found[4] or 0))
        ends = int(found[3]) * 60 + closes[1]
        if opens[0] < 24 and ends <= 24 * 60 and max(opens[1], closes[1]) < 60:
            return time(*opens), time(*closes)
    raise CellWrong(_("“%(cell)s” is no time: write it such as 9:00-17:00.") % {"cell": entry[:40]})


def _times(said: str) -> list[tuple[time, time]]:
    return [] if said in ("", CLOSED) else [_read_times(entry) for entry in cells.parts(said)]


def _in_words(rules: list[WeeklyRule]) -> str:
    ordered = sorted(rules, key=lambda rule: rule.opens)
    return " | ".join(f"{rule.opens:%H:%M}-{rule.closes:%H:%M}" for rule in ordered)
