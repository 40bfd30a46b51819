"""The documents that support an answer as BibTeX, RIS and CSL-JSON, for those who cite them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .terms import slug, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .answers import Document, Item
    from .evidence import Bench

CITED = ("bibtex", "ris", "csl")
_WEB = "WebPage"
# What TeX reads as a command; a tilde and a caret have names of their own.
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_IN_URLS = {"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"}


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a document: an organization, or a person with a family name at the end."""

    name: str
    person: bool

    @property
    def parts(self) -> tuple[str, str]:
        """The given names and the family name of a person."""
        given, _, family = self.name.rpartition(" ")
        return given, family


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it is cited, with a *note* on the answer that it supports."""

    document: Document
    web: bool
    language: str
    authors: tuple[Author, ...]
    note: str

    @property
    def key(self) -> str:
        """The name by which texts cite it."""
        return slug(self.document.id)

    @property
    def date(self) -> tuple[int, ...]:
        """Year, month and day, as far as they are known."""
        found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", self.document.issued)
        return tuple(int(part) for part in found.groups() if part) if found else ()


def documents(items: Iterable[Item]) -> list[Document]:
    """The documents of the evidence of *items*, each once, in the order of their IRIs."""
    found = {e.document.id: e.document for item in items for e in item.evidence}
    return [found[iri] for iri in sorted(found)]


def cited(bench: Bench, found: Sequence[Document], note: str) -> tuple[Source, ...]:
    """The documents *found*, each as it is cited with *note*."""
    types: dict[str, set[str]] = {}
    languages: dict[str, str] = {}
    authors: dict[str, dict[str, Author]] = {}
    for row in bench.select("citations"):
        iri = text_of(row["document"])
        types.setdefault(iri, set()).add(slug(text_of(row["type"])))
        languages[iri] = text_of(row["language"])
        if row["creator"] is not None:
            who = Author(text_of(row["name"]), text_of(row["person"]) == "true")
            authors.setdefault(iri, {})[text_of(row["creator"])] = who
    return tuple(
        Source(
            one,
            _WEB in types.get(one.id, ()),
            languages.get(one.id, ""),
            tuple(authors.get(one.id, {}).values()) or (Author(one.publisher, person=False),),
            note,
        )
        for one in found
    )


def note(release: str, question: str, address: str | None = None) -> str:
    """That a document supports the answer of *release* to *question*, and where that is."""
    where = f": {address}" if address else ""
    return f"Supports the answer of tipgraph {release} to {question}{where}"


def written(sources: Sequence[Source], form: str) -> str:
    """*sources* in *form*, one of bibtex, ris, csl."""
    if form == "csl":
        return json.dumps([_csl(one) for one in sources], ensure_ascii=False, indent=2) + "\n"
    return "".join(_bibtex(one) if form == "bibtex" else _ris(one) for one in sources)


def _bibtex(source: Source) -> str:
    one, date = source.document, source.date
    fields = {
        # The second braces keep capitals, and the name of an organization in one piece.
        "title": f"{{{_tex(one.title)}}}",
        "author": " and ".join(_tex_author(author) for author in source.authors),
        "publisher" if source.web else "institution": f"{{{_tex(one.publisher)}}}",
        "year": f"{date[0]:04}" if date else "",
        "date": "-".join(f"{part:02}" for part in date),
        "url": "".join(_IN_URLS.get(ch, ch) for ch in one.url or ""),
        "language": _tex(source.language),
        "note": _tex(source.note),
    }
    kind = "misc" if source.web else "techreport"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{source.key},", *lines, "}", "", ""])


def _tex(text: str) -> str:
    return "".join(_TEX.get(ch, ch) for ch in _line(text))


def _tex_author(author: Author) -> str:
    if not author.person:
        return f"{{{_tex(author.name)}}}"
    given, family = author.parts
    return f"{_tex(family)}, {_tex(given)}" if given else _tex(family)


def _ris(source: Source) -> str:
    one, date = source.document, source.date
    day = [f"{part:02}" for part in date] + [""] * (3 - len(date))
    lines = [
        ("TY", "ELEC" if source.web else "RPT"),
        ("ID", source.key),
        ("TI", one.title),
        *(("AU", _ris_author(author)) for author in source.authors),
        ("PB", one.publisher),
        ("PY", day[0]),
        ("DA", "/".join([*day, ""]) if date else ""),
        ("UR", one.url or ""),
        ("LA", source.language),
        ("N1", source.note),
    ]
    told = [f"{tag}  - {_line(value)}" for tag, value in lines if value]
    return "\r\n".join([*told, "ER  - ", "", ""])


def _ris_author(author: Author) -> str:
    given, family = author.parts if author.person else ("", author.name)
    return f"{family}, {given}" if given else family


def _csl(source: Source) -> Mapping[str, object]:
    one = source.document
    found: dict[str, object] = {
        "id": source.key,
        "type": "webpage" if source.web else "report",
        "title": one.title,
        "author": [_csl_author(author) for author in source.authors],
        "publisher": one.publisher,
        "issued": {"date-parts": [list(source.date)]} if source.date else None,
        "URL": one.url,
        "language": source.language,
        "note": source.note,
    }
    return {name: value for name, value in found.items() if value}


def _csl_author(author: Author) -> Mapping[str, str]:
    given, family = author.parts
    if not author.person:
        return {"literal": author.name}
    return {"family": family, "given": given} if given else {"family": family}


def _line(text: str) -> str:
    return " ".join(text.split())
