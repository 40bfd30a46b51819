"""What schemathesis needs to know to send what the schema cannot say in its own words."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import requests
import schemathesis
from hypothesis import strategies

from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED, Layout
from tipgraph.lookup import Lookup
from tipgraph.network import Network
from tipgraph.questions import Questions
from tipgraph.rdf import READ_TYPES, Quad, read_files, write
from tipgraph.store import Store
from tipgraph.terms import ID, PREFIXES, TIP, Iri, shorten, slug

_PLAIN = {"text", "integer"}
_A_CURSOR = "a-cursor"
_GIVING = {"format", "bom", "fields", "limit", "release"}
_KEYED = {"json", "csv", "xlsx"}
_SAYING_FORMAT = ("format", "output", "results")
_TEXTS = set(READ_TYPES) - {"jsonld"}


def _register() -> None:
    layout = Layout(data=Path(os.environ.get("TIPGRAPH_TEST_DATA", SHIPPED.data)))
    bench = Bench(Store.load(layout), layout)
    lookup = Lookup(bench)
    questions = Questions(bench, lookup.names)
    for name in _classes(lookup, questions):
        iris = sorted({entry.iri for entry in lookup.names.of(name).values()})
        local, slugs = name.rsplit(":", 1)[-1], [slug(iri) for iri in iris]
        names = [*slugs, *map(shorten, iris), *iris]
        if iris:
            schemathesis.openapi.format(f"name-of-{local}", strategies.sampled_from(names))
            schemathesis.openapi.format(f"slug-of-{local}", strategies.sampled_from(slugs))
    nodes = [node.id for node in Network(bench).nodes.values()]
    known = [*map(slug, nodes), *map(shorten, nodes), *nodes]
    schemathesis.openapi.format("name-of-Node", strategies.sampled_from(known))
    words = strategies.lists(
        strategies.sampled_from(["children", '"online recruitment"', "é", "traffick"]), min_size=1
    )
    schemathesis.openapi.format("words", words.map(lambda given: " ".join(given[:12])))
    tags = strategies.sampled_from(["en", "fr", "en-GB", "zh-Hans-CN", "es-419", "x-own"])
    schemathesis.openapi.format("language-tag", tags)
    # The true ones take their place below, when it is known what for.
    schemathesis.openapi.format("cursor", strategies.just(_A_CURSOR))
    schemathesis.openapi.format("sparql-query", _queries(questions))
    for form, some in _data(layout).items():
        schemathesis.openapi.format(f"rdf-{form}", strategies.sampled_from(some))


def _classes(lookup: Lookup, questions: Questions) -> set[str]:
    kinds, asked = lookup.kinds.values(), questions.all.values()
    facets = {f.takes for kind in kinds for f in kind.facets.values() if not f.choices}
    return (
        facets
        | {p.takes for q in asked for p in q.parameters if p.takes not in _PLAIN}
        | {kind.type for kind in kinds}
    )


def _data(layout: Layout) -> dict[str, list[str]]:
    """By format, what stands in the files of the ontology, and a thing that does not conform."""
    wrong = (Quad(Iri(ID + "impact/wrong"), Iri(PREFIXES["rdf"] + "type"), Iri(TIP + "Impact")),)
    files = sorted(layout.ontology.rglob("*.ttl"))[:2]
    found = [wrong, *(read_files([file])[:200] for file in files)]
    return {form: [write(quads, form).decode() for quads in found] for form in _TEXTS}


def _queries(questions: Questions) -> strategies.SearchStrategy[str]:
    """Queries of every form: the question files, and small ones around any text."""
    files = strategies.sampled_from([question.text for question in questions.all.values()])
    text = strategies.text(strategies.characters(exclude_categories=["C", "Zl", "Zp"])).map(
        lambda value: '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )
    small = strategies.sampled_from(
        [
            "SELECT * {{ ?s ?p {0} }} LIMIT 2",
            "ASK {{ ?s ?p {0} }}",
            "CONSTRUCT {{ ?s ?p {0} }} WHERE {{ ?s ?p {0} }}",
            "DESCRIBE ?s {{ ?s ?p {0} }}",
            "SELECT (STRLEN({0}) AS ?length) {{}}",
        ]
    )
    return files | strategies.builds(str.format, small, text)


@schemathesis.serializer("application/sparql-query")
def sparql_query(_: schemathesis.SerializationContext, value: object) -> bytes:
    """A query as the body that it is."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.serializer(*(READ_TYPES[form] for form in sorted(_TEXTS)))
def data(_: schemathesis.SerializationContext, value: object) -> bytes:
    """Data as they are; what is no text is RDF in no format, as an empty JSON object would be."""
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else f"no text: {value}".encode()


@schemathesis.deserializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def spreadsheet(_: schemathesis.DeserializationContext, response: schemathesis.Response) -> object:
    """The rows of a spreadsheet, which is none if it cannot be opened."""
    book = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


@schemathesis.deserializer("application/x-bibtex", "application/x-research-info-systems")
def citations(_: schemathesis.DeserializationContext, response: schemathesis.Response) -> object:
    """The text of citations; other tests read what it says."""
    return response.text


@schemathesis.hook
def before_call(_: object, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Keep the rules between parameters that a schema of each alone cannot say.

    They are documented with the operation, and what breaks them is refused. What is made to be
    refused is left as it is.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    _once(case)
    if not case.query:
        return
    form = case.query.get("format", "json")
    if form != "csv" and str(case.query.get("bom")).lower() == "true":
        del case.query["bom"]
    if form not in _KEYED:
        case.query.pop("fields", None)
    if case.query.get("cursor") == _A_CURSOR:
        case.query.pop("cursor")
        following = _following(case, kwargs)
        if following:
            case.query["cursor"] = following


def _once(case: schemathesis.Case) -> None:
    """Name the format of a SPARQL answer once, and ask nothing beside no query."""
    if not case.path.startswith("/sparql"):
        return
    body = case.body if isinstance(case.body, dict) else {}
    places = [place for place in (case.query, body) if place]
    named = [(place, name) for place in places for name in _SAYING_FORMAT if name in place]
    for place, name in named[1:]:
        del place[name]
    if case.method == "GET" and "query" not in case.query:
        case.query.clear()


def _following(case: schemathesis.Case, kwargs: dict[str, Any]) -> str | None:
    """The cursor of the page after the first thing that the query of *case* finds."""
    kept = {k: v for k, v in case.query.items() if k not in _GIVING}
    first = case.operation.Case(
        path_parameters=case.path_parameters, query={**kept, "limit": 1}, headers={}
    )
    told = first.as_transport_kwargs(base_url=kwargs.get("base_url"))
    with requests.request(**told, timeout=60) as answer:
        following = answer.json()["links"]["next"] if answer.ok else None
    return parse_qs(urlsplit(following).query)["cursor"][0] if following else None


_register()
