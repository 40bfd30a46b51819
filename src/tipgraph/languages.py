"""Which language a reader wants, and which of several texts is in it, or nearest to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import BadParameter
from .store import Rows
from .terms import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .terms import Term

DEFAULT = "en"
# A tag as RFC 5646 writes it: language, script, region, variants, extensions, private use.
_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+",
    re.IGNORECASE | re.ASCII,
)
_LONGEST = 100
Nearness = tuple[int, str]


def language(text: str) -> str:
    """*text* as a language tag in lower case, or `BadParameter` if it is not well formed."""
    if len(text) > _LONGEST or not _TAG.fullmatch(text):
        message = f"lang={text}: this is not a language tag of BCP 47; write one such as en or fr."
        raise BadParameter(message, parameter="lang", value=text)
    return text.lower()


def nearness(term: Term | None, wanted: str) -> Nearness:
    """How near the language of *term* is to *wanted*: smaller is nearer, English after wanted."""
    tag = (term.language or "").lower() if isinstance(term, Literal) else ""
    steps = [*_shortened(wanted), *([DEFAULT] if _primary(wanted) != DEFAULT else [])]
    for step, name in enumerate(steps):
        if tag == name:
            return (2 * step, tag)
        if tag.startswith(f"{name}-"):
            return (2 * step + 1, tag)
    return (2 * len(steps) + (1 if tag else 0), tag)


def tongues(rows: Rows) -> frozenset[str]:
    """The language tags of the texts in *rows*."""
    return frozenset(
        term.language.lower()
        for row in rows.rows
        for term in row
        if isinstance(term, Literal)
        if term.language
    )


def spoken(rows: Rows, wanted: str = DEFAULT) -> Rows:
    """*rows* with one of those that differ by language alone: the nearest to *wanted*."""
    if len(tongues(rows)) < len({DEFAULT, "another"}):
        return rows
    tagged = [i for i in range(len(rows.variables)) if any(_has_language(r[i]) for r in rows.rows)]
    nearest: dict[tuple[object, ...], list[Nearness]] = {}
    for row in rows.rows:
        here = [nearness(row[i], wanted) for i in tagged]
        best = nearest.setdefault(_without(row, tagged), here)
        best[:] = map(min, best, here)
    kept = tuple(
        row
        for row in rows.rows
        if [nearness(row[i], wanted) for i in tagged] == nearest[_without(row, tagged)]
    )
    return Rows(rows.variables, kept)


def _shortened(tag: str) -> list[str]:
    """*tag*, and what is left of it as its last parts are taken off (RFC 4647, section 3.4)."""
    parts = tag.split("-")
    found = ["-".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return [name for name in found if len(name.rsplit("-", 1)[-1]) > 1]


def _primary(tag: str) -> str:
    return tag.split("-", 1)[0]


def _has_language(term: Term | None) -> bool:
    return isinstance(term, Literal) and bool(term.language)


def _without(row: Sequence[Term | None], columns: Sequence[int]) -> tuple[object, ...]:
    return tuple(term for i, term in enumerate(row) if i not in columns)
