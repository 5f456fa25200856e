"""What operators decide about reviews: hide with a reason, keep, show again. Both sides are told by events."""

from django.db import models, transaction

from accounts.models import User
from common import clock
from common.actors import user_actor
from common.events import publish
from reviews import events
from reviews.enums import Decision, Reason
from reviews.errors import AppealWaits, NothingToDecide, ReviewHidden
from reviews.models import Review, ReviewDecision, ReviewReport
from reviews.rules import words
from reviews.services import record


@transaction.atomic
def hide(*, review: Review, reason: Reason, note: str = "", operator: User) -> ReviewDecision:
    """Take a review out of sight and out of the ratings; its open reports are closed.

    `note` is told to both sides. Raises NotFound, OwnCause, ReviewHidden, AppealWaits, ReviewTextInvalid.
    """
    note = _note(note)
    review = record.lock_for(review, operator)
    if review.hidden_at:
        raise ReviewHidden
    require_no_appeal(review)
    return hide_locked(review, reason=reason, note=note, operator=operator)


@transaction.atomic
def keep(*, review: Review, note: str = "", operator: User) -> ReviewDecision:
    """Let a reported review stand; its open reports are closed.

    Raises NotFound, OwnCause, NothingToDecide, AppealWaits.
    """
    note = _note(note)
    review = record.lock_for(review, operator)
    require_no_appeal(review)
    if review.hidden_at or not _open_reports(review).exists():
        raise NothingToDecide
    decision = _decide(review, Decision.KEEP, note=note, operator=operator)
    record.change(review, event=events.REVIEW_KEPT, actor=user_actor(operator.public_id), chained=True)
    return decision


@transaction.atomic
def restore(*, review: Review, note: str = "", operator: User) -> ReviewDecision:
    """Show a hidden review again; it counts again. Raises NotFound, OwnCause, NothingToDecide, AppealWaits."""
    note = _note(note)
    review = record.lock_for(review, operator)
    require_no_appeal(review)
    if review.hidden_at is None:
        raise NothingToDecide
    return restore_locked(review, note=note, operator=operator)


def hide_locked(review: Review, *, reason: Reason, note: str, operator: User) -> ReviewDecision:
    """Hide the locked, shown `review`."""
    decision = _decide(review, Decision.HIDE, reason=Reason(reason), note=note, operator=operator)
    record.change(
        review,
        event=events.REVIEW_HIDDEN,
        actor=user_actor(operator.public_id),
        chained=True,
        fields={"hidden_at": clock.now()},
        reason=str(decision.reason),
    )
    record.count(review, before=review.stars, after=None)
    return decision


def restore_locked(review: Review, *, note: str, operator: User) -> ReviewDecision:
    """Show the locked, hidden `review` again."""
    decision = _decide(review, Decision.RESTORE, note=note, operator=operator)
    record.change(
        review,
        event=events.REVIEW_RESTORED,
        actor=user_actor(operator.public_id),
        chained=True,
        fields={"hidden_at": None},
    )
    record.count(review, before=None, after=review.stars)
    return decision


def require_no_appeal(review: Review) -> None:
    """Raises AppealWaits while one is open."""
    if review.appeals.filter(decided_at__isnull=True).exists():
        raise AppealWaits


def _decide(
    review: Review, kind: Decision, *, note: str, operator: User, reason: Reason | None = None
) -> ReviewDecision:
    decision = ReviewDecision.objects.create(
        review=review, kind=kind, reason=reason or "", note=note, operator=operator, at=clock.now()
    )
    reports = list(_open_reports(review).select_related("user", "guest_of").order_by("pk"))
    _open_reports(review).update(decision=decision)
    for report in reports:
        publish(
            subject_type="review_report",
            subject_id=report.public_id,
            seq=1,
            type=events.REVIEW_REPORT_DECIDED,
            actor=user_actor(operator.public_id),
            payload={
                "user": report.user.public_id if report.user else "",
                "booking_ref": report.guest_of.ref if report.guest_of else "",
                "outlet": review.outlet.public_id,
                "kept": kind == Decision.KEEP,
            },
        )
    return decision


def _open_reports(review: Review) -> models.QuerySet[ReviewReport]:
    return ReviewReport.objects.filter(review=review, decision__isnull=True)


def _note(note: str) -> str:
    return record.clean(note, field="note", longest=words.LONGEST_NOTE)
