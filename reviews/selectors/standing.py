"""How a review stands, for its author, its business and operators: what was decided, and what can still be done."""

from dataclasses import dataclass

from django.db.models import QuerySet

from providers.models import Provider
from reviews.enums import Decision, Side
from reviews.models import Review, ReviewAppeal, ReviewDecision


@dataclass(frozen=True, slots=True)
class Standing:
    """`decision` is the latest, `appeal` this side's own; `may_appeal` whether it can still be made."""

    decision: ReviewDecision | None
    appeal: ReviewAppeal | None
    may_appeal: bool

    @property
    def hidden_because(self) -> ReviewDecision | None:
        """The decision that hides the review now."""
        return self.decision if self.decision and self.decision.kind == Decision.HIDE else None


def standing(review: Review, side: Side) -> Standing:
    """How the review stands for one side. Two queries, none when they have been prefetched."""
    decision = max(review.decisions.all(), key=lambda each: each.pk, default=None)
    appeal = next((each for each in review.appeals.all() if each.side == side), None)
    against_them = decision is not None and (decision.kind == Decision.HIDE) == (side == Side.AUTHOR)
    return Standing(decision, appeal, may_appeal=against_them and appeal is None)


def of_business(provider: Provider) -> QuerySet[Review]:
    """All reviews of a business, hidden ones too, newest first, with what each standing needs."""
    return (
        Review.objects.filter(outlet__provider=provider, erased_at__isnull=True)
        .select_related("outlet__provider", "booking", "staff")
        .prefetch_related("booking__items", "decisions", "appeals")
        .order_by("-created_at", "-pk")
    )
