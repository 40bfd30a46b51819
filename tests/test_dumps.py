"""The whole graph as files."""

import threading

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from tipgraph.description import Description
from tipgraph.dumps import Dumps
from tipgraph.errors import BadParameter
from tipgraph.store import Store

FORMATS = {
    "ttl": ("text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "trig": ("application/trig; charset=utf-8", ox.RdfFormat.TRIG),
    "nq": ("application/n-quads", ox.RdfFormat.N_QUADS),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}
WITHOUT_GRAPHS = {"ttl", "nt", "rdf"}


@pytest.mark.parametrize("ending", FORMATS)
def test_a_dump_is_the_whole_graph(client: TestClient, store: Store, ending: str) -> None:
    answer = client.get(f"/dump/tipgraph.{ending}")
    read = ox.Dataset(ox.parse(answer.content, format=FORMATS[ending][1]))
    whole = ox.Dataset(ox.parse(store.dump("nquads"), format=ox.RdfFormat.N_QUADS))
    if ending in WITHOUT_GRAPHS:
        whole = ox.Dataset(ox.Quad(*quad.triple) for quad in whole)
    for dataset in (read, whole):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)

    assert answer.headers["content-type"] == FORMATS[ending][0]
    assert set(read) == set(whole)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_dump_is_a_file_with_a_name(client: TestClient, ending: str) -> None:
    answer = client.get(f"/dump/tipgraph.{ending}", headers={"Accept-Encoding": "identity"})
    headed = client.head(f"/dump/tipgraph.{ending}", headers={"Accept-Encoding": "identity"})

    assert answer.headers["content-disposition"] == f'attachment; filename="tipgraph.{ending}"'
    assert answer.headers["content-length"] == str(len(answer.content))
    assert headed.headers["content-length"] == str(len(answer.content))
    assert headed.content == b""


def test_a_dump_is_packed_for_those_who_take_it(client: TestClient) -> None:
    packed = client.get("/dump/tipgraph.nt", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/dump/tipgraph.nt", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.content == plain.content


def test_a_dump_that_the_client_has_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/dump/tipgraph.ttl").headers["etag"]
    again = client.get("/dump/tipgraph.ttl", headers={"If-None-Match": tag})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    assert client.get("/dump/tipgraph.ttl", headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize("name", ["tipgraph.xlsx", "other.ttl", "tipgraph", "tipgraph.ttl.gz"])
def test_a_dump_that_there_is_none_of_is_not_found(client: TestClient, name: str) -> None:
    answer = client.get(f"/dump/{name}")

    assert answer.status_code == 404
    assert "tipgraph.ttl" in answer.json()["detail"]


def test_a_dump_is_written_once_however_many_ask() -> None:
    class Counting:
        times = 0

        def dump(self, form: str) -> bytes:
            self.times += 1
            return form.encode() * 100_000

    source = Counting()
    dumps = Dumps(source)
    read: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: read.append(b"".join(dumps.named("tipgraph.nq").chunks())))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert source.times == 1
    assert set(read) == {b"nquads" * 100_000}
    assert len(read) == 8


@pytest.mark.parametrize("root", ["http://x> <y", 'http://a"b', "ftp://a", "http://a b", ""])
def test_no_address_of_a_service_can_break_the_description(bench, questions, root: str) -> None:
    with pytest.raises(BadParameter):
        Description(bench, questions).document("catalog", root, "turtle")
