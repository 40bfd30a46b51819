"""The first page: one box for a question, what the graph holds, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request, Response

    from .gaps import Gaps
    from .kinds import Kind
    from .pages import Pages
    from .phrases import Phrases
    from .questions import Questions

_EXAMPLES = ("one", "two", "three", "four", "five", "six", "seven")
# Where documents are set against each other.
DIFFERING = ("impacts-told-with-different-sureness", "contradicting-figures")
# In the order in which people ask of them; statements and concepts are told of elsewhere.
_COUNTED = (
    "impacts",
    "responses",
    "groups",
    "actors",
    "documents",
    "resources",
    "figures",
    "statements",
)


def home_page(pages: Pages, gaps: Gaps, questions: Questions) -> Callable[[Request], Response]:
    """What makes the first page."""
    counts: list[tuple[str, int]] = []

    def home(request: Request) -> Response:
        # A release does not change, so its things are counted once.
        if not counts:
            counts.extend((name, _total(pages, pages.lookup.kind(name))) for name in _COUNTED)
        return pages.shown(
            request,
            "home.html",
            examples=examples(pages.phrases(request)),
            counts=counts,
            documents=[(e.document, e.statement.basis) for e in pages.bench.coverage],
            differing=[questions.all[name] for name in DIFFERING if name in questions.all],
            gaps=[(name, n) for name, n in gaps.counts().items() if n],
        )

    return home


def examples(t: Phrases) -> list[str]:
    """Questions in plain words that have an answer."""
    return [t(f"home.example.{name}") for name in _EXAMPLES]


def _total(pages: Pages, kind: Kind) -> int:
    return pages.lookup.items(kind, {}, 1).total
