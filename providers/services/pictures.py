"""Pictures of outlets: added, described, put in order, removed, and put back."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from common import clock, uploads
from common.models import StoredFile
from providers import events
from providers.errors import IsArchived, PictureOrderStale, PicturesTooMany
from providers.models import Outlet, OutletPicture, Provider
from providers.rules import checks
from providers.rules.pictures import ALT_LENGTH, MOST_PICTURES
from providers.services.record import lock_provider, tell

LONGEST_PX = 2048
# How long a removed picture can be put back.
KEPT = timedelta(hours=24)


def take_picture(*, outlet: Outlet, file: UploadedFile, alt: str, actor: str) -> OutletPicture:
    """Look the file through, then show it last. `alt` says what can be seen, in the outlet's language; "" for nothing.

    Raises UploadRefused and its kinds, PicturesTooMany, IsArchived, TextInvalid.
    """
    alt = _said(alt)
    if OutletPicture.objects.filter(outlet=outlet, position__isnull=False).count() >= MOST_PICTURES:
        raise PicturesTooMany(max=MOST_PICTURES)  # before the work; the database has the last word
    stored = uploads.take_picture(file, longest_px=LONGEST_PX, by=actor)
    try:
        return add_picture(outlet=outlet, stored=stored, alt=alt, actor=actor)
    except BaseException:
        uploads.delete(stored)
        raise


@transaction.atomic
def add_picture(*, outlet: Outlet, stored: StoredFile, alt: str, actor: str) -> OutletPicture:
    """Show `stored`, a public picture of common.uploads, after the others. Raises PicturesTooMany, IsArchived."""
    provider, live = _locked(outlet)
    if len(live) >= MOST_PICTURES:
        raise PicturesTooMany(max=MOST_PICTURES)
    made = OutletPicture.objects.create(outlet=outlet, file=stored, alt=_said(alt), position=len(live))
    _tell(outlet, provider, actor, "picture.add", made)
    return made


@transaction.atomic
def describe_picture(*, picture: OutletPicture, alt: str, actor: str) -> OutletPicture:
    """Say what can be seen on it, in the outlet's language; "" for nothing. Raises IsArchived, TextInvalid."""
    provider, _ = _locked(picture.outlet)
    picture.alt = _said(alt)
    picture.save(update_fields=["alt"])
    _tell(picture.outlet, provider, actor, "picture.describe", picture)
    return picture


@transaction.atomic
def order_pictures(*, outlet: Outlet, order: Sequence[str], actor: str) -> None:
    """Show the pictures in this order of their ids; the first is the cover.

    Raises PictureOrderStale when these are not all that the outlet shows, each once, and IsArchived.
    """
    provider, live = _locked(outlet)
    by_id = {row.public_id: row for row in live}
    if sorted(order) != sorted(by_id):
        raise PictureOrderStale
    _place([by_id[each] for each in order])
    _tell(outlet, provider, actor, "picture.order")


@transaction.atomic
def remove_picture(*, picture: OutletPicture, actor: str) -> None:
    """Show it no longer; the others close up. It can be put back for a day. Removed before: nothing.

    Raises IsArchived.
    """
    provider, live = _locked(picture.outlet)
    if not any(row.pk == picture.pk for row in live):
        return
    OutletPicture.objects.filter(pk=picture.pk).update(position=None, removed_at=clock.now())
    _place([row for row in live if row.pk != picture.pk])
    _tell(picture.outlet, provider, actor, "picture.remove", picture)


@transaction.atomic
def restore_picture(*, picture: OutletPicture, actor: str) -> None:
    """Show a removed picture again, last. Shown already: nothing. Raises PicturesTooMany, IsArchived."""
    provider, live = _locked(picture.outlet)
    if any(row.pk == picture.pk for row in live):
        return
    if len(live) >= MOST_PICTURES:
        raise PicturesTooMany(max=MOST_PICTURES)
    OutletPicture.objects.filter(pk=picture.pk).update(position=len(live), removed_at=None)
    _tell(picture.outlet, provider, actor, "picture.restore", picture)


def forget_removed() -> int:
    """Delete what was removed a day ago; answers how many. Files that nothing shows go with common.sweep_files."""
    deleted, _ = OutletPicture.objects.filter(removed_at__lte=clock.now() - KEPT).delete()
    return deleted


def _locked(outlet: Outlet) -> tuple[Provider, list[OutletPicture]]:
    """The outlet's business, locked, and the pictures it shows, in order. Raises IsArchived."""
    provider = lock_provider(outlet.provider_id)
    if Outlet.objects.filter(pk=outlet.pk, archived_at__isnull=False).exists():
        raise IsArchived
    rows = OutletPicture.objects.filter(outlet=outlet, position__isnull=False).order_by("position")
    return provider, list(rows)


def _place(rows: Sequence[OutletPicture]) -> None:
    """Number the rows in this order; those that stand there already are not written."""
    moved = []
    for position, row in enumerate(rows):
        if row.position != position:
            row.position = position
            moved.append(row)
    OutletPicture.objects.bulk_update(moved, ["position"])


def _said(alt: str) -> str:
    return checks.text(alt, field="alt", longest=ALT_LENGTH, needed=False)


def _tell(
    outlet: Outlet, provider: Provider, actor: str, action: str, picture: OutletPicture | None = None
) -> None:
    tell(
        provider,
        type=events.PICTURES_CHANGED,
        actor=actor,
        action=action,
        of="picture" if picture else "outlet",
        of_id=picture.public_id if picture else outlet.public_id,
        outlets=[outlet],
    )
