"""What a question in plain words asks for: the kind of answer, its subject, its documents."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .lexicon import words_of
from .words import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .habits import Habits
    from .lexicon import Lexicon, Reading, Thing

_JOINTS = ("or", "and")
# Each thing has one of these, or few: to ask for two is to ask for either.
_SORTING = {
    "ResourceType",
    "Pillar",
    "ResponseType",
    "AffectedGroup",
    "Actor",
    "Channel",
    "Setting",
    "Service",
    "ExploitationForm",
    "Driver",
}
# The wants of a kind, of which that is meant which is found best, where no cue says which.
WANTS_OF = {
    "Concept": ("Cause", "Channel", "Setting", "Service", "Place", "ExploitationForm"),
    "Actor": ("Actor recommendation", "Actor practice", "Actor speaker", "Actor publisher"),
}
# Concepts that can be asked for without a subject, and what their classes are called.
OF_A_CLASS = {"Channel", "Setting", "Service", "Place", "ExploitationForm"}
_CLASS = re.compile(
    r"(?:channel|platform|place|sector|location|setting|site|industry|industrie|service|form|type|kind|country|countrie"
    r"|region|nation)s?(?: (?:or|and) \w+)?"
)
# A brief is called a note, and a guide a toolkit.
_LOOSE_TYPES, _OF_A_TYPE = {"ResourceType", "ResponseType"}, 0.4
# Cues of less weight do not say which statements are to tell of a response.
_TELLING = 5
_LISTED = re.compile(r"\([^()]*\)|\w/\w")
_AGREED = re.compile(r"\b(both|agree\w*|in common|share[sd]?|alike|overlap\w*|same|as well as)\b")
_ALONE = re.compile(r"\b(only|alone|exclusively|solely|no other|nobody else|unique)\b")
_BARRING = {"besides", "except", "excluding", "apart", "aside", "beyond"}
_LISTINGS = {"publications", "publication", "resources", "guides", "guidelines", "documents"}
_BARRING_ON = {"from", "than", "the", "for", "all"}
_ANSWERING = {"remedy", "remedies", "offer", "offers", "answer", "answers", "solution", "solutions"}
# What is done against a thing is no subject, where the thing is named.
_COUNTERING = {"prevent", "prevents", "prevented", "preventing", "counter", "countering"}
_BEFORE_DOERS = (
    r"\b(?:should|must|ought|can|could|may|might|do|does|did|have|has|are|were|is|was|wants?|want|by"
    r"|recom+[ae]ndations? (?:to|for)|advice (?:to|for)"
    r"|asks?|asked of|told|tells?|urge[sd]?|advise[sd]?|addressed to|directed (?:to|at)|aimed at"
    r"|duty of|task of|role of|expected (?:of|from)|call(?:s|ed)? (?:on|upon))"
    r"\W+(?:the |all |other |our |own |state |national )*"
)
_AFTER_DOERS = (
    r"\W+(?:\w+\W+){0,2}?(?:should|must|ought|can|could|needs? to|have to|has to|did|do|asked"
    r"|told|expected|supposed|advised|urged|required|called (?:on|upon)|doing|done)\b"
)
_HEAD = re.compile(
    r"\b(?:which|what|list|name)"
    r"(?: the| all| other| (?:kinds?|types?|sorts?) of| vulnerable| of the)* "
    r"(?P<noun>[\w -]+)"
)
_SERIES = re.compile(r"\b([\w' -]{2,25}), ([\w' -]{2,25}),? (?:and|or) (?=([\w' -]{2,25}))")
# A second question after the first: "..., and if so, why?", "... and who says so?"
_OF_WHAT = r"(?:to|by|for|in|with|through|from|of|on|at|under) (?:whom|what|which|how)"
_ASKING = (
    rf"(?:who|whom|whose|what|which|why|how|where|when|{_OF_WHAT}|is|are|was|were|did|do|does"
    r"|has|have|had|can|could|should|will|would|may|might|must)\b"
)
_OPENING = re.compile(rf"\W*(?:(?:so|and|but|hi|hello|please|tell me|good morning)\W+)*{_ASKING}")
_SECOND = re.compile(
    r"(?:[,;:?!.]+|(?= and )) (?:and |but |or |also )?(?:if (?:so|not|yes|they did|it did)\W+)?"
    rf"(?:who|whom|whose|why|how|where|what|which|{_OF_WHAT})\b"
    r"(?! (?:\w+ )?(?:say|report|mention)s? (?:so|it|this|that)\W*$)"
)
_TRAILING = 0.1
# A cue of so much is not weighed against habits.
_OUTRIGHT = 60
# Of which kind of answer wants are, and which of them is meant if no cue says so.
_USUAL = {"Figure": "FigureStatement"}
_ASKED_AS = {
    "Cause": "Concept",
    "Channel": "Concept",
    "ExploitationForm": "Concept",
    "FigureStatement": "Figure",
    "Place": "Concept",
    "Service": "Concept",
    "Setting": "Concept",
}
# Who names the kind of answer at the head of a question wants that, however else it is asked.
_NAMED = re.compile(
    r"\W*(?:which|what|list|name|show)(?: me)?(?: of)?(?: the| all| other| main)* "
    r"(?:(?P<Actor>actors|organi[sz]ations)|(?P<SourceDocument>documents|reports)"
    r"|(?P<Impact>impacts|effects|consequences|problems)|(?P<Figure>figures)"
    r"|(?P<PolicyResponse>responses|recommendations|practices|measures))\b"
)
_SURELY = 8.0
_CAPITAL = re.compile(r"(?<=[^\s.?!:;] )(?:[A-Z][\w'-]+)|\b[A-Z]{2,}\b")


@dataclass(frozen=True, slots=True)
class Want:
    """A kind of answer that words ask for, and which statements are to tell of it."""

    name: str
    sorts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern that speaks for a want, and how strongly."""

    want: str
    sorts: tuple[str, ...]
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question as it was understood.

    *readings* are its words that say something of the subject, *ignored* those that are unknown,
    *strange* unknown names, and *documents* the source documents that it is limited to: all of
    them if it asks for what they share (*agreed*), and no other if it says so (*alone*). It may
    ask for impacts that are *unanswered*, for what is not merely listed (*unlisted*), for things
    that are *under* a concept, or *without* some. It is *leaning* to impacts, or to responses if
    that is below nothing, by so many votes.
    """

    question: str
    want: Want
    readings: tuple[Reading, ...]
    ignored: tuple[str, ...]
    documents: tuple[Thing, ...]
    strange: tuple[str, ...]
    agreed: bool = False
    alone: bool = False
    unanswered: bool = False
    unlisted: bool = False
    under: tuple[Thing, ...] = ()
    without: tuple[Thing, ...] = ()
    leaning: float = 0.0

    @property
    def absent(self) -> bool:
        """Whether the documents nowhere speak of one of the words."""
        return any(reading.absent for reading in self.readings)

    @property
    def worth(self) -> float:
        """What all words are worth together."""
        return sum(reading.worth for reading in self.readings)


@dataclass(slots=True)
class _Parts:
    """The words of a question, sorted while they are read."""

    readings: dict[tuple[str, ...], Reading] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    documents: list[Thing] = field(default_factory=list)
    without: list[Thing] = field(default_factory=list)
    same: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    last: tuple[str, ...] = ()
    joint: str = ""
    barred: bool = False
    unlisted: bool = False

    def keep(self, reading: Reading) -> None:
        """Take *reading* as a word on the subject, or as an alternative of the last one."""
        first = self.readings.get(self.last)
        if self.barred:
            self.without += [t for t in reading.things if reading.near[t.iri] == 1]
        elif first is not None and _alternative(self.joint, first, reading):
            self.readings[self.last] = first.or_else(reading)
            self.same[reading.meant] = self.last
        else:
            self.last = self.same.setdefault(reading.meant, reading.meant)
            known = self.readings.setdefault(self.last, reading)
            self.readings[self.last] = known.called(reading.given)


def cues(path: Path) -> tuple[Cue, ...]:
    """The cues of the file at *path*."""
    lines = [ln for ln in path.read_text(encoding="utf-8").splitlines() if not ln.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Cue(
            row["want"],
            tuple(row["sorts"].split()),
            float(row["weight"]),
            re.compile(row["pattern"]),
        )
        for row in rows
    )


def refusals(path: Path) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The requests of the file at *path* that no document answers: why, and a pattern."""
    lines = [ln for ln in path.read_text(encoding="utf-8").splitlines() if not ln.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple((row["reason"], re.compile(row["pattern"])) for row in rows)


def wanted(folded: str, known: Sequence[Cue], habits: Habits) -> tuple[Want, float]:
    """The want of *folded*, and how much likelier impacts are than responses (log odds).

    A cue that is outright says it; else the kind of answer that people who ask so want, and of
    that the want for which the cues speak most.
    """
    votes, sorts = _voted(folded, known)
    likely = habits.likely(_first(folded), kinds_voted(votes))
    named = _NAMED.match(folded)
    if named:
        likely[named.lastgroup or ""] += _SURELY
    leaning = likely["Impact"] - likely["PolicyResponse"]
    name = max(votes, key=lambda each: votes[each], default="")
    if votes.get(name, 0) < _OUTRIGHT:
        name = _of_kind(max(likely, key=lambda each: likely[each]), votes)
    of = "PolicyResponse" if name == "Impact" else name
    told = {sort: weight for sort, weight in sorts.get(of, {}).items() if sort}
    least = max(_TELLING, max(told.values(), default=0) - _TELLING)
    meant = [sort for sort, weight in told.items() if weight >= least]
    return Want(name, meant[0] if len(meant) == 1 else ()), leaning


def kinds_voted(votes: Mapping[str, float]) -> dict[str, float]:
    """How much cues speak for each kind of answer: the most for any want of it."""
    kinds: dict[str, list[float]] = defaultdict(list)
    for want, weight in votes.items():
        kinds[kind_of(want)].append(weight)
    return {kind: max(told) if max(told) > 0 else min(told) for kind, told in kinds.items()}


def votes(question: str, known: Sequence[Cue]) -> tuple[str, dict[str, float]]:
    """The first of what *question* asks, folded, and how much cues speak for each kind."""
    folded = " ".join(fold(question).split())
    return _first(folded), kinds_voted(_voted(folded, known)[0])


def _voted(
    folded: str, known: Sequence[Cue]
) -> tuple[dict[str, float], dict[str, dict[tuple[str, ...], float]]]:
    """How much the cues in *folded* speak for each want, and for which statements of it."""
    votes: dict[str, float] = defaultdict(float)
    sorts: dict[str, dict[tuple[str, ...], float]] = defaultdict(lambda: defaultdict(float))
    first = _first(folded)
    for cue in known:
        if cue.pattern.search(first):
            votes[cue.want] += cue.weight
            sorts[cue.want][cue.sorts] += cue.weight
        elif cue.pattern.search(folded):
            votes[cue.want] += cue.weight * _TRAILING
    return votes, sorts


def kind_of(want: str) -> str:
    """The kind of answer that is a *want*."""
    first = want.split(maxsplit=1)[0].split(":", maxsplit=1)[0]
    return _ASKED_AS.get(first, first)


def _of_kind(kind: str, votes: Mapping[str, float]) -> str:
    """The want of *kind* for which most cues speak, or the usual one."""
    told = {want: n for want, n in votes.items() if n > 0 and kind_of(want) == kind}
    return max(told, key=lambda each: told[each], default=_USUAL.get(kind, kind))


def _first(folded: str) -> str:
    """*folded* up to a second question that follows on a first."""
    second = _SECOND.search(folded, 12) if _OPENING.match(folded) else None
    return folded[: second.start()] if second else folded


def understand(
    question: str,
    lexicon: Lexicon,
    known: Sequence[Cue],
    habits: Habits,
    voices: Mapping[str, Thing],
) -> Understanding:
    """What *question* asks for, by the words that *lexicon* knows."""
    folded = " ".join(fold(question).split())
    want, leaning = wanted(folded, known, habits)
    capitals = {w for found in _CAPITAL.findall(question) for w in words_of(found)}
    parts = _Parts()
    for reading in lexicon.read(words_of(_listed(question))):
        _sort(reading, parts, lexicon, capitals, _voiced(want, voices))
    readings = tuple(_as_told(reading, folded, lexicon) for reading in parts.readings.values())
    want, readings, unanswered = _unanswered(want, _subjects(readings))
    under, readings = _headed(want, folded, _but_the_class(want, readings))
    readings = tuple(_loosely_typed(reading, want, readings) for reading in readings)
    return Understanding(
        question,
        want,
        readings,
        tuple(parts.ignored),
        tuple(dict.fromkeys(parts.documents)),
        tuple(parts.strange),
        agreed=len(parts.documents) > 1 and bool(_AGREED.search(folded)),
        alone=len(parts.documents) == 1 and bool(_ALONE.search(folded)),
        unanswered=unanswered,
        unlisted=parts.unlisted,
        under=under,
        without=tuple(parts.without),
        leaning=leaning,
    )


def _sort(
    reading: Reading,
    parts: _Parts,
    lexicon: Lexicon,
    capitals: set[str],
    voices: Mapping[str, Thing],
) -> None:
    """Put *reading* where it belongs among *parts*."""
    if reading.given in _JOINTS:
        parts.joint = reading.given
        return
    if reading.given in _BARRING:
        parts.barred = True
        return
    sources = [voices.get(thing.iri, thing) for thing in reading.things]
    if sources and all(source.kind == "SourceDocument" for source in sources):
        parts.documents += sources
    elif reading.given in lexicon.stopwords or _small(reading.given):
        parts.unlisted |= parts.barred and reading.given in _LISTINGS
        parts.barred = parts.barred and reading.given in _BARRING_ON
        return
    elif reading.given in lexicon.outside and not reading.things:
        parts.strange.append(reading.given)
    elif not reading.known and lexicon.ordinary(reading.given):
        return
    elif not reading.known:
        (parts.strange if reading.given in capitals else parts.ignored).append(reading.given)
    else:
        parts.keep(reading)
    parts.joint, parts.barred = "", False


def _voiced(want: Want, voices: Mapping[str, Thing]) -> Mapping[str, Thing]:
    """The documents meant by publishers; where resources are wanted, only by their list."""
    if want.name != "PublishedResource":
        return voices
    return {actor: thing for actor, thing in voices.items() if actor.endswith("/icat")}


def _as_told(reading: Reading, folded: str, lexicon: Lexicon) -> Reading:
    """*reading* as one who acts, or is told to, if the words about it say so."""
    if not any(thing.iri in lexicon.doers for thing in reading.things):
        return reading
    names = (re.escape(name).replace(r"\ ", r"\W+") for name in reading.names)
    given = f"(?:{'|'.join(names)})"
    acting = rf"{_BEFORE_DOERS}{given}\b|\b{given}{_AFTER_DOERS}"
    return reading.acting() if re.search(acting, folded) else reading


def _unanswered(
    want: Want, readings: tuple[Reading, ...]
) -> tuple[Want, tuple[Reading, ...], bool]:
    """The impacts that no response addresses, if they are asked for with a subject."""
    if want.name != "question:impacts-without-response":
        return want, readings, False
    kept = tuple(r for r in readings if r.telling and r.given not in _ANSWERING)
    return (Want("Impact"), kept, True) if kept else (want, readings, False)


def _subjects(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """*readings* without what is to be done against the subject, if there is a subject."""
    named = tuple(each for each in readings if each.given not in _COUNTERING)
    return named if any(each.telling for each in named) else readings


def _but_the_class(want: Want, readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """*readings* without words that only name the class of what is wanted."""
    if want.name not in OF_A_CLASS:
        return readings
    return tuple(each for each in readings if not _CLASS.fullmatch(each.given))


def _loosely_typed(reading: Reading, want: Want, readings: tuple[Reading, ...]) -> Reading:
    """*reading*, worth little where resources are wanted and it only says of which type."""
    types = all(thing.kind in _LOOSE_TYPES for thing in reading.things)
    if want.name != "PublishedResource" or not reading.things or not types or len(readings) == 1:
        return reading
    return replace(reading, worth=round(reading.worth * _OF_A_TYPE, 3))


def _headed(
    want: Want, folded: str, readings: tuple[Reading, ...]
) -> tuple[tuple[Thing, ...], tuple[Reading, ...]]:
    """The things of which the answers are kinds, if the question names them at its head."""
    head = _HEAD.search(folded)
    if head is None or want.name.split()[0] not in {"AffectedGroup", "Actor"}:
        return (), readings
    for reading in readings:
        kinds = {thing.kind for thing in reading.things}
        if kinds & {"AffectedGroup", "Actor"} and head["noun"].startswith(reading.given):
            rest = tuple(other for other in readings if other is not reading)
            return reading.things, rest or readings
    return (), readings


def _parted(match: re.Match[str]) -> str:
    """What stands in brackets or between slashes, with its parts as alternatives."""
    return re.sub("[,/;]", " or ", match[0])


def _listed(question: str) -> str:
    """*question* with its lists written out: commas as "and", what is in brackets as "or"."""
    parted = _SERIES.sub(r"\1 or \2 or ", _LISTED.sub(_parted, question))
    return re.sub(r",(?=\s)", " and ", parted)


def _alternative(joint: str, first: Reading, second: Reading) -> bool:
    """Whether two words are alternatives: parted by "or", or two kinds of a thing by "and"."""
    kinds = [{thing.kind for thing in each.things} & _SORTING for each in (first, second)]
    return joint == "or" or (joint == "and" and bool(kinds[0] & kinds[1]))


def _small(word: str) -> bool:
    return len(word) == 1 or word.isdigit()
