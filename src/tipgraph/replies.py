"""The answers to questions in plain words, and to words to search for, as JSON has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import formats
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Answer
    from .ask import Reply
    from .evidence import Bench
    from .links import Place


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
            "want": type_of(reply),
            "concepts": concepts,
            "words": [reading.given for reading in understood.readings],
            "ignored": [*understood.strange, *understood.ignored],
        },
        "answered": reply.answered,
        "reason": reply.reason,
        "nearest": list(reply.nearest),
    }


def type_of(reply: Reply) -> str:
    """The class of the things that were asked for."""
    if reply.want.startswith("question:"):
        return reply.items[0].type if reply.items else ""
    name = reply.want.split()[0]
    return {"Effect": "Impact", "Cause": "CausalFactor"}.get(name, name)


def meta(
    bench: Bench,
    answer: Answer,
    name: str,
    asked: Mapping[str, str],
    summary: str | None = None,
) -> dict[str, object]:
    """What JSON says about *answer*: how much it is, and what was *asked* of which *name*."""
    return {
        "total": answer.total,
        "returned": len(answer.items),
        "limit": answer.limit,
        "release": bench.release.version,
        "question": {"name": name, "summary": summary, "parameters": dict(asked)},
        "sparql": answer.sparql,
        "coverage": {slug(e.document.id): e.statement.basis for e in bench.coverage},
    }


def body(bench: Bench, here: Place, answer: Answer) -> dict[str, object]:
    """The document of *answer*, which is at *here*."""
    asked = dict(here.but(limit=None, format=None, release=None).pairs)
    return {
        "items": [formats.item(item, here.of) for item in answer.items],
        "meta": meta(bench, answer, slug(here.path), asked),
        "links": {
            "self": here.url,
            "next": None,
            "permalink": here.pinned(bench.release.version).url,
            "csv": here.but(format="csv").url,
        },
    }
