"""PDFs, honest and otherwise, written when they are needed."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream


def pdf(change: Callable[[Pdf], Any] | None = None, *, pages: int = 1, **saving: Any) -> bytes:
    """A document of empty pages with a line of text, after `change`."""
    document = Pdf.new()
    for _ in range(pages):
        page = document.add_blank_page(page_size=(300, 400))
        page.Contents = Stream(document, b"BT /F1 12 Tf 20 300 Td (Hello) Tj ET")
    if change is not None:
        change(document)
    out = BytesIO()
    document.save(out, **saving)
    return out.getvalue()


def in_root(**entries: Any) -> Callable[[Pdf], None]:
    """Entries of the catalogue, such as OpenAction=…"""

    def change(document: Pdf) -> None:
        for key, value in entries.items():
            document.Root[f"/{key}"] = value

    return change


def annotated(**entries: Any) -> Callable[[Pdf], None]:
    """An annotation on the first page with these entries."""

    def change(document: Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 10, 10]), **entries)
        document.pages[0].Annots = Array([document.make_indirect(note)])

    return change


def action(kind: str, **entries: Any) -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name(f"/{kind}"), **entries)


def link(action: Dictionary) -> Callable[[Pdf], None]:
    return annotated(Subtype=Name.Link, A=action)


def in_names_tree(document: Pdf) -> None:
    script = document.make_indirect(action("JavaScript", JS="app.alert(1)"))
    names = document.make_indirect(Dictionary(Names=Array(["start", script])))
    document.Root.Names = Dictionary(JavaScript=names)


def with_file_inside(document: Pdf) -> None:
    document.attachments["a.exe"] = pikepdf.AttachedFileSpec(document, b"MZ")


def with_associated_file(document: Pdf) -> None:
    inside = Stream(document, b"MZ")
    inside.Type = Name.EmbeddedFile
    document.Root.AF = Array([document.make_indirect(Dictionary(F="a.exe", EF=Dictionary(F=inside)))])


def with_external_stream(document: Pdf) -> None:
    stream = Stream(document, b"")
    stream.F = "/etc/passwd"
    document.pages[0].Contents = document.make_indirect(stream)


def with_xfa(document: Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(document, b"<xdp/>"))


def with_page_action(document: Pdf) -> None:
    document.pages[0].AA = Dictionary(O=action("Named", N=Name.Print))


def unused_script(document: Pdf) -> None:
    """Nothing refers to it, so far: an update behind it might."""
    document.Root.Kept = document.make_indirect(action("JavaScript", JS="app.alert(1)"))


def chained(document: Pdf) -> None:
    link(action("URI", URI="https://example.com", Next=Array([action("Launch", F="cmd.exe")])))(document)


def in_object_stream() -> bytes:
    return pdf(in_names_tree, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def spelled_otherwise() -> bytes:
    """/L#61unch is the same name as /Launch. (What it is longer by goes elsewhere: the table of places holds.)"""
    launch = annotated(Subtype=Name.Link, A=action("Launch", F="cmd.exe"), Pad=Name("/Padding"))
    content = pdf(launch, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return content.replace(b"/Launch", b"/L#61unch").replace(b"/Padding", b"/Paddi")


def with_content(raw: bytes, filters: list[str]) -> Callable[[Pdf], None]:
    """The page's content as these bytes, packed as `filters` say."""

    def change(document: Pdf) -> None:
        stream = Stream(document, b"")
        stream.write(raw, filter=Array([Name(f"/{one}") for one in filters]))
        document.pages[0].Contents = document.make_indirect(stream)

    return change


def bomb(megabytes: int) -> bytes:
    """So many megabytes of spaces in one stream."""
    return pdf(with_content(_packed(b" " * 1_048_576, megabytes), ["FlateDecode"]), compress_streams=False)


def nested_bomb(depth: int) -> bytes:
    raw = _packed(b" " * 1_048_576, 100)
    for _ in range(depth - 1):
        raw = zlib.compress(raw, 9)
    return pdf(with_content(raw, ["FlateDecode"] * depth), compress_streams=False)


def many_small_bombs(count: int) -> bytes:
    """Each within bounds, together not."""
    raw = _packed(b" " * 1_048_576, 60)

    def change(document: Pdf) -> None:
        streams = []
        for _ in range(count):
            stream = Stream(document, b"")
            stream.write(raw, filter=Name.FlateDecode)
            streams.append(document.make_indirect(stream))
        document.pages[0].Contents = Array(streams)

    return pdf(change, compress_streams=False)


def bomb_in_object_stream(megabytes: int) -> bytes:
    """An object stream, which a reader unpacks merely to open the file, of so many megabytes."""
    head = b"5 0 "
    body = head + b"<< /A 1 >>"
    packer = zlib.compressobj(9)
    packed = packer.compress(body)
    for _ in range(megabytes):
        packed += packer.compress(b" " * 1_048_576)
    packed += packer.flush()
    objects = [
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R /X 5 0 R >>\nendobj\n",
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n",
        b"4 0 obj\n<< /Type /ObjStm /N 1 /First %d /Filter /FlateDecode /Length %d >>\nstream\n"
        % (len(head), len(packed))
        + packed
        + b"\nendstream\nendobj\n",
    ]
    out, offsets = b"%PDF-1.5\n", []
    for one in objects:
        offsets.append(len(out))
        out += one
    start = len(out)
    rows = b"\x00\x00\x00\x00\x00\xff"
    rows += b"".join(b"\x01" + offset.to_bytes(4, "big") + b"\x00" for offset in offsets)
    rows += b"\x02" + (4).to_bytes(4, "big") + b"\x00"
    rows += b"\x01" + start.to_bytes(4, "big") + b"\x00"
    out += (
        b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n" % len(rows)
        + rows
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    )
    return out


def with_picture(width: int, height: int) -> Callable[[Pdf], None]:
    def change(document: Pdf) -> None:
        picture = Stream(document, zlib.compress(b"\x00"))
        picture.stream_dict = Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=width,
            Height=height,
            BitsPerComponent=1,
            ColorSpace=Name.DeviceGray,
            Filter=Name.FlateDecode,
        )
        document.pages[0].Resources = Dictionary(XObject=Dictionary(P=document.make_indirect(picture)))

    return change


def packed_picture(content: bytes, filters: list[str], **more: Any) -> bytes:
    """A picture that says it has ten by ten pixels, packed as `filters` say."""

    def change(document: Pdf) -> None:
        picture = Stream(document, b"")
        picture.write(content, filter=Array([Name(f"/{one}") for one in filters]))
        for key, value in {
            "Type": Name.XObject,
            "Subtype": Name.Image,
            "Width": 10,
            "Height": 10,
            "BitsPerComponent": 8,
            "ColorSpace": Name.DeviceRGB,
            **more,
        }.items():
            picture.stream_dict[f"/{key}"] = value
        document.pages[0].Resources = Dictionary(XObject=Dictionary(P=document.make_indirect(picture)))

    return pdf(change, compress_streams=False)


def jpeg2000(width: int, height: int, *, boxed: bool = False) -> bytes:
    """The head of a JPEG 2000 codestream of that size, alone or in the boxes of a file."""
    size = struct.pack(">HHIIIIIIIIH", 41, 0, width, height, 0, 0, width, height, 0, 0, 1)
    stream = b"\xff\x4f\xff\x51" + size + b"\x07\x01\x01"
    head = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + struct.pack(">I", 0) + b"jp2c"
    return head + stream if boxed else stream


def many_objects(count: int) -> bytes:
    def change(document: Pdf) -> None:
        document.Root.Kept = Array([document.make_indirect(Dictionary(N=n)) for n in range(count)])

    return pdf(change, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def deep(levels: int) -> bytes:
    """An array in an array in an array …"""
    return pdf(in_root(Kept=Name.Here), object_stream_mode=pikepdf.ObjectStreamMode.disable).replace(
        b"/Here", b"[" * levels + b"]" * levels
    )


def _packed(block: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(block) for _ in range(times)), packer.flush()])
