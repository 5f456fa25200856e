"""What reviews hold about a person: what they said, under a first name."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from common import privacy
from common.clock import rfc3339
from common.privacy import Subject
from reviews.models import Review


def _export(subject: Subject) -> list[dict[str, Any]]:
    reviews = (
        Review.objects.filter(booking_id__in=subject.booking_pks).select_related("outlet").order_by("pk")
    )
    return [
        {
            "id": review.public_id,
            "booking": review.booking.ref,
            "shop": review.outlet.name,
            "shown_as": review.author_name,
            "rating": review.rating,
            "text": review.text,
            "created_at": rfc3339(review.created_at),
            "reply": review.reply,
        }
        for review in reviews.select_related("booking")
    ]


def _erase(subject: Subject) -> None:
    """The name goes; the words stay, as nobody's, unless they asked for those, too."""
    theirs = Review.objects.filter(booking_id__in=subject.booking_pks)
    theirs.update(author_name="")
    if "reviews" in subject.asked_to_forget:
        theirs.update(text="", reply="")


privacy.area("reviews", app="reviews", title=_("Reviews"), export=_export, erase=_erase)
privacy.personal(
    "reviews.Review",
    area="reviews",
    blanked="author_name",
    kept={"others rely on it, and nobody is named any more; blanked when asked for": "text reply language"},
)
