"""Reports: somebody says that a review should not stand."""

from datetime import timedelta

from django.db import transaction

from accounts.models import User
from bookings.models import Booking
from common import clock
from common.actors import GUEST, user_actor
from common.errors import NotFound, TooMany
from reviews import events
from reviews.enums import Reason
from reviews.errors import AlreadyReported
from reviews.models import Review, ReviewReport
from reviews.rules import words
from reviews.services import record

# By one reporter in 24 hours.
MOST_A_DAY = 10
A_DAY = timedelta(hours=24)


@transaction.atomic
def report(*, review: Review, by: User | Booking, reason: Reason, text: str = "") -> ReviewReport:
    """Put a shown review before the operators. `by` is a user, or the visit whose token a guest carries.

    Raises NotFound, AlreadyReported, TooMany, ReviewTextInvalid.
    """
    text = record.clean(text, field="text", longest=words.LONGEST_NOTE)
    _lock(by)
    who = {"user": by, "guest_of": None} if isinstance(by, User) else {"user": None, "guest_of": by}
    lately = ReviewReport.objects.filter(**who, created_at__gt=clock.now() - A_DAY)
    review = record.lock(review)
    if not review.is_shown:
        raise NotFound
    if ReviewReport.objects.filter(review=review, **who).exists():
        raise AlreadyReported
    if lately.count() >= MOST_A_DAY:
        raise TooMany
    made = ReviewReport.objects.create(
        review=review, reason=Reason(reason), text=text, created_at=clock.now(), **who
    )
    actor = user_actor(by.public_id) if isinstance(by, User) else GUEST
    record.change(
        review, event=events.REVIEW_REPORTED, actor=actor, report=made.public_id, reason=str(made.reason)
    )
    return made


def _lock(by: User | Booking) -> None:
    """The reporter's own row, before the review's: reports of several reviews at once count each other."""
    model = User if isinstance(by, User) else Booking
    list(model._default_manager.select_for_update(no_key=True).filter(pk=by.pk).values_list("pk"))
