"""The API, assembled: who may call is decided here, what they may see in each app's look-ups."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema, get_schema

from accounts.api import router as accounts
from accounts.auth import authenticate
from bookings.api import router as bookings
from common.api import answer_errors, problem
from common.errors import NotFound
from discovery.api import router as discovery
from invoices.api import router as invoices
from notifications.api import router as notifications
from payments.api import router as payments
from providers.api import router as providers
from reviews.api import router as reviews


class DescribedOnce(NinjaAPI):
    """Its description is worked out once a process: that takes a second of a core, and anybody may ask for it."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return _described(self, path_prefix or self.get_root_path(path_params or {}))


@cache
def _described(api: NinjaAPI, path_prefix: str) -> OpenAPISchema:
    return get_schema(api=api, path_prefix=path_prefix)


api = DescribedOnce(
    title="Hereabouts",
    version="1",
    description="Find, book, pay and follow local services. Amounts are integer minor units; instants are "
    "RFC 3339 in UTC; ids are opaque. POSTs that create or move something take an Idempotency-Key.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    auth=authenticate,
    urls_namespace="api",
)
answer_errors(api)
for _router in (discovery, providers, payments, bookings, invoices, reviews, notifications, accounts):
    api.add_router("", _router)


def unknown(request: HttpRequest) -> HttpResponse:
    """Any other address under /api/."""
    return problem(NotFound())
