"""Which documents were read for what: a zero that was looked for is not one that was not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .queries import read
from .terms import slug, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .evidence import Bench

_WHOLE = "complete"


@dataclass(frozen=True, slots=True)
class Assessed:
    """The schemes for which each document that was read whole was read, and all the documents."""

    documents: tuple[str, ...]
    schemes: Mapping[str, frozenset[str]]

    def whole(self) -> tuple[str, ...]:
        """The documents that were read whole."""
        return tuple(d for d in self.documents if d in self.schemes)

    def by(self, schemes: Collection[str]) -> tuple[str, ...]:
        """The documents that were read whole for one of *schemes* at least."""
        return tuple(d for d in self.whole() if not self.schemes[d].isdisjoint(schemes))


def assessed(bench: Bench) -> Assessed:
    """What the documents of *bench* were read for."""
    found: dict[str, set[str]] = defaultdict(set)
    query = read(bench.layout.queries / "overview" / "assessed.rq")
    for row in bench.store.select(query.text):
        if slug(text_of(row["status"])) == _WHOLE:
            found[text_of(row["document"])].add(text_of(row["scheme"]))
    schemes = {document: frozenset(of) for document, of in found.items()}
    return Assessed(tuple(sorted(bench.documents)), schemes)
