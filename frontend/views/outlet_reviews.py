"""All that people say about an outlet, page by page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontend.views import shops
from providers.selectors.public import find_public_outlet
from reviews.selectors.public import breakdown, page_of

ON_A_PAGE = 20


@require_safe
def outlet_reviews(request: HttpRequest, outlet_id: str) -> HttpResponse:
    """An outlet's reviews, the latest first. Raises NotFound, CursorInvalid."""
    found = find_public_outlet(outlet_id)
    reviews, following = page_of(found, limit=ON_A_PAGE, cursor=request.GET.get("cursor", ""))
    context = {
        "outlet": found,
        "outlet_url": shops.outlet_url(found.public_id, found.name),
        "preview": shops.preview_url(found.public_id),
        "zone": found.timezone,
        "reviews": reviews,
        "breakdown": breakdown(found.pk),
        "next_cursor": following,
    }
    return render(request, "frontend/reviews.html", context)
