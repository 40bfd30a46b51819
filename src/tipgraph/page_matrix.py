"""Counts over two facets as a table that leads to what is counted: `/matrix`."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from .errors import BadParameter
from .grids import MEASURES, count, shown
from .overview import cell_address
from .page_lists import cleaned
from .pages import PAGES
from .parameters import Given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .matrix import Cell, Heading, Matrices, Matrix
    from .pages import Here, Pages

_TAKEN = ("rows", "columns", "kind", "count", "empty", "depth", "lang")
_SHADES = 8
USUAL = (
    ("type", "pillar", "responses"),
    ("group", "document", "impacts"),
    ("theme", "document", "impacts"),
    ("addressee", "pillar", "responses"),
    ("channel", "form", "impacts"),
)


@dataclass(frozen=True, slots=True)
class Square:
    """A cell as a page shows it: what stands in it, how dark it is, and where it leads."""

    text: str
    shade: int
    state: str
    address: str


def matrix_page(pages: Pages, matrices: Matrices) -> APIRouter:
    """The route `/matrix`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/matrix")
    def matrix(request: Request) -> Response:
        return cleaned(request) or _counted(pages, matrices, request)

    return router


def _counted(pages: Pages, matrices: Matrices, request: Request) -> Response:
    here = pages.here(request)
    given = Given(here.pairs)
    given.only(_TAKEN, "The matrix")
    rows, columns = given.once("rows"), given.once("columns")
    measure = _one_of(given, "count", MEASURES)
    shared = {
        "facets": matrices.facets,
        "kinds": tuple(pages.lookup.kinds),
        "measures": MEASURES,
        "measure": measure,
        "usual": USUAL,
    }
    if not rows or not columns:
        return pages.shown(request, "matrix.html", matrix=None, **shared)
    kind = matrices.kind(rows, columns, given.once("kind"))
    empty = given.truth("empty")
    found = matrices.matrix(kind, rows, columns, empty=empty)
    top = _one_of(given, "depth", ("all", "top")) == "top"
    asked = {"rows": rows, "columns": columns, "kind": kind.name}
    api = here.at("/api/v1/matrix") + "?" + urlencode({**asked, "empty": str(empty).lower()})
    return pages.shown(
        request,
        "matrix.html",
        matrix=found,
        columns=[h for h in found.column_headings if not (top and h.level)],
        lines=list(_Squares(found, measure, here).lines(top)),
        api=api,
        **shared,
    )


@dataclass(frozen=True)
class _Squares:
    """What the squares of a matrix are made with."""

    matrix: Matrix
    measure: str
    here: Here

    def lines(self, top: bool) -> Iterator[tuple[Heading, list[tuple[Heading, Square]]]]:
        """The squares row by row; with *top* those alone whose values have none above them."""
        most = max((count(cell, self.measure) for cell in self.matrix.cells), default=0)
        columns = self.matrix.column_headings
        for row, line in zip(self.matrix.row_headings, self.matrix.lines, strict=False):
            if not (top and row.level):
                pairs = zip(columns, line, strict=True)
                shown_of = [(c, cell) for c, cell in pairs if not (top and c.level)]
                yield row, [(c, self._square(row, c, cell, most)) for c, cell in shown_of]

    def _square(self, row: Heading, column: Heading, cell: Cell, most: int) -> Square:
        number = count(cell, self.measure)
        shade = max(1, round(_SHADES * sqrt(number / most))) if number else 0
        address = self._address(row, column, cell) if number else ""
        return Square(str(shown(cell, self.measure)), shade, cell.state, address)

    def _address(self, row: Heading, column: Heading, cell: Cell) -> str:
        """The list of what is counted; where an axis is the things themselves, the one thing."""
        path, asked = cell_address(self.matrix, row, column)
        if not asked:
            return self.here.thing(cell.things[0].id)
        return self.here.at(path.replace("/api/v1/", "/browse/", 1), asked.items())


def _one_of(given: Given, name: str, allowed: tuple[str, ...]) -> str:
    value = given.once(name) or allowed[0]
    if value not in allowed:
        message = f"{name}={value}: give one of {', '.join(allowed)}."
        raise BadParameter(message, parameter=name, value=value, suggestions=allowed)
    return value
