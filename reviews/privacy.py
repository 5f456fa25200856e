"""What reviews hold about a person: what they said, under a first name, and what they complained about."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import privacy, uploads
from common.clock import rfc3339
from common.privacy import ExportedFile, Subject
from reviews.models import Review, ReviewAppeal, ReviewPhoto, ReviewReport
from reviews.services import erasure


def _export(subject: Subject) -> dict[str, Any] | None:
    reviews = (
        Review.objects.filter(booking_id__in=subject.booking_pks)
        .select_related("outlet", "booking")
        .prefetch_related("photos__file")
        .order_by("pk")
    )
    theirs = Q(guest_of_id__in=subject.booking_pks)
    if subject.user_pk:
        # Without a user this must not ask for "no user": that is every guest.
        theirs |= Q(user_id=subject.user_pk)
    reports = ReviewReport.objects.filter(theirs).select_related("review")
    appeals = ReviewAppeal.objects.filter(review__booking_id__in=subject.booking_pks, side="author")
    found = {
        "reviews": [_review(review) for review in reviews],
        "reports": [
            {
                "review": each.review.public_id,
                "reason": each.reason,
                "text": each.text,
                "created_at": rfc3339(each.created_at),
            }
            for each in reports.order_by("pk")
        ],
        "appeals": [
            {
                "review": each.review.public_id,
                "text": each.text,
                "created_at": rfc3339(each.created_at),
                "granted": each.granted,
                "answer": each.note,
            }
            for each in appeals.select_related("review").order_by("pk")
        ],
    }
    return found if any(found.values()) else None


def _review(review: Review) -> dict[str, Any]:
    return {
        "id": review.public_id,
        "booking": review.booking.ref,
        "shop": review.outlet.name,
        "shown_as": review.author_name,
        "rating": review.rating,
        "stars": {
            "service": review.service_stars,
            "punctuality": review.punctuality_stars,
            "value": review.value_stars,
        },
        "text": review.text,
        "photos": [photo.file.public_id for photo in review.photos.all()],
        "created_at": rfc3339(review.created_at),
        "changed_at": rfc3339(review.edited_at) if review.edited_at else None,
        "hidden_at": rfc3339(review.hidden_at) if review.hidden_at else None,
        "reply": review.reply,
    }


def _erase(subject: Subject) -> None:
    """The name and the photos go; the words stay, as nobody's, unless they asked for those, too."""
    if "reviews" in subject.asked_to_forget:
        erasure.erase(bookings=subject.booking_pks)
    erasure.unname(bookings=subject.booking_pks)
    erasure.forget_complaints(bookings=subject.booking_pks, user_pk=subject.user_pk)


def _files(subject: Subject) -> Iterator[ExportedFile]:
    photos = ReviewPhoto.objects.filter(review__booking_id__in=subject.booking_pks).select_related("file")
    for photo in photos.order_by("pk"):
        yield ExportedFile(f"reviews/{photo.file.public_id}.jpg", partial(uploads.read, photo.file))


privacy.area("reviews", app="reviews", title=_("Reviews"), export=_export, erase=_erase, files=_files)
privacy.personal(
    "reviews.Review",
    area="reviews",
    blanked="author_name",
    kept={"others rely on it, and nobody is named any more; blanked when asked for": "text reply language"},
)
privacy.personal("reviews.ReviewReport", area="reviews", blanked="text")
privacy.personal(
    "reviews.ReviewAppeal",
    area="reviews",
    blanked="text",
    kept={"the operator's answer; names nobody": "note"},
)
privacy.impersonal("reviews.ReviewDecision", {"the operator's words on a review": "note"})
privacy.impersonal(
    "reviews.QualityCase",
    {"numbers, and reviews by id": "evidence", "the operators' words on a business": "note"},
)
