"""The graph for assistants: a server of the Model Context Protocol, over stdio or on loopback."""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from pydantic.json_schema import GenerateJsonSchema

from . import __version__, calls, portions
from .calls import read_call
from .errors import BadParameter, TipgraphError
from .names import nearest
from .queries import read
from .terms import TIP, shorten, text_of
from .tools import MOST_BYTES, Tools

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence

    from mcp.server.context import ServerRequestContext
    from pydantic import BaseModel

    from .evidence import Bench
    from .tools import Told

_INTERNAL = 500
_AT_ONCE = 4
_LONGEST_BODY = 1_000_000
_PORT = 8001
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_JSON, _MARKDOWN = "application/json", "text/markdown"
V = TypeVar("V")
INSTRUCTIONS = """\
tipgraph is a knowledge graph of policy responses to trafficking in persons: what a few source \
documents say of impacts, affected groups, actors and responses. It holds statements of documents, \
each with its passage. It knows nothing else, and nothing later than its documents \
(tipgraph://documents lists them).

Which tool: `ask` for a question in plain words; `search` to find a thing by its name; `describe` \
for all that is known of it; `question` for one of the questions that are kept as files, whose \
answers are checked and whole; `gaps` for what has no answer. Start with `question` if one fits.

How to read an answer:
- complete tells whether all items are in the answer. If it is false, rest says how to get the \
others; do not take a part for the whole. An item has a complete of its own, for its evidence.
- state "assessed, none found" means that the documents were read for it and hold nothing; \
"not answered" and "not assessed" mean that nothing is known. Never give one for the other. A gap \
is one of these documents, not of the world.
- Each item has evidence: the id of a statement, its document, section and locating phrase. Cite \
them. modality and basis say how sure a document is, and what it rests on; link_basis \
curator-inferred is a judgement of those who made the graph, and is in no text.
- That a response addresses an impact does not mean that it works.
- quote is there only where the server has the source texts. Without it there is no quotation: \
labels and descriptions are the graph's own words, not the document's.
"""
_PROMPT = """\
Answer this question from tipgraph alone: {question}

Find the question file that fits, or ask in plain words; describe what the answer rests on. Go on \
while an answer is not complete. For each claim name the document, the section and the id of the \
statement, and say where a link is a curator's inference. Say what was assessed and not found, and \
what the graph cannot answer. Quote only what stands in a quote.
"""


@dataclass(frozen=True, slots=True)
class _Tool:
    """A tool: what it is called with, what it gives, and how it is told of."""

    name: str
    title: str
    description: str
    call: type[calls.Call]
    gives: type[portions.Portion]


_TOOLS = (
    _Tool(
        "search",
        "Search by words",
        "Find things by words of their labels, descriptions and locating phrases. Tolerates a slip "
        "of the pen. Finding nothing says nothing of what the documents hold.",
        calls.SearchCall,
        portions.SearchPortion,
    ),
    _Tool(
        "ask",
        "Ask in plain words",
        "Answer a question in plain words, such as: which responses address online recruitment of "
        "children? Says what was understood and what was ignored: check that before you rely on "
        "it. Refuses what the graph does not know.",
        calls.AskCall,
        portions.AskPortion,
    ),
    _Tool(
        "question",
        "Ask a question file",
        "Without a name, list the questions that are kept as files, with their parameters. With a "
        "name, ask one; its answers are checked and whole.",
        calls.QuestionCall,
        portions.QuestionPortion,
    ),
    _Tool(
        "describe",
        "Describe one thing",
        "All that the graph knows of one thing: what it is linked to, its values, and every "
        "statement with its passage.",
        calls.DescribeCall,
        portions.DescribePortion,
    ),
    _Tool(
        "gaps",
        "List what has no answer",
        "Impacts without a response, groups for which nothing is recommended, categories that no "
        "document covers, and the like, by rank: on what ground, and how sure.",
        calls.GapsCall,
        portions.GapsPortion,
    ),
)


class _Schema(GenerateJsonSchema):
    """A schema without titles that repeat the names of fields."""

    def field_title_should_be_set(self, _: object) -> bool:
        """Never."""
        return False


class Assistant:
    """What the server answers with: tools, resources and a prompt over one graph."""

    def __init__(self, bench: Bench, most: int = MOST_BYTES) -> None:
        """Answer from *bench*, with about so many bytes at most in each answer."""
        self._bench = bench
        self._tools = Tools(bench, most)
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)
        self._resources: Mapping[str, tuple[str, str, Callable[[], str]]] = {
            "ontology": ("The classes and properties of the graph", _MARKDOWN, self._ontology),
            "questions": ("The question files", _JSON, lambda: _json(self._tools.questions())),
            "documents": ("The source documents", _JSON, lambda: _json(self._tools.documents())),
        }

    async def list_tools(self, *_: object) -> types.ListToolsResult:
        """All tools."""
        return types.ListToolsResult(tools=[_listed(tool) for tool in _TOOLS])

    async def call_tool(
        self, _: ServerRequestContext, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """The answer of a tool; what is wrong with a call is an answer in words."""
        tool = _named(params.name, {tool.name: tool for tool in _TOOLS}, "tool")
        try:
            told = await self._in_thread(partial(self._told, tool, params.arguments or {}))
        except TipgraphError as error:
            text = f"{error.title}." if error.http_status == _INTERNAL else str(error)
            return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
        return types.CallToolResult(
            content=[types.TextContent(text=told.text)],
            structured_content=told.portion.model_dump(mode="json"),
        )

    async def list_resources(self, *_: object) -> types.ListResourcesResult:
        """All resources."""
        found = [
            types.Resource(uri=f"tipgraph://{name}", name=name, title=title, mime_type=kind)
            for name, (title, kind, _) in self._resources.items()
        ]
        return types.ListResourcesResult(resources=found)

    async def read_resource(
        self, _: ServerRequestContext, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """A resource, by its address."""
        uri = str(params.uri)
        known = {f"tipgraph://{name}": found for name, found in self._resources.items()}
        _title, kind, write = _named(uri, known, "resource")
        text = await self._in_thread(write)
        contents = types.TextResourceContents(uri=uri, mime_type=kind, text=text)
        return types.ReadResourceResult(contents=[contents])

    async def list_prompts(self, *_: object) -> types.ListPromptsResult:
        """The one prompt."""
        prompt = types.Prompt(
            name="cited-answer",
            title="Answer with evidence",
            description="Answer a question from the graph alone, each claim with its statement.",
            arguments=[types.PromptArgument(name="question", required=True)],
        )
        return types.ListPromptsResult(prompts=[prompt])

    async def get_prompt(
        self, _: ServerRequestContext, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        """The prompt with the question in it."""
        prompt = _named(params.name, {"cited-answer": _PROMPT}, "prompt")
        question = (params.arguments or {}).get("question", "").strip()
        if not question:
            raise MCPError(types.INVALID_PARAMS, "The prompt needs a question; give one.")
        content = types.TextContent(text=prompt.format(question=question))
        return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=content)])

    def _told(self, tool: _Tool, given: Mapping[str, Any]) -> Told:
        told: Told = getattr(self._tools, tool.name)(read_call(tool.call, given))
        return told

    def _ontology(self) -> str:
        rows = self._bench.store.select(
            read(self._bench.layout.queries / "describe" / "terms.rq").text
        )
        lines = [
            f"- `{shorten(text_of(row['term']))}` {text_of(row['label'])}: "
            f"{text_of(row['definition'])}"
            for row in rows
            if text_of(row["term"]).startswith(TIP)
        ]
        head = "# The ontology\n\nClasses begin with a capital letter, properties do not.\n\n"
        return head + "\n".join(lines) + "\n"

    async def _in_thread(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - of any work
        """What *work* gives, done aside so that the server goes on answering."""
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


def server(bench: Bench, most: int = MOST_BYTES) -> Server:
    """The server over *bench*, with about so many bytes at most in each answer."""
    assistant = Assistant(bench, most)
    return Server(
        "tipgraph",
        version=__version__,
        title="tipgraph: policy responses to trafficking in persons",
        instructions=INSTRUCTIONS,
        on_list_tools=assistant.list_tools,
        on_call_tool=assistant.call_tool,
        on_list_resources=assistant.list_resources,
        on_read_resource=assistant.read_resource,
        on_list_prompts=assistant.list_prompts,
        on_get_prompt=assistant.get_prompt,
    )


def over_stdio(bench: Bench, most: int) -> None:
    """Serve one assistant over standard input and output, until the input ends."""
    # The thread that reads the input cannot be woken; nothing is left half done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    async def run() -> None:
        served = server(bench, most)
        async with stdio_server() as (reading, writing):
            await served.run(reading, writing, served.create_initialization_options())

    anyio.run(run)


def listen(host: str | None, port: int | None) -> tuple[socket.socket, str]:
    """A socket at *host*, which is to be this machine alone, and *port*; and the whole address."""
    host = LOOPBACK[0] if host is None else host
    if host not in LOOPBACK:
        message = (
            f"--host {host}: assistants are served on this machine alone; give one of "
            f"{', '.join(LOOPBACK)}, or put a server that knows who asks before it."
        )
        raise BadParameter(message, parameter="host", value=host, suggestions=LOOPBACK)
    from .serve import listen as bound

    listener = bound(host, _PORT if port is None else port)
    name = f"[{host}]" if ":" in host else host
    return listener, f"http://{name}:{listener.getsockname()[1]}/mcp"


def over_http(bench: Bench, most: int, listener: socket.socket, address: str) -> None:
    """Serve assistants of this machine at *listener*, whose *address* is said, until stopped."""
    import uvicorn

    app = server(bench, most).streamable_http_app(
        json_response=True, max_request_body_size=_LONGEST_BODY
    )

    class Telling(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # An interrupt that comes before this would meet a server that does not know it yet.
            print(f"tipgraph: {address}", flush=True)

    config = uvicorn.Config(app, log_config=None, log_level="warning")
    # It stops in order first, and then raises the interrupt again.
    with suppress(KeyboardInterrupt):
        Telling(config).run(sockets=[listener])


def _listed(tool: _Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=_schema(tool.call, "validation"),
        output_schema=_schema(tool.gives, "serialization"),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _schema(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> dict[str, Any]:
    return model.model_json_schema(schema_generator=_Schema, mode=mode)


def _named(name: str, known: Mapping[str, V], what: str) -> V:
    """What is *known* by *name*, or an error of the protocol with the nearest."""
    if name in known:
        return known[name]
    near = nearest(name[:100], list(known)) or list(known)
    message = f"There is no {what} {name[:100]!r}; there is {', '.join(near)}."
    raise MCPError(types.INVALID_PARAMS, message)


def _json(models: Sequence[BaseModel]) -> str:
    return json.dumps([model.model_dump(mode="json") for model in models], ensure_ascii=False)
