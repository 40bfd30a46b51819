"""The files of a release, the same to the byte for the same graph."""

from __future__ import annotations

import hashlib
import re
import shutil
from typing import TYPE_CHECKING

from rdflib import DCAT, DCTERMS, OWL, RDF, VOID, XSD, Namespace
from rdflib import Literal as Value
from rdflib import URIRef as Ref

from .changelog import headline, written
from .description import MEDIA_TYPES, Description, figures, metadata
from .dumps import ENDINGS
from .errors import BrokenFile
from .evidence import Bench
from .formats import GRAPH_TYPES
from .names import Names
from .questions import Questions
from .rdf import canonical, read, write
from .release import PRIOR, Candidate
from .site import Site
from .terms import PREFIXES
from .versions import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .description import Draft
    from .release import Verdict

# With named graphs and without, for people and for programs.
FORMATS = ("ttl", "nq", "jsonld", "rdf")
SPDX = Namespace("http://spdx.org/rdf/terms#")
# Addresses in the descriptions are relative to them, unless it is said where the release will be.
_HERE = "http://release.invalid/"
_DATE, _TITLE = PREFIXES["dcterms"] + "issued", PREFIXES["dcterms"] + "title"
_LICENCE = PREFIXES["dcterms"] + "license"


def publication(verdict: Verdict, base: str = "") -> Mapping[str, bytes]:
    """The files of the release by their path: dumps, descriptions, pages, citation, checksums.

    *base* is the address of the folder that they will be in.
    """
    candidate = verdict.candidate
    dumps = _dumps(candidate)
    found = {
        **dumps,
        **_descriptions(candidate, dumps, base),
        **_sources(candidate),
        **_site(candidate, [*dumps, "void.ttl", "dcat.ttl", "CHANGES.md", "SHA256SUMS"]),
        "CITATION.cff": _citation(candidate),
        "CHANGES.md": _changes(verdict),
    }
    found["SHA256SUMS"] = checksums(found)
    return dict(sorted(found.items()))


def checksums(files: Mapping[str, bytes]) -> bytes:
    """The hash of each of *files*, as `sha256sum --check` reads it."""
    lines = (f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in files.items())
    return "".join(sorted(lines, key=lambda line: line[66:])).encode()


def put(files: Mapping[str, bytes], target: Path) -> None:
    """Write *files* into the new folder *target*, whole or not at all."""
    if target.exists():
        message = f"{target} is there already; a release is never written over. Name a new folder."
        raise BrokenFile(message)
    aside = target.with_name(f".{target.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    for path, data in files.items():
        place = aside / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    aside.rename(target)


def _dumps(candidate: Candidate) -> dict[str, bytes]:
    quads = canonical(candidate.store.quads())
    return {f"tipgraph.{ending}": write(quads, ENDINGS[ending]) for ending in FORMATS}


def _sources(candidate: Candidate) -> dict[str, bytes]:
    """The files of the ontology as people wrote them."""
    folder = candidate.layout.ontology
    return {
        f"ontology/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*.ttl"))
    }


def _site(candidate: Candidate, files: list[str]) -> dict[str, bytes]:
    graph, dataset = candidate.graph, candidate.dataset
    licence = next(iter(graph.iris(dataset, _LICENCE)), "")
    title = graph.text(dataset, _TITLE) or "tipgraph"
    pages = Site(graph, title, candidate.version, licence, files).pages()
    return {f"site/{path}": data for path, data in pages.items()}


def _descriptions(
    candidate: Candidate, dumps: Mapping[str, bytes], base: str
) -> Mapping[str, bytes]:
    bench = Bench(candidate.store, candidate.layout)
    description = Description(bench, Questions(bench, Names(bench.store, bench.layout)))
    found = {}
    for name, describe in (("void.ttl", _void), ("dcat.ttl", _dcat)):
        draft = description.draft()
        describe(draft, candidate, dumps)
        lines = draft.graph.serialize(format="nt", encoding="utf-8")
        quads = canonical(read(lines, "ntriples"))
        text = write(quads, "turtle").decode()
        found[name] = text.replace(_HERE, base and base.rstrip("/") + "/").encode()
    return found


def _void(draft: Draft, _candidate: Candidate, dumps: Mapping[str, bytes]) -> None:
    metadata(draft)
    draft.say(draft.dataset, *((VOID.dataDump, Ref(_HERE + name)) for name in dumps))
    figures(draft)


def _dcat(draft: Draft, candidate: Candidate, dumps: Mapping[str, bytes]) -> None:
    metadata(draft)
    graph = candidate.graph
    earlier = (iri for iri in graph.iris(ONTOLOGY, PRIOR))
    draft.say(
        draft.dataset,
        (RDF.type, DCAT.Dataset),
        (DCTERMS.conformsTo, Ref(f"{ONTOLOGY}/{candidate.version}")),
        (DCAT.landingPage, Ref(_HERE + "site/index.html")),
        *((OWL.priorVersion, Ref(iri)) for iri in earlier),
    )
    for name, data in dumps.items():
        media = GRAPH_TYPES[ENDINGS[name.rpartition(".")[2]]].split(";")[0]
        checksum = draft.node(
            (RDF.type, SPDX.Checksum),
            (SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
            (SPDX.checksumValue, Value(hashlib.sha256(data).hexdigest(), datatype=XSD.hexBinary)),
        )
        draft.say(
            Ref(f"{_HERE}dcat.ttl#{name}"),
            (RDF.type, DCAT.Distribution),
            (DCTERMS.title, Value(f"The whole graph: {name}", lang="en")),
            (DCAT.downloadURL, Ref(_HERE + name)),
            (DCAT.accessURL, Ref(_HERE + name)),
            (DCAT.mediaType, MEDIA_TYPES[media]),
            (DCAT.byteSize, Value(str(len(data)), datatype=XSD.nonNegativeInteger)),
            (SPDX.checksum, checksum),
            *((DCTERMS.license, Ref(x)) for x in graph.iris(candidate.dataset, _LICENCE)),
        )
        draft.say(draft.dataset, (DCAT.distribution, Ref(f"{_HERE}dcat.ttl#{name}")))


def _citation(candidate: Candidate) -> bytes:
    """The citation of the repository, or one made of what the data set says."""
    path = candidate.root / "CITATION.cff"
    if path.is_file():
        return path.read_bytes()
    graph, dataset = candidate.graph, candidate.dataset
    fields = {
        "cff-version": "1.2.0",
        "message": "If you use this graph, please cite it as below, with the version.",
        "title": graph.text(dataset, _TITLE) or "tipgraph",
        "type": "dataset",
        "version": candidate.version,
        "date-released": graph.text(dataset, _DATE),
    }
    creator = graph.text(ONTOLOGY, PREFIXES["dcterms"] + "creator") or "The maintainers"
    lines = [f"{key}: {_yaml(value)}" for key, value in fields.items() if value]
    return "\n".join([*lines, "authors:", f"  - name: {_yaml(creator)}", ""]).encode()


def _yaml(text: str) -> str:
    """*text* as YAML, in inverted commas where it could be read as anything else."""
    if re.fullmatch(r"[A-Za-z][\w .,-]*|\d+\.\d+\.\d+|\d{4}-\d\d-\d\d", text):
        return text
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _changes(verdict: Verdict) -> bytes:
    """What the change log says of this version, and all that changed since the earlier one."""
    candidate = verdict.candidate
    parts = [f"# Release {candidate.version}", "", candidate.changelog or "No change log."]
    if verdict.found is not None:
        parts += ["", "## All changes since the earlier release", ""]
        parts += [written(verdict.found, "markdown") if verdict.found.changes else ""]
        parts = parts if verdict.found.changes else [*parts[:-1], headline(verdict.found)]
    return ("\n".join(parts).rstrip() + "\n").encode()
