"""The things of a kind in an order, read once: a release does not change."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from .cursors import key_after, not_ours
from .errors import BadParameter
from .languages import spoken
from .names import nearest
from .terms import Iri, Literal, text_of
from .words import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .evidence import Bench
    from .kinds import Kind
    from .terms import Term

_KEPT = 64
# Things whose evidence one query counts.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A thing of a list: its label, description and languages, and by what it is put in order.

    The key is a rank (0, or 1 for what has no value and comes last), the values, the folded label
    and the IRI, so that no two things have the same.
    """

    iri: str
    label: str
    description: str
    languages: tuple[str, ...]
    key: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """A key that can be compared; the values run *backwards*, ties never do."""

    key: tuple[object, ...]
    backwards: int

    def __lt__(self, other: _Place) -> bool:
        for at, (mine, theirs) in enumerate(zip(self.key, other.key, strict=True)):
            if mine != theirs:
                before = bool(mine < theirs)  # type: ignore[operator]
                return before != (0 < at <= self.backwards)
        return False


@dataclass(frozen=True, slots=True)
class Order:
    """The things of a kind in an order, of whose values the first *backwards* run backwards."""

    things: tuple[Listed, ...]
    backwards: int

    def after(self, listed: Sequence[Listed], cursor: str | None, query: str) -> int:
        """Where in *listed* the page begins that *cursor*, given for *query*, leads to."""
        if cursor is None:
            return 0
        key = tuple(key_after(query, cursor))
        if not self._fits(key):
            raise not_ours(cursor)
        last = _Place(key, self.backwards)
        try:
            return bisect_right(listed, last, key=lambda one: _Place(one.key, self.backwards))
        except (TypeError, ValueError) as error:
            raise not_ours(cursor) from error

    def _fits(self, key: Sequence[object]) -> bool:
        """Whether *key* is made as those of the things are: a rank first, two texts last."""
        same = all(len(key) == len(one.key) for one in self.things[:1])
        return same and key[0] in (0, 1) and all(isinstance(part, str) for part in key[-2:])


class Orders:
    """The orders that were asked for lately."""

    def __init__(self, bench: Bench) -> None:
        """Read what is put in order from the store of *bench*."""
        self._bench = bench
        self._lock = Lock()
        self._orders: OrderedDict[tuple[str, str, str], Order] = OrderedDict()
        self._values: dict[tuple[str, str], Mapping[str, tuple[object, ...]]] = {}

    def of(self, kind: Kind, sort: str, language: str) -> Order:
        """The things of *kind* in the order *sort*, backwards if it begins with a minus."""
        name = sort.removeprefix("-")
        if name not in kind.sorts:
            raise _unknown_sort(kind, sort)
        asked = (kind.name, sort, language)
        with self._lock:
            if asked in self._orders:
                self._orders.move_to_end(asked)
                return self._orders[asked]
        order = self._ordered(kind, sort, language)
        with self._lock:
            self._orders[asked] = order
            while len(self._orders) > _KEPT:
                self._orders.popitem(last=False)
        return order

    def listed(self, query: str, language: str) -> list[Listed]:
        """The things that *query* lists, each once, called as in *language*."""
        found: dict[str, Listed] = {}
        for row in spoken(self._bench.store.select(query), language):
            iri, label, description = (row[name] for name in ("item", "label", "description"))
            found.setdefault(
                text_of(iri),
                Listed(
                    text_of(iri), text_of(label), text_of(description), _tags(label, description)
                ),
            )
        return list(found.values())

    def _ordered(self, kind: Kind, sort: str, language: str) -> Order:
        values = self._values_of(kind, sort.removeprefix("-"))
        width = max(map(len, values.values()), default=0)
        missing = (1, *[0] * width)
        things = [
            Listed(
                one.iri,
                one.label,
                one.description,
                one.languages,
                (*((0, *values[one.iri]) if one.iri in values else missing), *_tie(one)),
            )
            for one in self.listed(kind.listing.text, language)
        ]
        backwards = (width or 1) if sort.startswith("-") else 0
        things.sort(key=lambda one: _Place(one.key, backwards))
        return Order(tuple(things), backwards)

    def _values_of(self, kind: Kind, name: str) -> Mapping[str, tuple[object, ...]]:
        """What each thing goes by in the order *name*, besides its label."""
        asked = (kind.name, name)
        if asked not in self._values:
            if name in kind.columns:
                found = self._own(kind, kind.columns[name])
            elif name == "label":
                found = {}
            else:
                found = self._counted(kind, name)
            self._values[asked] = found
        return self._values[asked]

    def _own(self, kind: Kind, columns: Sequence[str]) -> dict[str, tuple[object, ...]]:
        if kind.ordering is None:
            return {}
        found: dict[str, tuple[object, ...]] = {}
        for row in self._bench.store.select(kind.ordering.text):
            found.setdefault(text_of(row["item"]), tuple(_comparable(row[c]) for c in columns))
        return found

    def _counted(self, kind: Kind, name: str) -> dict[str, tuple[object, ...]]:
        """How many statements support each thing, or in how many documents these stand."""
        listed = self._bench.store.select(kind.listing.text)
        things = list(dict.fromkeys(text_of(row["item"]) for row in listed))
        statements: dict[str, set[str]] = defaultdict(set)
        # Things are named, as a path without an end is walked from every node of the graph.
        for start in range(0, len(things), _AT_ONCE):
            these = [Iri(iri) for iri in things[start : start + _AT_ONCE]]
            for row in self._bench.store.select(kind.supporting.bind({"item": these})):
                statements[text_of(row["item"])].add(text_of(row["statement"]))
        if name == "evidence":
            return {iri: (len(statements[iri]),) for iri in things}
        stated = self._bench.stated_in()
        return {
            iri: (len({d for one in statements[iri] for d in stated.get(one, ())}),)
            for iri in things
        }


def _tie(one: Listed) -> tuple[str, str]:
    return fold(one.label), one.iri


def _tags(*texts: Term | None) -> tuple[str, ...]:
    return tuple(t.language.lower() for t in texts if isinstance(t, Literal) and t.language)


def _comparable(term: Term | None) -> object:
    """A number as such, so that 9 comes before 10; all else as text."""
    text = text_of(term)
    numeric = isinstance(term, Literal) and term.datatype.endswith(
        ("integer", "Integer", "decimal", "double", "float")
    )
    return float(text) if numeric else text


def _unknown_sort(kind: Kind, sort: str) -> BadParameter:
    known = [*kind.sorts, *(f"-{name}" for name in kind.sorts)]
    near = tuple(nearest(sort, known)) or tuple(known)
    message = f"sort={sort}: {kind.name} are put in order by one of {', '.join(known)}."
    return BadParameter(message, parameter="sort", value=sort, suggestions=near)
