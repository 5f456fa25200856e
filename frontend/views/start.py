"""Where whoever signs in begins, when no page sent them there: at their work, if they have any here."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.principals import Principal
from providers.selectors.access import memberships_of


@login_required
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Operators at the desk, members at their business, everybody else at the street."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    if principal.require_user().is_operator:
        return redirect("desk:overview")
    return redirect(shop_of(principal) or "frontend:home")


def shop_of(principal: Principal) -> str:
    """The address of the caller's business, the list when they belong to several, "" when to none or signed out."""
    if principal.user is None:
        return ""
    businesses = list(memberships_of(principal)[:2])
    if len(businesses) == 1:
        return reverse("provider:overview", args=[businesses[0].provider.public_id])
    return reverse("provider:index") if businesses else ""
