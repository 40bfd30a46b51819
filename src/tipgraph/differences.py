"""How two answers to one question differ, and the statements that made the difference."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from .queries import read
from .tables import spans
from .terms import Iri, shorten, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .answers import Document, Evidence, Item
    from .evidence import Bench
    from .terms import Term

CAME, WENT, CHANGED = "came", "went", "changed"
NEW, GONE = "new", "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """Of which thing or key, what it was, and what it is now; None where there was or is none."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """A statement that is new, gone or changed, in which document, and what it says otherwise."""

    statement: str
    document: str
    state: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Differing:
    """An item that came, went or changed: how, and by which statements."""

    id: str
    type: str
    label: str
    state: str
    changes: tuple[Change, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two answers: of which *release* at which *place*, its items, and why it has none."""

    place: str
    release: str
    items: tuple[Item, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """How the answer to what was *asked* differs between the *old* side and the *new*.

    *same* is how many items are the same in both; *documents* are the changes of the documents
    that both cite, each with the document's IRI.
    """

    asked: str
    old: Side
    new: Side
    items: tuple[Differing, ...]
    same: int
    documents: tuple[tuple[str, Change], ...]

    @property
    def differs(self) -> bool:
        """Whether there is any difference."""
        return bool(self.items or self.documents) or self.old.reason != self.new.reason

    def of(self, state: str) -> tuple[Differing, ...]:
        """The items that came, went or changed, as *state* says."""
        return tuple(item for item in self.items if item.state == state)


def difference(asked: str, old: Side, new: Side, benches: tuple[Bench, Bench]) -> Difference:
    """How *new* differs from *old*; *benches* are where each was found."""
    before, after = ({item.id: item for item in side.items} for side in (old, new))
    changes = {iri: tuple(_changes(before[iri], after[iri])) for iri in before if iri in after}
    came = [iri for iri in after if iri not in before]
    went = [iri for iri in before if iri not in after]
    changed = [iri for iri in after if changes.get(iri)]
    causes = _causes(before, after, (*came, *went, *changed), benches)
    items = (
        *(_differing(after[iri], CAME, (), causes[iri]) for iri in came),
        *(_differing(before[iri], WENT, (), causes[iri]) for iri in went),
        *(_differing(after[iri], CHANGED, changes[iri], causes[iri]) for iri in changed),
    )
    documents = tuple(_documents(old.items, new.items))
    return Difference(asked, old, new, items, len(changes) - len(changed), documents)


def _differing(
    item: Item, state: str, changes: tuple[Change, ...], causes: tuple[Cause, ...]
) -> Differing:
    return Differing(item.id, item.type, item.label, state, changes, causes)


def _changes(old: Item, new: Item) -> Iterator[Change]:
    for name in ("type", "label", "description"):
        yield from _changed(name, [getattr(old, name)], [getattr(new, name)])
    yield from _changed("why", old.why, new.why)
    for key in dict.fromkeys((*old.links, *old.values, *new.links, *new.values)):
        yield from _changed(key, *_known(old, new, key))
    yield from _evidence(old, new)


def _known(old: Item, new: Item, key: str) -> tuple[list[str], list[str]]:
    """What each has under *key*, in words; things of one label are told apart by their names."""
    things = [{thing.id: thing.label for thing in item.links.get(key, ())} for item in (old, new)]
    names: dict[str, set[str]] = {}
    for iri, label in (pair for each in things for pair in each.items()):
        names.setdefault(label, set()).add(iri)
    first, second = (
        [
            label if len(names[label]) == 1 else f"{label} <{shorten(iri)}>"
            for iri, label in each.items()
        ]
        + list(map(str, item.values.get(key, ())))
        for each, item in zip(things, (old, new), strict=True)
    )
    return first, second


def _changed(what: str, before: Collection[str], after: Collection[str]) -> Iterator[Change]:
    """What is no longer there, and what is there now; one in the place of one is one change."""
    gone = [text for text in dict.fromkeys(before) if text not in after]
    come = [text for text in dict.fromkeys(after) if text not in before]
    if len(gone) == len(come) == 1:
        yield Change(what, gone[0], come[0])
        return
    yield from (Change(what, text, None) for text in gone)
    yield from (Change(what, None, text) for text in come)


def _evidence(old: Item, new: Item) -> Iterator[Change]:
    """The pieces of evidence that came or went, and what of the others is not as it was."""
    before, after = _pieces(old), _pieces(new)
    for key in dict.fromkeys((*before, *after)):
        first, second, what = before.get(key), after.get(key), f"evidence {slug(key[0])}"
        if first is None or second is None:
            yield Change(
                what, *(None if piece is None else _worded(piece) for piece in (first, second))
            )
            continue
        now = _parts(second)
        for name, text in _parts(first).items():
            yield from _changed(f"{what}, {name}", [text], [now[name]])


def _pieces(item: Item) -> Mapping[tuple[str, str], Evidence]:
    """The pieces of evidence of *item*, by statement and passage."""
    return {(e.statement.id, e.passage.id if e.passage else ""): e for e in item.evidence}


def _parts(piece: Evidence) -> Mapping[str, str]:
    """What of *piece* may be otherwise, in words."""
    statement = piece.statement
    return {
        "kind": statement.kind,
        "modality": statement.modality,
        "basis": statement.basis,
        "link basis": statement.link_basis or "none",
        **_place(piece),
    }


def _place(piece: Evidence) -> Mapping[str, str]:
    passage = piece.passage
    if passage is None:
        return {"section": "", "phrase": "", "spans": ""}
    return {
        "section": passage.section or "none",
        "phrase": passage.phrase,
        "spans": spans(passage),
    }


def _worded(piece: Evidence) -> str:
    place = (text for text in _place(piece).values() if text)
    how = (piece.statement.kind, piece.statement.modality, piece.statement.basis)
    return ", ".join((piece.document.label, *place, *how))


def _documents(old: Iterable[Item], new: Iterable[Item]) -> Iterator[tuple[str, Change]]:
    before, after = _cited(old), _cited(new)
    for iri in sorted(before.keys() & after.keys()):
        for field in fields(before[iri]):
            pair = (str(getattr(side[iri], field.name) or "") for side in (before, after))
            for change in _changed(field.name, *([text] for text in pair)):
                yield iri, change


def _cited(items: Iterable[Item]) -> Mapping[str, Document]:
    return {e.document.id: e.document for item in items for e in item.evidence}


def _causes(
    before: Mapping[str, Item],
    after: Mapping[str, Item],
    items: Collection[str],
    benches: tuple[Bench, Bench],
) -> Mapping[str, tuple[Cause, ...]]:
    """For each of *items* the statements of its evidence that differ; else all that speak of it."""
    own: dict[str, set[str]] = {iri: set() for iri in items}
    for side in (before, after):
        for iri in side.keys() & own.keys():
            own[iri] |= {e.statement.id for e in side[iri].evidence}
    found = _differing_of(own, benches)
    others: dict[str, set[str]] = {iri: set() for iri, causes in found.items() if not causes}
    for bench in benches:
        for row in _found(bench, "mentions", "item", others):
            others[text_of(row["item"])].add(text_of(row["statement"]))
    return found | _differing_of(others, benches)


def _differing_of(
    about: Mapping[str, Collection[str]], benches: tuple[Bench, Bench]
) -> dict[str, tuple[Cause, ...]]:
    """Of the statements *about* each item those that differ, and how."""
    statements = sorted({iri for named in about.values() for iri in named})
    before, after = (_told(bench, statements) for bench in benches)
    found = {iri: _cause(iri, before.get(iri), after.get(iri)) for iri in statements}
    return {
        item: tuple(cause for iri in sorted(named) if (cause := found[iri]) is not None)
        for item, named in about.items()
    }


def _told(bench: Bench, statements: Collection[str]) -> Mapping[str, Mapping[str, list[str]]]:
    """What each of *statements* says and where, in words by property."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in _found(bench, "described", "statement", statements):
        said = found.setdefault(text_of(row["statement"]), {})
        value = row["value"]
        word = shorten(value.value) if isinstance(value, Iri) else text_of(value)
        said.setdefault(slug(text_of(row["property"])), []).append(word)
    for iri, pieces in bench.evidence(found).items():
        for name in ("section", "phrase", "spans"):
            found[iri][name] = [_place(piece)[name] for piece in pieces]
    return found


def _cause(
    iri: str, before: Mapping[str, list[str]] | None, after: Mapping[str, list[str]] | None
) -> Cause | None:
    """How the statement *iri* differs, if it does."""
    known = after or before
    if known is None or before == after:
        return None
    document = known.get("statedIn", [""])[0]
    if before is None or after is None:
        return Cause(iri, document, NEW if before is None else GONE)
    names = dict.fromkeys((*before, *after))
    changes = (c for n in names for c in _changed(n, before.get(n, []), after.get(n, [])))
    return Cause(iri, document, CHANGED, tuple(changes))


def _found(
    bench: Bench, name: str, parameter: str, iris: Collection[str]
) -> Iterable[Mapping[str, Term | None]]:
    query = read(bench.layout.queries / "differences" / f"{name}.rq")
    return bench.store.select(query.bind({parameter: [Iri(iri) for iri in iris]})) if iris else ()
