"""The pictures of pages in messengers."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from frontend import drawing, formats, preview
from frontend.preview import Preview
from frontend.templatetags.look import house_number
from providers.selectors import categories
from providers.selectors.pictures import covers
from providers.selectors.public import find_public_outlet

# Messengers keep what they have fetched; a browser asks again after an hour.
KEPT = "public, max-age=3600"


@require_safe
def outlet(request: HttpRequest, outlet_id: str) -> HttpResponse:
    """GET /o/{id}/preview.png: its photo or front with name, rating and address. Raises NotFound."""
    shop = find_public_outlet(outlet_id)
    node = categories.by_pk(get_language() or "en").get(shop.main_category_id or 0)
    rated = ""
    if shop.rating:
        rated = gettext("★ %(rating)s (%(n)d)") % {
            "rating": formats.number(shop.rating),
            "n": shop.rating_count,
        }
    kind = drawing.kind_of(node.slug if node else "")
    said = Preview(
        shop=drawing.Shop(shop.public_id, kind, shop.name, house_number(shop.street_line), lit=True),
        lines=(
            " · ".join(filter(None, (rated, node.name if node else ""))),
            f"{shop.street_line}, {shop.city}",
        ),
        photo=covers([shop.public_id]).get(shop.public_id),
        site=settings.SITE_NAME,
    )
    return _answer(preview.of_outlet(said))


@require_safe
def site(request: HttpRequest) -> HttpResponse:
    """GET /preview.png: the street, for every page that has no picture of its own."""
    return _answer(preview.of_site(settings.SITE_NAME, gettext("Someone nearby has time for you.")))


def _answer(content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type="image/png")
    answer["Cache-Control"] = KEPT
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
