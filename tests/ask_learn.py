"""Learn from the questions at hand how people ask: `python tests/ask_learn.py` writes the tables.

Written are, in queries/ask: habits.tsv (which turns of phrase want which kind of answer), asked.tsv
(with which words people ask for which thing) and judgement.tsv (how likely a thing that meets some
of the words is an answer). The last takes some minutes, as each question is asked.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from ask_scores import QUESTIONS, read_questions
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from tipgraph import paths
from tipgraph.ask import Asker
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.habits import lines, turns
from tipgraph.judgement import FEATURES, features
from tipgraph.likeness import Likeness, asked_for
from tipgraph.store import Store
from tipgraph.terms import expand, shorten
from tipgraph.understanding import WANTS_OF, cues, kind_of, votes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = paths.QUERIES / "ask"
HABITS, ASKED, JUDGEMENT = (FOLDER / f"{name}.tsv" for name in ("habits", "asked", "judgement"))
# What there are too few of to learn from, and what is no kind of answer.
FEW = {"count", "none"}
# Of a turn that fewer questions have nothing is learned.
RARE = 2
DOUBT = {"habits": 0.5, "judgement": 1.0}
# How likely what is given must be, and the likeliest; the last is of all that is wanted otherwise.
LIKELY = {
    "Impact": (0.44, 0.3),
    "PolicyResponse": (0.46, 0.3),
    "PublishedResource": (0.45, 0.3),
    "FigureStatement": (0.45, 0.3),
    "*": (0.42, 0.3),
}
# A question whose answers are known counts as two that were written for one thing.
KNOWN = 2
FOLDS = 3
HABITS_HEAD = """\
# How much each turn of phrase speaks for each kind of answer: the weights of a logistic regression
# on the questions of tests/ask. A word that ends in - is a stem, ^ is the begin and $ the end; cues
# are those of wants.tsv. Written by tests/ask_learn.py.
"""
ASKED_HEAD = """\
# The stems of the questions of tests/ask that ask for a thing, and how often they have them.
# Written by tests/ask_learn.py.
"""
JUDGEMENT_HEAD = """\
# What adds to the odds that a thing is an answer: the weights of a logistic regression on the
# questions of tests/ask. Given is what is as likely as least, and the likeliest if it is as likely
# as some; * is of all that is wanted otherwise. Written by tests/ask_learn.py.
"""


def rows(name: str) -> list[dict[str, str]]:
    text = (QUESTIONS.parent / name).read_text(encoding="utf-8")
    kept = (line for line in text.splitlines() if line[:1] != "#")
    return list(csv.DictReader(kept, delimiter="\t", quoting=csv.QUOTE_NONE))


def answerable() -> list[dict]:
    return [each for each in read_questions() if each["answered"] and each["want"] not in FEW]


def habits() -> str:
    """The table of turns and what they want, with its head."""
    known = cues(FOLDER / "wants.tsv")
    asked = [(each["question"], each["want"]) for each in answerable()]
    asked += [(row["question"], row["kind"]) for row in rows("kinds.tsv")]
    found = [turns(*votes(question, known)) for question, _ in asked]
    number = Counter(turn for each in found for turn in each)
    kept = [{t: n for t, n in each.items() if t and number[t] >= RARE} for each in found]
    vectors = DictVectorizer()
    model = LogisticRegression(C=DOUBT["habits"], max_iter=5000, tol=1e-6)
    model.fit(vectors.fit_transform(kept), [kind for _, kind in asked])
    weights = dict(zip(vectors.get_feature_names_out(), model.coef_.T, strict=True))
    return HABITS_HEAD + lines(model.classes_, {"": model.intercept_, **weights})


def pairs(questions: Iterable[dict]) -> Iterator[tuple[str, str, int]]:
    """Things, questions that ask for them, and how much these count."""
    for each in questions:
        for thing in each["required"]:
            yield thing, each["question"], KNOWN
    for row in rows("asked.tsv"):
        yield row["thing"], row["question"], 1


def asked(likeness: Likeness) -> str:
    """The table of the words in which things are asked for, with its head."""
    found = [
        (thing, likeness.stems(question) * times) for thing, question, times in pairs(answerable())
    ]
    return ASKED_HEAD + asked_for(found)


def without(likeness: Likeness, questions: list[dict]) -> dict[str, Counter[str]]:
    """The stems in which *questions*, and those written for one thing, ask for things."""
    counts: dict[str, Counter[str]] = {}
    for thing, question, times in pairs(questions):
        stems = likeness.stems(question) * times
        counts.setdefault(expand(thing) or thing, Counter()).update(stems)
    return counts


def judgement(asker: Asker, bench: Bench) -> str:
    """The table of what makes a thing likely to be an answer, with its head."""
    names = ("want", "constant", *FEATURES, "least", "some")
    known = examples(asker, bench)
    told = [(want, *learned(known[want]), *LIKELY[want]) for want in LIKELY]
    table = [(want, *(f"{number:.3f}" for number in numbers)) for want, *numbers in told]
    return JUDGEMENT_HEAD + "".join("\t".join(line) + "\n" for line in (names, *table))


Example = tuple[list[float], bool]


def examples(asker: Asker, bench: Bench) -> dict[str, list[Example]]:
    """For each want what meets words of questions, with its features, and whether it is right."""
    questions = answerable()
    found: dict[str, list[Example]] = defaultdict(list)
    for fold in range(FOLDS):
        # A question must not be judged by its own words.
        others = [each for n, each in enumerate(questions) if n % FOLDS != fold]
        known = without(asker.likeness, others)
        likeness = Likeness(bench.store, asker.lexicon, FOLDER, known)
        for each in questions[fold::FOLDS]:
            want, judged = features_of(asker, likeness, each)
            found[want] += [(n, i in {*each["required"], *each["also"]}) for i, n in judged]
    return found


def features_of(
    asker: Asker, likeness: Likeness, asked: dict
) -> tuple[str, list[tuple[str, list[float]]]]:
    """What meets words of a question, with its features, and by which want it is judged."""
    understood = asker.understand(asked["question"])
    want = asked["want"] if asked["want"] in LIKELY else understood.want.name
    meant = kind_of(want) == asked["want"] and want not in {"SourceDocument", *WANTS_OF}
    told = understood.readings and not understood.documents and not understood.absent
    if not (meant and told and asked["required"]):
        return "", []
    _, _, candidates = asker.candidates(understood, want)
    likes = likeness.to(asked["question"], [each.item for each in candidates])
    weighed = [replace(c, like=like) for c, like in zip(candidates, likes, strict=True)]
    pairs = zip(weighed, features(understood, weighed), strict=True)
    judged = [(shorten(each.item), [told[name] for name in FEATURES]) for each, told in pairs]
    return want.split()[0] if want.split()[0] in LIKELY else "*", judged


def learned(known: list[Example]) -> list[float]:
    """The constant and the weights of the features."""
    numbers = np.array([each for each, _ in known])
    mean, spread = numbers.mean(0), numbers.std(0) + 1e-9
    model = LogisticRegression(C=DOUBT["judgement"], max_iter=5000)
    model.fit((numbers - mean) / spread, [right for _, right in known])
    weights = model.coef_[0] / spread
    return [float(model.intercept_[0] - weights @ mean), *map(float, weights)]


if __name__ == "__main__":
    HABITS.write_text(habits(), encoding="utf-8")
    bench = Bench(Store.load(SHIPPED), SHIPPED)
    ASKED.write_text(asked(Asker.over(bench).likeness), encoding="utf-8")
    JUDGEMENT.write_text(judgement(Asker.over(bench), bench), encoding="utf-8")
