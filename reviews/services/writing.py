"""What an author does: write a review of a visit, and change it for a while."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import core
from common import clock
from common.errors import NotAllowed, NotFound
from common.models import StoredFile
from providers.rules.ratings import Stars
from reviews import events
from reviews.errors import AlreadyReviewed, ReviewConflict, ReviewHidden, ReviewNotOpen, ReviewTooLate
from reviews.models import Review, ReviewPhoto
from reviews.rules import words
from reviews.selectors.conflicts import is_connected
from reviews.services import photos, record

REVIEWED = frozenset({states.COMPLETED, states.CLOSED})


def write(
    *, access: Access, stars: Stars, text: str, language: str, files: Sequence[UploadedFile] = ()
) -> Review:
    """Review a visit that took place; once, by its customer, within 60 days of its end.

    `language` is what the text is written in, as far as is known; `files` become its photos, all or nothing is
    kept. Raises NotAllowed, ReviewConflict, ReviewNotOpen, ReviewTooLate, AlreadyReviewed, ReviewTextInvalid,
    ReviewPhotosTooMany, UploadRefused and its kinds.
    """
    if not access.is_customer:
        raise NotAllowed
    text = record.clean(text, field="text", longest=words.LONGEST_TEXT)
    if files:
        # Before anything costly: looked at again under the lock.
        require_open(access, access.booking)
    with photos.taken(files, access=access) as pictures:
        return _write(access, stars, text, language, pictures)


@transaction.atomic
def _write(access: Access, stars: Stars, text: str, language: str, pictures: Sequence[StoredFile]) -> Review:
    booking = core.lock(access.booking.ref)
    require_open(access, booking)
    customer = booking.customer
    item = booking.items.order_by("position").first()
    review = Review.objects.create(
        booking=booking,
        outlet=booking.outlet,
        staff=item.staff if item else None,
        author_name=words.signed(customer.name if customer else ""),
        rating=stars.overall,
        service_stars=stars.service,
        punctuality_stars=stars.punctuality,
        value_stars=stars.value,
        text=text,
        language=language,
        created_at=clock.now(),
        last_seq=1,
    )
    photos.change(review, add=pictures)
    record.count(review, before=None, after=stars)
    record.tell(review, event=events.REVIEW_WRITTEN, actor=access.principal.actor, rating=stars.overall)
    return review


def require_open(access: Access, booking: Booking) -> None:
    """Raises why the caller may not review the visit: ReviewConflict, AlreadyReviewed, ReviewNotOpen, ReviewTooLate."""
    if is_connected(access.principal, booking):
        raise ReviewConflict
    if Review.objects.filter(booking=booking).exists():
        raise AlreadyReviewed
    if booking.status not in REVIEWED:
        raise ReviewNotOpen(booking_status=booking.status)
    until = words.written_until(booking.ends_at)
    if clock.now() > until:
        raise ReviewTooLate(until=clock.rfc3339(until))


def edit(
    *,
    access: Access,
    stars: Stars,
    text: str,
    language: str,
    files: Sequence[UploadedFile] = (),
    without: Collection[str] = (),
) -> Review:
    """Change what was written, within 7 days of writing it; `files` are added to its photos, those `without` go.

    Raises NotAllowed, NotFound, ReviewHidden, ReviewTooLate, ReviewTextInvalid, ReviewPhotosTooMany,
    UploadRefused and its kinds.
    """
    text = record.clean(text, field="text", longest=words.LONGEST_TEXT)
    fields = {
        "rating": stars.overall,
        "service_stars": stars.service,
        "punctuality_stars": stars.punctuality,
        "value_stars": stars.value,
        "text": text,
        "language": language,
    }
    return _edit(access, fields, stars=stars, files=files, without=without)


def add_photo(*, access: Access, file: UploadedFile) -> Review:
    """Put one more photo to the review. Raises as edit."""
    return _edit(access, {}, files=[file])


def remove_photo(*, access: Access, photo: str) -> Review:
    """Take a photo (by its file's id) off the review. Raises as edit, and NotFound when it is not of the review."""
    if not ReviewPhoto.objects.filter(review__booking=access.booking, file__public_id=photo).exists():
        raise NotFound
    return _edit(access, {}, without=[photo])


def _edit(
    access: Access,
    fields: dict[str, Any],
    *,
    stars: Stars | None = None,
    files: Sequence[UploadedFile] = (),
    without: Collection[str] = (),
) -> Review:
    if not access.is_customer:
        raise NotAllowed
    found = Review.objects.filter(booking=access.booking, erased_at__isnull=True).first()
    if found is None:
        raise NotFound
    if files:
        _require_changeable(found)
        photos.require_room(found, more=len(files), without=without)
    with photos.taken(files, access=access) as pictures, transaction.atomic():
        review = record.lock(found)
        now = _require_changeable(review)
        before = review.stars
        photos.change(review, add=pictures, without=without)
        record.change(
            review,
            event=events.REVIEW_CHANGED,
            actor=access.principal.actor,
            fields={**fields, "edited_at": now},
            rating=stars.overall if stars else review.rating,
        )
        if stars:
            record.count(review, before=before, after=stars)
        return review


def _require_changeable(review: Review) -> datetime:
    """The present moment. Raises ReviewHidden, ReviewTooLate."""
    if review.hidden_at:
        raise ReviewHidden
    now = clock.now()
    until = words.changed_until(review.created_at)
    if now > until:
        raise ReviewTooLate(until=clock.rfc3339(until))
    return now
