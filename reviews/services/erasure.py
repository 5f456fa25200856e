"""Erasing what a person said: the name goes always, the words when they want that."""

from collections.abc import Iterable

from django.db import transaction

from common import clock
from common.actors import SYSTEM
from providers.services.ratings import lock_rated
from reviews import events
from reviews.models import Review, ReviewAppeal, ReviewPhoto, ReviewReport
from reviews.services import photos, record


@transaction.atomic
def erase(*, bookings: Iterable[int], actor: str = SYSTEM) -> int:
    """Blank the reviews of these visits (by pk) for good: no longer shown, and no longer counted.

    Reviews that have been erased are left alone. Answers how many were blanked now.
    """
    theirs = (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .select_related("booking", "outlet")
        .filter(booking_id__in=list(bookings), erased_at__isnull=True)
    )
    reviews = list(theirs.order_by("pk"))
    counted = [review for review in reviews if review.is_shown]
    photos.remove(ReviewPhoto.objects.filter(review__in=reviews).select_related("file"))
    for review in reviews:
        record.change(
            review,
            event=events.REVIEW_ERASED,
            actor=actor,
            fields={"text": "", "author_name": "", "reply": "", "erased_at": clock.now()},
        )
    # Every review before anybody, everybody before any outlet, and these in order: docs/locking.md.
    lock_rated(staff_ids=[staff for _, staff in record.reviewed_people(counted)])
    for review in sorted(counted, key=lambda each: (each.outlet_id, each.staff_id or 0, each.pk)):
        record.count(review, before=review.stars, after=None)
    return len(reviews)


@transaction.atomic
def unname(*, bookings: Iterable[int]) -> None:
    """Take the author's name off the reviews of these visits, and their photos away; the words stay, as nobody's."""
    visits = list(bookings)
    # What is being changed just now is waited for: its photos go, too.
    theirs = Review.objects.select_for_update(no_key=True).filter(
        booking_id__in=visits, erased_at__isnull=True
    )
    list(theirs.order_by("pk").values_list("pk"))
    photos.remove(ReviewPhoto.objects.filter(review__booking_id__in=visits).select_related("file"))
    Review.objects.filter(booking_id__in=visits).update(author_name="")


@transaction.atomic
def forget_complaints(*, bookings: Iterable[int], user_pk: int) -> None:
    """Blank what the author of these visits' reviews wrote in appeals, and the person in reports."""
    visits = list(bookings)
    ReviewAppeal.objects.filter(review__booking_id__in=visits, side="author").update(text="")
    ReviewReport.objects.filter(guest_of_id__in=visits).update(text="")
    if user_pk:
        ReviewReport.objects.filter(user_id=user_pk).update(text="")
