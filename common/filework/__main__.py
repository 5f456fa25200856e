"""python -m common.filework picture|document LONGEST_PX: the file in, a line of JSON and the clean file out."""

import json
import os
import resource
import signal
import sys
from typing import Any

from common.filework import MAX_BYTES, Clean, Refused
from common.filework.kinds import PDF, PICTURES, kind_of

MEMORY = 1536 * 1024 * 1024  # bytes of address space, libraries included
SECONDS = 15  # of processor time


def bound() -> None:
    """From here on: little memory and time, after whatever the site has to do, and no file can be written."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def clean(content: bytes, wanted: str, longest_px: int) -> Clean:
    """The clean file. Raises Refused, or anything when it cannot be read."""
    kind = kind_of(content)
    if kind in PICTURES:
        from common.filework.pictures import clean_picture

        return clean_picture(content, kind, longest_px=longest_px)
    if kind == PDF and wanted == "document":
        from common.filework.pdfs import clean_pdf

        return clean_pdf(content)
    raise Refused("upload_type_refused")


def main() -> None:
    wanted, longest_px = sys.argv[1], int(sys.argv[2])
    bound()
    content, head = b"", dict[str, Any]()
    try:
        found = clean(sys.stdin.buffer.read(MAX_BYTES + 1), wanted, longest_px)
    except Refused as refused:
        head = {"refused": refused.code}
    except MemoryError:
        head = {"refused": "upload_refused"}
    except Exception as error:  # whatever a decoder makes of a file that it cannot read
        head = {"refused": "upload_damaged", "why": type(error).__name__}
    else:
        content = found.content
        head = {
            "mime": found.mime,
            "width": found.width,
            "height": found.height,
            "pages": found.pages,
        }
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
