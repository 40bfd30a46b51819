"""What a graph answers in Python: items, frames of pandas, HTML for notebooks, and citations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from . import formats, frames, tellings
from .citation import documents as documents_of
from .differences import Side, difference
from .frames import TEXT
from .links import citations
from .lookup import plain
from .notebook import Show, html
from .replies import told
from .terms import ID, Iri

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from .answers import Answer, Document, Evidence, Item, Named
    from .ask import Reply
    from .differences import Difference
    from .evidence import Bench
    from .links import Place
    from .measures import Measured
    from .queryable import Rows

T_co = TypeVar("T_co", covariant=True)
_STATEMENT = ID + "statement/"


@dataclass(frozen=True, repr=False)
class Result(ABC, Generic[T_co]):
    """An answer of a graph: what was *asked*, and at which address a service gives the same."""

    bench: Bench
    here: Place
    asked: str

    @property
    @abstractmethod
    def items(self) -> tuple[T_co, ...]:
        """What the answer is made of."""

    @property
    @abstractmethod
    def sparql(self) -> str:
        """The queries that find the items; each runs as it stands."""

    @abstractmethod
    def frame(self) -> pd.DataFrame:
        """A row for each item."""

    @abstractmethod
    def evidence_frame(self) -> pd.DataFrame:
        """A row for each item and piece of evidence."""

    @property
    @abstractmethod
    def documents(self) -> tuple[Document, ...]:
        """The documents that support the answer, each once."""

    @abstractmethod
    def __str__(self) -> str:
        """The answer as the command line prints it."""

    @abstractmethod
    def _show(self) -> Show:
        """What a notebook shows."""

    @property
    def release(self) -> str:
        """The release of the graph that answered."""
        return self.bench.release.version

    @property
    def permalink(self) -> str:
        """The address of this answer of this release; a path, where no service is named."""
        return self.here.pinned(self.release).url

    def cite(self, form: str) -> str:
        """The documents that support the answer, in *form*: bibtex, ris or csl."""
        return citations(self.bench, self.documents, form, self.here, self.asked)

    def bibtex(self) -> str:
        """The documents that support the answer, as BibTeX."""
        return self.cite("bibtex")

    def ris(self) -> str:
        """The documents that support the answer, as RIS."""
        return self.cite("ris")

    def csl(self) -> str:
        """The documents that support the answer, as CSL-JSON."""
        return self.cite("csl")

    def __len__(self) -> int:
        """How many items there are."""
        return len(self.items)

    def __iter__(self) -> Iterator[T_co]:
        """Each item."""
        return iter(self.items)

    def __repr__(self) -> str:
        """What it is, how long, and its permalink."""
        return f"<{type(self).__name__}: {number(len(self), 'item')}, {self.permalink}>"

    def _repr_html_(self) -> str:
        return html(self._show())

    @property
    def _origin(self) -> str:
        return f"tipgraph {self.release}: {self.permalink}"


@dataclass(frozen=True, repr=False)
class ItemResult(Result["Item"]):
    """An answer made of items, each with its reasons and evidence.

    *keys* are those of all items; *of_kind* tells that they are those of the things' kinds.
    """

    answer: Answer
    keys: tuple[str, ...]
    of_kind: bool

    @property
    def items(self) -> tuple[Item, ...]:
        """The things, in the order of the answer."""
        return self.answer.items

    @property
    def sparql(self) -> str:
        """The query that finds the items."""
        return self.answer.sparql

    @property
    def total(self) -> int:
        """How many items there are in all, also past a limit."""
        return self.answer.total

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the evidence."""
        return tuple(documents_of(self.items))

    def frame(self) -> pd.DataFrame:
        """A row for each item: id, type, label, description, why, evidence, and its keys."""
        return frames.items(self.items, self.keys, of_kind=self.of_kind)

    def evidence_frame(self) -> pd.DataFrame:
        """A row for each item and piece of evidence."""
        return frames.evidence(
            ("id", "label"), (((i.id, i.label), e) for i in self.items for e in i.evidence)
        )

    def diff(self, old: ItemResult) -> Difference:
        """How this answer differs from an *old* one, of another release."""
        return difference(self.asked, old.side, self.side, (old.bench, self.bench))

    @property
    def side(self) -> Side:
        """The answer as it is compared with another."""
        return Side(self.permalink, self.release, self.items)

    def __str__(self) -> str:
        """The items as the command line prints them."""
        return formats.items_text(self.items)

    def _show(self) -> Show:
        rows = [([i.label], i.why, [place(e) for e in i.evidence]) for i in self.items]
        heading = f"{self.asked}: {number(self.total, 'item')}"
        return Show(heading, (*self._notes(), self._origin), ("item", "why", "evidence"), rows)

    def _notes(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, repr=False)
class PlainResult(ItemResult):
    """The answer to a question in plain words."""

    reply: Reply

    @property
    def answered(self) -> bool:
        """Whether the question was answered; an answer may have no items."""
        return self.reply.answered

    @property
    def reason(self) -> str:
        """Why there is no answer, or none but an empty one."""
        return self.reply.reason

    @property
    def nearest(self) -> tuple[str, ...]:
        """Words that the graph does know, where the question has others."""
        return self.reply.nearest

    @property
    def understood(self) -> Mapping[str, object]:
        """What was understood: what is wanted, of which concepts, and which words were ignored."""
        return told(self.reply)["understood"]  # type: ignore[return-value]

    @property
    def side(self) -> Side:
        """The answer as it is compared with another."""
        return Side(self.permalink, self.release, self.items, "" if self.answered else self.reason)

    def __str__(self) -> str:
        """The answer as the command line prints it, with what was understood."""
        return formats.reply_text(self.reply)

    def _notes(self) -> tuple[str, ...]:
        understood = self.reply.understood
        about = ", ".join(f"“{reading.given}”" for reading in understood.readings)
        ignored = ", ".join(f"“{w}”" for w in (*understood.strange, *understood.ignored))
        near = ", ".join(self.nearest)
        return (
            f"Understood: {self.reply.want} about {about}." if about else "",
            f"Ignored: {ignored}." if ignored else "",
            self.reason,
            f"The nearest words known are {near}." if near else "",
        )


@dataclass(frozen=True, repr=False)
class MeasureResult(ItemResult):
    """A measure of the network: *measured* says what it means and how it was computed."""

    measured: Measured

    @property
    def meaning(self) -> str:
        """What the measure means, and what not."""
        return self.measured.meaning

    @property
    def computed(self) -> str:
        """How it was computed, and from what sample."""
        return self.measured.computed

    @property
    def missed(self) -> tuple[Named, ...]:
        """The groups that no response reaches, where a cover was asked for."""
        return self.measured.missed

    def __str__(self) -> str:
        """The measure as the command line prints it."""
        return tellings.measured_text(self.measured)

    def _notes(self) -> tuple[str, ...]:
        return (self.meaning, f"{self.computed}.")


@dataclass(frozen=True, repr=False)
class RowResult(Result["Mapping[str, object]"]):
    """The answer to a SPARQL query: an item for each row, with a value for each variable."""

    rows: Rows
    query: str

    @property
    def items(self) -> tuple[Mapping[str, object], ...]:
        """The rows: numbers and truth values as such, all else as text, None where unbound."""
        return tuple(
            {name: None if term is None else plain(term) for name, term in row.items()}
            for row in self.rows
        )

    @property
    def sparql(self) -> str:
        """The query as it was given."""
        return self.query

    @property
    def permalink(self) -> str:
        """The address of the query, which is not pinned: SPARQL asks what is served."""
        return self.here.url

    @property
    def evidence(self) -> Mapping[str, tuple[Evidence, ...]]:
        """The evidence of the statements that stand in the rows, by their IRIs."""
        terms = (term for row in self.rows.rows for term in row if isinstance(term, Iri))
        return self.bench.evidence(t.value for t in terms if t.value.startswith(_STATEMENT))

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the statements that stand in the rows."""
        pieces = (e for found in self.evidence.values() for e in found)
        documents = {e.document.id: e.document for e in pieces}
        return tuple(documents[iri] for iri in sorted(documents))

    def frame(self) -> pd.DataFrame:
        """A row for each row, a column for each variable."""
        items = self.items
        columns = []
        for name in self.rows.variables:
            values = [item[name] for item in items]
            dtype = frames.dtype_of((v for v in values if v is not None), TEXT)
            texts = [None if v is None else str(v) for v in values]
            columns.append(frames.Column(name, dtype, texts if dtype == TEXT else values))
        return frames.frame(columns)

    def evidence_frame(self) -> pd.DataFrame:
        """A row for each statement that stands in the rows, and piece of its evidence."""
        return frames.evidence(
            ("id", "label"),
            (((e.statement.id, e.statement.label), e) for f in self.evidence.values() for e in f),
        )

    def __str__(self) -> str:
        """The rows as CSV, with IRIs shortened."""
        return formats.rows_csv(self.rows)

    def _show(self) -> Show:
        rows = [[[formats.short(term)] for term in row] for row in self.rows.rows]
        return Show(number(len(self), "row"), (self._origin,), self.rows.variables, rows)


def place(piece: Evidence) -> str:
    """Where *piece* stands, in a line."""
    return formats.evidence_text(piece)[0].removeprefix("  - ")


def number(count: int, name: str) -> str:
    """*count* and *name*, in the plural unless it is one."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
