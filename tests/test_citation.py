"""What is cited is read back by other programs' readers as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import bibtexparser
import pytest
import rispy
from bibtexparser.bparser import BibTexParser
from click.testing import CliRunner

from tipgraph.citation import Author, Source, written
from tipgraph.cli import app
from tipgraph.lookup import Lookup
from tipgraph.parameters import Given, of_list

if TYPE_CHECKING:
    from tipgraph.evidence import Bench

ASKED = "/api/v1/questions/impacts-on-group?group=children"
TYPES = {
    "bibtex": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csl": "application/vnd.citationstyles.csl+json",
}
IOM = "iom-norway-human-trafficking"
UNODC = "unodc-effects-and-responses"


def by_bibtex(text: str) -> dict[str, dict[str, str]]:
    # The reader leaves out what is not a standard type unless told not to.
    found = bibtexparser.loads(text, BibTexParser(ignore_nonstandard_types=False))
    return found.entries_dict


def supporting(client, address: str) -> set[str]:
    items = client.get(address).json()["items"]
    return {e["document"]["id"].rsplit("/", 1)[-1] for i in items for e in i["evidence"]}


@pytest.mark.parametrize("form", TYPES)
@pytest.mark.parametrize(
    "address",
    [
        ASKED,
        "/api/v1/impacts?group=children",
        "/api/v1/impacts/precipitated-return-of-victims",
        "/api/v1/ask?q=online+recruitment+of+children",
        "/api/v1/search?q=remittances&kind=impacts",
        "/api/v1/gaps?gap=form-not-covered",
        "/api/v1/paths?from=online-recruitment-of-children&to=children",
        "/api/v1/network/agreement",
    ],
)
def test_an_answer_cites_the_documents_that_support_it(client, address, form) -> None:
    url = f"{address}{'&' if '?' in address else '?'}format={form}"
    answer = client.get(url)
    keys = {
        "bibtex": lambda: set(by_bibtex(answer.text)),
        "ris": lambda: {entry["id"] for entry in rispy.loads(answer.text)},
        "csl": lambda: {entry["id"] for entry in answer.json()},
    }

    assert answer.headers["content-type"].split(";")[0] == TYPES[form]
    assert keys[form]() == supporting(client, address)
    assert client.get(address, headers={"Accept": TYPES[form]}).text.count(
        "tipgraph 0.1.0"
    ) == answer.text.count("tipgraph 0.1.0")


def test_a_matrix_cites_the_documents_behind_its_cells(client) -> None:
    address = "/api/v1/matrix?rows=group&columns=document&empty=false"
    cells = client.get(address).json()["items"]
    cited = client.get(f"{address}&format=csl").json()

    assert {entry["id"] for entry in cited} == {d for cell in cells for d in cell["documents"]}
    assert "/api/v1/matrix?rows=group" in cited[0]["note"]
    assert "release=0.1.0" in cited[0]["note"]


def test_a_list_cites_more_than_its_first_page(client) -> None:
    cited = client.get("/api/v1/impacts?format=csl").json()

    assert len(cited) == 4


def test_whoever_cites_gets_all_evidence_and_not_the_first_of_it(bench: Bench) -> None:
    lookup = Lookup(bench)
    groups = lookup.kind("groups")
    cited, shown = (
        of_list(Given([("format", form)]), groups, "", "0.1.0").manner for form in ("ris", "json")
    )
    all_of, first_of = (
        max(len(i.evidence) for i in lookup.items(groups, {}, 500, manner=manner).items)
        for manner in (cited, shown)
    )

    assert all_of > first_of >= 25


def test_an_organization_is_one_name_and_a_person_two(client) -> None:
    entries = by_bibtex(client.get("/api/v1/documents?format=bibtex").text)
    ris = {e["id"]: e for e in rispy.loads(client.get("/api/v1/documents?format=ris").text)}
    csl = {e["id"]: e for e in client.get("/api/v1/documents?format=csl").json()}
    unodc = "United Nations Office on Drugs and Crime (UNODC)"

    assert entries[UNODC]["author"] == f"{{{unodc}}}"
    assert ris[UNODC]["authors"] == [unodc]
    assert csl[UNODC]["author"] == [{"literal": unodc}]
    assert entries[IOM]["author"] == "Hasan, Homa S."
    assert ris[IOM]["authors"] == ["Hasan, Homa S."]
    assert csl[IOM]["author"] == [{"family": "Hasan", "given": "Homa S."}]


def test_a_date_is_as_exact_as_it_is_known(client) -> None:
    entries = by_bibtex(client.get("/api/v1/documents?format=bibtex").text)
    ris = {e["id"]: e for e in rispy.loads(client.get("/api/v1/documents?format=ris").text)}
    csl = {e["id"]: e for e in client.get("/api/v1/documents?format=csl").json()}

    assert (entries[IOM]["date"], entries[UNODC]["date"]) == ("2020-07-30", "2021")
    assert (ris[IOM]["date"], ris[UNODC]["date"]) == ("2020/07/30/", "2021///")
    assert csl[IOM]["issued"] == {"date-parts": [[2020, 7, 30]]}
    assert csl[UNODC]["issued"] == {"date-parts": [[2021]]}
    assert "url" not in entries[UNODC]


def test_sorts_of_documents_are_told_apart(client) -> None:
    csl = {e["id"]: e["type"] for e in client.get("/api/v1/documents?format=csl").json()}
    ris = client.get("/api/v1/documents?format=ris").text
    bibtex = by_bibtex(client.get("/api/v1/documents?format=bibtex").text)

    assert sorted(csl.values()) == ["report", "report", "webpage", "webpage"]
    assert (ris.count("TY  - RPT"), ris.count("TY  - ELEC")) == (2, 2)
    assert (bibtex[IOM]["ENTRYTYPE"], bibtex[UNODC]["ENTRYTYPE"]) == ("misc", "techreport")


def test_the_note_leads_back_to_the_answer(client) -> None:
    cited = client.get(ASKED + "&format=csl").json()[0]["note"]
    address = cited.split(": ", 1)[1]

    assert cited.startswith("Supports the answer of tipgraph 0.1.0 to impacts-on-group")
    assert client.get(address).json()["items"] == client.get(ASKED).json()["items"]
    assert "immutable" in client.get(address).headers["cache-control"]


@pytest.fixture
def hostile(bench: Bench) -> Source:
    title = "50% of {A} & B_c #1: $5 ~ x^2 \\input\nER  - \nnext"
    one = replace(
        next(iter(bench.documents.values())), title=title, url="https://x.example/a_b#{c}"
    )
    authors = (Author("Ministry of A, B and C", person=False), Author("Ann Bo", person=True))
    return Source(one, web=True, language="en", authors=authors, note="n")


def test_what_tex_takes_for_a_command_is_escaped(hostile: Source) -> None:
    (entry,) = by_bibtex(written([hostile], "bibtex")).values()

    assert entry["title"] == (
        r"{50\% of \{A\} \& B\_c \#1: \$5 \textasciitilde{} x\textasciicircum{}2 "
        r"\textbackslash{}input ER - next}"
    )
    assert entry["author"] == "{Ministry of A, B and C} and Bo, Ann"
    assert entry["url"] == "https://x.example/a_b#%7Bc%7D"


def test_a_line_of_a_title_is_no_line_of_ris(hostile: Source) -> None:
    entries = rispy.loads(written([hostile, hostile], "ris"))

    assert len(entries) == 2
    assert entries[0]["title"] == "50% of {A} & B_c #1: $5 ~ x^2 \\input ER - next"
    assert entries[0]["authors"] == ["Ministry of A, B and C", "Bo, Ann"]


def test_csl_is_json_and_keeps_the_title(hostile: Source) -> None:
    (entry,) = json.loads(written([hostile], "csl"))

    assert entry["title"] == hostile.document.title


def test_an_answer_that_nothing_supports_cites_nothing(client) -> None:
    empty = "/api/v1/responses?impact=precipitated-return-of-victims"

    assert client.get(empty + "&format=csl").json() == []
    assert client.get(empty + "&format=bibtex").text == ""


@pytest.mark.parametrize("parameter", ["fields=label", "bom=1"])
def test_what_is_for_tables_is_not_for_citations(client, parameter) -> None:
    assert client.get(f"/api/v1/impacts?format=ris&{parameter}").status_code == 422


def test_the_command_cites_too() -> None:
    arguments = ["question", "impacts-on-group", "group=children", "--format", "bibtex"]
    done = CliRunner().invoke(app, arguments)

    assert done.exit_code == 0
    assert UNODC in by_bibtex(done.output)
    assert "the question impacts-on-group group=children" in done.output


def test_a_question_in_plain_words_is_cited_by_the_command_too() -> None:
    question = "which impacts are there on children?"
    done = CliRunner().invoke(app, ["ask", question, "--format", "bibtex"])

    assert done.exit_code == 0
    assert UNODC in by_bibtex(done.output)
    assert f"the question {question}" in done.output
