"""The registry: areas with their exporters and erasers, and the decision about each column."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import transaction

from common.errors import Text
from common.privacy.people import ExportedFile, Obstacle, Subject

Exporter = Callable[[Subject], Any]
Eraser = Callable[[Subject], None]


@dataclass(frozen=True, slots=True)
class Area:
    """One part of what is held about people: a file of their ZIP, and one step of their erasure."""

    app: str
    name: str
    title: Text
    export: Exporter | None
    erase: Eraser | None
    files: Callable[[Subject], Iterable[ExportedFile]] | None
    obstacles: Callable[[Subject], Iterable[Obstacle]] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was said about one column. `area` is empty for one that is about nobody; `why` says why it stays."""

    area: str
    blanked: bool
    why: str


_areas: dict[str, Area] = {}
_finders: list[tuple[str, Eraser]] = []
_decisions: dict[str, dict[str, Decision]] = {}


def area(
    name: str,
    *,
    app: str,
    title: Text,
    export: Exporter | None = None,
    erase: Eraser | None = None,
    files: Callable[[Subject], Iterable[ExportedFile]] | None = None,
    obstacles: Callable[[Subject], Iterable[Obstacle]] | None = None,
) -> None:
    """Register an area of `app` (its label).

    `export` answers JSON about the person (or nothing, when there is nothing), `files` what goes with it.
    `erase` blanks their rows inside the caller's transaction; it must bear being run again. `obstacles` says
    what stands in its way.
    """
    assert name not in _areas, f"the area {name} is registered twice"
    _areas[name] = Area(app, name, title, export, erase, files, obstacles)


def finder(app: str) -> Callable[[Eraser], Eraser]:
    """Register what completes a Subject with what `app` knows of the person; lower apps come first."""

    def register(find: Eraser) -> Eraser:
        _finders.append((app, find))
        return find

    return register


def personal(
    model: str, *, area: str, blanked: str = "", kept: Mapping[str, str] | None = None, reason: str = ""
) -> None:
    """Columns of `model` (`app.Model`) that hold something about a person.

    `blanked` names those that the area's eraser blanks or deletes, `kept` those that stay, under the reason why.
    """
    for column in blanked.split():
        _decide(model, column, Decision(area, True, reason))
    for why, columns in (kept or {}).items():
        for column in columns.split():
            _decide(model, column, Decision(area, False, why))


def impersonal(model: str, columns: Mapping[str, str]) -> None:
    """Columns of `model` that are about nobody, under the reason why."""
    for why, names in columns.items():
        for column in names.split():
            _decide(model, column, Decision("", False, why))


def _decide(model: str, column: str, decision: Decision) -> None:
    known = _decisions.setdefault(model, {})
    assert column not in known, f"{model}.{column} is decided twice"
    known[column] = decision


def decisions() -> dict[str, dict[str, Decision]]:
    """Every decision: model (`app.Model`) → column → what was said."""
    return _decisions


def areas() -> list[Area]:
    """Every area, those of lower apps first."""
    order = [config.label for config in apps.get_app_configs()]
    return sorted(_areas.values(), key=lambda each: order.index(each.app))


def find(subject: Subject) -> Subject:
    """Complete `subject` with what the apps know of the person; answers it."""
    order = [config.label for config in apps.get_app_configs()]
    for _, run in sorted(_finders, key=lambda each: order.index(each[0])):
        run(subject)
    return subject


def export(subject: Subject) -> dict[str, Any]:
    """All about the person, JSON by area; areas that know nothing of them are left out."""
    found = ((each.name, each.export(subject)) for each in areas() if each.export)
    return {name: data for name, data in found if data}


def files(subject: Subject) -> Iterator[ExportedFile]:
    """The files that are the person's, of every area."""
    for each in areas():
        if each.files:
            yield from each.files(subject)


def obstacles(subject: Subject) -> list[Obstacle]:
    """What stands in the way of erasing the person; empty when nothing does."""
    return [found for each in areas() if each.obstacles for found in each.obstacles(subject)]


def erase(subject: Subject) -> None:
    """Blank the person's rows in every area, in the open transaction: upper apps first, the person last."""
    assert transaction.get_connection().in_atomic_block
    for each in reversed(areas()):
        if each.erase:
            each.erase(subject)
