"""What an assistant is given: portions of answers, typed, with ids of evidence, bounded in size."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from .lookup import EVIDENCE_IN_LISTS
from .terms import shorten, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .answers import Document as Cited
    from .answers import Evidence, Item

# Texts of the graph are a few hundred characters long; what is longer is cut, and said to be.
LONGEST_TEXT = 2_000
_FEW = 5
State = Literal[
    "found",
    "assessed, none found",
    "partly assessed, none found",
    "not assessed",
    "not answered",
]
T = TypeVar("T", bound="Model")


class Model(BaseModel):
    """A value with the keys that it says and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def size(self) -> int:
        """The bytes that it takes as JSON, with the comma after it."""
        return len(self.model_dump_json().encode()) + 1


class Document(Model):
    """A source document that evidence comes from."""

    id: str
    label: str
    title: str
    publisher: str
    issued: str
    url: str | None
    sha256: str = Field(description="Of the text that the spans count in.")
    assessed: str = Field(description="How far it was read: complete, partial, or empty if unsaid.")


class Support(Model):
    """A statement of a document, and the passage that it rests on."""

    statement: str = Field(description="The id of the statement; describe tells more of it.")
    kind: str = Field(description="coverage means that a document was assessed, and no more.")
    modality: str
    basis: str
    link_basis: str | None = Field(
        description="How it is known that a response addresses an impact: explicit-pairing is in "
        "the text, same-section and curator-inferred are judgements."
    )
    document: str = Field(description="The id of one of the documents of this answer.")
    section: str | None
    phrase: str | None = Field(description="At most eight words to find the passage by.")
    spans: list[tuple[int, int]] = Field(description="Start and end, in code points of the text.")
    quote: str | None = Field(description="The passage, only where the source text is at hand.")


class Fact(Model):
    """What is known of a thing: another thing with its id, or a plain value."""

    key: str
    value: str | int | float | bool
    id: str | None


class Thing(Model):
    """A thing of an answer: why it is there, what is known of it, and what supports that."""

    id: str
    type: str
    label: str
    description: str
    why: list[str]
    facts: list[Fact]
    evidence: list[Support]
    complete: bool = Field(description="Whether all its evidence is here; if not, describe its id.")


class Portion(Model):
    """What is common to all answers: how much of the whole this is, and how to get the rest."""

    complete: bool = Field(description="Whether all there are is in this answer.")
    total: int = Field(description="How many there are in all.")
    returned: int = Field(description="How many of them are here.")
    next: str | None = Field(description="Give it as cursor, with the same arguments, to go on.")
    rest: str | None = Field(description="How to get what is not here, if anything is not.")
    state: State = Field(
        description="assessed, none found: the documents were read whole for it, and hold nothing. "
        "not answered: that nothing was found says nothing of the documents."
    )
    release: str
    documents: list[Document] = Field(description="Those that the evidence here names.")


class SearchPortion(Portion):
    """What a search finds."""

    words: list[str] = Field(description="The words as they were sought.")
    items: list[Thing]


class Concept(Model):
    """A thing that words of a question were taken for."""

    id: str
    label: str
    matched: str
    role: str


class Understood(Model):
    """What was understood of a question in plain words."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    want: str = Field(description="The class of the things that were asked for.")
    concepts: list[Concept] = Field(description="What its words were taken for, twenty at most.")
    words: list[str]
    ignored: list[str] = Field(description="Words that had no part in the answer.")


class AskPortion(Portion):
    """The answer to a question in plain words."""

    answered: bool
    reason: str = Field(description="Why it is not answered, or why there are no items.")
    nearest: list[str] = Field(description="Words that the graph knows, near to those it does not.")
    understood: Understood
    items: list[Thing]


class Parameter(Model):
    """A parameter of a question file."""

    name: str
    takes: str = Field(description="A class, whose things are named by slug, label or IRI; or text")
    default: str = Field(description="UNDEF stands for any.")


class QuestionFile(Model):
    """A question that is kept as a file."""

    name: str
    summary: str
    description: str
    parameters: list[Parameter]
    example: dict[str, str]


class QuestionPortion(Portion):
    """The list of question files, or the answer to one of them."""

    name: str | None
    summary: str | None
    values: dict[str, list[str]] = Field(description="The terms that the question was asked with.")
    questions: list[QuestionFile]
    items: list[Thing]


class Also(Model):
    """Another thing that has the name that was given."""

    id: str
    type: str
    label: str


class DescribePortion(Portion):
    """All that the graph knows of one thing, facts first; total counts facts and evidence."""

    id: str
    type: str
    label: str
    description: str
    facts: list[Fact]
    evidence: list[Support]
    also: list[Also]


class Gap(Model):
    """A thing that lacks something, on what ground, and how sure that is."""

    rank: int
    gap: str = Field(description="The kind of gap.")
    ground: State = Field(description="Whether the documents were read for it.")
    assessed: int = Field(description="How many documents were read whole for it.")
    sure: str
    doubts: list[str]
    near: list[Also] = Field(description="Things that may fill it, twenty at most.")
    near_total: int
    because: str = Field(description="Why it has that rank.")
    question: str = Field(description="The question file that finds it.")
    thing: Thing


class GapsPortion(Portion):
    """Gaps by rank."""

    counts: dict[str, int] = Field(description="How many gaps there are of each kind.")
    items: list[Gap]


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
