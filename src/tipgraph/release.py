"""Whether a release may be made: its version, its terms, and its change log tell the truth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .changes import difference
from .described import Described, short
from .errors import BadParameter
from .graph import Layout
from .queries import read
from .revisions import stated
from .store import Store
from .terms import PREFIXES, slug, text_of
from .versions import (
    DEPRECATED,
    ONTOLOGY,
    REPLACED,
    Level,
    Version,
    gone,
    is_deprecated,
    is_term,
    reasons,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .changes import Difference
    from .versions import Reason

_OWL = PREFIXES["owl"]
VERSION_INFO, VERSION_IRI = _OWL + "versionInfo", _OWL + "versionIRI"
PRIOR = _OWL + "priorVersion"
DATASET_TYPE, DATASET_VERSION = (
    "http://www.w3.org/ns/dcat#Dataset",
    "http://www.w3.org/ns/dcat#version",
)
_CHANGE_NOTE = PREFIXES["skos"] + "changeNote"
# Where else the version stands, beside the ontology and the data set: file, and how it is written.
PLACES = {
    "pyproject.toml": r'^version = "([^"]+)"',
    "src/tipgraph/__init__.py": r'^__version__ = "([^"]+)"',
    "CITATION.cff": r"^version: (\S+)",
}


@dataclass(frozen=True)
class Candidate:
    """A graph that is to be released, with the folder of its repository, if it has one."""

    layout: Layout
    root: Path
    store: Store
    graph: Described

    @classmethod
    def of(cls, root: Path) -> Candidate:
        """The graph in the folders `ontology` and `data` of *root*."""
        layout = Layout(ontology=root / "ontology", data=root / "data")
        store = Store.load(layout)
        return cls(layout, root, store, stated(store.quads()))

    @property
    def version(self) -> str:
        """The version that the ontology says it has."""
        return self.graph.text(ONTOLOGY, VERSION_INFO)

    @property
    def dataset(self) -> str:
        """The IRI of the data set."""
        every = self.graph.things
        return next((t for t in sorted(every) if DATASET_TYPE in self.graph.types(t)), "")

    @property
    def changelog(self) -> str:
        """The section of the change log on this version; nothing without one."""
        path = self.root / "CHANGELOG.md"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        heading = rf"^## \[{re.escape(self.version)}\] - \d{{4}}-\d\d-\d\d$"
        section = re.search(rf"{heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        return section[1].strip() if section else ""


@dataclass(frozen=True)
class Verdict:
    """Whether a release may be made: what speaks against it, and what asks for which number."""

    candidate: Candidate
    found: Difference | None
    reasons: tuple[Reason, ...]
    refusals: tuple[str, ...]

    @property
    def needed(self) -> Level:
        """The number that must move at least."""
        return max((reason.level for reason in self.reasons), default=Level.NONE)


def verdict(candidate: Candidate, earlier: Described | None) -> Verdict:
    """Whether *candidate* may be released after *earlier*; without one it is the first release."""
    found = None if earlier is None else difference(earlier, candidate.graph)
    why = reasons(found) if found else ()
    refusals = [*_disagreements(candidate), *_unlogged(candidate), *_misused(candidate)]
    if found is not None:
        refusals += [*_lies(candidate, found, why), *_lost(candidate, found)]
    return Verdict(candidate, found, why, tuple(refusals))


def _disagreements(candidate: Candidate) -> Iterator[str]:
    """The places in which another version stands than in the ontology."""
    graph, version = candidate.graph, candidate.version
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"owl:versionInfo is {version!r}; write three numbers, such as 0.2.0."
        return
    iris = graph.iris(ONTOLOGY, VERSION_IRI)
    if iris != [f"{ONTOLOGY}/{version}"]:
        yield f"owl:versionIRI is {', '.join(iris) or 'missing'}, not {ONTOLOGY}/{version}."
    told = graph.text(candidate.dataset, DATASET_VERSION)
    if told != version:
        yield f"dcat:version of the data set is {told or 'missing'}, not {version}."
    for name, pattern in PLACES.items():
        path = candidate.root / name
        if path.is_file():
            found = re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
            if found is None or found[1] != version:
                yield f"{name} has version {found[1] if found else 'none'}, not {version}."


def _unlogged(candidate: Candidate) -> Iterator[str]:
    if (candidate.root / "CHANGELOG.md").is_file() and not candidate.changelog:
        yield f"CHANGELOG.md says nothing under “## [{candidate.version}] - YYYY-MM-DD”."


def _misused(candidate: Candidate) -> Iterator[str]:
    """Deprecated terms that are used, or that leave people without a way on."""
    graph = candidate.graph
    for thing in sorted(graph.things):
        if is_term(thing) and is_deprecated(graph, thing):
            successors = graph.iris(thing, REPLACED)
            if not successors and not graph.text(thing, _CHANGE_NOTE):
                yield f"{short(thing)} is deprecated; say why in skos:changeNote."
            for iri in successors:
                if iri not in graph.things:
                    yield f"{short(thing)} is replaced by {short(iri)}, which is not there."
    check = read(candidate.layout.queries / "checks" / "deprecated-term.rq")
    for row in candidate.store.select(check.text):
        yield f"{short(text_of(row['thing']))}: {text_of(row['problem'])}, which is deprecated."


def _lies(candidate: Candidate, found: Difference, why: tuple[Reason, ...]) -> Iterator[str]:
    """Where the version says that less has changed than has."""
    told = found.before.text(ONTOLOGY, VERSION_INFO)
    try:
        old, new = Version.of(told), Version.of(candidate.version)
    except BadParameter:
        yield f"The earlier release has no version; it says {told!r}."
        return
    if new <= old:
        yield f"{new} does not come after {old}, the earlier release."
        return
    prior = found.after.iris(ONTOLOGY, PRIOR)
    if prior != [f"{ONTOLOGY}/{old}"]:
        yield f"owl:priorVersion is {', '.join(prior) or 'missing'}, not {ONTOLOGY}/{old}."
    needed = max((reason.level for reason in why), default=Level.NONE)
    # Before 1.0.0 a minor version may do what a major one does, and the change log says what.
    allowed = Level.MINOR if new.major == 0 else needed
    if new.step_from(old) < min(needed, allowed):
        first = next(reason for reason in why if reason.level == needed)
        wanted = min(needed, allowed).name.lower()
        yield f"From {old} to {new} is no {wanted} step, and one is needed; {first}."
    for reason in why:
        if reason.level == Level.MAJOR and not _is_logged(candidate, reason.thing):
            yield f"The change log must name what breaks: {short(reason.thing)} {reason.words}."


def _is_logged(candidate: Candidate, thing: str) -> bool:
    if not (candidate.root / "CHANGELOG.md").is_file():
        return True
    return re.search(rf"\b{re.escape(slug(thing))}\b", candidate.changelog) is not None


def _lost(candidate: Candidate, found: Difference) -> Iterator[str]:
    """Terms that are gone, though they were never deprecated, or within a major version."""
    told = found.before.text(ONTOLOGY, VERSION_INFO)
    step = _step(told, candidate.version)
    for term, deprecated in gone(found):
        if not deprecated:
            yield (
                f"{short(term)} is gone. Deprecate, never delete: put it back with "
                f"{short(DEPRECATED)} true, {short(REPLACED)} and skos:changeNote."
            )
        elif step is not Level.MAJOR:
            yield f"{short(term)} was deprecated, but only a major version may take it out."


def _step(old: str, new: str) -> Level:
    try:
        return Version.of(new).step_from(Version.of(old))
    except BadParameter:
        return Level.NONE
