"""PDFs, searched for what acts by itself, and written anew.

All objects are looked at, also those that no page uses: what does anything but show pages is refused. Texts,
pictures and fonts go through unread, within bounds of what they unpack to (common.filework.packings).
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import ObjectType

from common.filework import MAX_PAGES, Clean, Refused
from common.filework.packings import check_size, unpacked_size

MAX_OBJECTS = 20_000
MAX_VALUES = 500_000  # in all objects together
MAX_UNPACKED_TOGETHER = 384 * 1024 * 1024
_WHITESPACE = b"\x00\t\n\x0c\r "

# Keys that stand for something that runs, or for files inside or outside.
_KEYS = frozenset(
    {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/Collection"}
    | {"/RichMediaContent", "/RichMediaSettings"}
)
_TYPES = frozenset(
    {"/EmbeddedFile", "/Filespec", "/F", "/JavaScript", "/RichMedia", "/3D", "/Rendition", "/Sound"}
)
_SUBTYPES = frozenset(
    {"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/FileAttachment", "/PS", "/U3D", "/PRC"}
)
_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/GoToDp"}
    | {"/GoTo3DView", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/Hide", "/SetOCGState"}
    | {"/Thread", "/Trans"}
)
# What a link may do.
_LINKS = frozenset(["/GoTo", "/URI", "/Named"])
_SCHEMES = ("http://", "https://", "mailto:", "tel:")


def clean_pdf(content: bytes) -> Clean:
    """The document without anything before, behind or between its objects. Raises Refused."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Refused("upload_damaged")
    if content[end + 5 :].strip(_WHITESPACE):
        raise Refused("upload_type_refused")  # something else has been put behind it
    try:
        pdf = pikepdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refused("upload_encrypted") from None
    with pdf:
        if pdf.is_encrypted:
            raise Refused("upload_encrypted")
        if len(pdf.objects) > MAX_OBJECTS:
            raise Refused("upload_refused")
        pages = len(pdf.pages)
        if pages > MAX_PAGES:
            raise Refused("upload_too_many_pages")
        if pages == 0:
            raise Refused("upload_damaged")
        for dictionary in _dictionaries(pdf):
            _refuse_active(dictionary)
        _refuse_bombs(pdf)
        if "/OpenAction" in pdf.Root:  # only where to open it, by now
            del pdf.Root["/OpenAction"]
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return Clean("application/pdf", out.getvalue(), pages=pages)


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and every stream's dictionary, wherever it stands."""
    seen = 0
    waiting: list[Any] = [pdf.trailer, *pdf.objects]
    while waiting:
        value = waiting.pop()
        if not isinstance(value, pikepdf.Object):
            continue
        kind = value._type_code
        if kind in (ObjectType.dictionary, ObjectType.stream):
            yield value
            inside = list(value.as_dict().values()) if kind == ObjectType.dictionary else _of_stream(value)
        elif kind == ObjectType.array:
            inside = list(value.as_list())
        else:
            continue
        seen += len(inside)
        if seen > MAX_VALUES:
            raise Refused("upload_refused")
        # What is referred to comes by itself, as an object of its own.
        waiting.extend(each for each in inside if isinstance(each, pikepdf.Object) and not each.is_indirect)


def _of_stream(stream: Any) -> list[Any]:
    return [each for _, each in stream.items()]


def _refuse_active(found: Any) -> None:
    keys = set(found.keys())
    if keys & _KEYS or (found._type_code == ObjectType.stream and keys & {"/F", "/FFilter"}):
        raise Refused("upload_active_content")
    if (
        _name(found, "/Type") in _TYPES
        or _name(found, "/Subtype") in _SUBTYPES
        or _name(found, "/Subtype2") in _SUBTYPES
        or _name(found, "/S") in _ACTIONS
    ):
        raise Refused("upload_active_content")
    if "/URI" in keys and not _harmless_address(found["/URI"]):
        raise Refused("upload_active_content")
    for key in ("/A", "/PA", "/Next", "/OpenAction"):
        if key in keys:
            _refuse_action(found[key])


def _refuse_action(action: Any) -> None:
    """Anything but a place in the document or a link. (Structure elements use /A for other things.)"""
    for one in list(action.as_list()) if _type(action) == ObjectType.array else [action]:
        if _type(one) == ObjectType.dictionary and "/S" in one and _name(one, "/S") not in _LINKS:
            raise Refused("upload_active_content")


def _harmless_address(value: Any) -> bool:
    if _type(value) == ObjectType.dictionary:
        return True  # the catalogue's /URI holds a base address, itself looked at
    address = bytes(value) if _type(value) == ObjectType.string else str(value).encode()
    return address.decode("latin-1").strip().lower().startswith(_SCHEMES)


def _type(value: Any) -> ObjectType | None:
    if isinstance(value, pikepdf.Object):
        return value._type_code
    return None


def _name(found: Any, key: str) -> str | None:
    value = found.get(key)
    return str(value) if _type(value) == ObjectType.name_ else None


def _refuse_bombs(pdf: pikepdf.Pdf) -> None:
    together = 0
    for found in pdf.objects:
        if _type(found) != ObjectType.stream:
            continue
        if _name(found, "/Subtype") == "/Image":
            check_size(found.get("/Width", 0), found.get("/Height", 0))
        together += unpacked_size(found)
        if together > MAX_UNPACKED_TOGETHER:
            raise Refused("upload_refused")
