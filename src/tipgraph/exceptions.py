"""The exceptions that an ontology claims from the rules of its lint, each with its reason."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import BrokenFile
from .findings import Place
from .terms import expand

if TYPE_CHECKING:
    from pathlib import Path

NAME = "lint-exceptions.tsv"
_HEADS = ["rule", "thing", "reason"]


@dataclass(frozen=True, slots=True)
class Excuse:
    """A rule that a thing is excused from, why, and where that is written."""

    rule: str
    thing: str
    reason: str
    place: Place


def path_of(ontology: Path) -> Path:
    """Where the exceptions of *ontology*, a file or a folder, stand if there are any."""
    return (ontology.parent if ontology.is_file() else ontology) / NAME


def excuses(ontology: Path) -> tuple[Excuse, ...]:
    """The exceptions in the file `lint-exceptions.tsv` beside the *ontology*, or in its folder."""
    path = path_of(ontology)
    if not path.is_file():
        return ()
    heads, *rows = path.read_text(encoding="utf-8").splitlines() or [""]
    if heads.split("\t") != _HEADS:
        message = f"{path}:1: the heads of the columns are not {', '.join(_HEADS)}, parted by tabs."
        raise BrokenFile(message, file=str(path), line=1)
    shown = _shown(path)
    return tuple(_excuse(path, Place(shown, line), row) for line, row in enumerate(rows, 2) if row)


def _excuse(path: Path, place: Place, row: str) -> Excuse:
    rule, _, rest = row.partition("\t")
    thing, _, reason = rest.partition("\t")
    iri = expand(thing)
    if iri is None or not reason.strip():
        message = f"{path}:{place.line}: name a rule, a thing and a reason, parted by tabs."
        raise BrokenFile(message, file=str(path), line=place.line)
    return Excuse(rule, iri, reason, place)


def _shown(path: Path) -> str:
    short = os.path.relpath(path)
    return str(path) if short.startswith("..") else short
