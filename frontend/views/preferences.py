"""The reader's language and light, kept in cookies."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import services
from accounts.cookies import YEAR, remember_language
from accounts.models import User
from frontend.context import THEMES


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remembers a language, a theme ("" follows the system), or both, and goes back to the page."""
    after = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure()):
        after = "/"
    response = HttpResponseRedirect(after)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            services.set_language(user=request.user, language=language)
        remember_language(response, language)
    theme = request.POST.get("theme")
    if theme in THEMES:
        # Script reads and writes it, too: a choice of light is no secret.
        response.set_cookie(
            "theme", theme, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    elif theme == "":
        response.delete_cookie("theme", samesite="Lax")
    return response
