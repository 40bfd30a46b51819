"""How like the words of a question are to those of a thing, and of questions that ask for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log, sqrt
from typing import TYPE_CHECKING

from .lexicon import words_of
from .queries import read
from .terms import expand, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from .lexicon import Lexicon
    from .queryable import Queryable

# A word of a question that asks for a thing says as much of it as two of its description.
_ASKED = 2

__all__ = ["Likeness", "asked", "asked_for"]


class Likeness:
    """The cosine of a question and a thing, by the stems of their words.

    A stem counts by the logarithm of how often it is there, times its inverse document frequency
    (Salton and Buckley, 1988). Those of a thing are of its names, of what it is sought by, of what
    documents say of it, and of questions that are known to ask for it.
    """

    def __init__(
        self, store: Queryable, lexicon: Lexicon, folder: Path, asked: Mapping[str, Counter[str]]
    ) -> None:
        """Read the words of the things of *store*, by *folder*; for some it is *asked* in more."""
        self._stems: Callable[[Iterable[str]], tuple[str, ...]] = lexicon.stems
        self._stopwords, self._spelt = lexicon.stopwords, lexicon.righted
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in store.select(read(folder / "profiles.rq").text):
            times = int(text_of(row["times"]))
            for stem in self.stems(text_of(row["text"])):
                counts[text_of(row["thing"])][stem] += times
        for thing, stems in asked.items():
            if thing in counts:
                counts[thing].update({stem: _ASKED * n for stem, n in stems.items()})
        having = Counter(stem for stems in counts.values() for stem in stems)
        self._rarity = {s: log((1 + len(counts)) / (1 + n)) + 1 for s, n in having.items()}
        self._profiles = {thing: self._direction(stems) for thing, stems in counts.items()}

    def stems(self, text: str) -> tuple[str, ...]:
        """The stems of the words of *text* that say something."""
        words = (word for word in words_of(text) if len(word) > 1)
        return self._stems(word for word in words if word not in self._stopwords)

    def to(self, question: str, things: Sequence[str]) -> list[float]:
        """How like *question* is to each of *things*, from 0 to 1."""
        asked = self._direction(Counter(self.stems(self._righted(question))))
        profiles = (self._profiles.get(thing, {}) for thing in things)
        return [sum(n * each.get(stem, 0.0) for stem, n in asked.items()) for each in profiles]

    def knows(self, word: str) -> bool:
        """Whether a thing has *word*, or is asked for with it, in any of its forms."""
        return not self._rarity.keys().isdisjoint(self._stems([word]))

    def _righted(self, question: str) -> str:
        """*question* without slips."""
        return " ".join(map(self._spelt, words_of(question)))

    def _direction(self, counts: Counter[str]) -> dict[str, float]:
        """The stems with what they count, at a length of 1; without those that no thing has."""
        known = {s: (1 + log(n)) * self._rarity[s] for s, n in counts.items() if s in self._rarity}
        length = sqrt(sum(n * n for n in known.values())) or 1.0
        return {stem: n / length for stem, n in known.items()}


def asked_for(questions: Iterable[tuple[str, Iterable[str]]]) -> str:
    """The lines of a table of things with the stems of questions for them, and how often."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for thing, stems in questions:
        counts[thing].update(stems)
    lines = (
        f"{thing}\t{' '.join(f'{stem}={n}' for stem, n in sorted(counts[thing].items()))}\n"
        for thing in sorted(counts)
    )
    return "".join(("thing\tstems\n", *lines))


def asked(path: Path) -> Mapping[str, Counter[str]]:
    """The stems of the table at *path*, by the IRIs of the things that are asked for with them."""
    found: dict[str, Counter[str]] = {}
    lines = [ln for ln in path.read_text(encoding="utf-8").splitlines() if not ln.startswith("#")]
    for line in lines[1:]:
        thing, _, stems = line.partition("\t")
        pairs = (each.rpartition("=") for each in stems.split())
        found[expand(thing) or thing] = Counter({stem: int(n) for stem, _, n in pairs})
    return found
