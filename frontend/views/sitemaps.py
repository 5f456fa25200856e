"""What crawlers are told: where they need not go, and every address that is worth listing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from common.errors import NotFound
from frontend import findable
from frontend.findable import Alternate
from frontend.views import shops
from providers.selectors import categories
from providers.selectors.listed import listed_outlets, listed_parts
from reviews.selectors.public import last_reviewed

# Addresses of an outlet in one file: the protocol takes 50,000 and 50 MB, languages named besides.
IN_A_PART = 10_000
# Workplaces, accounts, what belongs to one visit, and what only answers to parameters.
CLOSED = ("/account/", "/admin/", "/api/", "/b/", "/desk/", "/mailbox/", "/provider/", "/search?")
PAGES = ("home", "for_providers", "help", "how_we_rank", "privacy", "terms")

kept = cache_control(public=True, max_age=3600)


@dataclass(frozen=True, slots=True)
class Listed:
    """An address with its languages, and when what it shows was last changed (None: not known)."""

    url: str
    changed: datetime | None
    alternates: list[Alternate]


@require_safe
@kept
def robots(request: HttpRequest) -> HttpResponse:
    """GET /robots.txt."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
    lines += [f"Sitemap: {findable.absolute(reverse('frontend:sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """GET /sitemap.xml: the parts."""
    paths = [reverse("frontend:sitemap_pages")]
    paths += [reverse("frontend:sitemap_outlets", args=[part]) for part in listed_parts(IN_A_PART)]
    return _xml(request, "sitemap_index", parts=[findable.absolute(path) for path in paths])


@require_safe
@kept
def pages(request: HttpRequest) -> HttpResponse:
    """GET /sitemap-pages.xml: the site's own pages, and one for each category that somebody offers."""
    nodes = list(categories.by_slug("en").values())
    counts = categories.outlet_counts(nodes) if nodes else {}
    paths = [reverse(f"frontend:{name}") for name in PAGES]
    paths += [reverse("frontend:category", args=[node.slug]) for node in nodes if counts[node.slug]]
    return _listed(request, [(path, None) for path in paths])


@require_safe
@kept
def outlets(request: HttpRequest, part: int) -> HttpResponse:
    """GET /sitemap-outlets-{part}.xml: the outlets of a part that are public now. Raises NotFound when none is."""
    found = listed_outlets(part, IN_A_PART)
    if not found:
        raise NotFound
    reviewed = last_reviewed([row.pk for row in found])
    return _listed(
        request,
        [
            (
                shops.outlet_url(row.public_id, row.name),
                max(row.changed_at, reviewed.get(row.pk, row.changed_at)),
            )
            for row in found
        ],
    )


def _listed(request: HttpRequest, found: Iterable[tuple[str, datetime | None]]) -> HttpResponse:
    """Each page in each language: a sitemap lists every one of them, with all of them as alternates."""
    entries = []
    for path, changed in found:
        alternates = findable.alternates(path)
        entries += [
            Listed(url, changed, alternates) for url in dict.fromkeys(each.url for each in alternates)
        ]
    return _xml(request, "sitemap", entries=entries)


def _xml(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    return render(request, f"frontend/{template}.xml", context, content_type="application/xml")
