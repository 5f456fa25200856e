"""The photos of reviews: looked through before the review's transaction, kept with it or not at all."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.core.files.uploadedfile import UploadedFile

from bookings.selectors.access import Access
from common import uploads
from common.models import StoredFile
from reviews.errors import ReviewPhotosTooMany
from reviews.models import Review, ReviewPhoto
from reviews.rules.words import MOST_PHOTOS

LONGEST_PX = 1600


@contextmanager
def taken(files: Sequence[UploadedFile], *, access: Access) -> Iterator[list[StoredFile]]:
    """The files as clean pictures. When one is refused, or what is done with them fails, none of them is kept.

    Enter it outside a transaction. Each file counts against what its sender may send in a day: the user, or for
    guests the visit. Raises ReviewPhotosTooMany, UploadRefused and its kinds.
    """
    if len(files) > MOST_PHOTOS:
        raise ReviewPhotosTooMany(max=MOST_PHOTOS)
    sender = access.principal.actor if access.principal.user else f"booking:{access.booking.ref}"
    pictures: list[StoredFile] = []
    try:
        for file in files:
            pictures.append(uploads.take_picture(file, longest_px=LONGEST_PX, by=sender))
        yield pictures
    except BaseException:
        for picture in pictures:
            uploads.delete(picture)
        raise


def require_room(review: Review, *, more: int, without: Collection[str] = ()) -> None:
    """Raises ReviewPhotosTooMany when `more` would be too many once those `without` (file ids) are gone."""
    if review.photos.exclude(file__public_id__in=without).count() + more > MOST_PHOTOS:
        raise ReviewPhotosTooMany(max=MOST_PHOTOS)


def change(review: Review, *, add: Sequence[StoredFile] = (), without: Collection[str] = ()) -> None:
    """Take away the photos `without` (file ids; others than the review's own name nothing), then add some.

    Call it holding the review's lock. Raises ReviewPhotosTooMany.
    """
    require_room(review, more=len(add), without=without)
    remove(review.photos.filter(file__public_id__in=without))
    used = set(review.photos.values_list("position", flat=True))
    free = [position for position in range(MOST_PHOTOS) if position not in used]
    ReviewPhoto.objects.bulk_create(
        ReviewPhoto(review=review, file=picture, position=position)
        for picture, position in zip(add, free, strict=False)
    )


def remove(photos: Iterable[ReviewPhoto]) -> None:
    """Delete photos with their files; the bytes follow when the transaction is committed."""
    for photo in photos:
        uploads.delete(photo.file)
