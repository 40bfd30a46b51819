"""The static site: every page, every link, every hostile text."""

import os
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import pytest

from tipgraph.described import Described
from tipgraph.rdf import read
from tipgraph.revisions import stated
from tipgraph.site import Site
from tipgraph.store import Store
from tipgraph.terms import ID

VOID = {"br", "hr", "link", "meta"}
IMPACT = "https://w3id.org/tipgraph/id/impact/"
FILES = ("tipgraph.ttl", "SHA256SUMS")


class Page(HTMLParser):
    """The links, the names of places and the elements of a page; it fails on a wrong nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: list[str] = []
        self.elements: Counter[str] = Counter()
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements[tag] += 1
        told = dict(attrs)
        assert not [name for name in told if name.startswith("on")]
        self.links += [told[name] for name in ("href", "src") if name in told]
        self.places += [told["id"]] if "id" in told else []
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def shipped(store: Store) -> dict[str, bytes]:
    site = Site(stated(store.quads()), "tipgraph", "0.1.0", "https://example.org/licence", FILES)
    return dict(site.pages())


@pytest.fixture(scope="module")
def pages(shipped: dict[str, bytes]) -> dict[str, Page]:
    return {path: Page(data.decode()) for path, data in shipped.items() if path.endswith(".html")}


def one(text: str) -> dict[str, bytes]:
    prefixes = """
    @prefix dcterms: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    @prefix impact: <https://w3id.org/tipgraph/id/impact/> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix tip: <https://w3id.org/tipgraph/ontology#> .
    """
    graph = Described.of(read((prefixes + text).encode(), "turtle"))
    return dict(Site(graph, "T & T", "1", "").pages())


def test_every_thing_has_a_page(pages, store: Store) -> None:
    graph = stated(store.quads())
    things = [t for t in graph.things if t.startswith((ID, "https://w3id.org/tipgraph/concept/"))]

    assert len(things) > 1900
    paths = {f"{thing.removeprefix('https://w3id.org/tipgraph/')}.html" for thing in things}
    assert paths - set(pages) == set()


def test_every_link_leads_somewhere(shipped, pages) -> None:
    """Inside the site to a page and a place that are there, outside to the Web by https or http."""
    broken = []
    for path, page in pages.items():
        for link in set(page.links):
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in {"http", "https"}, link
                continue
            target = normpath(join(dirname(path), unquote(parts.path))) if parts.path else path
            if target.startswith("../"):
                good = target.removeprefix("../") in FILES
            else:
                good = target in shipped and (
                    not parts.fragment or unquote(parts.fragment) in pages[target].places
                )
            if not good:
                broken.append((path, link))

    assert broken == []


def test_every_page_can_be_reached_from_the_first(pages) -> None:
    seen, ahead = {"index.html"}, ["index.html"]
    while ahead:
        here = ahead.pop()
        for link in pages[here].links:
            parts = urlsplit(link)
            target = normpath(join(dirname(here), unquote(parts.path)))
            if not parts.scheme and parts.path and target in pages and target not in seen:
                seen.add(target)
                ahead.append(target)

    assert set(pages) - seen == set()


def test_no_page_needs_a_script_or_anything_from_elsewhere(pages) -> None:
    for page in pages.values():
        assert page.elements["h1"] == page.elements["title"] == page.elements["main"] == 1
        assert not page.elements["script"] + page.elements["img"] + page.elements["iframe"]
        assert len(page.places) == len(set(page.places))


def test_a_link_of_response_and_impact_stands_on_both_pages_with_its_evidence(pages) -> None:
    impact = pages["id/impact/case-backlogs.html"].text
    response = pages["id/response/remote-trials.html"].text

    for text in (impact, response):
        assert "Remote trials to case backlogs (UNODC 2021)" in text
        assert "Explicit in the text" in text
        assert "Responses and promising practices" in text
    assert "Remote trials and hearings" in impact
    assert "Backlogs of trafficking cases" in response


def test_a_document_has_all_its_statements(pages, store: Store) -> None:
    graph = stated(store.quads())
    document = "https://w3id.org/tipgraph/id/document/iom-norway-human-trafficking"
    statements = [
        s for s, p in graph.uses[document] if p == "https://w3id.org/tipgraph/ontology#statedIn"
    ]
    page = pages["id/document/iom-norway-human-trafficking.html"]

    assert len(statements) == 79
    assert "Statements about it" not in page.text
    for statement in statements:
        assert f"../statement/{statement.rpartition('/')[2]}.html" in page.links


def test_the_ontology_page_has_every_term(pages, store: Store) -> None:
    graph = stated(store.quads())
    terms = {t.partition("#")[2] for t in graph.things if "/ontology#" in t}

    assert len(terms) > 120
    assert terms <= set(pages["ontology.html"].places)


HOSTILE = '<script>alert("1")</script> & \'"> <b>'


def test_hostile_text_is_shown_as_text() -> None:
    quoted = HOSTILE.replace('"', '\\"')
    found = one(
        f'impact:a a tip:Impact ; skos:prefLabel "{quoted}"@en ; dcterms:description "{quoted}" ;'
        f' tip:x [ tip:y "{quoted}" ] .'
    )
    page = Page(found["id/impact/a.html"].decode())

    assert page.elements["script"] == page.elements["b"] == 0
    assert page.text.count(HOSTILE) == 5
    assert Page(found["index.html"].decode()).text.startswith("T & T")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"]
)
def test_an_address_that_is_not_of_the_web_is_no_link(address: str) -> None:
    found = one(f"impact:a a tip:Impact ; foaf:page <{address}> .")
    page = Page(found["id/impact/a.html"].decode())

    assert [link for link in page.links if address[:4] in link] == []
    assert address in page.text


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "a b", "a%2Fb", "ü", "a~b", "x" * 300, "..", "a?b=c", "./a"]
)
def test_no_name_leads_out_of_the_folder_or_breaks_a_link(name: str) -> None:
    iri = (IMPACT + name).replace(" ", "%20")
    found = one(f'<{iri}> a tip:Impact ; skos:prefLabel "X" . impact:user tip:x <{iri}> .')
    page = Page(found["id/impact/user.html"].decode())
    targets = [link for link in page.links if urlsplit(link).path and not urlsplit(link).scheme]

    for link in targets:
        target = normpath(join("id/impact", unquote(urlsplit(link).path)))
        assert target in found
    assert all(".." not in path.split("/") and not path.startswith("/") for path in found)
    assert all(len(part) < 250 for path in found for part in path.split("/"))
    assert len([p for p in found if p.startswith("id/")]) == 2


def test_names_that_differ_have_pages_that_differ() -> None:
    names = ["a~b", "a%7Eb", "a%257Eb", "A~b"]
    found = one(" ".join(f'<{IMPACT}{n}> a tip:Impact ; skos:prefLabel "{n}" .' for n in names))

    assert len([p for p in found if p.startswith("id/")]) == 4


def test_a_browser_without_scripts_and_network_is_enough(shipped, tmp_path: Path) -> None:
    """The files themselves, read from the disk: the links of one page lead to files."""
    for path, data in shipped.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    start = tmp_path / "id" / "impact" / "case-backlogs.html"
    links = [
        link
        for link in Page(start.read_text(encoding="utf-8")).links
        if link[0] != "#" and ":" not in link
    ]

    assert len(links) > 20
    assert all((start.parent / link.partition("#")[0]).resolve().is_file() for link in links)


def test_the_order_of_hashes_does_not_show() -> None:
    program = (
        "from tipgraph.revisions import described; from tipgraph.site import Site; import hashlib;"
        "pages = Site(described('tests/example/data'), 't', '1', '').pages();"
        "print(hashlib.sha256(repr(sorted(pages.items())).encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(found) == 1
