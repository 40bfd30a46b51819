"""A curator walks through a draft: what is decided is kept, and makes data files that conform."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import manuscripts as made
import pytest

from tipgraph.clues import Clues
from tipgraph.drafted import Draft, Paper
from tipgraph.errors import BadParameter, BrokenFile
from tipgraph.findings import GRAPH
from tipgraph.forms import forms
from tipgraph.graph import SHIPPED
from tipgraph.ledger import Ledger
from tipgraph.manuscripts import manuscript
from tipgraph.names import Names
from tipgraph.proposals import Proposer
from tipgraph.rdf import read, read_files
from tipgraph.review import Manuscript, Review, keep
from tipgraph.revisions import stated
from tipgraph.spans import digest
from tipgraph.submission import Reviewer
from tipgraph.terms import ID, TIP
from tipgraph.vocabulary import Vocabulary

RULES = SHIPPED.queries / "draft"
TEXT = manuscript(made.markdown(), ".md")
NOON = "2021-05-30T12:00:00+00:00"
LAST = "Governments should paint lighthouses purple."


@pytest.fixture(scope="module")
def form(store):
    return forms(stated(read(store.dump("nquads"), "nquads")))["Statements"]


@pytest.fixture(scope="module")
def written(store) -> str:
    vocabulary = Vocabulary(store, RULES)
    text = f"{TEXT}\n{LAST}\n"
    paper = Paper("harbour", "Harbours", f"{ID}actor/unodc", "2021", "harbour.txt", text)
    return Draft(paper, vocabulary).turtle(Proposer(vocabulary, Clues(RULES)).propose(text))


@pytest.fixture
def work(tmp_path: Path, written: str, store, form):
    path = tmp_path / "harbour.draft.ttl"
    path.write_text(written, encoding="utf-8")
    text = f"{TEXT}\n{LAST}\n"

    def opened(curator: str = "A. Curator") -> Review:
        return Review(
            Manuscript(path),
            Ledger.opened(tmp_path / "harbour.draft.review.ttl"),
            curator,
            Names(store, SHIPPED),
            form,
            {digest(text): text},
            lambda: NOON,
        )

    return opened


def told_by(review: Review, *commands: str) -> str:
    lines: list[str] = []
    review.run(iter(commands), lines.append)
    return "\n".join(lines)


def statement_of(review: Review, words: str) -> str:
    return next(i for i in review.draft.statements() if words in "\n".join(review.shown(i)))


def test_each_statement_is_shown_with_its_quotation_and_its_rule(work) -> None:
    told = told_by(work(), "q")

    assert f"“{made.FIRST}”" in told
    assert "Proposed by the rule cause/due-to (“because”)" in told


def test_without_the_text_the_phrase_is_shown(work) -> None:
    review = work()
    review.texts = {}

    assert "“Fishers have lost their jobs …”" in told_by(review, "q")


def test_who_decided_what_and_when_is_kept(work) -> None:
    review = work()
    first, second, *_ = review.waiting()
    told_by(review, "a", "r it says it twice", "q")

    kept = work().ledger.decisions
    assert [(d.statement, d.verdict, d.curator, d.at, d.reason) for d in kept] == [
        (first, "accepted", "A. Curator", NOON, ""),
        (second, "rejected", "A. Curator", NOON, "it says it twice"),
    ]


def test_a_review_goes_on_where_it_was_broken_off(work) -> None:
    before = work().waiting()
    told_by(work(), "a", "s", "q")

    assert work("B. Curator").waiting() == before[1:]


def test_the_end_of_the_commands_is_a_quit(work) -> None:
    before = work().waiting()
    told_by(work(), "a")

    assert work().waiting() == before[1:]


def test_a_rejection_wants_a_reason(work) -> None:
    review = work()
    told = told_by(review, "r", "q")

    assert "Give a reason" in told
    assert review.ledger.decisions == []


def test_a_change_is_written_into_the_draft_in_place(work) -> None:
    review = work()
    iri = statement_of(review, made.FIRST)
    review.change(iri, "affects group children; Women")
    review.change(iri, "modality hedged")

    said = work().draft.said(iri)
    assert said[f"{TIP}affectsGroup"] == ["c:children", "c:women"]
    assert said[f"{TIP}modality"] == ["c:hedged"]
    places = list(said)
    assert places.index(f"{TIP}modality") < places.index(f"{TIP}evidenceBasis")
    assert work().ledger.decisions[1].reason == "Modality: c:asserted → c:hedged"


@pytest.mark.parametrize(
    ("told", "hint"),
    [
        ("modality doubtful", "no Modality"),
        ("colour red", "take one of Label"),
        ("kind opinion", "take one of impact"),
        ("value many", "no number"),
    ],
)
def test_a_change_that_cannot_be_is_told(work, told: str, hint: str) -> None:
    review = work()

    with pytest.raises(BadParameter, match=hint):
        review.change(review.waiting()[0], told)


def test_what_has_no_name_is_not_accepted_until_it_is_named(work) -> None:
    review = work()
    iri = statement_of(review, "lighthouses")
    with pytest.raises(BadParameter, match="Name what it is about"):
        review.accept(iri)

    review.name(iri, "Purple lighthouses; painted lighthouses; Lighthouses are painted purple.")
    review.accept(iri, "Governments are asked to give lighthouses another colour.")

    told = review.files()["things/harbour.ttl"]
    assert "response:purple-lighthouses\n    a tip:PolicyResponse ;" in told
    assert 'skos:prefLabel "Purple lighthouses"@en' in told
    statement = review.files()["documents/harbour.ttl"]
    assert '"Recommendation: Purple lighthouses (Harbours)"@en' in statement
    assert "To be named" not in told + statement


def test_another_thing_takes_its_label_into_the_statement(work) -> None:
    review = work()
    iri = statement_of(review, "lighthouses")
    review.change(iri, "about response train-police-to-identify-victims")
    review.accept(iri)

    told = review.files()["documents/harbour.ttl"]
    assert '"Recommendation: Train law enforcement to identify victims (Harbours)' in told
    assert review.files()["things/harbour.ttl"] == ""


def test_only_what_was_accepted_is_written_and_bears_no_mark_of_a_draft(work) -> None:
    review = work()
    first, second, *_ = review.waiting()
    told_by(review, "a In words of our own.", "r no", "q")

    told = review.files()["documents/harbour.ttl"]
    assert '"In words of our own."@en' in told
    assert first.rsplit("/", 1)[1] in told
    assert second.rsplit("/", 1)[1] + "\n" not in told
    assert "Drafted" not in told
    assert "bibo:status" not in told


def test_what_a_review_writes_conforms(work, store, tmp_path: Path) -> None:
    review = work()
    unnamed = statement_of(review, "lighthouses")
    for iri in review.waiting():
        if "To be named" in "\n".join(review.shown(iri)):
            number = len(review.ledger.decisions)
            review.name(iri, f"Step {number}; step number {number}; A step of its own.")
        review.accept(iri)
    assert unnamed not in review.waiting()
    paths = keep(review.files(), tmp_path / "data")

    report = Reviewer(SHIPPED, store).review(read_files(paths), GRAPH)
    assert [str(v) for v in report.violations] == []


def test_a_file_that_is_no_work_of_a_review_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "kept.ttl").write_text("# by hand\n", encoding="utf-8")

    with pytest.raises(BadParameter, match="no work of a review"):
        keep({"new.ttl": "new", "kept.ttl": "new"}, tmp_path)
    assert not (tmp_path / "new.ttl").exists()


def deeds(review: Review) -> dict[str, tuple[str, Callable[[], object]]]:
    """For each way to decide, a statement and the deed."""
    first = statement_of(review, made.FIRST)
    unnamed = statement_of(review, "lighthouses")
    known = "about response train-police-to-identify-victims"
    name = "Purple lighthouses; painted lights; They are purple."
    return {
        "accept": (first, lambda: review.accept(first)),
        "accept with words": (first, lambda: review.accept(first, "Boats stay ashore.")),
        "reject": (first, lambda: review.reject(first, "it says it twice")),
        "change": (first, lambda: review.change(first, "modality hedged")),
        "change the thing": (unnamed, lambda: review.change(unnamed, known)),
        "name": (unnamed, lambda: review.name(unnamed, name)),
    }


WAYS = ("accept", "accept with words", "reject", "change", "change the thing", "name")


@pytest.mark.parametrize("way", WAYS)
def test_what_was_decided_can_be_taken_back_to_the_letter(work, way: str) -> None:
    review = work()
    before, waiting = review.draft.path.read_bytes(), review.waiting()
    iri, deed = deeds(review)[way]
    deed()
    told, again = work("B. Curator").undo()

    after = work()
    assert (again, after.draft.path.read_bytes(), after.waiting()) == (iri, before, waiting)
    assert "A. Curator" in told
    assert after.ledger.standing() == []
    assert [(d.statement, d.curator) for d in after.ledger.decisions] == [
        (iri, "A. Curator"),
        (iri, "B. Curator"),
    ]


def test_several_decisions_are_taken_back_last_first(work) -> None:
    review = work()
    before = review.draft.path.read_bytes()
    ways = deeds(review)
    for way in ("name", "accept with words", "change"):
        ways[way][1]()
    taken = [work().undo()[1] for _ in range(3)]

    assert taken == [ways[way][0] for way in ("change", "accept with words", "name")]
    assert review.draft.path.read_bytes() == before
    with pytest.raises(BadParameter, match="Nothing was decided"):
        work().undo()


def test_after_an_undo_the_statement_is_shown_again(work) -> None:
    review = work()
    first, *_ = review.waiting()
    told = told_by(review, "a", "u", "q")

    assert told.count("\n".join(review.shown(first))) == 2
    assert told.count(f"[1 of {len(review.draft.statements())}]") == 2


def test_the_last_decision_of_all_can_be_taken_back_too(work) -> None:
    for iri in work().waiting():
        work().reject(iri, "not now")
    told = told_by(work(), "u", "q")

    assert "Nothing else waits" in told
    assert len(work().waiting()) == 1


def test_what_was_changed_by_hand_since_is_not_taken_back(work) -> None:
    review = work()
    iri = statement_of(review, made.FIRST)
    review.change(iri, "modality hedged")
    path = review.draft.path
    path.write_text(path.read_text("utf-8").replace("c:hedged", "c:risk"), encoding="utf-8")
    before = path.read_bytes()

    with pytest.raises(BadParameter, match="by hand"):
        work().undo()
    assert path.read_bytes() == before
    assert len(work().ledger.standing()) == 1


def test_what_is_taken_back_leaves_the_data_files(work, tmp_path: Path) -> None:
    review = work()
    folder = tmp_path / "data"
    review.accept(statement_of(review, made.FIRST))
    written = keep(review.files(), folder)
    review.undo()

    assert written
    assert keep(review.files(), folder) == []
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_thing_chosen_for_one_without_a_name_is_chosen_in_the_links_to_it(work) -> None:
    review = work()
    iri = statement_of(review, "lighthouses")
    other = statement_of(review, made.FIRST)
    unnamed = review.draft.said(iri)[f"{TIP}aboutResponse"][0]
    said = review.draft.said(other) | {f"{TIP}addressingResponse": [unnamed]}
    review.draft.put(other, said)
    review.change(iri, "about response train-police-to-identify-victims")

    linked = review.draft.said(other)[f"{TIP}addressingResponse"]
    assert linked == ["response:train-police-to-identify-victims"]


def test_a_ledger_that_is_cut_short_is_named(work) -> None:
    review = work()
    review.accept(statement_of(review, made.FIRST))
    path = review.ledger.path
    path.write_text(path.read_text("utf-8")[:-5], encoding="utf-8")

    with pytest.raises(BrokenFile, match=r"harbour\.draft\.review\.ttl cannot be read"):
        work()


def reviewing(
    folder: Path, written: str, told: int = subprocess.PIPE, width: str = "80"
) -> subprocess.Popen[str]:
    (folder / "harbour.draft.ttl").write_text(written, encoding="utf-8")
    (folder / "harbour.txt").write_text(f"{TEXT}\n{LAST}\n", encoding="utf-8")
    command = [sys.executable, "-m", "tipgraph", "review", "harbour.draft.ttl"]
    return subprocess.Popen(
        [*command, "--curator", "A. Curator", "--output", "data"],
        stdin=subprocess.PIPE,
        stdout=told,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": width},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupt_or_a_closed_terminal_loses_nothing(
    tmp_path: Path, written: str, name: str
) -> None:
    with reviewing(tmp_path, written) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write("a\n")
        running.stdin.flush()
        told = iter(running.stdout.readline, "")
        assert any(line == "accepted\n" for line in told)
        assert any(line.startswith("[2 of ") for line in told)
        running.send_signal(getattr(signal, name))
        rest = "".join(told)

    assert running.returncode == 0
    assert "1 accepted" in rest
    assert (tmp_path / "data" / "documents" / "harbour.ttl").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_lines_are_no_wider_than_the_terminal(tmp_path: Path, written: str) -> None:
    master, slave = os.openpty()
    with reviewing(tmp_path, written, slave, "60") as running:
        assert running.stdin is not None
        running.stdin.write("s\n" * 3)
        running.stdin.close()
        os.close(slave)
        told = b""
        with contextlib.suppress(OSError):
            while part := os.read(master, 4096):
                told += part
    os.close(master)

    lines = told.decode().split("[1 of ")[1].split("\r\n")
    assert max(map(len, lines)) < 60
    assert "\x1b" not in told.decode()


def test_the_commands_are_read_from_standard_input(tmp_path: Path, written: str) -> None:
    (tmp_path / "harbour.draft.ttl").write_text(written, encoding="utf-8")
    (tmp_path / "harbour.txt").write_text(f"{TEXT}\n{LAST}\n", encoding="utf-8")
    command = [sys.executable, "-m", "tipgraph", "review", "harbour.draft.ttl"]
    done = subprocess.run(
        [*command, "--curator", "A. Curator", "--output", "data"],
        input="?\na\nq\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("accept it, with a description") == 2
    assert "1 accepted" in done.stdout
    assert (tmp_path / "data" / "documents" / "harbour.ttl").is_file()
    assert (tmp_path / "data" / "harbour.ttl").is_file()
    assert "A. Curator" not in (tmp_path / "data" / "documents" / "harbour.ttl").read_text("utf-8")
