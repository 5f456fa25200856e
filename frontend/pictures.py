"""Pictures of outlets as pages show them: in the sizes a screen needs, with words for those who do not see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from common.models import StoredFile
from common.uploads import picture_size_url
from frontend.cards import ShopCard
from providers.models import Outlet, OutletPicture
from providers.selectors.pictures import covers

# How wide a picture stands, for the browser to choose by: see the layouts in src/css.
SIZES = {
    "avatar": "5rem",
    "card": "(min-width: 1024px) 24rem, (min-width: 641px) 50vw, 100vw",
    "result": "(min-width: 641px) 11.5rem, 100vw",
    "cover": "(min-width: 1184px) 49rem, (min-width: 1024px) 67vw, 100vw",
    "side": "(min-width: 1184px) 24.5rem, (min-width: 1024px) 33vw, 1px",
    "page": "(min-width: 1024px) 60rem, 100vw",
    "row": "10rem",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with its words, which are in `language`."""

    id: str
    file: StoredFile
    alt: str
    language: str
    said: str  # what the business itself says of it, "" for nothing


def shown(outlet: Outlet, rows: Sequence[OutletPicture]) -> list[Shown]:
    """The pictures of an outlet; of one that nobody described it is said whose it is, and which."""
    return [
        Shown(
            row.public_id,
            row.file,
            row.alt or gettext("%(name)s, picture %(n)d") % {"name": outlet.name, "n": n},
            outlet.language if row.alt else "",
            row.alt,
        )
        for n, row in enumerate(rows, 1)
    ]


def with_covers(*lists: Sequence[ShopCard]) -> tuple[list[ShopCard], ...]:
    """Lists of cards, those whose outlet has pictures with the first of them. One query for all; none for none."""
    found = covers({card.id for cards in lists for card in cards})
    return tuple([replace(card, picture=found.get(card.id)) for card in cards] for cards in lists)


def sources(stored: StoredFile) -> list[tuple[str, str]]:
    """What a picture element offers besides the picture itself: type and srcset, the smallest format first."""
    if not stored.widths:
        return []
    return [
        (
            f"image/{ending}",
            ", ".join(f"{picture_size_url(stored, width, ending)} {width}w" for width in stored.widths),
        )
        for ending in ("avif", "webp")
    ]
