"""One's own place in a walk-in queue, by a link that names nobody."""

import contextlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from bookings.enums import QueueState
from bookings.errors import QueueMoved
from bookings.selectors import queue as selectors
from bookings.services import queue as services
from common import clock
from frontend.guests import private_to
from frontend.once import new_key, once
from frontend.queue_words import times_words, wait_words

_private = private_to(selectors.entry_for, named="place_id")


@require_safe
@_private
def place(request: HttpRequest, place_id: str) -> HttpResponse:
    """The place and the estimated time, for whoever has a link. Without script, load it again to look again."""
    principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    entry = selectors.entry_for(principal, place_id)
    now = selectors.this_minute()
    found = selectors.estimate_of(entry, now) if entry.state == QueueState.WAITING else None
    zone = entry.outlet.timezone
    return render(
        request,
        "queue_place.html",
        {
            "nav": "bookings",
            "entry": entry,
            "outlet": entry.outlet,
            "zone": zone,
            "now": clock.now(),
            "place": found,
            "times": times_words(found, now, zone) if found else "",
            "wait": wait_words(found, now) if found else "",
            "is_awaited": selectors.is_awaited(entry),
            "with_whom": entry.booking.staff_names if entry.booking else "",
            "key": new_key(),
        },
    )


@require_POST
@_private
def leave(request: HttpRequest, place_id: str) -> HttpResponse:
    """They go; back to the page, which says so."""
    principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    selectors.entry_for(principal, place_id)
    # Called or gone meanwhile: the page says how it stands.
    with contextlib.suppress(QueueMoved):
        once(
            request,
            request.POST.get("key", ""),
            lambda: {"state": services.leave(principal=principal, entry=place_id).state},
        )
    return redirect("frontend:queue_place", place_id=place_id)
