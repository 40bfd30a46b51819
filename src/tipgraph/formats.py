"""Answers as JSON, CSV and text, and which format a client wants."""

from __future__ import annotations

import csv
import io
import re
from functools import partial
from typing import TYPE_CHECKING

from .errors import NotAcceptable
from .tables import spans, table
from .terms import Blank, Iri, shorten, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .answers import Answer, Document, Evidence, Item, Named
    from .ask import Reply
    from .queryable import Rows
    from .tables import Table
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
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig; charset=utf-8",
    "nquads": "application/n-quads",
    "bibtex": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json",
}
# RFC 9110, section 12.4.2; a quality that is none is read as a refusal.
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
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
        also = [a for a, target in _ALIASES.items() if aliases and target == media]
        specificity, quality = max(
            ((_fits(range_, media, also), q) for range_, q in wanted), key=lambda fit: fit[0]
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
            quality = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
    return media.lower(), quality


def _fits(media_range: str, media: str, also: Iterable[str]) -> int:
    """How closely *media_range* means *media*, which may *also* go by other names."""
    if media_range == media:
        return 4
    if media_range in also:
        return 3
    major, _, minor = media_range.partition("/")
    if minor == "*" and major != "*" and any(n.startswith(major + "/") for n in (media, *also)):
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
    """A piece of evidence as JSON has it; what the evidence does not have is null.

    It is known by its passage or, where there is none, by the assessment of the document.
    """
    passage = value.passage
    return {
        "id": passage.id if passage else value.statement.id,
        "type": "Passage" if passage else "CoverageAssessment",
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


def item(
    value: Item,
    address: Callable[[str, str], str],
    fields: Sequence[str] | None = None,
) -> dict[str, object]:
    """An item as JSON has it; *address* gives the URL of a thing by kind and IRI.

    With *fields*, it has its id, its type and these keys, in their order.
    """
    whole: dict[str, Callable[[], object]] = {
        "label": lambda: value.label,
        "description": lambda: value.description,
        "why": lambda: list(value.why),
        "evidence": lambda: [evidence(e) for e in value.evidence],
        **{key: partial(_named, targets) for key, targets in value.links.items()},
        **{key: partial(list, values) for key, values in value.values.items()},
        "links": lambda: {
            "self": address(value.kind, value.id),
            "html": address("", value.id),
        },
    }
    chosen = whole if fields is None else [key for key in fields if key in whole]
    return {"id": value.id, "type": value.type, **{key: whole[key]() for key in chosen}}


def _named(targets: Sequence[Named]) -> list[dict[str, str]]:
    return [{"id": named.id, "label": named.label} for named in targets]


def items_csv(answer: Answer, fields: Sequence[str] | None = None) -> str:
    """The table of *answer* as RFC 4180 has it: every cell as it is, several values parted."""
    return table_csv(table(answer, fields))


def table_csv(found: Table) -> str:
    """The table *found* as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(found.columns)
    writer.writerows(found.rows)
    return out.getvalue()


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


def reply_text(reply: Reply) -> str:
    """The answer to a question in plain words, for a terminal: what was understood comes first."""
    understood = reply.understood
    lines = [f"asked for: {reply.want}"]
    lines += [
        f"  about “{r.given}” {', '.join(t.label for t in r.things)}".rstrip()
        for r in understood.readings
    ]
    lines += [f"  in {thing.label}" for thing in understood.documents]
    lines += [f"  ignored: {', '.join(understood.ignored)}"] if understood.ignored else []
    lines += [reply.reason] if reply.reason else []
    lines += [f"The nearest words known are {', '.join(reply.nearest)}."] if reply.nearest else []
    return "\n".join([*lines, "", items_text(reply.items)]).rstrip()


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
    lines += [line for e in value.evidence for line in evidence_text(e)]
    return "\n".join(lines)


def _plain(value: object) -> str:
    text = str(value)
    return shorten(text).removeprefix("c:") if "://" in text else text


def evidence_text(value: Evidence) -> list[str]:
    """A piece of evidence for a terminal, on two lines."""
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
        f"  - {where}{section}, {spans(passage)}: {words}",
        f"    [{how}] {slug(statement.id)}",
    ]
