"""When everybody works at some outlets within a window."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from common.spans import Span, subtract
from providers.models import Closure, HoursOverride, HoursRule, Outlet, TimeOff
from providers.rules.holidays import with_holidays
from providers.rules.hours import DateOverride, Timetable, WeeklyRule, person_spans, working_spans

EDGE = timedelta(days=2)


class WorkingHours:
    """When people of a business work at these outlets within `window`. Four queries; worked out once for each."""

    def __init__(self, provider_pk: int, outlets: Iterable[Outlet], window: Span) -> None:
        self._window = window
        self._spans: dict[tuple[int, int], list[Span]] = {}
        self._open: dict[int, list[Span]] = {}
        outlets = list(outlets)
        pks = [outlet.pk for outlet in outlets]
        self._weekly: dict[tuple[int, int | None], list[WeeklyRule]] = defaultdict(list)
        for rule in HoursRule.objects.filter(outlet__in=pks):
            self._weekly[rule.outlet_id, rule.staff_id].append(rule.rule)
        self._dated: dict[tuple[int, int | None], list[DateOverride]] = defaultdict(list)
        days = ((window.start - EDGE).date(), (window.end + EDGE).date())
        for row in HoursOverride.objects.filter(outlet__in=pks, date__range=days):
            self._dated[row.outlet_id, row.staff_id].append(DateOverride(row.date, row.opens, row.closes))
        for outlet in outlets:
            if country := outlet.holiday_country:
                key = (outlet.pk, None)
                self._dated[key] = with_holidays(self._dated[key], country, outlet.holiday_region, *days)
        self._closed: dict[int, list[Span]] = defaultdict(list)
        for closure in Closure.objects.filter(outlet__in=pks, period__overlap=tuple(window)):
            self._closed[closure.outlet_id].append(_clipped(closure.period, window))
        self._off: dict[int, list[Span]] = defaultdict(list)
        for off in TimeOff.objects.filter(staff__provider_id=provider_pk, period__overlap=tuple(window)):
            self._off[off.staff_id].append(_clipped(off.period, window))

    def hold(self, outlet: Outlet, staff_pk: int, visit: Span) -> bool:
        """Whether the person works at the outlet for all of the visit."""
        return any(span.covers(visit) for span in self.of(outlet, staff_pk))

    def opens(self, outlet: Outlet) -> list[Span]:
        """When the outlet is open, in order."""
        return subtract(self._opens(outlet), self._closed[outlet.pk])

    def of(self, outlet: Outlet, staff_pk: int) -> list[Span]:
        """When the person works at the outlet, in order."""
        key = (outlet.pk, staff_pk)
        if key not in self._spans:
            self._spans[key] = person_spans(
                self._timetable(outlet.pk, staff_pk),
                self._timetable(outlet.pk, None),
                closures=self._closed[outlet.pk],
                time_off=self._off[staff_pk],
                zone=outlet.zone,
                window=self._window,
                open_spans=self._opens(outlet),
            )
        return self._spans[key]

    def _opens(self, outlet: Outlet) -> list[Span]:
        """The same without closures."""
        if outlet.pk not in self._open:
            shop = self._timetable(outlet.pk, None)
            self._open[outlet.pk] = working_spans(
                shop.rules, shop.overrides, zone=outlet.zone, window=self._window
            )
        return self._open[outlet.pk]

    def _timetable(self, outlet_pk: int, staff_pk: int | None) -> Timetable:
        return Timetable(self._weekly[outlet_pk, staff_pk], self._dated[outlet_pk, staff_pk])


def _clipped(period: object, window: Span) -> Span:
    """A period of the database within the window; one without an end ends with it."""
    lower: datetime | None = period.lower  # type: ignore[attr-defined]  # a range as psycopg reads it
    upper: datetime | None = period.upper  # type: ignore[attr-defined]
    return Span(max(lower or window.start, window.start), min(upper or window.end, window.end))
