from dataclasses import replace
from pathlib import Path

import pytest
from conftest import EXAMPLE_TEXTS

from tipgraph.answers import Document, Passage, Span
from tipgraph.errors import BrokenFile, SourceMismatch
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.sources import Sources
from tipgraph.spans import digest, is_typed, searchable
from tipgraph.store import Store

STATEMENT = "https://w3id.org/tipgraph/id/statement/example-"


def quote(example: Bench, name: str) -> str | None:
    return example.passages([STATEMENT + name])[STATEMENT + name][0].quote


def test_spans_count_code_points_also_after_an_astral_character(example: Bench) -> None:
    assert quote(example, "jobs-lost") == "Dock workers 🚢 lost their jobs when the harbour closed."


def test_a_sentence_cut_by_a_page_break_is_quoted_in_order(example: Bench) -> None:
    expected = "Some of them took loans they could not pay back. […] at rates nobody had agreed to."
    assert quote(example, "loans") == expected


def test_without_texts_there_is_no_quotation(example: Bench) -> None:
    bare = Bench(example.store, example.layout)

    assert quote(bare, "jobs-lost") is None


def all_passages(bench: Bench):
    return [p for found in bench.passages().values() for p in found]


def test_the_example_holds(example: Bench) -> None:
    faults = example.sources.check(list(example.documents.values()), all_passages(example))

    assert faults == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spans": (Span(0, 100_000),)}, "outside the text"),
        ({"spans": (Span(48, 102),)}, "other words"),
        ({"phrase": "not there"}, "does not stand in the spans"),
    ],
    ids=["outside", "moved", "phrase"],
)
def test_a_passage_that_does_not_hold_is_found(example: Bench, change, message: str) -> None:
    passage = all_passages(example)[0]
    faults = example.sources.check([], [replace(passage, **change)])

    assert len(faults) == 1
    assert message in faults[0].message


def test_a_changed_text_is_named_and_nothing_is_quoted_from_it(
    example: Bench, tmp_path: Path
) -> None:
    text = (EXAMPLE_TEXTS / "example-brief.txt").read_text(encoding="utf-8")
    (tmp_path / "example-brief.txt").write_text(text.replace("lost", "kept"), encoding="utf-8")
    sources = Sources(tmp_path)
    documents = list(example.documents.values())

    with pytest.raises(SourceMismatch, match=r"example-brief\.txt is not the text that was coded"):
        sources.require(documents)
    assert [f.subject for f in sources.check(documents, [])] == [documents[0].id]
    assert all(sources.quote(p) is None for p in all_passages(example))


def test_a_missing_text_is_named(example: Bench, tmp_path: Path) -> None:
    faults = Sources(tmp_path).check(list(example.documents.values()), [])

    assert "put the text" in faults[0].message


def test_a_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("Größe".encode("latin-1"))

    with pytest.raises(BrokenFile, match="not UTF-8 at byte 2"):
        Sources(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="is not a folder"):
        Sources(tmp_path / "none")


def test_every_span_and_hash_holds_in_the_source_texts(source_texts: Path, store: Store) -> None:
    bench = Bench(store, SHIPPED)
    passages = all_passages(bench)
    faults = Sources(source_texts).check(list(bench.documents.values()), passages)

    assert faults == []
    assert len(bench.documents) == 4
    assert len({p.id for p in passages}) > 300


def test_every_phrase_has_at_most_eight_words_and_can_be_typed(store: Store) -> None:
    passages = all_passages(Bench(store, SHIPPED))

    assert [p.phrase for p in passages if not (searchable(p.phrase) and is_typed(p.phrase))] == []


def test_a_phrase_that_nobody_can_type_is_told(tmp_path: Path) -> None:
    text = "Ports were shut\u00a0and boats stayed ashore."
    (tmp_path / "brief.txt").write_text(text, encoding="utf-8")
    document = Document(
        "d", "Brief", "Brief", "Nobody", "2021", None, digest(text), "brief.txt", 40
    )
    passage = Passage("p", document, None, "shut\u00a0and boats", (Span(0, 40),), digest(text[:40]))
    faults = Sources(tmp_path).check([document], [passage])

    assert "cannot be searched for" in faults[0].message
    assert "a phrase that does is “and boats stayed ashore”" in faults[0].message


TITLES = ("dcterms:title", "skos:prefLabel", "tip:sectionTitle", "foaf:page")


def test_no_sentence_of_the_sources_is_in_the_repository(source_texts: Path) -> None:
    """Eleven words in a row from a text are a sentence; a title may be as long."""
    root = Path(__file__).parents[1]
    size = 11

    def words(text: str) -> list[str]:
        return "".join(ch.lower() if ch.isalnum() else " " for ch in text).split()

    def runs(text: str) -> set[tuple[str, ...]]:
        found = words(text)
        return {tuple(found[i : i + size]) for i in range(len(found) - size + 1)}

    known = set().union(*(runs(p.read_text(encoding="utf-8")) for p in source_texts.glob("*.txt")))
    suspects = []
    for path in sorted(root.rglob("*")):
        parts = set(path.relative_to(root).parts)
        if path.suffix not in {".ttl", ".md", ".py", ".rq", ".csv"} or parts & {".venv", ".git"}:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if not any(word in line for word in TITLES) and runs(line) & known:
                suspects.append(f"{path.relative_to(root)}: {line.strip()[:80]}")

    assert suspects == []
