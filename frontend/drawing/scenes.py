"""Whole pictures: a shop front for a card, the street for the landing page, a room, a quiet street."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from frontend.drawing.houses import Ground, House, build, draw, pool
from frontend.drawing.kinds import Kind, interior_things
from frontend.drawing.pen import Dice, circle, group, path, rect, svg, text


class Crop(Enum):
    """Which part of the house a picture shows."""

    WIDE = "wide"  # cards and banners: the ground floor and half a storey, about 5:2
    TALL = "tall"  # results: three storeys
    SQUARE = "square"  # rows: window and door
    STREET = "street"  # the outlet's page: the house among its neighbours, about 14:5


@dataclass(frozen=True)
class Shop:
    """What a drawing needs to know of an outlet; `seed` is its public id, `number` its house number."""

    seed: str
    kind: Kind
    name: str
    number: str = ""
    lit: bool = False

    @property
    def ground(self) -> Ground:
        return Ground(self.kind, self.name, self.number, self.lit)


@dataclass(frozen=True)
class Hung:
    """A shop of the landing street with the time that hangs over its door, in two short lines."""

    shop: Shop
    day: str = ""
    time: str = ""


def _pavement(left: float, right: float) -> str:
    return (
        rect(left, 0, right - left, 60, "d-pavement")
        + rect(left, 0, right - left, 1.5, "d-kerb")
        + rect(left, 14, right - left, 1, "d-joint")
    )


def shop_front(shop: Shop, crop: Crop = Crop.WIDE, label: str = "") -> str:
    """An outlet's picture as SVG text: its house between two neighbours, lit when it has time."""
    house = build(shop.seed, kind=shop.kind)
    left = build(shop.seed + "/left", not_wall=(house.wall,))
    right = build(shop.seed + "/right", not_wall=(house.wall, left.wall))
    storeys = {Crop.WIDE: 1, Crop.SQUARE: 1, Crop.TALL: 5, Crop.STREET: 9}[crop]
    if crop is Crop.TALL:
        house = replace(house, storeys=6)  # a low house would leave sky above it
    quiet = Ground()
    middle = group(draw(house, shop.ground, storeys=storeys))
    before = group(draw(left, quiet, storeys=storeys), -left.width)
    after = group(draw(right, quiet, storeys=storeys), house.width)
    ground = _pavement(-600, 900) + pool(house, shop.ground)
    centre = house.width / 2
    if crop is Crop.WIDE:
        view = (centre - 143, -114.0, 286.0, 136.0)
    elif crop is Crop.TALL:
        view = (-2.0, -214.0, house.width + 4, 240.0)
    elif crop is Crop.SQUARE:
        view = (house.width - 92, -60.0, 74.0, 74.0)
    else:
        view = (centre - 330, -262.0, 660.0, 290.0)
        far = build(shop.seed + "/far-left", not_wall=(left.wall,))
        away = build(shop.seed + "/far-right", not_wall=(right.wall,))
        before += group(draw(far, quiet), -left.width - far.width)
        after += group(draw(away, quiet), house.width + right.width)
        trees = _tree(-left.width + 6, 0.9) + _tree(house.width + right.width - 8, 1)
        return _finish(ground + before + after + middle + trees, view, "drawing--street", label, sky=True)
    return _finish(ground + before + after + middle, view, f"drawing--{crop.value}", label)


def _finish(
    inner: str, view: tuple[float, float, float, float], css: str, label: str, *, sky: bool = False
) -> str:
    x, y, width, height = view
    back = rect(x - 600, y - 400, width + 1200, height + 400, "d-sky") if sky else ""
    return svg(back + inner, x, y, width, height, css, label, "xMidYMax slice")


def _tree(x: float, size: float) -> str:
    return group(
        rect(-1.5, -42, 3, 48, "d-trunk")
        + '<ellipse class="d-leaves" cx="0" cy="-44" rx="19" ry="25"/>'
        + path("M-12 -52q8-14 22-8q-12 0-16 12z", "d-leaves-2"),
        x,
        3,
        scale=size,
    )


def _walker(x: float) -> str:
    """A person with a dog on a lead, on the way home."""
    person = (
        circle(0, -29, 4.5, "d-ink")
        + path("M-6 -10v-8q0-6 6-6t6 6v8h-3v14h-2.4v-13h-1.2v13h-2.4v-14z", "d-ink")
        + path("M6 -17q12 12 20 11", "d-lead")
        + path("M24 -6h12l4-5 3 1v3l-3 3v8h-2v-5h-9v5h-2v-5q-3-2-3-5z", "d-ink")
    )
    return group(person, x, 6)


def _bicycle(x: float) -> str:
    return group(
        '<circle class="d-wire" cx="-13" cy="-9" r="9"/><circle class="d-wire" cx="13" cy="-9" r="9"/>'
        + path("M-13 -9l8-14h14l4 14M-5 -23l6 14h-14M1 -9l8-14M9 -23l-2-6h5M-8 -25h6", "d-wire"),
        x,
        2,
    )


def _plate(x: float, day: str, time: str, *, lit: bool) -> str:
    """An enamel time plate hung from an iron bracket."""
    css = "d-time" if lit else "d-time d-time-dark"
    return group(
        rect(-34, -177, 66, 2.5, "d-iron")
        + rect(-22, -176, 1.6, 8, "d-iron")
        + rect(20, -176, 1.6, 8, "d-iron")
        + rect(-33, -169, 64, 34, css, 7)
        + text(-1, -155.5, day, "d-time-day" if lit else "d-time-day d-pale", "middle", fit=56, em=5.6)
        + text(-1, -140.5, time, "d-time-hour" if lit else "d-time-hour d-pale", "middle", fit=56, em=8),
        x,
        0,
    )


def _skyline(left: float, right: float) -> str:
    """Far roofs and a church over the sea, paler than everything in front of them."""
    dice = Dice("skyline")
    x, data = left, f"M{left:.0f} 0"
    while x < right:
        step = 60 + dice.roll(70)
        data += f"V{-150 - dice.roll(70)}H{x + step:.0f}"
        x += step
    dome = (
        "M860 -230v-40h26v-14q0-4 5-4h4v-16q0-24 28-30v-8h3v-10h2v10h3v8q28 6 28 30v16h4q5 0 5 4v14h26v40z"
        "M842 -230v-34l8-12 8 12v34zM988 -230v-34l8-12 8 12v34z"
    )
    return path(data + "V0z" + dome, "d-far")


# Storeys and roofs along the landing street: high and low in turn, whoever moves in.
_RHYTHM = (
    (3, "gable"),
    (4, "mansard"),
    (2, "flat"),
    (3, "turret"),
    (4, "flat"),
    (3, "gable"),
    (5, "flat"),
    (4, "mansard"),
)
_QUIET_AFTER = 1  # the second house is always quiet: dark ones make the lit ones shine


def _neighbour(seed: str, kind: Kind | None, number: int, walls: tuple[int, ...]) -> House:
    storeys, roof = _RHYTHM[number % len(_RHYTHM)]
    if kind and kind.has_gate:
        storeys, roof = 2, "flat"
    return replace(build(seed, kind=kind, not_wall=walls), storeys=storeys, roof=roof)


def street(shops: Sequence[Hung], label: str = "", *, width: float = 1440) -> str:
    """The landing page's street at the end of the day, each shop with its next time hung out.

    It is filled up to `width` units with quiet houses; a shop that is not lit stands dark among them.
    """
    row: list[Hung | None] = list(shops)
    if row:
        row.insert(_QUIET_AFTER, None)
    x, number = 0.0, 0
    walls: tuple[int, ...] = ()
    things = plates = ground = ""
    while x < width:
        hung = row[number] if number < len(row) else None
        house = _neighbour(
            hung.shop.seed if hung else f"quiet/{number}", hung.shop.kind if hung else None, number, walls
        )
        walls = (*walls[-2:], house.wall)
        floor = hung.shop.ground if hung else Ground(number=str(24 - 2 * number)) if number < 10 else Ground()
        things += group(draw(house, floor), x)
        ground += group(pool(house, floor), x)
        if hung and hung.time:
            plates += _plate(x + house.width - 33, hung.day, hung.time, lit=hung.shop.lit)
        if number in (1, 3, 6, 8):
            plates += _tree(x + house.width + 1, 0.95)
        if not hung and number == _QUIET_AFTER:
            plates += _bicycle(x + 78)
        x += house.width
        number += 1
    stars = "".join(
        f"M{a} {b}h2v2h-2z" for a, b in ((430, -330), (560, -290), (690, -322), (980, -340), (1340, -328))
    )
    sky = circle(742, -296, 17, "d-moon") + path(stars, "d-star")
    inner = sky + _skyline(0, width) + _pavement(0, width + 200) + ground + things + plates + _walker(612)
    return svg(inner, 0, -336, width, 374, "drawing--hero", label, "xMinYMax slice")


def interior(seed: str, kind: Kind, *, shelf: bool = False, label: str = "") -> str:
    """A second picture of an outlet: its room, or its shelf of things."""
    dice = Dice(seed + "/room")
    wall = dice.roll(6)
    width, height = 320.0, 112.0
    if shelf:
        rows = ""
        for row in range(2):
            base = 52 + row * 54
            x = 16.0
            while x < width - 24:
                wide, tall = 12 + dice.roll(6), 22 + dice.roll(16)
                rows += rect(x, base - tall, wide, tall, f"d-ware-{dice.roll(6)}", 3)
                x += wide + 8 + dice.roll(6)
            rows += rect(0, base, width, 5, "d-shelf")
        inner = rect(0, 0, width, height, f"d-wall-{wall}") + rows
    else:
        floor = 92.0
        inner = (
            rect(0, 0, width, height, f"d-wall-{wall}")
            + rect(0, floor, width, height - floor, "d-floor")
            + interior_things(kind, width, floor)
        )
    return svg(inner, 0, 0, width, height, "drawing--room", label, "xMidYMax slice")


def quiet_street() -> str:
    """Three granite houses with one lit window: nothing here yet, but somebody is home."""
    houses = ""
    for x, height, columns in ((0, 62, 2), (34, 70, 3), (82, 56, 3)):
        wide = 30 if columns == 2 else 44
        houses += rect(x, -height, wide, height, "d-stone")
        for row in range(2):
            for column in range(columns):
                left = x + 5 + column * ((wide - 10) / columns) + 1
                lit = x == 34 and row == 1 and column == 1
                houses += rect(left, -height + 10 + row * 22, 8, 12, "d-lit" if lit else "d-stone-window", 1)
    line = rect(-10, 0, 150, 2, "d-stone-line")
    return svg(houses + line, -10, -74, 150, 78, "drawing--quiet", "", "xMidYMid meet")
