"""Rating aggregates, which reviews writes and search reads. Stars are whole, 1 to 5."""

from django.db import transaction
from django.db.models import F

from providers.models import Outlet, StaffMember


@transaction.atomic
def add_rating(*, outlet_id: int, staff_id: int | None, stars: int) -> None:
    """Count one more review of an outlet and of the person who did it. `stars` is 1 to 5."""
    _move(outlet_id=outlet_id, staff_id=staff_id, stars=stars, count=1)


@transaction.atomic
def remove_rating(*, outlet_id: int, staff_id: int | None, stars: int) -> None:
    """Take a review's stars out again, such as when it is hidden."""
    _move(outlet_id=outlet_id, staff_id=staff_id, stars=-stars, count=-1)


@transaction.atomic
def change_rating(*, outlet_id: int, staff_id: int | None, before: int, after: int) -> None:
    """A review's stars have been changed from `before` to `after`."""
    _move(outlet_id=outlet_id, staff_id=staff_id, stars=after - before, count=0)


@transaction.atomic
def set_outlet_rating(*, outlet_id: int, rating_sum: int, rating_count: int) -> None:
    """Write an outlet's aggregate as counted anew from its reviews."""
    Outlet.objects.filter(pk=outlet_id).update(rating_sum=rating_sum, rating_count=rating_count)


@transaction.atomic
def set_staff_rating(*, staff_id: int, rating_sum: int, rating_count: int) -> None:
    """Write a person's aggregate as counted anew from their reviews."""
    StaffMember.objects.filter(pk=staff_id).update(rating_sum=rating_sum, rating_count=rating_count)


def _move(*, outlet_id: int, staff_id: int | None, stars: int, count: int) -> None:
    # The outlet before the person, always: two reviews at once cannot wait for each other.
    change = {"rating_sum": F("rating_sum") + stars, "rating_count": F("rating_count") + count}
    Outlet.objects.filter(pk=outlet_id).update(**change)
    if staff_id is not None:
        StaffMember.objects.filter(pk=staff_id).update(**change)
