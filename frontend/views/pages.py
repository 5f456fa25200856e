"""Pages that are the same for everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.principals import Principal
from accounts.rules import terms as terms_in_force
from discovery.pages import HORIZON
from discovery.rules.questions import DEFAULT_RADIUS_M
from frontend.views.start import shop_of
from payments.selectors.shares import general_bp


@require_safe
def for_providers(request: HttpRequest) -> HttpResponse:
    """What a business gets and what it costs."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    context = {"nav": "providers", "commission": general_bp() / 100, "shop_url": shop_of(principal)}
    return render(request, "frontend/for_providers.html", context)


@require_safe
def how_we_rank(request: HttpRequest) -> HttpResponse:
    """In what order results come, said in full."""
    context = {"days": HORIZON.days, "radius_m": DEFAULT_RADIUS_M}
    return render(request, "frontend/how_we_rank.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Short answers for customers."""
    context = {"nav": "help", "hold_minutes": settings.HOLD_MINUTES}
    return render(request, "frontend/help.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, and for what."""
    return render(request, "frontend/privacy.html", {"version": terms_in_force.PRIVACY})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """What customers agree to."""
    return render(request, "frontend/terms.html", {"version": terms_in_force.TERMS})
