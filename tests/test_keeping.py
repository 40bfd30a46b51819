"""After a change only what it can reach is checked, with the verdict of a whole run."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tiny

from tipgraph.findings import Report
from tipgraph.graph import SHIPPED
from tipgraph.inspection import Inspector
from tipgraph.keeping import Kept, watched
from tipgraph.terms import Blank, Term

FAST = frozenset({"consistency"})
SHAPES = """
:Reader a sh:NodeShape ; sh:targetClass :Person ;
  sh:property [ sh:path [ sh:inversePath :author ] ; sh:minCount 1 ] ,
    [ sh:path ( :knows :knows ) ; sh:class :Person ] ,
    [ sh:path [ sh:zeroOrMorePath :knows ] ; sh:node :Named ] ,
    [ sh:path [ sh:alternativePath ( :knows [ sh:inversePath :likes ] ) ] ; sh:maxCount 2 ] .
:Named a sh:NodeShape ; sh:property [ sh:path :name ; sh:minCount 1 ; sh:uniqueLang true ] ,
    [ sh:path :title ; sh:disjoint :alias ] , [ sh:path [ sh:inversePath :part ] ; sh:maxCount 1 ] .
:Nest a sh:NodeShape ; sh:targetClass :Novel ;
  sh:property [ sh:path :about ; sh:property [ sh:path :inner ; sh:minCount 1 ;
    sh:property [ sh:path :name ; sh:minCount 1 ] ] ] .
:Written a sh:NodeShape ; sh:targetClass :Book ;
  sh:property [ sh:path :author ; sh:qualifiedMinCount 1 ;
      sh:qualifiedValueShape [ sh:class :Person ] ] ,
    [ sh:path :begun ; sh:lessThan :ended ] , [ sh:path :title ; sh:equals :name ] ,
    [ sh:path ( :part [ sh:zeroOrOnePath :inner ] ) ; sh:not [ sh:hasValue :bad ] ] ;
  sh:or ( [ sh:property [ sh:path :begun ; sh:minCount 1 ] ]
    [ sh:property [ sh:path :about ; sh:class :Topic ] ] ) ;
  sh:xone ( [ sh:class :Novel ] [ sh:property [ sh:path :likes ; sh:minCount 1 ] ] ) .
:Liked a sh:NodeShape ; sh:targetObjectsOf :likes ; sh:property [ sh:path :name ; sh:minCount 1 ] .
:Liking a sh:NodeShape ; sh:targetSubjectsOf :likes ; sh:class :Person .
:Tight a sh:NodeShape ; sh:targetClass :Topic ; sh:closed true ;
  sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path :name ] .
"""
NAMES = [f":t{number}" for number in range(9)]
CLASSES = [":Person", ":Book", ":Novel", ":Topic"]
LINKS = [":author", ":knows", ":likes", ":about", ":part", ":inner"]


def statement(dice: random.Random) -> str:
    """A statement of one thing, with blank nodes now and then, and rarely a broken one."""
    thing, other = dice.choice(NAMES), dice.choice([*NAMES, ":bad"])
    value = dice.choice(['"a"', '"b"@en', '"c"@en', "1", "2"])
    return dice.choice(
        [
            f"{thing} a {dice.choice(CLASSES)} .",
            f"{thing} a {dice.choice(CLASSES)} .",
            f"{thing} {dice.choice(LINKS)} {other} .",
            f"{thing} {dice.choice(LINKS)} {other} .",
            f"{thing} {dice.choice([':name', ':title', ':begun', ':ended'])} {value} .",
            f"{thing} :part [ a {dice.choice(CLASSES)} ; :inner {other} ; :name {value} ] .",
            f"[] a :Person ; :knows {other} , [ :name {value} ] .",
            f"{dice.choice(CLASSES)} rdfs:subClassOf {dice.choice(CLASSES)} ."
            if dice.random() < 0.1
            else f"{thing} :name {value} .",
            f"{thing} :name ; ." if dice.random() < 0.2 else f"{thing} :likes {other} .",
        ]
    )


def told(report: Report) -> list[tuple[object, ...]]:
    """The findings, with nothing in them that differs between two readings of the same."""

    def bare(term: Term | None) -> object:
        return "a blank node" if isinstance(term, Blank) else term

    return sorted(
        (
            *(v.severity, v.rule, v.message, v.fix, v.label, str(v.place)),
            *(repr(bare(v.focus)), repr(v.path), repr(bare(v.value))),
        )
        for v in report.violations
    )


@pytest.mark.parametrize("seed", range(4))
def test_random_edits_have_the_verdict_of_a_whole_run(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - dice, not secrets
    texts = {name: [statement(dice) for _ in range(12)] for name in ("one", "two", "three")}
    layout = tiny.written(tmp_path, shapes=SHAPES, books="", people="", **joined(texts))
    inspector = Inspector(layout, skip=FAST)
    kept = Kept(inspector)
    seen = 0
    for _ in range(12):
        lines = texts[dice.choice([*texts])]
        for _ in range(dice.randint(1, 3)):
            lines[dice.randrange(len(lines))] = statement(dice)
        dice.shuffle(lines)
        tiny.written(tmp_path, shapes=SHAPES, books="", people="", **joined(texts))
        quick, whole = kept.refreshed(), inspector.whole()
        seen += len(whole.violations)
        assert told(quick) == told(whole)

    assert seen > 50


def joined(texts: dict[str, list[str]]) -> dict[str, str]:
    return {name: "\n".join(lines) for name, lines in texts.items()}


CHAIN = ":a a :Person . :a :knows :b . :b :knows :c . :c :knows :d . :d :knows :e .\n"
CHAIN += ':e :title "last" .\n'
CHAIN += "".join(f':{each} :name "{each}" ; :knows :a . ' for each in "abcde")
FAR = {
    "a link at the end of a chain": ":e :knows :f .",
    "a pair at the end of a chain": ':e :alias "last" .',
    "a link back to the end of a chain": ":x :part :e . :y :part :e .",
}


@pytest.mark.parametrize("end", FAR.values(), ids=FAR)
def test_a_change_far_away_reaches_what_leads_there(tmp_path: Path, end: str) -> None:
    texts = {"shapes": SHAPES, "books": CHAIN, "people": ""}
    inspector = Inspector(tiny.written(tmp_path, **texts), skip=FAST | {"lint"})
    kept = Kept(inspector)
    before = told(kept.report())
    tiny.written(tmp_path, **texts, extra=end)
    after = told(kept.refreshed())

    assert after == told(inspector.whole())
    assert len(after) > len(before)


def test_a_finding_on_the_value_of_a_thing_goes_with_the_thing(tmp_path: Path) -> None:
    texts = {"shapes": SHAPES, "people": "", "books": ":n a :Novel ; :about :v .\n"}
    inspector = Inspector(tiny.written(tmp_path, **texts), skip=FAST | {"lint"})
    kept = Kept(inspector)
    assert "v" in {v.focus.value.rsplit("/", 1)[-1] for v in kept.report().violations}

    tiny.written(tmp_path, **texts | {"books": ":n :about :v .\n"})

    assert told(kept.refreshed()) == told(inspector.whole()) == []


def test_a_file_that_comes_or_goes_is_seen(tmp_path: Path) -> None:
    inspector = Inspector(tiny.written(tmp_path), skip=FAST)
    kept = Kept(inspector)
    (tmp_path / "data" / "deep" / "people.ttl").unlink()
    without = kept.refreshed()
    assert told(without) == told(inspector.whole())
    assert any("ann" in repr(v.value) for v in without.violations)

    tiny.written(tmp_path)
    assert kept.is_stale
    assert told(kept.refreshed()) == told(inspector.whole())


def test_a_triple_that_another_file_still_has_stays(tmp_path: Path) -> None:
    inspector = Inspector(tiny.written(tmp_path, more=":ann a :Person .\n"), skip=FAST)
    kept = Kept(inspector)
    tiny.written(tmp_path, more="")

    assert told(kept.refreshed()) == told(inspector.whole())


def test_a_rule_that_may_read_anything_is_run_whole(tmp_path: Path) -> None:
    shapes = """
:Odd a sh:NodeShape ; sh:targetClass :Book ;
  sh:sparql [ sh:message "Nobody is here." ;
    sh:select "SELECT $this WHERE { FILTER NOT EXISTS { ?x a <http://books.example/Person> } }" ] .
"""
    inspector = Inspector(tiny.written(tmp_path, shapes=shapes), skip=FAST | {"lint"})
    kept = Kept(inspector)
    assert kept.report().conforms

    tiny.written(tmp_path, shapes=shapes, people="")

    assert told(kept.refreshed()) == told(inspector.whole())
    assert len(kept.report().violations) == 4


def test_only_what_a_change_can_reach_is_checked(tmp_path: Path) -> None:
    kept = Kept(Inspector(tiny.written(tmp_path), skip=FAST))
    tiny.written(tmp_path, people=tiny.PEOPLE.replace(":author :nobody", ":author :ann"))
    report = kept.refreshed()

    assert {term.value.rsplit("/", 1)[-1] for term in kept.checked} == {"other", "nobody", "ann"}
    assert len([v for v in report.violations if v.rule.startswith("shape")]) == 3


def test_an_edit_of_the_shipped_graph_has_the_verdict_of_a_whole_run(tmp_path: Path) -> None:
    for path in SHIPPED.data.rglob("*.ttl"):
        target = tmp_path / path.relative_to(SHIPPED.data)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    inspector = Inspector(replace(SHIPPED, data=tmp_path), skip=FAST)
    kept = Kept(inspector)
    actors = tmp_path / "things" / "actors.ttl"
    text = actors.read_text(encoding="utf-8")
    actors.write_text(text.replace("a tip:NamedActor", "a tip:Impact", 1), encoding="utf-8")
    quick = kept.refreshed()

    assert told(quick) == told(inspector.whole())
    assert len({v.place.file for v in quick.violations}) > 1


def test_a_watch_tells_again_after_a_save(tmp_path: Path) -> None:
    layout = tiny.written(tmp_path)
    edits = iter([{"books": tiny.BOOKS.replace(":untitled a", ':untitled :title "U" ; a')}, {}])

    def pause() -> None:
        edit = next(edits, None)
        if edit is None:
            raise KeyboardInterrupt
        tiny.written(tmp_path, **edit)

    reports = list(watched(Inspector(layout, skip=FAST | {"lint"}), pause))

    assert [len(report.violations) for report in reports] == [4, 3, 4]


def test_a_watch_takes_up_other_rules(tmp_path: Path) -> None:
    layout = tiny.written(tmp_path)
    steps = iter([tiny.SHAPES.replace("sh:minCount 1 ;", "")])

    def pause() -> None:
        shapes = next(steps, None)
        if shapes is None:
            raise KeyboardInterrupt
        tiny.written(tmp_path, shapes=shapes)

    reports = list(watched(Inspector(layout, skip=FAST | {"lint"}), pause))

    assert [len(report.violations) for report in reports] == [4, 3]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started in the background of a shell ignores an interrupt, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_watch_ends_when_it_is_interrupted(tmp_path: Path) -> None:
    tiny.written(tmp_path)
    command = [sys.executable, "-m", "tipgraph", "validate", "--watch", "--data", "data"]
    with subprocess.Popen(
        [*command, "--ontology", "ontology.ttl", "--shapes", "shapes.ttl", "--skip", "lint"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        for line in process.stdout:
            if "findings (" in line:
                process.send_signal(signal.SIGINT)
        status = process.wait(60)
        errors = process.stderr.read()

    assert (status, errors) == (1, "")
