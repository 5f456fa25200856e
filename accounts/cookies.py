"""What a device remembers."""

from django.conf import settings
from django.http import HttpResponse

YEAR = 365 * 24 * 3600


def remember_language(response: HttpResponse, language: str) -> None:
    """Let this device show `language` (a code of LANGUAGES) from the next page on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
