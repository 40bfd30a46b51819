"""Answers as JSON, CSV and text, and which format a client wants."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from .errors import NotAcceptable
from .terms import Blank, Iri, shorten, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .answers import Answer, Document, Evidence, Item, Passage
    from .queryable import Rows
    from .terms import Term

ROW_TYPES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}
GRAPH_TYPES = {
    "turtle": "text/turtle; charset=utf-8",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig; charset=utf-8",
    "nquads": "application/n-quads",
}
ITEM_TYPES = {
    "json": "application/json",
    "jsonld": "application/ld+json",
    "csv": "text/csv; charset=utf-8",
    "turtle": "text/turtle; charset=utf-8",
}
_ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
}


def choose(accept: str, offered: Mapping[str, str], aliases: bool = False) -> str:
    """The key of *offered* that an `Accept` header likes best, or `NotAcceptable`."""
    wanted = [_media_range(part) for part in accept.split(",") if part.strip()]
    if not wanted:
        return next(iter(offered))
    best, best_score = None, (0.0, 0, 0)
    for position, (key, full) in enumerate(offered.items()):
        media = full.split(";")[0]
        names = {media, *(a for a, target in _ALIASES.items() if aliases and target == media)}
        specificity, quality = max(
            ((_fits(range_, names), q) for range_, q in wanted), key=lambda fit: fit[0]
        )
        score = (quality, specificity, -position)
        if specificity and quality > 0 and (best is None or score > best_score):
            best, best_score = key, score
    if best is None:
        kinds = ", ".join(full.split(";")[0] for full in offered.values())
        message = f"None of the accepted formats can be given; ask for one of {kinds}."
        raise NotAcceptable(message, formats=kinds)
    return best


def _media_range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = min(1.0, max(0.0, float(value)))
            except ValueError:
                quality = 0.0
    return media.lower(), quality


def _fits(media_range: str, names: Iterable[str]) -> int:
    if media_range in names:
        return 3
    major, _, minor = media_range.partition("/")
    if minor == "*" and major != "*" and any(name.startswith(major + "/") for name in names):
        return 2
    return 1 if media_range == "*/*" else 0


def document(value: Document) -> dict[str, object]:
    """A document as JSON has it."""
    return {
        "id": value.id,
        "title": value.title,
        "publisher": value.publisher,
        "issued": value.issued,
        "url": value.url,
        "sha256": value.sha256,
    }


def evidence(value: Evidence) -> dict[str, object]:
    """A piece of evidence as JSON has it; what the evidence does not have is null."""
    passage = value.passage
    return {
        "document": document(value.document),
        "statement": {
            "id": value.statement.id,
            "kind": value.statement.kind,
            "modality": value.statement.modality,
            "basis": value.statement.basis,
            "link_basis": value.statement.link_basis,
        },
        "section": passage.section if passage else None,
        "phrase": passage.phrase if passage else None,
        "spans": [{"start": s.start, "end": s.end} for s in passage.spans] if passage else [],
        "quote": passage.quote if passage else None,
    }


def item(value: Item, address: Callable[[str, str], str]) -> dict[str, object]:
    """An item as JSON has it; *address* gives the URL of a thing by kind and IRI."""
    return {
        "id": value.id,
        "type": value.type,
        "label": value.label,
        "description": value.description,
        "why": list(value.why),
        "evidence": [evidence(e) for e in value.evidence],
        **{
            key: [{"id": named.id, "label": named.label} for named in targets]
            for key, targets in value.links.items()
        },
        **{key: list(values) for key, values in value.values.items()},
        "links": {"self": address(value.kind, value.id), "html": address("", value.id)},
    }


_EVIDENCE_COLUMNS = (
    "document",
    "document_title",
    "publisher",
    "issued",
    "statement",
    "kind",
    "modality",
    "basis",
    "link_basis",
    "section",
    "phrase",
    "spans",
    "quote",
)


def items_csv(answer: Answer) -> str:
    """One row an item and piece of evidence; several values of a key are parted by ` | `."""
    keys = dict.fromkeys(k for i in answer.items for k in (*i.links, *i.values))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["id", "type", "label", "description", "why", *_EVIDENCE_COLUMNS, *keys])
    for i in answer.items:
        head = [i.id, i.type, i.label, i.description, " | ".join(i.why)]
        tail = [_cell(i, key) for key in keys]
        for e in i.evidence:
            writer.writerow([*head, *_evidence_cells(e), *tail])
    return out.getvalue()


def _cell(value: Item, key: str) -> str:
    return " | ".join(
        [n.label for n in value.links.get(key, ())] + [str(v) for v in value.values.get(key, ())]
    )


def _evidence_cells(value: Evidence) -> list[str]:
    passage, statement = value.passage, value.statement
    return [
        value.document.id,
        value.document.title,
        value.document.publisher,
        value.document.issued,
        statement.id,
        statement.kind,
        statement.modality,
        statement.basis,
        statement.link_basis or "",
        (passage.section or "") if passage else "",
        passage.phrase if passage else "",
        _spans(passage) if passage else "",
        (passage.quote or "") if passage else "",
    ]


def _spans(passage: Passage) -> str:
    return " ".join(f"{span.start}-{span.end}" for span in passage.spans)


def rows_csv(rows: Rows) -> str:
    """Rows as CSV with IRIs shortened, as expected answers are written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.variables)
    writer.writerows([short(term) for term in row] for row in rows.rows)
    return out.getvalue()


def short(term: Term | None) -> str:
    """*term* for people: an IRI as a CURIE, a literal's text."""
    if isinstance(term, Iri):
        return shorten(term.value)
    return f"_:{term.value}" if isinstance(term, Blank) else text_of(term)


_SAID_BY_EVIDENCE = {"document", "kind", "link_basis", "modality", "addressed", "assessment"}


def items_text(items: Sequence[Item]) -> str:
    """Items for a terminal: label, reasons, and each piece of evidence on a line of its own."""
    return "\n\n".join(_item_text(i) for i in items)


def _item_text(value: Item) -> str:
    lines = [f"{value.label}  <{shorten(value.id)}>", *(f"  why: {reason}" for reason in value.why)]
    known = {
        **{key: [named.label for named in targets] for key, targets in value.links.items()},
        **{key: [_plain(v) for v in values] for key, values in value.values.items()},
    }
    lines += [
        f"  {key.replace('_', ' ')}: {', '.join(values)}"
        for key, values in known.items()
        if values and key not in _SAID_BY_EVIDENCE
    ]
    lines += [line for e in value.evidence for line in _evidence_lines(e)]
    return "\n".join(lines)


def _plain(value: object) -> str:
    text = str(value)
    return shorten(text).removeprefix("c:") if "://" in text else text


def _evidence_lines(value: Evidence) -> list[str]:
    statement, passage = value.statement, value.passage
    how = ", ".join(
        part
        for part in (statement.kind, statement.modality, statement.basis, statement.link_basis)
        if part
    )
    where = f"{value.document.label} {value.document.issued[:4]}"
    if passage is None:
        return [f"  - {where}: {how}"]
    section = f", “{passage.section}”" if passage.section else ""
    words = f"“{passage.quote}”" if passage.quote else f"at “{passage.phrase}”"
    return [
        f"  - {where}{section}, {_spans(passage)}: {words}",
        f"    [{how}] {slug(statement.id)}",
    ]
