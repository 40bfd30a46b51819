"""What every page shares: templates, phrases, links, headers, and errors that a person can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from . import __version__
from .answers import Saying, by_document, telling
from .languages import DEFAULT
from .links import Place
from .paths import TEMPLATES
from .phrases import languages
from .statics import Statics
from .terms import BASE, CONCEPT, Blank, Iri, shorten, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .answers import Evidence
    from .errors import TipgraphError
    from .evidence import Bench
    from .lookup import Lookup
    from .phrases import Phrases

# The tag of routes whose errors are told as pages, to those who would rather have pages.
PAGES = "Pages"
# Nothing is run or shown but what this service sends, and no other page may frame ours.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept, Accept-Language",
}
HTML = "text/html; charset=utf-8"
# What speaks to programs takes no language from a page.
_OF_PROGRAMS = ("/api/", "/sparql", "/dump/", "/static/", "/openapi.json")
_FOR_EVER = "public, max-age=31536000, immutable"
_TRUNK = urlsplit(BASE).path
_FRAGMENT_SAFE = "'()*!~._"
_PLAIN = Saying()


@dataclass(frozen=True)
class Here:
    """Where a page is: the path and the parameters of its address, below *root*."""

    root: str
    path: str
    pairs: tuple[tuple[str, str], ...]

    def at(self, path: str, pairs: Iterable[tuple[str, object]] = (), /, **given: object) -> str:
        """The address of another page, with parameters."""
        whole = self.root + _quoted(path)
        named = [*pairs, *((k.rstrip("_"), v) for k, v in given.items() if v is not None)]
        if self.tongue and not path.startswith(_OF_PROGRAMS):
            named += [] if {"lang", "format"} & {n for n, _ in named} else [("lang", self.tongue)]
        if not named:
            return whole
        asked = urlencode([(k, str(v)) for k, v in named])
        return f"{whole}?{asked}" if asked else whole

    @property
    def tongue(self) -> str:
        """The language that the address of this page names, which its links name again."""
        return self.once("lang")

    def but(self, **changed: object) -> str:
        """The address of this page with parameters changed, or without those that are None.

        What is changed begins on the first page again.
        """
        names = {name.rstrip("_") for name in changed} | {"page"}
        return self.at(self.path, [p for p in self.pairs if p[0] not in names], **changed)

    def without(self, name: str, value: str) -> str:
        """The address of this page without the *value* of the parameter *name*."""
        kept = [p for p in self.pairs if p != (name, value) and p[0] != "page"]
        return self.at(self.path, kept)

    def also(self, name: str, value: str) -> str:
        """The address of this page with one more *value* of the parameter *name*."""
        kept = [p for p in self.pairs if p[0] != "page"]
        return self.at(self.path, [*kept, (name, value)])

    def once(self, name: str) -> str:
        """The first value of the parameter *name*; empty without one."""
        return next((value for key, value in self.pairs if key == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """All values of the parameter *name*."""
        return tuple(value for key, value in self.pairs if key == name)

    def thing(self, iri: str, /, **given: object) -> str:
        """The page of the thing *iri*, or its own address if it is none of ours."""
        if not iri.startswith(BASE):
            return iri
        path, _, term = iri.removeprefix(BASE).partition("#")
        return self.at("/" + path, **given) + (f"#{term}" if term else "")


class Pages:
    """Makes pages of templates, in the language of the reader."""

    def __init__(self, bench: Bench, lookup: Lookup, statics: Statics | None = None) -> None:
        """Show what is in *bench*, whose concepts *lookup* knows, with the files of *statics*."""
        self.bench = bench
        self.lookup = lookup
        self.statics = statics or Statics()
        self.languages = dict(languages())
        self._shown = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._shown.filters |= {"slug": slug, "short": shorten, "passage_link": passage_link}
        self._shown.filters |= {"telling": telling, "by_document": by_document}
        self._shown.tests |= {
            "is_iri": lambda term: isinstance(term, Iri),
            "is_blank": lambda term: isinstance(term, Blank),
        }
        self._shown.globals |= {
            "asset": self.statics.address,
            "has_asset": self.statics.__contains__,
            "concept": self.concept,
            "saying": self.saying,
            "read_whole": self.read_whole,
            "data_block": data_block,
            "languages": self.languages,
            "version": __version__,
        }

    def here(self, request: Request) -> Here:
        """Where the page of *request* is."""
        root = request.scope.get("root_path", "")
        path = request.url.path
        path = path.removeprefix(root) if root and path.startswith(root) else path
        return Here(root, path, tuple(request.query_params.multi_items()))

    def place(self, request: Request) -> Place:
        """The whole address of the service, for what is to be used outside of the page."""
        return Place(str(request.base_url).rstrip("/"), "")

    def phrases(self, request: Request) -> Phrases:
        """The phrases of the language that is asked for, by `lang` or `Accept-Language`."""
        asked = request.query_params.get("lang", "")
        wanted = [asked, *_tongues(request.headers.get("accept-language", ""))]
        return self.languages[next((t for t in wanted if t in self.languages), DEFAULT)]

    def concept(self, name: str) -> str:
        """The IRI of the concept with the slug *name*; empty if there is none."""
        entry = self.lookup.names.of("skos:Concept").get((CONCEPT + name).casefold())
        return entry.iri if entry else ""

    def saying(self, statement: str) -> Saying:
        """How the statement with the IRI *statement* is said besides its modality."""
        return self.bench.sayings.get(statement, _PLAIN)

    def read_whole(self) -> bool:
        """Whether all documents were read whole, so that what is not found is not in them."""
        return all(e.statement.basis == "complete" for e in self.bench.coverage)

    def shown(
        self, request: Request, template: str, status: int = 200, /, **values: object
    ) -> Response:
        """The page that *template* makes of *values*."""
        body = self._shown.get_template(template).render(
            here=self.here(request),
            t=self.phrases(request),
            service=self.place(request),
            release=self.bench.release,
            **values,
        )
        return Response(body, status, HEADERS, HTML)

    def problem(
        self, request: Request, status: int, title: str, error: TipgraphError | None = None
    ) -> Response:
        """The page that says what went wrong, with what is nearest."""
        near = error.details.get("suggestions", ()) if error else ()
        text = str(error) if error else ""
        t = self.phrases(request)
        if error is None and t.has(f"problem.status_{status}"):
            title, text = t(f"problem.status_{status}"), t(f"problem.told_{status}")
        return self.shown(request, "problem.html", status, heading=title, detail=text, near=near)


def statics_router(pages: Pages) -> APIRouter:
    """The route `/static/...`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/static/{name}")
    def static(name: str) -> Response:
        file = pages.statics.served(name)
        headers = {
            "Cache-Control": _FOR_EVER,
            "Content-Security-Policy": "default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(file.body, 200, headers, file.media)

    return router


@lru_cache(8_192)
def _quoted(path: str) -> str:
    return quote(path, safe="/:@!$&'()*+,;=~-._#%")


def passage_link(evidence: Evidence) -> str:
    """Where the passage can be read: at its phrase, in browsers that find text by the address."""
    url = evidence.document.url or ""
    if not url or evidence.passage is None:
        return url
    return f"{url}#:~:text={quote(evidence.passage.phrase, safe=_FRAGMENT_SAFE)}"


def data_block(value: Mapping[str, object] | list[object] | str) -> Markup:
    """JSON that stands in a page as data: nothing in it can end the block."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe)  # noqa: S704 (it was just made safe, and holds JSON)


def _tongues(header: str) -> list[str]:
    """The languages of an `Accept-Language` header, the first given first."""
    return [part.split(";")[0].strip().split("-")[0].lower() for part in header.split(",")]
