"""Series: visits that recur, as they were agreed together. Each visit is a booking of its own."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import Now

from bookings.models.booking import Booking
from common.public_ids import PublicIdField


class BookingSeries(models.Model):
    """A rule by which visits were booked together: what was agreed then. Where a visit has come to since, and whether
    it still is, only its booking says.

    Its row is locked after the bookings': docs/locking.md.
    """

    public_id = PublicIdField(prefix="ser")
    outlet = models.ForeignKey("providers.Outlet", on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey("providers.Service", on_delete=models.PROTECT, related_name="+")
    # Null: anyone who is able.
    staff = models.ForeignKey(
        "providers.StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="series")
    # A part of RFC 5545 (bookings.rules.series), over local days from `first_day`, at `at` of the clock of `timezone`.
    rule = models.CharField(max_length=80)
    first_day = models.DateField()
    at = models.TimeField()
    timezone = models.CharField(max_length=64)
    made_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    # The number of its newest event: gapless, because whoever publishes holds this row's lock.
    last_seq = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "booking series"

    def __str__(self) -> str:
        return f"{self.public_id} {self.rule}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class SeriesVisit(models.Model):
    """A visit of a series, and the local day of the rule that it was booked for, which it may have been moved from."""

    series = models.ForeignKey(BookingSeries, on_delete=models.CASCADE, related_name="visits")
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="series_visit")
    day = models.DateField()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["series", "day"], name="series_has_one_visit_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.day}"
