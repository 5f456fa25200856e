"""Server time of the pages on everybody's way, beside a page with nothing in it.

The empty page passes nginx, granian, all middleware and the site's own frame (base.html), as they do.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from benchmarks.client import BenchError, Request, Site
from benchmarks.figures import MS, Figures
from benchmarks.reads import LIMIT, measure
from frontend.views import shops
from providers.models import Offering

EMPTY = "an empty page"


def addresses() -> dict[str, str]:
    """The pages by name: of the demo city, as a guest sees them. Raises BenchError."""
    offering = (
        Offering.objects.filter(is_live=True, place="outlet", outlet__city="Helsinki", service__capacity=1)
        .select_related("outlet", "service")
        .order_by("pk")
        .first()
    )
    if offering is None:
        raise BenchError("the demo city is not there")
    outlet, service = offering.outlet, offering.service
    return {
        EMPTY: "/bench/page",
        "landing": "/",
        "results": f"/search?{urlencode({'category': 'hair'})}",
        "results, free tomorrow": f"/search?{urlencode({'category': 'hair', 'when': 'tomorrow'})}",
        "outlet": shops.outlet_url(outlet.public_id, outlet.name),
        "slot picker": shops.slots_url(outlet.public_id, service.public_id),
        "help": "/help",
    }


async def pages(site: Site, figures: Figures, *, seconds: float) -> None:
    """Each page alone and by four clients, in turns with the empty one."""

    def asks(address: str) -> Callable[[], Request]:
        request = site.get(address)
        return lambda: request

    group = "Pages of the demo city"
    figures.group(group, limit="an empty page of the same frame, in turns with it")
    samples = await measure(
        site, {name: asks(address) for name, address in addresses().items()}, seconds=seconds
    )
    del samples[LIMIT]
    empty = samples.pop(EMPTY)[0].quantile(0.5)
    for name, (alone, _together) in samples.items():
        figures.add(group, f"{name}: alone, p50", alone.quantile(0.5) * MS, empty * MS, "ms", "lower")
