"""How well `tipgraph draft` finds what curators found: each document drafted without its own data.

    python benchmarks/draft_quality.py --sources FOLDER

For each document the graph is loaded without its file, and without the things that no other
document speaks of. The draft of its text is then held against what the curators coded.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tipgraph.clues import Clues
from tipgraph.graph import SHIPPED, Layout
from tipgraph.pairings import Pairer
from tipgraph.proposals import Proposer
from tipgraph.rdf import read_files
from tipgraph.store import Store
from tipgraph.terms import PREFIXES, TIP
from tipgraph.vocabulary import Near, Vocabulary
from tipgraph.written import read_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tipgraph.proposals import Proposal

LINK = "AddressingStatement"
KINDS = {
    "ImpactStatement": "impact",
    "RecommendationStatement": "recommendation",
    "PracticeStatement": "practice",
    "ResourceStatement": "resource",
    "FigureStatement": "figure",
    "CausalStatement": "cause",
}
ABOUT = {"impact": "aboutImpact", "recommendation": "aboutResponse", "practice": "aboutResponse"}
LISTS = ("affectsGroup", "addressee", "implementer", "beneficiary", "exploitationForm", "channel",
         "setting", "service")  # fmt: skip
Places = list[tuple[int, int]]
Coded = tuple[str, Places, dict]
OA, TYPE = PREFIXES["oa"], PREFIXES["rdf"] + "type"


def statements(path: Path, kinds: Mapping[str, str] = KINDS) -> Iterator[Coded]:
    """What the curators coded: kind, spans, and the values of each statement."""
    said, quads = defaultdict(lambda: defaultdict(list)), read_files([path])
    for quad in quads:
        said[str(quad.subject.value)][quad.predicate.value].append(quad.object.value)
    for one in said.values():
        kind = next((kinds[t[len(TIP) :]] for t in one[TYPE] if t[len(TIP) :] in kinds), None)
        if kind:
            selectors = [s for p in one[TIP + "evidencedBy"] for s in said[p][OA + "hasSelector"]]
            spans = [
                (int(said[s][OA + "start"][0]), int(said[s][OA + "end"][0]))
                for s in selectors
                if said[s][OA + "start"]
            ]
            yield kind, spans, {k[len(TIP) :]: v for k, v in one.items() if k.startswith(TIP)}


def held_out(document: Path, folder: Path) -> Layout:
    """The graph without *document*, and without the things that only it speaks of."""
    data = folder / "data"
    shutil.copytree(SHIPPED.data, data)
    (data / "documents" / document.name).unlink()
    told = "".join(p.read_text(encoding="utf-8") for p in (data / "documents").glob("*.ttl"))
    for name in ("impacts", "responses", "resources"):
        path = data / "things" / f"{name}.ttl"
        text = path.read_text(encoding="utf-8")
        written = read_written(text)
        kept = []
        for block in written.blocks:
            short = text[block.subject.start : block.subject.end]
            if re.search(rf"(?<![\w-]){re.escape(short)}(?![\w-])", told):
                kept.append(text[block.subject.start : block.end + 1] + "\n\n")
        head = text[: written.blocks[0].subject.start]
        path.write_text(head + "".join(kept), encoding="utf-8")
    return replace(SHIPPED, data=data)


def overlap(one: Places, other: Places) -> int:
    """How many characters two passages share."""
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)


def pairs(gold: list[Coded], drafted: list[tuple]) -> list[tuple]:
    """Pairs of one kind whose passages overlap, each taken once; the largest overlaps first."""
    found = sorted(
        (-overlap(g[1], d[1]), i, j)
        for i, g in enumerate(gold)
        for j, d in enumerate(drafted)
        if g[0] == d[0] and overlap(g[1], d[1])
    )
    left, right, taken = set(), set(), []
    for _, i, j in found:
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            taken.append((gold[i], drafted[j]))
    return taken


def drafts(text: str, layout: Layout) -> Iterator[tuple]:
    """What is drafted: kind, spans, values, and the proposal itself."""
    store, folder = Store.load(layout), SHIPPED.queries / "draft"
    vocabulary, clues = Vocabulary(store, folder), Clues(folder)
    stated = Proposer(vocabulary, clues).propose(text)
    for one in (*stated, *Pairer(vocabulary, clues).pair(stated)):
        values = {**one.values, "modality": (PREFIXES["c"] + one.modality,)}
        if one.about and one.kind in ABOUT:
            values[ABOUT[one.kind]] = (one.about.iri,)
        spans = [(s.start, s.end) for s in one.piece.spans]
        yield one.kind, spans, values, one


def links(document: Path, found: list[Proposal]) -> tuple[list[str], list[str], list[list[int]]]:
    """The bases of the coded links and of the drafted ones, and which each of these may be.

    A drafted link may be a coded one if both its ends may: the places of its two statements
    overlap those of statements about the response and the impact, or the impact is the same.
    """
    coded, places = [], defaultdict(list)
    for kind, spans, values in statements(document, {**KINDS, LINK: "link"}):
        if kind == "link":
            coded.append([values[p][0] for p in ("addressingResponse", "addressedImpact")])
            coded[-1].append(values["linkBasis"][0].rsplit("/")[-1])
        for thing in (*values.get("aboutResponse", []), *values.get("aboutImpact", [])):
            places[thing].append(spans)

    def fits(thing: str, end: Proposal | Near) -> bool:
        if isinstance(end, Near):
            return end.iri == thing
        spans = [(s.start, s.end) for s in end.piece.spans]
        return any(overlap(spans, one) for one in places[thing])

    may = [
        [n for n, (r, i, _) in enumerate(coded) if fits(r, one.ends[0]) and fits(i, one.ends[1])]
        for one in found
    ]
    return [basis for _, _, basis in coded], [one.values["linkBasis"][0] for one in found], may


def matched_links(may: list[list[int]]) -> dict[int, int]:
    """As many drafted links as can be, each with a coded one of its own: drafted by coded."""
    taken: dict[int, int] = {}

    def place(drafted: int, seen: set[int]) -> bool:
        for one in may[drafted]:
            if one not in seen:
                seen.add(one)
                if one not in taken or place(taken[one], seen):
                    taken[one] = drafted
                    return True
        return False

    for drafted in range(len(may)):
        place(drafted, set())
    return taken


def measure_links(document: Path, found: list[Proposal], counts: dict[str, Counter]) -> None:
    """Add the links of one document to *counts*."""
    coded, drafted, may = links(document, found)
    taken = matched_links(may)
    for basis in dict.fromkeys(drafted):
        mine = counts[f"link, {basis}"]
        own = [n for n, one in enumerate(drafted) if one == basis]
        mine["drafted"] += len(own)
        mine["matched"] += sum(one in own for one in taken.values())
        mine["grounded"] += sum(bool(may[one]) for one in own)
        mine["same basis"] += sum(n in own and coded[k] == basis for k, n in taken.items())
    mine = counts["link"]
    mine.update(
        gold=len(coded),
        drafted=len(drafted),
        matched=len(taken),
        reached=len({n for one in may for n in one}),
        grounded=sum(map(bool, may)),
        least=sum(coded[k] != "explicit-pairing" == drafted[n] for k, n in taken.items()),
    )


def measure(document: Path, text: str, counts: dict[str, Counter], fields: Counter) -> dict:
    """Draft one document, and add what fits to *counts* and *fields*."""
    with tempfile.TemporaryDirectory() as folder:
        layout = held_out(document, Path(folder))
        drafted = list(drafts(text, layout))
        known = set(re.findall(r"^((?:impact|response):\S+)", "".join(
            (layout.data / "things" / f"{n}.ttl").read_text(encoding="utf-8")
            for n in ("impacts", "responses")), re.MULTILINE))  # fmt: skip
    gold = list(statements(document))
    matched = pairs(gold, drafted)
    own: dict[str, Counter] = defaultdict(Counter)
    measure_links(document, [d[3] for d in drafted if d[0] == "link"], own)
    for kind in KINDS.values():
        mine = own[kind]
        mine["gold"] = sum(g[0] == kind for g in gold)
        mine["drafted"] = sum(d[0] == kind for d in drafted)
        mine["matched"] = sum(g[0] == kind for g, _ in matched)
        places = [d[1] for d in drafted if d[0] == kind]
        truth = [g[1] for g in gold if g[0] == kind]
        mine["reached"] = sum(any(overlap(g, p) for p in places) for g in truth)
        mine["grounded"] = sum(any(overlap(g, p) for g in truth) for p in places)
    for kind, mine in own.items():
        counts[kind].update(mine)
    score(matched, known, fields)
    return {kind: dict(c) for kind, c in own.items()}


def score(matched: list[tuple], known: set[str], fields: Counter) -> None:
    """How often the values of matched statements are those of the curators."""
    for gold, drafted in matched:
        fields["modality", "same"] += gold[2]["modality"] == list(drafted[2]["modality"])
        fields["modality", "of"] += 1
        if gold[0] == "cause":
            fields["cause and effect", "of"] += 1
            ends = [(list(v["cause"]), list(v["effect"])) for v in (gold[2], drafted[2])]
            fields["cause and effect", "same"] += ends[0] == ends[1]
        about = ABOUT.get(gold[0])
        if about:
            thing = gold[2][about][0]
            short = f"{thing.split('/')[-2]}:{thing.split('/')[-1]}"
            if short in known:
                near = [drafted[2].get(about, [""])[0], *(o.iri for o in drafted[3].others)]
                fields["thing", "of"] += 1
                fields["thing", "same"] += near[0] == thing
                fields["thing or near", "of"] += 1
                fields["thing or near", "same"] += thing in near
            else:
                fields["new thing left unnamed", "of"] += 1
                fields["new thing left unnamed", "same"] += about not in drafted[2]
        for name in LISTS:
            true, told = set(gold[2].get(name, [])), set(drafted[2].get(name, ()))
            fields[name, "same"] += len(true & told)
            fields[name, "gold"] += len(true)
            fields[name, "drafted"] += len(told)


def share(part: int, whole: int) -> str:
    """A share with two digits."""
    return f"{part / whole:.2f}" if whole else "  – "


def main() -> None:
    """Measure all four documents, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    counts: dict[str, Counter] = defaultdict(Counter)
    fields: Counter = Counter()
    single = {}
    for document in sorted((SHIPPED.data / "documents").glob("*.ttl")):
        told = document.read_text(encoding="utf-8")
        file = re.search(r'tip:textFile "([^"]+)"', told)
        text = (given.sources / file[1]).read_bytes().decode()
        single[document.stem] = measure(document, text, counts, fields)
    if given.json:
        print(json.dumps(single, indent=1))
    print("kind                   coded drafted  recall precision | of places: recall precision")
    for kind in sorted(counts, key=lambda kind: kind.startswith("link")):
        c = counts[kind]
        print(
            f"{kind:22} {c['gold']:5} {c['drafted']:7}   {share(c['matched'], c['gold'])}   "
            f"{share(c['matched'], c['drafted'])}     |            "
            f"{share(c['reached'], c['gold'])}   {share(c['grounded'], c['drafted'])}"
        )
    for name in (
        "modality",
        "thing",
        "thing or near",
        "new thing left unnamed",
        "cause and effect",
    ):
        print(f"{name:24} {fields[name, 'same']:4} of {fields[name, 'of']:4}")
    for name in LISTS:
        same = fields[name, "same"]
        recall, precision = share(same, fields[name, "gold"]), share(same, fields[name, "drafted"])
        print(f"{name:20} recall {recall} precision {precision} ({fields[name, 'gold']} coded)")


if __name__ == "__main__":
    main()
