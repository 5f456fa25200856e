"""Pictures of a third of the demo's outlets: a few drawn ones, shared by all shops of a kind."""

import hashlib
from collections.abc import Sequence
from io import BytesIO

from PIL import Image

from common.models import StoredFile
from common.uploads import storage
from frontend.drawing import Kind, kind_of
from frontend.raster import png
from marketplace.demo import rooms, signins
from marketplace.demo.plan import BusinessPlan
from marketplace.demo.rooms import View
from marketplace.demo.seeds import chance, public_id
from providers.models import Outlet, OutletPicture

WIDTH, HEIGHT = 1200, 800
SHARE = 0.34
# Whose first shop always has all of them: people look there first.
_SHOWN = frozenset(sign_in.email for sign_in in signins.SIGN_INS if sign_in.role == "owner")


def load_pictures(seed: int, plans: Sequence[BusinessPlan]) -> None:
    """Give about a third of these businesses one to four pictures. Their sizes are the worker's to make."""
    wanted: dict[str, list[tuple[Kind, View]]] = {}
    for plan in plans:
        r = chance(seed, "pictures", plan.outlet_id)
        known = any(member.email in _SHOWN and member.role == "owner" for member in plan.members)
        if r.random() >= SHARE and not known:
            continue
        cover = r.choice((View.ROOM, View.CORNER))
        others = r.sample([view for view in View if view is not cover], k=3 if known else r.randint(0, 3))
        wanted[plan.outlet_id] = [(kind_of(plan.main_category), view) for view in (cover, *others)]
    files = _files(seed, {each for pictures in wanted.values() for each in pictures})
    outlets = {row.public_id: row for row in Outlet.objects.filter(public_id__in=wanted)}
    OutletPicture.objects.bulk_create(
        OutletPicture(
            public_id=public_id("pic", seed, f"{outlet_id}/{position}"),
            outlet=outlets[outlet_id],
            file=files[_key(kind, view)],
            alt=rooms.words(kind, view),
            position=position,
        )
        for outlet_id, pictures in wanted.items()
        for position, (kind, view) in enumerate(pictures)
    )


def _key(kind: Kind, view: View) -> tuple[Kind, View]:
    """Shelves look alike wherever they hang, but for workshops."""
    if view is View.SHELF:
        return (Kind.GARAGE if kind.has_gate else Kind.BEAUTY), view
    return kind, view


def _files(seed: int, wanted: set[tuple[Kind, View]]) -> dict[tuple[Kind, View], StoredFile]:
    """The pictures by what they show, each drawn once."""
    found = {}
    for kind, view in sorted(
        {_key(*each) for each in wanted}, key=lambda each: (each[0].value, each[1].value)
    ):
        drawn = _jpeg(rooms.draw(str(seed), kind, view), dark=view is View.EVENING)
        found[kind, view] = StoredFile(
            public_id=public_id("fil", seed, f"{kind.value}/{view.value}"),
            name=storage.write(drawn, private=False),
            kind=StoredFile.Kind.PICTURE,
            mime="image/jpeg",
            size=len(drawn),
            sha256=hashlib.sha256(drawn).hexdigest(),
            width=WIDTH,
            height=HEIGHT,
            is_private=False,
        )
    StoredFile.objects.bulk_create(found.values())
    return found


def _jpeg(svg: str, *, dark: bool) -> bytes:
    out = BytesIO()
    with Image.open(BytesIO(png(svg, width=WIDTH, height=HEIGHT, dark=dark))) as drawn:
        drawn.convert("RGB").save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()
