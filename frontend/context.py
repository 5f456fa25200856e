"""What every template can rely on."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import User

THEMES = ("light", "dark")
# htmx must neither write a style element nor evaluate strings: the content security policy forbids both.
HTMX_CONFIG = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        "historyCacheSize": 0,
        "selfRequestsOnly": True,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "4[02][0-9]", "swap": True, "error": True},
            {"code": "...", "swap": False, "error": True},
        ],
    }
)


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the reader's theme ("" follows the system) and htmx's configuration."""
    theme = request.COOKIES.get("theme", "")
    return {
        "site_name": settings.SITE_NAME,
        "theme": theme if theme in THEMES else "",
        "htmx_config": HTMX_CONFIG,
        "demo": settings.DEMO,
        "reader_mark": _reader(request),
    }


def _reader(request: HttpRequest) -> str:
    """Tells readers of one device apart without saying who they are: what is kept there is forgotten when another
    one reads. Empty for whoever has not signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return ""
    return salted_hmac("frontend.reader", user.public_id).hexdigest()[:16]
