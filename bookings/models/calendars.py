"""Calendars of people's own: feeds that they read there, and what is taken there."""

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.crypto import EncryptedBytesField, EncryptedTextField
from common.public_ids import PublicIdField


class CalendarFeed(models.Model):
    """A scoped, revocable capability: whoever holds the address reads the visits of one user, person or outlet.

    Only the token's hash is kept. Neither a person nor an outlet: the user's own visits as a customer. What a member
    reads rests on their membership and ends with it; each time it is read, their rights are looked at as they are then.
    """

    public_id = PublicIdField(prefix="cal")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    membership = models.ForeignKey(
        "providers.Membership", null=True, blank=True, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    staff = models.ForeignKey(
        "providers.StaffMember", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    outlet = models.ForeignKey(
        "providers.Outlet", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    last_read_at = models.DateTimeField(null=True, blank=True, help_text="to the hour")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "staff", "outlet"], nulls_distinct=False, name="one_calendar_feed_of_each"
            ),
            models.CheckConstraint(
                condition=Q(staff__isnull=True, outlet__isnull=True, membership__isnull=True)
                | Q(staff__isnull=False, outlet__isnull=True, membership__isnull=False)
                | Q(staff__isnull=True, outlet__isnull=False, membership__isnull=False),
                name="calendar_feed_is_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} of {self.user_id}"


class BusyCalendar(models.Model):
    """A calendar of somebody else's program whose times take a person's open time: read from an address, or a file
    that was sent once. Neither what its events say nor their names are kept.

    `content` is the file with the times alone, from which later days are read as they come near; `digest` is of what
    the server said last. The worker reads what is due (`next_read_at`, last tried at `tried_at`); `lease` says for
    whom, so that what comes of an older reading is thrown away.
    """

    public_id = PublicIdField(prefix="bcl")
    staff = models.ForeignKey(
        "providers.StaffMember", on_delete=models.CASCADE, related_name="busy_calendars"
    )
    name = models.CharField(max_length=80)
    url = EncryptedTextField(blank=True, default="", help_text="empty: a file")
    content = EncryptedBytesField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    next_read_at = models.DateTimeField(null=True, blank=True)
    lease = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    # When it was last read, and what came of it: how many events take time, how many could not be read.
    read_at = models.DateTimeField(null=True, blank=True)
    worked_out_at = models.DateTimeField(null=True, blank=True)
    events = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    unknown_zones = models.JSONField(default=list)
    # Why the newest reading failed (a word), and how many did in a row; what was read before stands.
    failure = models.CharField(max_length=20, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_read_at"], condition=Q(next_read_at__isnull=False), name="busy_calendar_to_read"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} of {self.staff_id}"


class BusyTime(models.Model):
    """A time that a calendar takes from a person: a block of its own kind, which may overlap anything. Visits that were
    booked before stay; nothing new can be booked into it."""

    calendar = models.ForeignKey(BusyCalendar, on_delete=models.CASCADE, related_name="times")
    staff = models.ForeignKey(
        "providers.StaffMember", on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    period = DateTimeRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(period__isempty=False), name="busy_time_is_not_empty"),
        ]
        indexes = [GistIndex(fields=["staff", "period"], name="busy_times_of_a_person")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.period}"
