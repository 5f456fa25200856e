"""The site's addresses, and two more: `/bench/select-1`, the least that a request which asks the database can cost, and
`/bench/page`, the least that a page can.

They pass everything that other requests pass: nginx, granian, all middleware, a pooled connection.
"""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

from marketplace.urls import handler400, handler403, handler404, handler500
from marketplace.urls import urlpatterns as site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def select_1(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return JsonResponse({"answer": cursor.fetchone()[0]})


def page(request: HttpRequest) -> HttpResponse:
    frame = engines["django"].from_string('{% extends "base.html" %}')
    return HttpResponse(frame.render({}, request))


urlpatterns = [path("bench/select-1", select_1), path("bench/page", page), *site]
