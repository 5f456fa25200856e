"""The forms of opening hours: a week as a grid of times, single dates, periods off."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from frontend import formats
from frontend.views.provider_forms import DeskForm
from providers.models import HoursRule, StaffMember
from providers.rules.checks import EARLIEST, LATEST
from providers.rules.hours import WeeklyRule

SHIFTS = 3
A_MONDAY = date(2026, 1, 5)


def time_field(label: Any, *, required: bool = False) -> forms.TimeField:
    """A time of day, as the browser's own field."""
    return forms.TimeField(
        label=label, required=required, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    """A day within what hours may say, as the browser's own field."""
    return forms.DateField(
        required=required,
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


def weekday_choices() -> list[tuple[int, str]]:
    """The weekdays, 0 is Monday, by their names in the reader's language."""
    return [
        (weekday, formats.weekday(A_MONDAY + timedelta(days=weekday), short=False)) for weekday in range(7)
    ]


class WeekForm(DeskForm):
    """Opening and closing times, a few shifts a day. Rules with dates are kept beside it as they are."""

    def __init__(self, *args: Any, rules: Sequence[HoursRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dated = [rule for rule in rules if rule.valid_from or rule.valid_until]
        days: list[list[HoursRule]] = [[] for _day in range(7)]
        for rule in rules:
            if rule not in self.dated:
                days[rule.weekday].append(rule)
        self.shifts = max(SHIFTS, *(len(day) + 1 for day in days))
        for weekday, day in enumerate(days):
            name = formats.weekday(A_MONDAY + timedelta(days=weekday), short=False)
            for shift in range(self.shifts):
                rule_now = day[shift] if shift < len(day) else None
                words = {"day": name, "n": shift + 1}
                for part, label in (
                    ("opens", _("%(day)s, opening %(n)d") % words),
                    ("closes", _("%(day)s, closing %(n)d") % words),
                ):
                    field = time_field(label)
                    field.initial = getattr(rule_now, part) if rule_now else None
                    self.fields[f"d{weekday}_{shift}_{part}"] = field

    def days(self) -> list[dict[str, Any]]:
        """Each weekday's name, its pairs of fields (the first, and those in use), and `more`: the empty ones."""
        return [self._day(weekday) for weekday in range(7)]

    def _day(self, weekday: int) -> dict[str, Any]:
        pairs = [
            (self[f"d{weekday}_{shift}_opens"], self[f"d{weekday}_{shift}_closes"])
            for shift in range(self.shifts)
        ]
        shown = 1 + max(
            (shift for shift, pair in enumerate(pairs) if any(each.value() or each.errors for each in pair)),
            default=0,
        )
        name = formats.weekday(A_MONDAY + timedelta(days=weekday), short=False)
        return {"name": name, "pairs": pairs[:shown], "more": pairs[shown:]}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for weekday in range(7):
            for shift in range(self.shifts):
                opens, closes = f"d{weekday}_{shift}_opens", f"d{weekday}_{shift}_closes"
                if opens in self.errors or closes in self.errors:
                    continue
                if (data.get(opens) is None) != (data.get(closes) is None):
                    missing = opens if data.get(opens) is None else closes
                    self.add_error(missing, _("Give both times, or neither."))
        return data

    def rules(self) -> list[WeeklyRule]:
        """The week as typed, with the dated rules that were there."""
        kept = [row.rule for row in self.dated]
        data = self.cleaned_data
        for weekday in range(7):
            for shift in range(self.shifts):
                opens, closes = data[f"d{weekday}_{shift}_opens"], data[f"d{weekday}_{shift}_closes"]
                if opens is not None:
                    kept.append(WeeklyRule(weekday, opens, closes))
        return kept


def same_as_monday(typed: QueryDict) -> QueryDict:
    """What was typed of a week, with Monday's times from Tuesday to Friday, too."""
    filled = typed.copy()
    for name, value in typed.items():
        if name.startswith("d0_"):
            for weekday in range(1, 5):
                filled[f"d{weekday}_{name.removeprefix('d0_')}"] = str(value)
    return filled


class OverrideForm(DeskForm):
    """What holds on one date; without times it is closed."""

    prefix = "override"
    wide = frozenset({"note"})
    on = day_field(_("Date"))
    staff = forms.ChoiceField(label=_("For"), required=False)
    opens1 = time_field(_("From"))
    closes1 = time_field(_("Until"))
    opens2 = time_field(_("And from"))
    closes2 = time_field(_("Until"))
    note = forms.CharField(
        label=_("Note"), required=False, max_length=120, help_text=_("Customers see it. No times: closed.")
    )

    def __init__(self, *args: Any, people: Sequence[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        field = self.fields["staff"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("The shop"))] + [(person.public_id, person.name) for person in people]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for shift in ("1", "2"):
            if (data.get(f"opens{shift}") is None) != (data.get(f"closes{shift}") is None):
                self.add_error(f"closes{shift}", _("Give both times, or neither."))
        return data

    def person(self) -> StaffMember | None:
        """Whose date it is; None for the shop's."""
        return next((p for p in self.people if p.public_id == self.cleaned_data["staff"]), None)

    def periods(self) -> list[tuple[time, time]]:
        """The times of the date."""
        data = self.cleaned_data
        pairs = [(data[f"opens{shift}"], data[f"closes{shift}"]) for shift in ("1", "2")]
        return [pair for pair in pairs if pair[0] is not None]


class PeriodForm(DeskForm):
    """Whole days off, the last one included."""

    prefix = "closure"
    wide = frozenset({"reason"})
    first = day_field(_("First day"))
    last = day_field(_("Last day"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=120)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("The last day comes before the first."))
        return data

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the first day's midnight to the one after the last day, in the zone."""
        start = datetime.combine(self.cleaned_data["first"], time(0), tzinfo=zone)
        end = datetime.combine(self.cleaned_data["last"] + timedelta(days=1), time(0), tzinfo=zone)
        return start.astimezone(UTC), end.astimezone(UTC)


class TimeOffForm(PeriodForm):
    """Somebody's days off."""

    prefix = "off"
    staff = forms.ChoiceField(label=_("Who"))
    field_order = ["staff", "first", "last", "reason"]

    def __init__(self, *args: Any, people: Sequence[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        field = self.fields["staff"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(person.public_id, person.name) for person in people]

    def person(self) -> StaffMember:
        """Who is off."""
        return next(p for p in self.people if p.public_id == self.cleaned_data["staff"])
