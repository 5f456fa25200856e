"""All about a person as a ZIP: asked for by them, made by the worker, kept encrypted for a week."""

import json
import logging
import tempfile
import time
import zipfile
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import mails
from accounts.enums import ExportStatus
from accounts.errors import ExportTooSoon, ExportUnderWay
from accounts.models import DataExport, User
from common import audit, clock, privacy
from common.actors import SYSTEM, user_actor
from common.errors import NotFound
from common.events import publish
from common.privacy import Subject
from common.privacy.registry import areas, files

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
EVERY = timedelta(hours=24)
# Whatever it was that kept the worker from making it is over, or will not be: it may be asked for anew.
GIVEN_UP_AFTER = timedelta(days=2)
# A ZIP is sealed, kept and handed out whole. What these leave no room or time for is named in it, for us to send.
FILES_BYTES = 48 * 1024 * 1024
FILES_SECONDS = 300


@transaction.atomic
def ask_for_export(*, user: User) -> DataExport:
    """Have the worker make a ZIP of all about `user`. Raises ExportUnderWay, ExportTooSoon (one a day)."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.exports.filter(status=ExportStatus.REQUESTED).exists():
        raise ExportUnderWay
    if user.exports.filter(requested_at__gt=clock.now() - EVERY).exists():
        raise ExportTooSoon
    export = DataExport.objects.create(user=user, requested_at=clock.now())
    _tell(export, seq=1, event="export.requested", actor=user_actor(user.public_id))
    return export


def make_export(*, export_id: str) -> None:
    """Make the ZIP of a request (public id) and keep it. One that is made already stays as it is."""
    export = DataExport.objects.select_related("user").filter(public_id=export_id).first()
    if export is None or export.status != ExportStatus.REQUESTED:
        return
    # Read outside a transaction: it may take long, and nothing depends on one instant.
    content = zip_of(privacy.find(Subject(user_pk=export.user_id)), language=export.user.language)
    with transaction.atomic():
        found = DataExport.objects.select_for_update().get(pk=export.pk)
        if found.status != ExportStatus.REQUESTED:
            return
        now = clock.now()
        found.status, found.content, found.size = ExportStatus.READY, content, len(content)
        found.ready_at, found.expires_at = now, now + KEPT
        found.save(update_fields=["status", "content", "size", "ready_at", "expires_at"])
        _tell(found, seq=2, event="export.ready", actor=SYSTEM)


def zip_of(subject: Subject, *, language: str) -> bytes:
    """A ZIP with one JSON file per area, the person's files, and a README in `language`.

    It is put together on disk, a file at a time, in a file without a name. FILES_BYTES and FILES_SECONDS bound the
    person's files; those left out are named in the README, with what to do.
    """
    told = privacy.export(subject)
    deadline = time.monotonic() + FILES_SECONDS
    with tempfile.TemporaryFile() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in told.items():
                archive.writestr(f"{name}.json", as_json(data))
            room, kept, left_out = FILES_BYTES, 0, []
            for file in files(subject):
                if time.monotonic() > deadline:
                    left_out.append(file.name)
                    continue
                try:
                    content = file.read()
                except FileNotFoundError:
                    log.warning("a file of an export is gone")
                    continue
                if len(content) > room:
                    left_out.append(file.name)
                    continue
                archive.writestr(f"files/{file.name}", content)
                room, kept = room - len(content), kept + 1
            with translation.override(language):
                archive.writestr("README.txt", _readme(told, kept, left_out))
        target.seek(0)
        return target.read()


def as_json(data: Any) -> str:
    """JSON for people and programs: indented, every script as it is written."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _readme(told: dict[str, Any], kept: int, left_out: list[str]) -> str:
    lines = [
        _("All that %(site)s holds about you, as of %(at)s.")
        % {"site": settings.SITE_NAME, "at": clock.rfc3339(clock.now().replace(microsecond=0))},
        "",
        _(
            "Each file is one part of it, in JSON, which any text editor opens. Times are in UTC, amounts in cents."
        ),
        "",
        *(f"{area.name}.json: {area.title}" for area in areas() if area.name in told),
    ]
    if kept:
        lines += [f"files/: {_('Files that are yours')}"]
    if left_out:
        lines += [
            "",
            _(
                "These files are yours, too, and did not fit. Answer the mail that told you of this: we send them."
            ),
            *left_out,
        ]
    return "\n".join(lines) + "\n"


def fetch_export(*, user: User, export_id: str) -> bytes:
    """The ZIP of one of the user's own requests, with an audit row. Raises NotFound when it is not there (any more)."""
    with transaction.atomic():
        export = user.exports.filter(
            public_id=export_id, status=ExportStatus.READY, expires_at__gt=clock.DatabaseNow()
        ).first()
        if export is None or export.content is None:
            raise NotFound
        audit.record(
            actor=user_actor(user.public_id),
            action="export.fetched",
            object_type="export",
            object_id=export.public_id,
        )
        return bytes(export.content)


def tell_of_export(*, export_id: str) -> None:
    """Mail that the ZIP is ready, once; the link is to the account page, which asks who they are."""
    export = DataExport.objects.select_related("user").get(public_id=export_id)
    if export.told_at or export.status != ExportStatus.READY or not export.user.email:
        return
    mails.send("export_ready", to=export.user.email, language=export.user.language, days=KEPT.days)
    DataExport.objects.filter(pk=export.pk).update(told_at=clock.now())


def forget_exports() -> int:
    """Delete the ZIPs whose week is over, and give up requests that could not be made; answers how many."""
    over = DataExport.objects.filter(status=ExportStatus.READY, expires_at__lte=clock.DatabaseNow())
    stuck = DataExport.objects.filter(
        status=ExportStatus.REQUESTED, requested_at__lte=clock.now() - GIVEN_UP_AFTER
    )
    return over.update(status=ExportStatus.GONE, content=None) + stuck.update(status=ExportStatus.GONE)


def _tell(export: DataExport, *, seq: int, event: str, actor: str) -> None:
    publish(subject_type="export", subject_id=export.public_id, seq=seq, type=event, actor=actor)
    audit.record(
        actor=actor,
        action=event,
        object_type="export",
        object_id=export.public_id,
        user=export.user.public_id,
    )
