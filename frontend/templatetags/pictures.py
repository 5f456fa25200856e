"""The tag that shows a picture in the sizes a screen needs."""

from typing import Any

from django import template

from common.models import StoredFile
from frontend import pictures

register = template.Library()


@register.inclusion_tag("parts/picture.html")
def picture(
    stored: StoredFile,
    place: str,
    alt: str = "",
    *,
    css: str = "photo",
    eager: bool = False,
    language: str = "",
) -> dict[str, Any]:
    """A public picture. `place` says how wide it stands (frontend.pictures.SIZES); without `alt` it is decoration.

    Its space is reserved. Lazy unless `eager`: the one that the page opens with.
    """
    return {
        "stored": stored,
        "sources": pictures.sources(stored),
        "sizes": pictures.SIZES[place],
        "alt": alt,
        "css": css,
        "eager": eager,
        "language": language,
    }
