"""Drawn portraits of invented people: flat shapes in a few colours, chosen by chance."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from common.models import StoredFile
from common.uploads import storage
from marketplace.demo.plan import BusinessPlan
from marketplace.demo.seeds import chance, public_id
from providers.models import StaffMember

SIDE = 200  # shown at most 96 wide, on dense screens too
_GROUNDS = ("#dfe8e0", "#e9e2d6", "#dbe5ec", "#ece0e3", "#e4e3d3", "#e2dfeb")
_SKIN = ("#f3d3bd", "#e8b998", "#d09a74", "#a9714b", "#7c4e33", "#f0c7a8")
_HAIR = ("#2b2421", "#4b3327", "#7a5233", "#b98b52", "#8c8c8c", "#5a2e24", "#191a1c")
_CLOTHES = ("#2f6f5e", "#35507a", "#8a4b3c", "#5d4d7a", "#3c5a52", "#7a6a3a", "#31414a")
_SCALE = 2  # drawn larger and scaled down: smooth edges


def load_portraits(seed: int, plans: Sequence[BusinessPlan]) -> None:
    """Give most of the people of these businesses a portrait; some prefer not to be seen."""
    faces: dict[str, StoredFile] = {}
    for member in (member for plan in plans for member in plan.staff):
        r = chance(seed, "portrait", member.public_id)
        if r.random() < 0.15:
            continue
        drawn = portrait(r)
        faces[member.public_id] = StoredFile(
            public_id=public_id("fil", seed, member.public_id),
            name=storage.write(drawn, private=False),
            kind=StoredFile.Kind.PICTURE,
            mime="image/jpeg",
            size=len(drawn),
            sha256=hashlib.sha256(drawn).hexdigest(),
            width=SIDE,
            height=SIDE,
            is_private=False,
        )
    StoredFile.objects.bulk_create(faces.values())
    people = list(StaffMember.objects.filter(public_id__in=faces))
    for person in people:
        person.photo = faces[person.public_id]
    StaffMember.objects.bulk_update(people, ["photo"])


def portrait(r: Random) -> bytes:
    """A JPEG, SIDE pixels square."""
    size = SIDE * _SCALE
    image = Image.new("RGB", (size, size), r.choice(_GROUNDS))
    draw = ImageDraw.Draw(image)
    skin, hair, clothes = r.choice(_SKIN), r.choice(_HAIR), r.choice(_CLOTHES)
    middle, head = size / 2, size * r.uniform(0.17, 0.2)
    top = size * 0.42

    def oval(x: float, y: float, wide: float, high: float, colour: str) -> None:
        draw.ellipse((x - wide, y - high, x + wide, y + high), fill=colour)

    long_hair = r.random() < 0.5
    if long_hair:
        oval(middle, top + head * 0.5, head * 1.25, head * r.uniform(1.5, 2.0), hair)
    oval(middle, size * 1.02, size * 0.36, size * 0.3, clothes)  # shoulders
    draw.rounded_rectangle(
        (middle - head * 0.38, top + head * 0.6, middle + head * 0.38, size * 0.8),
        radius=head * 0.35,
        fill=skin,
    )
    oval(middle, top - head * 0.2, head * 1.08, head * 1.15, hair)
    oval(middle, top + head * 0.12, head * 0.92, head * 1.12, skin)
    # A fringe or a parting over the forehead.
    lean = r.uniform(-0.5, 0.5) * head
    draw.chord(
        (middle - head * 1.02, top - head * 1.3, middle + head * 1.02, top + head * r.uniform(0.0, 0.3)),
        180 + lean / head * 30,
        360 + lean / head * 30,
        fill=hair,
    )
    _face(draw, r, middle, top, head)
    if r.random() < 0.3:
        _glasses(draw, middle, top, head)
    drawn = BytesIO()
    image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(drawn, "JPEG", quality=82)
    return drawn.getvalue()


def _face(draw: ImageDraw.ImageDraw, r: Random, middle: float, top: float, head: float) -> None:
    eye, ink = head * 0.07, "#2a2320"
    for side in (-1, 1):
        x, y = middle + side * head * 0.36, top + head * 0.2
        draw.ellipse((x - eye, y - eye, x + eye, y + eye), fill=ink)
    wide = head * r.uniform(0.24, 0.34)
    draw.arc(
        (middle - wide, top + head * 0.42, middle + wide, top + head * 0.78),
        25,
        155,
        fill=ink,
        width=int(head * 0.06),
    )


def _glasses(draw: ImageDraw.ImageDraw, middle: float, top: float, head: float) -> None:
    wide, pen = head * 0.24, int(head * 0.05)
    for side in (-1, 1):
        x, y = middle + side * head * 0.36, top + head * 0.2
        draw.ellipse((x - wide, y - wide, x + wide, y + wide), outline="#2b2b2b", width=pen)
    draw.line(
        (middle - head * 0.13, top + head * 0.2, middle + head * 0.13, top + head * 0.2),
        fill="#2b2b2b",
        width=pen,
    )
