"""What assistants call the tools with: the arguments of each, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from .errors import BadParameter
from .names import nearest
from .portions import Model
from .search import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ITEMS = 100
MOST_PIECES = 200
# Where a name is that of several things, the first of these kinds is meant.
DESCRIBED = (
    "impacts",
    "responses",
    "groups",
    "actors",
    "documents",
    "resources",
    "figures",
    "concepts",
    "statements",
)
C = TypeVar("C", bound="Call")

Text = Annotated[str, Field(pattern=r"\S", max_length=1_000)]
Name = Annotated[str, Field(pattern=r"\S", max_length=300)]
Names = Annotated[list[Name], Field(max_length=20)]
Limit = Annotated[int, Field(ge=1, le=MOST_ITEMS, description="Items at most.")]
Pieces = Annotated[
    int, Field(ge=1, le=25, description="Statements with their passages, at most, for each item.")
]


class Call(Model):
    """What all calls may have."""

    cursor: Annotated[str, Field(max_length=2_000)] | None = Field(
        None, description="The next of the answer before, to go on."
    )


class SearchCall(Call):
    """What a search is for."""

    words: Text = Field(description="Words, or their beginnings; all must be met.")
    kinds: Names = Field([], description=f"Some of {', '.join(KINDS)}; all without it.")
    limit: Limit = 10
    evidence: Pieces = 2


class AskCall(Call):
    """A question in plain words."""

    question: Text = Field(description="In English; say what is wanted and what it is about.")
    limit: Limit = 10
    evidence: Pieces = 3


class QuestionCall(Call):
    """A question file, or none for the list of them."""

    name: Name | None = Field(None, description="Without it, the question files are listed.")
    values: Annotated[dict[Name, Text], Field(max_length=20)] = Field(
        {}, description="Its parameters. Things by slug, label or IRI; commas part several."
    )
    limit: Limit = 50
    evidence: Pieces = 3


class DescribeCall(Call):
    """A thing to describe."""

    name: Name = Field(description="Its IRI, such as an id of an answer, CURIE, slug or label.")
    kind: Name | None = Field(None, description=f"One of {', '.join(DESCRIBED)}, if known.")
    limit: Annotated[int, Field(ge=1, le=MOST_PIECES)] = Field(
        50, description="Facts and statements at most."
    )


class GapsCall(Call):
    """Which gaps are wanted."""

    kinds: Names = Field([], description="Kinds of gap, such as impact-without-response; or all.")
    limit: Limit = 20
    evidence: Pieces = 1


def read_call(model: type[C], given: Mapping[str, Any]) -> C:
    """The call of the arguments *given*, or `BadParameter` that says what is wrong with each."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
    known = list(model.model_fields)
    told = [_fault(fault["type"], fault["loc"], fault["msg"], known) for fault in faults[:5]]
    raise BadParameter(" ".join(told)) from None


def _fault(kind: str, place: Sequence[str | int], message: str, known: Sequence[str]) -> str:
    name = ".".join(str(part) for part in place)[:100]
    if kind == "extra_forbidden":
        near = nearest(name, known)
        hint = f"the nearest is {near[0]}" if near else f"there are {', '.join(known)}"
        return f"There is no argument {name!r}; {hint}."
    if kind == "missing":
        return f"{name} is missing; give it."
    return f"{name}: {message}."
