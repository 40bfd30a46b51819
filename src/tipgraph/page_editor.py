"""A place to write SPARQL, with the question files as examples: `/editor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from .page_lists import cleaned
from .pages import PAGES
from .parameters import Given
from .queries import read
from .terms import PREFIXES, Iri

if TYPE_CHECKING:
    from .pages import Pages
    from .questions import Questions

_BEGIN = """\
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX tip: <https://w3id.org/tipgraph/ontology#>

SELECT ?response ?label WHERE {
  ?response a tip:PolicyResponse ;
    skos:prefLabel ?label .
}
ORDER BY ?label
LIMIT 20
"""


def editor_page(pages: Pages, questions: Questions) -> APIRouter:
    """The route `/editor`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)
    known: dict[str, list[str]] = {}

    @router.get("/editor")
    def editor(request: Request) -> Response:
        given = Given(pages.here(request).pairs)
        given.only(("query", "example", "run", "lang"), "The editor")
        named = given.once("example")
        query = questions.named(named).text if named else given.once("query") or _BEGIN
        if not known:
            known.update(_known(pages))
        return cleaned(request) or pages.shown(
            request,
            "editor.html",
            query=query,
            questions=questions.all.values(),
            chosen=named or "",
            runs=given.truth("run"),
            known={**known, "prefixes": dict(sorted(PREFIXES.items()))},
        )

    return router


def _known(pages: Pages) -> dict[str, list[str]]:
    """The classes and properties that the graph uses, for completion; a release does not change."""
    folder = pages.bench.layout.queries / "describe"
    found = {}
    for name, variable in (("classes", "class"), ("properties", "property")):
        rows = pages.bench.store.select(read(folder / f"{name}.rq").text)
        terms = (row[variable] for row in rows)
        found[name] = sorted({term.value for term in terms if isinstance(term, Iri)})
    return found
