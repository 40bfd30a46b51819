"""The address at which data are checked: `/api/v1/validate`."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from . import __version__
from .errors import BadParameter, UnsupportedMediaType
from .findings import BESIDE, GRAPH, Submission
from .formats import choose
from .negotiation import accepted, body_of
from .presence import while_there
from .rdf import READ_TYPES
from .reports import REPORT_TYPES, rendered

if TYPE_CHECKING:
    from typing import Protocol

    from .graph import Layout
    from .submission import Reviewer

    class Checker(Protocol):
        """What checks submissions: a reviewer in this process, or those in workers."""

        async def check(self, submission: Submission, form: str) -> bytes:
            """The report on *submission* in the format *form*, as `reports.rendered` gives it."""


MAX_BODY = 1_000_000
_PARAMETERS = ("beside", "format")
_CONTENT = {media: {"schema": {"type": "string"}} for media in READ_TYPES.values()}


class Here:
    """A reviewer in this process, made when the first data come, with threads of its own."""

    def __init__(self, layout: Layout, at_once: int = 4) -> None:
        """Check by the rules of *layout*, beside its graph."""
        self._layout = layout
        self._threads = CapacityLimiter(at_once)
        self._lock = Lock()
        self._reviewer: Reviewer | None = None

    async def check(self, submission: Submission, form: str) -> bytes:
        """The report on *submission* in the format *form*."""
        return await to_thread.run_sync(self._check, submission, form, limiter=self._threads)

    def _check(self, submission: Submission, form: str) -> bytes:
        from .submission import Reviewer

        with self._lock:
            self._reviewer = self._reviewer or Reviewer(self._layout)
        return rendered(self._reviewer.check(submission), form)


def validation_router(checker: Checker) -> APIRouter:
    """The route over *checker*."""
    router = APIRouter(tags=["Validation"])

    @router.post(
        "/api/v1/validate",
        summary="Check data against the shapes and checks of the graph",
        openapi_extra={"requestBody": {"required": True, "content": _CONTENT}},
    )
    async def validate(request: Request) -> Response:
        form = _report_form(request)
        submission = await _submission(request)
        report = await while_there(request, checker.check(submission, form))
        return _response(report, form, submission.beside, request)

    return router


async def _submission(request: Request) -> Submission:
    beside = _one_of(request, "beside", BESIDE) or GRAPH
    form = _body_form(request.headers.get("content-type", ""))
    packed = request.headers.get("content-encoding", "identity")
    if packed != "identity":
        raise UnsupportedMediaType(f"The body is packed ({packed}); send it as it is.")
    body = await body_of(request, MAX_BODY, "; send a part of the data")
    return Submission(body, form, beside)


def _body_form(content_type: str) -> str:
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    kinds = ", ".join(READ_TYPES.values())
    for parameter in parameters:
        label, _, value = parameter.partition("=")
        if label.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "us-ascii"}:
            message = f"The body is in {value}; send it in UTF-8."
            raise UnsupportedMediaType(message)
    for form, offered in READ_TYPES.items():
        if media == offered:
            return form
    message = f"A body of type {media or 'none'} is not read here; send one of {kinds}."
    raise UnsupportedMediaType(message)


def _report_form(request: Request) -> str:
    for parameter in request.query_params:
        if parameter not in _PARAMETERS:
            message = (
                f"{request.url.path} has no parameter {parameter!r}; "
                f"it takes {' and '.join(_PARAMETERS)}."
            )
            raise BadParameter(message, parameter=parameter, suggestions=_PARAMETERS)
    named = _one_of(request, "format", tuple(REPORT_TYPES))
    return named or choose(accepted(request), REPORT_TYPES)


def _one_of(request: Request, parameter: str, allowed: tuple[str, ...]) -> str | None:
    values = request.query_params.getlist(parameter)
    if len(values) > 1:
        message = f"{parameter} is given {len(values)} times; give it once."
        raise BadParameter(message, parameter=parameter)
    if values and values[0] not in allowed:
        message = f"{parameter}={values[0]}: give one of {', '.join(allowed)}."
        raise BadParameter(message, parameter=parameter, value=values[0], suggestions=allowed)
    return values[0] if values else None


def _response(report: bytes, form: str, beside: str, request: Request) -> Response:
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    if form != "json":
        return Response(report, media_type=REPORT_TYPES[form], headers=headers)
    body = json.loads(report)
    here = f"{str(request.base_url).rstrip('/')}{request.url.path}?beside={beside}"
    body["meta"] |= {"beside": beside, "release": __version__}
    body["links"] = {
        "self": here,
        **{other: f"{here}&format={other}" for other in REPORT_TYPES if other != "json"},
    }
    return JSONResponse(body, headers=headers)
