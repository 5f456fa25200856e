"""The pictures that messengers show of a page, 1200 by 630: an outlet's photo or front with its name, or the street."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageOps

from common.models import StoredFile
from common.uploads import storage
from frontend import drawing
from frontend.drawing.pen import rect, svg, text
from frontend.findable import PREVIEW_SIZE
from frontend.raster import png

WIDTH, HEIGHT = PREVIEW_SIZE
# How much of it the picture takes; the words stand below.
PICTURE = 420
# The widest that a line of words may be, in units, at what one sign takes on average (in em).
_FIT, _EM = WIDTH - 260, 0.54


@dataclass(frozen=True, slots=True)
class Preview:
    """What is said of an outlet; `lines` are shown below its name."""

    shop: drawing.Shop
    lines: tuple[str, ...]
    photo: StoredFile | None
    site: str

    def __hash__(self) -> int:
        return hash((self.shop, self.lines, self.photo and self.photo.pk, self.site))


@lru_cache(maxsize=64)
def of_outlet(said: Preview) -> bytes:
    """A PNG. The last few are remembered: a link that is shared is asked for many times."""
    if said.photo:
        picture = (
            f'<image x="0" y="0" width="{WIDTH}" height="{PICTURE}" href="data:image/jpeg;base64,'
            f'{base64.b64encode(_cut(said.photo)).decode()}"/>'
        )
    else:
        front = drawing.shop_front(said.shop, drawing.Crop.STREET)
        picture = front.replace("<svg ", f'<svg width="{WIDTH}" height="{PICTURE}" ', 1)
    inner = _ground() + picture + _words(said)
    return png(svg(inner, 0, 0, WIDTH, HEIGHT, "", "", "xMidYMid slice"), width=WIDTH, height=HEIGHT)


@lru_cache(maxsize=2)
def of_site(name: str, words: str) -> bytes:
    """A PNG of the street with the site's name and what it is for."""
    street = drawing.street([], width=1440)
    picture = street.replace("<svg ", f'<svg width="{WIDTH}" height="{PICTURE}" ', 1)
    inner = _ground() + picture + _line(name, 505, 64, bold=True) + _line(words, 570, 34)
    return png(svg(inner, 0, 0, WIDTH, HEIGHT, "", "", "xMidYMid slice"), width=WIDTH, height=HEIGHT)


def _ground() -> str:
    return f'<rect x="0" y="0" width="{WIDTH}" height="{HEIGHT}" fill="#f4f4ef"/>'


def _words(said: Preview) -> str:
    inner = _line(said.shop.name, 505, 60, bold=True)
    for n, line in enumerate(said.lines[:2]):
        inner += _line(line, 555 + 44 * n, 32)
    mark = rect(WIDTH - 96, 470, 16, 16, "d-awning-0", 4) + rect(WIDTH - 76, 470, 16, 16, "d-awning-0", 4)
    mark += rect(WIDTH - 96, 490, 16, 16, "d-awning-0", 4)
    mark += f'<rect x="{WIDTH - 76}" y="490" width="16" height="16" rx="4" fill="#ffc83d"/>'
    return inner + mark + _line(said.site, 545, 24, x=WIDTH - 60, anchor="end")


def _line(
    words: str, y: float, size: int, *, bold: bool = False, x: float = 60, anchor: str = "start"
) -> str:
    """Words on a line, cut where they would be too wide; signs of Chinese and Japanese are a whole em."""
    room = _FIT / size
    cut = ""
    for sign in words:
        room -= 1.0 if ord(sign) > 0x2E80 else _EM
        if room < _EM:
            cut += "…"
            break
        cut += sign
    weight = "700" if bold else "400"
    ink = "#17211e" if bold else "#47534e"
    plain = text(x, y, cut, "", anchor)
    return plain.replace('class=""', f'fill="{ink}" font-size="{size}" font-weight="{weight}"', 1)


def _cut(photo: StoredFile) -> bytes:
    """The middle of a photo, as wide as the preview."""
    out = BytesIO()
    with Image.open(BytesIO(storage.read(photo)), formats=["JPEG"]) as picture:
        ImageOps.fit(picture.convert("RGB"), (WIDTH, PICTURE), Image.Resampling.LANCZOS).save(
            out, "JPEG", quality=88
        )
    return out.getvalue()
