"""A sheet tried, and taken in: what each row would do is found out by doing it, in a transaction that is given up."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from providers.models import Provider
from providers.rules import tables
from providers.rules.tables import Row, Table, Unreadable, key_of
from providers.services.affected import guarded
from providers.services.record import lock_provider
from providers.services.tables.cells import CellWrong, Column, Value

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
WHY_UNREADABLE: dict[str, str | Promise] = {
    "empty": _("There is nothing in it."),
    "too_big": _("It is larger than 512 kB. Send it in parts."),
    "workbook": _("This is an Excel workbook. In Excel, choose Save as, then “CSV UTF-8”, and send that."),
    "encoding": _("Its letters cannot be read. Save it as CSV in UTF-8."),
    "broken": _(
        "A quotation mark in it is never closed: put text with quotation marks right, or save it anew."
    ),
    "too_many_rows": _("It has more than 300 rows. Send it in parts."),
    "too_many_columns": _("It has more than 200 columns."),
    "column_twice": _("This column is there twice: keep one of them."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and what to do. `line` is the file's, 0 for all of it; `column` "" for the whole row."""

    line: int
    column: str
    words: str | Promise


@dataclass(frozen=True, slots=True)
class Change:
    """A column of a row that would be, or was, another."""

    column: str
    before: Value
    after: Value


@dataclass(slots=True)
class Done:
    """What a row does: `state` is one of NEW, CHANGED, UNCHANGED, REFUSED."""

    line: int
    name: str
    state: str
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What a file does, or did when `is_kept`. `version` names the file together with all that it does.

    `hits` is the guard's refusal when it would hit visits that its reader has not accepted.
    """

    rows: list[Done] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_old: bool = False
    version: str = ""
    hits: DomainError | None = None
    is_kept: bool = False

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def may_be_kept(self) -> bool:
        """Whether there is something to do and nothing in the way, but for visits that it hits."""
        return not self.problems and any(row.state in (NEW, CHANGED) for row in self.rows)


class Sheet(ABC):
    """One kind of table of one business; its kinds say what a row is, how it is found, and who writes it."""

    kind: ClassVar[str]

    def __init__(self, provider: Provider, language: str) -> None:
        self.provider, self.language = provider, language
        self.actor = ""
        self.load()
        self.columns = self.make_columns()

    @abstractmethod
    def load(self) -> None:
        """Read what is there now."""

    @abstractmethod
    def make_columns(self) -> list[Column]:
        """The columns, in their order."""

    @abstractmethod
    def rows(self) -> Sequence[Any]:
        """What is in use, in its order."""

    @abstractmethod
    def cells(self, row: Any) -> dict[str, Value]:
        """What stands in the columns for one that is there."""

    @abstractmethod
    def find(self, given: dict[str, str]) -> Any:
        """The one that a row of the file is about, None for a new one. Raises CellWrong."""

    def name(self, given: dict[str, str]) -> str:
        """What people call the row."""
        return given.get("name", "")

    def settle(self, values: dict[str, Value], now: dict[str, Value] | None) -> None:  # noqa: B027  # most kinds have nothing to settle
        """Put values right that depend on one another, in place. Raises CellWrong."""

    @abstractmethod
    def write(self, row: Any, values: dict[str, Value]) -> None:
        """Make a new one (`row` None) or change one by these columns. Raises DomainError."""

    def column_of(self, field_name: str) -> str:
        """The column that a service's refusal is about, "" when it is the whole row."""
        return field_name if any(column.name == field_name for column in self.columns) else ""

    @abstractmethod
    def example(self) -> list[list[Value]]:
        """Two rows that show how it is written, in the order of the columns."""

    def export(self, *, for_excel: bool = False, example: bool = False) -> bytes:
        """The sheet as a file that comes back as it is; `example`: with made-up rows instead."""
        names = [column.name for column in self.columns]
        found = (self.cells(row) for row in self.rows())
        rows = self.example() if example else [[cells[name] for name in names] for cells in found]
        return tables.write(names, rows, for_excel=for_excel)


def take_in(*, sheet: Sheet, content: bytes, actor: str, seen: str = "", acknowledged: str = "") -> Outcome:
    """Do what a file says, and give it up again unless `seen` is the version of the outcome that was shown.

    One transaction under the business's lock: all of its rows or none. What would hit visits ahead is kept only when
    `acknowledged` names exactly those.
    """
    try:
        table = tables.read(content)
    except Unreadable as error:
        line = int(error.what) if error.why == "broken" else 1 if error.what else 0
        what = error.what if error.why == "column_twice" else ""
        return Outcome(problems=[Problem(line, what, WHY_UNREADABLE[error.why])])
    sheet.actor = actor
    outcome: Outcome | None = None
    with transaction.atomic():
        lock_provider(sheet.provider.pk)
        sheet.load()
        try:
            with guarded(sheet.provider.pk, acknowledged=acknowledged):
                outcome = _done(sheet, table, content)
        except DomainError as error:
            if outcome is None:
                raise
            outcome.hits = error
        outcome.is_kept = outcome.may_be_kept and outcome.hits is None and outcome.version == seen
        if not outcome.is_kept:
            transaction.set_rollback(True)
    return outcome


def _done(sheet: Sheet, table: Table, content: bytes) -> Outcome:
    named, problems = _named(sheet, table)
    outcome = Outcome(problems=problems, is_old=table.is_old)
    if not problems and not table.rows:
        outcome.problems.append(Problem(0, "", _("It has a head but no rows.")))
    if outcome.problems:
        return outcome
    seen: dict[object, int] = {}
    for row in table.rows:
        given = {named[name]: cell for name, cell in row.cells.items() if named[name]}
        done = _row(sheet, row, given, seen)
        outcome.rows.append(done)
        outcome.problems += done.problems
    outcome.version = _version(sheet.kind, content, outcome)
    return outcome


def _named(sheet: Sheet, table: Table) -> tuple[dict[str, str], list[Problem]]:
    """Which of the sheet's columns each column of the file is, by its name or by what people call it."""
    ours = {key_of(str(column.label)): column.name for column in sheet.columns}
    ours |= {key_of(column.name): column.name for column in sheet.columns}
    named: dict[str, str] = {}
    problems = []
    for name in table.columns:
        found = ours.get(key_of(name), "")
        if not found:
            words = _("There is no such column here: name it as below, or take it out.")
            problems.append(Problem(1, name, words))
        elif found in named.values():
            problems.append(Problem(1, name, WHY_UNREADABLE["column_twice"]))
        named[name] = found
    return named, problems


def _row(sheet: Sheet, row: Row, given: dict[str, str], seen: dict[object, int]) -> Done:
    done = Done(row.line, sheet.name(given), REFUSED)
    if row.beyond:
        words = _(
            "It has more cells than the head: a comma or semicolon within a cell needs quotation marks around it."
        )
        done.problems.append(Problem(row.line, "", words))
        return done
    values: dict[str, Value] = {}
    found = now = None
    try:
        found = sheet.find(given)
        now = sheet.cells(found) if found is not None else None
        done.name = done.name or str((now or {}).get("name", ""))
    except CellWrong as wrong:
        done.problems.append(
            Problem(row.line, sheet.column_of("id" if given.get("id") else "name"), wrong.words)
        )
    for column in sheet.columns:
        cell = given.get(column.name, "")
        if cell:
            try:
                values[column.name] = column.value(cell)
            except CellWrong as wrong:
                done.problems.append(Problem(row.line, column.name, wrong.words))
        elif column.needed and found is None:
            done.problems.append(Problem(row.line, column.name, _("A new row needs it.")))
    key = found.pk if found is not None else key_of(sheet.name(given))
    if key and (first := seen.setdefault(key, row.line)) != row.line:
        same = _("Row %(line)d is about the same: keep one of them.") % {"line": first}
        done.problems.append(Problem(row.line, "", same))
    if not done.problems:
        _write(sheet, done, found, now, values)
    return done


def _write(
    sheet: Sheet, done: Done, found: Any, now: dict[str, Value] | None, values: dict[str, Value]
) -> None:
    try:
        sheet.settle(values, now)
        before = now or {}
        changed = {name: value for name, value in values.items() if before.get(name) != value}
        if now is not None and not changed:
            done.state = UNCHANGED
            return
        with transaction.atomic():
            sheet.write(found, changed)
    except CellWrong as wrong:
        done.problems.append(Problem(done.line, "", wrong.words))
    except DomainError as error:
        column = sheet.column_of(str(error.data.get("field", "")))
        done.problems.append(Problem(done.line, column, error.detail))
    else:
        done.state = NEW if now is None else CHANGED
        done.changes = [Change(name, before.get(name, ""), value) for name, value in changed.items()]
        with suppress(KeyError):
            done.name = str((values if now is None else {**before, **values})["name"])


def _version(kind: str, content: bytes, outcome: Outcome) -> str:
    """Names a file and what it does: stale when either is another."""
    told = [
        [row.line, row.state, [[c.column, str(c.before), str(c.after)] for c in row.changes]]
        for row in outcome.rows
    ]
    digest = hashlib.sha256(f"{kind}\n".encode() + hashlib.sha256(content).digest())
    digest.update(json.dumps(told).encode())
    return digest.hexdigest()[:32]
