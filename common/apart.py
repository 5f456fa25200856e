"""Work on what people send, in a process of its own: what crashes it, or eats time and memory, is over with it."""

import json
import logging
import subprocess
import sys
from typing import Any

from django.conf import settings

log = logging.getLogger(__name__)


class Ended(Exception):
    """The process ran out of time or memory, or crashed; there is no answer."""


def run_apart(module: str, *words: str, content: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
    """What `python -m module words` answers to `content`: a line of JSON, and the bytes behind it. Raises Ended.

    The module bounds its own memory and processor; `seconds` are of the clock. Nothing of our environment goes along.
    """
    try:
        done = subprocess.run(  # noqa: S603  # our own module, and words of ours
            [sys.executable, "-B", "-s", "-m", module, *words],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={"LC_ALL": "C.UTF-8"},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Ended from None
    if done.returncode != 0:
        log.warning("%s bytes ended the process of %s: %s", len(content), module, done.returncode)
        raise Ended
    line, _, rest = done.stdout.partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    return head, rest
