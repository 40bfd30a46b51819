"""The page of an answer to a question in plain words: `/ask`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from .answers import Named
from .asking import LONGEST
from .errors import BadParameter
from .lookup import Manner
from .page_home import examples
from .page_results import KEYS, results, taken, ways
from .pages import PAGES
from .parameters import Given
from .replies import told, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .ask import Asker, Reply
    from .pages import Pages
    from .phrases import Phrases

_SHORT = 3
_SUBJECTS = {"Impact": "impacts", "PolicyResponse": "responses", "SourceDocument": "documents"}
_INSTEAD = ("responses", "recommendations", "practices", "impacts", "documents")
SORTS = ("recommendation", "practice")


@dataclass(frozen=True, slots=True)
class Chip:
    """A word of a question with the *things* it was taken for, and the question *without* it."""

    word: str
    text: str
    without: str
    things: tuple[Named, ...] = ()


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
    told_of = list(chips(question, understood, t))
    return pages.shown(
        request,
        "ask.html",
        told=understood,
        chips=told_of,
        broader=list(_broader(pages, question, told_of)) if not reply.items else [],
        words=" ".join(_texts(understood, "words")),
        want=_want(reply, t),
        instead=list(_instead(reply, t)),
        # What is as short as a part of a word tells nobody anything.
        nearest=[word for word in reply.nearest if len(word) > _SHORT],
        coverage=pages.bench.coverage,
        sparql=reply.sparql,
        **ways(
            pages,
            request,
            here,
            "ask?" + urlencode({"q": question}),
            asked=question,
            items=found.shown,
        ),
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
        taken = (Named(c["id"], c["label"]) for c in concepts if c["matched"] == word)
        things = tuple({named.label: named for named in taken}.values())
        text = t("answers.taken" if things else "answers.told", word=word)
        yield Chip(word, text, _without(question, word), things)
    for concept in concepts:
        if concept["role"] == "SourceDocument":
            label = concept["label"]
            without = _without(question, concept["matched"] or label)
            yield Chip(label, t("answers.document"), without, (Named(concept["id"], label),))


def _want(reply: Reply, t: Phrases) -> str:
    """What was asked for in words: the kind of thing, and which statements are to tell of it."""
    want = type_of(reply)
    if not want:
        return ""
    named = t.word("types", want).lower()
    sorts = [t(f"answers.sort.{sort}") for sort in reply.understood.want.sorts if sort in SORTS]
    if not sorts or want != "PolicyResponse":
        return t("answers.want", want=named)
    return t("answers.want_sorted", want=named, sort=", ".join(sorts))


def _instead(reply: Reply, t: Phrases) -> Iterator[tuple[str, str]]:
    """Questions on the same subject that ask for something else, each with what it asks for."""
    words = " ".join(reading.given for reading in reply.understood.readings)
    sorts = reply.understood.want.sorts
    asked = _SUBJECTS.get(type_of(reply), "")
    if asked == "responses" and len(sorts) == 1:
        asked = f"{sorts[0]}s"
    for name in _INSTEAD:
        if words and reply.answered and name != asked:
            yield name, t(f"answers.instead_of.{name}", words=words)


def _broader(pages: Pages, question: str, told: Iterable[Chip]) -> Iterator[str]:
    """*question* with a word replaced by what is more general than the thing it was taken for."""
    kind, fields = pages.lookup.kind("concepts"), Manner(fields=("broader",))
    known = pages.lookup.names.of(kind.type)
    for chip in told:
        entries = [
            known[thing.id.casefold()] for thing in chip.things if thing.id.casefold() in known
        ]
        for entry in entries[:1]:
            links = pages.lookup.alone(kind, entry, fields).items[0].links
            for named in links.get("broader", ()):
                text, times = _said(chip.word).subn(named.label.lower(), question)
                if times:
                    yield text


def _said(words: str) -> re.Pattern[str]:
    """What finds *words* in a question, as they were understood."""
    pattern = r"(?<!\w)" + r"\W+".join(map(re.escape, words.split())) + r"(?!\w)"
    return re.compile(pattern, re.IGNORECASE)


def _without(question: str, word: str) -> str:
    """*question* without *word*; empty if it does not stand there as it was understood."""
    text, times = _said(word).subn(" ", question)
    left = re.sub(r"\s+([?.,;:!])", r"\1", " ".join(text.split()))
    return left if times and re.search(r"\w", left) else ""


def _texts(understood: Mapping[str, object], part: str) -> Sequence[str]:
    parts = understood["understood"]
    found = parts.get(part, []) if isinstance(parts, dict) else []
    return list(map(str, found))


def _concepts(understood: Mapping[str, object]) -> Sequence[Mapping[str, str]]:
    parts = understood["understood"]
    return parts.get("concepts", []) if isinstance(parts, dict) else []
