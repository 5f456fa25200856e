"""What quality watch looks at, and its cases."""

from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Count, Q, QuerySet

from bookings.models import Booking
from bookings.rules import states
from common import clock
from common.errors import NotFound
from providers.models import Provider, StaffMember
from reviews.enums import Subject
from reviews.models import QualityCase, QualityThreshold, Review
from reviews.rules.quality import Record, Threshold
from reviews.selectors.public import shown

# Never became a visit that somebody waited for.
_NO_VISIT = (states.HELD, states.EXPIRED, states.REQUESTED)


def threshold_of(staff: StaffMember | None) -> tuple[Threshold, timedelta]:
    """The threshold for a person, or for a business without one, and how far back things count."""
    subject = Subject.PERSON if staff else Subject.PROVIDER
    row = QualityThreshold.objects.filter(subject=subject).first() or QualityThreshold()
    return (
        Threshold(
            last_reviews=row.last_reviews,
            least_reviews=row.least_reviews,
            rating_below=Fraction(row.rating_below),
            least_visits=row.least_visits,
            breaches_above=row.breaches_above,
        ),
        timedelta(days=row.days),
    )


def since(provider: Provider, staff: StaffMember | None, back: timedelta) -> datetime:
    """From when on things count: so far back, and not before the last closed case of the same subject."""
    closed = (
        QualityCase.objects.filter(provider=provider, staff=staff, closed_at__isnull=False)
        .order_by("-closed_at")
        .values_list("closed_at", flat=True)
        .first()
    )
    earliest = clock.now() - back
    return max(earliest, closed) if closed else earliest


def reviews_since(provider: Provider, staff: StaffMember | None, start: datetime) -> QuerySet[Review]:
    """The shown reviews of the business or the person, the latest first."""
    rows = shown().filter(outlet__provider=provider, created_at__gt=start)
    return (rows.filter(staff=staff) if staff else rows).order_by("-created_at", "-pk")


def record_since(provider: Provider, staff: StaffMember | None, start: datetime, stars: list[int]) -> Record:
    """What happened with visits that started, or were to start, since `start` until now. One query."""
    visits = Booking.objects.filter(
        outlet__provider=provider, starts_at__gt=start, starts_at__lte=clock.now()
    ).exclude(status__in=_NO_VISIT)
    if staff:
        visits = visits.filter(items__staff=staff)
    numbers = visits.aggregate(
        visits=Count("pk", distinct=True),
        declined=Count("pk", filter=Q(status=states.DECLINED), distinct=True),
        cancelled=Count("pk", filter=Q(status=states.CANCELLED, cancelled_by="staff"), distinct=True),
        no_shows=Count("pk", filter=Q(status=states.NO_SHOW), distinct=True),
    )
    return Record(stars=stars, **numbers)


def open_cases() -> QuerySet[QualityCase]:
    """The cases that wait, the oldest first."""
    return (
        QualityCase.objects.filter(closed_at__isnull=True)
        .select_related("provider", "staff")
        .order_by("opened_at", "pk")
    )


def find_case(case_id: str) -> QualityCase:
    """A case with whom it concerns. Raises NotFound."""
    found = (
        QualityCase.objects.filter(public_id=case_id)
        .select_related("provider", "staff", "closed_by", "entry")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def evidence_reviews(case: QualityCase) -> list[Review]:
    """The reviews that counted, the latest first, as they are now."""
    named = Review.objects.filter(public_id__in=case.evidence.get("reviews", []))
    return list(named.select_related("outlet", "staff", "booking").order_by("-created_at", "-pk"))


def earlier_cases(case: QualityCase) -> QuerySet[QualityCase]:
    """The closed cases of the same subject, the latest first."""
    return (
        QualityCase.objects.filter(provider=case.provider, staff=case.staff, closed_at__isnull=False)
        .exclude(pk=case.pk)
        .select_related("closed_by")
        .order_by("-closed_at")
    )
