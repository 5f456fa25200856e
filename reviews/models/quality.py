"""Quality watch: when a business or a person falls under a threshold, operators are shown a case."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.public_ids import PublicIdField
from reviews.enums import Outcome, Subject


class QualityThreshold(models.Model):
    """From when on operators look: one row for businesses, one for people. Operators change them in the tables."""

    subject = models.CharField(max_length=8, choices=Subject, unique=True)
    days = models.PositiveSmallIntegerField(default=90, help_text="how far back things count")
    last_reviews = models.PositiveSmallIntegerField(default=20, help_text="of those, the latest so many")
    least_reviews = models.PositiveSmallIntegerField(default=5, help_text="fewer say nothing")
    rating_below = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default="3.50",
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="plain mean of the overall stars",
    )
    least_visits = models.PositiveSmallIntegerField(default=10, help_text="fewer say nothing")
    breaches_above = models.PositiveSmallIntegerField(
        default=20,
        help_text="percent of visits that it declined or cancelled, or that were decided against it",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__in=Subject.values), name="threshold_subject_is_known"
            ),
            models.CheckConstraint(
                condition=Q(rating_below__gte=1, rating_below__lte=5, breaches_above__lte=100)
                & Q(
                    days__gte=1, days__lte=730, last_reviews__gte=1, least_reviews__gte=1, least_visits__gte=1
                ),
                name="threshold_is_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class QualityCase(models.Model):
    """A business, or one of its people, fell under a threshold. One open case per subject.

    `evidence` holds counts, the mean and the public ids of the reviews and objections that counted; the words stay
    with those. Once closed, only what happens after counts for the next.
    """

    public_id = PublicIdField(prefix="qcs")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="quality_cases")
    staff = models.ForeignKey(
        "providers.StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="quality_cases"
    )
    evidence = models.JSONField(default=dict)
    opened_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    note = models.TextField(blank=True, help_text="for operators; what is told stands in the thread")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # What the business was told, and may appeal.
    entry = models.ForeignKey(
        "providers.VettingEntry", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "staff"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="one_open_quality_case",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | Q(closed_at__isnull=False, closed_by__isnull=False, outcome__in=Outcome.values),
                name="quality_case_is_closed_whole",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", Outcome.NOTHING]) | Q(entry__isnull=False),
                name="quality_outcome_is_told",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(closed_at__isnull=True), name="open_quality_cases")
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.outcome or 'open'}"
