"""What is sold by the seat: sessions that the provider puts on the calendar, and courses of several of them."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.public_ids import PublicIdField


class Course(models.Model):
    """Several sessions of one service that are booked as one, at the service's price once."""

    public_id = PublicIdField(prefix="crs")
    outlet = models.ForeignKey("providers.Outlet", on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey("providers.Service", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=12, help_text="of the name")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class GroupSession(models.Model):
    """One time at which a service is done for several at once, of which seats are sold.

    It owns what it takes from its person and the units (`allocations`), and counts its seats: `seats_taken` is the
    sum over the items of live bookings, changed only by an UPDATE of this row within the transaction that changes
    the booking. No booking owns any of its time.
    """

    public_id = PublicIdField(prefix="ses")
    outlet = models.ForeignKey("providers.Outlet", on_delete=models.PROTECT, related_name="group_sessions")
    service = models.ForeignKey("providers.Service", on_delete=models.PROTECT, related_name="group_sessions")
    staff = models.ForeignKey(
        "providers.StaffMember", on_delete=models.PROTECT, related_name="group_sessions"
    )
    course = models.ForeignKey(
        Course, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    starts_at = models.DateTimeField()
    # Without the buffers, which are in its allocations.
    ends_at = models.DateTimeField()
    buffer_before_min = models.PositiveSmallIntegerField(default=0)
    buffer_after_min = models.PositiveSmallIntegerField(default=0)
    capacity = models.PositiveSmallIntegerField()
    seats_taken = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # The number of its newest event: gapless, because whoever publishes holds this row's lock.
    last_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0, seats_taken__lte=F("capacity")),
                name="seats_are_never_oversold",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=500), name="session_has_1_to_500_seats"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="session_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(seats_taken=0), name="cancelled_session_is_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["outlet", "starts_at"], name="session_of_an_outlet_day"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.seats_taken}/{self.capacity}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the outlet, which is read with it."""
        return self.outlet.zone

    @property
    def seats_left(self) -> int:
        """How many more may be sold, holds whose time is over not yet counted as free."""
        return self.capacity - self.seats_taken
