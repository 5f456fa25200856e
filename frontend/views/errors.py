"""Pages for requests that failed. The middleware shows refusals (DomainError) by error.html."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django_vite.templatetags.django_vite import vite_asset

from frontend import drawing


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Must work when the database, the session and the translations do not."""
    try:
        styles = vite_asset("src/main.ts")
    except Exception:  # the page without its looks is still a page
        styles = ""
    context = {"styles": styles, "drawing": mark_safe(drawing.quiet_street())}  # noqa: S308  # holds no text
    return HttpResponse(render_to_string("500.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is missing or too old."""
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    return render(request, "403_csrf.html", {"back": back}, status=403)
