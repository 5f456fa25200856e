"""The checker: ratings as kept are what a recount of the reviews gives."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from providers.models import Outlet, StaffMember
from reviews.models import Review

KEPT = ("rating_count", "rating_sum", "service_sum", "punctuality_sum", "value_sum")


@dataclass(frozen=True, slots=True)
class Difference:
    """A shop or person whose kept aggregates (in the order of KEPT) are not those of a recount."""

    id: str
    kept: tuple[int, ...]
    counted: tuple[int, ...]


def verify() -> list[Difference]:
    """Every difference. Two queries for shops, two for people."""
    found = []
    for model, column in ((Outlet, "outlet_id"), (StaffMember, "staff_id")):
        counted = {
            row[0]: tuple(row[1:])
            for row in Review.objects.filter(
                hidden_at__isnull=True, erased_at__isnull=True, **{f"{column}__isnull": False}
            )
            .values_list(column)
            .annotate(
                n=Count("pk"),
                overall=Coalesce(Sum("rating"), 0),
                service=Coalesce(Sum("service_stars"), 0),
                punctuality=Coalesce(Sum("punctuality_stars"), 0),
                value=Coalesce(Sum("value_stars"), 0),
            )
            .values_list(column, "n", "overall", "service", "punctuality", "value")
        }
        rows = model._default_manager.filter(Q(rating_count__gt=0) | Q(pk__in=list(counted)))
        for pk, public_id, *kept in rows.values_list("pk", "public_id", *KEPT):
            right = counted.get(pk, (0, 0, 0, 0, 0))
            if tuple(kept) != right:
                found.append(Difference(public_id, tuple(kept), right))
    return found
