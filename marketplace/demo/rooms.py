"""Invented pictures of shops, drawn with the street's pen: the room, a corner, a shelf, the street in the evening."""

from collections.abc import Sequence
from enum import Enum

from frontend import drawing
from frontend.drawing import Kind
from frontend.drawing.kinds import interior_things
from frontend.drawing.pen import Dice, circle, group, path, rect, svg

WIDTH, HEIGHT, FLOOR = 360.0, 240.0, 190.0


class View(Enum):
    """What a picture shows."""

    ROOM = "room"
    CORNER = "corner"
    SHELF = "shelf"
    EVENING = "evening"


# Walls that no ware on a shelf is as light as.
_PALE = (1, 5, 6, 7)

# What can be seen, for those who do not see it.
_ROOMS = {
    Kind.HAIR: "The salon: three chairs in front of oval mirrors",
    Kind.NAILS: "The studio: three places in front of oval mirrors",
    Kind.BEAUTY: "The studio: three chairs in front of oval mirrors",
    Kind.MASSAGE: "The treatment room: three couches below round mirrors",
    Kind.HOME: "Bright windows, a bucket and a broom after the work",
    Kind.WASH: "The hall: three bays with a car in each",
    Kind.TYRES: "The workshop: three bays with a car in each",
    Kind.GARAGE: "The garage: three bays with a car in each",
}
_OTHERS = {
    View.CORNER: "A corner of it, with a plant beside the window",
    View.SHELF: "The shelves with what we work with",
    View.EVENING: "Our door in the evening, lit while we are open",
}


def words(kind: Kind, view: View) -> str:
    """What can be seen on the picture, in English."""
    return _ROOMS[kind] if view is View.ROOM else _OTHERS[view]


def draw(seed: str, kind: Kind, view: View) -> str:
    """The picture as SVG text, 3:2; the same for the same seed."""
    dice = Dice(f"{seed}/{kind.value}/{view.value}")
    if view is View.EVENING:
        shop = drawing.Shop(f"{seed}/{kind.value}", kind, "", str(2 + dice.roll(40)), lit=True)
        return drawing.shop_front(shop, drawing.Crop.STREET)
    if view is View.SHELF:
        inner = _wall(dice, _PALE) + _shelves(dice)
    elif view is View.CORNER:
        # Bays and big windows need no window behind them.
        window = "" if kind.has_gate or kind is Kind.HOME else _window(34, 34, 92, 104)
        inner = _wall(dice) + window + _things(kind, 2.6, -132) + _plant(40, 1.35)
    else:
        inner = _wall(dice) + _lamps(dice) + _things(kind, 1.45, 10) + _plant((18, 340)[dice.roll(2)], 1)
    return svg(inner, 0, 0, WIDTH, HEIGHT, "drawing--room", "", "xMidYMid slice")


def _wall(dice: Dice, colours: Sequence[int] = range(8)) -> str:
    colour = dice.pick(colours)
    boards = "".join(rect(0, FLOOR + y, WIDTH, 0.8, "d-joint") for y in (12, 26, 42))
    return (
        rect(0, 0, WIDTH, HEIGHT, f"d-wall-{colour}")
        + rect(0, 0, WIDTH, 7, "d-trim")
        + rect(0, FLOOR - 46, WIDTH, 46, "d-edge")
        + rect(0, FLOOR, WIDTH, HEIGHT - FLOOR, "d-floor")
        + boards
        + rect(0, FLOOR - 5, WIDTH, 5, "d-trim")
    )


def _lamps(dice: Dice) -> str:
    shade = f"d-awning-{dice.roll(4)}"
    inner = ""
    for x in (90, 180, 270):
        low = 34 + dice.roll(3) * 6
        inner += rect(x - 0.6, 7, 1.2, low - 7, "d-iron") + circle(x, low + 13, 5, "d-lit")
        inner += path(f"M{x - 15} {low + 13}q0-13 15-15q15 2 15 15z", shade)
    return inner


def _things(kind: Kind, scale: float, x: float) -> str:
    """The furniture, standing on the floor at that scale."""
    width = (WIDTH - 20) / 1.45
    return group(interior_things(kind, width, 0), x, FLOOR + 4 * scale, scale=scale)


def _window(x: float, y: float, width: float, height: float) -> str:
    half = (width - 12) / 2
    panes = "".join(rect(x + 4 + n * (half + 4), y + 4, half, height - 8, "d-glass-2") for n in (0, 1))
    return rect(x, y, width, height, "d-trim") + panes + rect(x - 6, y + height, width + 12, 5, "d-cornice")


def _plant(x: float, scale: float) -> str:
    return group(
        path("M-11 -20h22l-3 20h-16z", "d-awning-1")
        + rect(-1, -46, 2, 28, "d-trunk")
        + '<ellipse class="d-leaves" cx="0" cy="-52" rx="16" ry="22"/>'
        + path("M-10 -58q7-12 18-7q-10 0-13 11z", "d-leaves-2"),
        x,
        FLOOR + 8,
        scale=scale,
    )


def _shelves(dice: Dice) -> str:
    inner = ""
    for base in (70, 128, 186):
        x = 26.0
        while x < WIDTH - 46:
            wide, tall = 14 + dice.roll(9), 22 + dice.roll(20)
            inner += rect(x, base - tall, wide, tall, f"d-ware-{dice.roll(6)}", 3)
            if dice.roll(3) == 0:
                inner += rect(x + wide / 2 - 3, base - tall - 6, 6, 6, "d-iron", 1)
            x += wide + 7 + dice.roll(8)
        inner += rect(16, base, WIDTH - 32, 6, "d-shelf", 1)
    return inner
