"""What readers of a graph need: rows, triples and answers, wherever the graph is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .answers import Asked
    from .terms import Term


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer of a SELECT: variable names, and a tuple of terms (or None) a row."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Term | None]]:
        """Each row by its variable names."""
        return (dict(zip(self.variables, row, strict=True)) for row in self.rows)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)


class Queryable(Protocol):
    """A graph that can be asked: embedded in this process, or kept by a remote store."""

    def select(self, query: str) -> Rows:
        """The rows of a SELECT of ours: a query file, with terms in it."""

    def graph(self, query: str, form: str) -> bytes:
        """The triples of a CONSTRUCT of ours, in the format *form*."""

    def answer(self, asked: Asked, most: int | None = None) -> tuple[bytes, str]:
        """The answer to anybody's query, of at most *most* bytes, with the format used."""

    def dump(self, form: str) -> bytes:
        """All quads in the format *form*; formats without graphs get the union."""

    def __len__(self) -> int:
        """The number of quads."""
