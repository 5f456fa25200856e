"""Aggregates that the layers above count and search reads: the sums of stars and how many reviews there are
(reviews), and the visits that a person has done (bookings).

Called in the transaction of what changes. The database derives the Bayesian mean from the ratings.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from providers.models import Outlet, StaffMember
from providers.rules.ratings import Stars


@transaction.atomic
def add_rating(*, outlet_id: int, staff_ids: Iterable[int], stars: Stars) -> None:
    """Count one more review of an outlet and of the people who did it."""
    _move(outlet_id=outlet_id, staff_ids=staff_ids, before=None, after=stars)


@transaction.atomic
def remove_rating(*, outlet_id: int, staff_ids: Iterable[int], stars: Stars) -> None:
    """Take a review's stars out again, such as when it is hidden."""
    _move(outlet_id=outlet_id, staff_ids=staff_ids, before=stars, after=None)


@transaction.atomic
def change_rating(*, outlet_id: int, staff_ids: Iterable[int], before: Stars, after: Stars) -> None:
    """A review's stars have been changed from `before` to `after`."""
    _move(outlet_id=outlet_id, staff_ids=staff_ids, before=before, after=after)


def lock_rated(*, staff_ids: Iterable[int]) -> None:
    """Lock these people, in the transaction that then moves more than one rating of theirs."""
    rows = StaffMember.objects.filter(pk__in=set(staff_ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


@transaction.atomic
def count_served(*, staff_ids: Iterable[int]) -> None:
    """Each of these people has done one more visit."""
    for pk in sorted(set(staff_ids)):
        StaffMember.objects.filter(pk=pk).update(served_count=F("served_count") + 1)


def _move(*, outlet_id: int, staff_ids: Iterable[int], before: Stars | None, after: Stars | None) -> None:
    def more(part: str) -> int:
        return (getattr(after, part) if after else 0) - (getattr(before, part) if before else 0)

    counted = (after is not None) - (before is not None)
    change = {
        "rating_count": F("rating_count") + counted,
        "rating_sum": F("rating_sum") + more("overall"),
        "service_sum": F("service_sum") + more("service"),
        "punctuality_sum": F("punctuality_sum") + more("punctuality"),
        "value_sum": F("value_sum") + more("value"),
    }
    # The people, in order, before the outlet, as wherever both are locked: docs/locking.md.
    for pk in sorted(set(staff_ids)):
        StaffMember.objects.filter(pk=pk).update(**change)
    Outlet.objects.filter(pk=outlet_id).update(**change)
