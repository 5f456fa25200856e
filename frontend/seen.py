"""Outlets that a reader looked at lately: kept on their own device, in a cookie that only this site reads.

Nothing of it is written here, and a button on the landing page clears it.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "seen"
MOST = 6
MONTH_S = 30 * 24 * 3600
_ID = re.compile(r"out_[a-z0-9]{1,40}", re.ASCII)


def seen(request: HttpRequest) -> list[str]:
    """The public ids of those outlets, the latest first, at most MOST; of anything else in the cookie nothing."""
    ids = request.COOKIES.get(COOKIE, "").split(".")
    return list(dict.fromkeys(found for found in ids if _ID.fullmatch(found)))[:MOST]


def add(request: HttpRequest, response: HttpResponse, outlet_id: str) -> None:
    """The answer says that this outlet was looked at; the cookie goes after a month without another one."""
    ids = [outlet_id, *(other for other in seen(request) if other != outlet_id)][:MOST]
    response.set_cookie(
        COOKIE,
        ".".join(ids),
        max_age=MONTH_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def clear(response: HttpResponse) -> None:
    """The answer forgets them."""
    response.delete_cookie(COOKIE, samesite="Lax")
