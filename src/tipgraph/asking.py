"""The routes for questions in plain words, and for words to search for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from . import formats
from .answers import Answer
from .errors import BadParameter
from .links import Place
from .parameters import Given, of_words
from .search import kinds_of, search
from .terms import slug

if TYPE_CHECKING:
    from .ask import Asker, Reply
    from .evidence import Bench
    from .lookup import Lookup
    from .parameters import Wanted

LONGEST = 1_000


def asking_router(bench: Bench, lookup: Lookup, asker: Asker) -> APIRouter:
    """The routes `/api/v1/ask` and `/api/v1/search`."""
    router = APIRouter()

    @router.get("/api/v1/ask", tags=["Questions"], summary="Ask in plain words")
    def ask(request: Request) -> Response:
        given = Given(request.query_params.multi_items())
        wanted = of_words(given, ("q",), request.headers.get("accept", ""))
        reply = asker.ask(_text(given))
        shown = reply.items[: wanted.limit]
        answer = Answer(shown, len(reply.items), wanted.limit, reply.sparql)
        return _respond(bench, request, answer, wanted, told(reply))

    @router.get("/api/v1/search", tags=["Things"], summary="Search the texts of all things")
    def searched(request: Request) -> Response:
        given = Given(request.query_params.multi_items())
        wanted = of_words(given, ("q", "kind"), request.headers.get("accept", ""))
        kinds = kinds_of(given.all().get("kind", []))
        hits = search(_text(given), bench, lookup, asker, kinds=kinds, limit=wanted.limit)
        answer = Answer(hits.items, hits.total, wanted.limit, hits.sparql)
        return _respond(bench, request, answer, wanted, {"words": list(hits.words)})

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


def _respond(
    bench: Bench, request: Request, answer: Answer, wanted: Wanted, more: dict[str, object]
) -> Response:
    headers = {"Vary": "Accept"}
    if wanted.form == "csv":
        kind = formats.ITEM_TYPES["csv"]
        return Response(formats.items_csv(answer), media_type=kind, headers=headers)
    pairs = tuple(request.query_params.multi_items())
    here = Place(str(request.base_url).rstrip("/"), request.url.path, pairs)
    return JSONResponse(body(bench, here, answer) | more, headers=headers)


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
        "links": {"self": here.url, "next": None, "csv": here.but(format="csv").url},
    }
