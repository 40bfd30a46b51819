"""The changes between two graphs in words: for the terminal, for a pull request, as JSON."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING

from .changes import ADDED, CHANGED, REMOVED, RENAMED
from .described import DESCRIPTION, TYPE, Node, short
from .terms import PREFIXES, TIP, Iri, slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .changes import Change, Difference, Edit
    from .described import Value

FORMATS = ("text", "markdown", "json")
_MARKS = {ADDED: "+", REMOVED: "-", CHANGED: "~", RENAMED: ">"}
_OA = PREFIXES["oa"]
_PASSAGE, _STATED_IN = TIP + "Passage", TIP + "statedIn"
# Words for properties of other vocabularies, which have no label here.
_WORDS = {
    PREFIXES["skos"] + "altLabel": "other label",
    PREFIXES["skos"] + "hiddenLabel": "words it is sought by",
    PREFIXES["skos"] + "prefLabel": "label",
    PREFIXES["skos"] + "topConceptOf": "top concept of",
    PREFIXES["skos"] + "inScheme": "scheme",
    PREFIXES["rdfs"] + "subClassOf": "kind of",
    PREFIXES["rdfs"] + "subPropertyOf": "kind of",
    PREFIXES["owl"] + "versionInfo": "version",
    PREFIXES["owl"] + "versionIRI": "version IRI",
    PREFIXES["dcterms"] + "hasPart": "part",
    PREFIXES["dcterms"] + "isReplacedBy": "replaced by",
    _OA + "hasSelector": "place in the text",
    _OA + "hasSource": "document",
    TYPE: "type",
}
_PLURALS = {
    "Act": "Acts of trafficking",
    "CoverageStatus": "Coverage statuses",
    "EvidenceBasis": "Evidence bases",
    "ExploitationForm": "Forms of exploitation",
    "LinkBasis": "Link bases",
    "Means": "Means of control",
    "Modality": "Modalities",
    "Impact": "Impacts",
    "PolicyResponse": "Policy responses",
    "PublishedResource": "Published resources",
    "SourceDocument": "Documents",
    "NamedActor": "Actors",
    "Passage": "Passages",
    "CoverageAssessment": "Coverage",
    "Class": "Classes",
    "ObjectProperty": "Object properties",
    "DatatypeProperty": "Properties with values",
    "AnnotationProperty": "Annotation properties",
    "Ontology": "The ontology",
    "Dataset": "The data set",
    "ConceptScheme": "Concept schemes",
}


def written(found: Difference, form: str) -> str:
    """The changes in *form*, one of text, markdown, json."""
    if form == "json":
        return json.dumps(_document(found), ensure_ascii=False, indent=2) + "\n"
    lines = _markdown(found) if form == "markdown" else _text(found)
    return "\n".join(lines) + "\n"


def headline(found: Difference) -> str:
    """How many things changed, in one line."""
    told = [f"{count:,} {how}" for how, count in found.counts().items() if count]
    return ", ".join(told) or "No difference."


def property_words(found: Difference, iri: str) -> str:
    """What a property is called: by its label, or by the words of its name."""
    return in_words(iri, found.name(iri))


def in_words(iri: str, name: str) -> str:
    """The property *iri* in words; *name* is its label, or the last part of it."""
    known = _WORDS.get(iri, name)
    return known if " " in known else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", known).lower()


def value_words(found: Difference, value: Value) -> str:
    """*value* for people: a thing by its label, a text in inverted commas, a place as numbers."""
    if isinstance(value, Iri):
        return found.name(value.value)
    if isinstance(value, Node):
        return _node_words(found, value)
    return f"“{value.value}”" if not value.value.isdecimal() else value.value


def _node_words(found: Difference, node: Node) -> str:
    start, end = node.values(_OA + "start"), node.values(_OA + "end")
    exact = node.values(_OA + "exact")
    if start and end:
        return f"{value_words(found, start[0])}–{value_words(found, end[0])}"
    if exact:
        return f"phrase {value_words(found, exact[0])}"
    inner = [value_words(found, one) for one in node.members or ()]
    inner += [
        f"{property_words(found, p)} {value_words(found, v)}" for p, v in node.pairs if p != TYPE
    ]
    return f"[{', '.join(inner)}]"


def _groups(found: Difference) -> Iterator[tuple[str, list[Change]]]:
    shown = (change for change in found.changes if not _told_elsewhere(found, change))
    for title, group in groupby(shown, key=lambda change: _title(found, change)):
        yield title, list(group)


def _told_elsewhere(found: Difference, change: Change) -> bool:
    """Whether a passage came, or went, with all the statements that rest on it."""
    if change.type != _PASSAGE or change.how not in {ADDED, REMOVED}:
        return False
    carried = found.carried.get(change.thing, ())
    how = {each.thing: each.how for each in found.changes}
    return bool(carried) and all(how.get(statement) == change.how for statement in carried)


def _title(found: Difference, change: Change) -> str:
    title = plural(slug(change.type), found.name(change.type)) if change.type else "Others"
    within = found.name(change.within) if change.within else ""
    return f"{title} of {within}" if within not in {"", title} else title


def plural(kind: str, label: str) -> str:
    """What things of the class *kind* are called together; *label* is what one is called."""
    if kind in _PLURALS:
        return _PLURALS[kind]
    many = label if label.endswith("s") else f"{label}s"
    return many[:1].upper() + many[1:]


def _name(found: Difference, change: Change) -> str:
    label = found.name(change.thing)
    phrase = next(iter(_phrases(found, change.thing)), None)
    return f"“{phrase}”" if phrase else label


def _phrases(found: Difference, thing: str) -> Iterator[str]:
    for graph in (found.after, found.before):
        for value in graph.values(thing, _OA + "hasSelector"):
            exact = value.values(_OA + "exact") if isinstance(value, Node) else []
            yield from (v.value for v in exact if not isinstance(v, Node))


def _text(found: Difference) -> Iterator[str]:
    yield headline(found)
    for title, changes in _groups(found):
        yield from ("", title)
        for change in changes:
            was = f", before {short(change.was)}" if change.was else ""
            yield f"  {_MARKS[change.how]} {_name(found, change)} ({short(change.thing)}{was})"
            for line in _lines(found, change):
                yield f"      {line}"


def _markdown(found: Difference) -> Iterator[str]:
    yield headline(found)
    for title, changes in _groups(found):
        yield from ("", f"### {_escaped(title)}", "")
        for change in changes:
            was = f", before `{short(change.was)}`" if change.was else ""
            name = _escaped(_name(found, change))
            yield f"- **{change.how}** {name} (`{short(change.thing)}`{was})"
            for line in _lines(found, change):
                yield f"  - {_escaped(line)}"


def _escaped(text: str) -> str:
    """*text* with what Markdown or HTML would take for a mark made plain."""
    plain = " ".join(text.split())
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{ch}" if ch in "\\`*_[]#|~@" else ch for ch in plain)


def _lines(found: Difference, change: Change) -> Iterator[str]:
    """What is said below a change: its edits, or, of what came or went, what it says."""
    if change.how in {ADDED, REMOVED}:
        graph = found.after if change.how == ADDED else found.before
        text = graph.text(change.thing, DESCRIPTION, PREFIXES["skos"] + "definition")
        if text:
            yield text
    else:
        for edit in change.edits:
            yield _edit_words(found, edit)
    carried = found.carried.get(change.thing, ())
    if carried:
        yield "carries: " + "; ".join(found.name(statement) for statement in carried)


def _edit_words(found: Difference, edit: Edit) -> str:
    name = property_words(found, edit.property)
    if edit.property == TIP + "sha256" and edit.removed and edit.added:
        return f"{name}: another one"
    removed = [value_words(found, value) for value in edit.removed]
    added = [value_words(found, value) for value in edit.added]
    if removed and added and len(removed) == len(added) == 1:
        return f"{name}: {removed[0]} → {added[0]}"
    told = [*(f"− {one}" for one in removed), *(f"+ {one}" for one in added)]
    return f"{name}: {', '.join(told)}"


def _document(found: Difference) -> dict[str, object]:
    return {"counts": found.counts(), "things": [_thing(found, one) for one in found.changes]}


def _thing(found: Difference, change: Change) -> dict[str, object]:
    return {
        "id": change.thing,
        "label": found.name(change.thing),
        "type": change.type,
        "change": change.how,
        "was": change.was,
        "within": change.within or None,
        "carries": list(found.carried.get(change.thing, ())),
        "properties": [
            {
                "id": edit.property,
                "label": property_words(found, edit.property),
                "removed": [_value(found, value) for value in edit.removed],
                "added": [_value(found, value) for value in edit.added],
            }
            for edit in change.edits
        ],
    }


def _value(found: Difference, value: Value) -> dict[str, object]:
    if isinstance(value, Iri):
        return {"id": value.value, "label": found.name(value.value)}
    if isinstance(value, Node):
        return {"node": _node_words(found, value)}
    kept = {"value": value.value, "datatype": value.datatype, "language": value.language}
    return {key: one for key, one in kept.items() if one is not None}
