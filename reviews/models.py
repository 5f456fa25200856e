"""What customers say of visits they had."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.public_ids import PublicIdField


class Review(models.Model):
    """One customer's words about one closed booking, 1 to 5."""

    public_id = PublicIdField(prefix="rev")
    booking = models.OneToOneField("bookings.Booking", on_delete=models.PROTECT, related_name="review")
    outlet = models.ForeignKey("providers.Outlet", on_delete=models.PROTECT, related_name="reviews")
    staff = models.ForeignKey(
        "providers.StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    author_name = models.CharField(max_length=80, help_text="as shown: a first name and an initial")
    rating = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    language = models.CharField(max_length=12, default="en", help_text="of the text")
    reply = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating_is_1_to_5"),
        ]
        indexes = [models.Index(fields=["outlet", "-created_at"], name="review_of_an_outlet")]

    def __str__(self) -> str:
        return f"{self.rating} for {self.outlet_id}"
