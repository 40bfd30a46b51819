"""What an answer is made of: items, each with its reasons and its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# The kind of statement that links a response to an impact, and says nothing else of them.
LINKING = "addressing"


@dataclass(frozen=True, slots=True)
class Asked:
    """A SPARQL query of anybody: its text, the formats wanted, and the graphs it is to see.

    The format is *rows* for SELECT and ASK, and *graph* for CONSTRUCT and DESCRIBE; *default* and
    *named* are graph IRIs, which stand before those that the query names.
    """

    query: str
    rows: str = "json"
    graph: str = "turtle"
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """A release of the graph: the dataset, its version and its licence."""

    dataset: str
    version: str
    licence: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A source document as it is cited; *label* is its short name."""

    id: str
    label: str
    title: str
    publisher: str
    issued: str
    url: str | None
    sha256: str
    file: str
    length: int


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: Unicode code points from *start* up to, not including, *end*."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The place of a statement in its document; *quote* only where the text is at hand."""

    id: str
    document: Document
    section: str | None
    phrase: str
    spans: tuple[Span, ...]
    sha256: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: its kind, how sure it is, what it rests on."""

    id: str
    label: str
    kind: str
    modality: str
    basis: str
    link_basis: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement with the passage that supports it; a coverage assessment has no passage."""

    document: Document
    statement: Statement
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class Named:
    """A thing by its IRI and label."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Saying:
    """How a statement is said besides its modality: how binding, within which limits, by whom.

    *linked* are the response and the impact that an addressing statement joins; they are *paired*
    if the text does so.
    """

    force: tuple[Named, ...] = ()
    limits: tuple[str, ...] = ()
    speakers: tuple[Named, ...] = ()
    linked: tuple[Named, ...] = ()
    paired: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A thing in an answer: why it is there, what supports it, and what is known of it."""

    id: str
    kind: str
    type: str
    label: str
    description: str
    why: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    links: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    values: Mapping[str, tuple[object, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The items of one page, how many there are in all, and the SPARQL that finds them.

    *next* is the cursor of the next page; *languages* are those of the texts in the items.
    """

    items: tuple[Item, ...]
    total: int
    limit: int
    sparql: str
    next: str | None = None
    languages: tuple[str, ...] = ()


def telling(every: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """What is shown of *every* first: the best; if it is a link, what is said of the thing too."""
    own = (e for e in every if e.statement.kind != LINKING)
    linked = every[:1] and every[0].statement.kind == LINKING
    return (*every[:1], *islice(own, 1 if linked else 0))


def by_document(every: Iterable[Evidence]) -> Iterator[Evidence]:
    """Of *every* what is shown first of each document."""
    found: dict[str, list[Evidence]] = {}
    for evidence in every:
        found.setdefault(evidence.document.id, []).append(evidence)
    for those in found.values():
        yield from telling(those)
