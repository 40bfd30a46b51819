"""Questions in plain words, and search."""

from __future__ import annotations

import pytest
from ask_scores import mean, read_questions, score

from tipgraph.ask import Asker
from tipgraph.terms import shorten, text_of


@pytest.fixture(scope="module")
def asker(bench):
    return Asker.over(bench)


@pytest.fixture(scope="module")
def scores(asker):
    return [score(asker, asked) for asked in read_questions()]


def test_recall_does_not_fall(scores):
    assert mean(each.recall for each in scores if each.asked["answered"]) >= 0.8


def test_precision_does_not_fall(scores):
    assert mean(each.precision for each in scores if each.asked["answered"]) >= 0.85


def test_every_question_of_another_field_is_refused(scores):
    assert [s.asked["id"] for s in scores if not s.asked["answered"] and s.answered] == []


@pytest.mark.parametrize(
    "question",
    [
        "Which impacts of the pandemic on domestic workers are reported?",
        "Which recommendations are addressed to technology companies?",
        "Which reports speak of safe houses?",
        "Why did traffickers recruit locally?",
    ],
)
def test_the_query_shown_gives_the_same_items_as_it_stands(asker, store, question):
    reply = asker.ask(question)
    rows = store.select(reply.sparql)
    assert reply.items
    assert {item.id for item in reply.items} == {text_of(row["item"]) for row in rows}


def test_online_recruitment_of_children_is_joined_on_one_impact(asker):
    reply = asker.ask("Which impacts are there of online recruitment of children?")
    assert shorten(reply.items[0].id) == "impact:online-recruitment-of-children"


def test_what_the_graph_does_not_know_is_refused_with_the_reason(asker):
    reply = asker.ask("How do polar bears survive the winter?")
    assert not reply.answered
    assert reply.items == ()
    assert "polar" in reply.reason


def test_the_nearest_words_of_the_graph_are_named(asker):
    reply = asker.ask("labourious xylophones in Atlantis")
    assert not reply.answered
    assert reply.nearest


def test_assessed_and_none_found_is_an_answer(asker):
    reply = asker.ask("Recommendations on trafficking for organ removal")
    assert reply.answered
    assert reply.items == ()
    assert "assessed" in reply.reason


def test_a_word_may_be_misspelt(asker):
    right = asker.ask("Which impacts are there on remittances?")
    slip = asker.ask("Which impacts are there on remitances?")
    assert right.items
    assert [item.id for item in slip.items] == [item.id for item in right.items]


def test_case_and_marks_do_not_count(asker):
    plain = asker.ask("which impacts are there on children")
    loud = asker.ask("WHICH IMPACTS ARE THERE ON CHÍLDREN?")
    assert [item.id for item in loud.items] == [item.id for item in plain.items]


def test_a_document_that_is_named_bounds_the_answer(asker):
    reply = asker.ask("Which impacts on children does USCRI report?")
    assert reply.items
    for item in reply.items:
        documents = {shorten(named.id) for named in item.links["documents"]}
        assert "doc:uscri-far-too-socially-distant" in documents


def test_an_answer_over_http_says_what_was_understood(client):
    found = client.get("/api/v1/ask", params={"q": "recommendations for kids"}).json()
    children = {c["id"].rsplit("/", 1)[-1] for c in found["understood"]["concepts"]}
    assert found["answered"] is True
    assert found["understood"]["want"] == "PolicyResponse"
    assert "children" in children
    assert found["items"]
    assert all(item["evidence"] and item["why"] for item in found["items"])


def test_a_question_without_words_is_an_error(client):
    answer = client.get("/api/v1/ask")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_answer_is_had_as_csv(client):
    answer = client.get("/api/v1/ask", params={"q": "hotline", "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("id,")


def test_a_search_puts_what_is_called_so_first(client):
    found = client.get("/api/v1/search", params={"q": "remote trials", "kind": "responses"}).json()
    assert found["items"][0]["id"].endswith("/response/remote-trials")


def test_a_search_takes_the_beginning_of_a_word(client):
    found = client.get("/api/v1/search", params={"q": "remitt", "kind": "impacts"}).json()
    assert "decline-in-remittances" in {item["id"].rsplit("/", 1)[-1] for item in found["items"]}


def test_a_search_forgives_a_slip(client):
    found = client.get("/api/v1/search", params={"q": "chidren", "kind": "groups"}).json()
    assert found["words"] == ["children"]
    assert "children" in {item["id"].rsplit("/", 1)[-1] for item in found["items"]}


def test_a_search_in_an_unknown_kind_names_the_kinds(client):
    answer = client.get("/api/v1/search", params={"q": "children", "kind": "animals"})
    assert answer.status_code == 422
    assert "responses" in answer.json()["suggestions"]
