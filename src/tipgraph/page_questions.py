"""The questions that are kept as files: their list, and a page with form and answer for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from .page_lists import CHOICES, cleaned
from .page_results import KEYS, results, taken, ways
from .pages import PAGES
from .parameters import Given
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .pages import Here, Pages
    from .queries import Parameter, QueryFile
    from .questions import Questions

_OWN = (*KEYS, "view", "page", "format", "lang")
# Of so many values a field can suggest.
_MOST_SUGGESTED = 400


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a question as its form offers it."""

    parameter: Parameter
    values: tuple[tuple[str, str], ...]
    given: str
    chosen_from: bool


def questions_page(pages: Pages, questions: Questions) -> APIRouter:
    """The routes `/questions` and `/questions/...`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/questions")
    def all_questions(request: Request) -> Response:
        topics: dict[str, list[QueryFile]] = {}
        for question in questions.all.values():
            topics.setdefault(question.headers.get("topic", ""), []).append(question)
        return pages.shown(request, "questions.html", topics=topics)

    @router.get("/questions/{name}")
    def question(name: str, request: Request) -> Response:
        return cleaned(request) or _answered(pages, questions, name, request)

    return router


def _answered(pages: Pages, questions: Questions, name: str, request: Request) -> Response:
    question, here = questions.named(name), pages.here(request)
    names = [parameter.name for parameter in question.parameters]
    # A name may be a parameter of the question and a key to narrow by; the question comes first.
    given = Given(here.pairs)
    given.only((*names, *_OWN), f"The question {name}")
    asked = {key: text for key, text in given.joined().items() if key in names}
    reply = questions.ask(name, asked)
    found = results(questions.answer(reply).items, here)
    if here.once("format"):
        told = " ".join([name, *(f"{key}={text}" for key, text in asked.items())])
        return taken(pages, request, here, found.fitting, told)
    api = f"questions/{name}" + (f"?{urlencode(asked)}" if asked else "")
    return pages.shown(
        request,
        "question.html",
        question=question,
        form=list(_fields(pages, question, here)),
        example=here.at(here.path, question.example),
        is_example=asked == dict(question.example),
        sparql=reply.sparql,
        **ways(pages, request, here, api, asked=question.summary, items=found.shown),
        **vars(found),
    )


def _fields(pages: Pages, question: QueryFile, here: Here) -> Iterator[Field]:
    for parameter in question.parameters:
        given = ",".join(here.every(parameter.name))
        values: tuple[tuple[str, str], ...] = ()
        if parameter.takes not in {"text", "integer"}:
            entries = set(pages.lookup.names.of(parameter.takes).values())
            ordered = sorted(entries, key=lambda entry: (entry.label.casefold(), entry.iri))
            values = tuple((slug(e.iri), e.label) for e in ordered[:_MOST_SUGGESTED])
        listed = {value for value, _ in values}
        few = 0 < len(values) <= CHOICES and (not given or given in listed)
        default = question.default(parameter.name).strip('"')
        plain = "" if default == "UNDEF" or values else default
        yield Field(parameter, values, given or plain, few)
