"""How every change of a review is made: under its lock, with an event and an audit row."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from bookings.models import ItemHelper
from common import audit, events
from common.errors import NotFound
from providers.rules.ratings import Stars
from providers.services import ratings
from providers.services.parties import refuse_if_party
from reviews.errors import ReviewTextInvalid
from reviews.models import Review


def lock(review: Review) -> Review:
    """The review's row, locked until the transaction ends. Raises NotFound when it has been erased."""
    found = (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .select_related("booking", "outlet__provider")
        .filter(pk=review.pk, erased_at__isnull=True)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def lock_for(review: Review, operator: User) -> Review:
    """lock, for a decision of `operator`: neither side of the visit decides. Raises NotFound, OwnCause."""
    found = lock(review)
    customer = found.booking.customer
    refuse_if_party(
        operator=operator,
        provider=found.outlet.provider,
        customers=[customer.user_id] if customer else [],
    )
    return found


def change(
    review: Review,
    *,
    event: str,
    actor: str,
    fields: dict[str, Any] | None = None,
    chained: bool = False,
    **data: Any,
) -> None:
    """Write `fields` of the locked `review` with the event and audit row that say so. `data` names nobody.

    `chained` for operators' decisions.
    """
    assert transaction.get_connection().in_atomic_block
    fields = {**(fields or {}), "last_seq": review.last_seq + 1}
    for name, value in fields.items():
        setattr(review, name, value)
    review.save(update_fields=list(fields))
    tell(review, event=event, actor=actor, chained=chained, **data)


def tell(review: Review, *, event: str, actor: str, chained: bool = False, **data: Any) -> None:
    """Publish the event numbered `review.last_seq`, and write the audit row."""
    events.publish(
        subject_type="review",
        subject_id=review.public_id,
        seq=review.last_seq,
        type=event,
        actor=actor,
        payload={"booking_ref": review.booking.ref, "outlet": review.outlet.public_id, **data},
    )
    audit.record(
        actor=actor,
        action=event,
        object_type="review",
        object_id=review.public_id,
        chained=chained,
        **data,
    )


def count(review: Review, *, before: Stars | None, after: Stars | None) -> None:
    """Bring the ratings of the review's outlet and people in step: None where it does not count."""
    outlet = review.outlet_id
    people = {staff for _, staff in reviewed_people([review])}
    if before and after:
        ratings.change_rating(outlet_id=outlet, staff_ids=people, before=before, after=after)
    elif after:
        ratings.add_rating(outlet_id=outlet, staff_ids=people, stars=after)
    elif before:
        ratings.remove_rating(outlet_id=outlet, staff_ids=people, stars=before)


def reviewed_people(reviews: Iterable[Review]) -> set[tuple[int, int]]:
    """Review and person (primary keys) for all who did what these reviews are about: its `staff`, and who helped them
    with the first service of the visit. One query."""
    rows = {review.booking_id: review for review in reviews}
    helped = ItemHelper.objects.filter(item__booking__in=rows, item__position=0)
    found = {(rows[pk].pk, staff) for pk, staff in helped.values_list("item__booking_id", "staff_id")}
    return found | {(each.pk, each.staff_id) for each in rows.values() if each.staff_id is not None}


def clean(text: str, *, field: str, longest: int, needed: bool = False) -> str:
    """The text trimmed. Raises ReviewTextInvalid."""
    text = text.strip()
    if (needed and not text) or len(text) > longest or "\x00" in text:
        raise ReviewTextInvalid(field=field, max=longest)
    return text
