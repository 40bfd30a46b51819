"""The matrix and the gaps, as OpenAPI describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .gaps import ASSESSED, LEVELS, PARTLY, UNKNOWN, Gaps
from .grids import MEASURES
from .languages import DEFAULT
from .matrix import FOUND, NONE, Matrices
from .matrix import PARTLY as PARTLY_READ
from .matrix import UNKNOWN as NOT_READ
from .overview import GAPS, LIST_TYPES, MATRIX, MATRIX_TYPES
from .parameters import MAX_LIMIT
from .schemas import Schema, closed, many, ref
from .standing import OF_STORES, TEXT, Operation, by_media, chosen, in_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .evidence import Bench
    from .lookup import Lookup
    from .questions import Questions

_COUNT: Schema = {"type": "integer", "minimum": 0}
_IRI: Schema = {"type": "string", "format": "uri"}
_CSL: Schema = many({"type": "object"}, description="Documents as CSL-JSON has them.")
_URL = _IRI
_NAMES: Schema = many(TEXT)
_LINKS = {"self": _URL, "next": {"type": ["string", "null"], "format": "uri"}, "permalink": _URL}
_BY_NAME: Schema = {"type": "object", "additionalProperties": TEXT}
_TRUTH: Schema = {"type": "boolean"}


def overviews(bench: Bench, lookup: Lookup, questions: Questions) -> Iterator[Operation]:
    """The operations of the overview of the graph of *bench*."""
    release = bench.release.version
    pinned = "Answer for this release or not at all: the address is then one for good."
    common = (
        in_query(
            "lang",
            "The language of labels, where they are in several: a tag of BCP 47.",
            {"type": "string", "format": "language-tag", "default": DEFAULT},
            example=DEFAULT,
        ),
        in_query("bom", "Begin CSV with a byte order mark.", _TRUTH, example=False),
        chosen("release", pinned, [release], release),
    )
    yield _matrix(Matrices(bench, lookup), lookup.kinds, common)
    yield _gaps(Gaps(bench, questions).kinds, common)


def _matrix(matrices: Matrices, kinds: Iterable[str], common: tuple[Schema, ...]) -> Operation:
    facets: Schema = {"type": "string", "enum": list(matrices.facets)}
    about = "A facet, or a kind in the singular for the things themselves."
    return Operation(
        "/api/v1/matrix",
        "/api/v1/matrix",
        "countOverFacets",
        "Things",
        MATRIX,
        by_media(MATRIX_TYPES, {"json": ref("Matrix"), "xlsx": {}, "csl": _CSL}),
        (404, 406, 413, 422, *OF_STORES[1:]),
        (
            in_query("rows", f"Of the rows. {about}", facets, required=True, example="type"),
            in_query(
                "columns", f"Of the columns. {about}", facets, required=True, example="pillar"
            ),
            chosen("kind", "What is counted, if several kinds have both.", kinds, "responses"),
            chosen("count", "What is counted in SVG, or a wide CSV.", MEASURES, MEASURES[0]),
            in_query("empty", "With values that nothing has.", _TRUTH, example=True),
            chosen("format", "The format, where `Accept` cannot be sent.", MATRIX_TYPES, "json"),
            *common,
        ),
        "A thing is in a cell if the list of the kind with both facets has it; where an axis is "
        "the document, that document itself must say both. A broader value "
        "counts the things of its narrower ones once. A cell with nothing says whether the "
        "documents were read for it. Two facets that no kind has together are refused with 422. "
        "count is for CSV and SVG, bom is for CSV.",
        example="/api/v1/matrix?rows=type&columns=pillar&kind=responses",
    )


def _gaps(kinds: tuple[str, ...], common: tuple[Schema, ...]) -> Operation:
    each = many({"type": "string", "enum": list(kinds)}, minItems=1)
    return Operation(
        "/api/v1/gaps",
        "/api/v1/gaps",
        "listGaps",
        "Questions",
        GAPS,
        by_media(LIST_TYPES, {"json": ref("GapList"), "xlsx": {}, "csl": _CSL}),
        (404, 406, 422, *OF_STORES),
        (
            in_query("gap", "Kinds of gap; else all.", each, explode=True, example=[*kinds[:1]]),
            in_query(
                "limit",
                "At most so many gaps.",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
                example=10,
            ),
            in_query(
                "cursor",
                "Where the next page begins: taken from `links.next` of the page before.",
                {"type": "string", "format": "cursor"},
            ),
            chosen("format", "The format, where `Accept` cannot be sent.", LIST_TYPES, "json"),
            *common,
        ),
        "By rank: first what has nothing at all, then by how many documents and statements tell "
        "of it. Each gap says for what the documents were read, and what makes it less sure.",
        example="/api/v1/gaps?limit=1",
    )


_COUNTS = dict.fromkeys(MEASURES, _COUNT)
_HEADING = closed(
    {
        "id": _IRI,
        "label": TEXT,
        "name": {"type": "string", "description": "What a list calls it."},
        "broader": many(_IRI, description="Those of the same facet that are above it."),
        "level": {**_COUNT, "description": "How deep it stands."},
        "counts": closed(_COUNTS, "All that has the value, also in no cell."),
    },
    "A value of a facet.",
)
_CELL = closed(
    {
        "row": _IRI,
        "column": _IRI,
        "counts": closed(
            {
                **_COUNTS,
                "together": {**_COUNT, "description": "Things of which one statement says both."},
                "listed": {**_COUNT, "description": "How many things the list has."},
            },
            "How many there are.",
        ),
        "documents": many(TEXT, description="Slugs of the documents that say so."),
        "state": {"type": "string", "enum": [FOUND, NONE, PARTLY_READ, NOT_READ]},
        "assessed": many(TEXT, description="Slugs of the documents read whole for both values."),
        "items": many(ref("Named")),
        "links": closed({"list": _URL}, "The list with both facets."),
    },
    "What has both values.",
)
_QUERIES = closed({"rows": TEXT, "columns": TEXT}, "The queries that find who has which value.")
_MATRIX_META = closed(
    {
        "kind": TEXT,
        "total": {**_COUNT, "description": "How many things have a value of both facets."},
        "returned": {**_COUNT, "description": "How many cells there are."},
        "release": TEXT,
        "question": ref("Asked"),
        "kinds": many(TEXT, description="The kinds that have both facets."),
        "sparql": _QUERIES,
        "coverage": _BY_NAME,
    },
    "What was counted.",
)
_GAP = closed(
    {
        "id": _IRI,
        "type": TEXT,
        "label": TEXT,
        "description": TEXT,
        "why": _NAMES,
        "evidence": many(ref("Evidence"), minItems=1),
        "links": ref("ItemLinks"),
        "gap": TEXT,
        "rank": {"type": "integer", "minimum": 1},
        "because": {"type": "string", "description": "Why it has this rank."},
        "ground": closed(
            {
                "state": {"type": "string", "enum": [ASSESSED, PARTLY, UNKNOWN]},
                "assessed": many(TEXT, description="Slugs of the documents read whole for it."),
            },
            "On what ground it is a gap.",
        ),
        "sure": closed(
            {"level": {"type": "string", "enum": list(LEVELS)}, "doubts": _NAMES},
            "How sure it is.",
        ),
        "near": many(ref("Named"), description="Things that may fill it."),
        "question": {"type": "string", "description": "The question that finds it."},
    },
    "A thing that lacks something.",
)
_GAP_META = closed(
    {
        "total": _COUNT,
        "returned": _COUNT,
        "limit": _COUNT,
        "release": TEXT,
        "question": ref("Asked"),
        "counts": {"type": "object", "additionalProperties": _COUNT},
        "coverage": _BY_NAME,
    },
    "What was asked, and how many gaps there are of each kind.",
)
SCHEMAS: dict[str, Schema] = {
    "Heading": _HEADING,
    "MatrixCell": _CELL,
    "Matrix": closed(
        {
            "items": many(ref("MatrixCell")),
            "rows": many(ref("Heading")),
            "columns": many(ref("Heading")),
            "meta": _MATRIX_META,
            "links": closed(
                {**_LINKS, **dict.fromkeys((*MATRIX_TYPES,)[1:], _URL)}, "Other formats."
            ),
        },
        "Counts over two facets, row by row.",
    ),
    "Gap": _GAP,
    "GapList": closed(
        {
            "items": many(ref("Gap")),
            "meta": _GAP_META,
            "links": closed(
                {**_LINKS, **dict.fromkeys((*LIST_TYPES,)[1:], _URL)}, "Other pages and formats."
            ),
        },
        "Gaps by rank.",
    ),
}
