"""The API, assembled: who may call is decided here, what they may see in each app's look-ups."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

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

api = NinjaAPI(
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
