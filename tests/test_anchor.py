"""Passages of Turtle files are put right, and nothing else in the files is touched."""

import random
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conftest import EXAMPLE, EXAMPLE_TEXTS

from tipgraph.anchor import Texts, anchor
from tipgraph.rdf import read
from tipgraph.sources import Sources
from tipgraph.spans import digest
from tipgraph.terms import Blank

BRIEF = (EXAMPLE_TEXTS / "example-brief.txt").read_text(encoding="utf-8")
FILE = EXAMPLE.data / "documents" / "example-brief.ttl"
TURTLE = FILE.read_text(encoding="utf-8")
HERE = Texts(Sources(EXAMPLE_TEXTS))
JOBS = "2632cb4faa63876ee2b2b8633876e9959a3ee760af6259474b7f3ca017c54056"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tipgraph", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_file_that_holds_stays_as_it_is() -> None:
    done = anchor(TURTLE, HERE, {})

    assert done.after == TURTLE
    assert done.notes == ()


@pytest.mark.parametrize(
    ("right", "wrong", "sure"),
    [
        ("oa:start 47 ; oa:end 102", "oa:start 40 ; oa:end 95", "certain"),
        ("oa:start 103 ; oa:end 151", "oa:start 113 ; oa:end 161", "certain"),
        (JOBS, "0" * 64, "likely"),
        (JOBS, "to do", "certain"),
        ("tip:textLength 282", "tip:textLength 280", "certain"),
        ('oa:exact "lost their jobs"', 'oa:exact "lost  their Jobs"', "certain"),
        ('oa:exact "pay a month’s wages"', 'oa:exact "pay a month\'s wages"', "certain"),
        ('oa:exact "took loans"', 'oa:exact "took loens"', "certain"),
    ],
)
def test_one_wrong_value_is_put_right_and_nothing_else(right: str, wrong: str, sure: str) -> None:
    broken = TURTLE.replace(right, wrong, 1)
    if "113" in wrong:
        broken = broken.replace("oa:start 169 ; oa:end 199", "oa:start 179 ; oa:end 209")
    assert broken != TURTLE

    done = anchor(broken, HERE, {})

    assert done.after == TURTLE
    assert [(note.sure, note.done) for note in done.notes] == [(sure, True)]


def test_what_is_missing_is_filled_in_the_form_of_the_files() -> None:
    filled = """
passage:example-jobs
    a tip:Passage ;
    oa:hasSource doc:example-brief ;
    oa:hasSelector
        [ a oa:TextQuoteSelector ; oa:exact "lost their jobs" ] ,
        [ a oa:TextPositionSelector ; oa:start 47 ; oa:end 102 ] ;
    tip:sectionTitle "Harbours"@en ;
    tip:sha256 "2632cb4faa63876ee2b2b8633876e9959a3ee760af6259474b7f3ca017c54056" .
"""
    head = TURTLE[: TURTLE.index("\nstatement:")]
    bare = filled.replace(
        " ,\n        [ a oa:TextPositionSelector ; oa:start 47 ; oa:end 102 ]", ""
    ).replace(f' ;\n    tip:sha256 "{JOBS}"', "")
    assert "sha256" not in bare
    assert "oa:start" not in bare

    assert anchor(head + bare, HERE, {}).after == head + filled


def test_a_document_gets_the_hash_and_the_length_of_its_text() -> None:
    gone = re.sub(r' ;\n    tip:textLength 282|tip:sha256 "b6f8[0-9a-f]*" ;\n    ', "", TURTLE)
    assert "b6f8" not in gone

    after = anchor(gone, HERE, {}).after

    assert 'tip:sha256 "b6f8a5373a8950a8ada1e8ebc43d7cd94ec26c78b207c23bf5555fd57b1d818c"' in after
    assert "tip:textLength 282" in after


def test_what_is_nowhere_is_left_and_told() -> None:
    broken = TURTLE.replace("lost their jobs", "zebra quagga xylem").replace(JOBS, "1" * 64)

    done = anchor(broken, HERE, {})

    assert done.after == broken
    assert [(n.thing, n.sure, n.done) for n in done.notes] == [
        ("passage:example-jobs", "gone", False)
    ]


def test_a_doubtful_repair_is_made_only_when_asked_for() -> None:
    broken = TURTLE.replace("oa:start 47 ; oa:end 102", "oa:start 0 ; oa:end 20").replace(
        JOBS, "1" * 64
    )

    assert anchor(broken, HERE, {}).after == broken
    assert anchor(broken, replace(HERE, least="doubtful"), {}).after == TURTLE


def test_a_new_edition_is_taken_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "example-brief.txt").write_text("Second edition\n\n" + BRIEF, encoding="utf-8")
    texts = Texts(Sources(tmp_path))

    refused = anchor(TURTLE, texts, {})
    taken = anchor(TURTLE, replace(texts, edition=True), {})

    assert refused.after == TURTLE
    assert refused.left == 4
    assert taken.left == 0
    assert "oa:start 63 ; oa:end 118" in taken.after
    assert "oa:start 119 ; oa:end 167" in taken.after
    assert "oa:start 185 ; oa:end 215" in taken.after
    assert JOBS in taken.after
    assert "tip:textLength 298" in taken.after


WORDS = [
    "harbour",
    "council",
    "worker",
    "wage",
    "loan",
    "ship",
    "quay",
    "night",
    "crane",
    "rope",
    "tide",
    "salt",
    "month",
    "week",
    "price",
    "bread",
    "stone",
    "letter",
    "lamp",
    "street",
    "winter",
    "summer",
    "north",
    "south",
    "bridge",
    "🚢",
    "naïve",
]
COMMENTS = ("", "  # kept ; as [ it ] is . \n", "\t", "\n\n", " # “x” <y> \n  ")


@dataclass
class Case:
    """A text, the Turtle that marks it rightly, and the same with values broken."""

    text: str
    right: str
    broken: str


def sentences(dice: random.Random, count: int) -> list[str]:
    found = [" ".join(dice.choices(WORDS, k=dice.randint(6, 14))) for _ in range(count)]
    return [f"{words.capitalize()} {n}." for n, words in enumerate(found)]


def case(seed: int) -> Case:
    """Random sentences, with a random choice of them marked in a random manner of writing."""
    dice = random.Random(seed)  # noqa: S311 - the same in every run, and no secret
    told = sentences(dice, 30)
    text = "\n\n".join(" ".join(told[n : n + 3]) for n in range(0, 30, 3))
    prefix = dice.choice(["oa", "web", ""])
    start, end = dice.choice([("@prefix", " ."), ("PREFIX", "")])
    head = (
        f"{start} {prefix}: <http://www.w3.org/ns/oa#>{end}\n"
        f"{start} tip: <https://w3id.org/tipgraph/ontology#>{end}\n"
        f"{start} e: <http://example.org/>{end}\n"
        f'e:doc tip:textFile "t.txt" ; tip:sha256 "{digest(text)}" ; '
        f"tip:textLength {len(text)} .\n"
    )
    right, broken = [head], [head]
    for number in dice.sample(range(30), 8):
        one, other = passage(dice, text, told[number], f"e:p{number}", prefix)
        right.append(one)
        broken.append(other)
    return Case(text, "\n".join(right), "\n".join(broken))


def passage(dice: random.Random, text: str, said: str, name: str, prefix: str) -> tuple[str, str]:
    at = text.index(said)
    words = said[:-1].split()
    first = dice.randrange(len(words) - 4)
    phrase = " ".join(words[first : first + 4])
    by, way = dice.choice([-3, 5, 40]), dice.choice(["none", "shift", "hash", "phrase"])
    filler = [dice.choice(COMMENTS) for _ in range(4)]
    marks = dice.choice(['"', "'", '"""'])
    order = dice.sample(range(3), 3)

    def written(start: int, end: int, sha256: str, exact: str) -> str:
        pairs = [
            f"{prefix}:hasSource e:doc",
            (
                f"{prefix}:hasSelector{filler[0]}[{filler[1]} {prefix}:exact {marks}{exact}{marks}"
                f"{filler[2]}],[a {prefix}:TextPositionSelector;{prefix}:end {end};"
                f"{prefix}:start {start} ]"
            ),
            f'tip:sha256 "{sha256}"{filler[3]}',
        ]
        body = " ;\n ".join(pairs[n] for n in order)
        return f"# of {name} ; oa:start 1 .\n{name} a tip:Passage ;\n {body} ."

    true = written(at, at + len(said), digest(said), phrase)
    wrong = {
        "none": true,
        "shift": written(max(0, at + by), max(0, at + by) + len(said), digest(said), phrase),
        "hash": written(at, at + len(said), digest(said + "!"), phrase),
        "phrase": written(at, at + len(said), digest(said), phrase.upper()),
    }
    return true, wrong[way]


@pytest.mark.parametrize("seed", range(60))
def test_random_files_are_put_right_to_the_letter(seed: int, tmp_path: Path) -> None:
    made = case(seed)
    (tmp_path / "t.txt").write_text(made.text, encoding="utf-8")

    done = anchor(made.broken, Texts(Sources(tmp_path)), {})

    assert done.after == made.right
    assert done.left == 0


SLOTS = ("oa:start 47 ", "; oa:end 102 ", f' ;\n    tip:sha256 "{JOBS}"')
BARE = re.compile(r'\d+|"[^"]*"|\[[^\]]*TextPositionSelector[^\]]*\]|tip:sha256|oa:\w+|[\s;,]+')


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_taken_out_the_triples_are_whole_again(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same in every run, and no secret
    broken = TURTLE
    for slot in dice.sample(SLOTS, dice.randint(1, 3)):
        broken = broken.replace(slot, "", 1)
    done = anchor(broken, HERE, {})

    assert shape(done.after) == shape(TURTLE)
    assert BARE.sub("", done.after) == BARE.sub("", broken)


def shape(text: str) -> list[tuple[str, str, str]]:
    """The triples, blank nodes by nothing but what they are."""
    return sorted(
        tuple("_" if isinstance(term, Blank) else term.value for term in three)
        for quad in read(text.encode(), "turtle")
        if (three := (quad.subject, quad.predicate, quad.object))
    )


def test_the_command_writes_shows_and_checks(tmp_path: Path) -> None:
    target = tmp_path / "brief.ttl"
    broken = TURTLE.replace(JOBS, "")
    target.write_text(broken, encoding="utf-8")

    checked = run("anchor", "--check", target, "--sources", EXAMPLE_TEXTS)
    shown = run("anchor", "--dry-run", target, "--sources", EXAMPLE_TEXTS)

    assert (checked.returncode, shown.returncode) == (1, 0)
    assert target.read_text(encoding="utf-8") == broken
    for line in (f'+    tip:sha256 "{JOBS}" .', '-    tip:sha256 "" .'):
        assert line in shown.stdout.splitlines()
    assert "brief.ttl:79: passage:example-jobs: would be put right" in shown.stdout

    assert run("anchor", target, "--sources", EXAMPLE_TEXTS).returncode == 0
    assert target.read_text(encoding="utf-8") == TURTLE
    assert run("anchor", "--check", target, "--sources", EXAMPLE_TEXTS).returncode == 0


def test_line_ends_of_windows_stay(tmp_path: Path) -> None:
    target = tmp_path / "brief.ttl"
    windows = TURTLE.replace("\n", "\r\n").encode()
    target.write_bytes(windows.replace(f' ;\r\n    tip:sha256 "{JOBS}"'.encode(), b""))

    assert run("anchor", target, "--sources", EXAMPLE_TEXTS).returncode == 0
    assert target.read_bytes() == windows


def test_a_passage_of_a_document_of_the_graph_is_anchored(source_texts: Path) -> None:
    known = {}
    block = Path("data/documents/iom-norway-human-trafficking.ttl").read_text(encoding="utf-8")
    alone = block[: block.index("\ndoc:")] + block[block.index("\npassage:") :]
    whole = re.search(r'tip:sha256 "(\w+)"', block)
    known["https://w3id.org/tipgraph/id/document/iom-norway-human-trafficking"] = (
        "iom-norway-human-trafficking.txt",
        whole[1],
    )
    broken = re.sub(r"oa:start (\d+) ; oa:end (\d+)", lambda m: shift(m, 7), alone)

    assert anchor(broken, Texts(Sources(source_texts)), known).after == alone


def shift(match: re.Match[str], by: int) -> str:
    return f"oa:start {int(match[1]) + by} ; oa:end {int(match[2]) + by}"


@pytest.mark.parametrize("path", sorted(Path("data/documents").glob("*.ttl")), ids=lambda p: p.stem)
def test_the_shipped_passages_need_no_repair(path: Path, source_texts: Path) -> None:
    text = path.read_text(encoding="utf-8")

    done = anchor(text, Texts(Sources(source_texts)), {})

    assert done.after == text
    assert done.notes == ()


def test_files_that_are_no_turtle_are_refused_with_the_place(tmp_path: Path) -> None:
    target = tmp_path / "broken.ttl"
    target.write_text("<a:a> <a:b>\n <a:c> <a:d> .\n", encoding="utf-8")

    done = run("anchor", target, "--sources", EXAMPLE_TEXTS)

    assert done.returncode == 3
    assert "broken.ttl:2:" in done.stderr
