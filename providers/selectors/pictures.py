"""Pictures of outlets, and which pictures of businesses everybody may see."""

from collections.abc import Collection

from django.db.models import QuerySet

from common.models import StoredFile
from common.uploads import visible_when
from providers.enums import ProviderStatus
from providers.models import Outlet, OutletPicture, StaffMember


def pictures_of(outlet: Outlet) -> QuerySet[OutletPicture]:
    """The pictures that an outlet shows, in their order, each with its file. One query."""
    rows = OutletPicture.objects.filter(outlet=outlet, position__isnull=False)
    return rows.select_related("file").order_by("position")


def removed_pictures(outlet: Outlet) -> QuerySet[OutletPicture]:
    """Those that can still be put back, the last removed first, each with its file. One query."""
    rows = OutletPicture.objects.filter(outlet=outlet, removed_at__isnull=False)
    return rows.select_related("file").order_by("-removed_at", "-pk")


def covers(outlet_ids: Collection[str]) -> dict[str, StoredFile]:
    """The file of the first picture of each of these outlets (public ids) that has one. One query, none for none."""
    if not outlet_ids:
        return {}
    rows = OutletPicture.objects.filter(outlet__public_id__in=outlet_ids, position=0)
    return {row.outlet.public_id: row.file for row in rows.select_related("file", "outlet")}


@visible_when
def shows_public_staff(stored: StoredFile) -> bool:
    """The photo of somebody who works for an approved business."""
    return StaffMember.objects.filter(
        photo=stored, archived_at__isnull=True, provider__status=ProviderStatus.APPROVED
    ).exists()


@visible_when
def shows_public_outlet(stored: StoredFile) -> bool:
    """A picture that an outlet in use of an approved business shows now."""
    return OutletPicture.objects.filter(
        file=stored,
        position__isnull=False,
        outlet__archived_at__isnull=True,
        outlet__provider__status=ProviderStatus.APPROVED,
    ).exists()
