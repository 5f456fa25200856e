"""Tables of spreadsheets as CSV files: read as Excel and others write them, and written so that Excel reads them."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MOST_BYTES = 512 * 1024
MOST_ROWS = 300
MOST_COLUMNS = 200
DELIMITERS = ";,\t"
# A cell that begins so is run as a formula by spreadsheets (OWASP, CSV injection); the last four are their wide forms.
FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# Digits and marks of a number that somebody means.
LONGEST_NUMBER = 16
# What a cell says to empty what is there; an empty one leaves it.
NONE = "-"


class Unreadable(Exception):
    """The file is no table. `why` is one of: empty, too_big, workbook, encoding, broken, too_many_rows,
    too_many_columns, column_twice; `what` is the line or the column."""

    def __init__(self, why: str, what: str = "") -> None:
        self.why, self.what = why, what
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file on which it begins (the head is on line 1), its cells by column as written in the
    head, trimmed, and how many cells it has beyond the head's."""

    line: int
    cells: dict[str, str]
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A whole file. `is_old`: it is not in Unicode, and was read as Windows of Western Europe writes (cp1252)."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_old: bool = False


def read(content: bytes) -> Table:
    """The table in a file: UTF-8 with or without a mark, UTF-16 with one, else cp1252; its cells apart by semicolons,
    commas or tabs, whichever the head has most of; rows without any text are left out. Raises Unreadable.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("too_big")
    text, is_old = _decoded(content)
    if not text.strip():
        raise Unreadable("empty")
    head: list[str] = []
    rows: list[Row] = []
    for line, cells in _lines(text):
        if not any(cells):
            continue
        if not head:
            head = _head(cells)
            continue
        if len(rows) == MOST_ROWS:
            raise Unreadable("too_many_rows")
        named = {name: unguarded(cell) for name, cell in zip(head, cells, strict=False) if name}
        beyond = len(cells) - len(head) if any(cells[len(head) :]) else 0
        rows.append(Row(line, named, beyond))
    return Table(tuple(name for name in head if name), tuple(rows), is_old)


def write(columns: Sequence[str], rows: Iterable[Sequence[object]], *, for_excel: bool = False) -> bytes:
    """A file in UTF-8 that `read` reads back. `for_excel`: as Excel opens it where decimals have a comma, such as in
    Finland and Germany: a mark, semicolons, decimal commas. Text that a spreadsheet would run is guarded.
    """
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";" if for_excel else ",", lineterminator="\r\n")
    table.writerow([guarded(name) for name in columns])
    for row in rows:
        table.writerow([_written(cell, for_excel) for cell in row])
    return (codecs.BOM_UTF8 if for_excel else b"") + out.getvalue().encode()


def guarded(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if text != NONE and text.lstrip("'")[:1] in FORMULA and text else text


def unguarded(text: str) -> str:
    """The text that `guarded` guarded."""
    return text[1:] if text.startswith("'") and text.lstrip("'")[:1] in FORMULA else text


def decimal_of(text: str) -> Decimal | None:
    """A number as people write it: 35, 35.50, 35,50, 1 234,50, 1.234,50 or 1,234.50, with or without a currency.

    None when it is none, or when nobody can tell: 1.234 is a thousand and something, or a little over one.
    """
    text = re.sub(r"[\s'\u2019\u202f]", "", re.sub(r"^[^\d,.+-]*|[^\d]*$", "", text))
    if not re.fullmatch(r"[\d.,]+", text) or len(text) > LONGEST_NUMBER:
        return None
    marks = [mark for mark in text if mark in ".,"]
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        text = text.replace(marks[0], "").replace(marks[-1], ".")
    elif len(marks) > 1:
        if len(set(marks)) == 2 or not re.fullmatch(r"\d{1,3}([.,]\d{3})+", text):
            return None
        text = text.replace(marks[0], "")
    elif re.fullmatch(r"\d{1,3}[.,]\d{3}", text):
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None


def key_of(text: str) -> str:
    """What two names have in common that people take for the same: case, and how many spaces, do not count."""
    return " ".join(text.split()).casefold()


def _decoded(content: bytes) -> tuple[str, bool]:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("workbook")
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if is_wide else ["utf-8-sig", "cp1252"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text, encoding == "cp1252"
    raise Unreadable("encoding")


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Each record with the line on which it begins, its cells trimmed."""
    skipped = 0
    # Excel's own way of saying it.
    if found := re.match(r"sep=(.)\r?\n", text):
        delimiter, text, skipped = found[1], text[found.end() :], 1
    else:
        head = re.sub(r'"[^"]*"', "", next((line for line in text.splitlines() if line.strip()), ""))
        delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found_lines = []
    begins = 1
    try:
        for cells in reader:
            found_lines.append((begins + skipped, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable("broken", str(begins + skipped)) from error
    return found_lines


def _head(cells: list[str]) -> list[str]:
    names = [unguarded(cell) for cell in cells]
    if len(names) > MOST_COLUMNS:
        raise Unreadable("too_many_columns")
    seen: set[str] = set()
    for name in filter(None, names):
        if key_of(name) in seen:
            raise Unreadable("column_twice", name)
        seen.add(key_of(name))
    return names


def _written(cell: object, for_excel: bool) -> str:
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",") if for_excel else str(cell)
    return guarded(cell) if isinstance(cell, str) else str(cell)
