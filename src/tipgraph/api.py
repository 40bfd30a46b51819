"""The JSON API: things by kind and facet, and the questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from . import __version__, formats
from .answers import Answer
from .errors import BadParameter
from .queries import read
from .terms import BASE, Iri, slug

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .answers import Item
    from .evidence import Bench
    from .lookup import Lookup
    from .queries import QueryFile
    from .questions import Questions

_DIGITS = re.compile(r"[0-9]{1,3}")
DEFAULT_LIMIT = 50
MAX_LIMIT = 500
_PAGING = ("limit", "cursor", "format")


def api_router(bench: Bench, lookup: Lookup, questions: Questions) -> APIRouter:
    """The routes below `/api/v1`, and `/health`."""
    router = APIRouter()
    describe = read(bench.layout.queries / "describe" / "describe.rq")
    service = _Service(bench, lookup, questions, describe)

    @router.get("/health", tags=["Operations"], summary="Is the service up, and what does it hold?")
    async def health() -> dict[str, object]:
        return {"status": "ok", "release": __version__, "quads": len(bench.store)}

    @router.get("/api/v1", tags=["Things"], summary="Which kinds are there, and which facets?")
    def kinds(request: Request) -> dict[str, object]:
        _only(request, ())
        return service.kinds(request)

    @router.get("/api/v1/questions", tags=["Questions"], summary="Which questions are there?")
    def all_questions(request: Request) -> dict[str, object]:
        _only(request, ())
        return {"items": [_question(q, request) for q in questions.all.values()]}

    @router.get("/api/v1/questions/{name}", tags=["Questions"], summary="Ask a question file")
    def question(name: str, request: Request) -> Response:
        return service.question(name, request)

    @router.get("/api/v1/{kind}", tags=["Things"], summary="Find the things of a kind by facets")
    def things(kind: str, request: Request) -> Response:
        return service.things(kind, request)

    @router.get("/api/v1/{kind}/{name}", tags=["Things"], summary="Everything known of one thing")
    def thing(kind: str, name: str, request: Request) -> Response:
        return service.thing(kind, name, request)

    return router


@dataclass(frozen=True)
class _Service:
    """What the routes share."""

    bench: Bench
    lookup: Lookup
    questions: Questions
    describe: QueryFile

    def kinds(self, request: Request) -> dict[str, object]:
        """The kinds with their facets."""
        return {
            "items": [
                {
                    "name": kind.name,
                    "type": kind.type,
                    "facets": {f.name: f.takes for f in kind.facets.values()},
                    "links": {"self": _root(request) + f"/api/v1/{kind.name}"},
                }
                for kind in self.lookup.kinds.values()
            ]
        }

    def things(self, name: str, request: Request) -> Response:
        """One page of the things of a kind."""
        kind = self.lookup.kind(name)
        form = _form(request)
        given = _facets(request)
        answer = self.lookup.items(kind, given, _limit(request), _once(request, "cursor"))
        return self._respond(answer, form, request)

    def thing(self, kind_name: str, name: str, request: Request) -> Response:
        """One thing, with all its evidence."""
        kind = self.lookup.kind(kind_name)
        _only(request, ("format",))
        form = _form(request)
        item = self.lookup.thing(kind, name)
        query = kind.listing.bind({"item": [Iri(item.id)]})
        return self._respond(Answer((item,), 1, 1, query), form, request)

    def question(self, name: str, request: Request) -> Response:
        """The answer to a question file; `limit` counts items."""
        form = _form(request)
        question = self.questions.named(name)
        known = {parameter.name for parameter in question.parameters}
        given = {k: v for k, v in _given(request).items() if k in known or k not in _PAGING}
        if "cursor" in request.query_params:
            message = "cursor: questions are answered whole; use limit."
            raise BadParameter(message, parameter="cursor")
        reply = self.questions.ask(name, given)
        if form == "csv" and "limit" not in request.query_params:
            return _csv(formats.rows_csv(reply.rows))
        answer = self.questions.answer(reply, _limit(request, MAX_LIMIT))
        return self._respond(answer, form, request, question)

    def _respond(
        self, answer: Answer, form: str, request: Request, question: QueryFile | None = None
    ) -> Response:
        if form == "csv":
            return _csv(formats.items_csv(answer))
        if form in {"jsonld", "turtle"}:
            return Response(
                self._graph(answer.items, form), media_type=formats.ITEM_TYPES[form], headers=_VARY
            )
        body = {
            "items": [formats.item(item, _addresses(request)) for item in answer.items],
            "meta": self._meta(answer, request, question),
            "links": _links(answer, request),
        }
        return JSONResponse(body, headers=_VARY)

    def _graph(self, items: Sequence[Item], form: str) -> bytes:
        things = [Iri(item.id) for item in items]
        things += [Iri(e.statement.id) for item in items for e in item.evidence]
        things += [Iri(e.passage.id) for item in items for e in item.evidence if e.passage]
        if not things:
            things = [Iri(BASE + "nothing")]
        query = self.describe.bind({"thing": list(dict.fromkeys(things))})
        return self.bench.store.graph(query, form)

    def _meta(
        self, answer: Answer, request: Request, question: QueryFile | None
    ) -> dict[str, object]:
        return {
            "total": answer.total,
            "returned": len(answer.items),
            "limit": answer.limit,
            "release": __version__,
            "question": {
                "name": question.name if question else request.url.path.rsplit("/", 1)[-1],
                "summary": question.summary if question else None,
                "parameters": {k: v for k, v in _given(request).items() if k not in _PAGING},
            },
            "sparql": answer.sparql,
            "coverage": {slug(e.document.id): e.statement.basis for e in self.bench.coverage},
        }


_VARY = {"Vary": "Accept"}


def _csv(text: str) -> Response:
    return Response(text, media_type=formats.ITEM_TYPES["csv"], headers=_VARY)


def _question(question: QueryFile, request: Request) -> dict[str, object]:
    address = _root(request) + f"/api/v1/questions/{question.name}"
    return {
        "name": question.name,
        "summary": question.summary,
        "description": question.description,
        "parameters": [
            {"name": p.name, "takes": p.takes, "default": question.default(p.name)}
            for p in question.parameters
        ],
        "example": dict(question.example),
        "sparql": question.text,
        "links": {
            "self": address,
            "example": address + ("?" + urlencode(question.example) if question.example else ""),
        },
    }


def _only(request: Request, allowed: Sequence[str]) -> None:
    for name in request.query_params:
        if name not in allowed:
            takes = f"it takes {', '.join(allowed)}" if allowed else "it takes none"
            message = f"{request.url.path} has no parameter {name!r}; {takes}."
            raise BadParameter(message, parameter=name, suggestions=tuple(allowed))


def _form(request: Request) -> str:
    named = _once(request, "format")
    if named is None:
        return formats.choose(request.headers.get("accept", ""), formats.ITEM_TYPES)
    if named not in formats.ITEM_TYPES:
        message = f"format={named}: give one of {', '.join(formats.ITEM_TYPES)}."
        raise BadParameter(
            message, parameter="format", value=named, suggestions=tuple(formats.ITEM_TYPES)
        )
    return named


def _facets(request: Request) -> Mapping[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name not in _PAGING:
            given.setdefault(name, []).append(value)
    return given


def _given(request: Request) -> dict[str, str]:
    """The parameters of the request; what is given several times is joined by commas."""
    names = dict.fromkeys(request.query_params)
    return {name: ",".join(request.query_params.getlist(name)) for name in names}


def _once(request: Request, name: str) -> str | None:
    """The value of a parameter that may be given once."""
    values = request.query_params.getlist(name)
    if len(values) > 1:
        message = f"{name} is given {len(values)} times; give it once."
        raise BadParameter(message, parameter=name)
    return values[0] if values else None


def _limit(request: Request, default: int = DEFAULT_LIMIT) -> int:
    given = _once(request, "limit")
    text = str(default) if given is None else given
    if not (_DIGITS.fullmatch(text) and 1 <= int(text) <= MAX_LIMIT):
        message = f"limit={text}: give a whole number from 1 to {MAX_LIMIT}."
        raise BadParameter(message, parameter="limit", value=text)
    return int(text)


def _root(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _links(answer: Answer, request: Request) -> dict[str, str | None]:
    here = _root(request) + request.url.path
    page = [(k, v) for k, v in request.query_params.multi_items() if k != "format"]
    asked = [(k, v) for k, v in page if k != "cursor"]
    return {
        "self": here + (f"?{request.url.query}" if request.url.query else ""),
        "next": _with(here, [*asked, ("cursor", answer.next)]) if answer.next else None,
        "csv": _with(here, [*page, ("format", "csv")]),
        "jsonld": _with(here, [*page, ("format", "jsonld")]),
    }


def _with(here: str, pairs: Sequence[tuple[str, str | None]]) -> str:
    return f"{here}?{urlencode([(k, v) for k, v in pairs if v is not None])}"


@dataclass(frozen=True)
class _Addresses:
    """The URLs of things under the address that the client used."""

    root: str

    def __call__(self, kind: str, iri: str) -> str:
        if kind:
            return f"{self.root}/api/v1/{kind}/{slug(iri)}"
        return self.root + urlsplit(iri).path.removeprefix(urlsplit(BASE).path.rstrip("/"))


def _addresses(request: Request) -> _Addresses:
    return _Addresses(_root(request))
