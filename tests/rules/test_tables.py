"""Spreadsheets as files: what is read back is what was written, however a spreadsheet saves it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.rules.tables import (
    FORMULA,
    MOST_BYTES,
    MOST_ROWS,
    Unreadable,
    decimal_of,
    guarded,
    read,
    unguarded,
    write,
)

WRITTEN = "name;price\r\nVärjäys;35,50\r\n"


@pytest.mark.parametrize(
    "content",
    [
        WRITTEN.encode(),
        WRITTEN.encode("utf-8-sig"),
        WRITTEN.encode("utf-16"),
        WRITTEN.replace("\r\n", "\n").encode(),
        WRITTEN.replace(";", "\t").encode(),
        ("sep=;\r\n" + WRITTEN).encode(),
        b'"name","price"\r\n"V\xc3\xa4rj\xc3\xa4ys","35,50"\r\n',
        (WRITTEN + ";\r\n;;;\r\n").encode(),
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(content: bytes) -> None:
    table = read(content)

    assert table.columns == ("name", "price")
    assert [row.cells for row in table.rows] == [{"name": "Värjäys", "price": "35,50"}]
    assert not table.is_old


def test_letters_of_windows_are_read_and_said() -> None:
    table = read(WRITTEN.encode("cp1252"))

    assert table.rows[0].cells["name"] == "Värjäys"
    assert table.is_old


@pytest.mark.parametrize(
    ("content", "why", "what"),
    [
        (b"", "empty", ""),
        (b"  \r\n", "empty", ""),
        (b"PK\x03\x04rest", "workbook", ""),
        (b"name;price\r\na\x81;b", "encoding", ""),
        (b"name\x00;price", "encoding", ""),
        (b'name;price\r\nCut;1\r\n"open;2', "broken", "3"),
        (b"name;Name \r\nCut;1", "column_twice", "Name"),
        (b"x" * (MOST_BYTES + 1), "too_big", ""),
        (b"name\n" + b"a\n" * (MOST_ROWS + 1), "too_many_rows", ""),
        (";".join(f"c{n}" for n in range(201)).encode(), "too_many_columns", ""),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, why: str, what: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content)

    assert (refused.value.why, refused.value.what) == (why, what)


def test_rows_are_named_by_the_line_on_which_they_begin() -> None:
    table = read(b'name,about\r\n"Cut","two\r\nlines"\r\n\r\nWash,x\r\n')

    assert [(row.line, row.cells["name"]) for row in table.rows] == [(2, "Cut"), (5, "Wash")]


def test_a_decimal_comma_between_commas_is_a_cell_too_many() -> None:
    (row,) = read(b"name,price\r\nCut,35,50\r\n").rows

    assert row.beyond == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("35", "35"),
        ("35.50", "35.50"),
        ("35,5", "35.5"),
        ("35,50 €", "35.50"),
        ("€35.50", "35.50"),
        ("EUR 35,-", "35"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("0.255", None),
        ("1.234", None),
        ("1,234", None),
        ("-5", None),
        ("12.5.2024", None),
        ("1,2.3,4", None),
        ("free", None),
        ("9" * 40, None),
        ("", None),
    ],
)
def test_a_number_is_read_as_people_write_it_or_not_at_all(text: str, number: str | None) -> None:
    assert decimal_of(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize("text", ["=1+1", "+358 40 1", "-2+3", "@SUM(A1)", "\tx", "\uff1dcmd", "'=1", "''@x"])
def test_a_formula_is_guarded_and_comes_back(text: str) -> None:
    assert guarded(text)[0] == "'"
    assert unguarded(guarded(text)) == text


CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")).map(str.strip)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(any), max_size=5), st.booleans())
def test_what_is_written_is_read_back_and_runs_nothing(rows: list[list[str]], for_excel: bool) -> None:
    content = write(["one", "two"], rows, for_excel=for_excel)

    table = read(content)
    assert [[row.cells["one"], row.cells["two"]] for row in table.rows] == rows
    for row in rows:
        for cell in row:
            assert guarded(cell)[:1] not in FORMULA or cell == "-"
