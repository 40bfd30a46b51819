"""Say in plain words what a SHACL constraint asks, where its shape has no message of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import RDF, SH, Graph, URIRef
from rdflib.collection import Collection

from .terms import shorten

if TYPE_CHECKING:
    from rdflib.term import Node

_ON = "{path}"
# What is wrong and what to do, by the component of SHACL; {} is what the constraint asks for.
_WORDS = {
    "MinCount": ("It has fewer than {} of {path}", "Add what is missing"),
    "MaxCount": ("It has more than {} of {path}", "Keep {} at most"),
    "Class": ("The value of {path} is not a {}", "Point to a {}, or say that it is one"),
    "Datatype": ("The value of {path} is not of the datatype {}", "Write it as {}"),
    "NodeKind": ("The value of {path} is not of the kind {}", "Write it as {}"),
    "Pattern": ("The value of {path} does not match {}", "Write it so that it matches"),
    "MinLength": ("The value of {path} is shorter than {}", "Write at least {} characters"),
    "MaxLength": ("The value of {path} is longer than {}", "Write at most {} characters"),
    "MinInclusive": ("The value of {path} is below {}", "Give at least {}"),
    "MaxInclusive": ("The value of {path} is above {}", "Give at most {}"),
    "MinExclusive": ("The value of {path} is not above {}", "Give more than {}"),
    "MaxExclusive": ("The value of {path} is not below {}", "Give less than {}"),
    "In": ("The value of {path} is none of {}", "Give one of these"),
    "LanguageIn": ("The language of {path} is none of {}", "Give one of these"),
    "HasValue": ("{path} lacks the value {}", "Add it"),
    "UniqueLang": ("{path} has two texts in one language", "Keep one a language"),
    "Equals": ("The values of {path} are not those of {}", "Make both the same"),
    "Disjoint": ("A value of {path} is also one of {}", "Remove one of the two"),
    "LessThan": ("A value of {path} is not below that of {}", "Correct one of the two"),
    "LessThanOrEquals": ("A value of {path} is above that of {}", "Correct one of the two"),
    "Closed": ("It has the property {path}, which is not foreseen", "Remove it"),
    "Not": ("It is what it must not be: {}", "Change it so that this shape no longer fits"),
    "Or": ("It fits none of the shapes allowed", "Make it fit one of them"),
    "And": ("It does not fit all the shapes asked for", "Make it fit each of them"),
    "Xone": ("It does not fit exactly one of the shapes allowed", "Make it fit just one"),
    "Node": ("The value does not fit the shape {}", "Make it fit"),
    "QualifiedMinCount": ("Too few values of {path} fit", "Add at least {} that fit"),
    "QualifiedMaxCount": ("Too many values of {path} fit", "Keep {} at most that fit"),
}


def worded(shapes: Graph, shape: Node, component: str, path: str) -> tuple[str, str] | None:
    """What is wrong with *path*, and what to do, if *component* of *shape* is known."""
    name = component.removeprefix(str(SH)).removesuffix("ConstraintComponent")
    words = _WORDS.get(name)
    if words is None:
        return None
    asked = _asked(shapes, shape, name)
    return tuple(f"{w.replace('{}', asked).replace(_ON, path or 'it')}." for w in words)  # type: ignore[return-value]


def _asked(shapes: Graph, shape: Node, name: str) -> str:
    parameter = {
        "QualifiedMinCount": SH.qualifiedMinCount,
        "QualifiedMaxCount": SH.qualifiedMaxCount,
    }
    predicate = parameter.get(name, URIRef(f"{SH}{name[:1].lower()}{name[1:]}"))
    value = shapes.value(shape, predicate)
    if value is None:
        return ""
    if (value, RDF.first, None) in shapes:
        return ", ".join(_short(each) for each in Collection(shapes, value))
    return _short(value)


def _short(value: Node) -> str:
    if isinstance(value, URIRef):
        return shorten(str(value))
    return str(value)


def owner(shapes: Graph, shape: Node) -> tuple[str, str]:
    """The name of *shape* for people, and its IRI; one without is named for the shape it is in."""
    steps: list[str] = []
    seen = set()
    while not isinstance(shape, URIRef) and shape not in seen:
        seen.add(shape)
        path = shapes.value(shape, SH.path)
        steps += [shorten(str(path))] if isinstance(path, URIRef) else []
        above = sorted((s for s, _ in shapes.subject_predicates(shape)), key=str)
        if not above:
            break
        shape = above[0]
    iri = str(shape) if isinstance(shape, URIRef) else ""
    name = shorten(iri).rpartition("/")[2].rpartition("#")[2].rpartition(":")[2] or "unnamed"
    return " ".join([name, *reversed(steps)]), "" if steps else iri
