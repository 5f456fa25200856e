"""The waitlist of an outlet: who waits for what, what was offered to whom, and who was passed over and why."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bookings.enums import OfferState, PassReason, WaitState
from bookings.models.booking import Booking
from common.public_ids import PublicIdField

_W = WaitState
_O = OfferState
OPEN = (_W.UNCONFIRMED, _W.WAITING)


class WaitEntry(models.Model):
    """Somebody waits for a service at an outlet, on days and between hours of the outlet's wall clock.

    They come first who came first (by `id`). A guest's own entry is `unconfirmed` until they follow the link of the
    mail. Its row is locked after bookings, people and units: docs/locking.md.
    """

    public_id = PublicIdField(prefix="wte")
    outlet = models.ForeignKey("providers.Outlet", on_delete=models.PROTECT, related_name="wait_entries")
    service = models.ForeignKey("providers.Service", on_delete=models.PROTECT, related_name="+")
    # Null: anyone who is able.
    staff = models.ForeignKey(
        "providers.StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="wait_entries")
    seats = models.PositiveSmallIntegerField(default=1)
    first_day = models.DateField()
    last_day = models.DateField()
    # Visits that start in [from_time, until_time], both by the outlet's clock; null: at any hour.
    from_time = models.TimeField(null=True, blank=True)
    until_time = models.TimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=WaitState, default=_W.UNCONFIRMED)
    made_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    # The number of its newest event: gapless, because whoever publishes holds this row's lock.
    last_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "outlet", "service"],
                condition=Q(state__in=OPEN),
                name="wait_once_for_a_service",
            ),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="wait_days_are_in_order"),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True, until_time__isnull=True)
                | Q(from_time__lte=F("until_time")),
                name="wait_hours_are_in_order",
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="wait_is_for_somebody"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True)
                | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="wait_says_when_it_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["outlet", "id"], condition=Q(state="waiting"), name="wait_at_an_outlet"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the outlet, which is read with it."""
        return self.outlet.zone

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits, or may confirm that they do."""
        return self.state in OPEN


class WaitOffer(models.Model):
    """A hold that was made for one who waits. The hold takes the time, so of one freed time there is one offer; of one
    entry one is open; and no start is offered to the same entry twice."""

    entry = models.ForeignKey(WaitEntry, on_delete=models.CASCADE, related_name="offers")
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="wait_offer")
    starts_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=OfferState, default=_O.OPEN)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state="open"), name="wait_one_open_offer_each"
            ),
            models.UniqueConstraint(fields=["entry", "starts_at"], name="wait_start_is_offered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.state}"


class WaitPass(models.Model):
    """An entry that came earlier, and was not offered this time: why."""

    offer = models.ForeignKey(WaitOffer, on_delete=models.CASCADE, related_name="passes")
    entry = models.ForeignKey(WaitEntry, on_delete=models.CASCADE, related_name="passes")
    reason = models.CharField(max_length=12, choices=PassReason)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "entry"], name="wait_passed_over_once"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.reason}"


class WaitLook(models.Model):
    """What the worker saw when it last looked through an outlet's waitlist: a snapshot, as SlotChange compares it.

    Empty: it must look. It keeps nothing from being offered twice, it only saves looking.
    """

    outlet = models.OneToOneField(
        "providers.Outlet", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    snapshot = models.TextField(blank=True, default="")
    looked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.outlet_id} at {self.looked_at}"
