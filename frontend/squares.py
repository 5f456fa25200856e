"""Links as squares (QR codes) on pages, in the page's own markup."""

import segno
from django.utils.safestring import SafeString, mark_safe


def drawn(url: str, *, title: str) -> SafeString:
    """An address of ours as an SVG, dark on white whatever the theme; `title` is read out for it."""
    square = segno.make(url, micro=False, error="m").svg_inline(
        border=2, omitsize=True, light="#ffffff", dark="#17211e", title=title
    )
    return mark_safe(square)  # noqa: S308  # segno's own drawing of an address of ours
