"""Which things of the graph a sentence names, and which impacts and responses it is nearest to."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING

import snowballstemmer

from .queries import read
from .terms import PREFIXES, TIP, text_of
from .words import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .queryable import Queryable

_WORD = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"<sup>[^<]*</sup>")
_SKOS, _DCTERMS = PREFIXES["skos"], PREFIXES["dcterms"]
# What a word is worth by where it stands: names tell more than descriptions.
_WORTH = {
    _SKOS + "prefLabel": 2.0,
    _SKOS + "altLabel": 2.0,
    _DCTERMS + "description": 1.0,
    _SKOS + "definition": 1.0,
    TIP + "Statement": 1.0,
}
_FACTS = {TIP + name: name for name in ("theme", "pillar", "responseType", "instrumentType")}
_NAMES = (_SKOS + "prefLabel", _SKOS + "altLabel")
# What it is worth that a whole name stands in a sentence.
_NAMED = 0.25
_ACRONYM = 2
PERPETRATOR = "Perpetrator"


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing that words from *start* to *end* of a sentence name, with its classes."""

    iri: str
    label: str
    classes: frozenset[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Near:
    """A thing that a sentence may be about, and how near it is, from 0 to 1."""

    iri: str
    label: str
    score: float


class Vocabulary:
    """The names and the texts of the things of a graph, by the stems of their words."""

    def __init__(self, store: Queryable, folder: Path) -> None:
        """Read the things of *store* with the queries of *folder*."""
        self._stem = snowballstemmer.stemmer("english").stemWord
        self._stems: dict[str, str] = {}
        self._learn_names(store, folder)
        self._learn_things(store, folder)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """The things that *text* names, in order; of names within names the longest."""
        words = _written(text)
        found, at = [], 0
        while at < len(words):
            size = next((n for n in range(self._longest, 0, -1) if self._named(words, at, n)), 0)
            if size:
                start, end = words[at][1], words[at + size - 1][2]
                found += [
                    Mention(iri, self.labels[iri], frozenset(self._classes[iri]), start, end)
                    for iri in self._named(words, at, size)
                ]
            at += size or 1
        return tuple(found)

    def nearest(self, text: str, *classes: str, about: str = "") -> tuple[Near, ...]:
        """Up to five things of *classes* that *text* may be about, nearest first.

        The words of *about*, such as a heading, count for a third.
        """
        weights = {stem: 1.0 for stem, _, _ in self._words(text)}
        for stem, _, _ in self._words(about):
            weights.setdefault(stem, 1 / 3)
        weights = {s: w * self._rarity[s] for s, w in weights.items() if s in self._rarity}
        length = sqrt(sum(w * w for w in weights.values())) or 1.0
        scores: dict[str, float] = defaultdict(float)
        for stem, weight in weights.items():
            for iri, worth in self._having[stem].items():
                scores[iri] += weight * worth
        told = {i: s / length / self._length[i] for i, s in scores.items()}
        chosen = [i for i in told if self._kind[i] in classes]
        for iri in chosen:
            if any(name <= weights.keys() for name in self._whole[iri]):
                told[iri] = min(1.0, told[iri] + _NAMED)
        best = sorted(chosen, key=lambda iri: (-told[iri], iri))[:5]
        return tuple(Near(iri, self.labels[iri], round(told[iri], 4)) for iri in best)

    def alike(self, one: str, other: str) -> float:
        """How much two sentences have in common, from 0 to 1; rare words count for more."""
        first, second = (
            {stem for stem, _, _ in self._words(text) if stem in self._rarity}
            for text in (one, other)
        )
        length = sqrt(self._weight(first) * self._weight(second))
        return self._weight(first & second) / length if length else 0.0

    def _weight(self, stems: set[str]) -> float:
        return sum(self._rarity[stem] ** 2 for stem in stems)

    def facts(self, iri: str) -> Mapping[str, Sequence[str]]:
        """How a thing is classified: its theme, or its pillar, type and instrument."""
        return self._facts.get(iri, {})

    def _words(self, text: str) -> list[tuple[str, int, int]]:
        plain = _MARKUP.sub(lambda m: " " * len(m[0]), text)
        return [(self._stemmed(m[0]), m.start(), m.end()) for m in _WORD.finditer(plain)]

    def _stemmed(self, word: str) -> str:
        if word not in self._stems:
            acronym = len(word) >= _ACRONYM and word.isupper()
            self._stems[word] = word if acronym else self._stem(fold(word))
        return self._stems[word]

    def _named(self, words: Sequence[tuple[str, int, int]], at: int, size: int) -> Sequence[str]:
        if at + size > len(words):
            return ()
        return self._names.get(tuple(word for word, _, _ in words[at : at + size]), ())

    def _learn_names(self, store: Queryable, folder: Path) -> None:
        names: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
        self.labels: dict[str, str] = {}
        self._classes: dict[str, set[str]] = defaultdict(set)
        for row in store.select(read(folder / "names.rq").text):
            iri, kind = text_of(row["thing"]), text_of(row["class"]).rsplit("#")[-1]
            bad = kind == "Actor" and text_of(row["perpetrator"]) == "true"
            self._classes[iri].add(PERPETRATOR if bad else kind)
            self.labels[iri] = text_of(row["preferred"])
            key = tuple(word for word, _, _ in _written(text_of(row["name"])))
            if key:
                names[key][iri] = None
        self._names = {key: tuple(found) for key, found in names.items()}
        self._longest = max(map(len, self._names), default=0)

    def _learn_things(self, store: Queryable, folder: Path) -> None:
        self._kind: dict[str, str] = {}
        self._facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._whole: dict[str, list[frozenset[str]]] = defaultdict(list)
        bags: dict[str, dict[str, float]] = defaultdict(dict)
        for row in store.select(read(folder / "things.rq").text):
            iri, said, value = (text_of(row[name]) for name in ("thing", "property", "value"))
            self._kind[iri] = text_of(row["class"]).rsplit("#")[-1]
            if said in _FACTS:
                self._facts[iri][_FACTS[said]].append(value)
                continue
            if said == _SKOS + "prefLabel":
                self.labels[iri] = value
            stems = [stem for stem, _, _ in self._words(value)]
            if said in _NAMES and stems:
                self._whole[iri].append(frozenset(stems))
            for stem in stems:
                bags[iri][stem] = max(bags[iri].get(stem, 0.0), _WORTH[said])
        self._weigh(bags)

    def _weigh(self, bags: Mapping[str, Mapping[str, float]]) -> None:
        counts: dict[str, int] = defaultdict(int)
        for stem in (stem for bag in bags.values() for stem in bag):
            counts[stem] += 1
        self._rarity = {stem: log((1 + len(bags)) / n) for stem, n in counts.items()}
        self._having: dict[str, dict[str, float]] = defaultdict(dict)
        self._length: dict[str, float] = {}
        for iri, bag in bags.items():
            worth = {stem: told * self._rarity[stem] for stem, told in bag.items()}
            self._length[iri] = sqrt(sum(w * w for w in worth.values())) or 1.0
            for stem, weight in worth.items():
                self._having[stem][iri] = weight


def _written(text: str) -> list[tuple[str, int, int]]:
    """The words of *text*, each in the singular, for names: a deed is not who does it."""
    return [(_singular(m[0]), m.start(), m.end()) for m in _WORD.finditer(text)]


def _singular(word: str) -> str:
    if len(word) >= _ACRONYM and word.isupper():
        return word
    folded = fold(word)
    if folded.endswith("ies") and len(folded) > len("ties"):
        return folded[:-3] + "y"
    plural = folded.endswith("s") and not folded.endswith(("ss", "us", "is"))
    return folded[:-1] if plural and len(folded) > len("gas") else folded
