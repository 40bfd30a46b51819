"""Spreadsheets to be filled in by a curator: empty, or with what the graph has of a document."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from .described import TYPE, Described, Node
from .forms import KIND, NAME, PHRASE, SPANS, UNITS, forms
from .terms import PREFIXES, STATEMENT_CLASSES, TIP, Iri, Literal, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from .described import Value
    from .forms import Column, Form
    from .names import Names

_OA, _SOURCE = PREFIXES["oa"], TIP + "statedIn"
_ROWS = 1000
_WIDE, _NARROW = 30, 20
# The same graph gives the same file, whenever it is asked for.
_WRITTEN = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zones
ABOUT = (
    (
        "A row of Statements is one claim of the document. Choose from the lists, or type a label; "
        "several values stand in one cell with ; between them."
    ),
    (
        "Words: the words of the passage as they stand in the text. They do not get into the "
        "graph: only where they stand, and a phrase of at most eight of them."
    ),
    "Document: the name alone, if the graph has the document; else the whole row.",
    "Impacts and Responses: only those that the graph does not have yet.",
    "tipgraph import reads the file back, and names every cell that must be seen to.",
)

Filled = dict[str, list[dict[str, str]]]


def choices(names: Names, column: Column) -> list[str]:
    """What may stand in *column*, if that can be listed."""
    if column.takes == KIND:
        return list(STATEMENT_CLASSES)
    if column.takes == "unit":
        return list(UNITS)
    if not column.is_thing or column.takes == "Statement":
        return []
    return sorted({entry.label for entry in names.of(column.takes).values()}, key=str.lower)


def filled(graph: Described, names: Names, document: str) -> Filled:
    """The rows on *document* as the graph has it."""
    made = forms(graph)
    statements = sorted(t for t, p in graph.uses.get(document, ()) if p == _SOURCE)
    rows = [_row(graph, names, made["Statements"], one) for one in statements]
    return {"Document": [{"Name": slug(document)}], "Statements": rows}


def workbook(graph: Described, names: Names, rows: Filled) -> bytes:
    """A workbook with the sheets, their drop-downs, and *rows*."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": "tipgraph", "created": _WRITTEN})
    about, made = book.add_worksheet("Read me"), forms(graph)
    about.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
    for number, line in enumerate(ABOUT):
        about.write_string(number, 0, line)
    pages = {name: book.add_worksheet(name) for name in made}
    lists = book.add_worksheet("Lists")
    heading = book.add_format({"bold": True})
    places: dict[str, str] = {}
    for name, form in made.items():
        pages[name].freeze_panes(1, 2)
        for at, column in enumerate(form.columns):
            _head(pages[name], at, column, heading)
            listed = choices(names, column)
            if listed and column.takes not in places:
                places[column.takes] = _listed(lists, len(places), column.takes, listed)
            if listed:
                pages[name].data_validation(1, at, _ROWS, at, _validation(places[column.takes]))
        _fill(pages[name], form, rows.get(name, ()))
    book.close()
    return out.getvalue()


def tables(graph: Described, names: Names, rows: Filled) -> Mapping[str, bytes]:
    """The sheets as CSV files by their names, and the lists of what may stand in them."""
    made = forms(graph)
    found = {}
    for name, form in made.items():
        titles = [column.title for column in form.columns]
        body = [[row.get(title, "") for title in titles] for row in rows.get(name, ())]
        found[f"{name.lower()}.csv"] = _csv([titles, *body])
    listed = {c.takes: choices(names, c) for form in made.values() for c in form.columns}
    kept = {takes: values for takes, values in listed.items() if values}
    longest = max(map(len, kept.values()), default=0)
    body = [[v[n] if n < len(v) else "" for v in kept.values()] for n in range(longest)]
    found["lists.csv"] = _csv([list(kept), *body])
    return found


def _head(page: Worksheet, at: int, column: Column, heading: Format) -> None:
    """The heading of a column, which explains itself."""
    page.write_string(0, at, column.title, heading)
    page.set_column(at, at, _WIDE if column.takes in {"text", "words"} else _NARROW)
    if column.help != column.title:
        page.write_comment(0, at, column.help)


def _fill(page: Worksheet, form: Form, rows: Sequence[Mapping[str, str]]) -> None:
    for number, row in enumerate(rows, 1):
        for at, column in enumerate(form.columns):
            if row.get(column.title):
                page.write_string(number, at, row[column.title])


def _listed(page: Worksheet, at: int, title: str, values: Sequence[str]) -> str:
    page.write_string(0, at, title)
    for number, value in enumerate(values, 1):
        page.write_string(number, at, value)
    letter = xl_col_to_name(at)
    return f"=Lists!${letter}$2:${letter}${len(values) + 1}"


def _validation(place: str) -> dict[str, object]:
    # Not a stop: several values may stand in a cell, and a new impact is in no list yet.
    return {"validate": "list", "source": place, "error_type": "information", "show_error": False}


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    # Excel takes a file for UTF-8 by this mark alone.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _row(graph: Described, names: Names, form: Form, thing: str) -> dict[str, str]:
    """What the graph says of *thing*, by the titles of the columns."""
    own = _own(graph, thing)
    found = {column.title: own.get(column.takes, "") for column in form.columns if not column.iri}
    for column in form.columns:
        if column.iri:
            values = graph.values(thing, column.iri)
            found[column.title] = "; ".join(_cell(graph, names, column, v) for v in values)
    return found


def _own(graph: Described, thing: str) -> dict[str, str]:
    """Name and kind of a statement, and how its passage is marked."""
    kinds = {cls: kind for kind, cls in STATEMENT_CLASSES.items()}
    types = [slug(iri) for iri in graph.iris(thing, TYPE)]
    passage = next(iter(graph.iris(thing, TIP + "evidencedBy")), "")
    selectors = [v for v in graph.values(passage, _OA + "hasSelector") if isinstance(v, Node)]
    starts, ends = (map(int, _texts(selectors, name)) for name in ("start", "end"))
    return {
        NAME: slug(thing),
        KIND: next((kinds[t] for t in types if t in kinds), ""),
        PHRASE: "; ".join(_texts(selectors, "exact")),
        SPANS: ", ".join(f"{a}-{b}" for a, b in sorted(zip(starts, ends, strict=True))),
    }


def _texts(selectors: Iterable[Node], name: str) -> list[str]:
    return [
        value.value
        for selector in selectors
        for value in selector.values(_OA + name)
        if isinstance(value, Literal)
    ]


def _cell(graph: Described, names: Names, column: Column, value: Value) -> str:
    """*value* as a person would write it, if that means no other thing."""
    if not isinstance(value, Iri):
        return value.value if isinstance(value, Literal) else ""
    if column.takes == "unit":
        return next((word for word, unit in UNITS.items() if unit == slug(value.value)), "")
    if not column.is_thing:
        return value.value
    label = graph.label(value.value)
    known = names.of(column.takes).get(label.casefold()) if label else None
    plain = known is not None and known.iri == value.value and ";" not in label
    return label if plain else slug(value.value)
