"""What a business does about a review: reply, once."""

from django.db import transaction

from common import clock
from reviews import events
from reviews.errors import AlreadyReplied, ReviewHidden
from reviews.models import Review
from reviews.rules import words
from reviews.services import record


@transaction.atomic
def reply(*, review: Review, text: str, actor: str) -> Review:
    """Answer a review in public; once, and it stays as it was written.

    Raises NotFound, AlreadyReplied, ReviewHidden, ReviewTextInvalid.
    """
    text = record.clean(text, field="text", longest=words.LONGEST_REPLY, needed=True)
    review = record.lock(review)
    if review.hidden_at:
        raise ReviewHidden
    if review.replied_at:
        raise AlreadyReplied
    record.change(
        review,
        event=events.REVIEW_REPLIED,
        actor=actor,
        fields={"reply": text, "replied_at": clock.now()},
    )
    return review
