"""A small graph of books, which knows nothing of ours, with its ontology and its shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tipgraph.graph import SHIPPED, Layout

if TYPE_CHECKING:
    from pathlib import Path

PREFIXES = """@prefix : <http://books.example/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = """
<http://books.example/> a owl:Ontology .
:Book a owl:Class ; rdfs:label "book"@en ; owl:disjointWith :Person .
:Person a owl:Class ; rdfs:label "person"@en .
:Novel a owl:Class ; rdfs:label "novel"@en ; rdfs:subClassOf :Book .
"""
SHAPES = """
:BookShape a sh:NodeShape ; sh:targetClass :Book ;
  sh:property :Title , [ sh:path :author ; sh:class :Person ; sh:severity sh:Warning ] ,
    [ sh:path ( :chapters [ sh:zeroOrMorePath rdf:rest ] rdf:first ) ; sh:datatype xsd:string ] ;
  sh:property [ sh:path :year ; sh:maxCount 1 ; sh:severity sh:Info ] .
:Title sh:path :title ; sh:minCount 1 ; sh:message "A book has no title. Give it :title."@en .
"""
BOOKS = """
:good a :Book ; :title "Good" ; :author :ann ; :chapters ( "one" "two" ) .
:untitled a :Novel ;
  rdfs:label "the book without a title"@en ;
  :author :ann .
:list a :Book ; :title "List" ;
  :chapters ( "one"
    "two"
    3 ) .
:old a :Book ; :title "Old" ; :year 1901 ,
  1902 .
"""
PEOPLE = """
:ann a :Person .
:nobody rdfs:label "nobody"@en .
:other a :Book ; :title "Other" ;
  :author :nobody .
"""
RDF = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"


def written(folder: Path, **texts: str) -> Layout:
    """The graph, written into *folder*; *texts* stand in the place of its own.

    A file that is so already is left alone.
    """
    known = {"ontology": ONTOLOGY, "shapes": SHAPES, "books": BOOKS, "people": PEOPLE} | texts
    for name, text in known.items():
        below = folder if name in {"ontology", "shapes"} else folder / "data" / "deep"
        below.mkdir(parents=True, exist_ok=True)
        path, whole = below / f"{name}.ttl", PREFIXES + RDF + text
        if not path.is_file() or path.read_text(encoding="utf-8") != whole:
            path.write_text(whole, encoding="utf-8")
    return replace(
        SHIPPED,
        ontology=folder / "ontology.ttl",
        shapes=folder / "shapes.ttl",
        data=folder / "data",
    )


def line_of(folder: Path, name: str, words: str) -> int:
    """The line of the first *words* in the file called *name*."""
    (path,) = folder.rglob(f"{name}.ttl")
    text = path.read_text(encoding="utf-8")
    return text[: text.index(words)].count("\n") + 1
