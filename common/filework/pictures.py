"""Pictures, drawn anew: what goes out is a JPEG made of the pixels alone."""

import warnings
from io import BytesIO

from PIL import Image, ImageCms

from common.filework import MAX_PIXELS, MAX_SIDE, Clean, Refused
from common.filework.kinds import HEIC, JPEG

QUALITY = 86
_WHITE = (255, 255, 255)
_ORIENTATION = 0x0112  # the EXIF tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def clean_picture(content: bytes, kind: str, *, longest_px: int) -> Clean:
    """The picture upright, in sRGB, on white where it was transparent, at most `longest_px` on its longer side.

    Of an animated picture or one that holds several the first is kept. Raises Refused for too many pixels; any
    other exception means that it cannot be read.
    """
    if kind == HEIC:
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    # Checked below before anything is decoded; this stands behind it, for pictures inside pictures.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture: Image.Image = Image.open(BytesIO(content), formats=[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("upload_too_many_pixels") from None
    width, height = picture.size
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise Refused("upload_too_many_pixels")
    turn = _turn_of(picture)
    if kind == JPEG:
        picture.draft(None, (longest_px, longest_px))  # the decoder leaves out what is not needed
    picture.load()
    picture = _smaller(_eight_bits(picture), longest_px)
    picture = _in_srgb(picture)
    if turn is not None:
        picture = picture.transpose(turn)
    # A new one: whatever the decoder noted beside the pixels stays behind.
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    out = BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Clean("image/jpeg", out.getvalue(), width=bare.width, height=bare.height)


def _turn_of(picture: Image.Image) -> Image.Transpose | None:
    """How it has to be turned to stand upright. (HEIC is turned by its decoder, which says 1.)"""
    try:
        return _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:
        return None  # metadata that cannot be read is left behind anyway


def _eight_bits(picture: Image.Image) -> Image.Image:
    """One of the modes L, RGB, RGBA, CMYK, with the colour profile where there was one."""
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):  # 16 bits of grey
        picture = picture.convert("I").point([value >> 8 for value in range(65_536)], "L")
    elif picture.mode in ("1", "F"):
        picture = picture.convert("L")
    elif picture.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    elif picture.mode not in ("L", "RGB", "RGBA", "CMYK"):
        picture = picture.convert("RGB")
    if profile:
        picture.info["icc_profile"] = profile
    return picture


def _smaller(picture: Image.Image, longest_px: int) -> Image.Image:
    if max(picture.size) > longest_px:
        picture.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if picture.mode == "RGBA":
        flat = Image.new("RGB", picture.size, _WHITE)
        flat.paste(picture, mask=picture.getchannel("A"))
        picture = flat
    if profile:
        try:
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), srgb, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile of another kind, or a broken one: the numbers are taken as they are
        else:
            if converted is not None:
                return converted
    return picture.convert("RGB")
