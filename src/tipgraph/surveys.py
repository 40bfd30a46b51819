"""Gaps, counts over two facets, and ways between two things, as Python has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import frames, gaplists, grids, tellings
from .citation import documents as documents_of
from .errors import BadParameter
from .frames import MANY, NUMBER, TEXT, WHOLE
from .matrix import FOUND, NONE
from .notebook import Show
from .results import Result, number, place
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from .answers import Document
    from .gaps import Gap
    from .matrix import Cell, Matrix
    from .ways import Found, Way

_GAP_COLUMNS = (
    ("rank", WHOLE),
    ("gap", TEXT),
    ("id", TEXT),
    ("type", TEXT),
    ("label", TEXT),
    ("why", MANY),
    ("ground", TEXT),
    ("assessed", MANY),
    ("sure", TEXT),
    ("doubts", MANY),
    ("near", MANY),
    ("documents", WHOLE),
    ("statements", WHOLE),
    ("because", TEXT),
    ("question", TEXT),
)
_CELL_COLUMNS = (
    ("row", TEXT),
    ("row_label", TEXT),
    ("column", TEXT),
    ("column_label", TEXT),
    ("things", WHOLE),
    ("together", WHOLE),
    ("listed", WHOLE),
    ("statements", WHOLE),
    ("documents", WHOLE),
    ("state", TEXT),
    ("assessed", MANY),
    ("items", MANY),
)
_WAY_COLUMNS = (
    ("path", WHOLE),
    ("start", TEXT),
    ("goal", TEXT),
    ("steps", WHOLE),
    ("weight", NUMBER),
    ("things", MANY),
    ("why", MANY),
    ("statements", MANY),
)


@dataclass(frozen=True, repr=False)
class GapResult(Result["Gap"]):
    """What has no answer, by rank."""

    found: tuple[Gap, ...]
    queries: str

    @property
    def items(self) -> tuple[Gap, ...]:
        """The gaps, by rank."""
        return self.found

    @property
    def sparql(self) -> str:
        """The question files that find the gaps."""
        return self.queries

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the evidence."""
        return tuple(documents_of(gap.item for gap in self.found))

    def frame(self) -> pd.DataFrame:
        """A row for each gap."""
        return frames.rows(_GAP_COLUMNS, map(_gap_row, self.found))

    def evidence_frame(self) -> pd.DataFrame:
        """A row for each gap and piece of the evidence of its thing."""
        return frames.evidence(
            ("gap", "id", "label"),
            (((g.kind, g.item.id, g.item.label), e) for g in self.found for e in g.item.evidence),
        )

    def __str__(self) -> str:
        """The gaps as the command line prints them."""
        return gaplists.text(self.found)

    def _show(self) -> Show:
        rows = [([f"{g.rank}"], [g.item.label], [g.kind], [g.ground], [g.sure]) for g in self.found]
        heading = number(len(self), "gap")
        return Show(heading, (self._origin,), ("rank", "thing", "gap", "ground", "sure"), rows)


@dataclass(frozen=True, repr=False)
class MatrixResult(Result["Cell"]):
    """Counts over two facets: an item for each cell."""

    matrix: Matrix

    @property
    def items(self) -> tuple[Cell, ...]:
        """The cells, row by row."""
        return self.matrix.cells

    @property
    def sparql(self) -> str:
        """The query for the rows, then that for the columns."""
        return "\n".join(self.matrix.sparql.values())

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents behind the cells."""
        found = sorted({iri for cell in self.items for iri in cell.documents})
        return tuple(self.bench.documents[iri] for iri in found)

    def frame(self) -> pd.DataFrame:
        """A row for each cell."""
        labels = self._labels
        return frames.rows(_CELL_COLUMNS, (_cell_row(cell, labels) for cell in self.items))

    def grid(self, count: str = "things") -> pd.DataFrame:
        """The matrix as it looks; a count that is missing was not looked for in every document."""
        if count not in grids.MEASURES:
            message = f"count={count}: give one of {', '.join(grids.MEASURES)}."
            raise BadParameter(message, parameter="count", suggestions=grids.MEASURES)
        lines = self.matrix.lines
        columns = (
            frames.Column(head.id, WHOLE, [_counted(line[at], count) for line in lines])
            for at, head in enumerate(self.matrix.column_headings)
        )
        grid = frames.frame(columns)
        grid.columns = [head.label for head in self.matrix.column_headings]
        grid.index = [head.label for head in self.matrix.row_headings]
        return grid

    def evidence_frame(self) -> pd.DataFrame:
        """A row for each cell and piece of the evidence of its statements."""
        known = self.bench.evidence(iri for cell in self.items for iri in cell.told)
        labels = self._labels
        return frames.evidence(
            ("row", "row_label", "column", "column_label"),
            (
                ((cell.row, labels[cell.row], cell.column, labels[cell.column]), piece)
                for cell in self.items
                for iri in cell.told
                for piece in known.get(iri, ())
            ),
        )

    def __str__(self) -> str:
        """The matrix as the command line prints it."""
        return grids.text(self.matrix, grids.MEASURES[0])

    @property
    def _labels(self) -> Mapping[str, str]:
        return {h.id: h.label for h in (*self.matrix.row_headings, *self.matrix.column_headings)}

    def _show(self) -> Show:
        table = grids.grid(self.matrix, grids.MEASURES[0])
        rows = [[[str(cell)] for cell in row] for row in table.rows]
        signs = "0? was looked for in some documents only, - in none."
        heading = f"{self.asked}: how many {self.matrix.kind.name}"
        return Show(heading, (signs, self._origin), table.columns, rows)


@dataclass(frozen=True, repr=False)
class PathResult(Result["Way"]):
    """How two things hang together: an item for each way between them."""

    found: Found
    query: str

    @property
    def items(self) -> tuple[Way, ...]:
        """The ways, the nearest first."""
        return self.found.ways

    @property
    def reason(self) -> str | None:
        """Why there is no way, if so."""
        return self.found.reason

    @property
    def sparql(self) -> str:
        """The query that finds the links of the network."""
        return self.query

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the evidence of every step."""
        steps = (e for way in self.items for step in way.steps for e in step.evidence)
        found = {e.document.id: e.document for e in steps}
        return tuple(found[iri] for iri in sorted(found))

    def frame(self) -> pd.DataFrame:
        """A row for each way."""
        return frames.rows(_WAY_COLUMNS, (_way_row(n, w) for n, w in enumerate(self.items, 1)))

    def evidence_frame(self) -> pd.DataFrame:
        """A row for each step of a way and piece of evidence."""
        numbers = {"path": WHOLE, "step": WHOLE}
        names = [(name, numbers.get(name, TEXT)) for name in tellings.COLUMNS]
        return frames.rows(names, tellings.ways_rows(self.found))

    def __str__(self) -> str:
        """The ways as the command line prints them."""
        return tellings.ways_text(self.found)

    def _show(self) -> Show:
        rows = [
            ([str(number)], [step.sentence], [place(e) for e in step.evidence])
            for number, way in enumerate(self.items, 1)
            for step in way.steps
        ]
        heading = f"{self.asked}: {number(len(self), 'way')}"
        return Show(heading, (self.reason or "", self._origin), ("way", "step", "evidence"), rows)


def _gap_row(gap: Gap) -> tuple[object, ...]:
    item = gap.item
    return (
        *(gap.rank, gap.kind, item.id, item.type, item.label, item.why),
        *(gap.ground, tuple(map(slug, gap.read)), gap.sure, gap.doubts),
        tuple(near.label for near in gap.near),
        *(gap.documents, gap.statements, gap.because, gap.question),
    )


def _cell_row(cell: Cell, labels: Mapping[str, str]) -> tuple[object, ...]:
    return (
        *(cell.row, labels[cell.row], cell.column, labels[cell.column]),
        *(len(cell.things), cell.together, cell.listed, cell.statements, len(cell.documents)),
        *(cell.state, tuple(map(slug, cell.assessed)), tuple(t.label for t in cell.things)),
    )


def _way_row(number: int, way: Way) -> tuple[object, ...]:
    return (
        *(number, way.nodes[0].label, way.nodes[-1].label, len(way.steps), way.weight),
        tuple(node.label for node in way.nodes),
        tuple(step.sentence for step in way.steps),
        tuple(dict.fromkeys(iri for step in way.steps for iri in step.link.statements)),
    )


def _counted(cell: Cell, count: str) -> int | None:
    """The count of *cell*; none where it is a zero that was not looked for everywhere."""
    return grids.count(cell, count) if cell.state in {FOUND, NONE} else None
