"""Where passages went in a text that was changed, and how sure that is."""

import json
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import EXAMPLE_TEXTS

from tipgraph.answers import Span
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.moved import Marked, Seeker
from tipgraph.sources import Sources
from tipgraph.spans import mark, parts
from tipgraph.store import Store

TEXT = (
    "Harbours\n\nDock workers lost their jobs. Some of them took loans\nthey could not pay back."
    "\n\n--- page 2 ---\n\nat rates nobody had agreed to.\n\n"
    "The council “should” pay a wage. It did not."
)


def marked(phrase: str, *words: str, text: str = TEXT) -> Marked:
    spans = tuple(Span(text.index(w), text.index(w) + len(w)) for w in words)
    return Marked(spans, mark(spans, text), phrase)


JOBS = marked("lost their jobs", "Dock workers lost their jobs.")
LOANS = marked("took loans", "took loans\nthey could not pay back.", "at rates nobody")
WAGE = marked("pay a wage", "The council “should” pay a wage.")


def words(found, text: str) -> list[str]:
    return parts(found.spans, text)


@pytest.mark.parametrize("passage", [JOBS, LOANS, WAGE])
def test_in_the_same_text_it_stands_as_coded(passage: Marked) -> None:
    found = Seeker(TEXT).find(passage)

    assert (found.sure, found.spans, found.by) == ("certain", passage.spans, 0)


@pytest.mark.parametrize("passage", [JOBS, LOANS, WAGE])
@pytest.mark.parametrize("by", [1, 100, -9])
def test_a_shifted_text_is_told_by_how_much(passage: Marked, by: int) -> None:
    text = "x" * by + TEXT if by > 0 else TEXT[-by:]
    found = Seeker(text, edition=True).find(passage)

    assert (found.sure, found.by) == ("certain", by)
    assert words(found, text) == parts(passage.spans, TEXT)
    assert f"shifted by {by:+}" in found.reason


@pytest.mark.parametrize("phrase", ["Dock workers lost", "lost their jobs.", "workers"])
def test_a_shift_is_found_wherever_in_the_span_the_phrase_stands(phrase: str) -> None:
    found = Seeker("A preface. " + TEXT, edition=True).find(Marked(JOBS.spans, JOBS.sha256, phrase))

    assert (found.sure, found.by) == ("certain", 11)


def test_spans_that_moved_apart_are_found() -> None:
    text = "A preface.\n\n" + TEXT.replace("--- page 2 ---", "--- page 2 of this brief ---")
    found = Seeker(text, edition=True).find(LOANS)

    assert (found.sure, words(found, text)) == ("certain", parts(LOANS.spans, TEXT))
    assert "+12 and +26" in found.reason


def test_words_that_stand_twice_are_only_likely() -> None:
    text = "A preface. " + TEXT + " A word. Dock workers lost their jobs."
    found = Seeker(text, edition=True).find(JOBS)

    assert (found.sure, found.by) == ("likely", 11)
    assert "1 other place" in found.reason


def test_other_white_space_is_likely_with_the_former_text() -> None:
    text = TEXT.replace("loans\nthey", "loans they")
    found = Seeker(text, TEXT, edition=True).find(LOANS)

    assert found.sure == "likely"
    assert words(found, text) == ["took loans they could not pay back.", "at rates nobody"]


def test_changed_words_are_doubtful_with_a_score() -> None:
    text = TEXT.replace("pay a wage", "pay half a wage")
    with_former = Seeker(text, TEXT, edition=True).find(WAGE)
    without = Seeker(text, edition=True).find(WAGE)

    assert with_former.sure == "doubtful"
    assert 80 < with_former.score < 100
    assert without.sure == "doubtful"
    assert words(without, text) == ["The council “should” pay half a wage."]


def test_a_hash_that_differs_is_told_from_a_phrase_that_is_gone() -> None:
    edited = Marked(JOBS.spans, "0" * 64, JOBS.phrase)
    elsewhere = Marked((Span(0, 8),), "0" * 64, JOBS.phrase)

    assert "the hash is not that of these spans" in Seeker(TEXT).find(edited).reason
    assert "the hash differs, but the phrase stands" in Seeker(TEXT).find(elsewhere).reason
    assert words(Seeker(TEXT).find(elsewhere), TEXT) == ["Dock workers lost their jobs."]


def test_a_hash_of_the_sentence_is_believed_against_spans_within_it() -> None:
    start, end = JOBS.spans[0].start, JOBS.spans[0].end
    narrowed = Marked((Span(start, end - 3),), JOBS.sha256, JOBS.phrase)
    found = Seeker(TEXT).find(narrowed)

    assert (found.sure, found.spans) == ("certain", JOBS.spans)


def test_what_is_gone_is_gone() -> None:
    found = Seeker("Quite another text, about xylophones.", TEXT, edition=True).find(WAGE)

    assert (found.sure, found.spans) == ("gone", ())


def test_passages_of_the_documents_are_found_after_random_insertions(
    source_texts: Path, store: Store
) -> None:
    """Words put between paragraphs move all passages, and none is lost or mistaken."""
    bench, dice = Bench(store, SHIPPED), random.Random(7)  # noqa: S311 - no secret
    sources = Sources(source_texts)
    for document in bench.documents.values():
        text = sources.text(document)
        blocks = text.split("\n\n")
        for at in sorted(dice.sample(range(len(blocks)), 5), reverse=True):
            blocks.insert(at, "Inserted by the test. " * dice.randint(1, 4))
        edition = "\n\n".join(blocks)
        seeker = Seeker(edition, edition=True)
        own = {
            p.id: p for f in bench.passages().values() for p in f if p.document.id == document.id
        }
        seeker.learn(Marked(p.spans, p.sha256, p.phrase) for p in own.values())
        for passage in own.values():
            found = seeker.find(Marked(passage.spans, passage.sha256, passage.phrase))
            assert found.sure in {"certain", "likely"}, (passage.id, found.reason)
            assert "".join(words(found, edition)) == "".join(parts(passage.spans, text))


def edited(text: str, dice: random.Random) -> tuple[str, list[int]]:
    """*text* with words changed and paragraphs put in, and where each of its letters went to."""
    new, went, at = [], [], 0
    for word in re.findall(r"\s+|\S+", text):
        said = word
        if "\n\n" in word and dice.random() < 0.1:
            said = word + "A paragraph that the test put in.\n\n"
        elif word.isalpha() and dice.random() < 0.004:
            said = "Xylophone" * dice.randint(1, 2)
        went += range(at, at + len(word)) if said.startswith(word) else [-1] * len(word)
        new.append(said)
        at += len(said)
    return "".join(new), went


@pytest.mark.parametrize("seed", [7])
def test_what_is_called_certain_is_right(seed: int, source_texts: Path, store: Store) -> None:
    """And a passage of which no word was changed is found; one of several spans by the old text."""
    bench, dice = Bench(store, SHIPPED), random.Random(seed)  # noqa: S311 - no secret
    sources = Sources(source_texts)
    own = {p.id: p for found in bench.passages().values() for p in found}
    untouched = changed = 0
    for document in bench.documents.values():
        text = sources.text(document)
        edition, went = edited(text, dice)
        every = [
            Marked(p.spans, p.sha256, p.phrase)
            for p in own.values()
            if p.document.id == document.id
        ]
        for former in (None, text):
            seeker = Seeker(edition, former, edition=True)
            seeker.learn(every)
            for one in every:
                found = seeker.find(one)
                letters = [went[n] for span in one.spans for n in range(span.start, span.end)]
                # A place is the same if each span is, however the spans moved apart.
                if -1 in letters or not whole(one, went):
                    changed += 1
                    assert found.sure != "certain", (found, one)
                elif former or len(one.spans) == 1:
                    untouched += 1
                    assert found.sure in {"certain", "likely"}, (found, one)
                    assert words(found, edition) == parts(one.spans, text)
                if found.sure == "certain":
                    assert [s.start for s in found.spans] == [went[s.start] for s in one.spans]

    assert untouched > 500
    assert changed > 50


def whole(one: Marked, went: list[int]) -> bool:
    """Whether nothing was put into one of the spans."""
    return all(
        went[span.end - 1] - went[span.start] == span.end - 1 - span.start for span in one.spans
    )


def test_the_command_tells_where_each_passage_of_an_edition_went(
    source_texts: Path, tmp_path: Path
) -> None:
    name = "iom-norway-human-trafficking.txt"
    text = (source_texts / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text("Second edition. " + text, encoding="utf-8")
    command = [sys.executable, "-m", "tipgraph", "sources", "check", "--sources", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = subprocess.run(
        [*command, "--format", "json"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "iom-norway-human-trafficking: 53 certain" in done.stdout
    assert "the text is shifted by +16" in done.stdout
    faults = json.loads(told.stdout)["faults"]
    assert {f["found"]["shift"] for f in faults if f["found"]} == {16}
    # The texts of the three other documents are not there at all.
    assert len([f for f in faults if not f["found"]]) == 4


def test_a_wrong_phrase_gets_a_better_one(example) -> None:
    bench_passages = [p for found in example.passages().values() for p in found]
    broken = replace(bench_passages[0], phrase="not there")
    fault = Sources(EXAMPLE_TEXTS).check([], [broken])[0]

    assert "the words are those that were coded" in fault.message
    assert "a phrase that does is “Dock workers" in fault.message
