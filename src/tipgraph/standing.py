"""The operations that are there whatever the graph holds, as OpenAPI describes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from . import __version__
from .dumps import ENDINGS
from .endpoint import FORMAT_NAMES
from .entities import OFFERED
from .findings import BESIDE
from .formats import GRAPH_TYPES, ROW_TYPES
from .languages import DEFAULT
from .rdf import READ_TYPES
from .reports import MAX_RESULTS, REPORT_TYPES
from .schemas import Schema, many, ref
from .terms import ID, PREFIXES
from .validation import MAX_BODY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

JSON = "application/json"
TEXT: Schema = {"type": "string"}
# What goes wrong where another server is the store: too much, at fault, too slow.
OF_STORES = (413, 502, 504)


class Kept(Enum):
    """Whether an answer may be kept, and so has an `ETag`."""

    ALWAYS = auto()
    UNLESS_OF_THE_MOMENT = auto()
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a client can ask for, and what it may be answered.

    *route* is the service's own pattern, of which *path* may be one case. *answers* has the schema
    of each media type, *problems* the statuses of what may go wrong. *example* is an address that
    has an answer, or *shown* is such an answer where it is of the moment or costs much.
    """

    route: str
    path: str
    name: str
    tag: str
    summary: str
    answers: Mapping[str, Schema]
    problems: tuple[int, ...] = ()
    parameters: tuple[Schema, ...] = ()
    description: str = ""
    method: str = "get"
    body: Schema | None = None
    example: str = ""
    shown: object = None
    elsewhere: str = ""
    of_items: bool = False
    kept: Kept = Kept.ALWAYS


def in_query(name: str, description: str, schema: Schema, **more: object) -> Schema:
    """A parameter in the address."""
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def chosen(name: str, description: str, choices: Iterable[str], example: str) -> Schema:
    """A parameter in the address that is one of *choices*."""
    return in_query(name, description, {"type": "string", "enum": list(choices)}, example=example)


def in_path(name: str, description: str, schema: Schema, example: str) -> Schema:
    """A part of the path."""
    shown = {"example": example} if example else {}
    described = {"name": name, "in": "path", "required": True, "description": description}
    return {**described, "schema": schema, **shown}


def slug_of(class_name: str, description: str, example: str) -> Schema:
    """The part of the path that names a thing of a class."""
    local = class_name.rsplit(":", 1)[-1]
    return in_path("slug", description, {**TEXT, "format": f"slug-of-{local}"}, example)


def by_media(types: Mapping[str, str], of: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schema of each media type of *types*: what *of* has, or else text."""
    other = {"jsonld": _JSONLD}
    return {full.split(";")[0]: of.get(key, other.get(key, TEXT)) for key, full in types.items()}


def standing(graphs: Sequence[str]) -> Iterator[Operation]:
    """Every operation, where the store has the named *graphs*."""
    yield from _LISTS
    yield from _sparql()
    yield from _things()
    yield from _graphs(graphs)
    yield from _ontology()
    yield from _DESCRIPTIONS
    yield _validate()
    yield from _OPERATIONS


_JSONLD: Schema = {"anyOf": [many({}), {"type": "object"}]}
_GRAPH_ANSWERS = by_media(GRAPH_TYPES, {})
_IRIS = {"format": "iri", "type": "string"}
_DATASET = {
    "default-graph-uri": many(_IRIS, description="Graphs that are queried as one."),
    "named-graph-uri": many(_IRIS, description="Graphs that GRAPH can name."),
}
_FORMATS: dict[str, Schema] = {
    "format": {
        "type": "string",
        "enum": list(FORMAT_NAMES),
        "description": "The format by name or media type, where `Accept` cannot be sent.",
    },
    "output": {
        "type": "string",
        "enum": list(FORMAT_NAMES),
        "description": "The same as format; where several are given, they must mean one format.",
    },
    "results": {
        "type": "string",
        "enum": list(FORMAT_NAMES),
        "description": "The same as format; where several are given, they must mean one format.",
    },
}
_MARK: Schema = {"type": "string", "description": "The mark of some editors; it has no effect."}
_GIVEN = {**_DATASET, **_FORMATS, "ac": _MARK}
_QUERY: Schema = {
    "type": "string",
    "format": "sparql-query",
    "minLength": 1,
    "description": "A SPARQL 1.1 query; not an update.",
}
_ASKED = (
    "PREFIX tip: <https://w3id.org/tipgraph/ontology#>\n"
    "SELECT ?impact WHERE { ?impact a tip:Impact } ORDER BY ?impact LIMIT 1"
)


def _sparql() -> Iterator[Operation]:
    answers = by_media({**ROW_TYPES, **GRAPH_TYPES}, {"json": ref("SparqlResults")})
    examples = {"format": "json", "output": "json", "results": "json", "ac": "1"}
    given = tuple(
        in_query(
            name,
            str(schema["description"]),
            schema,
            **({"example": examples[name]} if name in examples else {}),
        )
        for name, schema in _GIVEN.items()
    )
    yield Operation(
        "/sparql",
        "/sparql",
        "querySparql",
        "SPARQL",
        "Ask a SPARQL query, or what the endpoint can do",
        answers,
        (400, 406, 413, 414, 422, 502, 503, 504),
        (in_query("query", "The query.", _QUERY, example=_ASKED), *given),
        "The query operation of the SPARQL 1.1 Protocol. SELECT and ASK are answered in a row "
        "format, CONSTRUCT and DESCRIBE in a graph format; 406 says that the one asked for does "
        "not fit the query. An answer that differs from time to time, as by RAND or NOW, has no "
        "`ETag`. Without any parameter the answer is the SPARQL 1.1 Service Description, in a "
        "graph format by `Accept`.",
        example="/sparql?" + urlencode({"query": _ASKED}),
        elsewhere="Where `text/html` is liked best, and there is a query at most: the editor.",
        kept=Kept.UNLESS_OF_THE_MOMENT,
    )
    yield Operation(
        "/sparql",
        "/sparql",
        "querySparqlByPost",
        "SPARQL",
        "Ask a SPARQL query in the body",
        answers,
        (400, 406, 413, 414, 415, 422, 502, 503, 504),
        given,
        "As by GET: the body is a form with the same parameters, or the query itself. Those in "
        "the address count as well, and a query may be given once.",
        "post",
        body={"required": True, "content": _asked_in_body()},
        example="/sparql?" + urlencode({"query": _ASKED}),
    )


def _asked_in_body() -> Schema:
    form = {
        "type": "object",
        "properties": {"query": _QUERY, **_GIVEN},
        "required": ["query"],
        "additionalProperties": False,
    }
    return {
        "application/x-www-form-urlencoded": {"schema": form, "example": {"query": _ASKED}},
        "application/sparql-query": {"schema": _QUERY, "example": _ASKED},
    }


_FORMAT = chosen("format", "The format, where `Accept` cannot be sent.", OFFERED, "turtle")
_NO_PAGE = (
    "There is no page of it: with `Accept: text/html` it is given as Turtle, and with "
    "`application/json` as JSON-LD."
)

_PAGE: dict[str, Schema] = {"text/html": {"type": "string"}}
_LISTED = (
    "With `Accept: text/html` it is a page for people. With `application/json` it leads to what "
    "the API says of the thing (303), if the thing is in one of the lists."
)
_PAGED = (
    "With `Accept: text/html` it is a page for people, and with `application/json` it is given as "
    "JSON-LD."
)


def _entity(
    path: str, name: str, summary: str, parameters: tuple[Schema, ...], example: str
) -> Operation:
    folder = path.split("/")[1]
    paged = folder in {"id", "concept"}
    listed = paged and "scheme" not in path
    return Operation(
        f"/{folder}/{{path:path}}",
        path,
        name,
        "Entities",
        summary,
        {**_GRAPH_ANSWERS, **(_PAGE if paged else {})},
        (404, 406, 422, *OF_STORES),
        (*parameters, _FORMAT),
        _LISTED if listed else _PAGED if paged else _NO_PAGE,
        example=example,
        elsewhere="What the API says of the thing." if listed else "",
    )


def _things() -> Iterator[Operation]:
    kinds = sorted(ns[len(ID) : -1] for ns in PREFIXES.values() if ns.startswith(ID))
    kind = in_path(
        "kind",
        "The kind, as it stands in the IRI.",
        {"type": "string", "enum": kinds},
        "response",
    )
    about = "The last part of the IRI."
    document, scheme = "icat-victims-and-survivors", "pillars"
    yield _entity(
        "/id/{kind}/{slug}",
        "describeThing",
        "What is said of a thing, by its IRI",
        (kind, slug_of("Thing", about, document)),
        f"/id/document/{document}",
    )
    yield _entity(
        "/concept/{slug}",
        "describeConcept",
        "What is said of a concept, by its IRI",
        (slug_of("Concept", about, "children"),),
        "/concept/children",
    )
    yield _entity(
        "/concept/scheme/{slug}",
        "describeScheme",
        "What is said of a concept scheme, by its IRI",
        (slug_of("ConceptScheme", about, scheme),),
        f"/concept/scheme/{scheme}",
    )


def _graphs(graphs: Sequence[str]) -> Iterator[Operation]:
    about = "The last part of the graph's IRI."
    names = [name for name in graphs if "/" not in name]
    slugs = [name.removeprefix("doc/") for name in graphs if name.startswith("doc/")]
    yield _entity(
        "/graph/{name}",
        "readGraph",
        "What stands in a named graph, by its IRI",
        (in_path("name", about, {"type": "string", "enum": names}, min(names, default="")),),
        "/graph/meta",
    )
    yield _entity(
        "/graph/doc/{slug}",
        "readGraphOfDocument",
        "What one document says, in the named graph of its own",
        (slug_of("SourceDocument", about, min(slugs, default="")),),
        # All that a document says is long, and takes a while.
        "",
    )


def _ontology() -> Iterator[Operation]:
    version = in_path(
        "version", "The release.", {"type": "string", "enum": [__version__]}, __version__
    )
    for path, name, summary, page, problems, parameters in (
        ("/ontology", "readOntology", "The ontology, with all its terms", _PAGE, (), ()),
        (
            "/ontology/{version}",
            "readOntologyOfRelease",
            "The ontology in the version of this release",
            {},
            (404,),
            (version,),
        ),
    ):
        yield Operation(
            path,
            path,
            name,
            "Entities",
            summary,
            {**_GRAPH_ANSWERS, **page},
            (*problems, 406, 422, *OF_STORES),
            (*parameters, _FORMAT),
            _PAGED if page else _NO_PAGE,
            example=path.format(version=__version__),
        )


def _described(
    path: str, name: str, summary: str, description: str, example: str = ""
) -> Operation:
    return Operation(
        path,
        path,
        name,
        "Descriptions",
        summary,
        _GRAPH_ANSWERS,
        # A description has the address of the service, by the Host header: 422 if that is none.
        (406, 422, *OF_STORES),
        (),
        description,
        example=example,
    )


_DESCRIPTIONS = (
    Operation(
        "/",
        "/",
        "begin",
        "Descriptions",
        "Where does a client begin?",
        {"text/html": {"type": "string"}},
        description="With `Accept: text/html` it is the first page. The `Link` header names the "
        "ways in by RFC 8631: this document, the page of operations, and the descriptions of the "
        "graph.",
        elsewhere="The page of operations, for those who do not ask for `text/html`.",
    ),
    _described(
        "/.well-known/void",
        "readVoid",
        "What does the graph hold, as VoID?",
        "Its classes, properties, vocabularies, named graphs and examples, each with its count.",
    ),
    _described(
        "/catalog",
        "readCatalog",
        "What is there to take away, as DCAT?",
        "The data set, its files, and the services over it.",
        "/catalog",
    ),
    Operation(
        "/dump/{name}",
        "/dump/{name}",
        "takeDump",
        "Descriptions",
        "The whole graph as a file",
        _GRAPH_ANSWERS,
        (404, *OF_STORES),
        (
            in_path(
                "name",
                "The ending of the name says the format, whatever `Accept` says.",
                {"type": "string", "enum": [f"tipgraph.{ending}" for ending in ENDINGS]},
                "tipgraph.ttl",
            ),
        ),
        "TriG, N-Quads and JSON-LD have the named graphs; the other formats have their union.",
    ),
)

_EXAMPLE = (
    "@prefix tip: <https://w3id.org/tipgraph/ontology#> .\n\n"
    "<https://w3id.org/tipgraph/id/impact/example> a tip:Impact .\n"
)
_FINDING: Schema = {
    "severity": "Violation",
    "rule": {
        "kind": "shape",
        "name": "Description",
        "id": "https://w3id.org/tipgraph/shape/Description",
    },
    "message": "There must be exactly one description, as text with a language.",
    "fix": "Say in own words in one or two sentences what it is.",
    "focus": {
        "id": "https://w3id.org/tipgraph/id/impact/example",
        "name": "impact:example",
        "label": "",
    },
    "path": "dcterms:description",
    "value": None,
    "line": 3,
    "column": 1,
    "exact": True,
}
_CHECKED = "http://127.0.0.1:8000/api/v1/validate?beside=graph"
_REPORT: Schema = {
    "items": [_FINDING],
    "meta": {
        "conforms": False,
        "total": 5,
        "returned": 5,
        "limit": MAX_RESULTS,
        "counts": {"Violation": 4, "Warning": 1, "Info": 0},
        "triples": 1,
        "constraints": 127,
        "checks": 34,
        "beside": "graph",
        "release": __version__,
    },
    "links": {
        "self": _CHECKED,
        **{form: f"{_CHECKED}&format={form}" for form in REPORT_TYPES if form != "json"},
    },
}


def _validate() -> Operation:
    beside = "What the data are checked beside: the whole graph, or its ontology alone."
    return Operation(
        "/api/v1/validate",
        "/api/v1/validate",
        "validate",
        "Validation",
        "Check data against the shapes and checks of the graph",
        by_media(REPORT_TYPES, {"json": ref("ValidationReport")}),
        (400, 406, 413, 415, 422, 503, 504),
        (
            chosen("beside", beside, BESIDE, BESIDE[0]),
            chosen("format", "The format, where `Accept` cannot be sent.", REPORT_TYPES, "json"),
        ),
        f"The body is RDF in UTF-8, not packed, of up to {MAX_BODY:,} bytes; nothing is kept, and "
        "nothing is fetched. Data that do not conform are no problem: the answer is 200, and says "
        "what was found. RDF formats give a SHACL validation report, CSV one row for each finding.",
        "post",
        body={"required": True, "content": _data()},
        shown=_REPORT,
        kept=Kept.NEVER,
    )


def _data() -> Schema:
    """The schemas of data that are sent: no JSON Schema tells what is RDF."""
    found: Schema = {
        media: {"schema": {**TEXT, "format": f"rdf-{form}"}} for form, media in READ_TYPES.items()
    }
    found[READ_TYPES["jsonld"]]["schema"] = _JSONLD
    found[READ_TYPES["turtle"]]["example"] = _EXAMPLE
    return found


_METRICS = (
    "# HELP tipgraph_requests_in_flight Requests under way.\n"
    "# TYPE tipgraph_requests_in_flight gauge\n"
    "tipgraph_requests_in_flight 1.0\n"
)
_OPERATIONS = (
    Operation(
        "/health",
        "/health",
        "readHealth",
        "Operations",
        "Is the service up, and what does it hold?",
        {JSON: ref("Health")},
        example="/health",
        kept=Kept.NEVER,
    ),
    Operation(
        "/ready",
        "/ready",
        "readReadiness",
        "Operations",
        "Can the service answer queries now?",
        {JSON: ref("Readiness")},
        (503,),
        shown={"status": "ready", "workers": "idle", "reload": "ok"},
        kept=Kept.NEVER,
    ),
    Operation(
        "/metrics",
        "/metrics",
        "readMetrics",
        "Operations",
        "What has the service done, for Prometheus?",
        {"text/plain": TEXT, "application/openmetrics-text": TEXT},
        shown=_METRICS,
        kept=Kept.NEVER,
    ),
)
_LISTS = (
    Operation(
        "/api/v1/context.jsonld",
        "/api/v1/context.jsonld",
        "readContext",
        "Things",
        "By which context is plain JSON RDF?",
        {"application/ld+json": {"type": "object"}},
        (422,),
        (
            chosen("of", "Which answers it is for.", ("things", "questions"), "things"),
            in_query(
                "lang",
                "The language of texts, where they are in several: a tag of BCP 47.",
                {"type": "string", "format": "language-tag", "default": DEFAULT},
                example=DEFAULT,
            ),
        ),
        example="/api/v1/context.jsonld",
    ),
    Operation(
        "/api/v1",
        "/api/v1",
        "listKinds",
        "Things",
        "Which kinds are there, and which facets?",
        {JSON: ref("KindList")},
        (422,),
        example="/api/v1",
    ),
    Operation(
        "/api/v1/questions",
        "/api/v1/questions",
        "listQuestions",
        "Questions",
        "Which questions are there?",
        {JSON: ref("QuestionList")},
        (422,),
        example="/api/v1/questions",
    ),
)
