"""The routes for questions in plain words, and for words to search for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from . import formats
from .errors import BadParameter
from .kinds import COMMON
from .links import Place, links
from .negotiation import accepted
from .parameters import GIVING, Given, fields, of_words
from .representations import Answered, Representations
from .search import kinds_of, search
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .answers import Answer, Item
    from .ask import Asker, Reply
    from .evidence import Bench
    from .kinds import Kind
    from .lookup import Lookup
    from .parameters import Wanted

LONGEST = 1_000


def asking_router(bench: Bench, lookup: Lookup, asker: Asker) -> APIRouter:
    """The routes `/api/v1/ask` and `/api/v1/search`."""
    router = APIRouter()

    representations = Representations(bench)

    @router.get("/api/v1/ask", tags=["Questions"], summary="Ask in plain words")
    def ask(request: Request) -> Response:
        given, wanted = _wanted(request, bench, ("q",))
        reply = asker.ask(_text(given), wanted.limit, wanted.cursor, wanted.manner)
        chosen = _fields(given, reply.items, asker.kinds(reply))
        return representations.of(
            Answered(
                reply.answer,
                wanted,
                _place(request),
                "ask",
                given.joined(without=GIVING),
                fields=chosen,
                more=told(reply),
            )
        )

    @router.get("/api/v1/search", tags=["Things"], summary="Search the texts of all things")
    def searched(request: Request) -> Response:
        given, wanted = _wanted(request, bench, ("q", "kind"))
        kinds = kinds_of(given.all().get("kind", []))
        hits = search(
            _text(given),
            lookup,
            asker,
            kinds=kinds,
            limit=wanted.limit,
            cursor=wanted.cursor,
            manner=wanted.manner,
        )
        chosen = _fields(given, hits.items, [lookup.kind(name) for name in kinds])
        return representations.of(
            Answered(
                hits.answer,
                wanted,
                _place(request),
                "search",
                given.joined(without=GIVING),
                fields=chosen,
                more={"words": list(hits.words)},
            )
        )

    return router


def told(reply: Reply) -> dict[str, object]:
    """What was understood of a question, and whether it is answered."""
    understood = reply.understood
    concepts = [
        {"id": thing.iri, "label": thing.label, "matched": reading.given, "role": thing.kind}
        for reading in understood.readings
        for thing in reading.things
    ]
    concepts += [
        {"id": thing.iri, "label": thing.label, "matched": "", "role": "SourceDocument"}
        for thing in understood.documents
    ]
    return {
        "understood": {
            "want": _type_of(reply),
            "concepts": concepts,
            "words": [reading.given for reading in understood.readings],
            "ignored": [*understood.strange, *understood.ignored],
        },
        "answered": reply.answered,
        "reason": reply.reason,
        "nearest": list(reply.nearest),
    }


def _type_of(reply: Reply) -> str:
    """The class of the things that were asked for."""
    if reply.want.startswith("question:"):
        return reply.items[0].type if reply.items else ""
    name = reply.want.split()[0]
    return {"Effect": "Impact", "Cause": "CausalFactor"}.get(name, name)


def _text(given: Given) -> str:
    text = given.once("q")
    if text is None or not text.strip() or len(text) > LONGEST:
        message = f"q is to have words, in at most {LONGEST} characters."
        raise BadParameter(message, parameter="q")
    return text


def _wanted(request: Request, bench: Bench, own: Sequence[str]) -> tuple[Given, Wanted]:
    given = Given(request.query_params.multi_items())
    return given, of_words(given, own, accepted(request), bench.release.version)


def _fields(given: Given, items: Sequence[Item], kinds: Sequence[Kind]) -> tuple[str, ...] | None:
    """The keys that are asked for, of those that things of *kinds*, or the *items*, have."""
    known = [key for kind in kinds for key in kind.keys]
    known += [key for item in items for key in (*item.links, *item.values)]
    return fields(given, tuple(dict.fromkeys((*COMMON, *known))))


def _place(request: Request) -> Place:
    pairs = tuple(request.query_params.multi_items())
    return Place(str(request.base_url).rstrip("/"), request.url.path, pairs)


def body(bench: Bench, here: Place, answer: Answer) -> dict[str, object]:
    """The document of *answer*, which is at *here*."""
    return {
        "items": [formats.item(item, here.of) for item in answer.items],
        "meta": {
            "total": answer.total,
            "returned": len(answer.items),
            "limit": answer.limit,
            "release": bench.release.version,
            "question": {
                "name": slug(here.path),
                "summary": None,
                "parameters": dict(here.pairs),
            },
            "sparql": answer.sparql,
            "coverage": {slug(e.document.id): e.statement.basis for e in bench.coverage},
        },
        "links": links(here, bench.release.version, answer.next),
    }
