"""The pins of a search's map: every match in the part that is seen, near ones together."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from common.errors import InvalidInput
from discovery import pins as discovery
from discovery.pins import Pin
from frontend import formats
from frontend.views import finding, shops
from frontend.views.search_here import Here, question_of
from geo.rules import positions


@require_safe
def pins(request: HttpRequest) -> JsonResponse:
    """Of the search in the query: `view` (west,south,east,north) at `zoom`. At most 400; `cut` when there is more than
    was looked at. Raises InvalidInput, BoxInvalid and what a search raises.
    """
    asked = finding.read(request.GET)
    try:
        zoom = float(request.GET.get("zoom", ""))
    except ValueError:
        raise InvalidInput(errors=[{"field": "zoom", "message": "a number"}]) from None
    view = positions.box(request.GET.get("view", ""))
    found = discovery.pins(question_of(asked, Here.of(asked)), view=view, zoom=zoom)
    return JsonResponse({"pins": [_pin(each) for each in found.pins], "cut": found.cut})


def _pin(pin: Pin) -> dict[str, object]:
    price = formats.money_short(pin.price.amount, pin.price.currency)
    shown: dict[str, object] = {
        "lng": round(pin.lng, 6),
        "lat": round(pin.lat, 6),
        "n": pin.places,
        "lit": pin.lit,
    }
    if pin.places == 1:
        return shown | {
            "id": pin.id,
            "label": price,
            "title": pin.name,
            "url": shops.outlet_url(pin.id, pin.name),
        }
    words = {"n": pin.places, "price": price}
    title = ngettext("%(n)s place from %(price)s", "%(n)s places from %(price)s", pin.places) % words
    return shown | {"id": "", "label": str(pin.places), "title": title, "url": ""}
