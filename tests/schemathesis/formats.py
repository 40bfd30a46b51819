"""What schemathesis needs to know to send what the schema cannot say in its own words."""

from __future__ import annotations

import os
from pathlib import Path

import schemathesis
from hypothesis import strategies

from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED, Layout
from tipgraph.lookup import Lookup
from tipgraph.questions import Questions
from tipgraph.store import Store
from tipgraph.terms import shorten, slug

_PLAIN = {"text", "integer"}


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
    cursors = [lookup.items(kind, {}, 1).next for kind in lookup.kinds.values()]
    schemathesis.openapi.format("cursor", strategies.sampled_from([c for c in cursors if c]))
    schemathesis.openapi.format("sparql-query", _queries(questions))


def _classes(lookup: Lookup, questions: Questions) -> set[str]:
    kinds, asked = lookup.kinds.values(), questions.all.values()
    facets = {f.takes for kind in kinds for f in kind.facets.values() if not f.choices}
    return (
        facets
        | {p.takes for q in asked for p in q.parameters if p.takes not in _PLAIN}
        | {kind.type for kind in kinds}
    )


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


_register()
