"""Every error that tipgraph raises on purpose.

* TipgraphError
  - BadParameter   missing, unknown or unreadable parameter          exit 2, HTTP 422
  - BadQuery       SPARQL that does not parse or is not allowed      exit 2, HTTP 400
  - BadData        RDF that does not parse or is not allowed         exit 3, HTTP 400
  - NotAcceptable  no format that the client takes                   exit 2, HTTP 406
  - UnsupportedMediaType  a body of a kind that is not read          exit 2, HTTP 415
  - TooLarge       a request past a size limit                       exit 2, HTTP 413
  - NotInstalled   an optional package is missing                   exit 2, HTTP 500
  - LongAddress    an address past its size limit                    exit 2, HTTP 414
  - BrokenFile     a file cannot be read                             exit 3, HTTP 500
  - SourceMismatch a source text is not the one that was coded       exit 3, HTTP 500
  - NotFound       nothing has that name                             exit 4, HTTP 404
  - PastLimit      a query took more time or memory than it may      exit 5, HTTP 504
  - Busy           another process builds, or all workers are busy   exit 6, HTTP 503
  - NotReady       the service is starting, stopping or cut off      exit 6, HTTP 503
  - RemoteFault    a remote store failed, or broke off its answer    exit 7, HTTP 502

Exit status 1 is kept for "it does not conform", which is a result and not an error.
"""

from typing import ClassVar


class TipgraphError(Exception):
    """An error whose message tells a person what to do next."""

    exit_status: ClassVar[int] = 2
    http_status: ClassVar[int] = 500
    title: ClassVar[str] = "Error"

    def __init__(self, message: str, **details: object) -> None:
        """Keep *details*, such as the parameter's name, for a problem document."""
        super().__init__(message)
        self.details = details

    @property
    def suggestions(self) -> tuple[str, ...]:
        """What may have been meant, the nearest first."""
        found = self.details.get("suggestions", ())
        return tuple(map(str, found)) if isinstance(found, (list, tuple)) else ()


class BadParameter(TipgraphError):
    """A parameter is missing, unknown or unreadable."""

    http_status = 422
    title = "Bad parameter"


class BadQuery(TipgraphError):
    """A SPARQL query does not parse, or asks for what is not allowed."""

    http_status = 400
    title = "Bad query"


class BadData(TipgraphError):
    """RDF does not parse, or holds what is not allowed."""

    exit_status = 3
    http_status = 400
    title = "Bad data"


class NotAcceptable(TipgraphError):
    """None of the formats that the client accepts can be given."""

    http_status = 406
    title = "Not acceptable"


class UnsupportedMediaType(TipgraphError):
    """The body of a request is of a kind that is not read here."""

    http_status = 415
    title = "Unsupported media type"


class TooLarge(TipgraphError):
    """A request is past a size limit."""

    http_status = 413
    title = "Too large"


class LongAddress(TipgraphError):
    """The address of a request is past its size limit."""

    http_status = 414
    title = "Address too long"


class NotInstalled(TipgraphError):
    """A package that only some uses need is not installed."""

    title = "Not installed"


class BrokenFile(TipgraphError):
    """A file cannot be read."""

    exit_status = 3
    title = "Broken file"


class SourceMismatch(TipgraphError):
    """A source text is not the one that was coded."""

    exit_status = 3
    title = "Source mismatch"


class NotFound(TipgraphError):
    """Nothing has the given name."""

    exit_status = 4
    http_status = 404
    title = "Not found"


class PastLimit(TipgraphError):
    """A query took more time or memory than it may."""

    exit_status = 5
    http_status = 504
    title = "Past a limit"


class Busy(TipgraphError):
    """Another process is building the same store, or all workers are busy."""

    exit_status = 6
    http_status = 503
    title = "Busy"


class NotReady(TipgraphError):
    """The service is starting or stopping, or cannot reach its store."""

    exit_status = 6
    http_status = 503
    title = "Not ready"


class RemoteFault(TipgraphError):
    """A remote store failed, or its answer is not whole; *remote_status* is what it answered."""

    exit_status = 7
    http_status = 502
    title = "Fault of the remote store"
