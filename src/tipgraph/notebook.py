"""Answers as HTML for notebooks; every text is escaped, and nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_ROWS = 20
MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Show:
    """What a notebook shows: a heading, notes below it, and rows of cells with several lines."""

    heading: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Sequence[str]]]


def html(show: Show) -> str:
    """*show* as HTML: the first rows of the table, and how many more there are."""
    more = len(show.rows) - MOST_ROWS
    notes = [*show.notes, *([f"{more:,} more are not shown."] if more > 0 else [])]
    return "".join(
        (
            "<div>",
            f"<p><strong>{escape(show.heading)}</strong></p>",
            *(f"<p>{escape(note)}</p>" for note in notes if note),
            _table(show) if show.rows else "",
            "</div>",
        )
    )


def _table(show: Show) -> str:
    head = _row("th", ([name] for name in show.columns))
    body = "".join(_row("td", row) for row in show.rows[:MOST_ROWS])
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Iterable[Sequence[str]]) -> str:
    style = ' style="text-align: left; vertical-align: top"'
    return f"<tr>{''.join(f'<{tag}{style}>{_cell(cell)}</{tag}>' for cell in cells)}</tr>"


def _cell(lines: Sequence[str]) -> str:
    more = len(lines) - MOST_LINES
    shown = [*lines[:MOST_LINES], *([f"and {more:,} more"] if more > 0 else [])]
    return "<br>".join(map(escape, shown))
