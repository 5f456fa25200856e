"""Which pictures of reviews everybody may see, and who sees the others."""

from bookings.selectors.access import Access
from common.errors import NotFound
from common.models import StoredFile
from common.uploads import visible_when
from providers.selectors.public import public_outlets
from reviews.models import ReviewPhoto
from reviews.selectors.public import shown


@visible_when
def shows_review(stored: StoredFile) -> bool:
    """A photo of a review that everybody may read: shown, and of a public outlet."""
    return ReviewPhoto.objects.filter(
        file=stored, review__in=shown().filter(outlet__in=public_outlets())
    ).exists()


def photo_of(access: Access, file_id: str) -> StoredFile:
    """A photo of a visit's review, also of a hidden one, for those who may see the visit. Raises NotFound."""
    photo = (
        ReviewPhoto.objects.select_related("file")
        .filter(review__booking=access.booking, review__erased_at__isnull=True, file__public_id=file_id)
        .first()
    )
    if photo is None:
        raise NotFound
    return photo.file
