"""Who does a service of a visit together with its leading person."""

from django.db import models


class ItemHelper(models.Model):
    """Somebody who does a service of a visit together with its `staff`, all of it.

    The item and these rows say who does it; what it takes from each of them is in the allocations.
    """

    item = models.ForeignKey("BookingItem", on_delete=models.CASCADE, related_name="helper_rows")
    staff = models.ForeignKey("providers.StaffMember", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "staff"], name="one_helps_once_with_an_item"),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.staff_id} with {self.item_id}"
