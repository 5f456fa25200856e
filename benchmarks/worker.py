"""The site's worker, which works on one of two processors: it finishes, or rests, while something is measured."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.client import BenchError
from common.uploads.sizes import waiting

LONGEST_S = 900


@contextmanager
def resting() -> Iterator[None]:
    """Within the block the site's worker stands still: it would lock what is loaded, and keep more days of it."""
    control = [str(Path(sys.executable).with_name("supervisorctl")), "-c"]
    control.append(str(Path(os.environ["RUN_DIR"], "supervisord.conf")))
    subprocess.run([*control, "stop", "app:worker"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        subprocess.run([*control, "start", "app:worker"], check=True, stdout=subprocess.DEVNULL)


def await_pictures() -> None:
    """Until every picture is there in the sizes that pages ask for. Raises BenchError after a quarter of an hour."""
    until = time.monotonic() + LONGEST_S
    while waiting():
        if time.monotonic() > until:
            raise BenchError("the worker did not make the pictures' sizes")
        time.sleep(2)
