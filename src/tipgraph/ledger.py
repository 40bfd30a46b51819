"""Who decided what of a draft, when and why: a file that grows, and in which nothing is changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .drafted import block
from .errors import BadData, BrokenFile
from .terms import PREFIXES, TIP, Literal, shorten
from .written import quoted, read_written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .written import Block

ACCEPTED, REJECTED, CHANGED, NAMED = "accepted", "rejected", "changed", "named"
TAKEN_BACK = "taken back"
_DCTERMS, _PROV, _SKOS = PREFIXES["dcterms"], PREFIXES["prov"], PREFIXES["skos"]
_REVIEW = "https://w3id.org/tipgraph/id/review/"
_PREFIXES = (
    *("dcterms", "foaf", "impact", "prov", "resource", "response", "review", "skos"),
    *("statement", "tip", "xsd"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """What a decision did to a draft: the blocks that it changed, as they were, in Turtle.

    *after* is the hash of what they became, and *named* the new address of a thing, if it got one.
    """

    before: str = ""
    after: str = ""
    named: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a statement, by whom, when, and why; and what that did to the draft."""

    statement: str
    verdict: str
    curator: str
    at: str
    reason: str = ""
    step: Step = field(default_factory=Step)


@dataclass
class Ledger:
    """The decisions of a review, kept in a Turtle file to which each is added at once."""

    path: Path
    decisions: list[Decision] = field(default_factory=list)
    declared: frozenset[str] = frozenset()

    @classmethod
    def opened(cls, path: Path) -> Ledger:
        """The ledger at *path*, with what it holds."""
        if not path.exists():
            return cls(path)
        try:
            written = read_written(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, BadData) as error:
            message = f"{path} cannot be read: {error} Mend it, or take what is broken out of it."
            raise BrokenFile(message) from error
        return cls(path, [_decision(b) for b in written.blocks], frozenset(written.prefixes))

    def add(self, decision: Decision) -> None:
        """Keep *decision*."""
        new = [prefix for prefix in _PREFIXES if prefix not in self.declared]
        text = "".join(f"@prefix {p}: <{PREFIXES.get(p, _REVIEW)}> .\n" for p in new)
        number = len(self.decisions) + 1
        lines = [
            "a prov:Activity",
            f"prov:used {shorten(decision.statement)}",
            f"prov:wasAssociatedWith [ a prov:Agent ; foaf:name {quoted(decision.curator)} ]",
            f'prov:endedAtTime "{decision.at}"^^xsd:dateTime',
            f"dcterms:type {quoted(decision.verdict)}",
            *([f"skos:note {quoted(decision.reason)}@en"] if decision.reason else []),
            *_step(decision.step),
        ]
        text += "\n" + block(f"review:{self.path.name.split('.')[0]}-{number}", lines)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        self.decisions.append(decision)
        self.declared |= frozenset(_PREFIXES)

    def standing(self) -> list[Decision]:
        """The decisions that nobody has taken back, in order."""
        found: list[Decision] = []
        for decision in self.decisions:
            if decision.verdict != TAKEN_BACK:
                found.append(decision)
            elif found:
                found.pop()
        return found

    def verdicts(self) -> Mapping[str, str]:
        """The last verdict on each statement that has one."""
        known = (ACCEPTED, REJECTED)
        return {d.statement: d.verdict for d in self.standing() if d.verdict in known}


def _step(step: Step) -> list[str]:
    if not step.before:
        return []
    named = [f"prov:generated {shorten(step.named)}"] if step.named else []
    return [f"prov:value {quoted(step.before)}", f'tip:sha256 "{step.after}"', *named]


def _decision(told: Block) -> Decision:
    def text(predicate: str) -> str:
        values = told.values(predicate)
        return values[0].term.value if values else ""

    agent = told.values(_PROV + "wasAssociatedWith")
    names = [p.value.term for value in agent for p in value.pairs]
    return Decision(
        text(_PROV + "used"),
        text(_DCTERMS + "type"),
        next((term.value for term in names if isinstance(term, Literal)), ""),
        text(_PROV + "endedAtTime"),
        text(_SKOS + "note"),
        Step(text(_PROV + "value"), text(TIP + "sha256"), text(_PROV + "generated")),
    )
