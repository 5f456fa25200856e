"""The reader's bookings: what is to come, what has been."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings.rules.series import parse
from bookings.selectors import bookings as selectors
from bookings.selectors.series import series_of
from bookings.selectors.waitlist import waits_of
from common import clock
from frontend.series_words import rule_words
from frontend.visit_cards import ahead, behind
from frontend.wait_words import wait_line

PER_PAGE = 20


@require_safe
@cache_control(private=True, no_store=True)
def bookings(request: HttpRequest) -> HttpResponse:
    """A user's bookings, or those that a guest's cookie opens; past ones by the page."""
    mine = selectors.bookings_of(request.principal)  # type: ignore[attr-defined]  # set by the middleware
    now = clock.now()
    page = Paginator(selectors.past(mine, now), PER_PAGE).get_page(request.GET.get("page"))
    upcoming = ahead(request.principal, selectors.upcoming(mine, now)[:100])  # type: ignore[attr-defined]
    return render(
        request,
        "bookings.html",
        {
            "next": upcoming[0] if upcoming else None,
            "upcoming": upcoming,
            "later": upcoming[1:],
            "past": behind(page.object_list, now),
            "page": page,
            "now": now,
            "series": [
                (each, rule_words(parse(each.rule), each.first_day))
                for each in series_of(request.principal)  # type: ignore[attr-defined]
            ],
            "waits": [wait_line(each) for each in waits_of(request.principal)],  # type: ignore[attr-defined]
            "nav": "bookings",
        },
    )
