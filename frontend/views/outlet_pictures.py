"""All pictures of an outlet."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontend.pictures import shown
from frontend.views import shops
from providers.selectors.pictures import pictures_of
from providers.selectors.public import find_public_outlet


@require_safe
def outlet_pictures(request: HttpRequest, outlet_id: str) -> HttpResponse:
    """Its pictures, one below the other; without any, the way to its page. Raises NotFound."""
    found = find_public_outlet(outlet_id)
    back = shops.outlet_url(found.public_id, found.name)
    pictures = shown(found, list(pictures_of(found)))
    if not pictures:
        return HttpResponseRedirect(back)
    context = {"outlet": found, "pictures": pictures, "back": back}
    return render(request, "frontend/outlet_pictures.html", context)
