"""Looking into files that strangers send: pictures are drawn anew, PDFs searched and written anew.

It runs as a process of its own (`python -m common.filework`) with little memory and time, which reads the file from
its input, writes the clean one to its output, and cannot write anywhere else: what a crafted file does to a
decoder ends there. Nothing here knows Django; `common.uploads` starts it.
"""

from dataclasses import dataclass

MAX_BYTES = 9 * 1024 * 1024  # a form with one such file stays below nginx's 10 MB
MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000  # pixels
MAX_PAGES = 100


class Refused(Exception):
    """The file is not taken; `code` is one of docs/errors.md."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Clean:
    """What may be kept: a JPEG without metadata (with its pixels), or a PDF (with its number of pages)."""

    mime: str
    content: bytes
    width: int | None = None
    height: int | None = None
    pages: int | None = None
