"""The site's addresses and `/bench/select-1`: the least that a request which asks the database can cost.

It passes everything that other requests pass: nginx, granian, all middleware, a pooled connection.
"""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from marketplace.urls import handler400, handler403, handler404, handler500
from marketplace.urls import urlpatterns as site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def select_1(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return JsonResponse({"answer": cursor.fetchone()[0]})


urlpatterns = [path("bench/select-1", select_1), *site]
