"""The site as something to install, and what it is without a network: worker, manifest, the page that says so."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

DIST = Path(settings.BASE_DIR) / "frontend" / "dist"
PAPER = "#f4f4ef"


@lru_cache(maxsize=1)
def _worker() -> str:
    """The built service worker, with its version and the files of the shell before it."""
    built = json.loads((DIST / ".vite" / "manifest.json").read_text())
    chunks = [
        built[name] for name in ("src/main.ts", "src/islands/offline.ts", "src/islands/live-booking.ts")
    ]
    chunks += [built[name] for chunk in chunks for name in chunk.get("imports", [])]
    files = dict.fromkeys(name for chunk in chunks for name in [chunk["file"], *chunk.get("css", [])])
    shell = [f"{settings.STATIC_URL}{name}" for name in files]
    shell.append(static("mark.svg"))
    code = (DIST / "sw.js").read_text()
    version = hashlib.sha256("\n".join([code, *shell]).encode()).hexdigest()[:12]
    head = json.dumps({"version": version, "shell": shell})
    return f"const HEREABOUTS = {head};\n{code}"


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it serves every page."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a device needs to know to install the site (Web Application Manifest)."""
    icons = [
        {"src": static(f"icons/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    icons.append(
        {
            "src": static("icons/maskable-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        }
    )
    return JsonResponse(
        {
            "id": "/",
            "name": settings.SITE_NAME,
            "short_name": settings.SITE_NAME,
            "description": _("Someone nearby has time for you."),
            "start_url": reverse("frontend:home"),
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": PAPER,
            "icons": icons,
            "shortcuts": [{"name": _("Your bookings"), "url": reverse("frontend:bookings")}],
        },
        content_type="application/manifest+json",
    )


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page for when there is no network. Kept beforehand, so it speaks every language at once."""
    words = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            words.append(
                {
                    "code": code,
                    "title": _("No connection"),
                    "text": _("We look for it by ourselves. Nothing you booked is lost."),
                    "kept": _("The visit you looked at last"),
                    "again": _("Try again"),
                }
            )
    return render(request, "offline.html", {"languages": words})
