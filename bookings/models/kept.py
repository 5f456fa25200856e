"""Open time kept ready for search: docs/availability.md. None of it is the truth, which is hours and allocations.

Days are days of UTC, so that each has 24 hours wherever the clock changes, and a row has 96 quarters of an hour, the
first one leftmost. A bit that is set says "some of this quarter may be free", a bit that is not says "none of it is":
what is kept never hides a time that could be booked, and the engine looks at what is shown.
"""

from typing import Any

from django.contrib.gis.db import models as gis
from django.contrib.postgres.indexes import GistIndex
from django.db import models


class QuartersField(models.Field):
    """The 96 quarters of a day of UTC as PostgreSQL's bit(96); in Python text of zeros and ones."""

    def db_type(self, connection: Any) -> str:
        return "bit(96)"


class OpenKept(models.Model):
    """Through which day of UTC an outlet's open time is kept; date.min: not at all, it is to be made anew.

    Triggers set that with every change of hours, people, skills, services or the outlet, in the change's own
    transaction. Search examines such an outlet as if it were open. `bookings.services.keeping` makes it anew.
    `point` is the outlet's: search walks those that are due nearest first, and finds at once that there are none.
    """

    outlet = models.OneToOneField(
        "providers.Outlet", primary_key=True, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )
    until = models.DateField(db_index=True)
    point = gis.PointField(geography=True, srid=4326, spatial_index=False)

    class Meta:
        indexes = [GistIndex(fields=["until", "point"], name="openkept_due_nearest")]

    def __str__(self) -> str:
        return f"{self.outlet_id} until {self.until}"


class StaffDay(models.Model):
    """The quarters of a day of UTC in which a person works at an outlet, and those of them that are not wholly taken.

    A day without hours has no row. Holds do not count as taken until they are confirmed: they may end at any moment
    without a word.
    """

    outlet = models.ForeignKey(
        "providers.Outlet", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    staff = models.ForeignKey(
        "providers.StaffMember",
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    day = models.DateField()
    hours = QuartersField()
    open = QuartersField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "day", "outlet"], name="one_day_of_a_person_per_outlet"),
        ]
        indexes = [models.Index(fields=["outlet", "day"], name="staffday_of_an_outlet")]

    def __str__(self) -> str:
        return f"{self.staff_id} at {self.outlet_id} on {self.day}"


class OutletDay(models.Model):
    """The quarters of a day of UTC in which something of a category may start at an outlet: what search walks.

    One row for each category that the outlet sells on a day on which somebody works. `point` is the outlet's; the
    index has only the rows in which anything may start, so that full days cost nothing.
    """

    outlet = models.ForeignKey(
        "providers.Outlet", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    category = models.ForeignKey(
        "providers.Category", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    point = gis.PointField(geography=True, srid=4326, spatial_index=False)
    starts = QuartersField()
    # Its own column, because an index whose condition reads `starts` would be written anew with every booking.
    is_open = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outlet", "day", "category"], name="one_outlet_day_per_category"),
        ]
        indexes = [
            # One key for both: with a column each, pages would hold many days of many categories, all over the city.
            GistIndex(
                models.Func(models.F("category"), models.F("day"), function="bookings_category_day"),
                models.F("point"),
                condition=models.Q(is_open=True),
                name="outletday_open_nearest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id} on {self.day}"
