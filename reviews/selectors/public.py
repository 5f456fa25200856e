"""What everybody may read: the shown reviews of an outlet, and how they are spread."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from common import clock
from common.api import make_cursor, read_cursor
from providers.models import Outlet
from reviews.models import Review, ReviewPhoto


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How many reviews gave each rating, from 5 down to 1, with its share of all in percent."""

    rating: int
    count: int
    percent: int


# A review's photos with their files: one query.
WITH_PHOTOS = Prefetch("photos", queryset=ReviewPhoto.objects.select_related("file").order_by("pk"))


def shown() -> QuerySet[Review]:
    """The reviews that people see and that count."""
    return Review.objects.filter(hidden_at__isnull=True, erased_at__isnull=True)


def reviews_of(outlet_pk: int) -> QuerySet[Review]:
    """An outlet's shown reviews, newest first, with who served."""
    return (
        shown()
        .filter(outlet_id=outlet_pk)
        .select_related("staff", "booking")
        .prefetch_related("booking__items", WITH_PHOTOS)
        .order_by("-created_at", "-pk")
    )


def last_reviewed(outlet_pks: Collection[int]) -> dict[int, datetime]:
    """When each of these outlets got its latest shown review; those without one are left out. One query."""
    rows = shown().filter(outlet_id__in=outlet_pks).order_by().values("outlet_id")
    return dict(rows.annotate(at=Max("created_at")).values_list("outlet_id", "at"))


def page_of(outlet: Outlet, *, limit: int, cursor: str = "") -> tuple[Sequence[Review], str | None]:
    """At most `limit` of an outlet's reviews after `cursor`, and the next page's cursor (None at the end).

    Raises CursorInvalid.
    """
    return cut(reviews_of(outlet.pk), of=f"reviews:{outlet.public_id}", limit=limit, cursor=cursor)


def cut(
    rows: QuerySet[Review], *, of: str, limit: int, cursor: str = ""
) -> tuple[Sequence[Review], str | None]:
    """A page of reviews, newest first: by when they were written, not by the order of their rows.

    `of` names the list: a cursor of another list is refused. Raises CursorInvalid.
    """
    if cursor:
        written, pk = read_cursor(cursor, of=of)
        at = datetime.fromisoformat(written)
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
    found = list(rows[: limit + 1])
    page = found[:limit]
    if len(found) <= limit:
        return page, None
    return page, make_cursor([clock.rfc3339(page[-1].created_at), page[-1].pk], of=of)


def breakdown(outlet_pk: int) -> list[Breakdown]:
    """The five rows of an outlet's rating breakdown, best first; one query."""
    counts = dict(
        shown()
        .filter(outlet_id=outlet_pk)
        .values_list("rating")
        .annotate(n=Count("pk"))
        .values_list("rating", "n")
    )
    total = sum(counts.values())
    return [
        Breakdown(stars, counts.get(stars, 0), round(100 * counts.get(stars, 0) / total) if total else 0)
        for stars in range(5, 0, -1)
    ]
