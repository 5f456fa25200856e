"""One outlet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from providers.selectors.public import public_outlet


@require_safe
def outlet(request: HttpRequest, outlet_id: str, slug: str = "") -> HttpResponse:
    """Raises NotFound."""
    found = public_outlet(outlet_id, language=get_language() or "en")
    return render(request, "frontend/outlet.html", {"found": found})
