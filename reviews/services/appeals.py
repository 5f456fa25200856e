"""Appeals: each side once a review, decided by another operator than the decision it is against."""

from django.db import transaction

from accounts.models import User
from common import clock
from common.actors import user_actor
from common.errors import NotFound
from reviews import events
from reviews.enums import Reason, Side
from reviews.errors import AnotherOperator, AppealNotOpen, NothingToDecide
from reviews.models import Review, ReviewAppeal
from reviews.rules import words
from reviews.selectors.standing import standing
from reviews.services import moderation, record


@transaction.atomic
def appeal(*, review: Review, side: Side, text: str, actor: str) -> ReviewAppeal:
    """Ask for another look. Raises NotFound, AppealNotOpen, ReviewTextInvalid."""
    text = record.clean(text, field="text", longest=words.LONGEST_REPLY, needed=True)
    review = record.lock(review)
    now = standing(review, side)
    if now.decision is None or not now.may_appeal:
        raise AppealNotOpen
    made = ReviewAppeal.objects.create(
        review=review, side=Side(side), text=text, against_id=now.decision.operator_id, created_at=clock.now()
    )
    record.change(
        review, event=events.REVIEW_APPEALED, actor=actor, side=str(made.side), appeal=made.public_id
    )
    return made


@transaction.atomic
def decide_appeal(
    *, appeal: ReviewAppeal, grant: bool, note: str = "", reason: Reason = Reason.OTHER, operator: User
) -> ReviewAppeal:
    """Grant an appeal (the author's shows the review again, the business's hides it for `reason`) or refuse it.

    Raises NotFound, OwnCause, NothingToDecide, AnotherOperator, ReviewTextInvalid.
    """
    note = record.clean(note, field="note", longest=words.LONGEST_NOTE)
    review = record.lock_for(appeal.review, operator)
    found = ReviewAppeal.objects.filter(pk=appeal.pk).first()
    if found is None:
        raise NotFound
    if found.decided_at:
        raise NothingToDecide
    if found.against_id == operator.pk:
        raise AnotherOperator
    found.decided_by, found.decided_at = operator, clock.now()
    found.granted, found.note = grant, note
    found.save(update_fields=["decided_by", "decided_at", "granted", "note"])
    record.change(
        review,
        event=events.REVIEW_APPEAL_DECIDED,
        actor=user_actor(operator.public_id),
        chained=True,
        side=str(found.side),
        appeal=found.public_id,
        granted=grant,
    )
    if grant and found.side == Side.AUTHOR:
        moderation.restore_locked(review, note=note, operator=operator)
    elif grant:
        moderation.hide_locked(review, reason=reason, note=note, operator=operator)
    return found
