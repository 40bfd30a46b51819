"""The pages without a browser: what they say, what they send with it, and to whom."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from browsing import PAGES, QUESTION, in_a_row
from conftest import EXAMPLE_TEXTS
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pyld import jsonld

from tipgraph.app import create_app
from tipgraph.lookup import Lookup
from tipgraph.network import Network
from tipgraph.page_editor import editor_page
from tipgraph.page_network import most_linked, network_page
from tipgraph.page_reading import pieces
from tipgraph.pages import POLICY, Pages, data_block
from tipgraph.paths import PHRASES, STATIC, TEMPLATES
from tipgraph.phrases import languages
from tipgraph.questions import Questions
from tipgraph.rooted import Rooted
from tipgraph.spans import digest
from tipgraph.statics import Statics
from tipgraph.terms import slug, text_of
from tipgraph.ways import Ways

BASE = "https://w3id.org/tipgraph"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Read(HTMLParser):
    """What a page has: its links, its scripts and styles in the text, and its headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [v for k, v in attrs if k in {"href", "src", "action"} and v]
        self.ids += [given["id"] or ""] if "id" in given else []
        data = given.get("type") in {"application/ld+json", "application/json"}
        bare = tag == "style" or (tag == "script" and "src" not in given and not data)
        self.inline += [tag] if bare else []
        self.inline += [k for k, _ in attrs if k == "style" or k.startswith("on")]


def fact(text: str, name: str) -> str:
    """What stands beside *name* among the facts on a page."""
    return text.split(f"<dt>{name}</dt>", 1)[1].split("</dd>", 1)[0]


def page(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def test_a_browser_gets_the_first_page_and_others_what_they_had(client: TestClient) -> None:
    assert "<h1>" in page(client, "/")
    for accept in ("*/*", "application/json", "text/turtle"):
        answer = client.get("/", headers={"Accept": accept}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/docs")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_and_loads_nothing_but_ours(client: TestClient, name: str) -> None:
    answer = client.get(PAGES[name], headers=BROWSER)
    read = Read(answer.text)

    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert read.inline == []
    assert len(read.ids) == len(set(read.ids))


def test_static_files_are_kept_for_good_under_names_that_change_with_them(client) -> None:
    sheet = next(link for link in Read(page(client, "/")).links if link.endswith(".css"))
    answer = client.get(sheet)

    assert re.fullmatch(r"/static/pages\.[0-9a-f]{12}\.css", sheet)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.content == (STATIC / "pages.css").read_bytes()
    assert client.get("/static/pages.css").status_code == 404


def test_every_phrase_that_a_template_names_is_there() -> None:
    known = languages()["en"].texts
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for key in re.findall(r"""\bt\(\s*["']([a-z_.]+)["']\s*[,)]""", text):
            assert key in known or f"{key}.one" in known, (path.name, key)


def test_a_second_language_has_a_switch_and_is_chosen_by_the_browser(tmp_path) -> None:
    (tmp_path / "en.toml").write_text('language = "English"\n[x]\none = "a"', encoding="utf-8")
    (tmp_path / "fr.toml").write_text('language = "Français"\n[x]\none = "b"', encoding="utf-8")
    found = languages(tmp_path)

    assert list(found) == ["en", "fr"]
    assert (found["fr"].name, found["fr"]("x.one")) == ("Français", "b")


def test_no_template_has_words_of_its_own() -> None:
    names = {"CSV", "JSON", "XML", "Turtle"}
    for path in TEMPLATES.glob("*.html"):
        text = re.sub(
            r"{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        said = set(re.findall(r">([^<]*[A-Za-z]{2,}[^<]*)<", text))
        said |= set(
            re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*[A-Za-z][^"]*)"', text)
        )

        assert {each.strip() for each in said} <= names | {"· tipgraph", "tip:"}, path.name


@pytest.fixture(scope="module")
def abroad(bench, tmp_path_factory) -> TestClient:
    """A service that has a second language, in which each phrase stands in brackets."""
    folder = tmp_path_factory.mktemp("wording")
    text = (PHRASES / "en.toml").read_text(encoding="utf-8")
    (folder / "xx.toml").write_text(re.sub(r' = "(.*)"', r' = "⟦\1⟧"', text), encoding="utf-8")
    app = create_app(bench)
    app.state.pages.languages |= languages(folder)
    return TestClient(app, raise_server_exceptions=False)


class Told(HTMLParser):
    """The words of a page by the element that has them, without code and data."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"link", "meta", "input", "img", "br", "wbr"}:
            self._open.append(tag)
        self.words += [(k, v) for k, v in attrs if k in {"aria-label", "placeholder"} and v]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        quoted = {"code", "pre", "textarea", "script", "option"}.intersection(self._open)
        if re.search("[A-Za-z]{2}", data) and not quoted:
            self.words.append((self._open[-1], " ".join(data.split())))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_the_language_that_is_asked_for(abroad, bench, questions, name: str) -> None:
    answer = abroad.get(PAGES[name], headers=BROWSER | {"Accept-Language": "xx;q=0.9, en;q=0.1"})
    told = Told(answer.text)
    phrases = languages()["en"].texts
    asked = {text for key, text in phrases.items() if key.startswith("home.example.")}
    english = {text for text in phrases.values() if "{" not in text} - asked
    of_data = {"tipgraph", "English", "Turtle", "CSV", "JSON", "XML", "N-Triples", "JSON-LD"}
    of_data |= {each.headers.get("topic", "") for each in questions.all.values()}
    data = {text_of(row["o"]) for row in bench.store.select("SELECT ?o { ?s ?p ?o }")}
    # Labels stand within sentences too.
    data |= {text[:1].lower() + text[1:] for text in data}
    left = {text for _, text in told.words if text in english - data - of_data}
    controls = {text for tag, text in told.words if tag in {"button", "label", "legend", "caption"}}
    # What was asked stands above the table of its answer.
    controls -= {"which responses address online recruitment of children?"}

    assert '<html lang="xx"' in answer.text
    assert '<link rel="alternate" hreflang="en"' in answer.text
    assert left == set()
    assert [text for text in controls if "⟦" not in text] == []


def test_a_language_that_was_chosen_is_kept_from_page_to_page(abroad: TestClient) -> None:
    text = page(abroad, "/browse/impacts?lang=xx")
    own = [urlsplit(link) for link in Read(text).links if link.startswith("/")]
    kept = [link.path for link in own if parse_qs(link.query).get("lang") == ["xx"]]
    without = [link.path for link in own if "lang" not in parse_qs(link.query)]

    assert '<input type="hidden" name="lang" value="xx">' in text
    assert "/id/impact/abuse-in-domestic-work" in kept or len(kept) > 30
    assert all(re.match("/(static|api|dump)/|/sparql$|/browse/", path) for path in without), without
    assert parse_qs(urlsplit(str(abroad.get("/browse/impacts?lang=xx&q=").url)).query) == {
        "lang": ["xx"]
    }


def test_one_and_several_have_phrases_of_their_own() -> None:
    t = languages()["en"]

    assert (t("answers.found", n=1), t("answers.found", n=2)) == ("1 answer", "2 answers")


def test_what_is_asked_is_shown_as_text_and_never_run(client: TestClient) -> None:
    text = page(client, "/ask?q=%3Cscript%3Ealert(1)%3C/script%3E+children")

    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_data_in_a_page_cannot_end_their_block() -> None:
    assert data_block('{"a": "</script><b>&"}') == (
        '{"a": "\\u003c/script\\u003e\\u003cb\\u003e\\u0026"}'
    )


def test_an_answer_has_what_the_api_says(client: TestClient) -> None:
    text = page(client, QUESTION)
    items = client.get("/api/v1" + QUESTION).json()["items"]

    assert 0 < len(items) == text.count('<article class="item">')
    for item in items:
        assert f'href="{urlsplit(item["links"]["html"]).path}"' in text


def test_a_narrowed_answer_is_taken_as_a_file_as_it_is_shown(client: TestClient) -> None:
    aside = page(client, QUESTION).split("<aside", 1)[1]
    narrowed = html.unescape(Read(aside).links[0])
    whole = client.get(QUESTION + "&format=csv").text.splitlines()
    answer = client.get(narrowed + "&format=csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 1 < len(answer.text.splitlines()) < len(whole)
    cited = client.get(narrowed + "&format=csl").json()
    assert narrowed in html.unescape(str(cited))


def test_an_empty_answer_offers_the_question_with_fewer_words(client: TestClient) -> None:
    asked = "which responses address organ removal of children?"
    reply = client.get("/api/v1/ask", params={"q": asked}).json()
    assert reply["answered"]
    assert not reply["items"]
    text = html.unescape(page(client, f"/ask?{urlencode({'q': asked})}"))

    assert reply["reason"] in text
    assert ">which responses address of children?</a>" in text


def test_a_refusal_says_why_and_how_documents_were_read(client, bench) -> None:
    text = html.unescape(page(client, "/ask?q=kangaroo+brexit"))
    reply = client.get("/api/v1/ask?q=kangaroo+brexit").json()

    assert not reply["answered"]
    assert reply["reason"] in text
    assert text.count("read whole") == len(bench.documents)


def test_an_empty_answer_offers_what_is_more_general(client: TestClient) -> None:
    asked = "which practices are for girls?"
    text = page(client, f"/ask?{urlencode({'q': asked})}")

    assert "Nothing was found" in text
    assert ">which practices are for women and girls?</a>" in text


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("do the documents disagree on anything?", "impacts-told-with-different-sureness"),
        ("where do the reports contradict each other?", "impacts-told-with-different-sureness"),
        ("do the figures contradict each other?", "contradicting-figures"),
        ("who is quoted?", "quoted-voices"),
        ("what does nobody speak to?", "impacts-without-response"),
    ],
)
def test_what_is_asked_of_all_documents_is_answered_by_its_question(client, asked, name) -> None:
    reply = client.get("/api/v1/ask", params={"q": asked, "limit": 200}).json()
    answer = client.get(f"/api/v1/questions/{name}?limit=200").json()

    assert [i["id"] for i in reply["items"]] == [i["id"] for i in answer["items"]] != []


def test_an_answer_says_which_words_it_does_not_meet(client: TestClient) -> None:
    text = page(client, "/ask?q=did+online+recruitment+of+children+rise%3F")

    assert '<span class="unmet">does not meet “rise”</span>' in text


def test_a_recommendation_is_told_with_how_binding_it_is(client: TestClient) -> None:
    text = page(client, "/id/statement/uscri-strengthen-inspections-and-give-documents")
    ground = text.split('<p class="ground">', 1)[1].split("</p>", 1)[0]

    assert "/concept/recommended" in ground
    assert "/concept/should" in ground


def test_a_statement_is_told_with_its_limits_and_its_voice(client: TestClient) -> None:
    text = html.unescape(page(client, "/id/impact/increased-poverty"))

    assert "qualified: said of disease outbreaks in general" in text
    assert 'said by <a class="quiet" href="/id/actor/iom-norway">' in text


def test_links_that_a_curator_made_are_told_from_those_of_a_text(client: TestClient) -> None:
    item = client.get("/api/v1/responses/protect-police-and-prioritize-investigations").json()
    addressed = {named["id"] for named in item["items"][0]["addresses"]}
    paired = {named["id"] for named in item["items"][0]["addresses_explicitly"]}
    text = page(client, "/id/response/protect-police-and-prioritize-investigations")
    facts = fact(text, "It addresses")

    assert 0 < len(paired) < len(addressed)
    assert facts.count(">paired in the text</a>") == len(paired)
    assert facts.count(">a curator&#39;s inference</a>") == len(addressed) - len(paired)


def test_an_impact_marks_the_same_links_as_its_responses(client: TestClient) -> None:
    text = page(client, "/id/impact/increased-poverty")
    facts = fact(text, "It is addressed by")

    assert ">a curator&#39;s inference</a>" in facts
    assert 'href="/id/statement/' in facts


def test_a_thing_says_what_a_document_says_of_it_before_its_links(client: TestClient) -> None:
    text = page(client, "/id/response/labour-inspections-and-documentation")
    kinds = re.findall(r'<span class="tag">([a-z ]+)</span>', text.split('id="sides"', 1)[1])

    assert kinds[0] == "recommendation"
    assert kinds[1:] == ["response addresses impact"] * (len(kinds) - 1) != []


def test_a_thing_says_which_gap_it_is(client: TestClient) -> None:
    gap = client.get("/api/v1/gaps?gap=impact-without-response&limit=1").json()["items"][0]
    text = page(client, urlsplit(gap["links"]["html"]).path)

    assert '<a href="/gaps?gap=impact-without-response">No response addresses it</a>' in text
    assert "No response addresses it" not in page(client, "/id/impact/increased-poverty")


def test_a_thing_says_how_surely_its_statements_are_made(client: TestClient) -> None:
    item = client.get("/api/v1/impacts/increased-poverty").json()["items"][0]
    statements = {e["statement"]["id"]: e["statement"] for e in item["evidence"]}
    hedged = [s for s in statements.values() if s["modality"] == "hedged"]
    text = page(client, "/id/impact/increased-poverty").split('id="differ"', 1)[0]

    assert hedged
    assert f'href="/concept/hedged">hedged</a> {len(hedged)}' in text


def test_a_shared_link_tells_what_it_leads_to(client: TestClient) -> None:
    text = html.unescape(page(client, "/id/impact/increased-poverty"))

    assert '<meta property="og:title" content="Increased poverty">' in text
    assert 'content="More people and families become poor or poorer."' in text


def test_a_figure_is_listed_with_its_value_and_what_it_counts(client: TestClient) -> None:
    text = html.unescape(page(client, "/browse/figures?q=victims"))

    assert "nearly 50000" in text
    assert "measure: " in text
    assert "Another account of the same" in text


def test_the_lists_of_a_term_are_named_once_each(client: TestClient) -> None:
    text = page(client, "/concept/children").split('id="used"', 1)[1].split("</ul>", 1)[0]
    names = re.findall(r">([^<]+)</a>", text)

    assert "Impacts: affects Children" in names
    assert len(names) == len(set(names))
    assert not any(name.startswith("Figures") for name in names)


def test_the_table_has_a_row_for_each_document_of_a_thing(client: TestClient) -> None:
    items = client.get("/api/v1/ask?q=impacts+on+shelters").json()["items"]
    pairs = {(i["id"], e["document"]["id"]) for i in items for e in i["evidence"]}
    text = page(client, "/ask?q=impacts+on+shelters&view=table")
    table = text.split("<tbody>", 1)[1].split("</tbody>", 1)[0]

    assert len({i for i, _ in pairs}) < len(pairs)
    assert table.count("<tr>") >= len(pairs)
    assert "<caption>impacts on shelters</caption>" in text


def test_a_term_that_is_misspelt_is_found(client: TestClient) -> None:
    text = page(client, "/vocabulary?q=recrutment")

    assert "these are near" in text
    assert 'href="/concept/recruitment"' in text


def test_the_title_of_a_list_says_how_it_was_narrowed(client: TestClient) -> None:
    text = page(client, "/browse/responses?pillar=prevention")

    assert "<title>Responses: belongs to Prevention · tipgraph</title>" in text


def test_a_problem_is_a_page_for_browsers_and_a_document_for_others(client) -> None:
    assert "page=99" in page(client, "/ask?q=children&page=99", 422)
    assert "Nothing is at this address" in page(client, "/no/such/page", 404)
    for path, status in (("/ask?q=children&page=99", 422), ("/no/such/page", 404)):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    api = client.get("/api/v1/impacts/none", headers=BROWSER)
    assert api.headers["content-type"] == "application/problem+json"


def data_of(text: str) -> dict:
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert block
    return json.loads(block[1])


@pytest.mark.parametrize(
    "path", ["/id/response/internet-safety-programmes", "/concept/children", "/id/actor/unicef"]
)
def test_the_data_in_a_page_are_true_of_the_graph(client: TestClient, path: str) -> None:
    expanded = jsonld.to_rdf(data_of(page(client, path)), {"format": "application/n-quads"})
    given = set(expanded.strip().splitlines())
    graph = client.get(path + "?format=ntriples").text

    own = {line for line in given if line.startswith(f"<{BASE}{path}>")}
    assert len(own) >= 3
    assert own <= set(graph.splitlines())


def test_what_a_page_of_a_thing_says_is_what_the_api_says(client: TestClient) -> None:
    text = page(client, "/id/impact/online-recruitment-of-children")
    item = client.get("/api/v1/impacts/online-recruitment-of-children").json()["items"][0]

    for key in ("addressed_by", "groups", "broader", "documents"):
        assert item[key], key
        for named in item[key]:
            assert f'href="{urlsplit(named["id"]).path.removeprefix("/tipgraph")}"' in text
    for evidence in item["evidence"]:
        assert evidence["phrase"] in html.unescape(text)
        assert slug(evidence["statement"]["id"]) in text


def test_a_page_says_where_documents_differ(client: TestClient) -> None:
    answer = client.get("/api/v1/questions/impacts-told-with-different-sureness").json()
    item = answer["items"][0]
    text = html.unescape(page(client, urlsplit(item["links"]["html"]).path))

    assert "Where the documents differ" in text
    assert item["why"][0][1:] in text
    assert "Where the documents differ" not in page(client, "/id/actor/unicef")


def test_statements_of_a_document_stand_in_the_order_of_its_text(client: TestClient) -> None:
    text = page(client, "/id/document/icat-victims-and-survivors")
    order = re.findall(r'<li><a href="/id/statement/([^"]+)">', text)
    listed = "/api/v1/statements?document=icat-victims-and-survivors&sort=position&limit=500"
    items = client.get(listed).json()["items"]

    assert len(order) > 50
    assert order == [slug(item["id"]) for item in items]


def test_a_text_is_shown_only_where_it_is_at_hand(client: TestClient, example) -> None:
    assert "--sources" in page(client, "/text/icat-victims-and-survivors", 404)
    with TestClient(create_app(example)) as quoting:
        text = page(quoting, "/text/example-brief")
    whole = next(EXAMPLE_TEXTS.glob("*.txt")).read_text(encoding="utf-8")
    shown = re.search(r'<div class="text"[^>]*>(.*?)</div>', text, re.DOTALL)
    assert shown
    plain = re.sub(r"<sup>.*?</sup>|<[^>]*>", "", shown[1])

    assert html.unescape(plain) == whole


def test_every_triple_of_a_thing_is_on_its_page_of_triples(client: TestClient) -> None:
    text = page(client, "/concept/children?view=triples")
    quads = client.get("/concept/children?format=nquads").text.strip().splitlines()

    assert text.count("<tr>") - text.count("<thead>") == len(quads)


def test_each_term_of_the_ontology_has_its_place_on_the_page(client: TestClient) -> None:
    ids = set(Read(page(client, "/ontology")).ids)
    graph = client.get("/ontology?format=ntriples").text
    terms = set(re.findall(r"^<https://w3id.org/tipgraph/ontology#([^>]+)>", graph, re.MULTILINE))

    assert len(terms) > 100
    assert terms <= ids


def test_pieces_make_the_whole_text_and_know_their_passages(example) -> None:
    document = next(iter(example.documents.values()))
    passages = [p for several in example.passages().values() for p in several]
    text = example.sources.text(document)
    cut = pieces(text, passages)

    assert "".join(piece.text for piece in cut) == text
    assert sorted(p for piece in cut for p in piece.begins) == sorted({p.id for p in passages})
    first = passages[0]
    held = "".join(piece.text for piece in cut if first.id in piece.passages)
    assert digest(held) == first.sha256


def test_every_link_of_every_kind_of_page_leads_somewhere(client: TestClient) -> None:
    seen: dict[str, str] = {}
    for path in PAGES.values():
        read = Read(client.get(path, headers=BROWSER).text)
        for link in read.links:
            assert not link.startswith("#") or link[1:] in read.ids, (path, link)
            if link.startswith("/") and not link.startswith("/dump/"):
                seen.setdefault(link.partition("#")[0], path)
    broken = [
        (link, path, status)
        for link, path in seen.items()
        if (status := client.get(link, headers=BROWSER).status_code) != 200
    ]

    assert len(seen) > 1_000
    assert broken == []


def test_every_thing_of_the_graph_has_a_page(client: TestClient, store) -> None:
    rows = store.select("SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s)) }")
    own = {row["s"].value.partition("#")[0] for row in rows if row["s"].value.startswith(BASE)}
    paths = sorted(iri[len(BASE) :] for iri in own if "/graph/" not in iri)

    for path in paths[::7]:
        assert "<h1>" in page(client, path)


def test_a_list_has_what_the_api_lists(client: TestClient) -> None:
    asked = "responses?pillar=prosecution&q=law"
    text = page(client, f"/browse/{asked}")
    items = client.get(f"/api/v1/{asked}").json()["items"]

    assert 0 < len(items) == text.count('<article class="item">')
    assert all(html.escape(item["label"], quote=False) in html.unescape(text) for item in items)


def test_a_list_goes_on_with_its_next_page(client: TestClient) -> None:
    seen, link = [], "/browse/impacts"
    while link:
        text = page(client, link)
        seen += re.findall(r'<article class="item">\s*<h3><a href="([^"]+)"', text)
        following = re.search(r'<a rel="next" href="([^"]+)"', text)
        link = html.unescape(following[1]) if following else ""

    total = client.get("/api/v1/impacts?limit=1").json()["meta"]["total"]
    assert len(seen) == len(set(seen)) == total > 100


def test_fields_left_empty_are_not_in_the_address(client: TestClient) -> None:
    asked = "/browse/responses?q=&pillar=prosecution&sort="
    answer = client.get(asked, headers=BROWSER, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/browse/responses?pillar=prosecution"


@pytest.mark.parametrize(
    "path",
    [
        "/browse/responses?piller=prosecution",
        "/browse/responses?pillar=prosecutoin",
        "/browse/nothing",
        "/questions/nothing",
        "/matrix?rows=type&columns=type",
        "/gaps?gap=nothing",
        "/search?q=a&kind=nothing",
        "/id/impact/no-such-impact",
        "/ask?qq=children",
        "/ask?q=children&q=women",
        "/concept/children?veiw=triples",
        "/concept/children?view=nothing",
        "/ontology?view=triples",
    ],
)
def test_what_is_misspelt_is_told_with_the_nearest(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)

    assert answer.status_code in {404, 422}
    assert "<h1>" in answer.text


def test_every_question_has_a_page_with_its_example(client: TestClient, questions) -> None:
    for question in questions.all.values():
        text = page(client, f"/questions/{question.name}?{urlencode(question.example)}")

        assert f"<h1>{html.escape(question.summary, quote=False)}</h1>" in html.unescape(text)
        assert "<article" in text, question.name


def test_a_matrix_shows_the_counts_of_the_api(client: TestClient) -> None:
    text = page(client, "/matrix?rows=type&columns=pillar&empty=true")
    cells = client.get("/api/v1/matrix?rows=type&columns=pillar").json()["items"]
    shown = re.findall(r'<td class="shade-\d[^"]*"><(?:a|span)[^>]*>([^<]*)<', text)

    assert [int(each) for each in shown] == [cell["counts"]["things"] for cell in cells]


def test_a_rolled_up_matrix_has_the_broad_values_alone(client: TestClient) -> None:
    whole = page(client, "/matrix?rows=type&columns=pillar")
    rolled = page(client, "/matrix?rows=type&columns=pillar&depth=top")

    assert 'class="level-1"' in whole
    assert 'class="level-1"' not in rolled
    assert 0 < rolled.count("<tr>") < whole.count("<tr>")


def test_gaps_are_those_of_the_api_in_their_order(client: TestClient) -> None:
    text = page(client, "/gaps")
    items = client.get("/api/v1/gaps?limit=20").json()["items"]

    found = re.findall(r"<h3>(\d+)\. <a href=\"([^\"]+)\"", text)
    expected = [(str(i["rank"]), urlsplit(i["links"]["html"]).path) for i in items]
    assert found == expected


def test_a_tree_has_every_concept_of_its_scheme(client: TestClient) -> None:
    text = page(client, "/concept/scheme/groups")
    concepts = client.get("/api/v1/concepts?scheme=groups&limit=500").json()["items"]

    for concept in concepts:
        assert f'href="/concept/{slug(concept["id"])}"' in text
    assert '<a href="/concept/boys">Boys</a>' in text.split('href="/concept/children"')[1]


def checked(client: TestClient, **fields: str):
    body = urlencode({"form": "turtle", "beside": "ontology"} | fields)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post("/validate", content=body, headers=BROWSER | kind)


def test_findings_stand_beside_the_lines_that_the_api_names(client: TestClient) -> None:
    data = "@prefix tip: <https://w3id.org/tipgraph/ontology#> .\n<a:x>\n  a tip:Impact .\n"
    kind = {"Content-Type": "text/turtle"}
    report = client.post("/api/v1/validate?beside=ontology", content=data, headers=kind).json()
    answer = checked(client, data=data.replace("\n", "\r\n"))
    lines = {item["line"] for item in report["items"]}

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert {int(n) for n in re.findall(r'id="line-(\d+)"', answer.text)} == lines - {None}
    assert answer.text.count('<div class="finding') == len(report["items"]) > 0


def sent(client: TestClient, name: str, held: bytes, **fields: str):
    """The answer to a form without scripts, with a file chosen in it."""
    return client.post(
        "/validate",
        files={"file": (name, held, "application/octet-stream")},
        data={"data": "", "form": "turtle", "beside": "ontology"} | fields,
        headers=BROWSER,
    )


def test_a_file_is_checked_without_scripts_by_its_ending(client: TestClient) -> None:
    data = b"<a:\xc3\xa9> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    answer = sent(client, "mine.NT", data + b"<https://w3id.org/tipgraph/ontology#Impact> .\r\n")
    lines = re.findall(r'<a href="#line-(\d+)">', answer.text)

    assert answer.status_code == 200
    assert '<option value="ntriples" selected>' in answer.text
    assert "&lt;a:é&gt;" in answer.text
    assert set(lines) == {"1"}
    assert 'id="line-1"' in answer.text


def test_without_a_file_a_form_in_parts_has_what_is_in_its_field(client: TestClient) -> None:
    answer = sent(client, "", b"", data="<a:x> a <https://w3id.org/tipgraph/ontology#Impact> .")

    assert answer.status_code == 200
    assert 'id="line-1"' in answer.text


@pytest.mark.parametrize("size", [1_000_001, 4_000_000])
def test_a_file_that_is_too_large_is_refused(client: TestClient, size: int) -> None:
    answer = sent(client, "mine.ttl", b"#" * size)

    assert answer.status_code == 413
    assert "<h1>" in answer.text


def test_a_file_that_is_no_text_is_refused(client: TestClient) -> None:
    assert sent(client, "mine.ttl", b"\xff\xfe").status_code == 422


def test_a_form_in_parts_that_is_cut_off_is_an_empty_one(client: TestClient) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/validate", content=b"--x\r\nnonsense", headers=BROWSER | kind)

    assert answer.status_code == 200


def test_data_that_do_not_parse_are_told_so_and_kept_in_the_field(client) -> None:
    answer = checked(client, data="this is no Turtle </textarea><b>")

    assert answer.status_code == 400
    assert "The data cannot be read" in answer.text
    assert "this is no Turtle &lt;/textarea&gt;" in answer.text


def test_data_that_conform_are_told_so(client: TestClient) -> None:
    assert "It conforms" in checked(client, data="").text


@pytest.mark.parametrize("fields", [{"form": "pdf"}, {"beside": "nothing"}])
def test_a_form_that_is_not_ours_is_refused(client: TestClient, fields: dict[str, str]) -> None:
    assert checked(client, **fields).status_code == 422


def test_the_table_of_the_network_has_every_link_of_a_thing(client: TestClient, bench) -> None:
    text = page(client, "/network?from=increased-poverty")
    iri = f"{BASE}/id/impact/increased-poverty"
    links = Network(bench).around[iri]

    assert text.count('<th scope="row">') == len(links) > 5
    data = client.get("/network/around", params={"thing": iri}).json()
    assert len(data["links"]) == len(links)
    assert all(link["statements"] for link in data["links"])
    ends = {end for link in data["links"] for end in (link["source"], link["target"])}
    assert {node["id"] for node in data["nodes"]} == ends


def test_what_was_grown_has_its_links_on_the_page_too(client: TestClient, bench) -> None:
    grown = ("increased-poverty", "decline-in-remittances")
    text = page(client, f"/network?from={grown[0]}&also={grown[1]}")
    around = Network(bench).around
    links = [link for name in grown for link in around[f"{BASE}/id/impact/{name}"]]

    assert text.count('<th scope="row">') == len(links) > 20
    assert text.count("<caption>") == 2


def test_the_whole_network_is_told_link_by_link_on_pages(client: TestClient) -> None:
    links = client.get("/network/whole").json()["links"]
    seen, path = 0, "/network?whole=true"
    while path:
        text = page(client, path)
        seen += text.count('<th scope="row">')
        following = re.search(r'<a rel="next" href="([^"]+)"', text)
        path = html.unescape(following[1]) if following else ""

    assert seen == len(links) > 1_000


def test_the_picture_of_a_large_network_has_the_most_things_and_a_link_for_each(tmp_path) -> None:
    whole = most_linked(Network(in_a_row(tmp_path, 1_100)))
    ends = {end for link in whole.links for end in (link.source, link.target)}

    assert len(ends) == whole.things == 1_000
    assert whole.all_things > 1_100
    assert len(whole.links) <= 2_000


def test_without_the_build_pages_say_so_and_work(bench, tmp_path) -> None:
    for path in STATIC.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lookup = Lookup(bench)
    pages = Pages(bench, lookup, Statics(tmp_path))
    network = Network(bench)
    app = FastAPI()
    app.include_router(network_page(pages, network, Ways(network)))
    app.include_router(editor_page(pages, Questions(bench, lookup.names)))
    bare = TestClient(app)

    shown = page(bare, "/network?from=increased-poverty")
    assert "not built into this service" in shown
    assert '<th scope="row">' in shown
    editor = page(bare, "/editor")
    assert "not built into this service" in editor
    assert '<textarea id="query" name="query"' in editor
    assert "<script src" not in editor.split("pages.", 1)[1].split("</head>")[1]


def test_a_question_is_taken_into_the_editor(client: TestClient, questions) -> None:
    text = page(client, "/editor?example=causal-chains")
    field = re.search(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)

    assert field
    assert html.unescape(field[1]) == questions.named("causal-chains").text
    assert "causal-chains" in page(client, "/editor?example=causal-chain", 404)


def test_links_of_a_page_start_with_the_address_of_the_outside(example) -> None:
    app = Rooted(create_app(example), "https://data.example.org/tip")
    links = Read(page(TestClient(app), "/tip/ask?q=workers")).links
    own = [link for link in links if not link.startswith(("http", "#"))]

    assert len(own) > 10
    assert [link for link in own if not link.startswith("/tip/")] == []


def test_the_address_of_an_answer_keeps_its_question(client: TestClient) -> None:
    links = Read(page(client, QUESTION)).links
    table = next(link for link in links if "view=table" in link)

    asked = parse_qs(urlsplit(table).query)["q"]
    assert asked == ["which responses address online recruitment of children?"]
