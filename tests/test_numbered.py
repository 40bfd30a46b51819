"""A graph that is kept by numbers answers as one that rdflib keeps."""

import itertools
import random

import pytest
from rdflib import BNode, Graph, Literal, Namespace

from tipgraph.numbered import Numbered
from tipgraph.rdf import Quad
from tipgraph.store import Store
from tipgraph.terms import Iri

A = Namespace("http://a.example/")
SUBJECTS = [A.s, A.t, A.u, BNode("b")]
PREDICATES = [A.p, A.q, A.r]
VALUES = [A.s, BNode("b"), Literal("s"), Literal("s", lang="en"), Literal(1), Literal("1")]


def triple(dice: random.Random) -> tuple:
    return dice.choice(SUBJECTS), dice.choice(PREDICATES), dice.choice(VALUES)


@pytest.mark.parametrize("seed", range(3))
def test_every_pattern_has_the_triples_of_rdflib(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - dice, not secrets
    ours, theirs = Numbered().graph, Graph()
    for _ in range(30):
        change = "add" if dice.random() < 0.7 else "remove"
        pattern = triple(dice)
        if change == "remove":
            pattern = tuple(dice.choice([part, None]) for part in pattern)
        getattr(ours, change)(pattern)
        getattr(theirs, change)(pattern)
        for asked in itertools.product([*SUBJECTS, None], [*PREDICATES, None], [*VALUES, None]):
            assert set(ours.triples(asked)) == set(theirs.triples(asked))
        assert len(ours) == len(theirs)


def test_what_is_linked_is_known_both_ways() -> None:
    held = Numbered.of(Graph().parse(data="<a:x> <a:p> <a:y> , <a:z> . <a:w> <a:p> <a:z> ."))
    p, x, z = (Namespace("a:")[name] for name in "pxz")

    assert {str(held.nodes[n]) for n in held.forth(p)[held.number(x)]} == {"a:y", "a:z"}
    assert {str(held.nodes[n]) for n in held.back(p)[held.number(z)]} == {"a:x", "a:w"}


def test_a_graph_that_is_kept_by_numbers_already_is_not_copied() -> None:
    held = Numbered()

    assert Numbered.of(held.graph) is held


def test_a_store_takes_more_than_one_portion_of_quads() -> None:
    quads = [Quad(Iri(A[f"s{n}"]), Iri(A.p), Iri(A.o), A.g) for n in range(20_001)]

    assert len(Store.of(iter(quads))) == 20_001
