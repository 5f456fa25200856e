"""What strangers send. Each file is refused with its code, or what is kept of it is clean."""

import base64
import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Name

from common import uploads
from common.filework import MAX_BYTES
from common.models import StoredFile
from common.uploads.errors import UploadRefused
from tests.uploads import pdfs, pictures
from tests.uploads.pdfs import action, annotated, in_root, jpeg2000, link, packed_picture, pdf
from tests.uploads.pictures import LEFT, RIGHT, png, saved, two_halves, with_position
from tests.uploads.sending import CANARY, sent

pytestmark = pytest.mark.django_db
Made = Callable[[], bytes]

TYPE, DAMAGED, ACTIVE = "upload_type_refused", "upload_damaged", "upload_active_content"
TOO_MUCH, PIXELS, PAGES = "upload_refused", "upload_too_many_pixels", "upload_too_many_pages"


def archive(kind: str) -> bytes:
    out = BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w") as zipped:
            zipped.writestr("a.html", CANARY)
    else:
        with tarfile.open(fileobj=out, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("a"))
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF = saved(two_halves(), "GIF")

REFUSED: dict[str, tuple[Made, str]] = {
    # Other things, whatever they are called
    "nothing": (lambda: b"", "upload_empty"),
    "one byte": (lambda: b"\xff", TYPE),
    "only the first bytes of a jpeg": (lambda: b"\xff\xd8\xff", DAMAGED),
    "zeros": (lambda: b"\x00" * 10_000, TYPE),
    "text": (lambda: b"Hello", TYPE),
    "svg": (lambda: SVG, TYPE),
    "svg with xml in front": (lambda: b"<?xml version='1.0'?>" + SVG, TYPE),
    "html": (lambda: HTML, TYPE),
    "html that says it is a gif": (lambda: b"GIF89a" + HTML, TYPE),
    "zip": (lambda: archive("zip"), TYPE),
    "tar": (lambda: archive("tar"), TYPE),
    "gzip": (lambda: gzip.compress(b"a"), TYPE),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + b"\x00" * 64, TYPE),
    "rar": (lambda: b"Rar!\x1a\x07\x01\x00" + b"\x00" * 64, TYPE),
    "program for Linux": (lambda: b"\x7fELF" + b"\x00" * 64, TYPE),
    "program for Windows": (lambda: b"MZ" + b"\x00" * 64, TYPE),
    "old Word document": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64, TYPE),
    "PostScript": (lambda: b"%!PS-Adobe-3.0\n(r) file", TYPE),
    "gif": (lambda: GIF, TYPE),
    "bmp": (lambda: saved(two_halves(), "BMP"), TYPE),
    "tiff": (lambda: saved(two_halves(), "TIFF"), TYPE),
    "ico": (lambda: saved(two_halves(32, 32), "ICO"), TYPE),
    "avif": (lambda: b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1" + b"\x00" * 64, TYPE),
    "film": (lambda: b"\x00\x00\x00\x1cftypisom\x00\x00\x02\x00isommp41" + b"\x00" * 64, TYPE),
    "html before a pdf": (lambda: HTML + pdf(), TYPE),
    "space before a pdf": (lambda: b"\n" + pdf(), TYPE),
    "too many bytes": (lambda: saved(two_halves()) + b"\x00" * MAX_BYTES, "upload_too_large"),
    # Broken pictures
    "half a jpeg": (lambda: saved(two_halves(640, 480))[:4000], DAMAGED),
    "half a png": (lambda: saved(two_halves(640, 480), "PNG")[:200], DAMAGED),
    "half a webp": (lambda: saved(two_halves(640, 480), "WEBP")[:60], DAMAGED),
    "half a heic": (lambda: saved(two_halves(640, 480), "HEIF")[:500], DAMAGED),
    "png without its pixels": (lambda: png(64, 64, b""), DAMAGED),
    "png with a wrong checksum": (lambda: png(8, 8, b"\x00" * 72).replace(b"IDAT", b"IDAU"), DAMAGED),
    "webp of nothing": (lambda: b"RIFF\x04\x00\x00\x00WEBP", DAMAGED),
    "heic of nothing": (lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", DAMAGED),
    "jpeg name, zip within": (lambda: b"\xff\xd8\xff\xe0" + archive("zip"), DAMAGED),
    # Pictures that burst
    "png of 4 thousand million pixels": (lambda: png(65_000, 65_000, b"\x00" * 1_000), PIXELS),
    "png bomb, all of it there": (lambda: png(20_000, 12_000, b"\x00" * (2_501 * 12_000), bits=1), PIXELS),
    "png of the largest size there is": (lambda: png(2**31 - 1, 2**31 - 1, b"\x00"), PIXELS),
    "png of one endless line": (lambda: png(100_000, 1, b"\x00" * 100_001), PIXELS),
    "jpeg that says it is giant": (pictures.giant_jpeg, PIXELS),
    "webp that says it is giant": (pictures.giant_webp, PIXELS),
    # PDFs that do things
    "script when opened": (
        lambda: pdf(in_root(OpenAction=action("JavaScript", JS="app.alert(1)"))),
        ACTIVE,
    ),
    "script in the names tree": (lambda: pdf(pdfs.in_names_tree), ACTIVE),
    "script in an object stream": (pdfs.in_object_stream, ACTIVE),
    "script spelled otherwise": (pdfs.spelled_otherwise, ACTIVE),
    "script behind a link": (lambda: pdf(link(action("JavaScript", JS="1"))), ACTIVE),
    "script beside the pages": (lambda: pdf(pdfs.unused_script), ACTIVE),
    "action of a page": (lambda: pdf(pdfs.with_page_action), ACTIVE),
    "launches a program": (lambda: pdf(link(action("Launch", F="cmd.exe"))), ACTIVE),
    "launches when opened": (lambda: pdf(in_root(OpenAction=action("Launch", F="cmd.exe"))), ACTIVE),
    "launches after a link": (lambda: pdf(pdfs.chained), ACTIVE),
    "sends a form": (lambda: pdf(link(action("SubmitForm", F="https://example.com"))), ACTIVE),
    "imports data": (lambda: pdf(link(action("ImportData", F="a.fdf"))), ACTIVE),
    "goes to another file": (lambda: pdf(link(action("GoToR", F="b.pdf", D=Array([0])))), ACTIVE),
    "goes to a file inside": (lambda: pdf(link(action("GoToE", D=Array([0])))), ACTIVE),
    "an action nobody knows": (lambda: pdf(link(action("Whatever"))), ACTIVE),
    "link to a file": (lambda: pdf(link(action("URI", URI="file:///etc/passwd"))), ACTIVE),
    "link to a script": (lambda: pdf(link(action("URI", URI=" JavaScript:alert(1)"))), ACTIVE),
    "link to a share": (lambda: pdf(link(action("URI", URI="\\\\host\\share"))), ACTIVE),
    "file inside": (lambda: pdf(pdfs.with_file_inside), ACTIVE),
    "associated file": (lambda: pdf(pdfs.with_associated_file), ACTIVE),
    "file on a page": (lambda: pdf(annotated(Subtype=Name.FileAttachment)), ACTIVE),
    "rich media": (lambda: pdf(annotated(Subtype=Name.RichMedia)), ACTIVE),
    "film on a page": (lambda: pdf(annotated(Subtype=Name.Movie)), ACTIVE),
    "three dimensions": (lambda: pdf(annotated(Subtype=Name("/3D"))), ACTIVE),
    "content from elsewhere": (lambda: pdf(pdfs.with_external_stream), ACTIVE),
    "form of another kind": (lambda: pdf(pdfs.with_xfa), ACTIVE),
    "portfolio": (lambda: pdf(in_root(Collection=pikepdf.Dictionary())), ACTIVE),
    # PDFs that are locked, long or burst
    "password": (lambda: pdf(encryption=pikepdf.Encryption(user="a", owner="b")), "upload_encrypted"),
    "locked without a password": (
        lambda: pdf(encryption=pikepdf.Encryption(user="", owner="b")),
        "upload_encrypted",
    ),
    "101 pages": (lambda: pdf(pages=101), PAGES),
    "10,000 pages": (lambda: pdf(pages=10_000), TOO_MUCH),
    "10,000 times one page": (lambda: pdf(lambda d: d.pages.extend([d.pages[0]] * 9_999)), PAGES),
    "no page": (lambda: pdf(pages=0), DAMAGED),
    "many objects": (lambda: pdfs.many_objects(30_000), TOO_MUCH),
    "bomb": (lambda: pdfs.bomb(100), TOO_MUCH),
    "larger bomb": (lambda: pdfs.bomb(2_000), TOO_MUCH),
    "bomb in a bomb": (lambda: pdfs.nested_bomb(3), TOO_MUCH),
    "packed twenty times": (lambda: pdfs.nested_bomb(20), TOO_MUCH),
    "many small bombs": (lambda: pdfs.many_small_bombs(10), TOO_MUCH),
    "bomb that bursts when opened": (lambda: pdfs.bomb_in_object_stream(3_000), TOO_MUCH),
    "picture of 10 thousand million pixels": (lambda: pdf(pdfs.with_picture(100_000, 100_000)), PIXELS),
    "brackets without end": (lambda: pdfs.deep(100_000), DAMAGED),
    # Pictures in PDFs that are larger than the PDF says
    "zeros packed twice as a jpeg": (
        lambda: packed_picture(
            zlib.compress(zlib.compress(b"\x00" * 200_000_000, 9), 9), [*["FlateDecode"] * 2, "DCTDecode"]
        ),
        TOO_MUCH,
    ),
    "giant jpeg in a pdf": (lambda: packed_picture(pictures.giant_jpeg(), ["DCTDecode"]), PIXELS),
    "giant jpeg, packed": (
        lambda: packed_picture(zlib.compress(pictures.giant_jpeg()), ["FlateDecode", "DCTDecode"]),
        PIXELS,
    ),
    "giant jpeg as text": (
        lambda: packed_picture(
            base64.a85encode(pictures.giant_jpeg(), adobe=True)[2:], ["ASCII85Decode", "DCTDecode"]
        ),
        PIXELS,
    ),
    "giant jpeg behind a small one": (
        lambda: packed_picture(saved(two_halves()) + pictures.giant_jpeg(), ["DCTDecode"]),
        PIXELS,
    ),
    "zeros as a jpeg": (lambda: packed_picture(b"\x00" * 1_000, ["DCTDecode"]), DAMAGED),
    "giant jpeg 2000": (lambda: packed_picture(jpeg2000(60_000, 60_000), ["JPXDecode"]), PIXELS),
    "giant jpeg 2000 in its boxes": (
        lambda: packed_picture(jpeg2000(60_000, 60_000, boxed=True), ["JPXDecode"]),
        PIXELS,
    ),
    "jpeg 2000 of nothing": (lambda: packed_picture(b"\x00" * 100, ["JPXDecode"]), DAMAGED),
    "fax of endless lines": (
        lambda: packed_picture(
            b"\x00", ["CCITTFaxDecode"], DecodeParms=pikepdf.Dictionary(Columns=2**31 - 1, Rows=1)
        ),
        PIXELS,
    ),
    "jbig2": (lambda: packed_picture(b"\x00" * 100, ["JBIG2Decode"]), "upload_picture_kind_refused"),
    "jpeg packed in a jpeg": (
        lambda: packed_picture(saved(two_halves()), ["DCTDecode", "FlateDecode"]),
        TOO_MUCH,
    ),
    "a packing that nobody knows": (lambda: packed_picture(b"\x00", ["WhateverDecode"]), TOO_MUCH),
    # PDFs that are something else, too
    "pdf with a zip behind": (lambda: pdf() + archive("zip"), TYPE),
    "pdf with html behind": (lambda: pdf() + HTML, TYPE),
    "half a pdf": (lambda: pdf()[:-200], DAMAGED),
    "pdf without its table": (lambda: pdf().replace(b"startxref", b"startxxxx"), DAMAGED),
    "only a first line": (lambda: b"%PDF-1.7\n%%EOF", DAMAGED),
    "html that begins like a pdf": (lambda: b"%PDF-1.4\n" + HTML + b"\n%%EOF", DAMAGED),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_and_nothing_is_kept(name: str, media: Path) -> None:
    make, code = REFUSED[name]

    with pytest.raises(UploadRefused) as refused:
        uploads.take_document(sent(make(), "photo.jpg", "image/jpeg"))

    assert refused.value.code == code
    assert not StoredFile.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def turned(orientation: int) -> bytes:
    return saved(two_halves(), exif=with_position(orientation))


UPRIGHT, ON_ITS_SIDE = (64, 32), (32, 64)
CLEAN_PICTURES: dict[str, tuple[Made, tuple[int, int]]] = {
    "jpeg": (lambda: saved(two_halves()), UPRIGHT),
    "progressive jpeg": (lambda: saved(two_halves(), progressive=True), UPRIGHT),
    "png": (lambda: saved(two_halves(), "PNG"), UPRIGHT),
    "webp": (lambda: saved(two_halves(), "WEBP", quality=95), UPRIGHT),
    "heic": (lambda: saved(two_halves(), "HEIF", quality=95), UPRIGHT),
    "position in a jpeg": (lambda: turned(1), UPRIGHT),
    "position in a webp": (lambda: saved(two_halves(), "WEBP", quality=95, exif=with_position()), UPRIGHT),
    "position in a heic": (
        lambda: saved(two_halves(), "HEIF", quality=95, exif=with_position().tobytes()),
        UPRIGHT,
    ),
    "texts and position in a png": (pictures.png_with_text, UPRIGHT),
    "comment": (lambda: saved(two_halves(), comment=CANARY), UPRIGHT),
    "xmp": (lambda: saved(two_halves(), xmp=b"<x>" + CANARY + b"</x>"), UPRIGHT),
    "broken exif": (
        lambda: saved(two_halves(), exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + CANARY),
        UPRIGHT,
    ),
    "profile of another kind": (lambda: saved(two_halves(), icc_profile=pictures.wide_profile()), UPRIGHT),
    "broken profile": (lambda: saved(two_halves(), icc_profile=CANARY * 20), UPRIGHT),
    "html behind a jpeg": (lambda: saved(two_halves()) + HTML + CANARY, UPRIGHT),
    "zip behind a jpeg": (lambda: saved(two_halves()) + archive("zip"), UPRIGHT),
    "pdf behind a jpeg": (lambda: saved(two_halves()) + pdf() + CANARY, UPRIGHT),
    "zip behind a png": (lambda: saved(two_halves(), "PNG") + archive("zip"), UPRIGHT),
    "zip behind a webp": (lambda: saved(two_halves(), "WEBP", quality=95) + archive("zip"), UPRIGHT),
    "another jpeg behind it": (
        lambda: saved(two_halves()) + saved(two_halves(8, 8), comment=CANARY),
        UPRIGHT,
    ),
    "several in one jpeg": (lambda: pictures.animated("MPO"), UPRIGHT),
    "animated png": (lambda: pictures.animated("PNG"), UPRIGHT),
    "animated webp": (lambda: pictures.animated("WEBP", quality=95), UPRIGHT),
    "four inks": (lambda: saved(two_halves(mode="CMYK")), UPRIGHT),
    "palette": (lambda: saved(two_halves(mode="P"), "PNG"), UPRIGHT),
    "transparent": (lambda: saved(two_halves(mode="RGBA"), "PNG"), UPRIGHT),
}


def looks_right(stored: StoredFile) -> bool:
    from PIL import Image

    shown = Image.open(BytesIO(uploads.read(stored)))
    shown.load()
    assert shown.format == "JPEG"
    assert shown.mode == "RGB"
    assert not shown.getexif()
    assert set(shown.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }

    def near(at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
        found = shown.getpixel(at)
        assert isinstance(found, tuple)
        return all(abs(a - b) < 60 for a, b in zip(found, colour, strict=True))

    return near((4, 4), LEFT) and near((shown.width - 5, 4), RIGHT)


@pytest.mark.parametrize("name", CLEAN_PICTURES)
def test_a_picture_is_kept_as_its_pixels_alone(name: str) -> None:
    make, size = CLEAN_PICTURES[name]

    stored = uploads.take_picture(sent(make(), "invoice.pdf", "application/pdf"))

    content = uploads.read(stored)
    assert (stored.width, stored.height) == size
    assert looks_right(stored)
    for left_behind in (CANARY, b"Exif", b"GPS", b"PK\x03\x04", b"<script", b"%PDF", b"ICC_PROFILE", b"xmp"):
        assert left_behind not in content
    assert content.endswith(b"\xff\xd9")
    assert (stored.mime, stored.size, stored.kind) == ("image/jpeg", len(content), "picture")


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_taken_sideways_stands_upright(orientation: int) -> None:
    from PIL import Image

    stored = uploads.take_picture(sent(turned(orientation)))

    assert (stored.width, stored.height) == (UPRIGHT if orientation == 3 else ON_ITS_SIDE)
    shown = Image.open(BytesIO(uploads.read(stored))).convert("RGB")
    first = {3: RIGHT, 6: LEFT, 8: RIGHT}[orientation]
    found = shown.getpixel((4, 4))
    assert isinstance(found, tuple)
    assert all(abs(a - b) < 60 for a, b in zip(found, first, strict=True))


def test_grey_of_sixteen_bits_keeps_its_shades() -> None:
    from PIL import Image

    rows = b"".join(b"\x00" + b"".join((x * 2_000).to_bytes(2, "big") for x in range(32)) for _ in range(8))

    stored = uploads.take_picture(sent(png(32, 8, rows, bits=16)))

    shown = Image.open(BytesIO(uploads.read(stored))).convert("L")
    assert abs(int(shown.getpixel((16, 4))) - 16 * 2_000 // 256) < 12  # type: ignore[arg-type]
    assert abs(int(shown.getpixel((31, 4))) - 31 * 2_000 // 256) < 12  # type: ignore[arg-type]


def test_a_large_picture_is_made_smaller() -> None:
    stored = uploads.take_picture(sent(saved(two_halves(4_000, 3_000))), longest_px=1_000)

    assert (stored.width, stored.height) == (1_000, 750)


def test_a_transparent_picture_stands_on_white() -> None:
    from PIL import Image

    stored = uploads.take_picture(sent(saved(Image.new("RGBA", (16, 16), (0, 0, 0, 0)), "PNG")))

    assert Image.open(BytesIO(uploads.read(stored))).convert("RGB").getpixel((8, 8)) == (255, 255, 255)


def test_a_pdf_is_no_picture() -> None:
    with pytest.raises(UploadRefused) as refused:
        uploads.take_picture(sent(pdf()))

    assert refused.value.code == TYPE


CLEAN_PDFS: dict[str, tuple[Made, int]] = {
    "one page": (pdf, 1),
    "hundred pages": (lambda: pdf(pages=100), 100),
    "opens at a page": (
        lambda: pdf(lambda d: d.Root.__setitem__("/OpenAction", Array([d.pages[0].obj, Name.Fit]))),
        1,
    ),
    "link to a site": (lambda: pdf(link(action("URI", URI="https://example.com/a"))), 1),
    "link within": (lambda: pdf(lambda d: link(action("GoTo", D=Array([d.pages[0].obj, Name.Fit])))(d)), 1),
    "empty lines behind": (lambda: pdf() + b"\r\n\x00\x00\n", 1),
    "remark in front of the objects": (lambda: pdf_with_remark(), 1),
    "jpeg": (lambda: packed_picture(saved(two_halves(640, 480)), ["DCTDecode"]), 1),
    "jpeg of many passes": (
        lambda: packed_picture(saved(two_halves(640, 480), progressive=True), ["DCTDecode"]),
        1,
    ),
    "packed jpeg": (
        lambda: packed_picture(zlib.compress(saved(two_halves())), ["FlateDecode", "DCTDecode"]),
        1,
    ),
    "jpeg as text": (
        lambda: packed_picture(
            base64.a85encode(saved(two_halves()), adobe=True)[2:], ["ASCII85Decode", "DCTDecode"]
        ),
        1,
    ),
    "jpeg 2000": (lambda: packed_picture(saved(two_halves(), "JPEG2000"), ["JPXDecode"]), 1),
    "fax": (
        lambda: packed_picture(
            b"\x00" * 8, ["CCITTFaxDecode"], DecodeParms=pikepdf.Dictionary(Columns=10, Rows=10)
        ),
        1,
    ),
}


def pdf_with_remark() -> bytes:
    """A zip in a place that readers of PDFs skip, its table moved on."""
    content = pdf(object_stream_mode=pikepdf.ObjectStreamMode.disable)
    remark = b"%" + archive("zip").replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
    head, _, rest = content.partition(b"1 0 obj")
    table = rest.index(b"xref\n")
    objects, trailer = b"1 0 obj" + rest[:table], rest[table:]
    moved = len(remark)
    lines = trailer.split(b"\n")
    for at, line in enumerate(lines):
        if line.rstrip().endswith(b" n") and len(line.split()) == 3:
            lines[at] = b"%010d 00000 n " % (int(line.split()[0]) + moved)
        if line == b"startxref":
            lines[at + 1] = b"%d" % (int(lines[at + 1]) + moved)
    return head + remark + objects + b"\n".join(lines)


@pytest.mark.parametrize("name", CLEAN_PDFS)
def test_a_pdf_is_kept_written_anew(name: str) -> None:
    make, pages = CLEAN_PDFS[name]
    content = make()

    stored = uploads.take_document(sent(content, "photo.jpg", "image/jpeg"))

    kept = uploads.read(stored)
    assert (stored.mime, stored.pages, stored.is_private) == ("application/pdf", pages, True)
    assert kept.startswith(b"%PDF-")
    assert kept.rstrip().endswith(b"%%EOF")
    assert b"PK\x03\x04" not in kept
    with pikepdf.open(BytesIO(kept)) as document:
        assert len(document.pages) == pages
        assert "/OpenAction" not in document.Root
        assert b"Hello" in document.pages[0].Contents.read_bytes()


def test_the_set_is_large_enough() -> None:
    assert len(REFUSED) >= 60
    assert len(CLEAN_PICTURES) + len(CLEAN_PDFS) >= 30
