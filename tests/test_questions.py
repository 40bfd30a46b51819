"""Each question file, asked its own example, gives the rows that were read from the texts."""

import csv
from pathlib import Path

import pytest
from rdflib import Dataset

from tipgraph.errors import BadParameter, NotFound
from tipgraph.evidence import Bench
from tipgraph.formats import short
from tipgraph.graph import SHIPPED
from tipgraph.names import Names
from tipgraph.questions import Questions
from tipgraph.rdf import read_files
from tipgraph.store import Store
from tipgraph.syntax import check
from tipgraph.terms import Iri

ANSWERS = Path(__file__).parent / "answers"
NAMES = [path.stem for path in SHIPPED.queries_in("questions")]
EVIDENCE = {"coverage": ("assessment", "document")}


def expected(name: str) -> tuple[list[str], set[tuple[str, ...]]]:
    with (ANSWERS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return head, {tuple(row) for row in rows}


def test_there_are_questions_and_each_has_an_answer() -> None:
    assert len(NAMES) >= 30
    assert sorted(path.stem for path in ANSWERS.glob("*.csv")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_what_a_reader_of_the_texts_gives(questions: Questions, name: str) -> None:
    reply = questions.ask(name, dict(questions.named(name).example))
    columns, rows = expected(name)

    assert rows
    assert {tuple(short(row[c]) for c in columns) for row in reply.rows} == rows


@pytest.mark.parametrize("name", NAMES)
def test_every_row_carries_its_evidence(questions: Questions, name: str) -> None:
    question = questions.named(name)
    wanted = EVIDENCE.get(question.headers.get("evidence", ""), ("statement", "passage"))

    for row in questions.ask(name, dict(question.example)).rows:
        assert all(isinstance(row[column], Iri) for column in wanted)


@pytest.mark.parametrize("name", NAMES)
def test_every_item_says_why_and_on_what_evidence(questions: Questions, name: str) -> None:
    answer = questions.answer(questions.ask(name, dict(questions.named(name).example)))

    assert answer.items
    for item in answer.items:
        assert item.why
        assert item.evidence
        assert item.label


@pytest.mark.parametrize("name", NAMES)
def test_a_question_runs_as_it_stands_and_fits_the_rules(store: Store, name: str) -> None:
    question = Questions(Bench(store, SHIPPED), Names(store, SHIPPED)).named(name)

    assert store.select(question.text).rows
    assert question.summary.endswith("?")
    assert question.description
    assert "ORDER BY" in question.text
    assert check(question.text) is False
    assert {key for key, _ in question.example} <= {p.name for p in question.parameters}


@pytest.fixture(scope="module")
def by_rdflib(store: Store):
    dataset = Dataset(default_union=True)
    dataset.parse(data=store.dump("nquads"), format="nquads")
    return dataset


@pytest.mark.parametrize("name", NAMES)
def test_both_engines_give_the_same_rows(questions: Questions, by_rdflib, name: str) -> None:
    reply = questions.ask(name, dict(questions.named(name).example))
    ours = [tuple("" if t is None else t.value for t in row) for row in reply.rows.rows]
    theirs = [
        tuple("" if term is None else str(term) for term in row)
        for row in by_rdflib.query(reply.sparql)
    ]

    assert sorted(theirs) == sorted(ours)


def test_the_users_own_question_comes_first(questions: Questions) -> None:
    first = next(iter(questions.all.values()))

    assert first.name == "responses-addressing-impact"
    assert dict(first.example) == {"impact": "online-recruitment-of-children"}


def test_a_laptop_for_schooling_is_not_an_answer_to_online_recruitment(
    questions: Questions,
) -> None:
    reply = questions.ask(
        "responses-addressing-impact", {"impact": "online-recruitment-of-children"}
    )

    assert "response:devices-for-schoolchildren" not in {short(r["item"]) for r in reply.rows}


@pytest.mark.parametrize(
    "typed",
    [
        "online-recruitment-of-children",
        "impact:online-recruitment-of-children",
        "https://w3id.org/tipgraph/id/impact/online-recruitment-of-children",
        "Children targeted by traffickers online",
        "CHILDREN TARGETED BY TRAFFICKERS ONLINE",
    ],
)
def test_a_thing_goes_by_any_of_its_names(questions: Questions, typed: str) -> None:
    rows = questions.ask("responses-addressing-impact", {"impact": typed}).rows

    assert {short(row["item"]) for row in rows} == {
        row[0] for row in expected("responses-addressing-impact")[1]
    }


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("impacts-on-group", {"group": "kids"}),
        ("impacts-on-service", {"service": "legal assistance"}),
        ("practices-by-actor", {"actor": "NGOs"}),
        ("practices-by-actor", {"actor": "police"}),
        ("impacts-through-channel", {"channel": "cyberspace"}),
        ("responses-addressing-impact", {"impact": "online-recruitment,decline-in-remittances"}),
    ],
)
def test_everyday_words_are_understood(questions: Questions, name: str, given) -> None:
    assert questions.ask(name, given).given


def test_an_unknown_name_brings_the_nearest(questions: Questions) -> None:
    with pytest.raises(BadParameter, match="online-recruitment-of-children") as caught:
        questions.ask("responses-addressing-impact", {"impact": "online-recrutment-of-childen"})

    assert caught.value.details["parameter"] == "impact"


def test_a_thing_of_another_class_is_refused(questions: Questions) -> None:
    with pytest.raises(BadParameter, match="no Impact is known by that name"):
        questions.ask("responses-addressing-impact", {"impact": "c:children"})


def test_an_unknown_parameter_is_refused_and_not_ignored(questions: Questions) -> None:
    with pytest.raises(BadParameter, match="has no parameter 'impct'; it takes impact"):
        questions.ask("responses-addressing-impact", {"impct": "online-recruitment"})


@pytest.mark.parametrize("name", ["impacts-on-grup", "../checks/broader-cycle", ""])
def test_an_unknown_question_brings_the_nearest(questions: Questions, name: str) -> None:
    with pytest.raises(NotFound, match="There is no question"):
        questions.ask(name, {})


@pytest.mark.parametrize("typed", ["four", "-1", "1.5", "", "٤"])
def test_a_number_is_written_in_digits(questions: Questions, typed: str) -> None:
    with pytest.raises(BadParameter, match="not a whole number"):
        questions.ask("impacts-in-several-documents", {"at_least": typed})


@pytest.mark.parametrize(("typed", "rows"), [("002", True), ("9" * 5_000, False)])
def test_a_number_may_have_any_digits(questions: Questions, typed: str, rows: bool) -> None:
    reply = questions.ask("impacts-in-several-documents", {"at_least": typed})

    assert bool(reply.rows) == rows


def test_losing_a_statement_loses_the_answer(tmp_path: Path) -> None:
    """The short links come from the statements: without the statement there is no row."""
    store = Store.load(SHIPPED)
    bench = Bench(store, SHIPPED)
    gone = Questions(bench, Names(store, SHIPPED)).ask(
        "responses-addressing-impact", {"impact": "online-recruitment-of-children"}
    )
    statement = next(
        text for row in gone.rows if (text := row["statement"]) and "internet-safety" in text.value
    )
    lines = Store.load(SHIPPED, derived=False).dump("nquads").splitlines()
    kept = [line for line in lines if not line.startswith(f"<{statement.value}>".encode())]
    (tmp_path / "kept.nq").write_bytes(b"\n".join(kept))
    smaller = Store.load(SHIPPED.without_data(), derived=False)
    smaller.add(read_files([tmp_path / "kept.nq"]))
    smaller.derive(SHIPPED)
    again = Questions(Bench(smaller, SHIPPED), Names(smaller, SHIPPED)).ask(
        "responses-addressing-impact", {"impact": "online-recruitment-of-children"}
    )

    assert len(again.rows) == len(gone.rows) - 1
