"""Data that a person pastes, with what is wrong beside the lines: `/validate`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from .endings import READ_ENDINGS
from .errors import BadParameter, TipgraphError, TooLarge
from .findings import BESIDE, Submission
from .negotiation import body_of
from .pages import PAGES
from .presence import while_there
from .rdf import READ_TYPES
from .validation import MAX_BODY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .pages import Pages
    from .validation import Checker

    Finding = Mapping[str, object]

_MULTIPART = "multipart/form-data"
# What is pasted comes three characters a byte in the body of a form, at most.
_MOST = 3 * MAX_BODY + 1_000
_EXAMPLE = """\
@prefix c: <https://w3id.org/tipgraph/concept/> .
@prefix impact: <https://w3id.org/tipgraph/id/impact/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix tip: <https://w3id.org/tipgraph/ontology#> .

impact:shelters-closed
    a tip:Impact ;
    skos:prefLabel "Shelters closed"@en ;
    tip:theme c:no-such-theme .
"""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of what was sent, with what was found there."""

    number: int
    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a check came to: a report beside the lines, or why there is none."""

    report: Mapping[str, object] | None = None
    lines: tuple[Numbered, ...] = ()
    elsewhere: tuple[Finding, ...] = ()
    fault: TipgraphError | None = None


def check_page(pages: Pages, checker: Checker) -> APIRouter:
    """The route `/validate`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/validate")
    def form(request: Request) -> Response:
        data = _EXAMPLE if "example" in request.query_params else ""
        return _shown(pages, request, Submission(data.encode(), "turtle"), _Outcome())

    @router.post("/validate")
    async def check(request: Request) -> Response:
        body = await body_of(request, _MOST, "; send a part of the data")
        submission = _submission(request.headers.get("content-type", ""), body)
        outcome = await while_there(request, _checked(checker, submission))
        page = await to_thread.run_sync(_shown, pages, request, submission, outcome)
        page.headers["Cache-Control"] = "no-store"
        return page

    return router


async def _checked(checker: Checker, submission: Submission) -> _Outcome:
    try:
        report = json.loads(await checker.check(submission, "json"))
    except TipgraphError as error:
        return _Outcome(fault=error)
    lines, elsewhere = _beside(submission.body.decode(), report)
    return _Outcome(report, lines, elsewhere)


def _shown(pages: Pages, request: Request, given: Submission, outcome: _Outcome) -> Response:
    fault = outcome.fault
    return pages.shown(
        request,
        "validate.html",
        200 if fault is None else fault.http_status,
        data=given.body.decode(),
        form=given.form,
        beside=given.beside,
        forms=tuple(READ_TYPES),
        besides=BESIDE,
        report=outcome.report,
        lines=outcome.lines,
        elsewhere=outcome.elsewhere,
        fault=fault,
    )


def _submission(kind: str, body: bytes) -> Submission:
    """What a form sent: a file if one was chosen, else what is in its field."""
    sent, file = _parts(kind, body) if kind.startswith(_MULTIPART) else (_pairs(body), None)
    form, beside = sent.get("form", "turtle"), sent.get("beside", BESIDE[0])
    for name, value, allowed in (("form", form, READ_TYPES), ("beside", beside, BESIDE)):
        if value not in allowed:
            message = f"{name}={value}: give one of {', '.join(allowed)}."
            raise BadParameter(message, parameter=name, value=value, suggestions=tuple(allowed))
    data = sent.get("data", "")
    if file:
        form, data = READ_ENDINGS.get(Path(file[0]).suffix.lower(), form), _utf8(file[1])
    whole = data.replace("\r\n", "\n").encode()
    if len(whole) > MAX_BODY:
        raise TooLarge(f"The data are larger than {MAX_BODY:,} bytes; send a part of them.")
    return Submission(whole, form, beside)


def _pairs(body: bytes) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(_utf8(body), keep_blank_values=True).items()}


def _parts(kind: str, body: bytes) -> tuple[dict[str, str], tuple[str, bytes] | None]:
    """The fields of a form in parts (RFC 7578), and the name and bytes of the file in it."""
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1")
    fields: dict[str, str] = {}
    file = None
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        given = part["content-disposition"].params if "content-disposition" in part else {}
        text = part.get_payload(decode=True)
        held = text if isinstance(text, bytes) else b""
        if given.get("filename"):
            file = given["filename"], held
        elif "filename" not in given:
            fields.setdefault(given.get("name", ""), _utf8(held))
    return fields, file


def _utf8(held: bytes) -> str:
    try:
        return held.decode()
    except UnicodeDecodeError as error:
        raise BadParameter("What was sent is not in UTF-8; send it in UTF-8.") from error


def _beside(
    data: str, report: Mapping[str, Sequence[Finding]]
) -> tuple[tuple[Numbered, ...], tuple[Finding, ...]]:
    """The lines of *data*, each with its findings, and the findings that have no line."""
    lines, items = data.split("\n"), report["items"]
    placed = [item for item in items if _line(item) in range(1, len(lines) + 1)]
    numbered = tuple(
        Numbered(at, text, tuple(item for item in placed if _line(item) == at))
        for at, text in enumerate(lines, start=1)
    )
    return numbered, tuple(item for item in items if item not in placed)


def _line(item: Finding) -> int:
    line = item.get("line")
    return line if isinstance(line, int) else 0
