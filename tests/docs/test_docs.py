"""The docs say what the code says: settings, error codes, events, commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import marketplace.urls  # noqa: F401  # loads every module that has errors
from bookings.rules import states
from common.errors import DomainError
from common.events import registered_types
from marketplace.env import Env

ROOT = Path(__file__).parents[2]
APPS = [*sorted(path.parent.name for path in ROOT.glob("*/apps.py")), "marketplace"]


def errors(of: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for error in of.__subclasses__():
        yield error
        yield from errors(error)


def table(page: str) -> dict[str, str]:
    """The first two columns of the page's tables: `code` → status or description."""
    return dict(re.findall(r"^\| `([\w.]+)` \| ([^|]*?) \|", (ROOT / "docs" / page).read_text(), re.M))


def test_every_error_code_is_listed_with_its_status() -> None:
    in_code = {error.code: str(error.status) for error in errors() if error.__module__.split(".")[0] in APPS}
    assert table("errors.md") == in_code


def published() -> set[str]:
    """Every event type that the code names: in events.py, in the state table, or as event= or type=."""
    dotted = r"([a-z_]+\.[a-z_]+)"
    found = {move.event for move in states.TABLE}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            pattern = rf'= "{dotted}"$' if path.name == "events.py" else rf'\b(?:event|type)="{dotted}"'
            found |= set(re.findall(pattern, path.read_text(), re.M))
    return found


def test_every_event_is_listed() -> None:
    listed = set(table("events.md"))
    assert published() - listed == set()
    assert registered_types() <= listed


def test_every_setting_is_explained() -> None:
    example = (ROOT / ".env.example").read_text()
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.M))
    assert explained == {name.upper() for name in Env.model_fields}


def test_every_make_target_named_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"`make ([a-z]+)", (ROOT / "README.md").read_text()))
    assert named <= targets
