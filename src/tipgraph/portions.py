"""What an assistant is given: portions of answers, typed, each claim with ids of evidence."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal[
    "found",
    "assessed, none found",
    "partly assessed, none found",
    "not assessed",
    "not answered",
]


class Model(BaseModel):
    """A value with the keys that it says and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def size(self) -> int:
        """The bytes that it takes as JSON, with the comma after it."""
        return len(self.model_dump_json().encode()) + 1


class Document(Model):
    """A source document that evidence comes from."""

    id: str
    label: str
    title: str
    publisher: str
    issued: str
    url: str | None
    sha256: str = Field(description="Of the text that the spans count in.")
    assessed: str = Field(description="How far it was read: complete, partial, or empty if unsaid.")


class Support(Model):
    """A statement of a document, and the passage that it rests on."""

    statement: str = Field(description="The id of the statement; describe tells more of it.")
    kind: str = Field(description="coverage means that a document was assessed, and no more.")
    modality: str
    basis: str
    link_basis: str | None = Field(
        description="How it is known that a response addresses an impact: explicit-pairing is in "
        "the text, same-section and curator-inferred are judgements."
    )
    document: str = Field(description="The id of one of the documents of this answer.")
    section: str | None
    phrase: str | None = Field(description="At most eight words to find the passage by.")
    spans: list[tuple[int, int]] = Field(description="Start and end, in code points of the text.")
    quote: str | None = Field(description="The passage, only where the source text is at hand.")


class Fact(Model):
    """What is known of a thing: another thing with its id, or a plain value."""

    key: str
    value: str | int | float | bool
    id: str | None


class Thing(Model):
    """A thing of an answer: why it is there, what is known of it, and what supports that."""

    id: str
    type: str
    label: str
    description: str
    why: list[str]
    facts: list[Fact]
    evidence: list[Support]
    complete: bool = Field(description="Whether all its evidence is here; if not, describe its id.")


class Portion(Model):
    """What is common to all answers: how much of the whole this is, and how to get the rest."""

    complete: bool = Field(description="Whether all there are is in this answer.")
    total: int = Field(description="How many there are in all.")
    returned: int = Field(description="How many of them are here.")
    next: str | None = Field(description="Give it as cursor, with the same arguments, to go on.")
    rest: str | None = Field(description="How to get what is not here, if anything is not.")
    state: State = Field(
        description="assessed, none found: the documents were read whole for it, and hold nothing. "
        "not answered: that nothing was found says nothing of the documents."
    )
    release: str
    documents: list[Document] = Field(description="Those that the evidence here names.")


class SearchPortion(Portion):
    """What a search finds."""

    words: list[str] = Field(description="The words as they were sought.")
    items: list[Thing]


class Concept(Model):
    """A thing that words of a question were taken for."""

    id: str
    label: str
    matched: str
    role: str


class Understood(Model):
    """What was understood of a question in plain words."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    want: str = Field(description="The class of the things that were asked for.")
    concepts: list[Concept] = Field(description="What its words were taken for, twenty at most.")
    words: list[str]
    ignored: list[str] = Field(description="Words that had no part in the answer.")


class AskPortion(Portion):
    """The answer to a question in plain words."""

    answered: bool
    reason: str = Field(description="Why it is not answered, or why there are no items.")
    nearest: list[str] = Field(description="Words that the graph knows, near to those it does not.")
    understood: Understood
    items: list[Thing]


class Parameter(Model):
    """A parameter of a question file."""

    name: str
    takes: str = Field(description="A class, whose things are named by slug, label or IRI; or text")
    default: str = Field(description="UNDEF stands for any.")


class QuestionFile(Model):
    """A question that is kept as a file."""

    name: str
    summary: str
    description: str
    parameters: list[Parameter]
    example: dict[str, str]


class QuestionPortion(Portion):
    """The list of question files, or the answer to one of them."""

    name: str | None
    summary: str | None
    values: dict[str, list[str]] = Field(description="The terms that the question was asked with.")
    questions: list[QuestionFile]
    items: list[Thing]


class Also(Model):
    """Another thing that has the name that was given."""

    id: str
    type: str
    label: str


class DescribePortion(Portion):
    """All that the graph knows of one thing, facts first; total counts facts and evidence."""

    id: str
    type: str
    label: str
    description: str
    facts: list[Fact]
    evidence: list[Support]
    also: list[Also]


class Gap(Model):
    """A thing that lacks something, on what ground, and how sure that is."""

    rank: int
    gap: str = Field(description="The kind of gap.")
    ground: State = Field(description="Whether the documents were read for it.")
    assessed: int = Field(description="How many documents were read whole for it.")
    sure: str
    doubts: list[str]
    near: list[Also] = Field(description="Things that may fill it, twenty at most.")
    near_total: int
    because: str = Field(description="Why it has that rank.")
    question: str = Field(description="The question file that finds it.")
    thing: Thing


class GapsPortion(Portion):
    """Gaps by rank."""

    counts: dict[str, int] = Field(description="How many gaps there are of each kind.")
    items: list[Gap]
