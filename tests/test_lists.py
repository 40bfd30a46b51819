"""What a list takes besides facets: exact, q, sort, fields, limit and cursor."""

import base64
import csv
import hashlib
import io
import json
import tracemalloc

import pytest
from fastapi.testclient import TestClient

from tipgraph.errors import BadParameter
from tipgraph.graph import SHIPPED
from tipgraph.kinds import kinds
from tipgraph.lookup import Lookup, Manner
from tipgraph.orders import Orders
from tipgraph.search import kinds_of
from tipgraph.terms import Iri, Literal, slug

KINDS = kinds(SHIPPED.queries)
PREFIXES = """PREFIX tip: <https://w3id.org/tipgraph/ontology#>
PREFIX impact: <https://w3id.org/tipgraph/id/impact/>"""
SORTED = [
    (name, sign + sort) for name, kind in KINDS.items() for sort in kind.sorts for sign in ("", "-")
]


@pytest.fixture(scope="module")
def lookup(bench) -> Lookup:
    return Lookup(bench)


def slugs(client: TestClient, url: str) -> list[str]:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return [slug(item["id"]) for item in answer.json()["items"]]


def refused(client: TestClient, url: str) -> dict[str, object]:
    answer = client.get(url)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


def whys(client: TestClient, url: str) -> dict[str, list[str]]:
    return {slug(i["id"]): i["why"] for i in client.get(url).json()["items"]}


# exact


def test_exact_leaves_out_what_is_narrower_and_says_nothing_of_it(client, store) -> None:
    url = "/api/v1/responses?impact=online-recruitment&limit=500"
    broad, exact = whys(client, url), whys(client, url + "&exact=true")

    told = "?a tip:addressingResponse ?r ; tip:addressedImpact impact:online-recruitment"
    query = f"{PREFIXES} SELECT DISTINCT ?r WHERE {{ {told} }}"
    assert {slug(row["r"].value) for row in store.select(query)} == set(exact)
    assert set(exact) < set(broad)
    assert exact["internet-safety-programmes"] == ["addresses Recruitment of victims moves online"]
    assert any("more special" in reason for reason in broad["internet-safety-programmes"])
    assert whys(client, url + "&exact=false") == broad


def test_an_exact_parent_has_its_own_children_only(client) -> None:
    exact = slugs(client, "/api/v1/groups?broader=migrants&exact=true&limit=500")
    broad = slugs(client, "/api/v1/groups?broader=migrants&limit=500")
    parents = {
        child: [
            slug(p["id"])
            for p in client.get(f"/api/v1/groups/{child}").json()["items"][0]["broader"]
        ]
        for child in broad
    }

    assert exact == [child for child in broad if "migrants" in parents[child]]
    assert 0 < len(exact) < len(broad)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_facet_alone_finds_what_its_whole_query_finds(kind, store, lookup) -> None:
    for facet in kind.facets.values():
        for text in [*facet.choices, *_things(lookup, facet)][:2]:
            value = Literal(text) if facet.choices else Iri(text)
            given = {"facet": [Literal(facet.name)], "value": [value]}
            alone = store.select(kind.narrowing.only(facet.name).bind(given))

            assert set(alone.rows) == set(store.select(kind.narrowing.bind(given)).rows)


def _things(lookup: Lookup, facet) -> list[str]:
    if facet.choices:
        return []
    known = {entry.iri for entry in lookup.names.of(facet.takes).values()}
    return sorted(known)[:: max(1, len(known) // 2)]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_facet_fits_something_unless_the_documents_say_nothing(kind, lookup) -> None:
    silent = {("resources", "form"), ("responses", "means")}
    for facet in kind.facets.values():
        known = (
            {entry.iri for entry in lookup.names.of(facet.takes).values()}
            if not facet.choices
            else facet.choices
        )
        found = lookup.items(kind, {facet.name: sorted(known)}, 1, manner=Manner(fields=("label",)))

        assert (found.total > 0) != ((kind.name, facet.name) in silent), facet.name


# Facets that a reader of the model looks for.
EXPECTED = {
    "responses": "document group form channel pillar actor modality basis theme impact type kind",
    "impacts": "document group form channel pillar actor modality basis theme response",
    "groups": "document form channel pillar actor modality basis theme impact response",
    "actors": "document group form channel pillar modality basis theme impact response role",
    "documents": "group form channel pillar actor modality basis theme impact response publisher",
    "resources": "document group form channel pillar actor modality basis theme issuer type",
    "figures": "document group channel modality basis unit place about",
    "statements": "document group form channel pillar actor modality basis theme force speaker",
    "concepts": "document scheme broader impact response",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_kind_has_the_facets_that_the_model_lets_one_expect(name: str) -> None:
    assert set(EXPECTED[name].split()) <= set(KINDS[name].facets)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("/api/v1/figures?unit=percent", {"iom-norway-remittances-fall-20-percent"}),
        (
            "/api/v1/figures?contradicts=uscri-nearly-50000-victims-detected",
            {"uscri-note-counts-48478-victims-detected"},
        ),
        ("/api/v1/documents?kind=figure", {"unodc-effects-and-responses"}),
    ],
)
def test_a_new_facet_finds_what_the_graph_says(client, url, found) -> None:
    items = set(slugs(client, url))

    assert items
    assert found <= items


def test_words_that_are_given_are_the_words_that_matched(client) -> None:
    why = whys(client, "/api/v1/responses?kind=practice&limit=3")

    assert {reason for reasons in why.values() for reason in reasons} == {"stated as practice"}


# values


def test_a_label_with_commas_is_one_value(lookup) -> None:
    with_comma = [e for e in lookup.names.of("Impact").values() if "," in e.label]
    assert with_comma
    first = with_comma[0]
    other = next(e for e in lookup.names.of("Impact").values() if "," not in e.label)

    assert lookup.names.several(first.label, "Impact", "impact") == (first,)
    assert lookup.names.several(f"{other.label}, {first.label}", "Impact", "impact") == (
        other,
        first,
    )
    with pytest.raises(BadParameter, match="no Impact is known"):
        lookup.names.several(f"{first.label},nothing at all", "Impact", "impact")


# q


def test_many_values_take_no_more_than_their_text_does(lookup) -> None:
    text = ",".join(["children"] * 1_000)
    lookup.names.several("children", "AffectedGroup", "group")
    tracemalloc.start()
    found = lookup.names.several(text, "AffectedGroup", "group")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [slug(entry.iri) for entry in found] == ["children"]
    # All beginnings of the text together have 4,500,000 letters.
    assert most < 500_000


def test_a_value_that_is_given_again_is_asked_for_once(lookup) -> None:
    kind = lookup.kind("documents")
    once, again = (
        lookup.items(kind, {"kind": ["addressing"] * number, "group": ["children"] * number}, 1)
        for number in (1, 3)
    )

    assert once.total > 0
    assert again.sparql == once.sparql
    assert kinds_of(["impacts,groups", "groups", "impacts"]) == ("impacts", "groups")


def test_every_word_must_be_met_from_its_beginning(client) -> None:
    both = whys(client, "/api/v1/responses?q=ONLINE+recruit&limit=500")

    assert both["legislation-on-online-exploitation"] == [
        "has “ONLINE” in its label, its alternative label “laws against online exploitation”",
        "has “recruit” in its label, its description",
    ]
    assert set(both) == set(slugs(client, "/api/v1/responses?q=online&limit=500")) & set(
        slugs(client, "/api/v1/responses?q=recruit&limit=500")
    )
    assert slugs(client, "/api/v1/responses?q=nline") == []


def test_a_phrase_stands_in_one_piece(client) -> None:
    phrase = slugs(client, '/api/v1/impacts?q="domestic violence"&limit=500')
    words = slugs(client, "/api/v1/impacts?q=domestic violence&limit=500")

    assert phrase
    assert set(phrase) <= set(words)
    assert slugs(client, '/api/v1/impacts?q="violence domestic"') == []


def test_words_and_facets_narrow_together(client) -> None:
    url = "/api/v1/impacts?limit=500&q=recruit"
    both = whys(client, url + "&group=children")

    assert both
    assert set(both) < set(slugs(client, url))
    assert all(reasons[0].startswith("affects ") for reasons in both.values())
    assert all(reasons[-1].startswith("has “recruit” in ") for reasons in both.values())


def test_what_a_passage_says_is_found_with_that_passage_first(client) -> None:
    url = "/api/v1/statements?limit=500&q=cooperation between countries"
    found = client.get(url).json()["items"]
    by_phrase = [i for i in found if any("locating phrase" in reason for reason in i["why"])]

    assert by_phrase
    assert all(item["evidence"][0]["statement"]["id"] == item["id"] for item in by_phrase)


@pytest.mark.parametrize("kind", KINDS)
def test_the_query_shown_for_words_finds_the_items_shown(client, kind: str) -> None:
    body = client.get(f"/api/v1/{kind}", params={"q": 'traffick "of victims"', "limit": 500}).json()
    rows = client.post("/sparql", data={"query": body["meta"]["sparql"]}).json()

    assert {row["item"]["value"] for row in rows["results"]["bindings"]} == {
        item["id"] for item in body["items"]
    }


@pytest.mark.parametrize("text", ['" } ?s ?p ?o . { "', "VALUES ?word { 1 }", "\\", "a' OR 1=1 --"])
def test_words_stay_words(client, text: str) -> None:
    answer = client.get("/api/v1/responses", params={"q": text})

    assert answer.status_code in {200, 422}
    assert answer.status_code == 422 or answer.json()["meta"]["total"] == 0


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "one"),
        ("!?", "one"),
        ('"open', "left open"),
        ("x " * 200, "300"),
        ("a b c d e f g h i j k l m", "12"),
    ],
)
def test_words_that_say_nothing_are_refused(client, text: str, hint: str) -> None:
    answer = client.get("/api/v1/responses", params={"q": text})

    assert answer.status_code == 422
    assert hint in answer.json()["detail"]


# sort and cursor


@pytest.mark.parametrize(("name", "sort"), SORTED, ids=["?".join(pair) for pair in SORTED])
def test_pages_of_every_size_make_up_the_whole(lookup, name: str, sort: str) -> None:
    kind, manner = lookup.kind(name), Manner(sort=sort, fields=("label",))
    whole = [i.id for i in lookup.items(kind, {}, 10_000, manner=manner).items]
    size = len(whole)
    assert len(set(whole)) == size > 0
    for limit in sorted({1, 2, 3, 7, size // 2, size - 1, size, size + 1} - {0}):
        if limit == 1 and size > 130:
            continue
        assert walked(lookup, kind, limit, manner) == whole


@pytest.mark.parametrize("name", ["documents", "figures", "resources"])
def test_pages_of_every_single_size_make_up_the_whole(lookup, name: str) -> None:
    kind = lookup.kind(name)
    for sort in (sign + sort for sort in kind.sorts for sign in ("", "-")):
        manner = Manner(sort=sort, fields=("label",))
        whole = [i.id for i in lookup.items(kind, {}, 10_000, manner=manner).items]
        for limit in range(1, len(whole) + 1):
            assert walked(lookup, kind, limit, manner) == whole


def walked(lookup: Lookup, kind, limit: int, manner: Manner) -> list[str]:
    found, cursor = [], None
    while True:
        page = lookup.items(kind, {}, limit, cursor, manner)
        found += [i.id for i in page.items]
        cursor = page.next
        if cursor is None:
            return found


def test_an_order_goes_by_what_it_says(client) -> None:
    def values(url: str, key: str) -> list[object]:
        return [i[key][0] if i[key] else None for i in client.get(url).json()["items"]]

    up = values("/api/v1/figures?sort=value&fields=value", "value")
    down = values("/api/v1/figures?sort=-value&fields=value", "value")
    assert up == sorted(up) == down[::-1]
    dates = values("/api/v1/documents?sort=-issued&fields=issued", "issued")
    assert dates == sorted(dates, reverse=True)
    issued = values("/api/v1/resources?sort=-issued&fields=issued&limit=500", "issued")
    dated = [d for d in issued if d]
    assert dated == sorted(dated, reverse=True)
    assert issued[len(dated) :] == [None] * (len(issued) - len(dated))


@pytest.mark.parametrize("sort", ["evidence", "-evidence"])
def test_ties_go_by_label_and_iri_in_both_directions(bench, lookup, sort: str) -> None:
    things = Orders(bench).of(lookup.kind("impacts"), sort, "en").things
    tied: dict[object, list[tuple[object, ...]]] = {}
    for one in things:
        tied.setdefault(one.key[1], []).append(one.key[2:])

    assert len(tied) < len(things) / 5
    assert all(group == sorted(group) for group in tied.values())
    assert list(tied) == sorted(tied, reverse=sort.startswith("-"))


def test_most_evidence_comes_first_and_is_what_a_thing_has(client) -> None:
    first = client.get("/api/v1/impacts?sort=-evidence&limit=1").json()["items"][0]["id"]
    counts = []
    for item in client.get("/api/v1/impacts?limit=500&fields=label").json()["items"]:
        whole = client.get(f"/api/v1/impacts/{slug(item['id'])}?fields=evidence").json()["items"][0]
        counts.append(
            (-len({e["statement"]["id"] for e in whole["evidence"]}), item["label"], item["id"])
        )

    assert first == min(counts)[2]


def test_statements_stand_as_in_their_documents(client) -> None:
    url = "/api/v1/statements?sort=position&limit=500&fields=evidence"
    url += "&document=unodc-effects-and-responses"
    starts = [i["evidence"][0]["spans"][0]["start"] for i in client.get(url).json()["items"]]

    assert starts == sorted(starts)
    assert len(set(starts)) > 50


@pytest.mark.parametrize(
    "changed", ["sort=-label", "group=children", "q=work", "exact=true&group=men", "lang=fr"]
)
def test_a_cursor_of_another_query_is_refused(client, changed: str) -> None:
    cursor = client.get("/api/v1/impacts?limit=3").json()["links"]["next"].split("cursor=")[1]
    body = refused(client, f"/api/v1/impacts?limit=3&cursor={cursor}&{changed}")

    assert "another query" in body["detail"]
    assert client.get(f"/api/v1/impacts?limit=9&fields=label&cursor={cursor}").status_code == 200
    assert refused(client, f"/api/v1/groups?cursor={cursor}")["parameter"] == "cursor"


def test_a_cursor_with_any_letter_changed_is_refused(client) -> None:
    cursor = client.get("/api/v1/impacts?limit=3").json()["links"]["next"].split("cursor=")[1]
    for at, letter in enumerate(cursor):
        other = "A" if letter != "A" else "B"
        refused(client, f"/api/v1/impacts?cursor={cursor[:at]}{other}{cursor[at + 1 :]}")
    for text in (
        cursor[:-1],
        cursor + "A",
        cursor + "=",
        "",
        "*",
        "é",
        cursor.replace("-", "+") + " ",
    ):
        assert client.get("/api/v1/impacts", params={"cursor": text}).status_code == 422


def test_a_forged_cursor_of_the_wrong_shape_is_refused(client) -> None:
    good = client.get("/api/v1/impacts?limit=3").json()["links"]["next"].split("cursor=")[1]
    told = json.loads(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))[9:])
    for key in ([], [1], [0, 5, None], [0, [], {}], ["x", "y", "z"], [0, "a", "b", "c"]):
        body = json.dumps([told[0], *key]).encode()
        forged = hashlib.sha256(b"cursor" + body).digest()[:9] + body
        text = base64.urlsafe_b64encode(forged).decode().rstrip("=")
        refused(client, f"/api/v1/impacts?cursor={text}")


def test_a_question_is_paged_too(client) -> None:
    url = "/api/v1/questions/impacts-without-explicit-response"
    whole = slugs(client, url)
    for limit in range(1, len(whole) + 2):
        page, found = f"{url}?limit={limit}", []
        while page:
            body = client.get(page).json()
            found += [slug(i["id"]) for i in body["items"]]
            assert body["meta"]["total"] == len(whole)
            page = body["links"]["next"]
        assert found == whole


# fields


def test_fields_are_the_keys_that_an_item_has_in_their_order(client) -> None:
    item = client.get("/api/v1/responses?limit=1&fields=why,addresses,label").json()["items"][0]

    assert list(item) == ["id", "type", "why", "addresses", "label"]
    assert client.get("/api/v1/responses?limit=1&fields=evidence").json()["items"][0]["evidence"]


def test_fields_are_the_columns_of_a_table(client) -> None:
    url = "/api/v1/responses?limit=3&format=csv&fields="
    rows = list(csv.reader(io.StringIO(client.get(url + "label,pillars").text)))
    with_evidence = list(csv.reader(io.StringIO(client.get(url + "evidence,label").text)))

    assert rows[0] == ["id", "type", "label", "pillars"]
    assert len(rows) == 4
    assert with_evidence[0][2] == "document"
    assert with_evidence[0][-2:] == ["quote", "label"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_columns_of_a_table_have_one_name(client, kind: str) -> None:
    head = next(csv.reader(io.StringIO(client.get(f"/api/v1/{kind}?format=csv&limit=1").text)))

    assert len(head) > 13
    assert len(set(head)) == len(head)


def test_a_date_of_a_resource_is_not_that_of_the_document_that_lists_it(client) -> None:
    url = "/api/v1/resources/unodc-preliminary-findings?format=csv&fields=issued,evidence"
    rows = list(csv.DictReader(io.StringIO(client.get(url).text)))

    assert {row["issued"] for row in rows} == {"2020"}
    assert {row["document_issued"] for row in rows} == {"2020", "2021"}


def test_a_slash_at_the_end_of_a_list_leads_to_the_list(client) -> None:
    asked = client.get("/api/v1/responses/?limit=1", follow_redirects=False)

    assert asked.status_code == 307
    assert asked.headers["location"].endswith("/api/v1/responses?limit=1")


def test_fields_of_a_question_are_its_columns(client) -> None:
    url = "/api/v1/questions/responses-addressing-impact?fields=label,directness"

    assert list(client.get(url).json()["items"][0]) == ["id", "type", "label", "directness"]
    assert "directness" in refused(client, url + ",directnes")["suggestions"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_fields_that_are_listed_are_those_of_the_items(client, kind: str) -> None:
    listed = next(k for k in client.get("/api/v1").json()["items"] if k["name"] == kind)
    item = client.get(f"/api/v1/{kind}?limit=1").json()["items"][0]

    assert set(listed["fields"]) == set(item)


# what is refused


@pytest.mark.parametrize(
    ("url", "parameter", "suggestion"),
    [
        ("/api/v1/responses?sotr=label", "sotr", "sort"),
        ("/api/v1/responses?excat=true", "excat", "exact"),
        ("/api/v1/responses?feilds=label", "feilds", "fields"),
        ("/api/v1/responses?sort=value", "sort", "label"),
        ("/api/v1/responses?sort=--label", "sort", "-label"),
        ("/api/v1/responses?exact=maybe", "exact", "true"),
        ("/api/v1/responses?fields=evidense", "fields", "evidence"),
        ("/api/v1/responses?fields=", "fields", "label"),
        ("/api/v1/responses?fields=label&format=turtle", "fields", None),
        ("/api/v1/responses?bom=1", "bom", None),
        ("/api/v1/responses?bom=2&format=csv", "bom", "true"),
        ("/api/v1/responses?format=xslx", "format", "xlsx"),
        ("/api/v1/responses?limit=", "limit", None),
        ("/api/v1/responses?sort=label&sort=-label", "sort", None),
        ("/api/v1/responses?q=a&q=b", "q", None),
        ("/api/v1/responses/internet-safety-programmes?limit=3", "limit", "lang"),
        ("/api/v1/responses/internet-safety-programmes?exact=true", "exact", "lang"),
        ("/api/v1/questions/impacts-on-group?sort=label", "sort", None),
        ("/api/v1/questions/impacts-on-group?exact=true", "exact", None),
        ("/api/v1/questions?limit=3", "limit", None),
        ("/api/v1?q=x", "q", None),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_by_name(client, url, parameter, suggestion) -> None:
    body = refused(client, url)

    assert body["parameter"] == parameter
    assert suggestion is None or suggestion in body["suggestions"]
