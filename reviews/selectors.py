"""Reads of reviews."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from reviews.models import Review


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How many reviews gave each rating, from 5 down to 1, with its share of all in percent."""

    rating: int
    count: int
    percent: int


def reviews_of(outlet_pk: int) -> QuerySet[Review]:
    """An outlet's reviews, newest first, with who served."""
    return (
        Review.objects.filter(outlet_id=outlet_pk)
        .select_related("staff", "booking")
        .prefetch_related("booking__items")
        .order_by("-created_at", "-pk")
    )


def breakdown(outlet_pk: int) -> list[Breakdown]:
    """The five rows of an outlet's rating breakdown, best first; one query."""
    counts = dict(
        Review.objects.filter(outlet_id=outlet_pk)
        .values_list("rating")
        .annotate(n=Count("pk"))
        .values_list("rating", "n")
    )
    total = sum(counts.values())
    return [
        Breakdown(stars, counts.get(stars, 0), round(100 * counts.get(stars, 0) / total) if total else 0)
        for stars in range(5, 0, -1)
    ]
