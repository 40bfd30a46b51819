"""What has no answer: gaps, each with its ground, how sure it is, and a rank with its reason.

A question file whose header names a gap is asked of all documents; nothing else finds gaps.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from .answers import Named
from .assessed import assessed
from .errors import BadParameter
from .languages import DEFAULT
from .names import nearest
from .queries import read
from .terms import CONCEPT, Iri, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .answers import Evidence, Item
    from .assessed import Assessed
    from .evidence import Bench
    from .queries import QueryFile
    from .questions import Questions

Ground = Literal["assessed, none found", "partly assessed, none found", "not assessed"]
ASSESSED: Final = "assessed, none found"
PARTLY: Final = "partly assessed, none found"
UNKNOWN: Final = "not assessed"
LEVELS = ("high", "medium", "low")
TIERS = {
    1: "nothing at all is there",
    2: "nothing is there that a text says or a standard expects",
    3: "one side alone is there",
}
# Said of what may come, or may be so; what is said by nobody but so is no firm gap.
_SOFT = {"concern", "hedged", "projected", "risk"}


@dataclass(frozen=True, slots=True)
class Gap:
    """A thing that lacks something: of which *kind* the gap is, on what ground, and how sure.

    *read* are the documents that were read whole for it; *doubts* lower how sure it is; *near* are
    things that may fill it. It is the *rank*th of all, for the reason *because*.
    """

    rank: int
    kind: str
    item: Item
    ground: Ground
    read: tuple[str, ...]
    sure: str
    doubts: tuple[str, ...]
    near: tuple[Named, ...]
    documents: int
    statements: int
    because: str
    question: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A gap before it has a rank; what is first in *order* comes first."""

    order: tuple[object, ...]
    tier: int
    question: QueryFile
    item: Item
    read: tuple[str, ...]
    ground: Ground
    doubts: tuple[str, ...]
    near: tuple[Named, ...]
    documents: int
    statements: int


class Gaps:
    """The gaps of a graph, found once: a release does not change."""

    def __init__(self, bench: Bench, questions: Questions) -> None:
        """Find gaps in *bench* by those of *questions* that name one."""
        self._bench = bench
        self._questions = questions
        self._found: dict[str, tuple[Gap, ...]] = {}

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of gap, the gravest first."""
        return tuple(dict.fromkeys(question.headers["gap"] for question in self._asked))

    def all(self, language: str = DEFAULT) -> tuple[Gap, ...]:
        """All gaps by rank, their labels in *language*."""
        if language not in self._found:
            read_for = assessed(self._bench)
            found = [
                each for question in self._asked for each in self._of(question, read_for, language)
            ]
            found.sort(key=lambda each: each.order)
            ranked = enumerate(found, start=1)
            self._found[language] = tuple(_ranked(rank, each) for rank, each in ranked)
        return self._found[language]

    def of(self, kinds: Sequence[str], language: str = DEFAULT) -> tuple[Gap, ...]:
        """The gaps of *kinds*, or all if none is named; they keep their rank among all."""
        for kind in kinds:
            if kind not in self.kinds:
                near = tuple(nearest(kind, self.kinds)) or self.kinds
                message = f"gap={kind}: there is no such gap; the nearest are {', '.join(near)}."
                raise BadParameter(message, parameter="gap", value=kind, suggestions=near)
        return tuple(gap for gap in self.all(language) if not kinds or gap.kind in kinds)

    def sparql(self, kinds: Sequence[str]) -> str:
        """The queries that find the gaps of *kinds*, or all, in the order in which they run."""
        asked = (q for q in self._asked if not kinds or q.headers["gap"] in kinds)
        return "\n".join(question.text for question in asked)

    def counts(self) -> Mapping[str, int]:
        """How many gaps there are of each kind."""
        found = Counter(gap.kind for gap in self.all())
        return {kind: found[kind] for kind in self.kinds}

    @cached_property
    def _asked(self) -> tuple[QueryFile, ...]:
        found = [q for q in self._questions.all.values() if "gap" in q.headers]
        return tuple(sorted(found, key=lambda q: (q.headers["tier"], q.headers["gap"], q.name)))

    def _of(self, question: QueryFile, read_for: Assessed, language: str) -> list[_Found]:
        items = self._items(question, language)
        near = self._near(question, items, language)
        schemes = [
            f"{CONCEPT}scheme/{name}" for name in question.headers.get("assessed", "").split()
        ]
        looked = read_for.by(schemes) if schemes else read_for.whole()
        state = ground(looked, read_for.documents)
        return [_found(question, item, looked, state, near.get(item.id, ())) for item in items]

    def _items(self, question: QueryFile, language: str) -> list[Item]:
        """What *question* finds in any document and the question it excepts does not."""
        given = {p.name: ",".join(self._bench.documents) for p in question.parameters}
        answer = self._questions.answer(
            self._questions.ask(question.name, given), language=language
        )
        other = question.headers.get("except")
        if other is None:
            return list(answer.items)
        reply = self._questions.ask(other, {})
        excepted = {text_of(row["item"]) for row in reply.rows}
        return [item for item in answer.items if item.id not in excepted]

    def _near(
        self, question: QueryFile, items: Sequence[Item], language: str
    ) -> Mapping[str, tuple[Named, ...]]:
        path = self._bench.layout.queries / "gaps" / f"{question.name}.rq"
        if not items or not path.is_file():
            return {}
        query = read(path).bind({"item": [Iri(item.id) for item in items]})
        found: dict[str, list[str]] = {}
        for row in self._bench.store.select(query):
            found.setdefault(text_of(row["item"]), []).append(text_of(row["near"]))
        called = self._bench.called((iri for near in found.values() for iri in near), language)
        return {
            item: tuple(Named(iri, called[iri][0] if iri in called else slug(iri)) for iri in near)
            for item, near in found.items()
        }

    def reason(self, question: str) -> str:
        """Why what is near a gap that *question* finds may fill it."""
        path = self._bench.layout.queries / "gaps" / f"{question}.rq"
        return read(path).summary if path.is_file() else ""


def ground(looked: Sequence[str], documents: Sequence[str]) -> Ground:
    """What it means that nothing is found where *looked* of all *documents* were read whole."""
    if not looked:
        return UNKNOWN
    return ASSESSED if set(looked) == set(documents) else PARTLY


def _found(
    question: QueryFile,
    item: Item,
    looked: tuple[str, ...],
    ground: Ground,
    near: tuple[Named, ...],
) -> _Found:
    told = [e for e in item.evidence if e.passage is not None]
    documents = len({e.document.id for e in told})
    statements = len({e.statement.id for e in told})
    doubts = _doubts(question, told, ground, near)
    tier = int(question.headers["tier"])
    level = _level(doubts, ground)
    order = (tier, -documents, -statements, LEVELS.index(level), item.label.casefold(), item.id)
    key = (*order, question.headers["gap"])
    return _Found(key, tier, question, item, looked, ground, doubts, near, documents, statements)


def _doubts(
    question: QueryFile, told: Sequence[Evidence], ground: str, near: Sequence[Named]
) -> tuple[str, ...]:
    doubt = question.headers.get("doubt", "")
    soft = bool(told) and all(set(e.statement.modality.split(", ")) <= _SOFT for e in told)
    also = "One thing that may fill it is" if len(near) == 1 else f"{len(near)} things may fill it,"
    found = (
        doubt,
        "The documents tell of it only as a concern, a risk, or what may be." if soft else "",
        "Not every document was read whole for it." if ground != ASSESSED else "",
        f"{also} named under near." if near else "",
    )
    return tuple(text for text in found if text)


def _level(doubts: Sequence[str], ground: str) -> str:
    if ground == UNKNOWN:
        return LEVELS[-1]
    return LEVELS[min(len(doubts), len(LEVELS) - 1)]


def _ranked(rank: int, found: _Found) -> Gap:
    level = _level(found.doubts, found.ground)
    where = (
        f"{_number(found.documents, 'document')} in {_number(found.statements, 'statement')}"
        if found.statements
        else "no document"
    )
    return Gap(
        rank,
        found.question.headers["gap"],
        found.item,
        found.ground,
        found.read,
        level,
        found.doubts,
        found.near,
        found.documents,
        found.statements,
        f"Tier {found.tier}: {TIERS[found.tier]}; told by {where}; sureness {level}.",
        found.question.name,
    )


def _number(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
