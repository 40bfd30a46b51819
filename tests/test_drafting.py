"""A document becomes a draft: statements of each kind, with passages, that conform."""

import re
import subprocess
import sys
from pathlib import Path

import manuscripts as made
import pytest

from tipgraph.clues import Clues
from tipgraph.drafted import Draft, Paper
from tipgraph.errors import BrokenFile, TooLarge
from tipgraph.findings import GRAPH
from tipgraph.graph import SHIPPED
from tipgraph.pairings import Pairer
from tipgraph.pieces import pieces
from tipgraph.proposals import Proposal, Proposer
from tipgraph.rdf import read, read_files
from tipgraph.spans import digest
from tipgraph.submission import Reviewer
from tipgraph.terms import CONCEPT, ID, TIP
from tipgraph.vocabulary import Near, Vocabulary

RULES = SHIPPED.queries / "draft"
CLUES = Clues(RULES)
UNODC = f"{ID}actor/unodc"


@pytest.fixture(scope="module")
def vocabulary(store) -> Vocabulary:
    return Vocabulary(store, RULES)


@pytest.fixture(scope="module")
def proposer(vocabulary) -> Proposer:
    return Proposer(vocabulary, CLUES)


def drafted(vocabulary: Vocabulary, text: str, title: str = "A paper of the harbour") -> str:
    proposals = Proposer(vocabulary, CLUES).propose(text)
    proposals += Pairer(vocabulary, CLUES).pair(proposals)
    paper = Paper("harbour-paper", title, UNODC, "2021", "harbour-paper.txt", text)
    return Draft(paper, vocabulary).turtle(proposals)


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tipgraph", "draft", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def only(found: tuple[Proposal, ...], kind: str) -> Proposal:
    chosen = [one for one in found if one.kind == kind]
    assert len(chosen) == 1
    return chosen[0]


@pytest.mark.parametrize(
    ("text", "kind", "rule"),
    [
        ("Governments should train the police.", "recommendation", "should"),
        ("Courts must stay open to victims.", "recommendation", "must"),
        ("States have an obligation to identify victims.", "recommendation", "obliged"),
        ("Strengthen the protection of children online.", "recommendation", "imperative"),
        ("NGOs have launched a hotline for migrants.", "practice", "launched"),
        ("The ministry adopted a new plan for shelters.", "practice", "told-as-done"),
        ("Recruitment of children has increased online.", "impact", "change"),
        ("Victims were unable to reach shelters.", "impact", "harm"),
    ],
)
def test_its_words_decide_the_kind_of_a_statement(
    proposer: Proposer, text: str, kind: str, rule: str
) -> None:
    found = proposer.propose(text)

    assert {one.rule for one in found if one.kind == kind} == {rule}


def test_what_is_recommended_is_no_impact(proposer: Proposer) -> None:
    found = proposer.propose("Governments should reduce the risks of migrants.")

    assert [one.kind for one in found] == ["recommendation"]


def test_a_sentence_without_words_of_a_rule_proposes_nothing(proposer: Proposer) -> None:
    assert proposer.propose("The weather in the harbour was fine.") == ()


def test_a_sentence_that_announces_proposes_nothing(proposer: Proposer) -> None:
    assert proposer.propose("This report explores how victims were affected.") == ()


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("Recruitment of children has increased.", "asserted"),
        ("Recruitment of children has reportedly increased.", "hedged"),
        ("Recruitment of children may have increased.", "hedged"),
        ("Recruitment of children is likely to increase.", "projected"),
        ("Children are at risk of recruitment.", "risk"),
        ("Concerns have emerged that recruitment has increased.", "concern"),
        (
            "Survey respondents reported that recruitment has increased.",
            "perceived-by-respondents",
        ),
    ],
)
def test_its_hedges_decide_the_modality(proposer: Proposer, text: str, modality: str) -> None:
    assert only(proposer.propose(text), "impact").modality == modality


def test_who_is_told_stands_before_and_who_gains_behind_the_words(proposer: Proposer) -> None:
    found = only(proposer.propose("Donors should support migrants online."), "recommendation")

    assert found.values["addressee"] == (f"{CONCEPT}donors",)
    assert found.values["beneficiary"] == (f"{CONCEPT}migrants",)
    assert found.values["channel"] == (f"{CONCEPT}internet",)
    assert found.values["force"] == ("should",)


def test_perpetrators_are_involved_and_never_told(proposer: Proposer) -> None:
    found = only(proposer.propose("Traffickers must be found by the police."), "recommendation")

    assert found.values["involvesActor"] == (f"{CONCEPT}traffickers",)
    assert "addressee" not in found.values


def test_exploitation_is_not_taken_for_exploiters(vocabulary: Vocabulary) -> None:
    named = [m.iri for m in vocabulary.mentions("The exploitation grew; exploiters gained.")]

    assert named.count(f"{CONCEPT}perpetrators") == 1


def test_an_acronym_is_known_by_its_capitals(vocabulary: Vocabulary) -> None:
    assert UNODC in [m.iri for m in vocabulary.mentions("As UNODC says")]
    assert UNODC not in [m.iri for m in vocabulary.mentions("As unodc says")]


@pytest.mark.parametrize(
    ("text", "value", "unit", "qualifier"),
    [
        ("Nearly 50,000 victims were found.", "50000", "NUM", "nearly"),
        ("Thirty-seven per cent of women lost work.", "37", "PERCENT", "exact-value"),
        ("More than 20% of shelters closed.", "20", "PERCENT", "more-than"),
        ("An estimated 2.5 million people fled.", "2500000", "NUM", "estimated"),
    ],
)
def test_a_number_with_its_unit_is_a_figure(
    proposer: Proposer, text: str, value: str, unit: str, qualifier: str
) -> None:
    found = only(proposer.propose(text), "figure")

    assert (found.texts["value"], found.texts["unit"]) == (value, unit)
    assert found.values["valueQualifier"] == (qualifier,)


PAIR = """# A brief

#### Impact #1. More children are recruited online.

Ports were closed.

#### Response #1. Companies should detect recruiters of children.

Governments must fund shelters. Teachers should warn children of recruiters.

### Conclusion

Governments should fund ports.
"""


def links(proposer: Proposer, text: str) -> list[Proposal]:
    return list(Pairer(proposer.vocabulary, proposer.clues).pair(proposer.propose(text)))


def ends(link: Proposal) -> tuple[str, str]:
    response, impact = link.ends
    words = impact.label if isinstance(impact, Near) else impact.piece.text
    return response.piece.text, words


def test_headings_in_pairs_tie_what_is_below_a_response_to_its_impact(proposer: Proposer) -> None:
    found = [one for one in links(proposer, PAIR) if one.rule == "response-heading"]
    impact = "#### Impact #1. More children are recruited online."

    assert {ends(one) for one in found} == {
        ("#### Response #1. Companies should detect recruiters of children.", impact),
        ("Governments must fund shelters.", impact),
        ("Teachers should warn children of recruiters.", impact),
    }
    assert {one.values["linkBasis"] for one in found} == {("explicit-pairing",)}
    shown = {" / ".join(PAIR[s.start : s.end] for s in one.piece.spans) for one in found}
    assert f"{impact} / Governments must fund shelters." in shown


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#### Impact #1. ", "#### "),
        ("#### Response #1. ", "#### "),
        ("#### Response", "### Between\n\nGovernments should fund ports.\n\n#### Response"),
    ],
)
def test_headings_that_are_no_pair_tie_nothing(proposer: Proposer, old: str, new: str) -> None:
    assert links(proposer, PAIR.replace(old, new)) == []


def test_what_a_response_is_for_by_its_own_words_is_tied_to_it(proposer: Proposer) -> None:
    text = "Courts should sit at night to reduce delays in court proceedings."
    one, *more = links(proposer, text)

    assert more == []
    assert ends(one) == (text, "Court cases delayed, postponed or halted")
    assert one.values["linkBasis"] == ("explicit-pairing",)
    assert links(proposer, text.replace("to reduce", "with")) == []


def test_what_only_stands_below_one_pair_is_no_claim_of_the_text(proposer: Proposer) -> None:
    text = PAIR.replace("Ports were closed.", "Teachers lost sight of children without ports.")
    found = [one for one in links(proposer, text) if one.rule == "beside"]

    assert ("Teachers should warn children of recruiters.",) in {ends(o)[:1] for o in found}
    assert {one.values["linkBasis"] for one in found} == {("same-section",)}
    assert {(one.modality, one.bases) for one in found} == {("inferred", ("curator-inference",))}


def test_links_are_drafted_with_the_things_of_their_statements(
    proposer: Proposer, vocabulary: Vocabulary, store
) -> None:
    stated = proposer.propose(PAIR)
    found = Pairer(vocabulary, proposer.clues).pair(stated)
    paper = Paper("brief", "A brief", f"{ID}actor/unodc", "2021", "brief.txt", PAIR)
    written = Draft(paper, vocabulary).turtle([*stated, *found])

    assert found
    for pointed in re.findall(r"tip:addressingResponse (\S+) ;", written):
        assert f"tip:aboutResponse {pointed} ;" in written
    assert written.count("a tip:AddressingStatement") == len(found)
    report = Reviewer(SHIPPED, store).review(tuple(read(written.encode(), "turtle")), GRAPH)
    assert [str(v) for v in report.violations] == []


def test_the_title_of_a_document_states_nothing(proposer: Proposer) -> None:
    text = "Violence against children has increased in many of the ports\n\nThe end of it all.\n"

    assert proposer.propose(f"# {text}") == ()
    assert proposer.propose(f"## {text}") != ()


def test_forced_labour_forces_nobody(proposer: Proposer) -> None:
    text = "Lockdowns of ports and the loss of income forced {}migrants."
    rules = {
        word: [p.rule for p in proposer.propose(text.format(word))] for word in ("", "labour ")
    }

    assert "led-to" in rules[""]
    assert "led-to" not in rules["labour "]


def test_a_year_is_no_figure(proposer: Proposer) -> None:
    found = proposer.propose("In April 2020 shelters closed in 2021.")

    assert [one for one in found if one.kind == "figure"] == []


def test_a_cause_leads_to_its_effect_whichever_stands_first(proposer: Proposer) -> None:
    first = only(proposer.propose("Lockdowns led to delayed court proceedings."), "cause")
    second = only(proposer.propose("Court proceedings were delayed due to lockdowns."), "cause")

    assert first.values["cause"] == (f"{CONCEPT}lockdowns",)
    assert second.values == first.values


def test_items_of_a_list_take_the_kind_and_the_sureness_of_its_lead(proposer: Proposer) -> None:
    text = "Concerns have emerged about risks of victims:\n\n- Access to courts\n\n- Inspections\n"
    found = [one for one in proposer.propose(text) if one.piece.is_item]

    assert {one.piece.text for one in found} == {"Access to courts", "Inspections"}
    assert {(one.kind, one.modality) for one in found} == {("impact", "concern")}


def test_a_sentence_that_a_page_cuts_has_two_spans() -> None:
    text = "Victims were left in\n\n<sup>1</sup> A note of its own.\n\nharbours without help.\n"
    found = pieces(text, CLUES)

    assert [[text[s.start : s.end] for s in one.spans] for one in found] == [
        ["Victims were left in", "harbours without help."]
    ]


def test_a_line_that_stands_on_each_page_is_not_read() -> None:
    text = "\n\n".join(["Harbour paper", "Ports closed.", "Harbour paper", "Crews left."] * 2)

    assert [one.text for one in pieces(text, CLUES)] == [
        "Ports closed.",
        "Crews left.",
        "Ports closed.",
        "Crews left.",
    ]


def test_listed_resources_have_their_title_their_type_and_their_publisher(
    proposer: Proposer,
) -> None:
    text = "Statements and press releases\n\nUNODC\n\nStatement: Keep the harbours safe.\n"
    found = only(proposer.propose(text), "resource")

    assert found.texts == {
        "title": "Statement: Keep the harbours safe",
        "type": "statement-resource",
        "publisher": UNODC,
    }


def test_what_nothing_in_the_graph_fits_is_left_to_be_named(vocabulary: Vocabulary) -> None:
    turtle = drafted(vocabulary, "Governments should paint lighthouses purple.")

    assert "tip:aboutResponse response:harbour-paper-to-be-named-1" in turtle
    assert "To be named: response 1 of harbour-paper" in turtle


def test_no_name_of_a_statement_says_that_something_is_to_be_named(vocabulary: Vocabulary) -> None:
    written = drafted(vocabulary, "Governments should paint lighthouses purple.")

    assert "statement:harbour-paper-recommendation-governments-should-paint-lighthouses" in written


def test_each_statement_names_its_rule_and_is_marked_as_not_reviewed(
    vocabulary: Vocabulary,
) -> None:
    turtle = drafted(vocabulary, "Governments should train the police.")
    statement = turtle[turtle.index("statement:harbour") :].partition(" .\n")[0]

    assert "Drafted, not reviewed. Proposed by the rule recommendation/should" in statement
    assert "bibo:status <http://purl.org/adms/status/UnderDevelopment>" in statement


HOSTILE = (
    'Governments "should"\ttrain\\ the\u00a0police — “now”.\n\n'
    "Call a@b.example or +43 660 1234567\n\nVictims were unable to call anyone 12 times.\n\n"
    "# Contact: x@y.example\n\nShelters closed.\n\nShelters closed.\n\nmust\n\n"
    '@prefix x: <y> . Courts must not close; 300 per cent of courts did. [ ] <> """ ^^\n'
)


def test_whatever_a_text_holds_its_draft_conforms(vocabulary: Vocabulary, store) -> None:
    texts = [HOSTILE, made.html().decode(), "\n\n".join([made.FIRST, made.SECOND, *made.ITEMS])]
    reviewer = Reviewer(SHIPPED, store)
    for text in texts:
        quads = read(drafted(vocabulary, text).encode(), "turtle")

        assert [str(v) for v in reviewer.review(quads, GRAPH).violations] == []


@pytest.mark.parametrize(
    ("name", "data"), [("p.pdf", made.pdf), ("p.docx", made.word), ("p.html", made.html)]
)
def test_the_command_writes_a_draft_and_the_text_that_it_refers_to(
    tmp_path: Path, name: str, data
) -> None:
    (tmp_path / name).write_bytes(data())
    done = run(name, "--publisher", "unodc", "--issued", "2021", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "p.txt").read_bytes().decode()
    said = {(q.predicate.value, q.object.value) for q in read_files([tmp_path / "p.draft.ttl"])}
    assert (f"{TIP}sha256", digest(text)) in said
    assert (f"{TIP}sha256", digest(made.SECOND)) in said
    assert (f"{TIP}sectionTitle", made.HEADING) in said


def test_a_draft_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_bytes(made.markdown())
    (tmp_path / "p.draft.ttl").write_text("kept", encoding="utf-8")
    done = run("p.md", "--publisher", "unodc", cwd=tmp_path)

    assert done.returncode == 2
    assert "--force" in done.stderr
    assert (tmp_path / "p.draft.ttl").read_text(encoding="utf-8") == "kept"


def test_a_hostile_file_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "p.docx").write_bytes(made.bomb())
    done = run("p.docx", "--publisher", "unodc", cwd=tmp_path)

    assert done.returncode == 2
    assert "unpacks to" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["p.docx"]


def test_a_text_of_too_many_sentences_is_refused(proposer: Proposer) -> None:
    with pytest.raises(TooLarge, match="10,001 sentences"):
        proposer.propose("\n\n".join(f"Port {n} closed." for n in range(10_001)))


def test_a_publisher_that_nobody_knows_is_told_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_bytes(made.markdown())
    done = run("p.md", "--publisher", "unodcc", cwd=tmp_path)

    assert done.returncode == 2
    assert "unodc" in done.stderr.partition("nearest")[2]


@pytest.mark.parametrize("path", sorted(RULES.glob("*.tsv")), ids=lambda path: path.stem)
def test_every_line_of_a_rule_file_has_all_its_cells(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    told = [line.split("\t") for line in lines if not line.startswith("#")]

    assert {len(cells) for cells in told} == {len(told[0])}


@pytest.mark.parametrize("table", ["kinds", "modalities", "forces", "bases", "qualifiers"])
def test_rules_are_called_differently(table: str) -> None:
    lines = (RULES / f"{table}.tsv").read_text(encoding="utf-8").splitlines()
    names = [line.partition("\t")[0] for line in lines if not line.startswith("#")]

    assert len(names) == len(set(names))


def test_a_rule_with_a_broken_pattern_is_named(tmp_path: Path) -> None:
    (tmp_path / "unread.tsv").write_text("rule\tpattern\nbad\t(\n", encoding="utf-8")

    with pytest.raises(BrokenFile, match="the pattern of bad is broken"):
        _ = Clues(tmp_path).unread
