"""Small strokes: numbers, paths and elements as SVG text, and dice that always fall the same way."""

import hashlib
from collections.abc import Sequence
from html import escape
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Chances drawn from a seed: the same seed gives the same house on every machine."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rolls = 0

    def roll(self, sides: int) -> int:
        """A number from 0 to sides - 1."""
        self._rolls += 1
        digest = hashlib.blake2b(f"{self._seed}/{self._rolls}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") % sides

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.roll(len(choices))]


def num(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def box(x: float, y: float, width: float, height: float) -> str:
    """A rectangle as path data."""
    return f"M{num(x)} {num(y)}h{num(width)}v{num(height)}h{num(-width)}z"


def arch(x: float, y: float, width: float, height: float) -> str:
    """A rectangle with a round head, as path data."""
    r = width / 2
    return (
        f"M{num(x)} {num(y + height)}v{num(r - height)}a{num(r)} {num(r)} 0 0 1 {num(width)} 0"
        f"v{num(height - r)}z"
    )


def oval(x: float, y: float, width: float, height: float) -> str:
    """A rectangle with round head and foot, as path data."""
    r = width / 2
    straight = height - width
    return (
        f"M{num(x)} {num(y + r)}a{num(r)} {num(r)} 0 0 1 {num(width)} 0v{num(straight)}"
        f"a{num(r)} {num(r)} 0 0 1 {num(-width)} 0z"
    )


def path(data: str, css: str) -> str:
    return f'<path class="{css}" d="{data}"/>' if data else ""


def rect(x: float, y: float, width: float, height: float, css: str, radius: float = 0) -> str:
    round_ = f' rx="{num(radius)}"' if radius else ""
    return (
        f'<rect class="{css}" x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}"{round_}/>'
    )


def circle(x: float, y: float, r: float, css: str) -> str:
    return f'<circle class="{css}" cx="{num(x)}" cy="{num(y)}" r="{num(r)}"/>'


def text(
    x: float, y: float, words: str, css: str, anchor: str = "start", fit: float | None = None, em: float = 8
) -> str:
    """Words at a baseline; squeezed to `fit` units when they would be wider (`em` is one capital's width)."""
    wide = sum(em * (1.5 if ord(c) > 0x2E80 else 1) for c in words)
    squeeze = f' textLength="{num(fit)}" lengthAdjust="spacingAndGlyphs"' if fit and wide > fit else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text class="{css}" x="{num(x)}" y="{num(y)}"{place}{squeeze}>{escape(words)}</text>'


def group(inner: str, x: float = 0, y: float = 0, css: str = "", scale: float = 1) -> str:
    move = f"translate({num(x)} {num(y)})" if x or y else ""
    grow = f"scale({scale:.2f})" if scale != 1 else ""
    attributes = f' class="{css}"' if css else ""
    if move or grow:
        attributes += f' transform="{(move + " " + grow).strip()}"'
    return f"<g{attributes}>{inner}</g>"


def svg(inner: str, x: float, y: float, width: float, height: float, css: str, label: str, fit: str) -> str:
    """The whole picture; without a label it is decoration and hidden from assistive technology."""
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg class="drawing {css}" {role} focusable="false" preserveAspectRatio="{fit}" '
        f'viewBox="{num(x)} {num(y)} {num(width)} {num(height)}">{inner}</svg>'
    )
