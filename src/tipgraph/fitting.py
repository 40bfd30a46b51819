"""Put as much of an answer into a portion as there is room for, and say what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Generic, TypeVar

from .lookup import EVIDENCE_IN_LISTS
from .portions import Document, Fact, Model, Support, Thing
from .terms import shorten, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .answers import Document as Cited
    from .answers import Evidence, Item

# Texts of the graph are a few hundred characters long; what is longer is cut, and said to be.
LONGEST_TEXT = 2_000
_FEW = 5
T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Cut(Generic[T]):
    """An item as far as it is given, what it is given as, and whether that is all of it."""

    item: Item
    model: T
    whole: bool


@dataclass
class Room:
    """What is left of the bytes of an answer, and the documents that it names so far."""

    left: int
    assessed: Mapping[str, str]
    documents: dict[str, Document] = field(default_factory=dict)

    def take(self, piece: Model, evidence: Iterable[Evidence] = (), *, must: bool = False) -> bool:
        """Whether there was room for *piece* and the documents of its *evidence*, or it *must* be.

        With what must be, an answer never stands still.
        """
        fresh = {e.document.id: e.document for e in evidence if e.document.id not in self.documents}
        new = {iri: self.document(cited) for iri, cited in fresh.items()}
        size = piece.size + sum(document.size for document in new.values())
        if size > self.left and not must:
            return False
        self.left -= size
        self.documents |= new
        return True

    def fill(
        self, items: Iterable[tuple[Item, Callable[[Thing], T]]], evidence: int
    ) -> list[Cut[T]]:
        """As many of *items* as there is room for, with so many pieces of *evidence* each.

        What counts is what each is made into. The first is cut until there is room for it.
        """
        kept: list[Cut[T]] = []
        for item, made in items:
            cuts = [
                Cut(cut, made(thing(cut, whole=whole)), whole)
                for cut in _cuts(item, evidence)
                for whole in [_is_whole(item, cut)]
            ]
            tried = cuts[:1] if kept else cuts
            last = None if kept else cuts[-1]
            fit = next(
                (c for c in tried if self.take(c.model, c.item.evidence, must=c is last)), None
            )
            if fit is None:
                break
            kept.append(fit)
        return kept

    def document(self, cited: Cited) -> Document:
        """A document as an assistant is given it."""
        return Document(
            id=cited.id,
            label=cited.label,
            title=short(cited.title),
            publisher=cited.publisher,
            issued=cited.issued,
            url=cited.url,
            sha256=cited.sha256,
            assessed=self.assessed.get(slug(cited.id), ""),
        )


def thing(item: Item, *, whole: bool) -> Thing:
    """*item* as an assistant is given it; *whole* says whether all of it is there."""
    return Thing(
        id=item.id,
        type=item.type,
        label=short(item.label),
        description=short(item.description),
        why=[short(why) for why in item.why],
        facts=facts(item),
        evidence=[support(evidence) for evidence in item.evidence],
        complete=whole,
    )


def facts(item: Item) -> list[Fact]:
    """What is known of *item*, things before plain values."""
    linked = [
        Fact(key=key, value=short(named.label), id=named.id)
        for key, targets in item.links.items()
        for named in targets
    ]
    plain = [
        Fact(key=key, value=_plain(value), id=None)
        for key, values in item.values.items()
        for value in values
    ]
    return linked + plain


def support(evidence: Evidence) -> Support:
    """A piece of *evidence* by its ids, with the quotation if there is one."""
    statement, passage = evidence.statement, evidence.passage
    quote = passage.quote if passage else None
    return Support(
        statement=statement.id,
        kind=statement.kind,
        modality=statement.modality,
        basis=statement.basis,
        link_basis=statement.link_basis,
        document=evidence.document.id,
        section=passage.section if passage else None,
        phrase=passage.phrase if passage else None,
        spans=[(span.start, span.end) for span in passage.spans] if passage else [],
        quote=None if quote is None else short(quote),
    )


def short(text: str) -> str:
    """*text*, ended with an ellipsis where it is longer than any that should be."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def facts_text(found: Iterable[Fact]) -> list[str]:
    """Facts for people to read, those of a key on one line."""
    told: dict[str, list[str]] = {}
    for fact in found:
        value = f"{fact.value} <{shorten(fact.id)}>" if fact.id else str(fact.value)
        told.setdefault(fact.key, []).append(value)
    return [f"  {key.replace('_', ' ')}: {', '.join(values)}" for key, values in told.items()]


def _cuts(item: Item, evidence: int) -> Iterator[Item]:
    """*item* with so much *evidence*, and then with less and less, for where there is no room."""
    yield replace(item, evidence=item.evidence[:evidence])
    one = replace(item, evidence=item.evidence[:1])
    yield one
    few = replace(one, why=item.why[:_FEW], links=_first(item.links), values=_first(item.values))
    yield few
    yield replace(few, why=item.why[:1], links={}, values={})


V = TypeVar("V")


def _first(of: Mapping[str, tuple[V, ...]]) -> Mapping[str, tuple[V, ...]]:
    return {key: values[:_FEW] for key, values in of.items()}


def _is_whole(item: Item, cut: Item) -> bool:
    """Whether *cut* has all of *item*, which has all that there is.

    Lists leave out what is past so many statements, without saying so.
    """
    statements = {evidence.statement.id for evidence in item.evidence}
    texts = (item.label, item.description, *item.why)
    return (
        cut == item
        and len(statements) < EVIDENCE_IN_LISTS
        and all(len(text) <= LONGEST_TEXT for text in texts)
    )


def _plain(value: object) -> str | int | float | bool:
    # JSON has no number for what is infinite or none.
    if isinstance(value, int | float) and isfinite(value):
        return value
    return short(str(value))
