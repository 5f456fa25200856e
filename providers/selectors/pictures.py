"""Which pictures of businesses everybody may see."""

from common.models import StoredFile
from common.uploads import visible_when
from providers.enums import ProviderStatus
from providers.models import StaffMember


@visible_when
def shows_public_staff(stored: StoredFile) -> bool:
    """The photo of somebody who works for an approved business."""
    return StaffMember.objects.filter(
        photo=stored, archived_at__isnull=True, provider__status=ProviderStatus.APPROVED
    ).exists()
