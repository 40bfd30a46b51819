"""Count things, statements and documents over two facets of a kind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from .answers import Named
from .assessed import assessed
from .errors import BadParameter, TooLarge
from .kinds import Facet
from .languages import DEFAULT
from .lookup import choice
from .names import nearest
from .queries import read
from .terms import TIP, Iri, Literal, expand, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from .assessed import Assessed
    from .evidence import Bench
    from .kinds import Kind
    from .lookup import Lookup

MOST_CELLS = 30_000
FOUND, NONE, PARTLY, UNKNOWN = "found", "none found", "partly assessed", "not assessed"
# Where several kinds have both facets, these facets tell which is meant; else it is the first.
_OF_RESPONSES = {"pillar", "type", "instrument", "stage", "force", "addressee", "implementer"}
_FIRST = ("impacts", "responses", "groups", "actors", "documents", "resources")
_DOCUMENT = "document"
_THEMSELVES = ("impact", "response")


@dataclass(frozen=True, slots=True)
class Heading:
    """A value of a facet: what a request calls it, what is above it, and what has it.

    *level* is how deep it stands below the top in the order given.
    """

    id: str
    label: str
    name: str
    broader: tuple[str, ...]
    level: int
    things: int
    statements: int
    documents: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What has the value of a row and that of a column.

    *things* fit both facets, in the row or column of a document by what that document itself says;
    of those in *together* one statement says both. The list with both facets has *listed*, which
    are more where one document says the one and another the other. *assessed* are the documents
    that were read whole for both, and *told* the statements.
    """

    row: str
    column: str
    things: tuple[Named, ...]
    together: int
    listed: int
    statements: int
    documents: tuple[str, ...]
    state: str
    assessed: tuple[str, ...]
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cells over two facets of a kind, row by row, and the queries that found them."""

    kind: Kind
    rows: str
    columns: str
    row_headings: tuple[Heading, ...]
    column_headings: tuple[Heading, ...]
    cells: tuple[Cell, ...]
    total: int
    sparql: Mapping[str, str]

    @property
    def lines(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells of each row."""
        width = len(self.column_headings)
        starts = range(0, len(self.row_headings) * width, width or 1)
        return tuple(self.cells[at : at + width] for at in starts)


@dataclass(frozen=True, slots=True)
class _Value:
    """A value that a facet may have, with its schemes."""

    id: str
    label: str
    name: str
    schemes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Axis:
    """The values of a facet, and the things of each with the statements that say so.

    *classifies* is whether every thing of the kind has a value, so that none is left unknown.
    """

    name: str
    values: Mapping[str, _Value]
    things: Mapping[str, Mapping[str, frozenset[str]]]
    above: Mapping[str, tuple[str, ...]]
    classifies: bool
    sparql: str


class Matrices:
    """Counts over any two facets of the kinds of a graph."""

    def __init__(self, bench: Bench, lookup: Lookup) -> None:
        """Count in the graph of *bench*, whose kinds *lookup* knows."""
        self._bench = bench
        self._lookup = lookup

    @cached_property
    def facets(self) -> tuple[str, ...]:
        """All names that rows and columns may have."""
        return tuple(sorted({name for kind in self._lookup.kinds.values() for name in axes(kind)}))

    def kind(self, rows: str, columns: str, named: str | None = None) -> Kind:
        """The kind called *named*, or the one that two facets mean, or `BadParameter`."""
        for parameter, name in (("rows", rows), ("columns", columns)):
            known = self.facets if named is None else axes(self._lookup.kind(named))
            if name not in known:
                raise _unknown(parameter, name, known)
        if rows == columns:
            message = f"columns={columns}: rows are the same; give another facet."
            raise BadParameter(message, parameter="columns", value=columns)
        if named is not None:
            return self._lookup.kind(named)
        return self._lookup.kinds[self._meant(rows, columns)]

    def fitting(self, rows: str, columns: str) -> tuple[Kind, ...]:
        """The kinds that have both facets."""
        every = self._lookup.kinds.values()
        return tuple(kind for kind in every if {rows, columns} <= set(axes(kind)))

    def matrix(
        self,
        kind: Kind,
        rows: str,
        columns: str,
        language: str = DEFAULT,
        empty: bool = True,
    ) -> Matrix:
        """The things of *kind* by the facets *rows* and *columns*.

        Without *empty*, values that nothing has are left out.
        """
        broader = self._broader()
        listed = {text_of(row["item"]) for row in self._bench.store.select(kind.listing.text)}
        first = self._axis(kind, rows, listed, broader, language)
        second = self._axis(kind, columns, listed, broader, language)
        told = self._bench.stated_in()
        down = tuple(_headings(first, told, empty))
        across = tuple(_headings(second, told, empty))
        _bounded(rows, columns, len(down) * len(across))
        both = _all(first) & _all(second)
        labels = {iri: label for iri, (label, _) in self._bench.called(both, language).items()}
        cells = _Cells(first, second, _Readers(assessed(self._bench), first, second), told, labels)
        return Matrix(
            kind,
            rows,
            columns,
            down,
            across,
            tuple(cells.cell(r.id, c.id) for r in down for c in across),
            len(both),
            {"rows": first.sparql, "columns": second.sparql},
        )

    def _meant(self, rows: str, columns: str) -> str:
        fit = [kind.name for kind in self.fitting(rows, columns)]
        if not fit:
            message = f"No kind has both the facets {rows} and {columns}; see /api/v1."
            raise BadParameter(message, parameter="columns", value=columns)
        meant = [f"{name}s" for name in (rows, columns) if name in _THEMSELVES]
        meant += ["responses"] if {rows, columns} & _OF_RESPONSES else []
        return next(name for name in (*meant, *_FIRST, *fit) if name in fit)

    def _axis(
        self,
        kind: Kind,
        name: str,
        listed: set[str],
        broader: Mapping[str, tuple[str, ...]],
        language: str,
    ) -> _Axis:
        facet, query = self._asked(kind, name)
        rows = [row for row in self._triples(query) if row[0] in listed]
        values = self._values(facet, {matched for _, matched, _ in rows}, language)
        known = set(values)
        things: dict[str, dict[str, set[str]]] = {}
        for item, matched, statement in rows:
            for iri in _up(matched, broader) & known:
                things.setdefault(iri, {}).setdefault(item, set()).add(statement)
        held = {
            iri: {item: frozenset(of - {""}) for item, of in found.items()}
            for iri, found in things.items()
        }
        above = {iri: tuple(b for b in broader.get(iri, ()) if b in known) for iri in known}
        classifies = listed <= {item for item, _, _ in rows}
        return _Axis(name, values, held, above, classifies, query)

    def _asked(self, kind: Kind, name: str) -> tuple[Facet, str]:
        """The facet called *name*, and the query for its values; a kind's things are one too."""
        if name in kind.facets:
            given = {"facet": [Literal(name)]}
            return kind.facets[name], kind.narrowing.only(name).bind(given)
        return Facet(name, kind.type, "is"), kind.supporting.text

    def _triples(self, query: str) -> list[tuple[str, str, str]]:
        rows = self._bench.store.select(query)
        matched = "matched" if "matched" in rows.variables else "item"
        return [
            (text_of(row["item"]), text_of(row[matched]), text_of(row["statement"])) for row in rows
        ]

    def _values(
        self, facet: Facet, matched: Collection[str], language: str
    ) -> Mapping[str, _Value]:
        if facet.choices:
            return _words(facet, matched)
        chosen = Iri(expand(facet.takes) or TIP + facet.takes)
        query = read(self._bench.layout.queries / "overview" / "values.rq")
        rows = self._bench.store.select(query.bind({"class": [chosen]}))
        schemes: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            schemes[text_of(row["value"])].add(text_of(row["scheme"]))
        called = self._bench.called(schemes, language)
        return {
            iri: _Value(iri, called[iri][0], self._name(facet, iri), frozenset(found))
            for iri, found in schemes.items()
        }

    def _name(self, facet: Facet, iri: str) -> str:
        """The slug of *iri*, if it means nothing else of the class."""
        entry = self._lookup.names.of(facet.takes).get(slug(iri).casefold())
        return slug(iri) if entry is not None and entry.iri == iri else iri

    def _broader(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        query = read(self._bench.layout.queries / "overview" / "broader.rq")
        for row in self._bench.store.select(query.text):
            found[text_of(row["narrower"])].append(text_of(row["broader"]))
        return {iri: tuple(above) for iri, above in found.items()}


@dataclass(frozen=True, slots=True)
class _Cells:
    """What the cells of two axes are made from."""

    rows: _Axis
    columns: _Axis
    read: _Readers
    told: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]

    def cell(self, row: str, column: str) -> Cell:
        """The cell of two values; what one statement says of both goes before what two say."""
        first, second = self.rows.things.get(row, {}), self.columns.things.get(column, {})
        listed = len(first.keys() & second.keys())
        for document in self._own(row, column):
            first, second = self._within(first, document), self._within(second, document)
        both = sorted(first.keys() & second.keys(), key=lambda i: (self._called(i).casefold(), i))
        shared = {item: first[item] & second[item] for item in both}
        statements = {
            statement for item in both for statement in shared[item] or first[item] | second[item]
        }
        looked = self.read.of(row, column)
        return Cell(
            row,
            column,
            tuple(Named(item, self._called(item)) for item in both),
            sum(bool(of) for of in shared.values()),
            listed,
            len(statements),
            tuple(sorted({d for s in statements for d in self.told.get(s, ())})),
            FOUND if both else self._state(looked, row, column),
            looked.documents,
            tuple(sorted(statements)),
        )

    def _own(self, row: str, column: str) -> tuple[str, ...]:
        """The document whose row or column this is."""
        named = ((self.rows, row), (self.columns, column))
        return tuple(iri for axis, iri in named if axis.name == _DOCUMENT)

    def _within(
        self, things: Mapping[str, frozenset[str]], document: str
    ) -> Mapping[str, frozenset[str]]:
        """The *things* of which *document* says it, with its own statements alone."""
        own = {
            item: frozenset(s for s in statements if document in self.told.get(s, ()))
            for item, statements in things.items()
        }
        return {item: statements for item, statements in own.items() if statements}

    def _called(self, iri: str) -> str:
        label = self.labels.get(iri)
        return slug(iri) if label is None else label

    def _state(self, looked: _Looked, row: str, column: str) -> str:
        own = self._own(row, column)
        if not looked.documents:
            return UNKNOWN
        whole = looked.known.issuperset(own) if own else looked.every
        return NONE if whole else PARTLY


@dataclass(frozen=True, slots=True)
class _Looked:
    """The documents that were read whole for two values; *every* if those are all there are."""

    documents: tuple[str, ...]
    known: frozenset[str]
    every: bool


class _Readers:
    """Which documents were read whole for the values of a row and of a column.

    There are few answers, for many values are in the same schemes: each is found once.
    """

    def __init__(self, read: Assessed, rows: _Axis, columns: _Axis) -> None:
        self._read = read
        self._whole = read.whole()
        self._all = frozenset(self._whole)
        by: Callable[[frozenset[str]], frozenset[str]] = cache(lambda s: frozenset(read.by(s)))
        self._rows = {iri: self._read_for(rows, iri, by) for iri in rows.values}
        self._columns = {iri: self._read_for(columns, iri, by) for iri in columns.values}
        self._met = cache(self._meeting)

    def of(self, row: str, column: str) -> _Looked:
        """The documents that were read whole for both."""
        return self._met(self._rows[row], self._columns[column])

    def _meeting(self, rows: frozenset[str], columns: frozenset[str]) -> _Looked:
        known = rows & columns
        documents = tuple(document for document in self._whole if document in known)
        return _Looked(documents, known, known.issuperset(self._read.documents))

    def _read_for(
        self, axis: _Axis, iri: str, by: Callable[[frozenset[str]], frozenset[str]]
    ) -> frozenset[str]:
        if axis.name == _DOCUMENT:
            return frozenset({iri}.intersection(self._whole))
        schemes = axis.values[iri].schemes - {""}
        return by(schemes) if schemes and not axis.classifies else self._all


def axes(kind: Kind) -> tuple[str, ...]:
    """What rows and columns of *kind* may be: its facets, and its things by the kind's singular."""
    own = kind.name.removesuffix("s")
    return tuple(dict.fromkeys((*kind.facets, own)))


def _words(facet: Facet, matched: Collection[str]) -> Mapping[str, _Value]:
    """The words that *facet* takes, each by the class that it stands for."""
    classes = {choice(facet, iri): iri for iri in matched}
    usual = {word: f"{TIP}{word.capitalize()}Statement" for word in facet.choices}
    found = {(usual | classes)[word]: word for word in facet.choices}
    return {iri: _Value(iri, word, word, frozenset()) for iri, word in found.items()}


def _headings(axis: _Axis, told: Mapping[str, tuple[str, ...]], empty: bool) -> Iterator[Heading]:
    """The values of *axis*, each below the first that is above it."""
    for value, level in _in_order(axis):
        things = axis.things.get(value.id, {})
        if things or empty:
            statements = {statement for of in things.values() for statement in of}
            documents = {d for statement in statements for d in told.get(statement, ())}
            yield Heading(
                value.id,
                value.label,
                value.name,
                axis.above.get(value.id, ()),
                level,
                len(things),
                len(statements),
                len(documents),
            )


def _in_order(axis: _Axis) -> Iterator[tuple[_Value, int]]:
    below: dict[str, list[str]] = defaultdict(list)
    for iri, above in axis.above.items():
        below[min(above, key=lambda b: _by_label(axis.values[b])) if above else ""].append(iri)
    waiting = [(iri, 0) for iri in _backwards(axis, below[""])]
    while waiting:
        iri, level = waiting.pop()
        yield axis.values[iri], level
        waiting += [(b, level + 1) for b in _backwards(axis, below.get(iri, ()))]


def _backwards(axis: _Axis, iris: Iterable[str]) -> list[str]:
    return sorted(iris, key=lambda iri: _by_label(axis.values[iri]), reverse=True)


def _by_label(value: _Value) -> tuple[str, str]:
    return value.label.casefold(), value.id


def _up(iri: str, broader: Mapping[str, tuple[str, ...]]) -> set[str]:
    """*iri* and all above it, each once, however many ways lead there."""
    found, waiting = {iri}, [iri]
    while waiting:
        fresh = set(broader.get(waiting.pop(), ())) - found
        found |= fresh
        waiting += fresh
    return found


def _bounded(rows: str, columns: str, size: int) -> None:
    if size > MOST_CELLS:
        message = (
            f"{rows} by {columns} has {size:,} cells, and at most {MOST_CELLS:,} are given; "
            "leave the empty rows out with empty=false, or take another facet."
        )
        raise TooLarge(message)


def _all(axis: _Axis) -> set[str]:
    return {item for found in axis.things.values() for item in found}


def _unknown(parameter: str, name: str, known: Sequence[str]) -> BadParameter:
    near = tuple(nearest(name, known)) or tuple(known)
    message = f"{parameter}={name}: there is no such facet; the nearest are {', '.join(near)}."
    return BadParameter(message, parameter=parameter, value=name, suggestions=near)
