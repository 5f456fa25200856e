"""The sizes of public pictures that screens need, in AVIF and WebP, made by the worker from our own clean copy.

They stand beside the copy, under its name with their width: `StoredFile.widths` says which there are. Until it
says so, the copy itself is what is shown.
"""

import logging
from io import BytesIO

from PIL import Image

from common.models import StoredFile
from common.uploads import storage

log = logging.getLogger(__name__)

# Pixels: what cards, half and whole phones, and desks ask for, on plain and on dense screens.
WIDTHS = (160, 320, 640, 960, 1440)
# By ending: its type, and how it is saved. Chosen by eye: flat drawings and skin show no blocks.
FORMATS = {
    "avif": ("image/avif", {"quality": 58, "speed": 7}),
    "webp": ("image/webp", {"quality": 78, "method": 4}),
}
BATCH = 20


def widths_for(width: int) -> list[int]:
    """The widths that a picture of that width is made in: never larger than it is."""
    below = [each for each in WIDTHS if each < width]
    return below if width > WIDTHS[-1] else [*below, width]


def waiting() -> list[int]:
    """The pks of public pictures whose sizes are still to be made, at most BATCH.

    The newest first: somebody looks at what they have just sent.
    """
    rows = StoredFile.objects.filter(widths__isnull=True, kind=StoredFile.Kind.PICTURE, is_private=False)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:BATCH])


def make(pk: int) -> bool:
    """Make the sizes of a picture and note them. False when it is gone, or they are there by now.

    Any number of workers may do the same at once: each writes the same whole files. What cannot be made is noted as
    none, so that it is not tried for ever.
    """
    stored = StoredFile.objects.filter(pk=pk, widths__isnull=True).first()
    if stored is None:
        return False
    try:
        made = _write(stored)
    except OSError as error:  # its bytes are gone or cannot be read: the page shows what there is
        log.error("no sizes of %s: %s", stored.public_id, type(error).__name__)
        made = []
    return bool(StoredFile.objects.filter(pk=pk, widths__isnull=True).update(widths=made))


def _write(stored: StoredFile) -> list[int]:
    with Image.open(BytesIO(storage.read(stored)), formats=["JPEG"]) as picture:
        whole = picture.convert("RGB")
    made = widths_for(whole.width)
    for width in made:
        height = height_at(stored, width)
        small = whole if width == whole.width else whole.resize((width, height), Image.Resampling.LANCZOS)
        for ending, (_mime, options) in FORMATS.items():
            out = BytesIO()
            small.save(out, ending.upper(), **options)
            storage.write_size(stored, width, ending, out.getvalue())
    return made


def height_at(stored: StoredFile, width: int) -> int:
    """How high the picture is when it is so wide (pixels)."""
    return max(1, round((stored.height or 1) * width / (stored.width or 1)))
