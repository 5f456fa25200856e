"""When outlets are open and people work. Local rules are wall-clock times in the outlet's zone."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from common.public_ids import PublicIdField
from providers.rules.hours import WeeklyRule


class HoursRule(models.Model):
    """Weekly hours of an outlet, or of one person there (then they replace the outlet's for that person).

    `closes` at or before `opens` means past midnight; 00:00 as an end is the day's end. Split shifts are
    several rules. Alternating weeks are rules with `every_weeks`, counted from the week of `valid_from`.
    """

    outlet = models.ForeignKey("Outlet", on_delete=models.CASCADE, related_name="hours_rules")
    staff = models.ForeignKey(
        "StaffMember", null=True, blank=True, on_delete=models.CASCADE, related_name="hours_rules"
    )
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday")
    opens = models.TimeField()
    closes = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="the last day it holds")
    every_weeks = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every_weeks=1)
                | models.Q(every_weeks__gte=2, every_weeks__lte=8, valid_from__isnull=False),
                name="hours_every_1_to_8_weeks_from_a_day",
            ),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="hours_weekday_is_0_to_6"),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_from__lte=models.F("valid_until")),
                name="hours_hold_from_before_until",
            ),
            # Overlaps are refused by providers.services.hours under a lock; this stops plain doubles.
            models.UniqueConstraint(
                fields=["outlet", "staff", "weekday", "opens", "valid_from"],
                nulls_distinct=False,
                name="hours_rule_once_per_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"

    @property
    def rule(self) -> WeeklyRule:
        """The same as a plain value."""
        return WeeklyRule(
            self.weekday, self.opens, self.closes, self.valid_from, self.valid_until, self.every_weeks
        )


class HoursOverride(models.Model):
    """What holds on one date instead of that date's weekly rules; without times, closed that day."""

    outlet = models.ForeignKey("Outlet", on_delete=models.CASCADE, related_name="hours_overrides")
    staff = models.ForeignKey(
        "StaffMember", null=True, blank=True, on_delete=models.CASCADE, related_name="hours_overrides"
    )
    date = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(opens__isnull=False, closes__isnull=False),
                name="override_has_both_times_or_none",
            ),
            # With NULL as a value of its own, a date is closed at most once, too.
            models.UniqueConstraint(
                fields=["outlet", "staff", "date", "opens"],
                nulls_distinct=False,
                name="override_once_per_start",
            ),
        ]
        indexes = [models.Index(fields=["outlet", "date"], name="override_by_date")]

    def __str__(self) -> str:
        return f"{self.date} {self.opens or 'closed'}"


class Closure(models.Model):
    """An outlet is closed for a period, such as a holiday or a repair."""

    public_id = PublicIdField(prefix="clo")
    outlet = models.ForeignKey("Outlet", on_delete=models.CASCADE, related_name="closures")
    period = DateTimeRangeField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="closures_do_not_overlap",
                expressions=[("outlet", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="closure_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id} closed {self.period}"


class TimeOff(models.Model):
    """A person does not work for a period, anywhere."""

    public_id = PublicIdField(prefix="off")
    staff = models.ForeignKey("StaffMember", on_delete=models.CASCADE, related_name="time_off")
    period = DateTimeRangeField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="time_off_does_not_overlap",
                expressions=[("staff", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="time_off_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} off {self.period}"
