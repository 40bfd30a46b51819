"""The page of an answer to a question in plain words: `/ask`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from .asking import LONGEST
from .errors import BadParameter
from .page_home import examples
from .page_results import KEYS, results, taken, ways
from .pages import PAGES
from .parameters import Given
from .replies import told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .ask import Asker
    from .pages import Pages
    from .phrases import Phrases

_SHORT = 3


@dataclass(frozen=True, slots=True)
class Chip:
    """A word of a question with what it was taken for; *without* is the question without it."""

    word: str
    text: str
    without: str


def ask_page(pages: Pages, asker: Asker) -> APIRouter:
    """The route `/ask`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/ask")
    def ask(request: Request) -> Response:
        return _answered(pages, asker, request)

    return router


def _answered(pages: Pages, asker: Asker, request: Request) -> Response:
    here, t = pages.here(request), pages.phrases(request)
    given = Given(here.pairs)
    given.only(("q", "view", "page", "format", "lang", *KEYS), "The page of answers")
    question = _question(given)
    shared = {"question": question, "examples": examples(t)}
    if not question:
        return pages.shown(request, "ask.html", told=None, every=(), **shared)
    reply = asker.ask(question)
    found = results(reply.items, here)
    if here.once("format"):
        return taken(pages, request, here, found.fitting, question)
    understood = told(reply)
    return pages.shown(
        request,
        "ask.html",
        told=understood,
        chips=list(chips(question, understood, t)),
        words=" ".join(_texts(understood, "words")),
        # What is as short as a part of a word tells nobody anything.
        nearest=[word for word in reply.nearest if len(word) > _SHORT],
        coverage=pages.bench.coverage,
        sparql=reply.sparql,
        **ways(pages, request, here, "ask?" + urlencode({"q": question}), question),
        **vars(found),
        **shared,
    )


def _question(given: Given) -> str:
    text = " ".join((given.once("q") or "").split())
    if len(text) > LONGEST:
        message = f"q is to have words, in at most {LONGEST} characters."
        raise BadParameter(message, parameter="q")
    return text


def chips(question: str, understood: Mapping[str, object], t: Phrases) -> Iterator[Chip]:
    """What each word of *question* was taken for, and the documents that it names."""
    concepts = _concepts(understood)
    for word in _texts(understood, "words"):
        labels = list(dict.fromkeys(c["label"] for c in concepts if c["matched"] == word))
        key = "answers.taken" if labels else "answers.told"
        text = t(key, word=word, things=", ".join(labels))
        yield Chip(word, text, _without(question, word))
    for concept in concepts:
        if concept["role"] == "SourceDocument":
            label = concept["label"]
            text = t("answers.document", document=label)
            yield Chip(label, text, _without(question, concept["matched"] or label))


def _without(question: str, word: str) -> str:
    """*question* without *word*; empty if it does not stand there as it was understood."""
    pattern = r"(?<!\w)" + r"\W+".join(map(re.escape, word.split())) + r"(?!\w)"
    text, times = re.subn(pattern, " ", question, flags=re.IGNORECASE)
    left = re.sub(r"\s+([?.,;:!])", r"\1", " ".join(text.split()))
    return left if times and re.search(r"\w", left) else ""


def _texts(understood: Mapping[str, object], part: str) -> Sequence[str]:
    parts = understood["understood"]
    found = parts.get(part, []) if isinstance(parts, dict) else []
    return list(map(str, found))


def _concepts(understood: Mapping[str, object]) -> Sequence[Mapping[str, str]]:
    parts = understood["understood"]
    return parts.get("concepts", []) if isinstance(parts, dict) else []
