"""Feeds for people's calendars: the file that an address opens, and the account's page that makes addresses."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.principals import Principal
from bookings.selectors.feeds import feed_file, feeds_of, open_feed
from bookings.services import feeds

# Google's own page that asks whether a calendar is to be added.
GOOGLE = "https://calendar.google.com/calendar/r?cid="


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The visits that the address opens (text/calendar); 304 when the calendar has them already."""
    found = open_feed(token)
    file = feed_file(found)
    feeds.note_reading(found)
    response = HttpResponse(file.content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = quote_etag(file.etag)
    response["Last-Modified"] = http_date(file.changed_at.timestamp())
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = 'inline; filename="hereabouts.ics"'
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    answer = get_conditional_response(
        request, etag=response["ETag"], last_modified=int(file.changed_at.timestamp()), response=response
    )
    return answer or response


def ways_to_add(url: str) -> dict[str, str]:
    """An address just made as the page shows it: to copy, and as links that open a calendar program."""
    webcal = "webcal" + url[url.index(":") :]
    return {"url": url, "webcal": webcal, "google": GOOGLE + quote(webcal, safe="")}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """GET shows the account's feeds; POST makes the one of its own visits (anew) and shows its address, once."""
    if request.method == "POST":
        made = feeds.make_feed(principal=_principal(request))
        return _page(request, made=ways_to_add(made.url))
    return _page(request)


@login_required
@require_POST
def revoke(request: HttpRequest, feed_id: str) -> HttpResponse:
    """End one of the account's feeds."""
    feeds.revoke_feed(principal=_principal(request), feed=feed_id)
    messages.success(request, _("Revoked. The address shows nothing any more."))
    return redirect("account_calendar")


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    known = list(feeds_of(_principal(request).require_user()))
    mine = next((each for each in known if not each.membership), None)
    others = [each for each in known if each.membership]
    context = {"nav": "account", "mine": mine, "others": others, **more}
    return render(request, "account/calendar.html", context)


def _principal(request: HttpRequest) -> Principal:
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    return principal
