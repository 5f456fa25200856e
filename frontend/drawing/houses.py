"""Houses of one storey up to six, drawn upwards from the pavement at y = 0."""

from dataclasses import dataclass

from frontend.drawing.kinds import Kind, gate_things, window_things
from frontend.drawing.pen import Dice, arch, box, circle, group, oval, path, rect, text

GROUND = 74  # height of the ground floor, to the string course
STOREY = 44
WALLS = 8  # wall colours in drawing.css
AWNINGS = 4
ROOFS = ("flat", "gable", "mansard", "flat", "turret", "gable")
WINDOWS = ("plain", "plain", "arch", "oval")


@dataclass(frozen=True)
class House:
    """How a house looks; lengths are drawing units (a storey is 44)."""

    wall: int
    width: float
    storeys: int
    roof: str
    windows: str
    awning: int
    balconies: bool
    panes: str

    @property
    def height(self) -> float:
        """From the pavement to the cornice."""
        return GROUND + self.storeys * STOREY + 8


@dataclass(frozen=True)
class Ground:
    """What is on the ground floor: a shop with its name, or a quiet one without."""

    kind: Kind | None = None
    name: str = ""
    number: str = ""
    lit: bool = False


def build(seed: str, *, kind: Kind | None = None, not_wall: tuple[int, ...] = ()) -> House:
    """The house of a seed; `not_wall` are the neighbours' colours, which it avoids."""
    dice = Dice(seed)
    wall = dice.roll(WALLS)
    while wall in not_wall:
        wall = (wall + 3) % WALLS
    low = kind is not None and kind.has_gate
    return House(
        wall=wall,
        width=dice.pick((176, 188, 200)) if kind else dice.pick((150, 164, 176)),
        storeys=2 if low else dice.pick((3, 3, 4, 4, 5)),
        roof="flat" if low else dice.pick(ROOFS),
        windows=dice.pick(WINDOWS),
        awning=dice.roll(AWNINGS),
        balconies=dice.roll(3) == 0,
        panes=seed,
    )


def _frame(style: str, x: float, y: float, width: float, height: float) -> str:
    return {"plain": box, "arch": arch, "oval": oval}[style](x, y, width, height)


def _storeys(house: House, most: int) -> str:
    """The upper windows: one path for frames, two for glass of two brightnesses, one for bars."""
    dice = Dice(house.panes + "/panes")
    count = max(2, round((house.width - 16) / 40))
    gap = house.width / count
    frames = bright = dark = bars = iron = ""
    for floor in range(min(house.storeys, most)):
        top_floor = floor == house.storeys - 1
        style = house.windows if top_floor else "plain"
        y = -GROUND - 9 - (floor + 1) * STOREY + 14
        for column in range(count):
            x = gap * column + gap / 2 - 10.5
            frames += _frame(style, x - 2, y - 2, 25, 34)
            glass = _frame(style, x, y, 21, 30)
            if dice.roll(3) == 0:
                bright += glass
            else:
                dark += glass
            bars += box(x + 9.7, y, 1.6, 30) + box(x, y + 11, 21, 1.6)
            if house.balconies and floor in (1, 2) and column == count // 2:
                iron += box(x - 7, y + 32, 35, 3) + box(x - 7, y + 20, 35, 1.5)
                iron += "".join(box(x - 7 + 5.6 * n, y + 20, 1.2, 12) for n in range(7))
    return (
        path(frames, "d-trim")
        + path(dark, "d-glass")
        + path(bright, "d-glass-2")
        + path(bars, "d-trim")
        + path(iron, "d-iron")
    )


def _roof(house: House) -> str:
    top, width, middle = -house.height, house.width, house.width / 2
    wall = f"d-wall-{house.wall}"
    cornice = rect(-3, top - 4, width + 6, 7, "d-cornice")
    if house.roof == "gable":
        gable = f"M{middle - 44} {top - 4}l44-30 44 30z"
        return path(gable, wall) + circle(middle, top - 15, 6, "d-glass") + cornice
    if house.roof == "mansard":
        slope = f"M2 {top - 4}l8-26h{width - 20}l8 26z"
        dormers = "".join(
            rect(width * part - 10, top - 26, 20, 20, "d-trim")
            + rect(width * part - 7, top - 23, 14, 17, "d-glass")
            for part in (0.24, 0.5, 0.76)
        )
        return path(slope, "d-roof") + dormers + cornice
    if house.roof == "turret":
        tower = rect(width - 50, top - 20, 40, 20, wall) + rect(width - 35, top - 15, 10, 12, "d-glass")
        cone = f"M{width - 56} {top - 20}l26-34 26 34z"
        return tower + path(cone, "d-spire") + cornice
    chimneys = rect(width * 0.2, top - 14, 12, 12, "d-roof") + rect(width * 0.7, top - 18, 16, 16, "d-roof")
    return chimneys + cornice


def _awning(x: float, width: float, colour: int) -> str:
    """Stripes with scalloped feet, as long as the window."""
    count = max(6, round(width / 15))
    step = width / count
    stripes = ["", ""]
    for n in range(count):
        left = x + n * step
        stripes[n % 2] += f"M{left:.1f} -56h{step:.1f}v13a{step / 2:.1f} 6 0 0 1 {-step:.1f} 0z"
    return path(stripes[0], f"d-awning-{colour}") + path(stripes[1], "d-awning-white")


def _ground_floor(house: House, ground: Ground) -> str:
    width = house.width
    glass, inside = ("d-lit", "d-things-lit") if ground.lit else ("d-window", "d-things")
    gate = ground.kind is not None and ground.kind.has_gate
    door = width - 38
    parts = [rect(0, -9, width, 9, "d-plinth"), rect(0, -GROUND - 2, width, 5, "d-course")]
    if gate:
        left, right = 12.0, door - 10
        parts.append(rect(left - 3, -57, right - left + 6, 57, "d-gate-frame"))
        parts.append(rect(left, -54, right - left, 54, glass))
        parts.append(group(gate_things(ground.kind, left, right), css=inside) if ground.kind else "")
    else:
        left, right = 12.0, door - 9
        parts.append(rect(left - 3, -50, right - left + 6, 38, "d-trim"))
        parts.append(rect(left, -47, right - left, 32, glass))
        if ground.kind:
            parts.append(group(window_things(ground.kind, left, right), css=inside))
        parts.append(rect((left + right) / 2 - 1, -47, 2, 32, "d-trim"))
        parts.append(_awning(left - 5, right - left + 10, house.awning) if ground.kind else "")
    parts.append(rect(door, -52, 26, 52, "d-door"))
    parts.append(rect(door + 6, -45, 14, 24, "d-door-lit" if ground.lit else "d-door-glass"))
    if ground.name:
        parts.append(text(left, -61, ground.name.upper(), "d-sign", fit=door - 14, em=8.4))
    if ground.number:
        parts.append(rect(door + 1, -71, 24, 14, "d-enamel", 3))
        parts.append(text(door + 13, -60.4, ground.number[:4], "d-number", "middle", fit=21, em=6.4))
    return "".join(parts)


def draw(house: House, ground: Ground, *, storeys: int = 9) -> str:
    """The house with its ground floor; at most `storeys` of its storeys when the rest would be cut off."""
    whole = storeys >= house.storeys
    height = house.height if whole else GROUND + storeys * STOREY
    wall = rect(0, -height, house.width, height, f"d-wall-{house.wall}")
    edge = rect(house.width - 1.5, -height, 1.5, height, "d-edge")
    return (
        wall
        + edge
        + (_roof(house) if whole else "")
        + _storeys(house, storeys)
        + _ground_floor(house, ground)
    )


def pool(house: House, ground: Ground) -> str:
    """The light a lit window throws on the pavement."""
    if not ground.lit:
        return ""
    right = house.width - 47
    return path(f"M10 0H{right:.0f}L{right + 22:.0f} 36H-12z", "d-pool")
