"""The checker: ratings as kept are what a recount of the reviews gives."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from providers.models import Outlet, StaffMember
from reviews.models import Review

NOTHING = (0, 0, 0, 0, 0)
KEPT = ("rating_count", "rating_sum", "service_sum", "punctuality_sum", "value_sum")


@dataclass(frozen=True, slots=True)
class Difference:
    """A shop or person whose kept aggregates (in the order of KEPT) are not those of a recount."""

    id: str
    kept: tuple[int, ...]
    counted: tuple[int, ...]


def verify() -> list[Difference]:
    """Every difference. Two queries for shops, three for people."""
    found = []
    helped = {"booking__items__position": 0, "booking__items__helpers__isnull": False}
    sources: list[tuple[type[Model], list[tuple[str, dict[str, Any]]]]] = [
        (Outlet, [("outlet_id", {})]),
        (StaffMember, [("staff_id", {"staff_id__isnull": False}), ("booking__items__helpers", helped)]),
    ]
    for model, columns in sources:
        counted: dict[int, tuple[int, ...]] = {}
        for column, where in columns:
            for pk, *sums in _sums(column, where):
                before = counted.get(pk, NOTHING)
                counted[pk] = tuple(a + b for a, b in zip(before, sums, strict=True))
        rows = model._default_manager.filter(Q(rating_count__gt=0) | Q(pk__in=list(counted)))
        for pk, public_id, *kept in rows.values_list("pk", "public_id", *KEPT):
            right = counted.get(pk, NOTHING)
            if tuple(kept) != right:
                found.append(Difference(public_id, tuple(kept), right))
    return found


def _sums(column: str, where: dict[str, Any]) -> QuerySet[Any, Any]:
    """What the reviews that count add up to for each value of `column`, in the order of KEPT."""
    return (
        Review.objects.filter(hidden_at__isnull=True, erased_at__isnull=True, **where)
        .values_list(column)
        .annotate(
            n=Count("pk"),
            overall=Coalesce(Sum("rating"), 0),
            service=Coalesce(Sum("service_stars"), 0),
            punctuality=Coalesce(Sum("punctuality_stars"), 0),
            value=Coalesce(Sum("value_stars"), 0),
        )
        .values_list(column, "n", "overall", "service", "punctuality", "value")
    )
