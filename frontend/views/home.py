"""The landing page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The finder, the street, who has time now."""
    return render(request, "frontend/home.html", {"nav": "home"})
