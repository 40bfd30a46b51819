"""A matrix as JSON, as tables for CSV and spreadsheets, and as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .matrix import FOUND, PARTLY, UNKNOWN
from .tables import Table
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Callable

    from .matrix import Cell, Heading, Matrix
    from .tables import Cell as Content

MEASURES = ("things", "statements", "documents")
_COLUMNS = (
    "row",
    "row_label",
    "column",
    "column_label",
    "things",
    "together",
    "listed",
    "statements",
    "documents",
    "state",
    "assessed",
    "items",
)
# What stands for a zero that is not one, or not surely.
_SIGNS = {PARTLY: "0?", UNKNOWN: "-"}


def count(cell: Cell, measure: str) -> int:
    """How many things, statements or documents *cell* has."""
    return {
        "things": len(cell.things),
        "statements": cell.statements,
        "documents": len(cell.documents),
    }[measure]


def document(
    matrix: Matrix, address: Callable[[Heading, Heading], str] | None = None
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """The cells of *matrix* as JSON has them, and its headings; *address* is of a cell's list."""
    heads = {h.id: h for h in (*matrix.row_headings, *matrix.column_headings)}
    told = [
        _cell(cell, address(heads[cell.row], heads[cell.column]) if address else None)
        for cell in matrix.cells
    ]
    return told, {
        "rows": [_heading(h) for h in matrix.row_headings],
        "columns": [_heading(h) for h in matrix.column_headings],
    }


def _cell(cell: Cell, address: str | None) -> dict[str, object]:
    return {
        "row": cell.row,
        "column": cell.column,
        "counts": {
            **{m: count(cell, m) for m in MEASURES},
            "together": cell.together,
            "listed": cell.listed,
        },
        "documents": list(map(slug, cell.documents)),
        "state": cell.state,
        "assessed": list(map(slug, cell.assessed)),
        "items": [{"id": thing.id, "label": thing.label} for thing in cell.things],
        **({"links": {"list": address}} if address else {}),
    }


def _heading(heading: Heading) -> dict[str, object]:
    return {
        "id": heading.id,
        "label": heading.label,
        "name": heading.name,
        "broader": list(heading.broader),
        "level": heading.level,
        "counts": {
            "things": heading.things,
            "statements": heading.statements,
            "documents": heading.documents,
        },
    }


def cells(matrix: Matrix) -> Table:
    """A row for each cell of *matrix*, with its counts and what is behind them."""
    labels = {h.id: h.label for h in (*matrix.row_headings, *matrix.column_headings)}
    return Table(
        _COLUMNS,
        tuple(
            (
                cell.row,
                labels[cell.row],
                cell.column,
                labels[cell.column],
                len(cell.things),
                cell.together,
                cell.listed,
                cell.statements,
                len(cell.documents),
                cell.state,
                " | ".join(map(slug, cell.assessed)),
                " | ".join(thing.label for thing in cell.things),
            )
            for cell in matrix.cells
        ),
    )


def grid(matrix: Matrix, measure: str) -> Table:
    """*matrix* as it looks: its rows and columns, and in each cell a count or what a zero means."""
    return Table(
        (f"{matrix.rows} / {matrix.columns}", *(h.label for h in matrix.column_headings)),
        tuple(
            ("  " * head.level + head.label, *(shown(cell, measure) for cell in line))
            for head, line in zip(matrix.row_headings, matrix.lines, strict=False)
        ),
    )


def shown(cell: Cell, measure: str) -> Content:
    """The count of *cell*; for a zero, whether it was looked for."""
    if cell.state == FOUND:
        return count(cell, measure)
    return _SIGNS.get(cell.state, 0)


def sheets(matrix: Matrix) -> dict[str, Table]:
    """The tables of a workbook: one for each count, and one with all cells."""
    return {**{measure: grid(matrix, measure) for measure in MEASURES}, "cells": cells(matrix)}


def text(matrix: Matrix, measure: str) -> str:
    """*matrix* for a terminal: the columns have numbers, told above."""
    table = grid(matrix, measure)
    width = max((len(str(row[0])) for row in table.rows), default=0)
    told = [f"{number:>3}  {name}" for number, name in enumerate(table.columns[1:], start=1)]
    head = " " * width + "".join(f"{number:>5}" for number in range(1, len(table.columns)))
    lines = [f"{row[0]:<{width}}" + "".join(f"{cell:>5}" for cell in row[1:]) for row in table.rows]
    return "\n".join([*told, "", head, *lines])
