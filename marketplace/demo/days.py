"""One business's day: who works when, and who is away."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from marketplace.demo.plan import AbsencePlan, BusinessPlan, Shift, StaffPlan
from marketplace.demo.seeds import chance

Span = tuple[datetime, datetime]


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall-clock time."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def absences(seed: object, plan: BusinessPlan, day: date) -> list[AbsencePlan]:
    """Who of a business is away on a day: an odd short or closed day, people's weeks off."""
    year, week, weekday = day.isocalendar()
    of_week = chance(seed, "week", plan.public_id, year, week)
    found = []
    odd_day, kind = of_week.randint(1, 5), of_week.random()
    if weekday == odd_day and not plan.members and kind < 0.06:
        if kind < 0.03:
            found.append(AbsencePlan(plan, day, "Closed for training"))
        else:
            found.append(AbsencePlan(plan, day, "Short day", opens=time(10), closes=time(14)))
    for member in plan.staff:
        if of_week.random() < 0.03 and not plan.members:
            found.append(AbsencePlan(plan, day, "Holiday", staff=member))
    return found


def spans(plan: BusinessPlan, staff: StaffPlan, day: date, away: list[AbsencePlan]) -> Iterator[Span]:
    """The spans of a day (instants, UTC) in which someone works, given who is away."""
    zone = ZoneInfo(plan.place.timezone)
    shifts: tuple[Shift, ...] = staff.shifts or plan.hours
    whole_day = next((a for a in away if a.staff is None), None)
    if any(a.staff is staff for a in away) or (whole_day and whole_day.opens is None):
        return
    for shift in shifts:
        if shift.weekday != day.weekday():
            continue
        opens, closes = shift.opens, shift.closes
        if whole_day and whole_day.opens and whole_day.closes:
            # People with hours of their own keep to the part of them that lies in the short day.
            opens, closes = max(opens, whole_day.opens), min(closes, whole_day.closes)
            if opens >= closes:
                continue
        last = day + timedelta(days=1) if closes <= opens else day
        yield instant(day, opens, zone), instant(last, closes, zone)
