"""Gaps are those that a reader finds, each on its ground, and their order has a reason."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from conftest import EXAMPLE
from test_matrix import partly_read

from tipgraph.cli import app
from tipgraph.errors import BadParameter
from tipgraph.gaps import Gap, Gaps
from tipgraph.names import Names
from tipgraph.questions import Questions
from tipgraph.terms import slug

if TYPE_CHECKING:
    from tipgraph.evidence import Bench


def gaps_of(bench: Bench) -> Gaps:
    return Gaps(bench, Questions(bench, Names(bench.store, bench.layout)))


@pytest.fixture(scope="module")
def found(bench: Bench) -> Gaps:
    return gaps_of(bench)


def the(gaps: Gaps, kind: str, name: str) -> Gap:
    return next(g for g in gaps.of([kind]) if slug(g.item.id) == name)


def test_the_gaps_of_the_brief_by_rank(example: Bench) -> None:
    """Wages are recommended for lost jobs, by a curator's inference; loans have no answer."""
    assert [(g.rank, g.kind, slug(g.item.id)) for g in gaps_of(example).all()] == [
        (1, "impact-without-response", "example-loans"),
        (2, "impact-without-explicit-response", "example-jobs-lost"),
        (3, "group-not-covered", "boys"),
        (4, "group-not-covered", "girls"),
        (5, "group-not-covered", "men"),
        (6, "impact-in-one-document", "example-jobs-lost"),
        (7, "impact-in-one-document", "example-loans"),
        (8, "recommendation-without-practice", "example-wages"),
    ]


def test_each_kind_of_gap_is_there_and_no_other(found: Gaps) -> None:
    """The numbers are those of things in tests/answers, where the questions take no document."""
    counts = found.counts()

    assert counts["impact-without-response"] == 33
    assert counts["group-without-response"] == 7
    assert counts["actor-never-addressed"] == 6
    assert counts["form-not-covered"] == 9
    assert counts["group-not-covered"] == 3
    assert counts["act-or-means-not-covered"] == 8
    assert counts["practice-nobody-recommends"] == 27
    assert set(counts) == {
        *("impact-without-response", "impact-without-explicit-response", "impact-in-one-document"),
        *("group-without-response", "actor-never-addressed", "recommendation-without-practice"),
        *("practice-nobody-recommends", "form-not-covered", "group-not-covered"),
        "act-or-means-not-covered",
    }


def test_organ_removal_was_looked_for_in_all_documents(found: Gaps) -> None:
    gap = the(found, "form-not-covered", "organ-removal")

    assert gap.ground == "assessed, none found"
    assert len(gap.read) == 4
    assert (gap.sure, gap.doubts, gap.near) == ("high", (), ())
    assert "told by no document" in gap.because


def test_girls_are_named_with_women_and_so_the_gap_is_less_sure(found: Gaps) -> None:
    gap = the(found, "group-not-covered", "girls")

    assert [near.label for near in gap.near] == ["Children", "Women and girls"]
    assert gap.sure == "medium"
    assert gap.doubts == ("2 things may fill it, named under near.",)


def test_in_a_document_read_in_part_a_gap_was_not_assessed(tmp_path) -> None:
    gaps = gaps_of(partly_read(tmp_path)).all()

    assert gaps
    for gap in gaps:
        assert (gap.ground, gap.read, gap.sure) == ("not assessed", (), "low")
        assert "Not every document was read whole for it." in gap.doubts


def test_an_impact_without_any_response_is_no_second_gap(found: Gaps) -> None:
    without = {g.item.id for g in found.of(["impact-without-response"])}
    unexplicit = {g.item.id for g in found.of(["impact-without-explicit-response"])}

    assert unexplicit
    assert not without & unexplicit


def test_what_more_documents_tell_of_comes_first_within_a_tier(found: Gaps) -> None:
    every = found.all()
    tiers = [int(g.because.split(":")[0].removeprefix("Tier ")) for g in every]
    keys = [(t, -g.documents, -g.statements) for t, g in zip(tiers, every, strict=True)]

    assert keys == sorted(keys)
    assert [g.rank for g in every] == list(range(1, len(every) + 1))
    assert len({g.documents for g in every}) > 2


def test_every_gap_has_evidence_and_says_why(found: Gaps) -> None:
    for gap in found.all():
        assert gap.item.evidence
        assert gap.item.why
        assert gap.because
        told = {e.document.id for e in gap.item.evidence if e.passage}
        assert len(told) == gap.documents


def test_an_unknown_gap_brings_the_nearest(found: Gaps) -> None:
    with pytest.raises(BadParameter, match="the nearest are form-not-covered"):
        found.of(["form-not-coverd"])


def test_pages_of_gaps_neither_skip_nor_repeat(client) -> None:
    address, ranks = "/api/v1/gaps?limit=70", []
    while address:
        body = client.get(address).json()
        ranks += [item["rank"] for item in body["items"]]
        address = body["links"]["next"]

    assert ranks == list(range(1, body["meta"]["total"] + 1))
    assert sum(body["meta"]["counts"].values()) == len(ranks)


def test_a_cursor_of_other_gaps_is_refused(client) -> None:
    following = client.get("/api/v1/gaps?limit=1").json()["links"]["next"]
    cursor = following.split("cursor=")[1]

    assert client.get(f"/api/v1/gaps?gap=form-not-covered&cursor={cursor}").status_code == 422
    assert client.get("/api/v1/gaps?cursor=abc").status_code == 422


def test_gaps_in_csv_are_those_of_json(client) -> None:
    url = "/api/v1/gaps?gap=group-not-covered,form-not-covered"
    items = client.get(url).json()["items"]
    rows = list(csv.DictReader(io.StringIO(client.get(url + "&format=csv").text)))

    assert [r["id"] for r in rows] == [i["id"] for i in items]
    assert [int(r["rank"]) for r in rows] == [i["rank"] for i in items]
    assert len(rows) == 12


def test_a_pinned_list_of_gaps_may_be_kept_for_good(client) -> None:
    body = client.get("/api/v1/gaps?limit=1")
    pinned = client.get(body.json()["links"]["permalink"])

    assert "immutable" in pinned.headers["cache-control"]
    assert client.get("/api/v1/gaps?release=0.0.9").status_code == 404


def test_the_command_lists_gaps() -> None:
    done = CliRunner().invoke(app, ["gaps", "form-not-covered", "--format", "csv"])

    rows = list(csv.DictReader(io.StringIO(done.output)))
    assert {r["label"] for r in rows} >= {"Organ removal", "Servitude"}
    assert EXAMPLE.queries_in("gaps")
