"""The tools that assistants call: search, ask, question, describe, gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict, TypeVar

from . import formats
from .ask import Asker
from .assessed import assessed
from .calls import DESCRIBED
from .cursors import cursor as cursor_after
from .cursors import key_after, not_ours
from .errors import BadParameter, NotFound
from .fitting import Cut, Room, facts, facts_text, short, support
from .gaps import Gaps, ground
from .lookup import Lookup
from .names import nearest
from .portions import (
    Also,
    AskPortion,
    DescribePortion,
    Document,
    Fact,
    Gap,
    GapsPortion,
    Model,
    Parameter,
    Portion,
    QuestionFile,
    QuestionPortion,
    SearchPortion,
    Thing,
    Understood,
)
from .questions import Questions, type_of
from .replies import told
from .search import kinds_of, search
from .terms import expand, shorten, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .answers import Evidence, Item
    from .ask import Reply
    from .calls import AskCall, Call, DescribeCall, GapsCall, QuestionCall, SearchCall
    from .evidence import Bench
    from .gaps import Gap as FoundGap
    from .kinds import Kind
    from .names import Entry
    from .portions import State
    from .queries import QueryFile

MOST_BYTES = 32_000
# For the keys of an answer that are not lists, beside what the call says.
_KEYS = 2_000
_CONCEPTS = 20
_NEAR = 20
# Their names are long and many, and nobody types them.
_NOT_NEAR = {"figures", "statements"}
P = TypeVar("P", Fact, QuestionFile, "Fact | Evidence")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer for programs, and the same in short for readers."""

    portion: Portion
    text: str


class _Page(TypedDict):
    """The keys that all portions have."""

    complete: bool
    total: int
    returned: int
    next: str | None
    rest: str | None
    state: State
    release: str
    documents: list[Document]


class Tools:
    """What assistants can do with a graph."""

    def __init__(self, bench: Bench, most: int = MOST_BYTES) -> None:
        """Answer from *bench*, with about so many bytes of JSON at most in each answer."""
        self.bench = bench
        self._most = most
        self._lookup = Lookup(bench)
        self._questions = Questions(bench, self._lookup.names)
        self._asker = Asker(bench, self._lookup, self._questions)
        self._gaps = Gaps(bench, self._questions)

    def search(self, call: SearchCall) -> Told:
        """Things whose texts have all the words."""
        start, kinds = self._start(call), kinds_of(call.kinds)
        most = start + call.limit
        hits = search(call.words, self.bench, self._lookup, self._asker, kinds=kinds, limit=most)
        room = self._room(call)
        cuts = room.fill(((item, _itself) for item in hits.items[start:]), call.evidence)
        state: State = "found" if hits.total else "not answered"
        following = self._next(call, start + len(cuts), hits.total)
        page = self._page(cuts, hits.total, following, room, state)
        portion = SearchPortion(**page, words=list(hits.words), items=[c.model for c in cuts])
        nothing = "Nothing has all of these words, which says nothing of the documents."
        return self._told(portion, formats.items_text([c.item for c in cuts]) or nothing)

    def ask(self, call: AskCall) -> Told:
        """The answer to a question in plain words."""
        start, reply = self._start(call), self._asker.ask(call.question)
        understood = _understood(reply)
        room = self._room(call, understood)
        chosen = reply.items[start : start + call.limit]
        cuts = room.fill(((item, _itself) for item in chosen), call.evidence)
        state = self._state(len(reply.items)) if reply.answered else "not answered"
        total = len(reply.items)
        following = self._next(call, start + len(cuts), total)
        portion = AskPortion(
            **self._page(cuts, total, following, room, state),
            answered=reply.answered,
            reason=short(reply.reason),
            nearest=list(reply.nearest),
            understood=understood,
            items=[cut.model for cut in cuts],
        )
        shown = replace(reply, items=tuple(cut.item for cut in cuts))
        return self._told(portion, formats.reply_text(shown))

    def question(self, call: QuestionCall) -> Told:
        """The answer to a question file, or the list of them."""
        if call.name is None:
            return self._listed(call)
        reply = self._questions.ask(call.name, call.values)
        answer = self._questions.answer(reply, call.limit, call.cursor)
        room = self._room(call)
        cuts = room.fill(((item, _itself) for item in answer.items), call.evidence)
        if len(cuts) < len(answer.items):
            # The cursor after what there was room for.
            answer = self._questions.answer(reply, len(cuts), call.cursor)
        page = self._page(cuts, answer.total, answer.next, room, self._state(answer.total))
        values = {key: [text_of(term) for term in terms] for key, terms in reply.given.items()}
        portion = QuestionPortion(
            **page,
            name=call.name,
            summary=reply.question.summary,
            values=values,
            questions=[],
            items=[cut.model for cut in cuts],
        )
        text = formats.items_text([c.item for c in cuts]) or f"No item: {portion.state}."
        return self._told(portion, f"{reply.question.summary}\n\n{text}")

    def describe(self, call: DescribeCall) -> Told:
        """All that the graph knows of one thing."""
        start, (kind, entry), *others = self._start(call), *self._named(call)
        item = self._lookup.of(kind, entry)
        pieces: list[Fact | Evidence] = [*facts(item), *item.evidence]
        room = self._room(call)
        shown = _fitting(pieces[start : start + call.limit], room)
        following = self._next(call, start + len(shown), len(pieces))
        known = [piece for piece in shown if isinstance(piece, Fact)]
        told_by = [piece for piece in shown if not isinstance(piece, Fact)]
        portion = DescribePortion(
            **self._page(shown, len(pieces), following, room, "found"),
            id=item.id,
            type=item.type,
            label=short(item.label),
            description=short(item.description),
            facts=known,
            evidence=[support(piece) for piece in told_by],
            also=[_also(e.iri, e.label, k.type) for k, e in others],
        )
        head = f"{item.label} <{shorten(item.id)}> {item.type}"
        lines = [line for piece in told_by for line in formats.evidence_text(piece)]
        return self._told(portion, "\n".join([head, item.description, *facts_text(known), *lines]))

    def gaps(self, call: GapsCall) -> Told:
        """What has no answer, by rank."""
        start, every = self._start(call), self._gaps.of(call.kinds)
        chosen = every[start : start + call.limit]
        room = self._room(call)
        cuts = room.fill(((gap.item, _gap_of(gap)) for gap in chosen), call.evidence)
        following = self._next(call, start + len(cuts), len(every))
        page = self._page(cuts, len(every), following, room, self._state(len(every)))
        counts = dict(self._gaps.counts())
        portion = GapsPortion(**page, counts=counts, items=[cut.model for cut in cuts])
        return self._told(
            portion, "\n\n".join(_gap_text(c.model, c.item) for c in cuts) or "No gap."
        )

    def questions(self) -> list[QuestionFile]:
        """All question files."""
        return [_question(question) for question in self._questions.all.values()]

    def documents(self) -> list[Document]:
        """All source documents, with how far each was read."""
        room = self._room(None)
        return [room.document(document) for document in self.bench.documents.values()]

    def _listed(self, call: QuestionCall) -> Told:
        if call.values:
            message = "values are for one question; name it, or leave them out for the list."
            raise BadParameter(message, parameter="values")
        start, every = self._start(call), self.questions()
        room = self._room(call)
        shown = _fitting(every[start : start + call.limit], room)
        following = self._next(call, start + len(shown), len(every))
        portion = QuestionPortion(
            **self._page(shown, len(every), following, room, "found"),
            name=None,
            summary=None,
            values={},
            questions=shown,
            items=[],
        )
        return self._told(portion, "\n".join(f"{q.name}: {q.summary}" for q in shown))

    def _named(self, call: DescribeCall) -> list[tuple[Kind, Entry]]:
        """The things that have the name that is given, or `NotFound` with the nearest."""
        kinds = [self._lookup.kind(name) for name in ([call.kind] if call.kind else DESCRIBED)]
        found: dict[str, tuple[Kind, Entry]] = {}
        for kind in kinds:
            entry = self._lookup.names.known(call.name, kind.type)
            if entry is not None:
                found.setdefault(entry.iri, (kind, entry))
                if expand(call.name):
                    break
        if found:
            return list(found.values())
        near = self._near(call.name, kinds)
        hint = f"the nearest are {', '.join(near)}" if near else "search for words of it"
        message = f"The graph knows nothing by the name {call.name!r}; {hint}."
        raise NotFound(message, suggestions=near)

    def _near(self, text: str, kinds: Sequence[Kind]) -> tuple[str, ...]:
        classes = [k.type for k in kinds if k.name not in _NOT_NEAR or len(kinds) == 1]
        near = dict.fromkeys(n for c in classes for n in self._lookup.names.near(text, c))
        return tuple(nearest(text, list(near)) or near)[:3]

    def _state(self, found: int) -> State:
        """What it means that so many are found."""
        read = assessed(self.bench)
        return "found" if found else ground(read.whole(), read.documents)

    def _room(self, call: Call | None, *beside: Model) -> Room:
        used = _KEYS + sum(each.size for each in (call, *beside) if each is not None)
        read = {slug(e.document.id): e.statement.basis for e in self.bench.coverage}
        return Room(self._most - used, read)

    def _told(self, portion: Portion, text: str) -> Told:
        """*portion* with its text, which begins with how much of the whole it is."""
        head = f"{portion.returned} of {portion.total}"
        head += f": {portion.rest}" if portion.rest else ", all there is"
        return Told(portion, f"{head}\n\n{text}"[: self._most])

    def _query(self, call: Call) -> str:
        asked = call.model_dump_json(exclude={"cursor", "limit", "evidence"})
        return f"{type(call).__name__}\n{self.bench.release.version}\n{asked}"

    def _start(self, call: Call) -> int:
        """Where the portion begins that the cursor of *call* leads to."""
        if call.cursor is None:
            return 0
        match key_after(self._query(call), call.cursor):
            case [int(start)]:
                return start
        raise not_ours(call.cursor)

    def _next(self, call: Call, end: int, total: int) -> str | None:
        """The cursor for what follows the first *end* of *total*, if anything does."""
        return cursor_after(self._query(call), [end]) if end < total else None

    def _page(
        self, shown: Sequence[object], total: int, following: str | None, room: Room, state: State
    ) -> _Page:
        return {
            "complete": len(shown) == total,
            "total": total,
            "returned": len(shown),
            "next": following,
            "rest": _rest(shown, total, following),
            "state": state,
            "release": self.bench.release.version,
            "documents": list(room.documents.values()),
        }


def _rest(shown: Sequence[object], total: int, following: str | None) -> str | None:
    """How to get what an answer leaves out, if it does."""
    cut = sum(isinstance(each, Cut) and not each.whole for each in shown)
    ways = {
        "give next as cursor, with the same arguments, for those that follow": following,
        "the answers before this one have the others": not following and len(shown) < total,
        f"{cut} of these have more evidence: describe their ids for all of it": cut,
    }
    return "; ".join(way for way, applies in ways.items() if applies) or None


def _fitting(pieces: Iterable[P], room: Room) -> list[P]:
    """As many of *pieces* as there is room for, and one at least."""
    shown: list[P] = []
    for piece in pieces:
        made, evidence = (piece, ()) if isinstance(piece, Model) else (support(piece), (piece,))
        if not room.take(made, evidence, must=not shown):
            break
        shown.append(piece)
    return shown


def _itself(thing: Thing) -> Thing:
    return thing


def _understood(reply: Reply) -> Understood:
    """What was understood of a question, as the JSON of its answer tells it."""
    known = Understood.model_validate(told(reply)["understood"])
    return known.model_copy(update={"concepts": known.concepts[:_CONCEPTS]})


def _question(question: QueryFile) -> QuestionFile:
    return QuestionFile(
        name=question.name,
        summary=question.summary,
        description=question.description,
        parameters=[
            Parameter(name=p.name, takes=p.takes, default=question.default(p.name))
            for p in question.parameters
        ],
        example=dict(question.example),
    )


def _also(iri: str, label: str, kind: str) -> Also:
    return Also(id=iri, type=kind, label=short(label))


def _gap_of(gap: FoundGap) -> Callable[[Thing], Gap]:
    """What makes of the thing of *gap* the gap as an assistant is given it."""

    def made(thing: Thing) -> Gap:
        return Gap(
            rank=gap.rank,
            gap=gap.kind,
            ground=gap.ground,
            assessed=len(gap.read),
            sure=gap.sure,
            doubts=list(gap.doubts),
            near=[_also(near.id, near.label, type_of(near.id)) for near in gap.near[:_NEAR]],
            near_total=len(gap.near),
            because=gap.because,
            question=gap.question,
            thing=thing,
        )

    return made


def _gap_text(gap: Gap, item: Item) -> str:
    lines = [
        f"{gap.rank}. {gap.thing.label} <{shorten(gap.thing.id)}> {gap.gap}",
        f"  ground: {gap.ground}, in {gap.assessed} documents; sure: {gap.sure}",
        *(f"  but: {doubt}" for doubt in gap.doubts),
        *(line for evidence in item.evidence for line in formats.evidence_text(evidence)),
    ]
    return "\n".join(lines)
