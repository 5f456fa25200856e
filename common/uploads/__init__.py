"""Files that people send: looked through, kept as clean copies, given back safely. docs/uploads.md has the rules.

`take_picture` and `take_document` take a second or so, most of it outside the database: call them before a
transaction is opened, or early in one. A row that nothing refers to is swept after a day.
"""

import hashlib

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from common.errors import NotFound
from common.filework import Clean
from common.models import StoredFile
from common.uploads import sizes, storage
from common.uploads.looking import look_through
from common.uploads.rationing import count_one
from common.uploads.storage import read
from common.uploads.visibility import is_visible, visible_when

__all__ = [
    "delete",
    "is_visible",
    "picture_size_url",
    "picture_url",
    "read",
    "respond",
    "respond_size",
    "take_document",
    "take_picture",
    "visible_when",
]

# A photographed page stays legible.
DOCUMENT_PX = 4096
_ENDINGS = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}


def take_picture(
    file: UploadedFile, *, longest_px: int = 2048, private: bool = False, by: str = ""
) -> StoredFile:
    """A JPEG, PNG, WebP or HEIC as a JPEG drawn anew: upright, sRGB, without metadata, the first of several.

    `by` is the actor whose file it is: it counts against what they may send in a day. Without one nothing is counted.
    Raises UploadRefused and its kinds.
    """
    if by:
        count_one(by=by)
    clean = look_through(file, wanted="picture", longest_px=longest_px)
    return _keep(clean, kind=StoredFile.Kind.PICTURE, private=private)


def take_document(file: UploadedFile, *, by: str = "") -> StoredFile:
    """A PDF without active content, written anew, or a picture as above: private, encrypted with the key ring.

    `by` as above. Raises UploadRefused and its kinds.
    """
    if by:
        count_one(by=by)
    clean = look_through(file, wanted="document", longest_px=DOCUMENT_PX)
    return _keep(clean, kind=StoredFile.Kind.DOCUMENT, private=True)


def delete(stored: StoredFile) -> None:
    """Remove the row; the bytes follow when the transaction is committed."""
    stored.delete()


# A PDF that was written anew without active content may stand in a frame of our own pages; nothing else runs in it.
BESIDE = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def respond(stored: StoredFile, *, download_name: str, beside: bool = False) -> HttpResponse:
    """The file over HTTP; who may have it is the caller's to check. Pictures are shown, PDFs downloaded.

    `beside`: for a frame in one of our own pages, where the browser shows a PDF.

    `download_name` without an ending, which is ours to know. Nothing in the file can run or be mistaken for a page.
    """
    answer = _sealed(HttpResponse(read(stored), content_type=stored.mime))
    name = download_name.replace("/", " ") + _ENDINGS[stored.mime]
    answer["Content-Disposition"] = (
        content_disposition_header(stored.mime == "application/pdf" and not beside, name) or ""
    )
    if beside:
        answer["Content-Security-Policy"], answer["X-Frame-Options"] = BESIDE, "SAMEORIGIN"
    if stored.is_private:
        answer["Cache-Control"] = "no-store"
    return answer


def respond_size(stored: StoredFile, width: int, ending: str) -> HttpResponse:
    """A size of a public picture over HTTP, as `respond`. Raises NotFound when there is no such size."""
    if ending not in sizes.FORMATS or width not in (stored.widths or ()):
        raise NotFound
    return _sealed(
        HttpResponse(storage.read_size(stored, width, ending), content_type=sizes.FORMATS[ending][0])
    )


def _sealed(answer: HttpResponse) -> HttpResponse:
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def picture_url(stored: StoredFile | None) -> str | None:
    """Where a public picture is, as a path on this site."""
    return reverse("picture", args=[stored.public_id]) if stored else None


def picture_size_url(stored: StoredFile, width: int, ending: str) -> str:
    """Where a size of a public picture is (common.uploads.sizes)."""
    return reverse("picture_size", args=[stored.public_id, width, ending])


def _keep(clean: Clean, *, kind: str, private: bool) -> StoredFile:
    return StoredFile.objects.create(
        name=storage.write(clean.content, private=private),
        kind=kind,
        mime=clean.mime,
        size=len(clean.content),
        sha256=hashlib.sha256(clean.content).hexdigest(),
        width=clean.width,
        height=clean.height,
        pages=clean.pages,
        is_private=private,
    )
