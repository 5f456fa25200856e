"""Pages that are the same for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def for_providers(request: HttpRequest) -> HttpResponse:
    """What a business gets and what it costs."""
    return render(request, "frontend/for_providers.html", {"nav": "providers"})


@require_safe
def how_we_rank(request: HttpRequest) -> HttpResponse:
    """In what order results come, said in full."""
    return render(request, "frontend/how_we_rank.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Short answers for customers."""
    return render(request, "frontend/help.html", {"nav": "help"})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, and for what."""
    return render(request, "frontend/privacy.html")
