"""Labels in several languages: which is given, and that none doubles an answer."""

import csv
import io
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLE, EXAMPLE_TEXTS
from fastapi.testclient import TestClient

from tipgraph.app import create_app
from tipgraph.errors import BadParameter
from tipgraph.evidence import Bench
from tipgraph.languages import language, nearness, spoken
from tipgraph.rdf import read_files
from tipgraph.sources import Sources
from tipgraph.store import Rows, Store
from tipgraph.terms import Literal

if TYPE_CHECKING:
    from pathlib import Path

MORE = """
@prefix actor: <https://w3id.org/tipgraph/id/actor/> .
@prefix c: <https://w3id.org/tipgraph/concept/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix doc: <https://w3id.org/tipgraph/id/document/> .
@prefix impact: <https://w3id.org/tipgraph/id/impact/> .
@prefix passage: <https://w3id.org/tipgraph/id/passage/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix statement: <https://w3id.org/tipgraph/id/statement/> .
@prefix tip: <https://w3id.org/tipgraph/ontology#> .

impact:example-jobs-lost
    skos:prefLabel "Des dockers perdent leur emploi"@fr , "Hafenarbeiter verlieren die Arbeit"@de ;
    skos:altLabel "chômage au port"@fr , "Débauchés"@fr , "jobless dockers"@en ;
    dcterms:description "Les ouvriers d'un port perdent leur travail."@fr .
impact:example-loans skos:prefLabel "Hafenarbeiter nehmen Kredite"@de .
c:workers skos:prefLabel "Travailleurs"@fr-CA .
c:none-given skos:prefLabel "aucune"@fr .
actor:harbour-council skos:prefLabel "Conseil du port"@fr .
doc:example-brief dcterms:title "Un texte à nous"@fr ; skos:prefLabel "Texte d'exemple"@fr .
statement:example-jobs-lost skos:prefLabel "Emplois perdus"@fr .
passage:example-jobs tip:sectionTitle "Les ports"@fr .
passage:example-loans tip:sectionTitle "Les ports"@fr .
"""


@pytest.fixture(scope="module")
def plain() -> TestClient:
    """The example as it is, in English alone."""
    return TestClient(create_app(Bench(Store.load(EXAMPLE), EXAMPLE, Sources(EXAMPLE_TEXTS))))


@pytest.fixture(scope="module")
def tongues(tmp_path_factory) -> TestClient:
    """The example with labels in French and German added."""
    path: Path = tmp_path_factory.mktemp("more") / "more.ttl"
    path.write_text(MORE, encoding="utf-8")
    store = Store.load(EXAMPLE)
    store.add(read_files([path]))
    return TestClient(create_app(Bench(store, EXAMPLE, Sources(EXAMPLE_TEXTS))))


KINDS = ["responses", "impacts", "actors", "documents", "statements", "groups"]


@pytest.mark.parametrize("kind", KINDS)
def test_in_english_nothing_changes_when_other_languages_are_added(plain, tongues, kind) -> None:
    for url in (f"/api/v1/{kind}?limit=500", f"/api/v1/{kind}?document=example-brief"):
        if kind == "documents" and "document=" in url:
            continue
        before, after = plain.get(url).json(), tongues.get(url).json()

        assert after["items"] == before["items"] != []
        assert after["meta"]["total"] == before["meta"]["total"]


@pytest.mark.parametrize("name", ["impacts-in-document", "impact-count-by-document"])
def test_the_items_of_a_question_do_not_double(plain, tongues, name: str) -> None:
    given = "?document=example-brief" if name == "impacts-in-document" else ""
    url = f"/api/v1/questions/{name}{given}"

    assert tongues.get(url).json()["items"] == plain.get(url).json()["items"] != []
    assert tongues.get(url + ("&" if given else "?") + "format=csv").text == (
        plain.get(url + ("&" if given else "?") + "format=csv").text
    )


def test_labels_are_in_the_language_asked_and_else_in_english(tongues) -> None:
    answer = tongues.get(
        "/api/v1/impacts?group=workers&lang=fr&fields=label,description,why,groups"
    )
    found = {item["id"].rsplit("/", 1)[1]: item for item in answer.json()["items"]}

    lost, loans = found["example-jobs-lost"], found["example-loans"]
    assert lost["label"] == "Des dockers perdent leur emploi"
    assert lost["description"] == "Les ouvriers d'un port perdent leur travail."
    assert lost["why"] == ["affects Travailleurs"]
    assert [g["label"] for g in lost["groups"]] == ["Travailleurs"]
    assert loans["label"] == "Dock workers take loans"
    assert answer.headers["content-language"] == "en, fr, fr-ca"


def test_evidence_is_told_in_the_language_asked(tongues) -> None:
    evidence = tongues.get("/api/v1/impacts/example-jobs-lost?lang=fr").json()["items"][0][
        "evidence"
    ]
    first = evidence[0]

    assert len(evidence) == 1
    assert first["document"]["title"] == "Un texte à nous"
    assert first["document"]["publisher"] == "Conseil du port"
    assert first["section"] == "Les ports"
    assert first["statement"]["basis"] == "none-given"
    assert len(first["spans"]) == 1


def test_a_list_is_put_in_order_by_the_labels_it_shows(tongues) -> None:
    def labels(url: str) -> list[str]:
        return [item["label"] for item in tongues.get(url).json()["items"]]

    assert labels("/api/v1/impacts?lang=de") == [
        "Hafenarbeiter nehmen Kredite",
        "Hafenarbeiter verlieren die Arbeit",
    ]
    assert labels("/api/v1/impacts?lang=en") == [
        "Dock workers lose their jobs",
        "Dock workers take loans",
    ]


def test_things_are_found_by_their_names_in_any_language(tongues) -> None:
    for name in ("Travailleurs", "workers"):
        body = tongues.get(f"/api/v1/impacts?group={name}").json()
        assert body["meta"]["total"] == 2
    found = tongues.get("/api/v1/impacts/des dockers perdent leur emploi?fields=label").json()

    assert found["items"][0]["label"] == "Dock workers lose their jobs"
    assert found["links"]["self"].endswith("/api/v1/impacts/example-jobs-lost?fields=label")


@pytest.mark.parametrize(
    "word", ["chomage", "CHÔMAGE", "cho%CC%82mage", "debauche", "Débauchés", '"chômage au"']
)
def test_marks_and_case_do_not_count(tongues, word: str) -> None:
    items = tongues.get(f"/api/v1/impacts?q={word}").json()["items"]

    assert [i["id"].rsplit("/", 1)[1] for i in items] == ["example-jobs-lost"]


def test_a_csv_in_a_language_has_one_row_for_a_thing_and_passage(tongues) -> None:
    text = tongues.get("/api/v1/impacts?lang=fr&format=csv").text
    rows = list(csv.DictReader(io.StringIO(text)))

    assert [(r["label"], r["spans"]) for r in rows if r["statement_kind"] == "impact"] == [
        ("Des dockers perdent leur emploi", "47-102"),
        ("Dock workers take loans", "103-151 169-199"),
    ]


def test_a_language_that_the_graph_does_not_have_is_english(plain) -> None:
    answer = plain.get("/api/v1/impacts?lang=tlh&limit=1")

    assert answer.json()["items"] == plain.get("/api/v1/impacts?limit=1").json()["items"]
    assert answer.headers["content-language"] == "en"


@pytest.mark.parametrize(
    "tag", ["", "e", "en_GB", "english language", "fr-", "-fr", "a-b", "é", "en--GB", "x" * 200]
)
def test_a_malformed_tag_is_refused(plain, tag: str) -> None:
    answer = plain.get("/api/v1/impacts", params={"lang": tag})

    assert answer.status_code == 422
    assert answer.json()["parameter"] == "lang"
    with pytest.raises(BadParameter):
        language(tag)


@pytest.mark.parametrize(
    "tag",
    ["en", "fr-CA", "zh-Hant-TW", "de-1996", "sl-rozaj-biske", "x-ours", "de-x-ours", "es-419"],
)
def test_a_well_formed_tag_is_taken(tag: str) -> None:
    assert language(tag) == tag.lower()


@pytest.mark.parametrize(
    ("wanted", "best"),
    [
        ("fr-CA", "fr"),
        ("fr", "fr"),
        ("de", "de-AT"),
        ("it", "en"),
        ("en-US", "en"),
        ("de-CH-1996", "de-AT"),
    ],
)
def test_the_nearest_language_is_chosen(wanted: str, best: str) -> None:
    tags = ["zu", "de-AT", "en", "fr", None]
    chosen = min(
        (Literal("x", language=tag) for tag in tags), key=lambda t: nearness(t, wanted.lower())
    )

    assert chosen.language == best


def test_several_texts_of_the_nearest_language_are_all_kept() -> None:
    def text(value: str, tag: str) -> Literal:
        return Literal(value, language=tag)

    one, two = Literal("1"), Literal("2")
    rows = Rows(
        ("item", "name"),
        (
            (one, text("a", "en")),
            (one, text("b", "en")),
            (one, text("c", "fr")),
            (two, text("d", "fr")),
        ),
    )

    assert [r[1].value for r in spoken(rows, "en").rows] == ["a", "b", "d"]
    assert [r[1].value for r in spoken(rows, "fr").rows] == ["c", "d"]
