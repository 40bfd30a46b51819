"""Write a synthetic graph of the shape of ours, of a given size, as a folder of data files.

The classes, properties and shares are those of the shipped data; things and statements grow with
the size, and how often each is spoken of falls off as Zipf's law says. The names that the examples
of the question files use are taken first, so that every question has an answer. The same size and
seed give the same files.

    python benchmarks/synthetic.py 1e5 data-1e5
    tipgraph validate --data data-1e5
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tipgraph.graph import SHIPPED, Layout
from tipgraph.names import Names
from tipgraph.queries import read
from tipgraph.store import Store
from tipgraph.terms import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

T = TypeVar("T")
Pairs = list[tuple[str, list[str]]]

NAMESPACES = {
    "c": "https://w3id.org/tipgraph/concept/",
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "qudt": "http://qudt.org/schema/qudt/",
    "scheme": "https://w3id.org/tipgraph/concept/scheme/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "tip": "https://w3id.org/tipgraph/ontology#",
    "unit": "http://qudt.org/vocab/unit/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
} | {
    {"document": "doc"}.get(kind, kind): f"https://w3id.org/tipgraph/id/{kind}/"
    for kind in (
        *("actor", "coverage", "document", "impact", "passage"),
        *("resource", "response", "statement", "work"),
    )
}
PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in NAMESPACES.items())

# The shares of the shipped data: statements of each kind, and triples for each statement.
KINDS = {
    "Addressing": 270,
    "Impact": 217,
    "Causal": 140,
    "Recommendation": 82,
    "Practice": 44,
    "Resource": 42,
    "Figure": 10,
}
TRIPLES_PER_STATEMENT = 22.7
STATEMENTS_PER_DOCUMENT = 190
SHARE_SPECIAL = 0.33
SHARE_OWN_VOICE = 0.95
SHARE_UNDER_HEADS = 0.6
SHARE_SAME_PASSAGE = 0.34
SHARE_NEW_SECTION = 0.1
SHARE_CONTRADICTING = 0.1
# What a statement may also name, and how often it does.
ASPECTS = {
    "Impact": {
        "affectsGroup": 1.29, "involvesActor": 0.23, "service": 0.23, "setting": 0.26,
        "channel": 0.11, "exploitationForm": 0.12, "means": 0.07, "act": 0.05, "place": 0.08,
        "informant": 0.07, "scopeHedge": 0.4, "timeCondition": 0.14, "cites": 0.2,
    },
    "Causal": {
        "involvesActor": 0.32, "channel": 0.2, "setting": 0.23, "place": 0.1, "service": 0.06,
        "exploitationForm": 0.07, "means": 0.04, "act": 0.05, "scopeHedge": 0.34,
        "timeCondition": 0.09, "cites": 0.16,
    },
    "Recommendation": {
        "addressee": 0.7, "beneficiary": 0.99, "implementer": 0.21, "service": 0.4,
        "referralStage": 0.23, "channel": 0.23, "setting": 0.07, "involvesActor": 0.05,
        "scopeHedge": 0.17, "timeCondition": 0.24,
    },
    "Practice": {
        "implementer": 1.09, "beneficiary": 1.0, "service": 0.5, "channel": 0.34,
        "setting": 0.11, "referralStage": 0.18, "scopeHedge": 0.45, "timeCondition": 0.18,
    },
    "Resource": {"beneficiary": 0.64, "involvesActor": 0.17, "setting": 0.1, "channel": 0.05},
    "Figure": {"place": 0.6, "populationGroup": 0.3, "timeCondition": 0.3, "cites": 0.5,
               "informant": 0.2},
    "Addressing": {},
}  # fmt: skip
CONCEPTS = {
    "act": "Act", "addressee": "ActorRole", "affectsGroup": "AffectedGroup",
    "beneficiary": "AffectedGroup", "channel": "Channel", "driver": "Driver",
    "exploitationForm": "ExploitationForm", "force": "DeonticForce", "implementer": "ActorRole",
    "informant": "ActorRole", "instrumentType": "InstrumentType", "involvesActor": "ActorRole",
    "means": "Means", "pillar": "Pillar", "place": "Place", "populationGroup": "AffectedGroup",
    "referralStage": "ReferralStage", "resourceType": "ResourceType",
    "responseType": "ResponseType", "role": "ActorRole", "service": "Service",
    "setting": "Setting", "theme": "ImpactTheme", "valueQualifier": "ValueQualifier",
}  # fmt: skip
MODALITIES = {
    "Impact": ["asserted", "hedged", "perceived-by-respondents", "risk", "projected", "concern"],
    "Causal": ["asserted", "hedged", "perceived-by-respondents", "projected"],
    "Recommendation": ["recommended", "asserted"],
    "Practice": ["reported", "asserted"],
    "Resource": ["listed"],
    "Figure": ["asserted", "reported"],
}
BASES = ["none-given", "survey", "expert-reports", "cited-work", "interviews", "own-study"]
PERPETRATORS = "SELECT ?role { ?role <http://www.w3.org/2004/02/skos/core#broader>* <%s> }" % (
    NAMESPACES["c"] + "perpetrators"
)
WORDS = {
    "who": "migrants workers children women families survivors refugees students tenants staff"
    " communities drivers fishers farmers carers households teenagers returnees orphans nurses",
    "how": "isolated displaced rural seasonal informal unpaid young older undocumented stranded"
    " indebted homeless hidden urban coastal cross-border temporary online domestic overlooked",
    "does": "lose seek need avoid meet report face await demand receive share postpone"
    " abandon rebuild expect gain defer extend refuse obtain",
    "what": "shelter income hearings permits transport contracts counselling school protection"
    " remittances wages papers interpreters courts hotlines vaccines food documents training"
    " screening inspections compensation loans housing phones quarantine borders visas clinics",
    "when": "during lockdowns|after borders closed|while courts stood still|in the first wave"
    "|once aid ended|before harvest|in crowded camps|far from cities|when money ran out"
    "|as offices shut|under new rules|despite earlier warnings|across several districts",
}
LISTS = {key: text.split("|" if "|" in text else None) for key, text in WORDS.items()}


class Prose:
    """Sentences of a few words, never the same one twice where it must not be."""

    def __init__(self, dice: random.Random) -> None:
        """Draw words with *dice*."""
        self._dice = dice
        self._used: set[str] = set()

    def words(self, *kinds: str) -> str:
        """A word of each of *kinds*, with a blank between."""
        return " ".join(self._dice.choice(LISTS[kind]) for kind in kinds)

    def sentence(self) -> str:
        """A sentence that may come again."""
        return f"{self.words('how', 'who', 'does', 'how', 'what', 'when').capitalize()}."

    def unique(self, *kinds: str) -> str:
        """Words of *kinds*, and more if they were given out before."""
        text = self.words(*kinds)
        for more in itertools.cycle(("how", "what")):
            if text not in self._used:
                break
            text = f"{text} and {self.words(more, 'who' if more == 'how' else 'when')}"
        self._used.add(text)
        return text

    def sha256(self) -> str:
        """A hash of nothing in particular."""
        return hashlib.sha256(self._dice.randbytes(16)).hexdigest()


@dataclass
class Turtle:
    """The text of a file, and the number of its triples."""

    parts: list[str] = field(default_factory=lambda: [PREFIXES])
    triples: int = 0

    def add(self, subject: str, pairs: Pairs) -> None:
        """Write the block of *subject*; properties without a value are left out."""
        kept = [(key, list(dict.fromkeys(values))) for key, values in pairs if values]
        lines = " ;\n    ".join(f"{key} {', '.join(values)}" for key, values in kept)
        self.parts.append(f"\n{subject}\n    {lines} .\n")
        for value in itertools.chain.from_iterable(values for _, values in kept):
            self.triples += 1 + (value.count(" ; ") + 1 if value.startswith("[") else 0)

    def write(self, path: Path) -> int:
        """Put the text at *path* and give the number of triples."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(self.parts), encoding="utf-8")
        return self.triples


def text(words: str) -> str:
    """*words* as an English literal."""
    return f'"{words}"@en'


def slugged(words: str) -> str:
    """*words* as the last part of an address."""
    return words.lower().replace(" ", "-").replace(".", "")


class Deck:
    """Things that are spoken of: each once at first, then the first ones most often."""

    def __init__(self, things: Sequence[T], dice: random.Random, expected: int = 0) -> None:
        """Draw from *things* about *expected* times."""
        self._things = list(things)
        self._dice = dice
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, len(things) + 1)))
        # Somewhat fewer, so that all are drawn even if less is spoken of than was expected.
        rest = self._zipf(max(0, expected * 3 // 4 - len(things)))
        self._dealt = self._things + rest
        dice.shuffle(self._dealt)

    def _zipf(self, count: int) -> list[T]:
        return self._dice.choices(self._things, cum_weights=self._weights, k=count)

    def draw(self) -> T:
        """The next thing."""
        return self._dealt.pop() if self._dealt else self._zipf(1)[0]


@dataclass(frozen=True)
class Sizes:
    """How many things there are of each kind, for a number of triples."""

    statements: int
    documents: int
    impacts: int
    responses: int
    actors: int
    works: int
    groups: int

    @classmethod
    def of(cls, triples: int) -> Sizes:
        """The numbers that make about *triples*."""
        statements = round(triples / TRIPLES_PER_STATEMENT)
        return cls(
            statements=statements,
            documents=max(4, statements // STATEMENTS_PER_DOCUMENT),
            impacts=max(10, statements // 9),
            responses=max(10, statements // 11),
            actors=max(6, statements // 40),
            works=max(4, statements // 60),
            groups=max(5, statements // 60),
        )


class Synthesis:
    """One synthetic graph under way."""

    def __init__(self, triples: int, seed: int) -> None:
        """Plan a graph of about *triples*, with the luck of *seed*."""
        self.sizes = Sizes.of(triples)
        self.dice = random.Random(seed)
        self.prose = Prose(self.dice)
        self.examples = examples(SHIPPED)
        self.things = Turtle()
        self.meta = Turtle()
        self.concepts = _concepts(SHIPPED)
        self.groups = self._groups()
        self.actors = self._names(["Actor"], self.sizes.actors, ("how", "what"))
        self.impacts = self._names(
            ["Impact", "CausalFactor"], self.sizes.impacts, ("how", "who", "does", "what")
        )
        self.responses = self._names(
            ["PolicyResponse"], self.sizes.responses, ("how", "what", "when")
        )
        self.works = self._names(["CitedWork"], self.sizes.works, ("how", "who", "when"))
        self.documents = self._names(["SourceDocument"], self.sizes.documents, ("who", "when"))
        self.resources: list[str] = []
        self.decks = self._decks()
        self.addressed: set[str] = set()
        self.pairs: set[tuple[str, ...]] = set()
        self.serial = itertools.count(1)

    def write(self, folder: Path) -> int:
        """Write all files into *folder* and give the number of triples."""
        shares = [0.3 + 1 / rank**0.5 for rank in range(1, len(self.documents) + 1)]
        whole = sum(shares)
        kinds = self._kinds()
        count = start = 0
        for slug, share in zip(self.documents, shares, strict=True):
            size = max(len(KINDS), round(self.sizes.statements * share / whole))
            turtle = Document(self, slug).write(kinds[start : start + size])
            start += size
            count += turtle.write(folder / "documents" / f"{slug}.ttl")
        self._canonical()
        count += self.things.write(folder / "things" / "things.ttl")
        return count + self.meta.write(folder / "meta.ttl")

    def _names(self, classes: list[str], count: int, words: tuple[str, ...]) -> list[str]:
        """The slugs of *count* things, those of examples first."""
        known = [slug for name in classes for slug in self.examples.get(name, ())]
        own = [slug for slug in dict.fromkeys(known) if f"c:{slug}" not in self.concepts["all"]]
        more = (slugged(self.prose.unique(*words)) for _ in itertools.count())
        return own + list(itertools.islice(more, max(0, count - len(own))))

    def _kinds(self) -> list[str]:
        return self.dice.choices(list(KINDS), list(KINDS.values()), k=self.sizes.statements)

    def _groups(self) -> list[str]:
        """Groups below those of the ontology, some with several parents."""
        known = self.concepts["AffectedGroup"]
        made: list[str] = []
        for _ in range(self.sizes.groups):
            words = self.prose.unique("how", "who", "when")
            parents = Deck(known + made, self.dice)
            iri = f"c:{slugged(words)}"
            chosen = [parents.draw() for _ in range(self.dice.choice((1, 1, 2, 3)))]
            self.things.add(
                iri,
                [
                    ("a", ["skos:Concept", "tip:AffectedGroup"]),
                    ("skos:prefLabel", [text(words.capitalize())]),
                    ("skos:altLabel", [text(f"{words} as they say")]),
                    ("skos:definition", [text(f"People who are {words}.")]),
                    ("skos:example", [text(self.prose.sentence())]),
                    ("skos:broader", [each for each in chosen if each in known + made]),
                    ("skos:inScheme", ["scheme:groups"]),
                ],
            )
            made.append(iri)
        return known + made

    def _decks(self) -> Mapping[str, Deck]:
        number = {
            kind: self.sizes.statements * n // sum(KINDS.values()) for kind, n in KINDS.items()
        }
        used: Counter[str] = Counter()
        for kind, aspects in ASPECTS.items():
            for aspect, share in aspects.items():
                used[aspect] += round(number[kind] * share)
        decks = {
            name: Deck(self._takes(name, of), self.dice, used[name])
            for name, of in CONCEPTS.items()
        }
        # A third of the impacts is addressed by nothing, a third of the responses only practised.
        responses = len(self.responses)
        return decks | {
            "impact": Deck(self.impacts, self.dice, number["Impact"]),
            "addressed": Deck(self.impacts[: len(self.impacts) * 2 // 3], self.dice),
            "addressing": Deck(self.responses[: responses * 9 // 10], self.dice),
            "response": Deck(self.responses, self.dice, number["Recommendation"]),
            "practised": Deck(self.responses[responses // 3 :], self.dice),
            "factor": Deck([f"impact:{slug}" for slug in self.impacts], self.dice),
            "actor": Deck([f"actor:{slug}" for slug in self.actors], self.dice),
            "cites": Deck([f"work:{slug}" for slug in self.works], self.dice, used["cites"]),
        }

    def _takes(self, name: str, of: str) -> list[str]:
        if of == "AffectedGroup":
            return self.groups
        named = [f"actor:{slug}" for slug in self.actors]
        harmless = [c for c in self.concepts[of] if c not in self.concepts["perpetrators"]]
        if name in {"addressee", "role"}:
            return harmless + (named if name == "addressee" else [])
        return self.concepts[of] + (named if name in {"implementer", "involvesActor"} else [])

    def _canonical(self) -> None:
        """Write the things that statements of several documents are about."""
        for slug in self.impacts:
            self._impact(slug)
        for slug in self.responses:
            self._response(slug)
        for slug in self.actors:
            self._actor(slug, self.decks["role"].draw())
        self._actor("tipgraph-curators", "c:curators")
        for slug in self.works:
            self._work(slug)
        for slug in self.resources:
            self._resource(slug)
        self._dataset()

    def _thing(self, iri: str, classes: list[str], slug: str, more: Pairs) -> None:
        words = slug.replace("-", " ")
        other = [text(f"{words} and more"), text(f"{self.prose.words('how', 'what')} of {words}")]
        self.things.add(
            iri,
            [
                ("a", classes),
                ("skos:prefLabel", [text(words.capitalize())]),
                ("skos:altLabel", other),
                ("dcterms:description", [text(self.prose.sentence())]),
                *more,
            ],
        )

    def _impact(self, slug: str) -> None:
        themes = [self.decks["theme"].draw() for _ in range(self.dice.choice((1, 1, 2)))]
        above: list[str] = []
        if self.dice.random() < SHARE_SPECIAL and slug != self.impacts[0]:
            above = [f"impact:{self.dice.choice(self.impacts[: self.impacts.index(slug)][:400])}"]
        more = [("tip:theme", themes), ("tip:broaderImpact", above)]
        self._thing(f"impact:{slug}", ["tip:Impact"], slug, more)

    def _response(self, slug: str) -> None:
        note = [] if slug in self.addressed else [text("No document ties it to an impact.")]
        pillars = [self.decks["pillar"].draw() for _ in range(self.dice.choice((1, 1, 2)))]
        more = [
            ("tip:responseType", [self.decks["responseType"].draw()]),
            ("tip:pillar", pillars),
            ("tip:instrumentType", [self.decks["instrumentType"].draw()]),
            ("skos:editorialNote", note),
        ]
        self._thing(f"response:{slug}", ["tip:PolicyResponse"], slug, more)

    def _actor(self, slug: str, role: str) -> None:
        classes = ["tip:NamedActor", "org:FormalOrganization"]
        self._thing(f"actor:{slug}", classes, slug, [("org:classification", [role])])

    def _work(self, slug: str) -> None:
        words = slug.replace("-", " ").capitalize()
        self.things.add(
            f"work:{slug}",
            [
                ("a", ["tip:CitedWork"]),
                ("skos:prefLabel", [text(words)]),
                ("dcterms:title", [text(words)]),
                ("dcterms:publisher", [self.decks["actor"].draw()]),
                ("dcterms:issued", [f'"{self.dice.randint(2001, 2025)}"^^xsd:gYear']),
            ],
        )

    def _resource(self, slug: str) -> None:
        words = slug.replace("-", " ").capitalize()
        self.things.add(
            f"resource:{slug}",
            [
                ("a", ["tip:PublishedResource"]),
                ("skos:prefLabel", [text(words)]),
                ("dcterms:title", [text(words)]),
                ("dcterms:description", [text(self.prose.sentence())]),
                ("dcterms:publisher", [self.decks["actor"].draw()]),
                ("tip:resourceType", [self.decks["resourceType"].draw()]),
            ],
        )

    def _dataset(self) -> None:
        self.meta.add(
            "<https://w3id.org/tipgraph/id/dataset/tipgraph>",
            [
                ("a", ["dcat:Dataset"]),
                ("dcterms:title", [text("A synthetic graph")]),
                ("dcterms:license", ["<https://creativecommons.org/licenses/by/4.0/>"]),
                ("dcat:version", ['"0.1.0"']),
            ],
        )


class Document:
    """One source document of a synthesis: its statements and passages."""

    def __init__(self, whole: Synthesis, slug: str) -> None:
        """Write the document *slug* of *whole*."""
        self.whole, self.slug = whole, slug
        self.dice, self.prose, self.decks = whole.dice, whole.prose, whole.decks
        self.turtle = Turtle()
        self.voice = whole.decks["actor"].draw()
        self.passages: list[str] = []
        self.heads: dict[str, list[tuple[str, Pairs]]] = {"Recommendation": [], "Practice": []}
        self.figures: list[str] = []
        self.place = 0
        self.section = text(self.prose.words("how", "what", "when").capitalize())

    def write(self, kinds: Sequence[str]) -> Turtle:
        """The file with a statement of each of *kinds*."""
        for kind in kinds:
            self._statement(kind)
        for head, pairs in itertools.chain.from_iterable(self.heads.values()):
            self.turtle.add(head, pairs)
        self._head()
        return self.turtle

    def _head(self) -> None:
        iri = f"doc:{self.slug}"
        title = self.slug.replace("-", " ").capitalize()
        self.turtle.add(
            iri,
            [
                ("a", ["tip:SourceDocument"]),
                ("skos:prefLabel", [text(title)]),
                ("dcterms:title", [text(f"{title}: {self.prose.words('how', 'what', 'when')}")]),
                ("dcterms:description", [text(self.prose.sentence())]),
                ("dcterms:creator", [self.voice]),
                ("dcterms:publisher", [self.voice]),
                ("dcterms:issued", [f'"{self.dice.randint(2015, 2025)}"^^xsd:gYear']),
                ("dcterms:language", ['"en"']),
                ("tip:voice", [self.voice]),
                ("tip:sha256", [f'"{self.prose.sha256()}"']),
                ("tip:textFile", [f'"{self.slug}.txt"']),
                ("tip:textLength", [str(self.place + 1)]),
            ],
        )
        schemes = "groups actors exploitation-forms channels settings drivers services places"
        self.whole.meta.add(
            f"coverage:{self.slug}",
            [
                ("a", ["tip:CoverageAssessment"]),
                ("skos:prefLabel", [text(f"Coverage of {title}")]),
                ("tip:assesses", [iri]),
                ("tip:coverageStatus", ["c:complete"]),
                ("tip:assessedScheme", [f"scheme:{name}" for name in schemes.split()]),
            ],
        )

    def _statement(self, kind: str) -> None:
        own = getattr(self, f"_{kind.lower()}")()
        if own is None:
            return
        iri = f"statement:{self._slug()}"
        modality = self.dice.choice(MODALITIES.get(kind, ["inferred"]))
        aspects = self._aspects(kind)
        basis = "cited-work" if any(key == "cito:citesAsEvidence" for key, _ in aspects) else ""
        common = {
            "tip:statedIn": [f"doc:{self.slug}"],
            "tip:evidencedBy": [self._passage()],
            "tip:speaker": [
                self.voice if self.dice.random() < SHARE_OWN_VOICE else self.decks["actor"].draw()
            ],
            "tip:modality": [f"c:{modality}"],
            "tip:evidenceBasis": [f"c:{basis or self._basis()}"],
        } | dict(own)
        if kind == "Figure":
            self.figures.append(iri)
        words = f"{self.prose.words('who', 'does', 'what')} {iri.removeprefix('statement:')}"
        pairs = [
            ("a", [f"tip:{kind}Statement"]),
            ("skos:prefLabel", [text(words.replace("-", " ").capitalize())]),
            ("dcterms:description", [text(self.prose.sentence())]),
            *common.items(),
            *aspects,
        ]
        self._put(kind, iri, pairs)

    def _put(self, kind: str, iri: str, pairs: Pairs) -> None:
        """Write a statement now, or at the end if others may come under it."""
        heads = self.heads.get(kind)
        if heads is None:
            self.turtle.add(iri, pairs)
            return
        if heads and self.dice.random() < SHARE_UNDER_HEADS:
            _, above = heads[-1]
            above.append(("dcterms:hasPart", [iri]))
            self.turtle.add(iri, pairs)
            return
        heads.append((iri, pairs))

    def _slug(self) -> str:
        return f"{slugged(self.prose.words('how', 'who', 'what'))}-{next(self.whole.serial)}"

    def _basis(self) -> str:
        return self.dice.choices(BASES, [8, 4, 3, 0, 2, 1])[0]

    def _aspects(self, kind: str) -> Pairs:
        found: Pairs = []
        for name, share in ASPECTS[kind].items():
            count = int(share) + (self.dice.random() < share % 1)
            if not count:
                continue
            if name in {"scopeHedge", "timeCondition"}:
                found.append((f"tip:{name}", [text(self.prose.words("when"))]))
            elif name == "cites":
                found.append(("cito:citesAsEvidence", [self.decks[name].draw()]))
                found.append(("tip:footnote", [f'"{self.dice.randint(1, 60)}"']))
            else:
                found.append((f"tip:{name}", [self.decks[name].draw() for _ in range(count)]))
        return found

    def _passage(self) -> str:
        if self.passages and self.dice.random() < SHARE_SAME_PASSAGE:
            return self.dice.choice(self.passages[-3:])
        if self.dice.random() < SHARE_NEW_SECTION:
            self.section = text(self.prose.words("how", "what", "when").capitalize())
        words = self.prose.words("how", "who", "does", "how", "what")
        iri = f"passage:{slugged(words)}-{next(self.whole.serial)}"
        self.turtle.add(
            iri,
            [
                ("a", ["tip:Passage"]),
                ("oa:hasSource", [f"doc:{self.slug}"]),
                (
                    "oa:hasSelector",
                    [f'[ a oa:TextQuoteSelector ; oa:exact "{words}" ]', *self._spans()],
                ),
                ("tip:sectionTitle", [self.section]),
                ("tip:sha256", [f'"{self.prose.sha256()}"']),
            ],
        )
        self.passages.append(iri)
        return iri

    def _spans(self) -> Iterator[str]:
        for _ in range(self.dice.choices((1, 2, 3), (70, 20, 10))[0]):
            start = self.place + self.dice.randint(1, 40)
            self.place = start + self.dice.randint(30, 260)
            yield f"[ a oa:TextPositionSelector ; oa:start {start} ; oa:end {self.place} ]"

    def _impact(self) -> Pairs:
        return [("tip:aboutImpact", [f"impact:{self.decks['impact'].draw()}"])]

    def _recommendation(self) -> Pairs:
        about = f"response:{self.decks['response'].draw()}"
        return [("tip:aboutResponse", [about]), ("tip:force", [self.decks["force"].draw()])]

    def _practice(self) -> Pairs:
        return [("tip:aboutResponse", [f"response:{self.decks['practised'].draw()}"])]

    def _resource(self) -> Pairs:
        slug = slugged(self.prose.unique("how", "what", "when"))
        self.whole.resources.append(slug)
        about = f"response:{self.decks['practised'].draw()}"
        return [("tip:aboutResponse", [about]), ("tip:listsResource", [f"resource:{slug}"])]

    def _figure(self) -> Pairs:
        measured = self.dice.choice([self.decks["factor"].draw(), ""])
        return [
            ("tip:quantifies", [measured] if measured else []),
            ("tip:measure", [text(self.prose.words("how", "who", "when"))]),
            ("qudt:numericValue", [str(self.dice.randint(1, 100))]),
            ("qudt:hasUnit", [self.dice.choice(("unit:PERCENT", "unit:NUM"))]),
            ("tip:valueQualifier", [self.decks["valueQualifier"].draw()]),
            ("tip:population", [text(self.prose.words("how", "who"))]),
            (
                "tip:contradicts",
                self.figures[-1:] if self.dice.random() < SHARE_CONTRADICTING else [],
            ),
        ]

    def _causal(self) -> Pairs | None:
        """A cause and an effect; what causes is named before what it causes, so none goes round."""
        cause = self.decks[self.dice.choice(("driver", "factor"))].draw()
        effect = self.decks["factor"].draw()
        if cause == effect or not self._first(cause, effect):
            return None
        return [("tip:cause", [cause]), ("tip:effect", [effect])]

    def _addressing(self) -> Pairs | None:
        response, impact = self.decks["addressing"].draw(), self.decks["addressed"].draw()
        if not self._first(response, impact):
            return None
        self.whole.addressed.add(response)
        found: Pairs = [
            ("tip:addressingResponse", [f"response:{response}"]),
            ("tip:addressedImpact", [f"impact:{impact}"]),
            ("tip:directness", [self.dice.choice(("c:direct", "c:indirect"))]),
        ]
        basis = self.dice.choices(
            ("curator-inferred", "same-section", "explicit-pairing"), (5, 3, 2)
        )[0]
        if basis == "explicit-pairing":
            return [*found, ("tip:linkBasis", [f"c:{basis}"]), ("tip:modality", ["c:asserted"])]
        return [
            *found,
            ("tip:linkBasis", [f"c:{basis}"]),
            ("tip:speaker", ["actor:tipgraph-curators"]),
            ("tip:modality", ["c:inferred"]),
            ("tip:evidenceBasis", ["c:curator-inference"]),
        ]

    def _first(self, *pair: str) -> bool:
        """Whether this document has not yet linked *pair*."""
        key = (self.slug, *pair)
        new = key not in self.whole.pairs
        self.whole.pairs.add(key)
        return new


def examples(layout: Layout) -> Mapping[str, list[str]]:
    """The slugs that the examples of questions use, by class."""
    found: dict[str, list[str]] = {}
    for path in layout.queries_in("questions"):
        question = read(path)
        classes = {parameter.name: parameter.takes for parameter in question.parameters}
        for name, value in question.example:
            found.setdefault(classes[name], []).append(value)
    return found


def _concepts(layout: Layout) -> Mapping[str, list[str]]:
    """The concepts of the shipped ontology by class, as they are written in Turtle."""
    store = Store.load(layout.without_data())
    names = Names(store, layout)

    def of(name: str) -> list[str]:
        return list(dict.fromkeys(shorten(entry.iri) for entry in names.of(name).values()))

    found = {name: of(name) for name in dict.fromkeys(CONCEPTS.values())}
    guilty = [shorten(row["role"].value) for row in store.select(PERPETRATORS)]
    return found | {"all": of("skos:Concept"), "perpetrators": guilty}


def synthesize(triples: int, folder: Path, seed: int = 1) -> Layout:
    """Write about *triples* into *folder*, and give the layout with the shipped ontology."""
    shutil.rmtree(folder, ignore_errors=True)
    Synthesis(triples, seed).write(folder)
    return Layout(data=folder)


def main() -> None:
    """Write the graph that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("triples", type=float, help="such as 1e5")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    count = Synthesis(int(given.triples), given.seed).write(given.folder)
    print(f"{given.folder}: {count:,} triples")


if __name__ == "__main__":
    main()
