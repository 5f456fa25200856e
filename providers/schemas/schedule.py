"""Hours, overrides, closures, time off."""

from ninja import Schema
from pydantic import AwareDatetime, Field

from providers.schemas.base import DayTime, Instant, OverrideOut, PublicId, Strict, Text, WeeklyTime


class WeekIn(Strict):
    """All the rules: those not among them go. `staff` sets one person's hours instead of the outlet's."""

    staff: PublicId | None = None
    rules: list[WeeklyTime] = Field(max_length=200)


class WeekOut(Schema):
    timezone: str
    rules: list[WeeklyTime]


class OverrideIn(Strict):
    staff: PublicId | None = None
    periods: list[DayTime] = Field(default_factory=list, max_length=50)
    note: Text = ""


class OverridesOut(Schema):
    items: list[OverrideOut]


class PeriodIn(Strict):
    """Instants; closed or off in [start, end)."""

    start: AwareDatetime
    end: AwareDatetime
    reason: Text = ""


class ClosureOut(Schema):
    id: str
    start: Instant
    end: Instant
    reason: str


class ClosuresOut(Schema):
    items: list[ClosureOut]
    next: str | None


class TimeOffOut(Schema):
    id: str
    staff: str
    start: Instant
    end: Instant
    reason: str


class TimeOffListOut(Schema):
    items: list[TimeOffOut]
    next: str | None
