"""How answers of two releases differ, as text, as Markdown and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .differences import CAME, CHANGED, GONE, NEW, WENT
from .terms import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .differences import Cause, Change, Difference, Differing, Side

FORMS = ("text", "markdown", "json")
_STATES = {CAME: "came", WENT: "went", CHANGED: "changed"}
_NO_CAUSE = "no statement about it differs: the thing itself, or a term, does"


def written(found: Sequence[Difference], form: str) -> str:
    """The differences *found* in one of `FORMS`; of several, those that differ, after a summary."""
    if form == "json":
        return _json(found)
    told = [each for each in found if each.differs] if len(found) > 1 else found
    lines = (line for each in told for line in (*_head(each, form), *_body(each, form), ""))
    summary = _summary(found, form) if len(found) > 1 else ()
    return "\n".join([*summary, *lines]).rstrip()


def _summary(found: Sequence[Difference], form: str) -> Iterator[str]:
    """How many answers differ, and how."""
    differing = [each for each in found if each.differs]
    yield _title(f"{len(differing)} of {len(found)} answers differ", form, 1)
    yield f"Old: {_side(found[0].old)}. New: {_side(found[0].new)}."
    yield ""
    mark = "- " if form == "markdown" else "  "
    for each in differing:
        counts = ", ".join(f"{len(each.of(state))} {name}" for state, name in _STATES.items())
        documents = f", {len(each.documents)} changes of documents" if each.documents else ""
        yield f"{mark}{_code(each.asked, form)}: {counts}{documents}"
    yield ""


def _head(each: Difference, form: str) -> Iterator[str]:
    yield _title(each.asked, form, 2)
    sizes = (_number(len(side.items)) for side in (each.old, each.new))
    yield f"Old: {_side(each.old)}, {next(sizes)}. New: {_side(each.new)}, {next(sizes)}."
    for name, side in (("Old", each.old), ("New", each.new)):
        if side.reason:
            yield f"{name} has no answer: {side.reason}"
    counts = ", ".join(f"{len(each.of(state))} {name}" for state, name in _STATES.items())
    yield f"{counts}, {each.same} the same." if each.differs else "The answers are the same."
    yield ""


def _body(each: Difference, form: str) -> Iterator[str]:
    for item in each.items:
        name = f"{_escaped(item.label, form)}  <{shorten(item.id)}>"
        yield f"- **{item.state}** {name}" if form == "markdown" else f"{item.state}: {name}"
        yield from (f"  {_mark(form)}{_escaped(line, form)}" for line in _lines(item))
    for iri, change in each.documents:
        line = _escaped(f"{shorten(iri)} has another {_sentence(change)}", form)
        yield f"- {line}" if form == "markdown" else line


def _lines(item: Differing) -> Iterator[str]:
    yield from map(_sentence, item.changes)
    for cause in item.causes:
        yield from _because(cause)
    if not item.causes:
        yield f"because {_NO_CAUSE}"


def _because(cause: Cause) -> Iterator[str]:
    name, where = shorten(cause.statement), cause.document
    if cause.state in {NEW, GONE}:
        yield f"because {name} is {cause.state} ({where})"
        return
    for change in cause.changes:
        yield f"because {name} changed ({where}): {_sentence(change)}"


def _sentence(change: Change) -> str:
    """*change* in words."""
    if change.before is None:
        return f"{change.what}: now also “{change.after}”"
    if change.after is None:
        return f"{change.what}: no longer “{change.before}”"
    return f"{change.what}: “{change.before}” is now “{change.after}”"


def _side(side: Side) -> str:
    return f"{side.release} ({side.place})"


def _number(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _title(text: str, form: str, level: int) -> str:
    return f"{'#' * level} {_escaped(text, form)}\n" if form == "markdown" else text


def _mark(form: str) -> str:
    return "- " if form == "markdown" else ""


def _code(text: str, form: str) -> str:
    return f"`{text}`" if form == "markdown" else text


def _escaped(text: str, form: str) -> str:
    """*text* as it is; in Markdown with what would be markup escaped."""
    if form != "markdown":
        return text
    return "".join(f"\\{ch}" if ch in "\\`*_[]<>#|" else ch for ch in text)


def _json(found: Sequence[Difference]) -> str:
    differing = [each for each in found if each.differs]
    told = {
        "same": not differing,
        "old": {"place": found[0].old.place, "release": found[0].old.release},
        "new": {"place": found[0].new.place, "release": found[0].new.release},
        "asked": [_count(each) for each in found],
        "differences": [_difference(each) for each in differing],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _count(each: Difference) -> dict[str, object]:
    states = {state: len(each.of(state)) for state in _STATES}
    return {
        "asked": each.asked,
        "old": len(each.old.items),
        "new": len(each.new.items),
        **states,
        "same": each.same,
        "documents": len(each.documents),
    }


def _difference(each: Difference) -> dict[str, object]:
    return {
        "asked": each.asked,
        "reasons": {"old": each.old.reason, "new": each.new.reason},
        **{state: [_item(item) for item in each.of(state)] for state in _STATES},
        "documents": [{"id": iri, **_change(change)} for iri, change in each.documents],
    }


def _item(item: Differing) -> dict[str, object]:
    return {
        "id": item.id,
        "type": item.type,
        "label": item.label,
        "changes": list(map(_change, item.changes)),
        "because": [
            {
                "statement": cause.statement,
                "document": cause.document,
                "state": cause.state,
                "changes": list(map(_change, cause.changes)),
            }
            for cause in item.causes
        ],
    }


def _change(change: Change) -> dict[str, object]:
    return {"what": change.what, "old": change.before, "new": change.after}
