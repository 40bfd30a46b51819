"""Answers as pandas DataFrames. The only module that knows pandas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import NotInstalled
from .tables import EVIDENCE
from .tables import evidence as cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from .answers import Evidence, Item

# The dtypes of columns; a column of MANY has a tuple in each row, which may be empty.
TEXT, WHOLE, NUMBER, TRUTH, MANY = "string", "Int64", "Float64", "boolean", "object"
# Keys of which a thing has one value or none, as a list of things of a kind has them.
_ONE = {
    "issued": TEXT,
    "language": TEXT,
    "measure": TEXT,
    "note": TEXT,
    "period": TEXT,
    "population": TEXT,
    "scope": TEXT,
    "scope_note": TEXT,
    "sha256": TEXT,
    "standard_category": TRUTH,
    "time": TEXT,
    "title": TEXT,
    "unit": TEXT,
    "url": TEXT,
    "value": NUMBER,
}
_TYPES = {bool: TRUTH, int: WHOLE, float: NUMBER}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a frame: its name, its dtype, and a value for each row."""

    name: str
    dtype: str
    values: Sequence[object]


def frame(columns: Iterable[Column]) -> pd.DataFrame:
    """The *columns* as a DataFrame; `NotInstalled` without pandas."""
    try:
        import pandas as pd
    except ImportError as error:
        message = "pandas is not installed; install it with: pip install 'tipgraph[notebook]'"
        raise NotInstalled(message, package="pandas") from error
    return pd.DataFrame({c.name: pd.Series(list(c.values), dtype=c.dtype) for c in columns})


def rows(names: Sequence[tuple[str, str]], found: Iterable[Sequence[object]]) -> pd.DataFrame:
    """A DataFrame of columns by name and dtype, from the rows *found*; an empty text is missing."""
    table = [tuple(None if cell == "" else cell for cell in row) for row in found]
    return frame(
        Column(name, dtype, [row[at] for row in table]) for at, (name, dtype) in enumerate(names)
    )


def items(found: Sequence[Item], keys: Sequence[str], *, of_kind: bool) -> pd.DataFrame:
    """A row for each item: what it is, why it is there, how much evidence, and its *keys*.

    The keys of items *of_kind* have always the same dtype; others have numbers where each item has
    one. What is neither is a tuple of labels and texts.
    """
    column = _of_kind if of_kind else _of_any
    return frame((*_common(found), *(column(found, key) for key in keys)))


def _common(found: Sequence[Item]) -> Iterator[Column]:
    for name in ("id", "type", "label", "description"):
        yield Column(name, TEXT, [getattr(item, name) for item in found])
    yield Column("why", MANY, [item.why for item in found])
    yield Column("evidence", WHOLE, [len(item.evidence) for item in found])


def _of_kind(found: Sequence[Item], key: str) -> Column:
    if key not in _ONE:
        return _many(found, key)
    plain = [item.values.get(key, ()) for item in found]
    if _ONE[key] == TEXT:
        return Column(key, TEXT, [" | ".join(map(str, values)) or None for values in plain])
    return Column(key, _ONE[key], [values[0] if values else None for values in plain])


def _of_any(found: Sequence[Item], key: str) -> Column:
    plain = [item.values.get(key, ()) for item in found]
    dtype = dtype_of((value for values in plain for value in values), MANY)
    named = any(item.links.get(key) for item in found)
    if named or dtype == MANY or any(len(values) > 1 for values in plain):
        return _many(found, key)
    return Column(key, dtype, [values[0] if values else None for values in plain])


def _many(found: Sequence[Item], key: str) -> Column:
    named = ([thing.label for thing in item.links.get(key, ())] for item in found)
    plain = (item.values.get(key, ()) for item in found)
    return Column(key, MANY, [(*n, *p) for n, p in zip(named, plain, strict=True)])


def dtype_of(values: Iterable[object], other: str) -> str:
    """The dtype of *values* if all are numbers or all truth values, else *other*."""
    kinds = {_TYPES.get(type(value), other) for value in values}
    if kinds == {WHOLE, NUMBER}:
        return NUMBER
    return kinds.pop() if len(kinds) == 1 else other


def evidence(
    first: Sequence[str], found: Iterable[tuple[Sequence[object], Evidence]]
) -> pd.DataFrame:
    """A row for each piece of evidence, after the columns called *first*, all of text."""
    names = (*first, "document_label", *EVIDENCE)
    return rows(
        [(name, TEXT) for name in names],
        ((*own, piece.document.label, *cells(piece)) for own, piece in found),
    )
