"""Write a new version into the files of a repository, and touch nothing else in them."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .errors import BadParameter
from .release import DATASET_TYPE, DATASET_VERSION, PLACES, PRIOR, VERSION_INFO, VERSION_IRI
from .terms import PREFIXES, Iri
from .versions import ONTOLOGY
from .written import Block, Edit, Written, read_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_DCTERMS = PREFIXES["dcterms"]
_DATED = (_DCTERMS + "issued", _DCTERMS + "modified")
_CITATION = _DCTERMS + "bibliographicCitation"
_UNRELEASED = re.compile(r"^## \[Unreleased\].*$", re.MULTILINE | re.IGNORECASE)
_FIRST = re.compile(r"^## \[", re.MULTILINE)


def today() -> str:
    """The date of a release: that of SOURCE_DATE_EPOCH where it is set, or today's."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if told is None:
        return datetime.now(UTC).date().isoformat()
    if not told.isdecimal():
        message = f"SOURCE_DATE_EPOCH={told}: give seconds since 1970, as digits."
        raise BadParameter(message)
    return datetime.fromtimestamp(int(told), UTC).date().isoformat()


def prepared(root: Path, earlier: str, version: str, date: str, log: str) -> Mapping[Path, str]:
    """The files of *root* that change when its version becomes *version*, with their new texts.

    *log* is put into the change log, below what stands there as not released yet.
    """
    found = {
        path: _turtle(path.read_text(encoding="utf-8"), earlier, version, date)
        for folder in ("ontology", "data")
        for path in sorted((root / folder).glob("*.ttl"))
    }
    for name, pattern in PLACES.items():
        path = root / name
        if path.is_file():
            found[path] = _replaced(path.read_text(encoding="utf-8"), pattern, version)
    citation, changes = root / "CITATION.cff", root / "CHANGELOG.md"
    if citation in found:
        found[citation] = _replaced(found[citation], r"^date-released: (\S+)", date)
    if changes.is_file():
        found[changes] = _logged(changes.read_text(encoding="utf-8"), version, date, log)
    return {path: text for path, text in found.items() if text != path.read_text(encoding="utf-8")}


def _replaced(text: str, pattern: str, value: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    return text[: match.start(1)] + value + text[match.end(1) :] if match else text


def _logged(text: str, version: str, date: str, log: str) -> str:
    """The change log with a section on *version*; one that is there already stays as it is."""
    if f"## [{version}]" in text:
        return text
    heading = f"## [{version}] - {date}"
    if _UNRELEASED.search(text):
        return _UNRELEASED.sub(lambda _: heading, text, count=1)
    first = _FIRST.search(text)
    at = first.start() if first else len(text)
    return f"{text[:at]}{heading}\n\n{log.strip()}\n\n{text[at:]}"


def _turtle(text: str, earlier: str, version: str, date: str) -> str:
    written = read_written(text)
    edits = [
        edit
        for block in written.blocks
        for edit in (*_header(written, block, earlier, version, date),)
    ]
    return written.edited(edits)


def _header(
    written: Written, block: Block, earlier: str, version: str, date: str
) -> Iterator[Edit]:
    """The edits of a block that describes the ontology, or a data set."""
    types = {value.term for value in block.values(PREFIXES["rdf"] + "type")}
    is_ontology = block.subject.term == Iri(ONTOLOGY)
    if not is_ontology and Iri(DATASET_TYPE) not in types:
        return
    for predicate in (VERSION_INFO, DATASET_VERSION):
        for value in block.values(predicate):
            yield _body(written, value.start, value.end, value.term.value, version)
    for predicate in _DATED:
        for value in block.values(predicate):
            yield _body(written, value.start, value.end, value.term.value, date)
    if is_ontology:
        yield from _ontology(written, block, earlier, version)


def _ontology(written: Written, block: Block, earlier: str, version: str) -> Iterator[Edit]:
    for value in block.values(VERSION_IRI):
        yield Edit(value.start, value.end, f"<{ONTOLOGY}/{version}>")
    prior = block.values(PRIOR)
    for value in prior:
        yield Edit(value.start, value.end, f"<{ONTOLOGY}/{earlier}>")
    if not prior:
        iri = block.values(VERSION_IRI)
        pair = f"{written.short(PRIOR)} <{ONTOLOGY}/{earlier}>"
        at = iri[-1].end if iri else None
        behind = written.behind(block, pair)
        yield behind if at is None else Edit(at, at, behind.new)
    for value in block.values(_CITATION):
        old = written.text[value.start : value.end]
        yield Edit(value.start, value.end, re.sub(rf"\b{re.escape(earlier)}\b", version, old))


def _body(written: Written, start: int, end: int, old: str, new: str) -> Edit:
    """That a literal has another text, between its own marks and with its own type."""
    return Edit(start, end, written.text[start:end].replace(old, new, 1))
