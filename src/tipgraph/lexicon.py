"""The words of the graph and everyday words for them: what a reader's words may stand for."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

import snowballstemmer
from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from .queries import read
from .terms import text_of
from .words import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .queryable import Queryable

_WORD = re.compile(r"[^\W_]+")
_OWNING = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}]s\b")
_BEFORE_OUR = "lab|ghb|avi|col|fav|hon|arb|rum|eav"
_AGENT = re.compile(rf"(?:er|(?<!{_BEFORE_OUR})or|ant)s?$")
_LONGEST = 6
_STEMS = 50_000
# A word of so many letters may have one slip of the pen, a longer one two.
_LONG_ENOUGH = 6
_LONG = 9
_SHORTEST = 4
# Of a synonym so short not all inflections are sought.
_SHORT = 4
_SYNONYM = 0.85
# What a word is worth that names no thing, and one that all documents are about.
_PLAIN, _COMMON = 0.45, 0.3
# How near one part of a name of several words is to it.
_PART = 0.33
# How near words by which a thing is sought are to a concept, which statements name.
_LOOSE = 0.5
# How near to a name of several words are those who are named within it.
_WITHIN, _PEOPLE = 0.5, {"AffectedGroup", "Actor"}
DOER = "doer"
# How near a mere mention is to one who acts.
_MENTIONED = 0.4
# What is written in another way in America.
_ISE = re.compile(
    r"(?<=[a-z]{3})is(?=(?:e[ds]?|er|ers|ing|ation|ations)$)|(?<=anal)ys(?=e[ds]?$|ing$)"
)
_OUR = re.compile(rf"(?<={_BEFORE_OUR})our")
_PROGRAMME = re.compile(r"^programmes?$")
# Endings that leave a word what it is; others make another word of it.
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ies|(?<=[sxzh])es|(?<![su])s|ed|ing)$")
# Two words that are another thing than each of them; rank.rq binds the same.
_BOUND = re.compile(
    r" (law|domestic|human|sex|social|public|task|working|living) "
    r"(enforcement|violence|servitude|workers?|work|rights|media|distancing|health|forces?|groups?"
    r"|conditions|trafficking) "
)

__all__ = ["DOER", "Lexicon", "Reading", "Thing", "bound", "words_of"]


@dataclass(frozen=True, slots=True)
class Thing:
    """A concept, an actor or a document, by its IRI, its label and its class."""

    iri: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What words of a question stand for: things, and forms in texts, each with its nearness.

    *known* tells whether the graph, or the list of everyday words, has them; *worth* grows the
    rarer they are in the graph.
    """

    given: str
    known: bool
    worth: float
    forms: Mapping[str, float]
    things: tuple[Thing, ...]
    meant: tuple[str, ...] = ()
    sense: str = "any"
    telling: bool = True
    absent: bool = False
    names: tuple[str, ...] = ()
    near: Mapping[str, float] = field(default_factory=dict)

    @property
    def sought(self) -> float:
        """What it is worth in words by which a thing is sought: less if statements name it."""
        return self.worth * (_LOOSE if self.things else 1)

    def called(self, name: str) -> Reading:
        """The same, called *name* too in the question."""
        return replace(self, names=tuple(dict.fromkeys((*self.names, name))))

    def acting(self) -> Reading:
        """The same as one who acts, or is told to; a text that has its name counts less."""
        return replace(self, sense=DOER)

    def undergoing(self) -> Reading:
        """The same as one to whom something happens."""
        return replace(self, sense="any")

    def told(self, form: str) -> float:
        """How near a text is that has *form*."""
        return self.forms[form] * (_MENTIONED if self.sense == DOER else 1)

    def or_else(self, other: Reading) -> Reading:
        """What stands for either of two words."""
        return replace(
            self,
            given=f"{self.given} or {other.given}",
            worth=max(self.worth, other.worth),
            forms={**other.forms, **self.forms},
            things=tuple(dict.fromkeys((*self.things, *other.things))),
            telling=self.telling or other.telling,
            absent=self.absent and other.absent,
            names=(*self.names, other.given),
            near={**other.near, **self.near},
        )


def _american(word: str) -> str:
    """*word* in American spelling, or a British one that is none: so that both are one."""
    word = _PROGRAMME.sub("program", _OUR.sub("or", _ISE.sub("iz", word)))
    return word.replace("centre", "center").replace("defence", "defense")


def _plainest(word: str) -> str:
    """*word* without what number and tense add to it."""
    word = _american(word)
    for _ in range(2):
        word = _ENDING.sub(lambda end: "y" if end[0] == "ies" else "", word)
    word = word.removesuffix("e")
    return word[:-1] if len(word) > _SHORTEST and word[-1:] == word[-2:-1] else word


def bound(text: str) -> str:
    """*text* with words that belong together bound to one, as the query binds them."""
    return _BOUND.sub(r" \1-\2 ", text)


def words_of(text: str) -> list[str]:
    """The words of *text*, folded."""
    return _WORD.findall(fold(_OWNING.sub("", text)))


class Lexicon:
    """The words that the graph and the everyday lists know."""

    def __init__(self, store: Queryable, folder: Path) -> None:
        """Read the words of *store* with the queries and lists of *folder*."""
        stem = snowballstemmer.stemmer("english").stemWord
        # Texts say the same words over and over.
        self._stem: Callable[[str], str] = lru_cache(_STEMS)(lambda word: stem(_american(word)))
        self._texts: dict[str, set[str]] = defaultdict(set)
        self._called: set[str] = set()
        self._told: set[str] = set()
        for row in store.select(read(folder / "vocabulary.rq").text):
            padded = f" {' '.join(words_of(text_of(row['text'])))} "
            self._texts[text_of(row["thing"])].add(padded)
            if row["called"] is not None:
                self._called.update(self.stems(words_of(padded)))
            if text_of(row["hidden"]) == "false":
                self._told.update(bound(padded).split())
        self._whole = {thing: "|".join(texts) for thing, texts in self._texts.items()}
        self._having: dict[str, set[str]] = defaultdict(set)
        for thing, text in self._whole.items():
            for word in {*bound(text).split()} - {"|"}:
                self._having[word].add(thing)
        self._inflected: dict[str, set[str]] = defaultdict(set)
        for word in {word for text in self._whole.values() for word in words_of(text)}:
            self._inflected[self._stem(word)].add(word)
        self._things: dict[tuple[str, ...], dict[str, Thing]] = defaultdict(dict)
        self._agents: dict[tuple[tuple[str, ...], str], bool] = {}
        self._names: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._sought: dict[tuple[str, ...], dict[str, Thing]] = defaultdict(dict)
        self._learn_names(store, folder)
        self._uses: dict[str, set[str]] = defaultdict(set)
        for row in store.select(read(folder / "uses.rq").text):
            self._uses[text_of(row["thing"])].add(text_of(row["statement"]))
        doers = store.select(read(folder / "doers.rq").text)
        self.doers = frozenset(text_of(row["actor"]) for row in doers)
        self._exact = _synonyms(folder / "synonyms.tsv", lambda words: tuple(map(_plainest, words)))
        self._derived = _synonyms(folder / "synonyms.tsv", self._derivation)
        self._alike = {key[:-1] for key in self._derived}
        self._common = {
            self.stems(words_of(name))
            for line in _plain(folder / "common.txt").splitlines()
            for name in line.split("," if "," in line else None)
        }
        self._parts = {
            stem
            for key in (*self._things, *self._sought, *self._alike, *self._common)
            for stem in key
        }
        known = {key[0] for key in (*self._things, *self._alike) if len(key) == 1}
        self._spellings = sorted({*self._inflected, *known})
        self.outside = frozenset(words_of(_plain(folder / "outside.txt")))
        self.stopwords = frozenset(words_of(_plain(folder / "stopwords.txt")))

    def stems(self, words: Iterable[str]) -> tuple[str, ...]:
        """The stems of *words*."""
        return tuple(map(self._stem, words))

    def read(self, words: Sequence[str]) -> Iterator[Reading]:
        """The readings of the words of a question, the longest names first."""
        at, right = 0, [self.righted(word) for word in words]
        while at < len(words):
            size = next(
                (
                    n
                    for n in range(min(_LONGEST, len(words) - at), 1, -1)
                    if self._names_it(right[at : at + n])
                ),
                1,
            )
            yield replace(
                self._reading(right[at : at + size]), given=" ".join(words[at : at + size])
            )
            at += size

    def righted(self, word: str) -> str:
        """*word*, or the one that it is a slip of, if nobody knows it."""
        stem = self._stem(word)
        known = self._knows(stem) or stem in self._parts or word in self.stopwords
        if known or word in self.outside or len(word) < _LONG_ENOUGH:
            return word
        meant = self._spelt(stem)
        if meant is None:
            return word
        slips = {
            DamerauLevenshtein.distance(word, each): each
            for each in sorted(self._inflected.get(meant, {meant}))
        }
        least = min(slips)
        return slips[least] if least <= (2 if len(word) >= _LONG else 1) else word

    def ordinary(self, word: str) -> bool:
        """Whether *word* is of everyday speech, be it in the texts or not."""
        return self.stems([word]) in self._common

    def nearest(self, word: str) -> list[str]:
        """The words of the graph that look most like *word*; a short one looks like many."""
        names = [name for name in self._spellings if len(name) > _SHORT and name in self._inflected]
        found = process.extract(word, names, scorer=fuzz.ratio, limit=3, score_cutoff=60)
        return [min(self._inflected[name], key=len) for name, _, _ in found]

    def begins(self, start: str) -> bool:
        """Whether any word of the texts begins like *start*."""
        return any(word.startswith(start) for word in self._having)

    def spelt(self, word: str) -> str:
        """*word*, or the word of the texts that it is a slip of."""
        stem = self._spelt(self._stem(word))
        return min(self._inflected[stem], key=len) if stem in self._inflected else word

    def _names_it(self, words: Sequence[str]) -> bool:
        key = self.stems(words)
        telling = any(word not in self.stopwords for word in words)
        named = key in self._alike or key in self._common or (telling and key in self._things)
        return named or bool(self._sought_so(key))

    def _reading(self, words: Sequence[str]) -> Reading:
        key, given = self.stems(words), " ".join(words)
        if len(key) == 1 and not self._knows(key[0]):
            return Reading(given, known=False, worth=0.0, forms={}, things=())
        things = self._called_so(key, words[-1])
        forms = dict.fromkeys(self._forms(key), 1.0)
        others = [name for thing in things for name in self._names[thing.iri]]
        others += [name for thing in things for name in self._alike_to(words_of(thing.label))]
        alike = self._alike_to(words)
        for other in (*others, *alike):
            for form in self._written(other):
                forms.setdefault(form, _SYNONYM)
        also = tuple(
            thing for name in alike for thing in self._called_so(self.stems(name), name[-1])
        )
        also += self._sought_so(key)
        every = tuple(dict.fromkeys((*things, *also)))
        having = (self._with(form) for form in forms)
        number = len(set().union(*having, *(self._uses[t.iri] for t in every)))
        every = every or (self._of_parts(words) if number and not alike else ())
        parts = self._within(words, every) if number else ()
        share = self._share(key, every)
        worth = round(log(1 + len(self._whole) / (1 + number)) * share, 3)
        same = min([key, *map(self.stems, alike)])
        return Reading(
            given,
            known=True,
            worth=worth,
            forms=forms,
            things=(*every, *parts),
            meant=same,
            telling=share == 1,
            absent=share == 1 and not self._tells(forms, every),
            names=(given,),
            near=dict.fromkeys((t.iri for t in parts), _WITHIN)
            | {t.iri: self._nearness(t, things, also) for t in every},
        )

    def _tells(self, forms: Iterable[str], things: Sequence[Thing]) -> bool:
        """Whether a document speaks of one of *things*, or has one of *forms*."""
        told = any({*bound(f" {form} ").split()} <= self._told for form in forms)
        return told or any(self._uses[thing.iri] for thing in things)

    def _within(self, words: Sequence[str], every: Sequence[Thing]) -> tuple[Thing, ...]:
        """Those who are named within what is done for them or to them: children in child care."""
        if len(words) == 1 or not every or any(thing.kind in _PEOPLE for thing in every):
            return ()
        named = (self._called_so(self.stems([word]), word) for word in words)
        found = dict.fromkeys(thing for each in named for thing in each)
        return tuple(thing for thing in found if thing.kind in _PEOPLE)

    def _of_parts(self, words: Sequence[str]) -> tuple[Thing, ...]:
        """The things that are named by one of several *words* which together name none."""
        telling = [word for word in words if len(words) > 1 and not self.ordinary(word)]
        named = (self._called_so(self.stems([word]), word) for word in telling)
        return tuple(dict.fromkeys(thing for each in named for thing in each))

    def _nearness(self, thing: Thing, things: Sequence[Thing], also: Sequence[Thing]) -> float:
        if thing in things:
            return 1.0
        return _SYNONYM if thing in also else _PART

    def _alike_to(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """What else is said for *words*: for the very words, or else for words of their stems."""
        exact = self._exact.get(tuple(map(_plainest, words)))
        return self._derived.get(self._derivation(words), []) if exact is None else exact

    def _derivation(self, words: Sequence[str]) -> tuple[str, ...]:
        """The stems of *words*; those who do a thing are not what is done."""
        return (*self.stems(words), "er" if _AGENT.search(words[-1]) else "")

    def _share(self, key: tuple[str, ...], things: Sequence[Thing]) -> float:
        """How much words say of a subject: little, if all documents have them, or nothing does."""
        if key in self._common:
            return _COMMON
        telling = things or key in self._alike or set(key) <= self._called
        return 1.0 if telling else _PLAIN

    def _called_so(self, key: tuple[str, ...], last: str) -> tuple[Thing, ...]:
        """The things with a name of the stems *key*; those who do a thing are not what is done."""
        agent = bool(_AGENT.search(last))
        return tuple(
            thing
            for thing in self._things.get(key, {}).values()
            if agent or not self._agents.get((key, thing.iri))
        )

    def _knows(self, stem: str) -> bool:
        named = (stem,) in self._things or (stem,) in self._alike
        return stem in self._inflected or named or (stem,) in self._sought

    def _spelt(self, stem: str) -> str | None:
        if len(stem) < _SHORTEST or not stem.isalpha():
            return None
        slips = 2 if len(stem) >= _LONG else 1
        same = [name for name in self._spellings if name[0] == stem[0] and len(name) >= _SHORTEST]
        found = process.extractOne(
            stem, same, scorer=DamerauLevenshtein.distance, score_cutoff=slips
        )
        return None if found is None else str(found[0])

    def _forms(self, stems: Sequence[str], names: Sequence[str] = ()) -> Iterator[str]:
        """What texts may have for words with these *stems*, one space between them.

        Of *names*, where there are any, they have only number and tense.
        """
        found = [""]
        for at, stem in enumerate(stems):
            meant = _plainest(names[at]) if names else ""
            found = [
                f"{begun} {word}".strip()
                for begun in found
                for word in sorted(self._inflected.get(stem, ()))
                if not names or _plainest(word) == meant
            ]
            found = [form for form in found if self._with(form)]
        yield from found

    def _written(self, words: Sequence[str]) -> Iterator[str]:
        """What texts may have for *words*: a short word only in the singular or the plural."""
        if len(words) > 1 or len(words[0]) > _SHORT:
            yield from self._forms(self.stems(words), words)
            return
        ends = {words[-1], words[-1] + "s", words[-1].removesuffix("s")}
        for end in sorted(ends):
            if self._with(end):
                yield end

    def _with(self, form: str) -> set[str]:
        """The things whose texts have *form*, words with one space between them."""
        words = bound(f" {form} ").split()
        every = set.intersection(*(self._having.get(word, set()) for word in words))
        if len(words) == 1:
            return every
        return {thing for thing in every if f" {form} " in self._whole[thing]}

    def _learn_names(self, store: Queryable, folder: Path) -> None:
        rows = store.select(read(folder / "names.rq").text)
        for row in sorted(rows, key=lambda row: text_of(row["hidden"])):
            iri, kind = text_of(row["thing"]), text_of(row["class"]).rsplit("#")[-1]
            words, sought = words_of(text_of(row["name"])), text_of(row["hidden"]) == "true"
            key = self.stems(words)
            if not key or len(key) > _LONGEST:
                continue
            thing = Thing(iri, text_of(row["preferred"]), kind)
            if sought:
                self._sought[key].setdefault(iri, thing)
                continue
            self._things[key].setdefault(iri, thing)
            agent = bool(_AGENT.search(words[-1]))
            self._agents[key, iri] = agent and self._agents.get((key, iri), True)
            self._names[iri].add(tuple(words))

    def _sought_so(self, key: tuple[str, ...]) -> tuple[Thing, ...]:
        """The things that are sought by words of the stems *key*, where none of them is a name."""
        if key not in self._sought:
            return ()
        named = any(part in self._things or part in self._alike for part in (key, *zip(key)))
        return () if named or key in self._common else tuple(self._sought[key].values())


def _plain(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))


def _synonyms(
    path: Path, key: Callable[[Sequence[str]], tuple[str, ...]]
) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """What else texts may have for each name; what stands after a bar they do not have."""
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for line in _plain(path).splitlines():
        sought, _, read = line.partition("|")
        names = list(dict.fromkeys(tuple(words_of(name)) for name in sought.split(",")))
        others = [tuple(words_of(name)) for name in read.split(",") if name.strip()]
        for name in (*names, *others):
            found.setdefault(key(name), []).extend(each for each in names if each != name)
    return found
