"""Find the thing that a person means by a slug, a CURIE, an IRI or a label."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from .errors import BadParameter
from .languages import DEFAULT, nearness
from .queries import read
from .terms import TIP, XSD, Iri, Literal, expand, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .graph import Layout
    from .queries import Parameter
    from .queryable import Queryable, Rows
    from .terms import Term

_SUGGESTIONS = 3
# What a parameter may take besides a thing of a class.
PLAIN = ("text", "integer")


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing with its preferred label."""

    iri: str
    label: str


class Names:
    """The names of all things of a store, read class by class when first asked for."""

    def __init__(self, store: Queryable, layout: Layout) -> None:
        """Look names up in *store* with the query of *layout*."""
        self._store = store
        self._query = read(layout.queries / "names" / "names.rq")
        self._classes: dict[str, Mapping[str, Entry]] = {}
        self._most: dict[str, int] = {}

    def of(self, class_name: str) -> Mapping[str, Entry]:
        """All names, folded to lower case, of the things of a class: IRIs, slugs, labels."""
        if class_name not in self._classes:
            chosen = Iri(expand(class_name) or TIP + class_name)
            rows = self._store.select(self._query.bind({"class": [chosen]}))
            entries = _entries(rows)
            known: dict[str, Entry] = {}
            for row in rows:
                entry = entries[text_of(row["thing"])]
                known.setdefault(text_of(row["name"]).casefold(), entry)
                known[slug(entry.iri).casefold()] = entry
                known[entry.iri.casefold()] = entry
            self._classes[class_name] = known
        return self._classes[class_name]

    def known(self, text: str, class_name: str) -> Entry | None:
        """The thing of a class that *text* names, if there is one."""
        return self.of(class_name).get((expand(text) or text.strip()).casefold())

    def near(self, text: str, class_name: str) -> tuple[str, ...]:
        """The slugs of the things of a class whose names look most like *text*."""
        known = self.of(class_name)
        names = nearest(text, [name for name in known if "://" not in name])
        return tuple(dict.fromkeys(slug(known[name].iri) for name in names))

    def find(self, text: str, class_name: str, parameter: str) -> Entry:
        """The thing of a class that *text* names, or `BadParameter` with the nearest ones."""
        entry = self.known(text, class_name)
        if entry is not None:
            return entry
        slugs = self.near(text, class_name)
        hint = f"; the nearest are {', '.join(slugs)}" if slugs else ""
        message = f"{parameter}={text}: no {class_name} is known by that name{hint}."
        raise BadParameter(message, parameter=parameter, value=text, suggestions=slugs)

    def several(self, text: str, class_name: str, parameter: str) -> tuple[Entry, ...]:
        """The things that *text* names, parted by commas; a name may have commas in it."""
        known, most = self.of(class_name), self._commas(class_name) + 1
        parts, found, start = text.split(","), [], 0
        while start < len(parts):
            # No name has more parts: trying longer ones would take the square of the text.
            ends = range(min(start + most, len(parts)), start, -1)
            names = [(",".join(parts[start:end]).strip(), end) for end in ends]
            taken, start = next((one for one in names if one[0].casefold() in known), names[-1])
            if taken:
                found.append(self.find(taken, class_name, parameter))
        return tuple(dict.fromkeys(found))

    def _commas(self, class_name: str) -> int:
        """The most commas that a name of a thing of a class has."""
        if class_name not in self._most:
            commas = (name.count(",") for name in self.of(class_name))
            self._most[class_name] = max(commas, default=0)
        return self._most[class_name]


def _entries(rows: Rows) -> Mapping[str, Entry]:
    """Each thing with its label in English, or what is nearest to it."""
    labels: dict[str, list[Term | None]] = {}
    for row in rows:
        labels.setdefault(text_of(row["thing"]), []).append(row["preferred"])
    return {
        iri: Entry(iri, text_of(min(found, key=lambda term: nearness(term, DEFAULT))))
        for iri, found in labels.items()
    }


def read_parameter(names: Names, parameter: Parameter, text: str) -> tuple[Iri | Literal, ...]:
    """The terms that *text* stands for; several things may be given, parted by commas."""
    if parameter.takes == "text":
        return (Literal(text),)
    if parameter.takes == "integer":
        digits = text.strip()
        if not digits.isascii() or not digits.isdigit():
            message = (
                f"{parameter.name}={text}: this is not a whole number; write digits, such as 2."
            )
            raise BadParameter(message, parameter=parameter.name, value=text)
        # Not by `int`, which refuses some thousand digits.
        return (Literal(digits.lstrip("0") or "0", XSD + "integer"),)
    entries = names.several(text, parameter.takes, parameter.name)
    if not entries:
        message = f"{parameter.name} is empty; give a name ({parameter.takes}), or leave it out."
        raise BadParameter(message, parameter=parameter.name, value=text)
    return tuple(Iri(entry.iri) for entry in entries)


def nearest(text: str, known: Sequence[str]) -> list[str]:
    """Up to three of *known* that look most like *text*."""
    folded = text.strip().casefold().replace(" ", "-")
    return (
        get_close_matches(folded, known, _SUGGESTIONS, 0.5)
        or [name for name in sorted(known) if folded and folded in name][:_SUGGESTIONS]
    )
