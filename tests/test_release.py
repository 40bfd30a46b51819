"""A release tells the truth, and is the same each time."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from conftest import EXAMPLE
from rdflib import DCAT, Graph, Namespace, URIRef

from tipgraph.changes import difference
from tipgraph.described import Described
from tipgraph.errors import BadParameter
from tipgraph.graph import SHIPPED
from tipgraph.prepare import prepared
from tipgraph.rdf import canonical, read
from tipgraph.release import Candidate, verdict
from tipgraph.revisions import described, stated
from tipgraph.versions import Level, Version, reasons

ROOT = Path(__file__).parents[1]
SPDX = Namespace("http://spdx.org/rdf/terms#")
TERMS = """
@prefix c: <https://w3id.org/tipgraph/concept/> .
@prefix impact: <https://w3id.org/tipgraph/id/impact/> .
@prefix statement: <https://w3id.org/tipgraph/id/statement/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix tip: <https://w3id.org/tipgraph/ontology#> .
tip:A a owl:Class ; rdfs:label "a"@en ; skos:definition "A thing that is made of stone and wood." .
tip:B a owl:Class ; rdfs:subClassOf tip:A ; rdfs:label "b"@en .
tip:p a owl:ObjectProperty ; rdfs:domain tip:B ; rdfs:label "p"@en .
tip:q a owl:ObjectProperty ; rdfs:label "q"@en .
c:x a skos:Concept ; skos:prefLabel "x"@en ; skos:altLabel "xx"@en ; skos:broader c:y .
c:y a skos:Concept ; skos:prefLabel "y"@en .
impact:i a tip:A ; skos:prefLabel "i"@en .
statement:s a tip:B ; skos:prefLabel "s"@en .
"""


def graph(text: str) -> Described:
    return stated(read(text.encode(), "turtle"))


def run(*arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tipgraph", "release", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | (env or {})
    )


LEVELS = [
    ('rdfs:label "q"@en .\nc:x', 'rdfs:label "queue"@en .\nc:x', "PATCH"),
    ('skos:altLabel "xx"@en ; ', "", "PATCH"),
    ("made of stone and wood", "made of stone or wood", "PATCH"),
    ('skos:prefLabel "s"@en', 'skos:prefLabel "t"@en', "PATCH"),
    ("A thing that is made of stone and wood.", "An act by which somebody is told off.", "MAJOR"),
    ('tip:q a owl:ObjectProperty ; rdfs:label "q"@en .', "", "MAJOR"),
    ('c:y a skos:Concept ; skos:prefLabel "y"@en .', "", "MAJOR"),
    ('impact:i a tip:A ; skos:prefLabel "i"@en .', "", "MAJOR"),
    ('statement:s a tip:B ; skos:prefLabel "s"@en .', "", "MINOR"),
    ("tip:q a owl:Obj", "tip:r a owl:Class . tip:q a owl:Obj", "MINOR"),
    ("impact:i a tip:A", "impact:j a tip:A . impact:i a tip:A", "MINOR"),
    ("tip:q a", "tip:q owl:deprecated true ; a", "MINOR"),
    (" ; skos:broader c:y", "", "MINOR"),
    ("tip:q a", "tip:q rdfs:subPropertyOf tip:p ; a", "MINOR"),
    ("rdfs:subClassOf tip:A ; ", "", "MAJOR"),
    ("tip:q a", "tip:q rdfs:domain tip:A ; a", "MAJOR"),
    ("tip:q a owl:ObjectProperty", "tip:q a owl:ObjectProperty, owl:FunctionalProperty", "MAJOR"),
    ("tip:B a", "tip:B owl:disjointWith tip:A ; a", "MAJOR"),
    ("rdfs:domain tip:B", "rdfs:domain tip:A", "MINOR"),
    ("rdfs:domain tip:B ; ", "", "MINOR"),
    ("tip:q a owl:ObjectProperty", "tip:q a owl:DatatypeProperty", "MAJOR"),
]


@pytest.mark.parametrize(("old", "new", "level"), LEVELS)
def test_what_changed_says_which_number_moves(old: str, new: str, level: str) -> None:
    assert TERMS.count(old) == 1
    found = reasons(difference(graph(TERMS), graph(TERMS.replace(old, new))))

    assert max(reason.level for reason in found).name == level


def test_nothing_changed_asks_for_nothing() -> None:
    assert reasons(difference(graph(TERMS), graph(TERMS))) == ()


def test_a_renamed_term_breaks_whoever_used_it() -> None:
    found = reasons(difference(graph(TERMS), graph(TERMS.replace("c:x ", "c:z "))))

    assert (found[0].level, found[0].thing) == (
        Level.MAJOR,
        "https://w3id.org/tipgraph/concept/x",
    )


@pytest.mark.parametrize("text", ["1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "", "1.0.0\n"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        Version.of(text)


def test_versions_are_compared_by_number() -> None:
    assert Version.of("0.9.0") < Version.of("0.10.0")
    assert Version.of("1.0.0").step_from(Version.of("0.9.9")) is Level.MAJOR
    assert Version.of("1.1.0").step_from(Version.of("1.0.9")) is Level.MINOR


def repository(folder: Path) -> Path:
    """The example data, called by the name of the shipped data set, with the shipped ontology."""
    shutil.copytree(SHIPPED.ontology, folder / "ontology")
    shutil.copytree(EXAMPLE.data, folder / "data")
    meta = (SHIPPED.data / "meta.ttl").read_text(encoding="utf-8")
    dataset = meta[: meta.index("\ncoverage:")]
    (folder / "data" / "dataset.ttl").write_text(dataset, encoding="utf-8")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of the example data, with the ontology as it is shipped."""
    folder = repository(tmp_path / "repository")
    (folder / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [0.1.0] - 2026-11-22\n\nThe first release.\n", encoding="utf-8"
    )
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def raised(root: Path, version: str, log: str) -> None:
    """Put *version* into all places of *root*, with the change log *log*."""
    for path, text in prepared(root, "0.1.0", version, "2027-01-31", log).items():
        path.write_text(text, encoding="utf-8")


def test_the_first_release_has_nothing_to_be_compared_with(root: Path) -> None:
    assert verdict(Candidate.of(root), None).refusals == ()


def test_a_version_that_says_less_than_has_changed_is_refused(root: Path) -> None:
    before = described(str(root))
    raised(root, "0.1.1", "- One more term: Coast.")
    edit(
        root / "ontology" / "concepts" / "settings.ttl",
        "\nc:courts\n",
        '\nc:coast a tip:Setting ; skos:prefLabel "Coast"@en .\n\nc:courts\n',
    )
    found = verdict(Candidate.of(root), before)

    assert found.needed is Level.MINOR
    assert len(found.refusals) == 1
    assert "From 0.1.0 to 0.1.1 is no minor step" in found.refusals[0]

    raised(root, "0.2.0", "- One more term: Coast.")
    assert verdict(Candidate.of(root), before).refusals == ()


def test_what_stands_as_unreleased_becomes_the_section_of_the_version(root: Path) -> None:
    edit(root / "CHANGELOG.md", "## [0.1.0]", "## [Unreleased]\n\n- Mine.\n\n## [0.1.0]")
    told = prepared(root, "0.1.0", "0.2.0", "2027-01-31", "- Not mine.")[root / "CHANGELOG.md"]

    assert "## [0.2.0] - 2027-01-31\n\n- Mine.\n\n## [0.1.0]" in told
    assert "Not mine" not in told
    assert "Unreleased" not in told


def test_the_changes_of_a_release_are_told_in_words(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "before")
    edit(root / "data" / "things" / "things.ttl", "Wages for a month", "Pay for a month")
    raised(root, "0.1.1", "- A label is corrected.")
    done = run("write", tmp_path / "out", "--root", root, "--since", tmp_path / "before")
    told = (tmp_path / "out" / "CHANGES.md").read_text(encoding="utf-8")

    assert done.returncode == 0
    assert told.startswith("# Release 0.1.1\n\n- A label is corrected.\n")
    assert "Pay for a month" in told.partition("## All changes since the earlier release")[2]


def test_the_right_step_is_accepted(root: Path) -> None:
    before = described(str(root))
    edit(
        root / "data" / "things" / "things.ttl",
        "skos:prefLabel",
        'skos:altLabel "x"@en ; skos:prefLabel',
    )
    raised(root, "0.1.1", "- Another label.")
    found = verdict(Candidate.of(root), before)

    assert found.needed is Level.PATCH
    assert found.refusals == ()


def test_a_release_names_the_one_before_it(root: Path) -> None:
    before = described(str(root))
    raised(root, "0.1.1", "- Nothing.")
    edit(
        root / "ontology" / "tip.ttl",
        "ontology/0.1.0> ;\n    owl:versionInfo",
        "x/0.1.0> ;\n    owl:versionInfo",
    )
    refused = verdict(Candidate.of(root), before).refusals

    assert [r for r in refused if r.startswith("owl:priorVersion is https://w3id.org/tipgraph/x/0")]


def test_the_same_version_again_is_refused(root: Path) -> None:
    refused = verdict(Candidate.of(root), described(str(root))).refusals

    assert refused == ("0.1.0 does not come after 0.1.0, the earlier release.",)


def without_term(root: Path, name: str) -> None:
    path = root / "ontology" / "tip.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(rf"\ntip:{name}\n(?:    .*\n)+", "\n", text), encoding="utf-8")


def test_a_term_that_is_gone_is_refused_even_with_a_major_step(root: Path) -> None:
    before = described(str(root))
    without_term(root, "population")
    raised(root, "1.0.0", "- population is gone.")
    found = verdict(Candidate.of(root), before)

    assert found.needed is Level.MAJOR
    assert [r for r in found.refusals if "tip:population is gone. Deprecate, never delete" in r]


def test_a_deprecated_term_may_go_with_a_major_step_that_names_it(root: Path) -> None:
    deprecated = '\ntip:population\n    owl:deprecated true ;\n    skos:changeNote "Unused."@en ;\n'
    edit(root / "ontology" / "tip.ttl", "\ntip:population\n", deprecated)
    before = described(str(root))
    without_term(root, "population")

    raised(root, "0.2.0", "- Nothing.")
    refused = verdict(Candidate.of(root), before).refusals
    assert [r for r in refused if "only a major version may take it out" in r]
    assert [r for r in refused if "The change log must name what breaks: tip:population" in r]


def test_a_deprecated_term_that_goes_with_1_0_0_is_accepted(root: Path) -> None:
    deprecated = '\ntip:population\n    owl:deprecated true ;\n    skos:changeNote "Unused."@en ;\n'
    edit(root / "ontology" / "tip.ttl", "\ntip:population\n", deprecated)
    before = described(str(root))
    without_term(root, "population")
    raised(root, "1.0.0", "- `tip:population` is gone.")

    assert verdict(Candidate.of(root), before).refusals == ()


def test_data_that_use_a_deprecated_term_are_refused(root: Path) -> None:
    edit(
        root / "ontology" / "tip.ttl",
        "\ntip:aboutImpact\n",
        "\ntip:aboutImpact\n    owl:deprecated true ;\n",
    )
    refused = verdict(Candidate.of(root), None).refusals

    assert "tip:aboutImpact is deprecated; say why in skos:changeNote." in refused
    assert [r for r in refused if r.startswith("statement:example-jobs-lost: it uses")]


DISAGREEMENTS = [
    (
        "data/dataset.ttl",
        'dcat:version "0.1.0"',
        'dcat:version "0.2.0"',
        "dcat:version of the data",
    ),
    ("ontology/tip.ttl", "ontology/0.1.0>", "ontology/0.3.0>", "owl:versionIRI is"),
    ("ontology/tip.ttl", 'versionInfo "0.1.0"', 'versionInfo "0.1"', "write three numbers"),
    ("CHANGELOG.md", "## [0.1.0] - 2026-11-22", "## [0.1.0]", "CHANGELOG.md says nothing"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), DISAGREEMENTS)
def test_places_that_disagree_are_refused(root: Path, file, old, new, told) -> None:
    edit(root / file, old, new)

    assert [r for r in verdict(Candidate.of(root), None).refusals if told in r]


def test_a_new_version_is_written_everywhere_and_nothing_else_changes(root: Path) -> None:
    for name in ("pyproject.toml", "CITATION.cff", "src/tipgraph/__init__.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    texts = prepared(root, "0.1.0", "0.2.0", "2027-01-31", "- It is new.")
    told = {str(path.relative_to(root)): text for path, text in texts.items()}

    assert sorted(told) == [
        "CHANGELOG.md",
        "CITATION.cff",
        "data/dataset.ttl",
        "ontology/tip.ttl",
        "pyproject.toml",
        "src/tipgraph/__init__.py",
    ]
    assert "## [0.2.0] - 2027-01-31\n\n- It is new.\n\n## [0.1.0]" in told["CHANGELOG.md"]
    old = (root / "ontology" / "tip.ttl").read_text(encoding="utf-8").splitlines()
    new = told["ontology/tip.ttl"].splitlines()
    assert [line for line in new if line not in old] == [
        "    owl:versionIRI <https://w3id.org/tipgraph/ontology/0.2.0> ;",
        "    owl:priorVersion <https://w3id.org/tipgraph/ontology/0.1.0> ;",
        '    owl:versionInfo "0.2.0" ;',
        '    dcterms:issued "2027-01-31"^^xsd:date ;',
        '    dcterms:modified "2027-01-31"^^xsd:date ;',
        (
            '    dcterms:bibliographicCitation "The tipgraph maintainers. tipgraph ontology, '
            'version 0.2.0. 2026. https://w3id.org/tipgraph/ontology/0.2.0"@en ;'
        ),
    ]
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    assert verdict(Candidate.of(root), None).refusals == ()


@pytest.fixture(scope="module")
def releases(tmp_path_factory) -> tuple[Path, Path]:
    """Two releases of the example, made by two processes whose hashes have another order."""
    base = tmp_path_factory.mktemp("releases")
    repository(base / "root")
    for name in ("one", "two"):
        seed = {"PYTHONHASHSEED": name.replace("one", "1").replace("two", "2")}
        done = run("write", base / name, "--root", base / "root", env=seed)
        assert done.returncode == 0, done.stderr
    return base / "one", base / "two"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_releases_of_a_graph_are_the_same_to_the_byte(releases) -> None:
    one, two = map(contents, releases)

    assert list(one) == list(two)
    assert [path for path in one if one[path] != two[path]] == []


def test_the_checksums_are_those_of_all_files(releases) -> None:
    files = contents(releases[0])
    lines = files.pop("SHA256SUMS").decode().splitlines()
    told = dict(line.split("  ", 1)[::-1] for line in lines)

    assert told == {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


@pytest.mark.parametrize("name", ["tipgraph.nq", "tipgraph.jsonld", "tipgraph.ttl", "tipgraph.rdf"])
def test_each_dump_is_the_whole_graph(releases, name: str) -> None:
    forms = {"nq": "nquads", "jsonld": "jsonld", "ttl": "turtle", "rdf": "rdfxml"}
    form = forms[name.partition(".")[2]]
    found = read((releases[0] / name).read_bytes(), form)
    nquads = read((releases[0] / "tipgraph.nq").read_bytes(), "nquads")

    triples = {(q.subject, q.predicate, q.object) for q in canonical(plain(found))}
    assert triples == {(q.subject, q.predicate, q.object) for q in canonical(plain(nquads))}
    assert len({q.graph for q in found}) == (1 if form in {"turtle", "rdfxml"} else 6)


def plain(quads):
    return [replace(quad, graph=None) for quad in quads]


def test_dcat_says_size_and_hash_of_each_dump(releases) -> None:
    folder = releases[0]
    dcat = Graph().parse(folder / "dcat.ttl", publicID="http://release.example/")
    found = list(dcat.subject_objects(DCAT.downloadURL))

    assert len(found) == 4
    for distribution, address in found:
        path = folder / str(address).removeprefix("http://release.example/")
        checksum = dcat.value(distribution, SPDX.checksum)
        assert int(dcat.value(distribution, DCAT.byteSize)) == path.stat().st_size
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert str(dcat.value(checksum, SPDX.checksumValue)) == digest


def test_void_counts_the_triples_and_names_no_service(releases) -> None:
    void = Graph().parse(releases[0] / "void.ttl", publicID="http://release.example/")
    dataset = URIRef("https://w3id.org/tipgraph/id/dataset/tipgraph")
    space = Namespace("http://rdfs.org/ns/void#")
    turtle = read((releases[0] / "tipgraph.ttl").read_bytes(), "turtle")

    assert {int(n) for n in void.objects(dataset, space.triples)} == {len(turtle)}
    assert list(void.objects(None, space.sparqlEndpoint)) == []
    assert len(list(void.objects(dataset, space.dataDump))) == 4


def test_the_citation_is_yaml_with_the_version(releases) -> None:
    told = yaml.safe_load((releases[0] / "CITATION.cff").read_text(encoding="utf-8"))

    assert told["cff-version"] == "1.2.0"
    assert told["version"] == "0.1.0"
    assert told["authors"] == [{"name": "The tipgraph maintainers"}]


def test_the_site_of_a_release_links_its_files(releases) -> None:
    start = (releases[0] / "site" / "index.html").read_text(encoding="utf-8")

    for name in ("tipgraph.ttl", "tipgraph.nq", "void.ttl", "dcat.ttl", "SHA256SUMS", "CHANGES.md"):
        assert f'href="../{name}"' in start
        assert (releases[0] / name).is_file()


def test_a_release_is_never_written_over(releases) -> None:
    done = run("write", releases[0], "--root", releases[0].parent / "root")

    assert done.returncode == 3
    assert "a release is never written over" in done.stderr


def test_a_release_that_is_refused_writes_nothing(root: Path, tmp_path: Path) -> None:
    done = run("write", tmp_path / "out", "--root", root, "--since", root)

    assert done.returncode == 1
    assert "REFUSED: 0.1.0 does not come after 0.1.0" in done.stdout
    assert not (tmp_path / "out").exists()


def test_the_date_is_that_of_the_environment(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "before")
    edit(
        root / "data" / "things" / "things.ttl",
        "skos:prefLabel",
        'skos:altLabel "x"@en ; skos:prefLabel',
    )
    done = run(
        "prepare", "0.1.1", "--root", root, "--since", tmp_path / "before",
        env={"SOURCE_DATE_EPOCH": "1800000000"},
    )  # fmt: skip
    told = run("check", "--root", root, "--since", tmp_path / "before", "--format", "json")

    assert done.returncode == 0
    assert "## [0.1.1] - 2027-01-15" in (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert told.returncode == 0
    assert json.loads(told.stdout)["needed"] == "patch"


def test_the_shipped_graph_may_be_released() -> None:
    assert verdict(Candidate.of(ROOT), None).refusals == ()
