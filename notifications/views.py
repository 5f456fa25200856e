"""The development mailbox: /mailbox/ in the demo and in development, nowhere else."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.errors import NotFound
from notifications import selectors
from notifications.mailbox import opened

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# A mail is somebody else's HTML: shown alone, its inline styles allowed, everything else shut.
MAIL_CSP = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"


def _in_development(view: "View[P]") -> "View[P]":
    @never_cache
    @require_safe
    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (settings.DEMO or settings.DEBUG):
            raise NotFound
        return view(request, *args, **kwargs)

    return wrapper


@_in_development
def mailbox(request: HttpRequest) -> HttpResponse:
    page = Paginator(selectors.mailbox().defer("raw"), 50).get_page(request.GET.get("page"))
    return render(request, "mailbox/list.html", {"page": page})


@_in_development
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    found = selectors.mail_in_mailbox(pk)
    return render(request, "mailbox/mail.html", {"mail": found, "opened": opened(found)})


@_in_development
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    html = opened(selectors.mail_in_mailbox(pk)).html
    if not html:
        raise NotFound
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_CSP})


@_in_development
def mail_file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    files = opened(selectors.mail_in_mailbox(pk)).attachments
    if number >= len(files):
        raise NotFound
    file = files[number]
    return HttpResponse(
        file.content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{number + 1}-{file.name.replace(chr(34), "")}"',
        },
    )
