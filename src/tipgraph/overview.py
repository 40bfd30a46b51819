"""The routes that look over the whole graph: counts over two facets, and gaps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from . import formats, gaplists, grids
from .citation import CITED, documents
from .cursors import cursor as cursor_after
from .cursors import key_after, not_ours
from .errors import BadParameter
from .gaps import Gaps
from .heatmap import heat_map
from .links import Place, citations, pinning
from .matrix import Matrices
from .negotiation import accepted
from .parameters import (
    DEFAULT_LIMIT,
    Given,
    form_of,
    language_of,
    limit_of,
    pinned,
)
from .sheets import book, sheet
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .answers import Document
    from .evidence import Bench
    from .gaps import Gap
    from .lookup import Lookup
    from .matrix import Heading, Matrix
    from .questions import Questions

LIST_TYPES = {name: formats.ITEM_TYPES[name] for name in ("json", "csv", "xlsx", *CITED)}
MATRIX_TYPES = {**LIST_TYPES, "svg": "image/svg+xml; charset=utf-8"}
OF_MATRIX = ("rows", "columns", "kind", "count", "empty", "lang", "format", "bom", "release")
OF_GAPS = ("gap", "lang", "limit", "cursor", "format", "bom", "release")
MATRIX = "How many things, statements and documents are there over two facets?"
GAPS = "What has no answer, on what ground, and how sure is that?"
_COUNTED = ("csv", "svg")


def overview_router(bench: Bench, lookup: Lookup, questions: Questions) -> APIRouter:
    """The routes `/api/v1/matrix` and `/api/v1/gaps`."""
    router = APIRouter()
    service = _Service(bench, Matrices(bench, lookup), Gaps(bench, questions))

    @router.get("/api/v1/matrix", tags=["Things"], summary=MATRIX)
    def matrix(request: Request) -> Response:
        return service.matrix(request)

    @router.get("/api/v1/gaps", tags=["Questions"], summary=GAPS)
    def gaps(request: Request) -> Response:
        return service.gaps(request)

    return router


def cell_address(matrix: Matrix, row: Heading, column: Heading) -> tuple[str, dict[str, str]]:
    """Path and parameters of the list of what is in a cell.

    Where an axis is the things themselves, it is the list of what is known of that one thing.
    """
    kind = matrix.kind
    asked = {matrix.rows: row.name, matrix.columns: column.name}
    own = next((name for name in asked if name not in kind.facets), None)
    if own is None:
        return f"/api/v1/{kind.name}", asked
    return f"/api/v1/{kind.name}/{asked[own]}", {}


def written_matrix(matrix: Matrix, form: str, count: str) -> bytes:
    """*matrix* in the format *form* for a file or a terminal; JSON has no links there."""
    if count not in grids.MEASURES:
        message = f"--count {count}: give one of {', '.join(grids.MEASURES)}."
        raise BadParameter(message)
    ways: dict[str, Callable[[], str | bytes]] = {
        "text": lambda: grids.text(matrix, count) + "\n",
        "csv": lambda: formats.table_csv(grids.cells(matrix)),
        "json": lambda: _json({"items": grids.document(matrix)[0], **grids.document(matrix)[1]}),
        "xlsx": lambda: book(grids.sheets(matrix), "matrix"),
        "svg": lambda: heat_map(matrix, count),
    }
    return _written(form, ways)


def written_gaps(gaps: Sequence[Gap], form: str) -> bytes:
    """*gaps* in the format *form* for a file or a terminal; JSON has IRIs for links."""
    ways: dict[str, Callable[[], str | bytes]] = {
        "text": lambda: gaplists.text(gaps) + "\n",
        "csv": lambda: formats.table_csv(gaplists.table(gaps)),
        "json": lambda: _json({"items": [gaplists.gap(gap, lambda _, iri: iri) for gap in gaps]}),
        "xlsx": lambda: sheet(gaplists.table(gaps), "gaps"),
    }
    return _written(form, ways)


def _written(form: str, ways: Mapping[str, Callable[[], str | bytes]]) -> bytes:
    if form not in ways:
        message = f"--format {form}: give one of {', '.join(ways)}."
        raise BadParameter(message)
    body = ways[form]()
    return body.encode() if isinstance(body, str) else body


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True)
class _Service:
    """What the routes share."""

    bench: Bench
    matrices: Matrices
    found: Gaps

    def matrix(self, request: Request) -> Response:
        """The counts over two facets, in the format that is wanted."""
        given = Given(request.query_params.multi_items())
        given.only(OF_MATRIX, "The matrix")
        form = form_of(given, accepted(request), MATRIX_TYPES)
        rows, columns = _needed(given, "rows"), _needed(given, "columns")
        count = _count(given, form)
        kind = self.matrices.kind(rows, columns, given.once("kind"))
        empty = "empty" not in given or given.truth("empty")
        found = self.matrices.matrix(kind, rows, columns, language_of(given), empty)
        here = _here(request, given)
        if form == "json":
            return self._sent(here, given, form, self._matrix_json(found, here))
        if form in CITED:
            told = (iri for cell in found.cells for iri in cell.documents)
            return self._cited(here, given, form, [self.bench.documents[iri] for iri in told])
        if form == "svg":
            return self._sent(here, given, form, heat_map(found, count or grids.MEASURES[0]))
        if form == "xlsx":
            return self._sent(here, given, form, book(grids.sheets(found), "matrix"))
        table = grids.grid(found, count) if count else grids.cells(found)
        return self._sent(here, given, form, formats.table_csv(table))

    def gaps(self, request: Request) -> Response:
        """The gaps by rank, a page of them."""
        given = Given(request.query_params.multi_items())
        given.only(OF_GAPS, "The list of gaps")
        form = form_of(given, accepted(request), LIST_TYPES)
        kinds = [part.strip() for part in given.joined().get("gap", "").split(",") if part.strip()]
        if "gap" in given and not kinds:
            message = "gap is empty; name a kind of gap, or leave it out."
            raise BadParameter(message, parameter="gap", suggestions=self.found.kinds)
        language = language_of(given)
        every = self.found.of(kinds, language)
        # Whoever cites wants every document that supports the answer.
        limit = limit_of(given, len(every) if form in CITED else DEFAULT_LIMIT)
        query = f"gaps\n{language}\n{','.join(sorted(set(kinds)))}"
        start = _start(every, query, given.once("cursor"))
        page = every[start : start + limit]
        more = start + limit < len(every)
        following = cursor_after(query, [page[-1].rank]) if more else None
        here = _here(request, given)
        if form in CITED:
            return self._cited(here, given, form, documents(gap.item for gap in page))
        if form == "json":
            told = self._gaps_json(page, len(every), limit, here, following)
            return self._sent(here, given, form, told)
        table = gaplists.table(page)
        body = sheet(table, "gaps") if form == "xlsx" else formats.table_csv(table)
        return self._sent(here, given, form, body)

    def _matrix_json(self, matrix: Matrix, here: Place) -> dict[str, object]:
        def address(row: Heading, column: Heading) -> str:
            path, asked = cell_address(matrix, row, column)
            return Place(here.root, path, tuple(asked.items())).url

        items, headings = grids.document(matrix, address)
        meta = {
            "kind": matrix.kind.name,
            "total": matrix.total,
            "returned": len(items),
            "release": self.bench.release.version,
            "question": {"name": "matrix", "summary": MATRIX, "parameters": _asked(here)},
            "kinds": [k.name for k in self.matrices.fitting(matrix.rows, matrix.columns)],
            "sparql": dict(matrix.sparql),
            "coverage": self._coverage(),
        }
        return {"items": items, **headings, "meta": meta, "links": self._links(here, MATRIX_TYPES)}

    def _gaps_json(
        self, page: Sequence[Gap], total: int, limit: int, here: Place, following: str | None
    ) -> dict[str, object]:
        meta = {
            "total": total,
            "returned": len(page),
            "limit": limit,
            "release": self.bench.release.version,
            "question": {"name": "gaps", "summary": GAPS, "parameters": _asked(here)},
            "counts": dict(self.found.counts()),
            "coverage": self._coverage(),
        }
        following_url = here.but(cursor=following).url if following else None
        links = {**self._links(here, LIST_TYPES), "next": following_url}
        items = [gaplists.gap(gap, here.of) for gap in page]
        return {"items": items, "meta": meta, "links": links}

    def _links(self, here: Place, types: Mapping[str, str]) -> dict[str, str | None]:
        others = {
            form: here.but(format=form, bom=None, count=None).url
            for form in types
            if form != "json"
        }
        permalink = here.pinned(self.bench.release.version).url
        return {"self": here.url, "next": None, "permalink": permalink, **others}

    def _coverage(self) -> dict[str, str]:
        return {slug(e.document.id): e.statement.basis for e in self.bench.coverage}

    def _cited(self, here: Place, given: Given, form: str, found: Iterable[Document]) -> Response:
        asked = " ".join([slug(here.path), *(f"{k}={v}" for k, v in _asked(here).items())])
        return self._sent(here, given, form, citations(self.bench, found, form, here, asked))

    def _sent(self, here: Place, given: Given, form: str, body: object) -> Response:
        name = slug(here.path)
        bom = given.truth("bom")
        if bom and form != "csv":
            message = f"bom is for CSV, and this is {form}; leave it out, or add format=csv."
            raise BadParameter(message, parameter="bom")
        release = self.bench.release.version
        headers = pinning(here, release, pinned=pinned(given, release))
        if form == "xlsx":
            headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        if isinstance(body, dict):
            return JSONResponse(body, headers=headers)
        whole = "\ufeff" + body if bom and isinstance(body, str) else body
        return Response(whole, media_type=MATRIX_TYPES[form], headers=headers)


def _needed(given: Given, name: str) -> str:
    text = given.once(name)
    if not text:
        message = f"{name} is missing; name a facet, such as rows=group&columns=document."
        raise BadParameter(message, parameter=name)
    return text


def _count(given: Given, form: str) -> str | None:
    named = given.once("count")
    if named is not None and named not in grids.MEASURES:
        message = f"count={named}: give one of {', '.join(grids.MEASURES)}."
        raise BadParameter(message, parameter="count", value=named, suggestions=grids.MEASURES)
    if named is not None and form not in _COUNTED:
        message = f"count is for CSV and SVG, and this is {form}, which has all counts."
        raise BadParameter(message, parameter="count")
    return named


def _start(gaps: Sequence[Gap], query: str, cursor: str | None) -> int:
    if cursor is None:
        return 0
    key = key_after(query, cursor)
    ranks = [gap.rank for gap in gaps]
    if len(key) != 1 or key[0] not in ranks:
        raise not_ours(cursor)
    return ranks.index(int(str(key[0]))) + 1


def _here(request: Request, given: Given) -> Place:
    return Place(str(request.base_url).rstrip("/"), request.url.path, given.pairs)


def _asked(here: Place) -> dict[str, str]:
    giving = {"lang", "format", "bom", "release", "limit", "cursor"}
    return Given(here.pairs).joined(without=giving)
