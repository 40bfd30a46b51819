"""Tables as spreadsheets, in which text is text and never a formula."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from .errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from .tables import Table

LONGEST_CELL = 32_767
_NARROW, _WIDE = 10, 60
_LOOKED_AT = 100
# The same answer is the same file, whenever it is asked for.
_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)


def sheet(table: Table, title: str) -> bytes:
    """*table* as a workbook of one sheet, its first row frozen; *title* is the sheet's name."""
    return book({title: table}, title)


def book(tables: Mapping[str, Table], title: str) -> bytes:
    """*tables* as a workbook, each a sheet by its name with its first row frozen."""
    out = io.BytesIO()
    workbook = Workbook(out, {"in_memory": True})
    workbook.set_properties({"title": title, "created": _WRITTEN.replace(tzinfo=None)})
    heading = workbook.add_format({"bold": True})
    for name, table in tables.items():
        _fill(workbook.add_worksheet(name[:31]), table, heading)
    workbook.close()
    return out.getvalue()


def _fill(page: Worksheet, table: Table, heading: Format) -> None:
    page.freeze_panes(1, 0)
    for column, name in enumerate(table.columns):
        page.write_string(0, column, name, heading)
        texts = [name, *(str(row[column]) for row in table.rows[:_LOOKED_AT])]
        page.set_column(column, column, min(_WIDE, max(_NARROW, *map(len, texts)) + 2))
    for row, cells in enumerate(table.rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                _write(page, row, column, cell)
            else:
                page.write_number(row, column, cell)
    if table.rows:
        page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write(page: Worksheet, row: int, column: int, text: str) -> None:
    if len(text) > LONGEST_CELL:
        message = (
            f"A cell would have {len(text):,} characters, and a spreadsheet holds "
            f"{LONGEST_CELL:,}; ask for fewer fields, or for CSV."
        )
        raise TooLarge(message)
    if text:
        page.write_string(row, column, text)
