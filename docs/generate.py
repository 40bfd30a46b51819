"""Write the parts of README.md and docs/ that are made from the ontology, the data and the queries.

With `--check`, write nothing and exit with status 1 if a part is out of date.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rdflib import OWL, RDF, RDFS, Graph, Namespace

from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.names import Names
from tipgraph.queries import read
from tipgraph.questions import Questions
from tipgraph.store import Store
from tipgraph.terms import text_of

if TYPE_CHECKING:
    from tipgraph.queries import QueryFile

ROOT = Path(__file__).parents[1]
TIP = Namespace("https://w3id.org/tipgraph/ontology#")

# Where each class of the core stands in the picture, in pixels; what joins them is the ontology's.
PLACES = {
    "PolicyResponse": (150, 60),
    "Impact": (560, 60),
    "CausalFactor": (870, 60),
    "Actor": (150, 230),
    "AffectedGroup": (560, 230),
    "Statement": (355, 390),
    "Passage": (690, 390),
    "SourceDocument": (690, 530),
    "Thing": (150, 530),
}
WIDTH, HEIGHT, BOX = 1010, 590, (150, 44)
FIRST = ["responses-addressing-impact", "impact=online-recruitment-of-children"]
LEFT_OUT = {"involvesActor", "informant", "voice"}


def edges(ontology: Graph) -> list[tuple[str, str, str]]:
    """The properties between two classes of the core, as (from, label, to)."""
    found = []
    for term in sorted(ontology.subjects(RDF.type, OWL.ObjectProperty)):
        name = str(term).removeprefix(str(TIP))
        ends = [
            str(ontology.value(term, p)).removeprefix(str(TIP)) for p in (RDFS.domain, RDFS.range)
        ]
        special = ontology.value(term, OWL.inverseOf) or (
            ontology.value(term, RDFS.subPropertyOf) in set(ontology.subjects(RDFS.isDefinedBy))
        )
        if set(ends) <= set(PLACES) and ends[0] != ends[1] and not special and name not in LEFT_OUT:
            found.append((ends[0], str(ontology.value(term, RDFS.label)), ends[1]))
    for name in PLACES:
        for above in ontology.objects(TIP[name], RDFS.subClassOf):
            target = str(above).removeprefix(str(TIP))
            if target in PLACES and target != "Thing":
                found.append((name, "is a", target))
    return found


def border(start: tuple[int, int], end: tuple[int, int]) -> tuple[float, float]:
    """Where the line from *start* to *end* leaves the box around *start*."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    reach = min(
        BOX[0] / 2 / abs(dx) if dx else float("inf"), BOX[1] / 2 / abs(dy) if dy else float("inf")
    )
    return start[0] + dx * reach, start[1] + dy * reach


def picture(ontology: Graph) -> str:
    """The core of the ontology as SVG: its classes, and the properties between them."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
        'font-family="sans-serif" font-size="14">',
        "<title>The core classes of the tipgraph ontology and what links them</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8"',
        'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>',
    ]
    joined: dict[tuple[str, str], list[str]] = {}
    for start, label, end in edges(ontology):
        joined.setdefault((start, end), []).append(label)
    for (start, end), labels in sorted(joined.items()):
        (x1, y1), (x2, y2) = border(PLACES[start], PLACES[end]), border(PLACES[end], PLACES[start])
        lines.append(
            f'<path d="M{x1:.0f} {y1:.0f} {x2:.0f} {y2:.0f}" stroke="#555" marker-end="url(#tip)"/>'
        )
        top = (y1 + y2) / 2 - 8 * (len(labels) - 1) + 5
        for row, label in enumerate(labels):
            lines.append(
                f'<text x="{(x1 + x2) / 2:.0f}" y="{top + 16 * row:.0f}" text-anchor="middle" '
                'stroke="#fff" stroke-width="6" paint-order="stroke" fill="#333">'
                f"{escape(label)}</text>"
            )
    for name, (x, y) in PLACES.items():
        label = str(ontology.value(TIP[name], RDFS.label))
        lines.append(
            f'<rect x="{x - BOX[0] // 2}" y="{y - BOX[1] // 2}" width="{BOX[0]}" '
            f'height="{BOX[1]}" rx="6" fill="#e8eef4" stroke="#345"/>'
        )
        lines.append(
            f'<text x="{x}" y="{y + 5}" text-anchor="middle" font-weight="bold">'
            f"{escape(label)}</text>"
        )
    return "\n".join([*lines, "</svg>", ""])


def counts(store: Store) -> str:
    """What the graph holds, statements by kind and document."""
    query = (ROOT / "docs" / "counts.rq").read_text(encoding="utf-8")
    kinds: dict[str, dict[str, int]] = {}
    documents: dict[str, None] = {}
    for row in store.select(query):
        document, kind = text_of(row["document"]), text_of(row["kind"])
        documents[document] = None
        kinds.setdefault(kind, {})[document] = int(text_of(row["statements"]))
    head = ["statements", *documents, "all"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for kind, found in sorted(kinds.items(), key=lambda pair: -sum(pair[1].values())):
        cells = [str(found.get(document, 0)) for document in documents]
        lines.append(f"| {kind} | {' | '.join(cells)} | {sum(found.values())} |")
    totals = [sum(found.get(document, 0) for found in kinds.values()) for document in documents]
    lines.append(f"| all | {' | '.join(map(str, totals))} | {sum(totals)} |")
    return "\n".join(lines)


def first_answer() -> str:
    """What the command of the README prints, as an indented block."""
    command = [sys.executable, "-m", "tipgraph", "question", *FIRST]
    clean = {k: v for k, v in os.environ.items() if k != "TIPGRAPH_SOURCES"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=clean)
    return "\n".join(f"    {line}".rstrip() for line in done.stdout.rstrip().splitlines())


def some_questions(questions: Questions) -> str:
    """One line a question for the README, by topic."""
    topics: dict[str, list[str]] = {}
    for question in questions.all.values():
        line = f"- {question.summary} `{question.name}`"
        topics.setdefault(question.headers.get("topic", "Other"), []).append(line)
    return "\n\n".join(f"**{topic}**\n\n" + "\n".join(lines) for topic, lines in topics.items())


def all_questions(questions: Questions) -> str:
    """The page docs/questions.md."""
    parts = [
        "# Questions",
        "",
        "Made from the headers of `queries/questions/*.rq` by `make docs`. Each question is asked",
        "in the same words by `tipgraph question NAME`, at `/api/v1/questions/NAME`, and by",
        "pasting its file into any SPARQL editor.",
    ]
    for question in questions.all.values():
        parts += ["", f"## {question.name}", "", question.summary, "", question.description]
        if question.parameters:
            parts += ["", "| parameter | takes | default |", "|---|---|---|"]
            parts += [
                f"| `{p.name}` | {p.takes} | `{question.default(p.name)}` |"
                for p in question.parameters
            ]
        given = " ".join(f"{key}={value}" for key, value in question.example)
        parts += ["", f"    tipgraph question {question.name} {given}".rstrip()]
    return "\n".join([*parts, ""])


def lint() -> str:
    """The page docs/lint.md."""
    parts = [
        "# The lint of an ontology",
        "",
        "Made from the headers of `queries/lint/*.rq` by `make docs`. `tipgraph validate` runs",
        "these rules on any ontology; [validation.md](validation.md) says how. ROBOT, OOPS! and",
        "FOOPS! are the tools whose rule asks the same. What of theirs needs the Web, such as",
        "whether an address answers, is not looked at: nothing is fetched.",
        "",
        "An exception is a line of `lint-exceptions.tsv` beside the ontology: the rule, the thing",
        "and the reason, parted by tabs. One that excuses nothing is itself a finding.",
    ]
    found = sorted(map(read, SHIPPED.queries_in("lint")), key=_by_level)
    for level, rules in groupby(found, key=lambda rule: rule.headers["level"]):
        parts += ["", f"## {level.capitalize()}", "", "| rule | asks that | why | as in |"]
        parts += ["|---|---|---|---|"]
        parts += [
            f"| `{rule.name}` | {rule.summary} | {rule.headers['why']} | {rule.headers['from']} |"
            for rule in rules
        ]
    return "\n".join([*parts, ""])


def _by_level(rule: QueryFile) -> tuple[int, str]:
    return ("violation", "warning", "info").index(rule.headers["level"]), rule.name


def replaced(text: str, name: str, part: str) -> str:
    """*text* with the generated part *name* between its markers."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return pattern.sub(lambda m: f"{m[1]}{part}\n{m[2]}", text)


def main() -> int:
    """Write, or check, every generated part."""
    ontology = Graph().parse(SHIPPED.ontology / "tip.ttl")
    store = Store.load(SHIPPED)
    questions = Questions(Bench(store, SHIPPED), Names(store, SHIPPED))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = replaced(readme, "answer", first_answer())
    readme = replaced(readme, "counts", counts(store))
    readme = replaced(readme, "questions", some_questions(questions))
    pages = {
        ROOT / "README.md": readme,
        ROOT / "docs" / "core.svg": picture(ontology),
        ROOT / "docs" / "questions.md": all_questions(questions),
        ROOT / "docs" / "lint.md": lint(),
    }
    stale = [
        path
        for path, text in pages.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date; run: make docs")
        return bool(stale)
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
