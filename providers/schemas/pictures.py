"""Pictures of an outlet, as its members see and change them."""

from typing import Annotated

from ninja import Schema
from pydantic import Field

from providers.rules.pictures import MOST_PICTURES
from providers.schemas.base import PictureOut, PublicId, Strict, Text


class PicturesOut(Schema):
    """`items` are shown, the first is the cover; `removed` can be put back for a day."""

    items: list[PictureOut]
    removed: list[PictureOut]


class PictureIn(Strict):
    """What is said of a new picture; the file is sent beside it."""

    alt: Text = ""


class PictureChanges(Strict):
    alt: Text


class PictureOrderIn(Strict):
    """Every picture that is shown, each once, the cover first."""

    order: Annotated[list[PublicId], Field(max_length=MOST_PICTURES)]
