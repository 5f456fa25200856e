"""`python -m deploy.sizes`: fails when what a page loads weighs more, gzipped, than its budget.

What an entry weighs is what it names: the files that it imports at once and, where it says so, later.
"""

import gzip
import json
import sys
from dataclasses import dataclass
from typing import Any

from deploy.toolchain import FRONTEND

DIST = FRONTEND / "dist"
kB = 1000


@dataclass(frozen=True, slots=True)
class Budget:
    """The files of an entry of the manifest (`entries`), by ending, in bytes over the wire."""

    name: str
    entries: tuple[str, ...]
    ending: str
    most: int
    later: bool = False
    """With what the entry loads when it is asked to."""


BUDGETS = (
    Budget("scripts of every page", ("src/main.ts",), ".js", 30 * kB),
    Budget("styles of every page", ("src/main.ts",), ".css", 15 * kB),
    Budget("styles of the workplaces, besides", ("src/css/work.css",), ".css", 7 * kB),
    Budget("the map, when it is asked for", ("src/islands/map.ts",), "", 470 * kB, later=True),
    Budget("the charts of numbers, besides", ("src/islands/charts.ts",), "", 30 * kB, later=True),
    Budget(
        "the board, besides",
        ("src/islands/board.ts", "src/islands/board-drag.ts", "src/islands/sheet.ts"),
        ".js",
        85 * kB,
    ),
)


def weigh(budget: Budget, manifest: dict[str, Any]) -> int:
    """The gzipped bytes of the budget's files, without what every page has anyway."""
    common = files("src/main.ts", manifest) if "src/main.ts" not in budget.entries else set()
    found = set().union(*(files(entry, manifest) for entry in budget.entries)) - common
    if budget.later:
        # A worker is no import: the script names its file.
        scripts = [(DIST / name).read_text() for name in found if name.endswith(".js")]
        found |= {
            f"assets/{path.name}"
            for path in (DIST / "assets").glob("*worker*.js")
            if any(path.name in script for script in scripts)
        }
    return sum(
        len(gzip.compress((DIST / name).read_bytes(), 6)) for name in found if name.endswith(budget.ending)
    )


def files(entry: str, manifest: dict[str, Any]) -> set[str]:
    """The built files of an entry and of what it imports at once."""
    chunk = manifest[entry]
    found = {chunk["file"], *chunk.get("css", [])}
    for other in chunk.get("imports", []):
        found |= files(other, manifest)
    return found


def sizes() -> list[tuple[Budget, int]]:
    """Each budget with what is used of it."""
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text())
    return [(budget, weigh(budget, manifest)) for budget in BUDGETS]


def main() -> None:
    over = [(budget, used) for budget, used in sizes() if used > budget.most]
    if over:
        sys.exit(
            "\n".join(f"{budget.name}: {used:,} bytes, at most {budget.most:,}" for budget, used in over)
        )


if __name__ == "__main__":
    main()
