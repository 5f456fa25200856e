"""Pictures, honest and otherwise, drawn when they are needed."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin
from pillow_heif import register_heif_opener

from tests.uploads.sending import CANARY

register_heif_opener()
LEFT, RIGHT = (200, 40, 30), (20, 60, 190)


def two_halves(width: int = 64, height: int = 32, mode: str = "RGB") -> Image.Image:
    """Red on its left, blue on its right: which way it was turned can be seen."""
    picture = Image.new("RGB", (width, height), LEFT)
    picture.paste(RIGHT, (width // 2, 0, width, height))
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def with_position(orientation: int = 1) -> Image.Exif:
    """Where a phone says that the picture was taken, by whom, and how it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = CANARY.decode()  # artist
    exif[0x9286] = CANARY.decode()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (60.0, 10.0, 3.0)
    gps[3], gps[4] = "E", (24.0, 56.0, 33.0)
    return exif


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, rows: bytes, *, bits: int = 8, colour: int = 0) -> bytes:
    """A PNG that says what one likes about its size."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def png_with_text() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", CANARY.decode())
    texts.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY.decode()}</x>")
    return saved(two_halves(), "PNG", pnginfo=texts, exif=with_position())


def giant_jpeg() -> bytes:
    """A small JPEG whose header speaks of 65,500 × 65,500."""
    content = bytearray(saved(two_halves()))
    start = content.index(b"\xff\xc0")
    content[start + 5 : start + 9] = struct.pack(">HH", 65_500, 65_500)
    return bytes(content)


def giant_webp() -> bytes:
    """A lossy WebP whose header speaks of 16,383 × 16,383."""
    content = bytearray(saved(two_halves(), "WEBP"))
    start = content.index(b"\x9d\x01\x2a")
    content[start + 3 : start + 7] = struct.pack("<HH", 16_383, 16_383)
    return bytes(content)


def animated(kind: str, **more: Any) -> bytes:
    """Three frames; the first is the one with two halves."""
    frames = [Image.new("RGB", (64, 32), shade) for shade in ("green", "black")]
    return saved(two_halves(), kind, save_all=True, append_images=frames, duration=100, **more)


def wide_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
