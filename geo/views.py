"""The map's tiles over HTTP."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from geo.tiles import tile

# Streets do not move in a day; after it the browser asks whether the tile has changed.
KEPT_SECONDS = 86_400


@require_safe
def map_tile(request: HttpRequest, zoom: int, x: int, y: int) -> HttpResponse:
    """GET /tiles/{z}/{x}/{y}.mvt: public, the same for everybody. Raises TileUnknown."""
    body = tile(zoom, x, y)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    answer = HttpResponse(body, content_type="application/vnd.mapbox-vector-tile")
    answer["ETag"] = etag
    patch_cache_control(answer, public=True, max_age=KEPT_SECONDS)
    return get_conditional_response(request, etag=etag, response=answer) or answer
