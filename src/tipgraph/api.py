"""The JSON API: things by kind, facet and words, and the questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.convertors import StringConvertor, register_url_convertor

from . import citation, formats
from .contexts import SEVERAL, context
from .errors import BadParameter
from .kinds import COMMON
from .languages import DEFAULT, language, spoken
from .links import FOR_EVER, Place, citations, header, links
from .negotiation import accepted
from .parameters import GIVING, Given, Wanted, fields, of_list, of_question, of_thing
from .queries import read
from .questions import keys
from .sheets import sheet
from .tables import table
from .terms import BASE, Iri, slug

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .answers import Answer, Item
    from .evidence import Bench
    from .lookup import Lookup
    from .queries import QueryFile
    from .questions import Questions

_CONTEXTS = ("things", "questions")


class _NameOfKind(StringConvertor):
    """The name of a kind, which no address with a route of its own is."""

    regex = "(?!validate$)[^/]+"


register_url_convertor("kind", _NameOfKind())


def api_router(bench: Bench, lookup: Lookup, questions: Questions) -> APIRouter:
    """The routes below `/api/v1`."""
    router = APIRouter()
    describe = read(bench.layout.queries / "describe" / "describe.rq")
    service = _Service(bench, lookup, questions, describe)

    @router.get("/api/v1", tags=["Things"], summary="Which kinds are there, and which facets?")
    def kinds(request: Request) -> dict[str, object]:
        _given(request).only((), "/api/v1")
        return service.kinds(request)

    @router.get(
        "/api/v1/context.jsonld", tags=["Things"], summary="By which context is plain JSON RDF?"
    )
    def jsonld_context(request: Request) -> Response:
        return service.context(_given(request))

    @router.get("/api/v1/questions", tags=["Questions"], summary="Which questions are there?")
    def all_questions(request: Request) -> dict[str, object]:
        _given(request).only((), "/api/v1/questions")
        return {"items": [_question(q, request) for q in questions.all.values()]}

    @router.get("/api/v1/questions/{name}", tags=["Questions"], summary="Ask a question file")
    def question(name: str, request: Request) -> Response:
        return service.question(name, request)

    @router.get(
        "/api/v1/{kind:kind}", tags=["Things"], summary="Find the things of a kind by facets"
    )
    def things(kind: str, request: Request) -> Response:
        return service.things(kind, request)

    @router.get(
        "/api/v1/{kind}/{name:path}", tags=["Things"], summary="Everything known of one thing"
    )
    def thing(kind: str, name: str, request: Request) -> Response:
        if not name:
            # A slash too many, as at the addresses without a name.
            return RedirectResponse(str(request.url.replace(path=request.url.path[:-1])), 307)
        return service.thing(kind, name, request)

    return router


@dataclass(frozen=True, slots=True)
class _Told:
    """An answer, as it is wanted, with where it is and what was asked."""

    answer: Answer
    wanted: Wanted
    here: Place
    name: str
    asked: Mapping[str, str]
    summary: str | None = None
    of: str = "things"
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _Service:
    """What the routes share."""

    bench: Bench
    lookup: Lookup
    questions: Questions
    describe: QueryFile

    def kinds(self, request: Request) -> dict[str, object]:
        """The kinds with their facets, sort orders and keys."""
        return {
            "items": [
                {
                    "name": kind.name,
                    "type": kind.type,
                    "facets": {f.name: f.takes for f in kind.facets.values()},
                    "sorts": list(kind.sorts),
                    "fields": ["id", "type", *COMMON, *kind.keys],
                    "links": {"self": f"{_root(request)}/api/v1/{kind.name}"},
                }
                for kind in self.lookup.kinds.values()
            ]
        }

    def context(self, given: Given) -> Response:
        """The JSON-LD context of things or questions, with texts in a language."""
        given.only(("of", "lang"), "The context")
        named, tag = given.once("of"), given.once("lang")
        of = _CONTEXTS[0] if named is None else named
        if of not in _CONTEXTS:
            message = f"of={of}: give one of {', '.join(_CONTEXTS)}."
            raise BadParameter(message, parameter="of", value=of, suggestions=_CONTEXTS)
        tongue = DEFAULT if tag is None else language(tag)
        return JSONResponse(
            context(self.bench.layout.queries, of, tongue), media_type="application/ld+json"
        )

    def things(self, name: str, request: Request) -> Response:
        """One page of the things of a kind."""
        kind, given = self.lookup.kind(name), _given(request)
        wanted = of_list(given, kind, accepted(request), self.bench.release.version)
        facets = {k: v for k, v in given.all().items() if k in kind.facets}
        answer = self.lookup.items(kind, facets, wanted.limit, wanted.cursor, wanted.manner)
        here = Place(_root(request), f"/api/v1/{name}", given.pairs)
        asked = given.joined(without=GIVING)
        return self._respond(_Told(answer, wanted, here, name, asked, fields=wanted.manner.fields))

    def thing(self, kind_name: str, name: str, request: Request) -> Response:
        """One thing, by its slug, CURIE, IRI or label, with all its evidence."""
        kind, given = self.lookup.kind(kind_name), _given(request)
        wanted = of_thing(given, kind, accepted(request), self.bench.release.version)
        entry = self.lookup.entry(kind, name)
        answer = self.lookup.alone(kind, entry, wanted.manner)
        named = slug(entry.iri)
        here = Place(_root(request), f"/api/v1/{kind.name}/{named}", given.pairs)
        return self._respond(_Told(answer, wanted, here, named, {}, fields=wanted.manner.fields))

    def question(self, name: str, request: Request) -> Response:
        """The answer to a question file; `limit` counts items."""
        question, given = self.questions.named(name), _given(request)
        wanted = of_question(given, question, accepted(request), self.bench.release.version)
        asked = given.joined(without=GIVING)
        reply = self.questions.ask(name, asked)
        chosen = fields(given, (*COMMON, *keys(reply.rows)))
        tongue = wanted.manner.language
        answer = self.questions.answer(reply, wanted.limit, wanted.cursor, tongue)
        here = Place(_root(request), f"/api/v1/questions/{name}", given.pairs)
        told = _Told(answer, wanted, here, name, asked, question.summary, "questions", chosen)
        if wanted.form == "csv" and not any(
            part in given for part in ("limit", "cursor", "fields")
        ):
            return self._sent(told, formats.rows_csv(spoken(reply.rows, tongue)))
        return self._respond(told)

    def _respond(self, told: _Told) -> Response:
        form, answer = told.wanted.form, told.answer
        if form == "json":
            items = [formats.item(item, told.here.of, told.fields) for item in answer.items]
            release = self.bench.release.version
            return JSONResponse(
                {
                    "items": items,
                    "meta": self._meta(told),
                    "links": links(told.here, release, answer.next),
                },
                headers=self._headers(told),
            )
        if form == "csv":
            return self._sent(told, formats.items_csv(answer, told.fields))
        if form == "xlsx":
            return self._sent(told, sheet(table(answer, told.fields), told.name))
        if form in citation.CITED:
            return self._sent(told, self._citations(told))
        return self._sent(told, self._graph(answer.items, form))

    def _citations(self, told: _Told) -> str:
        """The documents that support an answer, each with the permalink of the answer."""
        asked = " ".join([told.name, *(f"{k}={v}" for k, v in told.asked.items())])
        found = citation.documents(told.answer.items)
        return citations(self.bench, found, told.wanted.form, told.here, asked)

    def _sent(self, told: _Told, body: str | bytes) -> Response:
        whole = "\ufeff" + body if told.wanted.bom and isinstance(body, str) else body
        kind = formats.ITEM_TYPES[told.wanted.form]
        return Response(whole, media_type=kind, headers=self._headers(told))

    def _headers(self, told: _Told) -> dict[str, str]:
        answer, wanted, release = told.answer, told.wanted, self.bench.release
        tongues = answer.languages
        tongue = tongues[0] if len(tongues) == 1 else SEVERAL if tongues else DEFAULT
        about = {"of": told.of} if told.of != _CONTEXTS[0] else {}
        about |= {"lang": tongue} if tongue != DEFAULT else {}
        found = {
            "Vary": "Accept",
            "Link": header(told.here, wanted.form, release, answer.next, about),
        }
        if tongues and wanted.form in {"json", "csv", "xlsx"}:
            found["Content-Language"] = ", ".join(tongues)
        if wanted.form == "xlsx":
            found["Content-Disposition"] = f'attachment; filename="{told.name}.xlsx"'
        if wanted.pinned:
            found["Cache-Control"] = FOR_EVER
        return found

    def _graph(self, items: Sequence[Item], form: str) -> bytes:
        things = [Iri(item.id) for item in items]
        things += [Iri(e.statement.id) for item in items for e in item.evidence]
        things += [Iri(e.passage.id) for item in items for e in item.evidence if e.passage]
        if not things:
            things = [Iri(BASE + "nothing")]
        query = self.describe.bind({"thing": list(dict.fromkeys(things))})
        return self.bench.store.graph(query, form)

    def _meta(self, told: _Told) -> dict[str, object]:
        answer = told.answer
        return {
            "total": answer.total,
            "returned": len(answer.items),
            "limit": answer.limit,
            "release": self.bench.release.version,
            "question": {
                "name": told.name,
                "summary": told.summary,
                "parameters": dict(told.asked),
            },
            "sparql": answer.sparql,
            "coverage": {slug(e.document.id): e.statement.basis for e in self.bench.coverage},
        }


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


def _given(request: Request) -> Given:
    return Given(request.query_params.multi_items())


def _root(request: Request) -> str:
    return str(request.base_url).rstrip("/")
