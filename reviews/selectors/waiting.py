"""What waits for operators about reviews."""

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Least

from common.errors import NotFound
from reviews.models import Review, ReviewAppeal, ReviewReport
from reviews.selectors.public import WITH_PHOTOS


def waiting() -> QuerySet[Review]:
    """Reviews with an open report or appeal, `since` the oldest of these; the oldest first.

    `has_appeal` says whether one of them is an appeal.
    """
    oldest = (
        rows.order_by("created_at").values("created_at")[:1] for rows in (_open_reports(), _open_appeals())
    )
    return (
        Review.objects.filter(erased_at__isnull=True)
        # Of two instants PostgreSQL's LEAST takes the earlier; one that is missing does not count.
        .annotate(since=Least(*(Subquery(each) for each in oldest)), has_appeal=Exists(_open_appeals()))
        .filter(since__isnull=False)
        .select_related("outlet__provider", "booking")
        .prefetch_related("reports")
        .order_by("since", "pk")
    )


def review_with_case(review_id: str) -> Review:
    """A review with everything an operator decides upon. Raises NotFound."""
    found = (
        Review.objects.filter(public_id=review_id, erased_at__isnull=True)
        .select_related("outlet__provider", "booking__customer", "staff")
        .prefetch_related("booking__items", "reports__user", "decisions__operator", "appeals", WITH_PHOTOS)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _open_reports() -> QuerySet[ReviewReport]:
    return ReviewReport.objects.filter(review=OuterRef("pk"), decision__isnull=True)


def _open_appeals() -> QuerySet[ReviewAppeal]:
    return ReviewAppeal.objects.filter(review=OuterRef("pk"), decided_at__isnull=True)
