"""Erasing what a person said: their reviews and the words of their reports are blanked."""

from django.db import transaction

from common import clock
from reviews import events
from reviews.models import Review
from reviews.services import record


@transaction.atomic
def erase(*, review: Review, actor: str) -> None:
    """Blank a review for good: it is no longer shown and no longer counts. Raises NotFound when it was before."""
    review = record.lock(review)
    was_shown = review.is_shown
    record.change(
        review,
        event=events.REVIEW_ERASED,
        actor=actor,
        fields={"text": "", "author_name": "", "reply": "", "erased_at": clock.now()},
    )
    if was_shown:
        record.count(review, before=review.stars, after=None)
