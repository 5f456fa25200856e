"""Reviews as the API shows them."""

from typing import Any

from common.uploads import picture_url
from providers.models import Outlet
from reviews import schemas
from reviews.enums import Decision
from reviews.models import Review
from reviews.rules import words
from reviews.selectors.public import Breakdown


def review(row: Review) -> schemas.ReviewOut:
    """A review for everybody; read with its visit's items and person."""
    return schemas.ReviewOut(**_fields(row))


def own_review(row: Review) -> schemas.OwnReviewOut:
    """A review for those who may see the visit. One query when it is hidden."""
    last = row.decisions.filter(kind=Decision.HIDE).order_by("-pk").first() if row.hidden_at else None
    return schemas.OwnReviewOut(
        **_fields(row),
        hidden_at=row.hidden_at,
        hidden_reason=last.reason if last else None,
        changeable_until=words.changed_until(row.created_at),
    )


def rating(outlet: Outlet, breakdown: list[Breakdown]) -> schemas.RatingOut:
    return schemas.RatingOut(
        overall=outlet.rating,
        service=outlet.service_rating,
        punctuality=outlet.punctuality_rating,
        value=outlet.value_rating,
        count=outlet.rating_count,
        breakdown=[schemas.BreakdownOut(rating=each.rating, count=each.count) for each in breakdown],
    )


def _fields(row: Review) -> dict[str, Any]:
    items = row.booking.items.all()
    return {
        "id": row.public_id,
        "author": row.author_name,
        "stars": schemas.StarsOut(
            overall=row.rating,
            service=row.service_stars,
            punctuality=row.punctuality_stars,
            value=row.value_stars,
        ),
        "text": row.text,
        "language": row.language,
        "service": items[0].name if items else "",
        "staff": row.staff.name if row.staff else None,
        "written_at": row.created_at,
        "changed_at": row.edited_at,
        "photos": [
            schemas.PhotoOut(
                id=photo.file.public_id,
                url=str(picture_url(photo.file)),
                width=photo.file.width or 0,
                height=photo.file.height or 0,
            )
            for photo in (row.photos.all() if row.is_shown else ())
        ],
        "reply": schemas.ReplyOut(text=row.reply, at=row.replied_at) if row.replied_at else None,
    }
