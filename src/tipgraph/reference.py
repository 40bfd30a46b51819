"""The operations of the service, one for each kind and question, as OpenAPI describes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from . import schemas
from .errors import BadParameter
from .formats import GRAPH_TYPES, ITEM_TYPES, ROW_TYPES
from .kinds import COMMON
from .languages import DEFAULT
from .lookup import plain
from .parameters import MAX_LIMIT
from .questions import keys
from .schemas import Schema, camel, many, ref
from .search import KINDS
from .terms import CONCEPT, ID, PREFIXES, Literal, shorten, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .evidence import Bench
    from .kinds import Facet, Kind
    from .lookup import Lookup
    from .queries import Parameter, QueryFile
    from .questions import Questions, Reply

JSON = "application/json"
_SPARQL_JSON = ROW_TYPES["json"]
_TEXT: Schema = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a client can ask for, and what it may be answered.

    *route* is the service's own pattern, of which *path* may be one case. *answers* has the schema
    of each media type, *problems* the statuses of what may go wrong, and *example* an address that
    has an answer.
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
    elsewhere: str = ""

    @property
    def of_items(self) -> bool:
        """Whether it answers with items, which come with links to their other formats."""
        return len(self.answers) == len(ITEM_TYPES)


class Reference:
    """The operations over a graph, and the schemas that they name."""

    def __init__(self, bench: Bench, lookup: Lookup, questions: Questions) -> None:
        """Describe what *lookup* and *questions* find in *bench*."""
        self._bench = bench
        self._lookup = lookup
        self._questions = questions
        self.schemas: dict[str, Schema] = dict(schemas.SHARED)

    def operations(self, routes: Iterable[str]) -> tuple[Operation, ...]:
        """The operations at *routes*; `schemas` is complete when this is done."""
        there = set(routes)
        every = (
            *_LISTS,
            *(each for kind in self._lookup.kinds.values() for each in self._of_kind(kind)),
            *map(self._question, self._questions.all.values()),
            *self._asking(),
            *_sparql(),
            *_entities(),
            _HEALTH,
        )
        return tuple(operation for operation in every if operation.route in there)

    def _of_kind(self, kind: Kind) -> Iterator[Operation]:
        one = camel(kind.name).removesuffix("s")
        some = self._lookup.items(kind, {}, 1).items
        links = some[0].links if some else ()
        values = self._values(kind, some[0].values if some else ())
        self.schemas |= schemas.answers(one, "Page", links, values, f"Of the {kind.name}.")
        facets = [self._facet(kind, facet) for facet in kind.facets.values()]
        first = kind.narrowing.default("facet").strip('"')
        shown = {
            p["name"]: p["example"][0] for p in facets if p["name"] == first and "example" in p
        }
        yield Operation(
            "/api/v1/{kind}",
            f"/api/v1/{kind.name}",
            f"list{camel(kind.name)}",
            "Things",
            kind.listing.summary,
            _item_answers(f"{one}Page"),
            (404, 406, 422),
            (*facets, *_OF_LISTS, _sort(kind.sorts), *_OF_PAGES, *self._of_all(kind.keys)),
            "Facets narrow the list; a thing must fit all that are given. Several values of one "
            "facet are alternatives. Narrower concepts and more special impacts are included, "
            "unless exact is true. fields are for JSON, CSV and spreadsheets, bom is for CSV.",
            example=f"/api/v1/{kind.name}?{urlencode({**shown, 'limit': 1})}",
        )
        name = slug(some[0].id) if some else ""
        about = f"The last part of the IRI of one of the {kind.name}."
        yield Operation(
            "/api/v1/{kind}/{name:path}",
            f"/api/v1/{kind.name}/{{slug}}",
            f"get{one}",
            "Things",
            f"What is known of one of the {kind.name}, with all evidence?",
            _item_answers(f"{one}Page"),
            (404, 406, 422),
            (_slug(kind.type, about, name), *self._of_all(kind.keys)),
            example=f"/api/v1/{kind.name}/{name}",
        )

    def _of_all(self, own: Iterable[str]) -> tuple[Schema, ...]:
        """The parameters of every answer, whose items have keys of their *own*."""
        keys = many({"type": "string", "enum": ["id", "type", *COMMON, *own]}, minItems=1)
        about = "The keys that items are to have, besides id and type."
        shown = {"style": "form", "explode": False, "example": ["label", "evidence"]}
        release = self._bench.release.version
        pinned = "Answer for this release or not at all: the address is then one for good."
        return (
            _LANGUAGE,
            _query("fields", about, keys, **shown),
            _FORMAT,
            _BOM,
            _chosen("release", pinned, [release], release),
        )

    def _values(self, kind: Kind, keys: Iterable[str]) -> Mapping[str, list[object]]:
        """All values that the things of *kind* have under each of *keys*."""
        found: dict[str, list[object]] = {key: [] for key in keys}
        for row in self._bench.store.select(kind.valuing.text) if kind.valuing else ():
            # What is no thing of the kind may have such values too.
            found.setdefault(text_of(row["key"]), []).append(plain(row["value"]))
        return {key: found[key] for key in keys}

    def _facet(self, kind: Kind, facet: Facet) -> Schema:
        values: Schema = {"type": "string", "enum": list(facet.choices)}
        if not facet.choices:
            values = self._names(facet.takes)
        about = f"Keep what {facet.wording} one of these."
        return _several(facet.name, about, values, self._best(kind, facet))

    def _best(self, kind: Kind, facet: Facet) -> str:
        """The value of *facet* that most things have; any, if none has any."""
        if facet.choices:
            totals = {
                c: self._lookup.items(kind, {facet.name: [c]}, 1).total for c in facet.choices
            }
            return max(totals, key=lambda choice: totals[choice])
        query = kind.narrowing.only(facet.name).bind({"facet": [Literal(facet.name)]})
        found = Counter(text_of(row["matched"]) for row in self._bench.store.select(query))
        best = max(found, key=lambda value: (found[value], value), default=None)
        return slug(best) if best else self._first(facet.takes)

    def _first(self, class_name: str) -> str:
        """The slug of a thing of a class; nothing if there is none."""
        slugs = (slug(entry.iri) for entry in self._lookup.names.of(class_name).values())
        return min(slugs, default="")

    def _names(self, class_name: str) -> Schema:
        """What names a thing of a class: a choice of concepts, or a slug, CURIE or IRI."""
        local = class_name.rsplit(":", 1)[-1]
        name = f"{local}Name"
        if name not in self.schemas:
            entries = {e.iri: e.label for e in self._lookup.names.of(class_name).values()}
            if entries and all(iri.startswith(CONCEPT) for iri in entries):
                self.schemas[name] = _choice(entries, local)
            else:
                self.schemas[name] = _name(entries, local)
        return ref(name)

    def _question(self, question: QueryFile) -> Operation:
        title = camel(question.name)
        ask, answer = self._questions.ask, self._questions.answer
        example, reply = self._shown(question)
        # With no value given as well as with the example's, so that few columns stay empty.
        replies = [reply, ask(question.name, {})] if example else [reply]
        items = [item for each in replies for item in answer(each).items]
        own = keys(reply.rows)
        links = dict.fromkeys(key for i in items for key in i.links)
        links |= dict.fromkeys(key for key in own if f"{key}Label" in reply.rows.variables)
        values: dict[str, list[object]] = {
            key: [value for i in items for value in i.values.get(key, ())]
            for key in own
            if key not in links
        }
        self.schemas |= schemas.answers(title, "Answer", links, values, question.summary)
        parameters = [self._parameter(p, example.get(p.name)) for p in question.parameters]
        return Operation(
            "/api/v1/questions/{name}",
            f"/api/v1/questions/{question.name}",
            f"ask{title}",
            "Questions",
            question.summary,
            _item_answers(f"{title}Answer"),
            (404, 406, 422),
            (*parameters, *_OF_PAGES, *self._of_all(own)),
            question.description,
            example=f"/api/v1/questions/{question.name}?{urlencode({**example, 'limit': 1})}",
        )

    def _asking(self) -> Iterator[Operation]:
        """Questions in plain words, and search."""
        self.schemas |= schemas.asking()
        formats = {name: ITEM_TYPES[name] for name in ("json", "csv")}
        words: Schema = {"type": "string", "format": "words", "minLength": 1}
        kind: Schema = {"type": "string", "enum": list(KINDS)}
        shared = (
            _OF_PAGES[0],
            _chosen("format", "The format, where `Accept` cannot be sent.", formats, "json"),
        )
        for name, summary, more in (
            ("ask", "Ask in plain words", ()),
            (
                "search",
                "Search the texts of all things",
                (_several("kind", "Kinds of things; without it, all.", kind, KINDS[0]),),
            ),
        ):
            yield Operation(
                f"/api/v1/{name}",
                f"/api/v1/{name}",
                f"{name}Words",
                "Questions" if name == "ask" else "Things",
                summary,
                _media(formats, {"json": ref(f"{camel(name)}Answer")}),
                (406, 422),
                (
                    _query("q", "The words.", words, required=True, example="children"),
                    *more,
                    *shared,
                ),
                example=f"/api/v1/{name}?q=children&limit=1",
            )

    def _shown(self, question: QueryFile) -> tuple[dict[str, str], Reply]:
        """The example of *question* and its answer; none, where the graph lacks what it names."""
        example = dict(question.example)
        try:
            return example, self._questions.ask(question.name, example)
        except BadParameter:
            return {}, self._questions.ask(question.name, {})

    def _parameter(self, parameter: Parameter, example: str | None) -> Schema:
        plain = {"text": _TEXT, "integer": {"type": "integer", "minimum": 0}}
        described: Schema = {"name": parameter.name, "in": "query"}
        if parameter.takes in plain:
            shown = int(example) if example and parameter.takes == "integer" else example
            return described | {
                "description": f"Takes {parameter.takes}; without it, any.",
                "schema": plain[parameter.takes],
                "example": shown,
            }
        return _several(
            parameter.name,
            f"Names of {parameter.takes}; without it, any.",
            self._names(parameter.takes),
            example or self._first(parameter.takes),
        )


def _choice(entries: Mapping[str, str], local: str) -> Schema:
    labels = {slug(iri): label for iri, label in entries.items()}
    return {
        "type": "string",
        "enum": sorted(labels),
        "x-enum-descriptions": [labels[name] for name in sorted(labels)],
        "description": f"A {local} by its slug; its CURIE and its IRI are read as well.",
    }


def _name(entries: Mapping[str, str], local: str) -> Schema:
    first = min(entries, default="")
    return {
        "type": "string",
        # A format of our own, as no pattern tells a name from a word: see the 422.
        "format": f"name-of-{local}",
        "description": f"A {local} by its slug, its CURIE or its IRI.",
        "examples": [slug(first), shorten(first), first] if first else [],
    }


def _query(name: str, description: str, schema: Schema, **more: object) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def _several(name: str, description: str, values: Schema, example: str) -> Schema:
    """A parameter that may be given several times."""
    if not example:
        # The graph has nothing of the class, so there is nothing that may be given.
        return _query(name, description, many(values, maxItems=0))
    each = many(values, minItems=1)
    return _query(name, description, each, style="form", explode=True, example=[example])


def _slug(class_name: str, description: str, example: str) -> Schema:
    local = class_name.rsplit(":", 1)[-1]
    return {
        "name": "slug",
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "format": f"slug-of-{local}"},
        **({"example": example} if example else {}),
    }


def _chosen(name: str, description: str, choices: Iterable[str], example: str) -> Schema:
    return _query(name, description, {"type": "string", "enum": list(choices)}, example=example)


def _sort(sorts: Iterable[str]) -> Schema:
    choices = [*sorts, *(f"-{name}" for name in sorts)]
    return _chosen("sort", "The order; with a minus, backwards.", choices, choices[0])


_OF_LISTS = (
    _query(
        "q",
        "Words, or phrases in quotation marks, that the texts of a thing have: up to 12, in up to "
        "300 characters.",
        {"type": "string", "format": "words"},
        example="children",
    ),
    _query(
        "exact",
        "Without narrower concepts and more special impacts.",
        {"type": "boolean", "default": False},
        example=False,
    ),
)
_OF_PAGES = (
    _query(
        "limit",
        "At most so many items.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
        example=10,
    ),
    _query(
        "cursor",
        "Where the next page begins: taken from `links.next` of the page before, whose facets, "
        "words, order and language it goes with.",
        {"type": "string", "format": "cursor"},
    ),
)
_LANGUAGE = _query(
    "lang",
    "The language of texts, where they are in several: a tag of BCP 47.",
    {"type": "string", "format": "language-tag", "default": DEFAULT},
    example=DEFAULT,
)
_FORMAT = _chosen("format", "The format, where `Accept` cannot be sent.", ITEM_TYPES, "json")
_BOM = _query(
    "bom",
    "Begin CSV with a byte order mark, as some spreadsheet programs need.",
    {"type": "boolean", "default": False},
    example=False,
)


def _item_answers(name: str) -> dict[str, Schema]:
    return _media(ITEM_TYPES, {"json": {"anyOf": [ref(name), ref(f"{name}Part")]}, "xlsx": {}})


def _media(types: Mapping[str, str], of: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schema of each media type of *types*: what *of* has, or else text."""
    other = {"jsonld": {"type": ["array", "object"]}}
    return {full.split(";")[0]: of.get(key, other.get(key, _TEXT)) for key, full in types.items()}


_GRAPHS = {"format": "iri", "type": "string"}
_DATASET = {
    "default-graph-uri": many(_GRAPHS, description="Graphs that are queried as one."),
    "named-graph-uri": many(_GRAPHS, description="Graphs that GRAPH can name."),
    "format": {
        "type": "string",
        "enum": [*ROW_TYPES, *GRAPH_TYPES],
        "description": "The format, where `Accept` cannot be sent.",
    },
}
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
    answers = _media({**ROW_TYPES, **GRAPH_TYPES}, {"json": ref("SparqlResults")})
    dataset = tuple(
        _query(name, str(schema["description"]), schema) for name, schema in _DATASET.items()
    )
    form = {
        "type": "object",
        "properties": {"query": _QUERY, **_DATASET},
        "required": ["query"],
        "additionalProperties": False,
    }
    yield Operation(
        "/sparql",
        "/sparql",
        "querySparql",
        "SPARQL",
        "Ask a SPARQL query",
        answers,
        (400, 406, 422, 503, 504),
        (_query("query", "The query.", _QUERY, required=True, example=_ASKED), *dataset),
        "The query operation of the SPARQL 1.1 Protocol. SELECT and ASK are answered in a row "
        "format, CONSTRUCT and DESCRIBE in a graph format; 406 says that the one asked for does "
        "not fit the query.",
        example="/sparql?" + urlencode({"query": _ASKED}),
    )
    yield Operation(
        "/sparql",
        "/sparql",
        "querySparqlByPost",
        "SPARQL",
        "Ask a SPARQL query in the body",
        answers,
        (400, 406, 413, 415, 422, 503, 504),
        (),
        "As by GET: the body is a form with the same parameters, or the query itself.",
        "post",
        body={
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": form,
                    "example": {"query": _ASKED},
                },
                "application/sparql-query": {"schema": _QUERY, "example": _ASKED},
            },
        },
        example="/sparql?" + urlencode({"query": _ASKED}),
    )


def _entities() -> Iterator[Operation]:
    graphs = {k: v for k, v in GRAPH_TYPES.items() if k not in {"trig", "nquads"}}
    kinds = sorted(ns[len(ID) : -1] for ns in PREFIXES.values() if ns.startswith(ID))
    kind = {
        "name": "kind",
        "in": "path",
        "required": True,
        "description": "The kind, as it stands in the IRI.",
        "schema": {"type": "string", "enum": kinds},
        "example": "response",
    }
    about = "The last part of the IRI."
    answers = _media(graphs, {})
    described = "With `Accept: text/html` it leads to the page of the thing (303)."
    for route, path, name, what, parameters, example in (
        (
            "/id/{path:path}",
            "/id/{kind}/{slug}",
            "describeThing",
            "What is said of a thing, by its IRI",
            (kind, _slug("Thing", about, "icat-victims-and-survivors")),
            "/id/document/icat-victims-and-survivors",
        ),
        (
            "/concept/{path:path}",
            "/concept/{slug}",
            "describeConcept",
            "What is said of a concept, by its IRI",
            (_slug("Concept", about, "children"),),
            "/concept/children",
        ),
        (
            "/concept/{path:path}",
            "/concept/scheme/{slug}",
            "describeScheme",
            "What is said of a concept scheme, by its IRI",
            (_slug("ConceptScheme", about, "pillars"),),
            "/concept/scheme/pillars",
        ),
    ):
        yield Operation(
            route,
            path,
            name,
            "Entities",
            what,
            answers,
            (404, 406),
            parameters,
            described,
            example=example,
            elsewhere="The page of the thing.",
        )
    yield Operation(
        "/ontology",
        "/ontology",
        "readOntology",
        "Entities",
        "The ontology",
        answers,
        (406,),
        example="/ontology",
    )


_HEALTH = Operation(
    "/health",
    "/health",
    "readHealth",
    "Operations",
    "Is the service up, and what does it hold?",
    {JSON: ref("Health")},
    example="/health",
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
            _chosen("of", "Which answers it is for.", ("things", "questions"), "things"),
            _LANGUAGE,
        ),
        example="/api/v1/context.jsonld",
    ),
    Operation(
        "/api/v1/context.jsonld",
        "/api/v1/context.jsonld",
        "readContext",
        "Things",
        "By which context is plain JSON RDF?",
        {"application/ld+json": {"type": "object"}},
        (422,),
        (
            _chosen("of", "Which answers it is for.", ("things", "questions"), "things"),
            _LANGUAGE,
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
