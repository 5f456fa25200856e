"""What customers say of visits they had, and what was decided about it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.models import StoredFile
from common.public_ids import PublicIdField
from providers.rules.ratings import Stars
from reviews.enums import Decision, Reason, Side
from reviews.rules import words


def _is_1_to_5(*fields: str) -> Q:
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__gte": 1, f"{field}__lte": 5})
    return condition


class Review(models.Model):
    """One customer's words and stars (each 1 to 5) about one visit that took place.

    It counts in ratings and is shown unless it is hidden or erased.
    """

    public_id = PublicIdField(prefix="rev")
    booking = models.OneToOneField("bookings.Booking", on_delete=models.PROTECT, related_name="review")
    outlet = models.ForeignKey("providers.Outlet", on_delete=models.PROTECT, related_name="reviews")
    staff = models.ForeignKey(
        "providers.StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    author_name = models.CharField(max_length=80, help_text="as shown: a first name and an initial")
    rating = models.PositiveSmallIntegerField(help_text="overall: the mean of the three, to the nearest star")
    service_stars = models.PositiveSmallIntegerField()
    punctuality_stars = models.PositiveSmallIntegerField()
    value_stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    language = models.CharField(max_length=12, default="en", help_text="of the text")
    reply = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    replied_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    # The number of its newest event; whoever publishes one holds this row's lock.
    last_seq = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_is_1_to_5("rating"), name="review_rating_is_1_to_5"),
            models.CheckConstraint(
                condition=_is_1_to_5("service_stars", "punctuality_stars", "value_stars"),
                name="review_stars_are_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(rating=(F("service_stars") + F("punctuality_stars") + F("value_stars") + 1) / 3),
                name="review_rating_is_the_mean_of_its_stars",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(text="", author_name=""),
                name="erased_review_is_blank",
            ),
        ]
        indexes = [models.Index(fields=["outlet", "-created_at"], name="review_of_an_outlet")]

    def __str__(self) -> str:
        return f"{self.rating} for {self.outlet_id}"

    @property
    def stars(self) -> Stars:
        return Stars(self.service_stars, self.punctuality_stars, self.value_stars)

    @property
    def is_shown(self) -> bool:
        """Whether people see it and it counts."""
        return self.hidden_at is None and self.erased_at is None


class ReviewPhoto(models.Model):
    """A picture that the author put to a review: public while the review is shown. At most four a review."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="photos")
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="+")
    # Its place among the four; which of them are free says how many more there may be.
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "position"], name="one_review_photo_per_position"),
            models.CheckConstraint(
                condition=Q(position__lt=words.MOST_PHOTOS), name="review_has_at_most_four_photos"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.review_id}"


class ReviewDecision(models.Model):
    """What an operator decided about a review, with the reason. Never changed after."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=8, choices=Decision)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    note = models.TextField(blank=True, help_text="told to both sides")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Decision.values), name="review_decision_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=Decision.HIDE) | Q(reason__in=Reason.values),
                name="hiding_a_review_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.review_id}"


class ReviewReport(models.Model):
    """Somebody says that a review should not stand: a signed-in user, or a guest with the token of a visit."""

    public_id = PublicIdField(prefix="rrp")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="reports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    guest_of = models.ForeignKey(
        "bookings.Booking", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=12, choices=Reason)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    # What closed it; open without.
    decision = models.ForeignKey(
        ReviewDecision, null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="one_review_report_per_user"),
            models.UniqueConstraint(fields=["review", "guest_of"], name="one_review_report_per_guest"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest_of__isnull=True)
                | Q(user__isnull=True, guest_of__isnull=False),
                name="review_report_is_by_a_user_or_a_guest",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=Reason.values), name="review_report_reason_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(decision__isnull=True), name="open_review_reports"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.review_id}"


class ReviewAppeal(models.Model):
    """One side asks that a decision be looked at again; each side once a review, decided by another operator."""

    public_id = PublicIdField(prefix="rap")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="appeals")
    side = models.CharField(max_length=8, choices=Side)
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    # Who made the decision that it is against.
    against = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    granted = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True, help_text="told to whoever appealed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "side"], name="one_review_appeal_per_side"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="review_appeal_side_is_known"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, granted__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False, granted__isnull=False),
                name="review_appeal_is_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("against")),
                name="review_appeal_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(decided_at__isnull=True), name="open_review_appeals"
            )
        ]

    def __str__(self) -> str:
        return f"{self.side} appeals about {self.review_id}"


class ReviewInvitation(models.Model):
    """A visit was closed: its customer is asked once, a little later, what it was like."""

    booking = models.OneToOneField("bookings.Booking", on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="review_invitations_due")
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} from {self.due_at:%Y-%m-%d %H:%M}"

    def is_due(self, now: datetime) -> bool:
        return self.done_at is None and self.due_at <= now
