"""Pictures of outlets."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.models import StoredFile
from common.public_ids import PublicIdField
from providers.models.business import Outlet
from providers.rules.pictures import ALT_LENGTH, MOST_PICTURES


class OutletPicture(models.Model):
    """A picture of an outlet, shown in the order of `position`; the first is its cover.

    One that was removed has no position and can be put back for a day. Several may show the same file.
    """

    public_id = PublicIdField(prefix="pic")
    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="pictures")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", help_text="public")
    alt = models.CharField(
        max_length=ALT_LENGTH, blank=True, help_text="what can be seen, in the outlet's language"
    )
    position = models.PositiveSmallIntegerField(null=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            # Checked at commit: the order changes in one statement a picture.
            models.UniqueConstraint(
                fields=["outlet", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="one_outlet_picture_per_place",
            ),
            models.CheckConstraint(
                condition=Q(position__isnull=True) | Q(position__lt=MOST_PICTURES),
                name="outlet_has_at_most_twelve_pictures",
            ),
            models.CheckConstraint(
                condition=Q(position__isnull=True, removed_at__isnull=False)
                | Q(position__isnull=False, removed_at__isnull=True),
                name="outlet_picture_has_a_place_unless_removed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["removed_at"], condition=Q(removed_at__isnull=False), name="outlet_pictures_removed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.outlet_id}"
