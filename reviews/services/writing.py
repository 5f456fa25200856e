"""What an author does: write a review of a visit, and change it for a while."""

from django.db import transaction

from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import core
from common import clock
from common.errors import NotAllowed, NotFound
from providers.rules.ratings import Stars
from reviews import events
from reviews.errors import AlreadyReviewed, ReviewConflict, ReviewHidden, ReviewNotOpen, ReviewTooLate
from reviews.models import Review
from reviews.rules import words
from reviews.selectors.conflicts import is_connected
from reviews.services import record

REVIEWED = frozenset({states.COMPLETED, states.CLOSED})


@transaction.atomic
def write(*, access: Access, stars: Stars, text: str, language: str) -> Review:
    """Review a visit that took place; once, by its customer, within 60 days of its end.

    `language` is what the text is written in, as far as is known. Raises NotAllowed, ReviewConflict,
    ReviewNotOpen, ReviewTooLate, AlreadyReviewed, ReviewTextInvalid.
    """
    if not access.is_customer:
        raise NotAllowed
    text = record.clean(text, field="text", longest=words.LONGEST_TEXT)
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


@transaction.atomic
def edit(*, access: Access, stars: Stars, text: str, language: str) -> Review:
    """Change what was written, within 7 days of writing it.

    Raises NotAllowed, NotFound, ReviewHidden, ReviewTooLate, ReviewTextInvalid.
    """
    if not access.is_customer:
        raise NotAllowed
    text = record.clean(text, field="text", longest=words.LONGEST_TEXT)
    found = Review.objects.filter(booking=access.booking).first()
    if found is None:
        raise NotFound
    review = record.lock(found)
    if review.hidden_at:
        raise ReviewHidden
    now = clock.now()
    until = words.changed_until(review.created_at)
    if now > until:
        raise ReviewTooLate(until=clock.rfc3339(until))
    before = review.stars
    record.change(
        review,
        event=events.REVIEW_CHANGED,
        actor=access.principal.actor,
        fields={
            "rating": stars.overall,
            "service_stars": stars.service,
            "punctuality_stars": stars.punctuality,
            "value_stars": stars.value,
            "text": text,
            "language": language,
            "edited_at": now,
        },
        rating=stars.overall,
    )
    record.count(review, before=before, after=stars)
    return review
