"""What the streams of a PDF unpack to, layer by layer, and how large the pictures within say they are.

A reader of the document believes the picture's own head, not what the PDF says about it: so does this.
"""

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import ObjectType

from common.filework import MAX_PIXELS, MAX_SIDE, Refused

MAX_UNPACKED = 64 * 1024 * 1024  # bytes of one layer of one stream
MAX_FILTERS = 3
FLATE = frozenset({"/FlateDecode", "/Fl"})
# Undone by qpdf, and only where no picture is packed within.
_OTHERS = frozenset(
    ["/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"]
)
_JPEG = frozenset({"/DCTDecode", "/DCT"})
_FAX = frozenset({"/CCITTFaxDecode", "/CCF"})
# Frames of a JPEG that say its size: SOF0 to SOF15 without the tables DHT, JPG and DAC among them.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def unpacked_size(stream: Any) -> int:
    """How many bytes a stream unpacks to, its picture left packed but looked at.

    Raises Refused beyond MAX_UNPACKED, for pictures that are too large, and for packings that are not taken.
    """
    names = [str(name) for name in _listed(stream.get("/Filter"))]
    if len(names) > MAX_FILTERS:
        raise Refused("upload_refused")
    packed: bytes = stream.read_raw_bytes()
    largest = len(packed)
    if set(names) & _OTHERS and set(names) <= FLATE | _OTHERS:
        # qpdf unpacks it in one go: the process's bound on memory stands behind it.
        return _bounded(len(stream.read_bytes()))
    for at, name in enumerate(names):
        if name in FLATE:
            packed = _inflated(packed)
        elif name in ("/ASCII85Decode", "/A85"):
            packed = _plain(packed)
        elif at < len(names) - 1:
            raise Refused("upload_refused")  # nothing that people's programs write
        elif name in _JPEG:
            _check_sizes(jpeg_sizes(packed))
        elif name == "/JPXDecode":
            _check_sizes(jpeg2000_sizes(packed))
        elif name in _FAX:
            _check_fax(stream, at)
        else:  # JBIG2 hides its sizes; what else there is, is no picture
            raise Refused("upload_picture_kind_refused" if name == "/JBIG2Decode" else "upload_refused")
        largest = max(largest, len(packed))
    return _bounded(largest)


def check_size(width: Any, height: Any) -> None:
    """Raises Refused for a picture of too many pixels, or of none."""
    if not (isinstance(width, int) and isinstance(height, int) and 0 < width * height <= MAX_PIXELS):
        raise Refused("upload_too_many_pixels")
    if not (0 < width <= MAX_SIDE and height <= MAX_SIDE):
        raise Refused("upload_too_many_pixels")


def jpeg_sizes(content: bytes) -> Iterator[tuple[int, int]]:
    """Width and height of every frame in a JPEG."""
    if not content.startswith(b"\xff\xd8"):
        return
    at = 2
    while at + 9 <= len(content):
        if content[at] != 0xFF:
            # The pixels themselves, in which an 0xFF is followed by a zero, or by a marker without a length.
            at = content.find(b"\xff", at)
            if at < 0:
                return
            continue
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in (0x00, 0x01) or 0xD0 <= marker <= 0xD9:
            at += 2
        else:
            (length,) = struct.unpack_from(">H", content, at + 2)
            if marker in _FRAMES:
                height, width = struct.unpack_from(">HH", content, at + 5)
                yield width, height
            at += 2 + max(length, 2)


def jpeg2000_sizes(content: bytes) -> Iterator[tuple[int, int]]:
    """Width and height of every codestream in a JPEG 2000, wherever in its boxes it begins."""
    at = content.find(b"\xff\x4f\xff\x51")
    while at >= 0 and at + 24 <= len(content):
        right, lower, left, upper = struct.unpack_from(">IIII", content, at + 8)
        yield right - left, lower - upper
        at = content.find(b"\xff\x4f\xff\x51", at + 4)


def _check_sizes(sizes: Iterator[tuple[int, int]]) -> None:
    found = list(sizes)
    if not found:
        raise Refused("upload_damaged")
    for width, height in found:
        check_size(width, height)


def _check_fax(stream: Any, at: int) -> None:
    """A fax's lines are as long as its parameters say, 1728 if nothing is said."""
    given = _listed(stream.get("/DecodeParms", stream.get("/DP")))
    parameters = given[at] if at < len(given) else None
    columns: Any = 1728
    rows: Any = 0
    if isinstance(parameters, pikepdf.Object) and parameters._type_code == ObjectType.dictionary:
        columns, rows = parameters.get("/Columns", 1728), parameters.get("/Rows", 0)
    height = stream.get("/Height", stream.get("/H", 0))
    check_size(columns, height)
    check_size(columns, rows or height)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    is_array = isinstance(value, pikepdf.Object) and value._type_code == ObjectType.array
    return list(value.as_list()) if is_array else [value]


def _bounded(size: int) -> int:
    if size > MAX_UNPACKED:
        raise Refused("upload_refused")
    return size


def _inflated(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(packed, MAX_UNPACKED + 1)
    _bounded(len(unpacked))
    return unpacked


def _plain(packed: bytes) -> bytes:
    """Undoes ASCII85, which is at most four times as long."""
    _bounded(4 * len(packed))
    text = packed.strip()
    try:
        return base64.a85decode(text if text.startswith(b"<~") else b"<~" + text, adobe=True)
    except ValueError:
        raise Refused("upload_damaged") from None
