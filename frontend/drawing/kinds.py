"""What stands in a shop's window, by its kind of business."""

from enum import Enum

from frontend.drawing.pen import arch, box, circle, path, rect


class Kind(Enum):
    """A kind of business, as the street tells them apart."""

    HAIR = "hair"
    NAILS = "nails"
    BEAUTY = "beauty"
    MASSAGE = "massage"
    HOME = "home"
    WASH = "wash"
    TYRES = "tyres"
    GARAGE = "garage"

    @property
    def has_gate(self) -> bool:
        """Cars go in through a gate; people look in through a window."""
        return self in (Kind.WASH, Kind.TYRES, Kind.GARAGE)


# The first word found in a category's slug decides; the order goes from special to general.
_WORDS: list[tuple[str, Kind]] = [
    ("nail", Kind.NAILS),
    ("manicure", Kind.NAILS),
    ("pedicure", Kind.NAILS),
    ("massage", Kind.MASSAGE),
    ("spa", Kind.MASSAGE),
    ("hair", Kind.HAIR),
    ("barber", Kind.HAIR),
    ("cut", Kind.HAIR),
    ("tyre", Kind.TYRES),
    ("wash", Kind.WASH),
    ("detail", Kind.WASH),
    ("car", Kind.GARAGE),
    ("service", Kind.GARAGE),
    ("beauty", Kind.BEAUTY),
    ("brow", Kind.BEAUTY),
    ("lash", Kind.BEAUTY),
    ("skin", Kind.BEAUTY),
    ("facial", Kind.BEAUTY),
]


def kind_of(category_slug: str) -> Kind:
    """The kind of shop a category belongs in; what is done at people's homes is the rest."""
    # "car" must be a word of its own: skin-care is no garage.
    words = category_slug.lower().replace("_", "-").split("-")
    for word, kind in _WORDS:
        if any(part == word or (word != "car" and part.startswith(word)) for part in words):
            return kind
    return Kind.HOME


def _chair(x: float) -> str:
    seat = (
        f"M{x - 9} -32q0-4 4-4h10q4 0 4 4v9h-18z"
        f"M{x - 12} -26h3v5h18v-5h3q1 0 1 1v5q0 2-2 2h-22q-2 0-2-2v-5q0-1 1-1z"
        f"M{x - 1.5} -18h3v3h-3zM{x - 8} -16h16v2h-16z"
    )
    return path(seat, "d-inside")


def _mirror(x: float) -> str:
    return f'<circle class="d-inside-line" cx="{x}" cy="-27" r="7"/>' + path(
        box(x - 1, -20, 2, 4) + box(x - 6, -16, 12, 2), "d-inside"
    )


def _bottle(x: float, tall: float) -> str:
    return path(
        box(x - 1.5, -14 - tall, 3, 5) + f"M{x - 4} -14v{-(tall - 7)}q0-3 2.5-3h3q2.5 0 2.5 3v{tall - 7}z",
        "d-inside",
    )


def _jar(x: float) -> str:
    return path(f"M{x - 5} -14v-7q0-2 2-2h6q2 0 2 2v7z" + box(x - 4, -26, 8, 2.5), "d-inside")


def _table(x: float) -> str:
    return path(
        f"M{x - 20} -26q0-3 3-3h7q2 0 2 2h25q3 0 3 3v1h-40z"
        + box(x - 15, -23, 2, 9)
        + box(x + 13, -23, 2, 9),
        "d-inside",
    )


def _leaf(x: float) -> str:
    return path(
        f"M{x} -20q-7-3-5-13q6 3 5 13zM{x} -20q7-3 5-13q-6 3-5 13z" + box(x - 4, -20, 8, 6),
        "d-inside",
    )


def _bucket(x: float) -> str:
    return path(f"M{x - 7} -26h14l-2 12h-10z", "d-inside-line") + path(
        f"M{x - 6} -26a6 7 0 0 1 12 0", "d-inside-line"
    )


def _broom(x: float) -> str:
    return path(box(x - 1, -38, 2, 15) + f"M{x - 2} -24h4l4 10h-12z", "d-inside")


def _car(x: float, y: float = 0) -> str:
    body = (
        f"M{x - 34} {y - 9}v-8q0-4 4-5l9-2 8-11q2-3 6-3h17q4 0 6 3l8 11 7 2q4 1 4 5v8q0 3-3 3h-63q-3 0-3-3z"
    )
    glass = f"M{x - 14} {y - 24}l6-8q1-2 3-2h5v10zM{x + 4} {y - 34}h7q2 0 3 2l6 8h-16z"
    wheels = circle(x - 19, y - 6, 6.5, "d-wheel") + circle(x + 21, y - 6, 6.5, "d-wheel")
    hubs = circle(x - 19, y - 6, 2.4, "d-hub") + circle(x + 21, y - 6, 2.4, "d-hub")
    return path(body, "d-inside") + path(glass, "d-inside-glass") + wheels + hubs


def _tyres(x: float) -> str:
    return "".join(
        rect(x - 9, -8 - 8 * n, 18, 7, "d-wheel", 3) + rect(x - 4, -6 - 8 * n, 8, 3, "d-hub", 1.5)
        for n in range(3)
    )


def window_things(kind: Kind, left: float, right: float) -> str:
    """What stands behind the glass between two x, on a sill at y = -14."""
    middle, span = (left + right) / 2, right - left
    if kind is Kind.HAIR:
        return "".join(_chair(round(x)) for x in (left + span * 0.28, left + span * 0.72))
    if kind is Kind.NAILS:
        return "".join(_bottle(round(left + span * n / 6), 17 + 3 * (n % 2)) for n in range(1, 6))
    if kind is Kind.BEAUTY:
        return (
            _mirror(round(left + span * 0.24))
            + _jar(round(left + span * 0.48))
            + _bottle(round(left + span * 0.64), 19)
            + _jar(round(left + span * 0.82))
        )
    if kind is Kind.MASSAGE:
        return _table(round(left + span * 0.42)) + _leaf(round(right - 12))
    return _bucket(round(middle - span * 0.22)) + _broom(round(middle + span * 0.2))


def gate_things(kind: Kind, left: float, right: float) -> str:
    """What stands inside a gate between two x, on the floor at y = 0."""
    middle = round((left + right) / 2)
    if kind is Kind.WASH:
        drops = "".join(
            box(left + (right - left) * n / 8 - 0.8, -47 + (4 if n % 2 else 0), 1.6, 5) for n in range(1, 8)
        )
        return path(drops, "d-drop") + _car(middle)
    if kind is Kind.TYRES:
        return _tyres(left + 16) + _car(middle + 14)
    lift = box(middle - 44, -40, 4, 40) + box(middle + 40, -40, 4, 40) + box(middle - 42, -10, 84, 3)
    return path(lift, "d-inside") + _car(middle, -10)


def interior_things(kind: Kind, width: float, floor: float) -> str:
    """Big furniture for the picture of the room: three places to sit, lie, or park."""
    places = [width * n / 6 for n in (1, 3, 5)]
    if kind.has_gate:
        return "".join(
            rect(x - 42, floor - 96, 84, 96, "d-room-arch", 6)
            + f'<g transform="translate({x} {floor}) scale(1)">{_car(0)}</g>'
            for x in places
        )
    if kind is Kind.HOME:
        return "".join(
            path(arch(x - 24, floor - 110, 48, 74), "d-trim")
            + path(arch(x - 20, floor - 106, 40, 66), "d-glass")
            + rect(x - 28, floor - 36, 56, 6, "d-trim")
            for x in places
        ) + "".join(_at(_bucket(0) + _broom(22), x - 10, floor + 14, 1) for x in places[1:2])
    if kind is Kind.MASSAGE:
        return "".join(
            circle(x, floor - 62, 18, "d-mirror") + _at(_table(0), x, floor + 16, 1.6) for x in places
        )
    return "".join(
        f'<ellipse class="d-mirror" cx="{x:.0f}" cy="{floor - 56:.0f}" rx="20" ry="26"/>'
        + f'<path class="d-cloth" d="M{x - 19:.0f} {floor:.0f}v-17q0-7 7-7h24q7 0 7 7v17z"/>'
        + rect(x - 4, floor, 8, 14, "d-post")
        for x in places
    )


def _at(inner: str, x: float, y: float, scale: float) -> str:
    return f'<g transform="translate({x:.0f} {y:.0f}) scale({scale})">{inner}</g>'
