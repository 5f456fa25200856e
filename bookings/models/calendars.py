"""Calendars of people's own: feeds that they read there."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

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
