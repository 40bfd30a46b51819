"""The graph's own IRIs, served under the service's address by content negotiation."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from .errors import BadParameter, NotFound
from .formats import GRAPH_TYPES, choose
from .names import nearest
from .negotiation import accepted, wants_page
from .queries import read
from .questions import kind_of
from .rdf import Quad, canonical, write
from .terms import BASE, GRAPH, PREFIXES, Blank, Iri, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Protocol

    from .evidence import Bench
    from .queries import QueryFile

    class Pages(Protocol):
        """What makes pages of things; it asks for the quads where it needs them."""

        def thing(
            self, iri: str, request: Request, quads: Callable[[], list[Quad]]
        ) -> Response | None:
            """The page of *iri*, or None if the graph says nothing of it."""

        def ontology(self, request: Request, quads: Callable[[], list[Quad]]) -> Response | None:
            """The page of the ontology."""


MAX_INCOMING = 1_000
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ONTOLOGY = BASE + "ontology"
OFFERED = {**GRAPH_TYPES, "html": "text/html", "json": "application/json"}
# Addresses are made of slugs; nothing else is looked for, so that nothing else is run.
_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,150}(/[A-Za-z0-9._-]{1,150}){0,3}")
_TYPE = Iri(PREFIXES["rdf"] + "type")
_REPLACED = Iri(PREFIXES["dcterms"] + "isReplacedBy")
_VERSION = Iri(PREFIXES["owl"] + "versionIRI")


def entities_router(bench: Bench, pages: Pages | None = None) -> APIRouter:
    """The routes `/id/...`, `/concept/...`, `/graph/...` and `/ontology` over *bench*.

    Browsers get what *pages* makes.
    """
    router = APIRouter(tags=["Entities"])
    entities = _Entities(bench, pages)

    @router.get("/id/{path:path}", summary="What is said of a thing, by its IRI")
    def thing(path: str, request: Request) -> Response:
        return entities.thing(f"id/{path}", request)

    @router.get("/concept/{path:path}", summary="What is said of a concept, by its IRI")
    def concept(path: str, request: Request) -> Response:
        return entities.thing(f"concept/{path}", request)

    @router.get("/graph/{path:path}", summary="What stands in a named graph, by its IRI")
    def graph(path: str, request: Request) -> Response:
        return entities.graph(f"graph/{path}", request)

    @router.get("/ontology", summary="The ontology, with all its terms")
    def ontology(request: Request) -> Response:
        return entities.ontology("ontology", request)

    @router.get("/ontology/{version}", summary="The ontology in the version of this release")
    def versioned(version: str, request: Request) -> Response:
        return entities.ontology(f"ontology/{version}", request)

    return router


class _Entities:
    """What the routes share."""

    def __init__(self, bench: Bench, pages: Pages | None) -> None:
        self._bench = bench
        self._pages = pages

    def thing(self, path: str, request: Request) -> Response:
        """What is said of a thing, its page, or a way to the document on it."""
        iri = self._iri(path)
        if self._pages is not None and _wants_page(request):
            page = self._pages.thing(iri, request, lambda: self._shown(iri))
            return self._paged(page, iri, path, request)
        form = _form(request)
        quads = self._quads(self._query("entity").bind({"thing": [Iri(iri)]}))
        said = [quad for quad in quads if quad.object != Iri(iri) or quad.subject == Iri(iri)]
        if not quads:
            raise self._unknown(path)
        shown = quads if len(quads) - len(said) <= MAX_INCOMING else said
        if form in {"html", "json"}:
            # Passages, works, schemes and the like are in no list, and so have no answer there.
            if kind_of(iri) and not path.startswith("concept/scheme/"):
                root = str(request.base_url).rstrip("/")
                target = f"{root}/api/v1/{kind_of(iri)}/{slug(iri)}"
                # Who takes HTML alone would be refused there.
                target += "?format=json" if form == "html" else ""
                links = _links(iri, said, path, request)
                return RedirectResponse(target, 303, {"Link": links, "Vary": "Accept"})
            form = _instead(form)
        return _response(shown, form, _links(iri, said, path, request), path, request)

    def graph(self, path: str, request: Request) -> Response:
        """All that stands in a named graph."""
        form = _instead(_form(request))
        iri = self._iri(path)
        quads = self._quads(self._query("graph").bind({"graph": [Iri(iri)]}))
        if not quads:
            raise self._unknown(path)
        return _response(quads, form, _links(iri, (), path, request), path, request)

    def ontology(self, path: str, request: Request) -> Response:
        """The ontology; under the address of a version only if it is that version."""
        if self._pages is not None and path == "ontology" and _wants_page(request):
            query = self._query("graph").bind({"graph": [Iri(GRAPH + "ontology")]})
            page = self._pages.ontology(request, lambda: self._quads(query))
            return self._paged(page, ONTOLOGY, path, request)
        form = _instead(_form(request))
        query = self._query("graph").bind({"graph": [Iri(GRAPH + "ontology")]})
        quads = self._quads(query)
        versions = {q.object for q in quads if q.predicate == _VERSION}
        if not quads or (path != "ontology" and Iri(BASE + path) not in versions):
            known = ", ".join(sorted(version.value for version in versions))
            message = f"This service has no {BASE}{path}; it has {known or 'no ontology'}."
            raise NotFound(message)
        links = _links(ONTOLOGY, quads, path, request)
        return _response(quads, form, links, path, request)

    def _shown(self, iri: str) -> list[Quad]:
        """What is said of *iri*, and what says something of it unless that is too much."""
        quads = self._quads(self._query("entity").bind({"thing": [Iri(iri)]}))
        said = [quad for quad in quads if quad.object != Iri(iri) or quad.subject == Iri(iri)]
        return quads if len(quads) - len(said) <= MAX_INCOMING else said

    def _paged(self, page: Response | None, iri: str, path: str, request: Request) -> Response:
        if page is None:
            raise self._unknown(path)
        page.headers["Link"] = _links(iri, (), path, request)
        return page

    def _iri(self, path: str) -> str:
        if not _ADDRESS.fullmatch(path):
            raise self._unknown(path)
        return BASE + path

    def _unknown(self, path: str) -> NotFound:
        """That nothing has this address, with those that look like it."""
        shown = path[:200]
        folder, _, last = shown.rstrip("/").rpartition("/")
        known = {slug(a): a for a in self._addresses if a.startswith(f"{folder}/")}
        near = tuple(f"/{known[name]}" for name in nearest(last[:80], list(known)))
        hint = f" The nearest are {', '.join(near)}." if near else ""
        message = f"The graph says nothing of <{BASE}{shown}>.{hint}"
        return NotFound(message, suggestions=near)

    @cached_property
    def _addresses(self) -> tuple[str, ...]:
        rows = self._bench.store.select(self._query("addresses").text)
        return tuple(text_of(row["thing"]).removeprefix(BASE) for row in rows)

    def _query(self, name: str) -> QueryFile:
        return read(self._bench.layout.queries / "describe" / f"{name}.rq")

    def _quads(self, query: str) -> list[Quad]:
        quads = []
        for row in self._bench.store.select(query):
            subject, predicate, value = row["subject"], row["property"], row["value"]
            if isinstance(subject, Iri | Blank) and isinstance(predicate, Iri) and value:
                quads.append(Quad(subject, predicate, value, text_of(row["graph"])))
        return quads


def _wants_page(request: Request) -> bool:
    named = request.query_params.getlist("format")
    return named == ["html"] or (not named and wants_page(request))


def _form(request: Request) -> str:
    for parameter in request.query_params:
        if parameter != "format":
            message = f"{request.url.path} has no parameter {parameter!r}; it takes format."
            raise BadParameter(message, parameter=parameter, suggestions=("format",))
    named = request.query_params.getlist("format")
    if not named:
        return choose(accepted(request), OFFERED)
    if len(named) > 1 or named[0] not in OFFERED:
        message = f"format={','.join(named)}: give one of {', '.join(OFFERED)}."
        raise BadParameter(message, parameter="format", suggestions=tuple(OFFERED))
    return named[0]


def _instead(form: str) -> str:
    """The format for what has no page and no document: one that is readable there."""
    return {"html": "turtle", "json": "jsonld"}.get(form, form)


def _links(iri: str, quads: Iterable[Quad], path: str, request: Request) -> str:
    """The `Link` header: other formats, what the thing is, and what has taken its place."""
    here = f"{str(request.base_url).rstrip('/')}/{path}"
    own = [quad for quad in quads if quad.subject == Iri(iri)]
    links = [f'<{_ascii(iri)}>; rel="canonical"', f'<{LICENCE}>; rel="license"']
    links += [
        f'<{here}?format={form}>; rel="alternate describedby"; type="{media.split(";")[0]}"'
        for form, media in GRAPH_TYPES.items()
    ]
    for predicate, relation in ((_TYPE, "type"), (_REPLACED, "successor-version")):
        values = sorted({q.object.value for q in own if q.predicate == predicate})
        links += [f'<{_ascii(value)}>; rel="{relation}"' for value in values]
    return ", ".join(links)


def _ascii(iri: str) -> str:
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%~")


def _response(
    quads: Sequence[Quad], form: str, links: str, path: str, request: Request
) -> Response:
    here = f"{str(request.base_url).rstrip('/')}/{path}?format={form}"
    headers = {"Vary": "Accept", "Link": links, "Content-Location": here}
    return Response(write(canonical(quads), form), media_type=GRAPH_TYPES[form], headers=headers)
