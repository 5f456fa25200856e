"""What every answer gets, and how a refusal becomes a page."""

from collections.abc import Callable

from django.conf import settings
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from common.api import PROBLEM_TYPE, problem
from common.errors import (
    BadRequest,
    BodyTooLarge,
    DomainError,
    InvalidInput,
    MethodNotAllowed,
    NotAllowed,
    NotFound,
    ServerFailed,
)

Answer = Callable[[HttpRequest], HttpResponse]

# No inline script or style, no eval, nothing from elsewhere. MapLibre draws in a worker and from blobs.
SELF = "'self'"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; frame-src 'self'; "
    # A form that pays leads on to the gateway's page.
    f"form-action {' '.join([SELF, *settings.PAYMENT_PAGES])}; "
    "frame-ancestors 'none'; base-uri 'none'"
)
# The camera reads check-in codes on the day's page, and "Near me" asks for the place, once somebody wants it to;
# nothing else is asked for.
PERMISSIONS = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), display-capture=()"
# django-unfold brings Alpine, which evaluates expressions: only its own pages may.
CSP_BACK_OFFICE = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


# What the framework's own refusals are called.
REFUSALS: dict[int, type[DomainError]] = {
    400: BadRequest,
    403: NotAllowed,
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    500: ServerFailed,
}


class ContentSecurityPolicy:
    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault(
            "Content-Security-Policy", CSP_BACK_OFFICE if request.path.startswith("/admin/") else CSP
        )
        return response


class LanguageOfAddress:
    """`?lang=` shows this page in that language, whatever the reader's is, and is kept nowhere: it gives search
    engines an address for each language. After the middleware that finds out the reader's language."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        if request.method in ("GET", "HEAD") and asked in dict(settings.LANGUAGES):
            translation.activate(asked)
            request.LANGUAGE_CODE = asked
        return self.get_response(request)


class NothingNamedNul:
    """PostgreSQL keeps no NUL: an address that holds one names nothing, wherever in it that stands."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> None:
        if "\x00" in request.path_info:
            raise Http404


class DomainErrors:
    """A DomainError that a page raises becomes the error page with its words and status.

    So does a NUL in what somebody typed, when nothing but the database has looked at that.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DataError) and "NUL (0x00)" in str(exception):
            exception = InvalidInput()
        if not isinstance(exception, DomainError):
            return None
        template = "404.html" if exception.status == 404 else "error.html"
        return render(request, template, {"error": exception}, status=exception.status)


class ApiProblems:
    """Under /api/ every refusal is problem+json, those of the framework too (unknown address, wrong method)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/api/") or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(PROBLEM_TYPE):
            return response
        refusal = REFUSALS.get(response.status_code)
        if refusal is None:
            return response
        answer = problem(refusal(), status=response.status_code)
        if "Allow" in response.headers:
            answer["Allow"] = response.headers["Allow"]
        return answer
