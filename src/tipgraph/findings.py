"""What a check of data finds, as plain values: it is found in one process and told by another."""

from __future__ import annotations

from dataclasses import dataclass

from .terms import Iri, Literal, Term, shorten, slug

GRAPH = "graph"
ONTOLOGY = "ontology"
BESIDE = (GRAPH, ONTOLOGY)
SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True, slots=True)
class Submission:
    """Data to be checked: their bytes, their format, and what they are checked *beside*."""

    body: bytes
    form: str
    beside: str = GRAPH


@dataclass(frozen=True, slots=True)
class Step:
    """A property path made of others: inverse, sequence, alternative, zeroOrMore and the like."""

    kind: str
    parts: tuple[Path, ...]


Path = Iri | Step


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in which file: line and column, from 1, in code points; whether it is just there."""

    file: str
    line: int
    column: int = 1
    exact: bool = True

    def __str__(self) -> str:
        """The place as editors and terminals link it."""
        about = "" if self.exact else " (about)"
        return f"{self.file}:{self.line}:{self.column}{about}"


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one thing, in plain words, by which rule, and what to do."""

    severity: str
    rule: str
    focus: Term
    label: str
    message: str
    fix: str
    path: Path | None = None
    value: Term | None = None
    source: str = ""
    component: str = ""
    place: Place | None = None

    @property
    def line(self) -> int | None:
        """The line of its place, if that is known."""
        return None if self.place is None else self.place.line

    @property
    def thing(self) -> str:
        """The thing by its short name."""
        return name(self.focus)

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Where it stands in a report: the worst first."""
        value = "" if self.value is None else self.value.value
        return self.rank, self.rule, self.focus.value, value

    @property
    def rank(self) -> int:
        """How bad it is: 0 is the worst; a severity of others stands with the least."""
        known = self.severity in SEVERITIES
        return SEVERITIES.index(self.severity) if known else len(SEVERITIES)


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a run: whether it was gone through, and what there was or why not."""

    name: str
    ran: bool
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found, worst first, how many rules were looked at, and in how many triples.

    Beside a baseline, what it knows is only counted, and what it knows and is gone is named.
    """

    violations: tuple[Violation, ...]
    shapes: int
    checks: int
    triples: int = 0
    stages: tuple[Stage, ...] = ()
    files: int = 0
    known: int = 0
    gone: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether nothing was found, warnings included."""
        return not self.violations


def name(term: Term) -> str:
    """*term* for people: an IRI as a CURIE, a literal's text, a blank node's label."""
    if isinstance(term, Iri):
        return shorten(term.value)
    return term.value if isinstance(term, Literal) else f"_:{term.value}"


_MARKS = {"zeroOrMore": "*", "oneOrMore": "+", "zeroOrOne": "?"}
_JOINTS = {"sequence": "/", "alternative": "|"}


def written(path: Path) -> str:
    """*path* as SPARQL writes it, with short names."""
    if isinstance(path, Iri):
        short = shorten(path.value)
        return f"<{short}>" if short == path.value else short
    inner = [written(part) for part in path.parts]
    inner = [
        f"({text})" if _is_joined(part) else text
        for part, text in zip(path.parts, inner, strict=True)
    ]
    if path.kind in _JOINTS:
        return _JOINTS[path.kind].join(inner)
    return f"^{inner[0]}" if path.kind == "inverse" else inner[0] + _MARKS[path.kind]


def _is_joined(path: Path) -> bool:
    return isinstance(path, Step) and path.kind in _JOINTS


def rule_name(violation: Violation) -> tuple[str, str]:
    """The kind of rule, `shape` or `check`, and its name."""
    kind, _, rule = violation.rule.partition(" ")
    return kind, slug(rule)
