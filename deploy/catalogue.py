"""`python -m deploy.catalogue`: fails when the catalogue is not what `make messages` would write."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.installation import CHECKOUT
from deploy.toolchain import catalogues

# Without wrapping, places and strings no longer used, a changed sentence is one changed line.
MAKE_MESSAGES = (
    *("makemessages", "-l", "zh_Hans", "--no-wrap", "--no-location", "--no-obsolete"),
    *("-i", "node_modules", "-i", "tests"),
)


def lines(catalogue: Path) -> list[str]:
    """What the file says, without the time it was made."""
    return [line for line in catalogue.read_text().splitlines() if not line.startswith('"POT-Creation-Date')]


def main() -> None:
    """On a copy of the source: the command writes beside what it reads."""
    skipped = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "dist", "public", "tests", "*.png")
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(CHECKOUT, copy, ignore=skipped, symlinks=True)
        subprocess.run([sys.executable, "manage.py", *MAKE_MESSAGES], cwd=copy, check=True)
        stale = [
            place
            for place in catalogues()
            if lines(CHECKOUT / place) != lines(copy / place.relative_to(CHECKOUT))
        ]
    if stale:
        sys.exit(
            "The source has other messages than the catalogue. Run `make messages`, and translate the new ones."
        )


if __name__ == "__main__":
    main()
