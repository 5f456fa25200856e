"""What a page's head says for search engines and messengers."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from frontend import findable, linked_data

register = template.Library()


@register.inclusion_tag("parts/findable.html", takes_context=True)
def findable_head(
    context: dict[str, Any], title: str = "", description: str = "", picture: str = "", kind: str = "website"
) -> dict[str, Any]:
    """Canonical address, its languages, and a preview. `picture` is a path; without one the street is shown.

    Without a title or description those of the page serve: messengers read them when nothing else is said.
    """
    path = context["request"].path
    width, height = findable.PREVIEW_SIZE
    return {
        "site_name": context["site_name"],
        "canonical": findable.canonical(path),
        "alternates": findable.alternates(path),
        "locale": findable.locale(),
        "title": title,
        "description": description,
        "picture": findable.absolute(picture or reverse("frontend:preview")),
        "width": width,
        "height": height,
        "kind": kind,
    }


@register.filter
def as_script(data: Any) -> SafeString:
    """Linked data as the content of a script element."""
    return mark_safe(linked_data.text(data))  # noqa: S308  # nothing in it can end the script
