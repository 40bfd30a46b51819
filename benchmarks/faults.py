"""Plant faults of many kinds in a synthetic graph, and know what each must be found as.

    python benchmarks/faults.py data-1e5 0.01

breaks about that share of the blocks of the files, each in one way, and says how many.
"""

from __future__ import annotations

import argparse
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tipgraph.terms import expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Expected = set[tuple[str, str]]

_VALUE = r"[^\n]*(?= ;\n)"
_NINE = "one two three four five six seven eight nine"
_LAST = r"(?= \.\n?\Z)"


@dataclass(frozen=True)
class Fault:
    """A way to break a block of *kind*: what is replaced by what, and the shapes that see it."""

    kind: str
    pattern: str
    put: str
    shapes: tuple[str, ...]

    def broken(self, block: str) -> str | None:
        """*block* with the fault, or None if it has not what the fault needs."""
        if not re.search(rf"\n    a {self.kind}\b", block):
            return None
        text, count = re.subn(self.pattern, self.put, block, count=1)
        return text if count else None


def _dropped(kind: str, name: str, shape: str) -> Fault:
    return Fault(kind, rf"\n    {name} {_VALUE} ;", "", (shape,))


def _instead(kind: str, name: str, value: str, *shapes: str) -> Fault:
    return Fault(kind, rf"(\n    {name} ){_VALUE}", rf"\g<1>{value}", shapes)


def _described(kind: str, words: str, shape: str) -> Fault:
    return _instead(kind, "dcterms:description", f'"{words}"@en', shape)


_ANY = r"tip:\w+Statement"
_LABEL = "skos:prefLabel"
FAULTS = (
    _dropped("tip:ImpactStatement", "tip:modality", "StatementModality"),
    _dropped("tip:CausalStatement", "tip:speaker", "StatementSpeaker"),
    _dropped("tip:Passage", "oa:hasSource", "PassageSource"),
    _dropped("tip:AddressingStatement", "tip:directness", "AddressingDirectness"),
    _dropped("tip:FigureStatement", "tip:valueQualifier", "FigureQualifier"),
    _dropped("tip:NamedActor", "skos:altLabel", "OtherNames"),
    _dropped("tip:PublishedResource", "dcterms:title", "ResourceTitle"),
    _dropped(_ANY, "dcterms:description", "Description"),
    _instead(_ANY, "dcterms:description", '"No language."', "Description"),
    _instead("tip:PracticeStatement", "tip:modality", "c:reported, c:hedged", "StatementModality"),
    _instead("tip:ImpactStatement", "tip:speaker", "c:africa", "StatementSpeaker"),
    _instead("tip:ImpactStatement", "tip:setting", '"a hotel"@en', "StatementSetting"),
    _instead("tip:CausalStatement", "tip:evidenceBasis", "c:africa", "StatementBasis"),
    _instead("tip:RecommendationStatement", "tip:force", "c:africa", "RecommendationForce"),
    _instead(
        *("tip:RecommendationStatement", "tip:addressee", "c:perpetrators"),
        "RecommendationAddresseeNoPerpetrator",
    ),
    _instead("tip:Passage", "tip:sectionTitle", '"No language"', "PassageSection"),
    _instead("tip:FigureStatement", "qudt:hasUnit", '"per cent"', "FigureUnit"),
    _dropped("tip:CitedWork", "dcterms:publisher", "WorkMaker"),
    _instead("tip:PolicyResponse", "tip:pillar", "c:africa", "ResponsePillar"),
    _instead(_ANY, _LABEL, '"No language"', "LabelLanguage", "LabelEnglish"),
    _instead(_ANY, _LABEL, '"One label"@en, "Another label"@en', "LabelOncePerLanguage"),
    _instead(_ANY, _LABEL, '"Two  spaces"@en', "LabelSpaces"),
    _instead(_ANY, _LABEL, '"Twice"@en ;\n    skos:altLabel "Twice"@en', "OtherLabelDiffers"),
    _instead(_ANY, _LABEL, '"Auf Deutsch"@de', "LabelEnglish"),
    _described(_ANY, "Write to somebody@example.org about it.", "NoEmailAddress"),
    _described(_ANY, "Call +47 22 33 44 55 about it.", "NoTelephoneNumber"),
    _described(_ANY, "Passport number X1234567 was kept.", "NoIdentityNumber"),
    _described(_ANY, "She was born 12 May 1990 there.", "NoDateOfBirth"),
    Fault("tip:Passage", r'(tip:sha256 )"[0-9a-f]{8}', r'\g<1>"', ("PassageHash",)),
    Fault("tip:Passage", r"(oa:end )\d+", r"\g<1>0", ("PassageSpanOrder",)),
    Fault("tip:Passage", r"(oa:start )\d+", r"\g<1>-1", ("PassageSpanNumber",)),
    Fault("tip:Passage", r'(oa:exact ")[^"]*', rf"\g<1>{_NINE}", ("PassagePhraseWords",)),
    Fault("tip:Passage", r'(oa:exact "[^"]*")', r"\g<1> ; oa:start 1", ("PassageSelector",)),
    Fault(
        "tip:CausalStatement",
        r"(\n    tip:cause )([^\n]*)( ;\n    tip:effect )[^\n ]*",
        r"\1\2\3\2",
        ("CausalDifference",),
    ),
    Fault(
        "tip:FigureStatement",
        r"(qudt:numericValue )\d+( ;\n    qudt:hasUnit )[^\n ]*",
        r"\g<1>250\g<2>unit:PERCENT",
        ("FigureShare",),
    ),
    Fault(
        "tip:AddressingStatement",
        r"(tip:modality )c:inferred((?:.|\n)*c:curator-inferred)",
        r"\g<1>c:asserted\2",
        ("CuratorLink",),
    ),
    Fault("tip:ImpactStatement", r"\Astatement:", "statement:Not_a_slug-", ("Slug",)),
    Fault("tip:Impact", rf"(tip:theme )[^\n]*{_LAST}", r"\g<1>c:africa", ("ImpactTheme",)),
    Fault("tip:NamedActor", rf" ;\n    org:classification [^\n]*{_LAST}", "", ("ActorRole",)),
)


def planted(folder: Path, share: float, seed: int = 1) -> Expected:
    """Break about *share* of the blocks of the files below *folder*; what is then to be found.

    It is a set of shapes and things.
    """
    dice = random.Random(seed)
    expected: Expected = set()
    kinds = dice.sample(FAULTS, len(FAULTS))
    for path in sorted(folder.rglob("*.ttl")):
        blocks = path.read_text(encoding="utf-8").split("\n\n")
        for number, block in enumerate(blocks):
            if dice.random() >= share:
                continue
            for fault in kinds:
                text = fault.broken(block)
                if text is not None:
                    blocks[number] = text
                    expected |= set(_found(text, fault.shapes))
                    kinds.remove(fault)
                    kinds.append(fault)
                    break
        path.write_text("\n\n".join(blocks), encoding="utf-8")
    return expected


def _found(block: str, shapes: Sequence[str]) -> Iterator[tuple[str, str]]:
    thing = expand(block.split("\n", 1)[0]) or ""
    return ((f"shape {shape}", thing) for shape in shapes)


def main() -> None:
    """Break the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("share", type=float)
    given = parser.parse_args()
    expected = planted(given.folder, given.share)
    print(f"{given.folder}: {len(expected):,} findings to be made")


if __name__ == "__main__":
    main()
