"""Answers as tables, for CSV and spreadsheets: a row for each item and piece of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .answers import Answer, Evidence, Item, Passage

Cell = str | int | float
# Named as in JSON, with where each stands there, so that no key of an item has the same name.
EVIDENCE = (
    "document",
    "document_title",
    "document_publisher",
    "document_issued",
    "statement",
    "statement_kind",
    "statement_modality",
    "statement_basis",
    "statement_link_basis",
    "section",
    "phrase",
    "spans",
    "quote",
)
_ALWAYS = ("id", "type")
_FIRST = ("label", "description", "why", "evidence")


@dataclass(frozen=True, slots=True)
class Table:
    """The names of columns, and rows with a cell for each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table(answer: Answer, fields: Sequence[str] | None = None) -> Table:
    """The items of *answer*, with the columns of *fields*, or of all keys that any item has.

    Where evidence is asked for, an item has a row for each piece, else one; several values of a key
    stand in one cell, parted by ` | `.
    """
    if fields is None:
        own = dict.fromkeys(k for i in answer.items for k in (*i.links, *i.values))
        fields = (*_FIRST, *own)
    asked = [*_ALWAYS, *(f for f in fields if f != "links")]
    columns = [name for field in asked for name in (EVIDENCE if field == "evidence" else (field,))]
    rows = (row for item in answer.items for row in _rows(item, asked))
    return Table(tuple(columns), tuple(rows))


def spans(passage: Passage) -> str:
    """The spans of *passage* in short: `12-57 60-81`."""
    return " ".join(f"{span.start}-{span.end}" for span in passage.spans)


def evidence(value: Evidence) -> tuple[str, ...]:
    """The cells of a piece of evidence, as `EVIDENCE` names them; empty where it has none."""
    passage, statement = value.passage, value.statement
    return (
        value.document.id,
        value.document.title,
        value.document.publisher,
        value.document.issued,
        statement.id,
        statement.kind,
        statement.modality,
        statement.basis,
        statement.link_basis or "",
        (passage.section or "") if passage else "",
        passage.phrase if passage else "",
        spans(passage) if passage else "",
        (passage.quote or "") if passage else "",
    )


def _rows(item: Item, fields: Sequence[str]) -> list[tuple[Cell, ...]]:
    cells = {field: (_cell(item, field),) for field in fields if field != "evidence"}
    pieces = item.evidence if "evidence" in fields else (None,)
    return [
        tuple(
            cell
            for field in fields
            for cell in (evidence(piece) if field == "evidence" and piece else cells[field])
        )
        for piece in pieces
    ]


def _cell(item: Item, field: str) -> Cell:
    common = {"id": item.id, "type": item.type, "label": item.label}
    if field in common:
        return common[field]
    if field == "description":
        return item.description
    if field == "why":
        return " | ".join(item.why)
    values = item.values.get(field, ())
    if len(values) == 1 and isinstance(values[0], (int, float)) and not isinstance(values[0], bool):
        return values[0]
    return " | ".join([*(n.label for n in item.links.get(field, ())), *map(str, values)])
