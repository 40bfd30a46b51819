"""Whatever is asked, the service answers or says what is wrong with it; benchmarks/ ask more."""

import re
from collections import Counter

import pytest
from fastapi.testclient import TestClient
from hostile import addresses, mutated

from tipgraph.app import create_app
from tipgraph.graph import SHIPPED
from tipgraph.lookup import Lookup
from tipgraph.pool import Limits, Pool
from tipgraph.questions import Questions

# What must never leave the server: traces, paths, names of the engine and of its language.
INSIDES = re.compile(
    r"Traceback|/src/|site-packages|\.py\b|oxigraph|panicked|rdflib|\.rs:", re.IGNORECASE
)


@pytest.fixture(scope="module")
def service(bench):
    pool = Pool({}, Limits(seconds=5.0, workers=2))
    with TestClient(create_app(bench, pool), raise_server_exceptions=False) as client:
        yield client


def test_a_mutated_query_is_answered_or_refused(service) -> None:
    texts = [path.read_text(encoding="utf-8") for path in SHIPPED.queries_in("questions")]
    answers = [service.post("/sparql", data={"query": text}) for text in mutated(texts, 1_500)]

    statuses = Counter(answer.status_code for answer in answers)
    assert {200, 400} <= set(statuses) <= {200, 400, 504}
    # A fault may make a cross product of a join, which is then stopped at its limit.
    assert statuses[504] < 15
    refused = [answer for answer in answers if answer.status_code == 400]
    assert len(refused) > 500
    assert not [answer.json() for answer in refused if INSIDES.search(answer.json()["detail"])]


def test_a_hostile_parameter_is_answered_or_refused(service, bench) -> None:
    lookup = Lookup(bench)
    facets = {kind.name: tuple(kind.facets) for kind in lookup.kinds.values()}
    questions = {
        name: tuple(p.name for p in question.parameters)
        for name, question in Questions(bench, lookup.names).all.items()
    }
    answers = [service.get(address) for address in addresses(facets, questions, 1_500)]

    assert {answer.status_code for answer in answers} <= {200, 307, 400, 404, 422}
    assert 200 in {answer.status_code for answer in answers}
    refused = [answer for answer in answers if answer.status_code not in {200, 307}]
    assert len(refused) > 500
    assert not [answer.json() for answer in refused if INSIDES.search(answer.json()["detail"])]
