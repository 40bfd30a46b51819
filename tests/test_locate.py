"""Words of a source text become a passage, ready to be pasted into a file of the graph."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import EXAMPLE, EXAMPLE_TEXTS

from tipgraph.answers import Span
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.locate import Coded, locate, marked, nearest, turtle
from tipgraph.sections import headings, sentence, sentences
from tipgraph.seek import Reading
from tipgraph.sources import Sources
from tipgraph.spans import parts, phrase, searchable
from tipgraph.store import Store
from tipgraph.terms import slug

BRIEF = (EXAMPLE_TEXTS / "example-brief.txt").read_text(encoding="utf-8")
PASSAGES = {
    "example-jobs": ("lost their jobs", (Span(47, 102),), "Harbours"),
    "example-loans": ("took loans", (Span(103, 151), Span(169, 199)), "Harbours"),
    "example-wages": ("pay a month’s wages", (Span(213, 281),), "What to do"),
}
CODED = Coded("example-brief", BRIEF, "en", PASSAGES)
FILE = (EXAMPLE.data / "documents" / "example-brief.ttl").read_text(encoding="utf-8")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tipgraph", "locate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("example-jobs", ["lost their jobs"]),
        ("example-loans", ["took loans", "at rates nobody"]),
        ("example-wages", ["pay a month’s wages"]),
    ],
)
def test_a_passage_of_the_example_is_written_as_its_file_has_it(name: str, words) -> None:
    found = locate(CODED, words)

    assert [one.spans for one in found] == [PASSAGES[name][1]]
    assert found[0].same == name
    again = locate(replace(CODED, passages={}), words)[0]
    assert turtle(replace(again, name=name)) in FILE


@pytest.mark.parametrize(
    "typed", ["PAY a  month's\nwages", "pay a month’s wages", "“pay” a month's **wages**"]
)
def test_case_space_and_quotes_do_not_count(typed: str) -> None:
    typed = typed.replace("“pay”", "pay")

    assert [one.spans for one in locate(CODED, [typed])] == [(Span(213, 281),)]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("a cross\u2010border scheme", "a cross-border scheme"),
        ("from 2016\u20132018 on", "from 2016-2018 on"),
        ("the victims\u2014women first", "the victims-women first"),
        ("exploi-\n  tation at sea", "exploitation at sea"),
        ("cross-\r\nborder crime", "cross-border crime"),
        ("traf\u00adfick\u200bing at sea", "trafficking at sea"),
        ("of\ufb01ces of\u2009the\u202fport", "offices of the port"),
        ("in a cafe\u0301", "in a café"),
        ("in a café", "in a cafe"),
        ("so it went\u2026 on", "so it went... on"),
        ("the \u201eport\u201f and \u2039bay\u203a", "the \"port\" and 'bay'"),
    ],
)
def test_what_a_person_types_plainly_is_found(written: str, typed: str) -> None:
    text = f"It was said. Then {written} was told of."
    found = Reading(text).find(typed)

    assert [text[h.span.start : h.span.end] for h in found] == [written]


def test_two_paragraphs_are_not_one_word() -> None:
    assert Reading("It was re-\n\nsold.").find("resold") == ()


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("ports\u00a0were shut and boats stayed ashore", "were shut and boats stayed"),
        ("the master’s boats stayed out at sea today", "boats stayed out at sea"),
        ("no boats of\ufb01cially left the two ports", "left the two ports"),
        ("all sh\u00adips of the port are gone now", "of the port are gone"),
        ("two boats from the cross-\nborder port of Lanmar", "two boats from the"),
        ("the port’s boats’ crews’", "the port’s boats’ crews"),
        ("a\u200bb c\u200bd", None),
    ],
)
def test_a_phrase_is_one_that_a_person_can_type_and_find(text: str, chosen: str | None) -> None:
    assert phrase((Span(0, len(text)),), text) == chosen


def test_a_phrase_stands_once_whatever_its_case() -> None:
    first, second = "PORTS WERE SHUT AND BOATS SANK. ", "Ports were shut and boats sank today"
    place = Span(len(first), len(first + second))

    assert phrase((place,), first + second) == "shut and boats sank today"


@pytest.mark.parametrize("words", ["pay a\u00a0month", "a  month", "Pay\ta month", "a\u00admonth"])
def test_odd_words_will_not_do_for_a_phrase(words: str) -> None:
    assert not searchable(words)


def test_the_words_alone_are_a_span_if_asked_for() -> None:
    found = locate(CODED, ["lost their jobs"], whole=False)[0]

    assert BRIEF[found.spans[0].start : found.spans[0].end] == "lost their jobs"


def test_several_places_are_all_listed() -> None:
    found = locate(CODED, ["harbour"], whole=False)

    assert [one.spans[0].start for one in found] == [
        BRIEF.index("harbour closed"),
        BRIEF.index("harbour council"),
    ]


def test_misspelt_words_are_found_nearly() -> None:
    assert locate(CODED, ["lsot thier job"]) == ()
    best = nearest(CODED, ["lsot thier job"])[0]
    assert best.spans == (Span(47, 102),)
    assert 60 <= best.score < 100


def test_nothing_is_like_what_is_quite_other() -> None:
    assert nearest(CODED, ["zzzz qqqq xxxx"]) == ()


def test_footnote_marks_in_the_text_do_not_hinder() -> None:
    text = "It is **commonplace**.<sup>4</sup> Next, they\u00a0said no."
    reading = Reading(text)

    assert [text[h.span.start : h.span.end] for h in reading.find("commonplace. next")] == [
        "commonplace**.<sup>4</sup> Next"
    ]
    assert reading.find("they said")


def test_a_heading_stands_in_its_own_section() -> None:
    found = locate(CODED, ["What to do"])[0]

    assert (found.section, found.quote) == ("What to do", "What to do")


def test_sentences_end_where_a_reader_says() -> None:
    text = (
        "Title\n\nThe U.S. gave 3.5 per cent, e.g. to A. Smith. “Why?” Nobody\nknew.<sup>1</sup> "
        "So it went.\n\n  • one item\n  • another. With more\n"
    )
    found = [text[s.start : s.end] for s in sentences(text)]

    assert found == [
        "Title",
        "The U.S. gave 3.5 per cent, e.g. to A. Smith.",
        "“Why?”",
        "Nobody\nknew.<sup>1</sup>",
        "So it went.",
        "one item",
        "another.",
        "With more",
    ]
    at = text.index("knew")
    assert sentence(text, Span(at, at + 4)) == Span(text.index("Nobody"), text.index(" So it"))


def test_headings_are_lines_of_their_own() -> None:
    assert [h.title for h in headings(BRIEF)] == [
        "A brief of our own – for tests only",
        "Harbours",
        "What to do",
    ]
    assert [h.title for h in headings("# One\n\n**Two.** and more\n\nthree\n\nFour.")] == [
        "One",
        "Two",
    ]


def test_a_text_with_marked_headings_has_no_others() -> None:
    text = "# One\n\nTwo words\n\nA sentence.\n\n## Three\n\n**Four.** A sentence.\n\n__Five__\n"

    assert [(h.title, h.runs_in) for h in headings(text)] == [
        ("One", False),
        ("Three", False),
        ("Four", True),
        ("Five", False),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "IOM",
        "Published: 2020-07-30     Edited: 2022-05-20",
        "Photo: Somebody Known/An agency",
        "Ships that had left the port",
        "Read more",
        "3",
        "A sentence,",
    ],
)
def test_a_line_that_heads_nothing_is_no_heading(line: str) -> None:
    text = (
        f"Read more\n\n{line}\n\nat night were lost. Then others came.\n\nRead more\n\nThe end.\n"
    )
    after = text.replace("at night", "At night") if not line.startswith("Ships") else text

    assert headings(after) == ()


def test_the_last_line_heads_nothing() -> None:
    assert headings("A sentence that ends.\n\nThe end of it\n") == ()


def test_in_a_row_of_lines_names_and_titles_head_nothing() -> None:
    rows = ["Technical notes", "Council of Europe", "COVID-19: a guide", "Ports and Crews"]
    text = "\n\n".join([*rows, "A sentence ends the row."])

    assert [h.title for h in headings(text)] == ["Technical notes"]


# Of each document: lines that are found and that no curator took for the title of a section.
OTHERS = {"icat": 4, "iom": 1, "unodc": 4, "uscri": 1}


@pytest.mark.parametrize("name", OTHERS)
def test_the_sections_of_the_documents_are_found_and_few_others(
    name: str, source_texts: Path, store: Store
) -> None:
    bench, sources = Bench(store, SHIPPED), Sources(source_texts)
    document = next(d for d in bench.documents.values() if slug(d.id).startswith(name))
    every = [p for found in bench.passages().values() for p in found]
    titles = {p.section for p in every if p.document.id == document.id and p.section}
    plain = [Reading(title).plain for title in titles]
    found = [Reading(h.title).plain for h in headings(sources.text(document))]

    assert [title for title in plain if not any(title in one for one in found)] == []
    others = [one for one in found if not any(title in one for title in plain)]
    assert len(others) <= OTHERS[name]


def test_every_passage_of_the_graph_is_found_by_its_own_words(
    source_texts: Path, store: Store
) -> None:
    """All in the form of the files; of 100, the section of 95 at least, told by the others'."""
    bench, counts = Bench(store, SHIPPED), Counter()
    folder = SHIPPED.data / "documents"
    files = "".join(p.read_text(encoding="utf-8") for p in folder.glob("*.ttl"))
    sources = Sources(source_texts)
    every = {p.id: p for found in bench.passages().values() for p in found}.values()
    for document in bench.documents.values():
        own = [p for p in every if p.document.id == document.id]
        passages = {slug(p.id): (p.phrase, p.spans, p.section) for p in own}
        coded = Coded(slug(document.id), sources.text(document), "en", passages)
        for passage in own:
            told = locate(coded, parts(passage.spans, coded.text), whole=False)
            found = next(one for one in told if one.spans == passage.spans)
            name = slug(passage.id)
            others = replace(coded, passages={n: p for n, p in passages.items() if n != name})
            spans = passage.spans
            counts["section"] += marked(others, spans, "").section == passage.section
            as_coded = replace(found, name=name, phrase=passage.phrase, section=passage.section)
            counts["written"] += turtle(as_coded) in files
            counts["same"] += found.same == name

    assert counts["written"] == counts["same"] == len(every)
    assert counts["section"] >= 0.95 * len(every)


def test_the_command_finds_words_in_a_text_file() -> None:
    text = EXAMPLE_TEXTS / "example-brief.txt"
    shown, json_form = run(text, "took loans"), run(text, "took loans", "--format", "json")

    assert shown.returncode == 0
    assert "section: Harbours" in shown.stdout
    assert "oa:start 103 ; oa:end 151" in shown.stdout
    assert json.loads(json_form.stdout)["items"][0]["spans"] == [{"start": 103, "end": 151}]


def test_the_command_shows_the_nearest_and_says_that_it_is_not_the_same() -> None:
    done = run(EXAMPLE_TEXTS / "example-brief.txt", "tuck lones")

    assert done.returncode == 1
    assert done.stdout.startswith("Not in example-brief")
    assert "oa:start 103 ; oa:end 151" in done.stdout


def test_the_command_names_the_documents_there_are() -> None:
    done = run("iom-norwai", "x", "--sources", EXAMPLE_TEXTS)

    assert done.returncode == 4
    assert "iom-norway-human-trafficking" in done.stderr
