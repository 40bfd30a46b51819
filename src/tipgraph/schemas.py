"""JSON Schemas of what the API answers, made from the kinds and questions of a graph.

They describe what `formats` and `api` write: a test holds every answer against them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .findings import BESIDE, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_IRI: Schema = {"type": "string", "format": "uri"}
_URL: Schema = {"type": "string", "format": "uri"}
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def camel(name: str) -> str:
    """*name* without its hyphens, each word with a capital.

    >>> camel("impacts-on-group")
    'ImpactsOnGroup'
    """
    return "".join(word[:1].upper() + word[1:] for word in name.replace("_", "-").split("-"))


def ref(name: str) -> Schema:
    """A reference to the schema called *name*."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(of: Schema, **more: object) -> Schema:
    """An array of *of*."""
    return {"type": "array", "items": of, **more}


def closed(
    properties: Mapping[str, Schema], description: str, optional: Iterable[str] = ()
) -> Schema:
    """An object that has *properties*, all but *optional* always, and no others."""
    absent = set(optional)
    return {
        "type": "object",
        "description": description,
        "properties": dict(properties),
        "required": [name for name in properties if name not in absent],
        "additionalProperties": False,
    }


def _or_null(kind: str = "string", **more: object) -> Schema:
    return {"type": [kind, "null"], **more}


def _map(of: Schema, description: str) -> Schema:
    return {"type": "object", "additionalProperties": of, "description": description}


_PROBLEM = closed(
    {
        "type": {"type": "string", "format": "uri-reference"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What went wrong, and what to do next."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "parameter": {"type": "string", "description": "The parameter that is at fault."},
        "value": {"type": "string", "description": "What was given for it."},
        "suggestions": many(_TEXT, description="What may have been meant, the nearest first."),
        "formats": {"type": "string", "description": "The media types that can be given."},
        "line": {
            "type": "integer",
            "minimum": 1,
            "description": "Where a query or data are at fault.",
        },
        "column": {"type": "integer", "minimum": 1},
        "seconds": {"type": "number", "description": "The limit of time that was passed."},
        "megabytes": {"type": "integer", "description": "The limit of memory that was passed."},
        "served": {"type": "string", "description": "The release that is served."},
        "retry_after": {"type": "integer", "description": "Ask again after so many seconds."},
        "remote_status": {
            "type": "integer",
            "description": "What the store answered, where another server is the store.",
        },
    },
    "What went wrong, as RFC 9457 has it.",
    optional=(
        "parameter",
        "value",
        "suggestions",
        "formats",
        "line",
        "column",
        "seconds",
        "megabytes",
        "served",
        "retry_after",
        "remote_status",
    ),
)

_TERM = closed(
    {
        "type": {"type": "string", "enum": ["uri", "literal", "bnode"]},
        "value": _TEXT,
        "xml:lang": _TEXT,
        "datatype": _TEXT,
    },
    "An RDF term.",
    optional=("xml:lang", "datatype"),
)

_REPORTS = ("turtle", "jsonld", "ntriples", "rdfxml", "csv")
_FINDING = closed(
    {
        "severity": {"type": "string", "enum": list(SEVERITIES)},
        "rule": closed(
            {
                "kind": {"type": "string", "enum": ["shape", "check"]},
                "name": _TEXT,
                "id": _or_null(),
            },
            "The rule that found it.",
        ),
        "message": {"type": "string", "description": "What is wrong."},
        "fix": {"type": "string", "description": "What to do about it."},
        "focus": closed({"id": _TEXT, "name": _TEXT, "label": _TEXT}, "The thing that is wrong."),
        "path": _or_null(description="The property, as SPARQL writes a path."),
        "value": {"anyOf": [ref("FoundTerm"), {"type": "null"}]},
        "line": _or_null("integer", minimum=1, description="Where in the data, if that is known."),
        "column": _or_null("integer", minimum=1, description="Where in the line, in code points."),
        "exact": _or_null("boolean", description="Whether it is just there, or about there."),
    },
    "What is wrong with one thing, by which rule.",
)

SHARED: dict[str, Schema] = {
    "FoundTerm": closed(
        {
            "type": {"type": "string", "enum": ["uri", "literal", "bnode"]},
            "value": _TEXT,
            "datatype": _TEXT,
            "language": _or_null(),
        },
        "The value that is wrong.",
        optional=("datatype", "language"),
    ),
    "Named": closed({"id": _IRI, "label": _TEXT}, "A thing by its IRI and label."),
    "Span": closed(
        {"start": _COUNT, "end": _COUNT},
        "A part of a text in Unicode code points, from start up to, not including, end.",
    ),
    "Document": closed(
        {
            "id": _IRI,
            "title": _TEXT,
            "publisher": _TEXT,
            "issued": _TEXT,
            "url": _or_null(format="uri"),
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
        "A source document as it is cited.",
    ),
    "Statement": closed(
        {
            "id": _IRI,
            "kind": {"type": "string", "description": "Such as recommendation or impact."},
            "modality": {"type": "string", "description": "How surely it is said."},
            "basis": {"type": "string", "description": "What the document rests it on."},
            "link_basis": _or_null(description="Who links a response to an impact."),
        },
        "What a document says, in one place.",
    ),
    "Evidence": closed(
        {
            "id": _IRI,
            "type": {"type": "string", "enum": ["Passage", "CoverageAssessment"]},
            "document": ref("Document"),
            "statement": ref("Statement"),
            "section": _or_null(description="The section's title."),
            "phrase": _or_null(description="A few words by which to find the passage."),
            "spans": many(ref("Span")),
            "quote": _or_null(description="The passage itself, where its text is at hand."),
        },
        "A statement, and the passage that supports it; or how far a document is assessed.",
    ),
    "ItemLinks": closed(
        {"self": _URL, "html": _URL},
        "Addresses of the item: as JSON, and by its IRI.",
    ),
    "PageLinks": closed(
        {
            "self": _URL,
            "next": _or_null(format="uri"),
            "permalink": _URL,
            "csv": _URL,
            "jsonld": _URL,
        },
        "Addresses of the answer: the next page, this release for good, and other formats.",
    ),
    "Asked": closed(
        {
            "name": _TEXT,
            "summary": _or_null(),
            "parameters": _map(_TEXT, "The parameters by name, as they were given."),
        },
        "What was asked.",
    ),
    "Meta": closed(
        {
            "total": {**_COUNT, "description": "How many items there are in all."},
            "returned": {**_COUNT, "description": "How many of them are in this answer."},
            "limit": {**_COUNT, "description": "How many there may be in this answer."},
            "release": {"type": "string", "description": "The release of the graph."},
            "question": ref("Asked"),
            "sparql": {"type": "string", "description": "The query that finds the items."},
            "coverage": _map(_TEXT, "How far each document is assessed, by its slug."),
        },
        "What the answer is an answer to.",
    ),
    "Kind": closed(
        {
            "name": _TEXT,
            "type": _TEXT,
            "facets": _map(_TEXT, "What each facet takes, by its name."),
            "sorts": many(_TEXT, description="What lists can be put in order by."),
            "fields": many(_TEXT, description="The keys of its items."),
            "links": closed({"self": _URL}, "Addresses of the kind."),
        },
        "A kind of thing, and the facets that narrow it.",
    ),
    "QuestionParameter": closed(
        {
            "name": _TEXT,
            "takes": _TEXT,
            "default": {"type": "string", "description": "UNDEF stands for any."},
        },
        "A parameter of a question.",
    ),
    "Question": closed(
        {
            "name": _TEXT,
            "summary": _TEXT,
            "description": _TEXT,
            "parameters": many(ref("QuestionParameter")),
            "example": _map(_TEXT, "Values that give an answer, by parameter."),
            "sparql": _TEXT,
            "links": closed({"self": _URL, "example": _URL}, "Addresses of the question."),
        },
        "A question that is kept as a file.",
    ),
    "KindList": closed({"items": many(ref("Kind"))}, "All kinds."),
    "QuestionList": closed({"items": many(ref("Question"))}, "All questions."),
    "Health": closed(
        {"status": {"type": "string", "enum": ["ok"]}, "release": _TEXT, "quads": _COUNT},
        "That the service is up, and what it holds.",
    ),
    "Readiness": closed(
        {
            "status": {"type": "string", "enum": ["ready"]},
            "workers": {"type": "string", "enum": ["idle", "busy"]},
            "reload": {
                "type": "string",
                "description": "ok, or why the newest data was not taken up.",
            },
        },
        "That queries are answered.",
    ),
    "ValidationReport": closed(
        {
            "items": many(ref("Finding")),
            "meta": ref("ValidationMeta"),
            "links": closed(dict.fromkeys(("self", *_REPORTS), _URL), "The report, by format."),
        },
        "What was found in data, the worst first.",
    ),
    "Finding": _FINDING,
    "ValidationMeta": closed(
        {
            "conforms": {"type": "boolean", "description": "Whether nothing was found."},
            "total": {**_COUNT, "description": "How many findings there are in all."},
            "returned": {**_COUNT, "description": "How many of them are in this answer."},
            "limit": {**_COUNT, "description": "How many there may be in this answer."},
            "counts": closed(dict.fromkeys(SEVERITIES, _COUNT), "How many of each severity."),
            "triples": {**_COUNT, "description": "How many triples the data have."},
            "constraints": {**_COUNT, "description": "How many shapes were looked at."},
            "checks": {**_COUNT, "description": "How many queries were asked."},
            "beside": {"type": "string", "enum": list(BESIDE)},
            "release": {"type": "string", "description": "The release of the rules."},
        },
        "What was checked, and how much was found.",
    ),
    "SparqlTerm": _TERM,
    "SparqlHead": closed(
        {"vars": many(_TEXT), "link": many(_TEXT)},
        "The variables of the rows.",
        optional=("vars", "link"),
    ),
    "SparqlRows": closed(
        {"bindings": many({"type": "object", "additionalProperties": ref("SparqlTerm")})},
        "The rows, each with the terms that it has, by variable.",
    ),
    "SparqlResults": closed(
        {"head": ref("SparqlHead"), "results": ref("SparqlRows"), "boolean": {"type": "boolean"}},
        "Rows of SELECT, or the truth value of ASK (SPARQL 1.1 Query Results JSON Format).",
        optional=("results", "boolean"),
    ),
    "Problem": _PROBLEM,
}


def network() -> dict[str, Schema]:
    """The schemas of paths and of the network; its measures have items of their own keys."""
    of = {"id": _IRI, "label": _TEXT, "kind": _TEXT}
    evidence = many(ref("Evidence"))
    said = {"source": ref("NetworkThing"), "relation": _TEXT, "target": ref("NetworkThing")}
    step = closed(
        said
        | {
            "link_basis": _or_null(description="How the link is known, where it is no statement."),
            "directness": _or_null(description="Whether a response acts on the impact itself."),
            "statements": many(_IRI, minItems=1),
            "documents": many(_IRI, minItems=1),
            "evidence": evidence,
        },
        "A step of a path, in the direction in which it is stated.",
    )
    own = {
        "things": many(ref("NetworkThing"), minItems=1),
        "steps": many(ref("PathStep"), minItems=1),
        "weight": {"type": "number", "description": "Steps, where an inferred one counts twice."},
    }
    meta: dict[str, Schema] = dict(SHARED["Meta"]["properties"])
    return {
        "NetworkThing": closed(of, "A thing of the network, and of which kind it is."),
        "PathStep": step,
        "Path": closed(_item(own), "A way between two things."),
        "PathAnswer": _told("Path", {**meta, "reason": _or_null(description="Why none, if so.")}),
        "MeasuredItem": {**closed(_item({}), "A thing measured."), "additionalProperties": True},
        "MeasuredAnswer": _told(
            "MeasuredItem",
            meta
            | {
                "measure": _TEXT,
                "meaning": {"type": "string", "description": "What the measure means."},
                "computed": {"type": "string", "description": "How, and from what sample."},
                "missed": many(ref("Named"), description="Groups that no response reaches."),
            },
        ),
        "NetworkGraph": closed(
            {
                "directed": {"type": "boolean"},
                "multigraph": {"type": "boolean"},
                "graph": {"type": "object"},
                "nodes": many(ref("NetworkThing")),
                "edges": many({"type": "object"}),
            },
            "The network as node-link JSON, which networkx and Cytoscape.js read.",
        ),
    }


def _item(own: Mapping[str, Schema]) -> dict[str, Schema]:
    return {
        "id": _IRI,
        "type": _TEXT,
        "label": _TEXT,
        "description": _TEXT,
        "why": many(_TEXT, description="Why it is in the answer."),
        "evidence": many(ref("Evidence"), minItems=1),
        **own,
        "links": ref("ItemLinks"),
    }


def _told(of: str, meta: Mapping[str, Schema]) -> Schema:
    links = closed(
        {"self": _URL, "next": _or_null(format="uri"), "permalink": _URL, "csv": _URL},
        "Addresses of the answer: this release for good, and as a table.",
    )
    told = closed(meta, "What the answer is an answer to.")
    return closed({"items": many(ref(of)), "meta": told, "links": links}, "An answer.")


def answers(
    name: str, page: str, links: Iterable[str], values: Mapping[str, Iterable[object]], called: str
) -> dict[str, Schema]:
    """The schemas of a *page* of items: things under the keys *links*, *values* under theirs.

    There is one for whole items and one for those that are cut to some fields, so that the keys of
    the first need not be asked after one by one.
    """
    keys = {key: many(ref("Named")) for key in links}
    keys |= {key: many(_value(found)) for key, found in values.items() if key not in keys}
    own = _item(keys)
    cut = [key for key in own if key not in {"id", "type"}]
    return {
        f"{name}Item": closed(own, called),
        f"{name}ItemPart": closed(own, f"{called} Cut to some fields.", cut),
        f"{name}{page}": _page(f"{name}Item", called),
        f"{name}{page}Part": _page(f"{name}ItemPart", f"{called} Cut to some fields."),
    }


def asking() -> dict[str, Schema]:
    """The schemas of answers to plain words: items of any kind, and what was understood."""
    page = {
        "items": many({"type": "object", "required": ["id", "type", "label", "why", "evidence"]}),
        "meta": ref("Meta"),
        "links": closed(
            {"self": _URL, "next": _or_null(format="uri"), "permalink": _URL, "csv": _URL},
            "Addresses of the answer: this release for good, and as a table.",
        ),
    }
    concept = closed(
        {"id": _IRI, "label": _TEXT, "matched": _TEXT, "role": _TEXT},
        "A thing that words of the question were taken for.",
    )
    understood = closed(
        {
            "want": _TEXT,
            "concepts": many(concept),
            "words": many(_TEXT),
            "ignored": many(_TEXT),
        },
        "What was understood of the question.",
    )
    more = {
        "understood": understood,
        "answered": {"type": "boolean"},
        "reason": _TEXT,
        "nearest": many(_TEXT),
    }
    return {
        "AskAnswer": closed(page | more, "The answer to a question in plain words."),
        "SearchAnswer": closed(page | {"words": many(_TEXT)}, "What a search finds."),
    }


def _page(of: str, called: str) -> Schema:
    return closed({"items": many(ref(of)), "meta": ref("Meta"), "links": ref("PageLinks")}, called)


def _value(values: Iterable[object]) -> Schema:
    kinds = {_TYPES[type(value)] for value in values}
    if "number" in kinds:
        kinds -= {"integer"}
    if not kinds:
        # Nothing has a value yet, so that any may come.
        return {"anyOf": [ref("Named"), {"type": ["boolean", "number", "string"]}]}
    return {"type": sorted(kinds) if len(kinds) > 1 else next(iter(kinds))}
