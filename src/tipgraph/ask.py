"""Answer questions in plain words, without a language model."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from .answers import Answer
from .habits import Habits
from .judgement import Candidate, judge, weights
from .lexicon import DOER, Lexicon, Thing, bound
from .likeness import Likeness, asked
from .lookup import PLAIN, Lookup, Match
from .queries import read
from .questions import Questions
from .terms import Iri, Literal, Term, expand, text_of
from .understanding import OF_A_CLASS, WANTS_OF, Understanding, cues, refusals, understand
from .words import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from .answers import Item
    from .evidence import Bench
    from .judgement import Judged
    from .lookup import Manner
    from .queryable import Rows

_TABLE = re.compile(r"VALUES \((?P<names>[?\w ]+)\) \{ \([^\n]*\) \}")
_LEAST = re.compile(r"(?:(?<=HAVING\(SUM\(\?points\) >= )|(?<=FILTER\(\?sum \* \?kin >= ))[0-9.]+")
_UNWEIGHED = "BIND(1.0 AS ?times) BIND(0.0 AS ?likely)"
_WEIGHED = re.compile(r"(?<=FILTER\(\?score >= )-?[0-9.]+")
_LOWEST = 0.1
# Of impacts and responses so many are judged, which meet most, and at least so much of the words.
_JUDGED, _SLIGHT = 25, 0.1
# What a word that nobody knows is worth, as against the words that are known.
_STRANGE = 3.0
_NONE = "owl:Nothing"
# They judge what the documents say, and are no answer.
_CURATORS = "actor:tipgraph-curators"
_TOLD = {"recommendation": "tip:recommendedIn", "practice": "tip:practisedIn"}
_ANY_TOLD = ("tip:recommendedIn", "tip:practisedIn", "tip:reportedIn")
_ASKED = "question:"
_NOTHING = "The documents were assessed whole, and nothing was found."
_NEAREST = 6
_EASING, _MOST_EASED = 0.06, 3
# What is judged together with others, as there is little to learn from, and what is not judged.
_OTHER, _BY_SHARE = "*", {"SourceDocument"}
# What is so like a question is so by more than a common word.
_LIKE, _ALIKE = 0.2, "is described, or asked for, in like words"
# Whether impacts or responses are meant is told by how it is asked, and, unless that is sure, by
# which of them are the likelier answers.
_IMPACT, _RESPONSE = "Impact", "PolicyResponse"
_SURE, _FOUND = 6.0, 1.0
# Of what is sought otherwise, and not found, there may yet be an impact.
_ELSE_IMPACTS = {
    "Cause",
    "AffectedGroup",
    "Channel",
    "Setting",
    "Service",
    "Place",
    "ExploitationForm",
    "FigureStatement rate",
}
# What responses and resources are of is not what does a thing.
_KINDS = {"Pillar", "ResponseType", "ResourceType"}
# There, actors are not asked for as those who act.
_HAPPENING = {_IMPACT, "Cause", "AffectedGroup"}
_BY = {"broader": ", by a broader term", "impact": ", by an impact that it addresses"}

__all__ = ["Asker", "Reply"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a question in plain words, with what was understood.

    If it was not *answered*, *reason* says why and *nearest* which words the graph does know.
    """

    understood: Understanding
    answered: bool
    reason: str
    want: str
    answer: Answer
    nearest: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The things that answer, of one page."""
        return self.answer.items

    @property
    def sparql(self) -> str:
        """The query that finds them."""
        return self.answer.sparql


@dataclass(frozen=True, slots=True)
class _Reach:
    """How the things of a want are reached from statements, and by what these are met."""

    kinds: tuple[str, ...]
    joined: tuple[str, ...]
    paired: tuple[str, ...]
    reach: tuple[str, ...]
    itself: tuple[str, ...]
    via: tuple[tuple[str, str], ...]
    own: float
    part: float
    best: float


@dataclass(frozen=True, slots=True)
class _Found:
    """What a query finds, best first, with the words met and the statements, and the query."""

    matches: Mapping[str, Match]
    best: float
    sparql: str
    want: str


class Asker:
    """Answers questions in plain words from a graph."""

    def __init__(self, bench: Bench, lookup: Lookup, questions: Questions) -> None:
        """Answer with what *lookup* and *questions* find in *bench*."""
        self.bench = bench
        self._lookup = lookup
        self._questions = questions
        self._folder = bench.layout.queries / "ask"
        self._rank = read(self._folder / "rank.rq")
        self.cues = cues(self._folder / "wants.tsv")
        self._habits = Habits.read(self._folder / "habits.tsv")
        self._refusals = refusals(self._folder / "outside.tsv")
        self._reaches = _reaches(self._folder / "reaches.tsv")
        self._weights = weights(self._folder / "judgement.tsv")
        self._lock = Lock()
        self._lexicon: Lexicon | None = None

    @classmethod
    def over(cls, bench: Bench) -> Asker:
        """One who answers from *bench* alone."""
        lookup = Lookup(bench)
        return cls(bench, lookup, Questions(bench, lookup.names))

    @property
    def lexicon(self) -> Lexicon:
        """The words that the graph knows, read when first asked for."""
        with self._lock:
            if self._lexicon is None:
                self._lexicon = Lexicon(self.bench.store, self._folder)
            return self._lexicon

    @cached_property
    def likeness(self) -> Likeness:
        """How like questions and things are in words, read when first asked for."""
        known = asked(self._folder / "asked.tsv")
        return Likeness(self.bench.store, self.lexicon, self._folder, known)

    @cached_property
    def _told(self) -> Mapping[str, set[str]]:
        """In which ways documents tell of each response."""
        told: dict[str, set[str]] = defaultdict(set)
        for row in self.bench.store.select(read(self._folder / "tellings.rq").text):
            told[text_of(row["response"])].add(text_of(row["told"]))
        return told

    def ask(
        self,
        question: str,
        limit: int | None = None,
        cursor: str | None = None,
        manner: Manner = PLAIN,
    ) -> Reply:
        """The answer to *question*, one page from *cursor* on, or why there is none."""
        understood = self.understand(question)
        want = understood.want
        refusal = self._outside(question) or self._refusal(understood)
        if refusal:
            none = Answer((), 0, limit or 0, "")
            return Reply(understood, False, refusal, want.name, none, self._near(understood))
        if want.name.startswith(_ASKED):
            return self._filed(understood, limit, cursor, manner)
        found = self._found(understood)
        kinds = [self._lookup.kind(name) for name in self._reaches[found.want].kinds]
        answer = self._lookup.ranked(
            kinds, found.matches, found.sparql, limit=limit, cursor=cursor, manner=manner
        )
        reason = "" if answer.total else _NOTHING
        return Reply(understood, True, reason, found.want, answer)

    def _refusal(self, understood: Understanding) -> str:
        """Why the question is not answered: nothing, if its words are known well enough."""
        # What people ask in whose questions are known is everyday speech.
        unknown = (word for word in understood.ignored if not self.likeness.knows(word))
        strange = (*understood.strange, *unknown)
        told = (r for r in understood.readings if r.telling and not r.absent)
        known = sum(reading.worth for reading in told)
        if understood.strange or (strange and len(strange) * _STRANGE >= known):
            return f"The graph does not know {', '.join(f'“{word}”' for word in strange)}."
        if understood.want.name.startswith(_ASKED) or understood.want.name in OF_A_CLASS:
            return ""
        if not understood.readings and not understood.documents:
            return "The question has no word that says what it is about; name a subject."
        return ""

    def _near(self, understood: Understanding) -> tuple[str, ...]:
        """The words of the graph that look most like those which it does not know."""
        strange = (*understood.strange, *understood.ignored)
        found = (near for word in strange for near in self.lexicon.nearest(word))
        return tuple(dict.fromkeys(found))[:_NEAREST]

    def understand(self, question: str) -> Understanding:
        """What *question* asks for."""
        return understand(question, self.lexicon, self.cues, self._habits, self._voices)

    def _outside(self, question: str) -> str:
        """Why *question* asks for what no document can answer; nothing, if it does not."""
        folded = " ".join(fold(question).split())
        return next((why for why, pattern in self._refusals if pattern.search(folded)), "")

    @cached_property
    def _voices(self) -> Mapping[str, Thing]:
        """The document that is meant where its publisher is named."""
        rows = self.bench.store.select(read(self._folder / "voices.rq").text)
        called = {iri: document.label for iri, document in self.bench.documents.items()}
        pairs = [(text_of(row["actor"]), text_of(row["document"])) for row in rows]
        return {actor: Thing(iri, called[iri], "SourceDocument") for actor, iri in pairs}

    def _filed(
        self, understood: Understanding, limit: int | None, cursor: str | None, manner: Manner
    ) -> Reply:
        """The answer of the question file that the words name."""
        name, *given = understood.want.name.removeprefix(_ASKED).split()
        reply = self._questions.ask(name, dict(_pair(each) for each in given))
        answer = self._questions.answer(reply, limit, cursor, manner.language)
        return Reply(understood, True, "", understood.want.name, answer)

    def _found(self, understood: Understanding) -> _Found:
        """What is found of the want; of impacts or of responses, where the words leave it open."""
        name = understood.want.name
        if name in (_IMPACT, _RESPONSE) and understood.readings and not understood.unanswered:
            return self._impacts_or_responses(understood)
        wants = WANTS_OF.get(name, (name,))
        found = max((self._find(understood, each) for each in wants), key=lambda f: f.best)
        name = found.want
        if found.matches or name not in _ELSE_IMPACTS or understood.absent:
            return found
        if understood.under and not any(reading.telling for reading in understood.readings):
            return self._find(replace(understood, readings=()), name)
        return self._find(understood, _IMPACT)

    def _impacts_or_responses(self, understood: Understanding) -> _Found:
        """Impacts or responses: how it is asked, and how likely the best of each is, say which."""
        leaning = understood.leaning
        if abs(leaning) >= _SURE or understood.absent:
            return self._find(understood, understood.want.name)
        impacts, responses = (self._find(understood, name) for name in (_IMPACT, _RESPONSE))
        return impacts if leaning + _FOUND * (impacts.best - responses.best) >= 0 else responses

    def _find(self, understood: Understanding, name: str) -> _Found:
        """What the words of *understood* find of the want *name*, the tail cut off."""
        if understood.readings and not understood.absent and name not in _BY_SHARE:
            return self._judged(understood, name)
        query, reach = self._query(understood, name), self._reaches[name]
        # What the documents nowhere speak of, nothing can meet.
        part = 1 if understood.absent else reach.part
        least = max(_LOWEST, part * understood.worth)
        rows = self.bench.store.select(_LEAST.sub(f"{least:.3f}", query))
        best = max((float(text_of(row["score"])) for row in rows), default=0.0)
        # Of many words the best meets some by chance.
        easing = 1 - _EASING * min(max(len(understood.readings) - 2, 0), _MOST_EASED)
        share = max(least, reach.best * easing * best)
        matches = _matches(understood, rows, round(share - 0.0005, 3))
        return _Found(matches, best, _LEAST.sub(f"{share - 0.0005:.3f}", query), name)

    def _judged(self, understood: Understanding, name: str) -> _Found:
        """What is likely an answer, of that which meets the words best, the likeliest first."""
        query, rows, candidates = self.candidates(understood, name)
        known = self._weights.get(name.split(maxsplit=1)[0], self._weights[_OTHER])
        judged = judge(known, understood, candidates)
        told = ((judged.odds(text_of(row["item"]), _score(row)), row) for row in rows)
        likely = sorted((each for each in told if each[0] >= judged.least), key=lambda e: -e[0])
        given = [row for _, row in likely]
        alike = {each.item for each in candidates if each.like >= _LIKE}
        return _Found(
            _matches(understood, given, 0, alike), judged.best, _weighed(query, judged), name
        )

    def candidates(
        self, understood: Understanding, name: str
    ) -> tuple[str, Rows, tuple[Candidate, ...]]:
        """The query of a want, what it finds, and the things that meet most of the words."""
        least = max(_LOWEST, _SLIGHT * understood.worth)
        query = _LEAST.sub(f"{least:.3f}", self._query(understood, name))
        rows = self.bench.store.select(query)
        best: dict[str, Mapping[str, Term | None]] = {}
        for row in sorted(rows, key=lambda row: -_score(row)):
            if len(best) < _JUDGED:
                best.setdefault(text_of(row["item"]), row)
        likes = self.likeness.to(understood.question, [*best])
        sorts = {*understood.want.sorts} & {*_TOLD}
        return (
            query,
            rows,
            tuple(
                Candidate(item, _score(row), _by_word(row), like, self._as_asked(item, sorts))
                for (item, row), like in zip(best.items(), likes, strict=True)
            ),
        )

    def _as_asked(self, item: str, sorts: set[str]) -> int:
        """1 if documents tell of *item* in one of the ways asked for, -1 if they do not."""
        if not sorts or item not in self._told:
            return 0
        return 1 if {expand(_TOLD[sort]) for sort in sorts} & self._told[item] else -1

    def _query(self, understood: Understanding, name: str) -> str:
        reach = self._reaches[name]
        if name in _HAPPENING:
            readings = tuple(reading.undergoing() for reading in understood.readings)
            understood = replace(understood, readings=readings)
        sorts = [s for s in understood.want.sorts if s in _TOLD and name == _RESPONSE]
        # Who says "practices" means no recommendations; who asks what was done may.
        strictly = not understood.readings or any(s in understood.question.lower() for s in sorts)
        told = [_TOLD[sort] for sort in sorts] if strictly else []
        told = list(_TOLD.values()) if understood.unlisted else told
        # A document that tells of an impact need not tell of its cases.
        free = understood.readings and not understood.documents
        given: dict[str, Sequence[Iri | Literal]] = {
            "joined": _iris(reach.joined),
            "paired": _iris(reach.paired),
            "lent": _iris(reach.paired),
            "alone": _iris([] if reach.joined else ["tip:Statement"]),
            "reach": _iris(reach.reach),
            "widely": _iris(["tip:aboutImpact"] if name == _IMPACT and free else []),
            "told": _iris([] if reach.reach or reach.itself else told or _ANY_TOLD),
            "itself": _iris(reach.itself),
            "class": _iris([] if understood.readings else ["tip:Statement"]),
        }
        given |= self._bounds(understood)
        tables = {
            "?word ?form ?worth ?sought": _forms(understood),
            "?word ?concept ?sense ?worth": _concepts(understood),
            "?via ?near ?way": " ".join(_way(via, near) for via, near in reach.via),
            "?near ?way": f'({reach.own} "text")',
        }
        query = self._rank.bind(given)
        return _TABLE.sub(lambda m: f"VALUES ({m['names']}) {{ {tables[m['names']]} }}", query)

    def _bounds(self, understood: Understanding) -> dict[str, Sequence[Iri | Literal]]:
        """What the items must have besides the words: documents, a gap, a kind."""
        named = [Iri(thing.iri) for thing in understood.documents]
        others = [Iri(iri) for iri in self.bench.documents if Iri(iri) not in named]
        bounds: dict[str, Sequence[Iri | Literal]] = {
            # An engine joins faster on all documents than on none in particular.
            "document": named or others,
            "place": named or others,
            "every": named if understood.agreed else [],
            "without": others if understood.alone else [],
            "lacking": _iris(["tip:addresses"]) if understood.unanswered else [],
            "under": [Iri(thing.iri) for thing in understood.under[:1]],
            "except": [*(Iri(thing.iri) for thing in understood.without), *_iris([_CURATORS])],
        }
        return {name: terms for name, terms in bounds.items() if terms}


def _matches(
    understood: Understanding,
    rows: Iterable[Mapping[str, Term | None]],
    least: float,
    alike: Collection[str] = (),
) -> dict[str, Match]:
    """The things of *rows* that score *least*, with the words met and the statements that do.

    Those *alike* are like the question in their words besides.
    """
    found: dict[str, Match] = {}
    for row in rows:
        item = text_of(row["item"])
        if float(text_of(row["score"])) >= least and item not in found:
            met = _met(text_of(row["met"]))
            case = () if row["case"] is None else (f"is a case of {text_of(row['case'])}",)
            like = (_ALIKE,) if item in alike else ()
            found[item] = Match((*_why(understood, met), *case, *like), _statements(met))
    return found


@dataclass(frozen=True, slots=True)
class _Met:
    """A word that a statement meets, by how much and in which way."""

    word: int
    weight: float
    way: str
    statement: str


def _met(text: str) -> list[_Met]:
    parts = text.split()
    return [
        _Met(int(word), float(weight), way, statement)
        for word, weight, way, statement in zip(*[iter(parts)] * 4, strict=True)
    ]


def _score(row: Mapping[str, Term | None]) -> float:
    return float(text_of(row["score"]))


def _by_word(row: Mapping[str, Term | None]) -> dict[int, float]:
    """What each word adds to the score of *row*."""
    words: dict[int, float] = {}
    for each in _met(text_of(row["met"])):
        words[each.word] = max(words.get(each.word, 0.0), each.weight)
    return words


def _weighed(query: str, judged: Judged) -> str:
    """*query* for what is *judged* to be given: it counts the odds in place of the score."""
    values = " ".join(
        f"(<{item}> {judged.times:.6f} {own:.6f})" for item, own in judged.own.items()
    )
    table = f"VALUES (?item ?times ?likely) {{ {values} }}"
    return _WEIGHED.sub(f"{judged.least - 0.00001:.6f}", query.replace(_UNWEIGHED, table))


def _statements(met: Sequence[_Met]) -> tuple[str, ...]:
    """The statements that meet words, those first that meet most."""
    worth: dict[str, dict[int, float]] = defaultdict(dict)
    for each in met:
        words = worth[each.statement]
        words[each.word] = max(words.get(each.word, 0.0), each.weight)
    return tuple(sorted(worth, key=lambda iri: (-sum(worth[iri].values()), iri)))


def _why(understood: Understanding, met: Sequence[_Met]) -> tuple[str, ...]:
    """Which words of the question are met, what they were taken for, and which are not met."""
    best: dict[int, _Met] = {}
    for each in met:
        if each.word not in best or each.weight > best[each.word].weight:
            best[each.word] = each
    numbered = list(enumerate(understood.readings, 1))
    whys = [
        f"meets {_taken(reading.given, reading.things)}{_BY.get(best[n].way, '')}"
        for n, reading in numbered
        if n in best
    ]
    missed = [f"“{reading.given}”" for n, reading in numbered if n not in best]
    return (*whys, *([f"does not meet {', '.join(missed)}"] if missed else []))


def _taken(given: str, things: Sequence[Thing]) -> str:
    labels = dict.fromkeys(thing.label for thing in things)
    return f"“{given}”" + (f" ({'; '.join(labels)})" if labels else "")


def _forms(understood: Understanding) -> str:
    return " ".join(
        f'({at} "{bound(f" {form} ")}" {reading.worth * near:.3f} {reading.sought * near:.3f})'
        for at, reading in enumerate(understood.readings, 1)
        for form, near in ((form, reading.told(form)) for form in reading.forms)
    )


def _concepts(understood: Understanding) -> str:
    return " ".join(
        f'({at} <{thing.iri}> "{reading.sense}" {reading.worth * reading.near[thing.iri]:.3f})'
        for at, reading in enumerate(understood.readings, 1)
        for thing in reading.things
        if reading.sense != DOER or thing.kind not in _KINDS
    )


def _way(via: str, near: str) -> str:
    way = "impact" if via == "tip:addressedImpact" else "text"
    return f'({via} {near} "{way}")'


def _iris(names: Iterable[str]) -> list[Iri | Literal]:
    return [Iri(expand(name) or name) for name in (*names,) or (_NONE,)]


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _reaches(path: Path) -> Mapping[str, _Reach]:
    lines = [ln for ln in path.read_text(encoding="utf-8").splitlines() if not ln.startswith("#")]
    return {
        row["want"]: _Reach(
            tuple(row["kinds"].split()),
            tuple(row["joined"].split()),
            tuple(row["paired"].split()),
            tuple(row["reach"].split()),
            tuple(row["itself"].split()),
            tuple(_pair(each) for each in row["via"].split()),
            float(row["own"]),
            float(row["part"]),
            float(row["best"]),
        )
        for row in csv.DictReader(lines, delimiter="\t")
    }
