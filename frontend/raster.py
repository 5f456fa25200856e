"""Drawings as pictures, for those who do not take SVG: previews in messengers, and the demo's invented photos.

The drawings' colours are classes (src/css/drawing.css); resvg knows neither `light-dark()` nor custom properties,
so the sheet is put into plain words first, by day or by night.
"""

import re
from functools import lru_cache
from pathlib import Path

import resvg_py
from django.conf import settings

# Where Debian's packages of deploy/toolchain.py put them; without them whatever fonts the machine has.
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
SHEETS = ("tokens.css", "drawing.css")
_VARIABLE = re.compile(r"(--[\w-]+):\s*([^;]+);")
_RULE = re.compile(r"(\.d-[^{}]+)\{([^{}]+)\}")
_MIXED = re.compile(r"rgb\((\d+) (\d+) (\d+) / (\d+)%\)")


def png(svg: str, *, width: int, height: int, dark: bool = False) -> bytes:
    """An SVG of frontend.drawing as a PNG of that size (pixels), filled as its preserveAspectRatio says."""
    whole = svg.replace(
        "<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" ', 1
    )
    found = [each for each in FONTS if Path(each).exists()] if "<text" in svg else []
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=whole,
            style_sheet=sheet(dark=dark),
            # Reading every font of the machine takes longer than the drawing.
            skip_system_fonts=bool(found) or "<text" not in svg,
            font_files=found or None,
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
        )
    )


@lru_cache(maxsize=2)
def sheet(*, dark: bool) -> str:
    """The drawings' colours as plain CSS."""
    folder = Path(settings.BASE_DIR) / "frontend" / "src" / "css"
    text = re.sub(r"/\*.*?\*/", "", "".join((folder / name).read_text() for name in SHEETS), flags=re.DOTALL)
    named = dict(
        reversed(_VARIABLE.findall(text))
    )  # the first of each: what follows narrows it to a language
    rules = []
    for selector, body in _RULE.findall(text):
        if "~" in selector:
            continue  # resvg does not know siblings; it is a sign's colour on one kind of wall
        body = re.sub(r"var\((--[\w-]+)\)", lambda match: named.get(match[1], "none"), body)
        rules.append(f"{selector.strip()} {{{_plain(body, dark=dark)}}}")
    return "\n".join(rules)


def _plain(body: str, *, dark: bool) -> str:
    """The declarations with one of the two colours of each light-dark()."""
    while (at := body.find("light-dark(")) >= 0:
        begin = at + len("light-dark(")
        depth, comma, end = 1, 0, begin
        while depth:
            sign = body[end]
            depth += (sign == "(") - (sign == ")")
            if sign == "," and depth == 1:
                comma = end
            end += 1
        chosen = body[comma + 1 : end - 1] if dark else body[begin:comma]
        body = body[:at] + chosen.strip() + body[end:]
    body = _MIXED.sub(lambda m: f"rgba({m[1]}, {m[2]}, {m[3]}, {int(m[4]) / 100})", body)
    body = re.sub(r"font-weight: [67]50", "font-weight: 700", body)  # the fonts have plain and bold
    return body.replace("!important", "").replace("transparent", "none")
