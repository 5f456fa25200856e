"""Public pictures over HTTP."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from common.errors import NotFound
from common.models import StoredFile
from common.uploads import is_visible, respond, respond_size

# A picture never changes under its id. Only browsers keep it: what is hidden is to be gone from shared caches at once.
KEPT = "private, max-age=31536000, immutable"


@require_safe
def picture(request: HttpRequest, file_id: str) -> HttpResponse:
    """GET /pictures/{id}: a picture of something that is public now. Raises NotFound."""
    stored = _visible(file_id)
    return _kept(request, respond(stored, download_name=stored.public_id), stored.sha256[:32])


@require_safe
def picture_size(request: HttpRequest, file_id: str, width: int, ending: str) -> HttpResponse:
    """GET /pictures/{id}/{width}.{avif or webp}: the same, so many pixels wide. Raises NotFound."""
    stored = _visible(file_id)
    return _kept(request, respond_size(stored, width, ending), f"{stored.sha256[:32]}-{width}-{ending}")


def _visible(file_id: str) -> StoredFile:
    stored = StoredFile.objects.filter(public_id=file_id).first()
    if stored is None or not is_visible(stored):
        raise NotFound
    return stored


def _kept(request: HttpRequest, answer: HttpResponse, mark: str) -> HttpResponse:
    etag = f'"{mark}"'
    answer["ETag"] = etag
    answer["Cache-Control"] = KEPT
    return get_conditional_response(request, etag=etag, response=answer) or answer
