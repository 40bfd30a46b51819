"""Assistants get the graph whole or are told what is missing, each claim with its statement.

The server is the real command, asked by the client of the official SDK.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.from_thread
import pytest
from conftest import EXAMPLE, EXAMPLE_TEXTS
from hostile import VALUES
from jsonschema import Draft202012Validator
from test_matrix import partly_read

from tipgraph.answers import Asked
from tipgraph.build import build
from tipgraph.calls import AskCall, GapsCall, QuestionCall
from tipgraph.errors import BadParameter
from tipgraph.gaps import Gaps
from tipgraph.terms import shorten
from tipgraph.tools import Tools

mcp = pytest.importorskip("mcp", reason="the package mcp is not installed")
from mcp import Client, MCPError, StdioServerParameters  # noqa: E402 - where it is installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anyio.from_thread import BlockingPortal
    from mcp_types import CallToolResult, Tool

    from tipgraph.evidence import Bench
    from tipgraph.questions import Questions
    from tipgraph.store import Store

ANSWERS = Path(__file__).parent / "answers"
# Whoever reaches for the network from a server over stdio gets an error, and the tool fails.
GUARDED = """
import sys

def refuse(event, _):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        raise PermissionError(event)

sys.addaudithook(refuse)
from tipgraph.cli import main
main()
"""
CALLS = [
    ("search", {"words": "remote trial"}),
    ("ask", {"question": "what can be done about online recruitment of children?"}),
    ("question", {}),
    ("question", {"name": "impacts-on-group", "values": {"group": "children"}}),
    ("describe", {"name": "children"}),
    ("gaps", {}),
]
MOST_PAGES = 200
TOOLS = ["search", "ask", "question", "describe", "gaps"]


def command(*arguments: object, guarded: bool = True) -> StdioServerParameters:
    start = ["-c", GUARDED] if guarded else ["-m", "tipgraph"]
    environment = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    return StdioServerParameters(
        command=sys.executable, args=[*start, "mcp", *map(str, arguments)], env=environment
    )


class Asking:
    """A client of a server, for tests that are not asynchronous."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal, self.client = portal, client
        self.schemas = {tool.name: tool for tool in self.tools()}

    def tools(self) -> list[Tool]:
        return self._portal.call(self.client.list_tools).tools

    def call(self, tool: str, **arguments: object) -> CallToolResult:
        return self._portal.call(self.client.call_tool, tool, arguments)

    def answer(self, tool: str, **arguments: object) -> dict[str, Any]:
        found = self.call(tool, **arguments)
        assert not found.is_error, found.content[0].text
        return found.structured_content

    def run(self, method: str, *arguments: object):
        return self._portal.call(getattr(self.client, method), *arguments)

    def pages(self, tool: str, **arguments: object) -> Iterator[dict[str, Any]]:
        cursor: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self.answer(tool, **arguments, **cursor)
            yield page
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}
        pytest.fail("the pages do not end")


@contextmanager
def asking(server: StdioServerParameters | str, mode: str = "auto") -> Iterator[Asking]:
    with anyio.from_thread.start_blocking_portal() as portal:
        client = Client(server, mode=mode, read_timeout_seconds=120)
        with portal.wrap_async_context_manager(client) as entered:
            yield Asking(portal, entered)


@contextmanager
def http_server(*arguments: object) -> Iterator[str]:
    line = [sys.executable, "-m", "tipgraph", "mcp", "--http", "--port", "0", *arguments]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="module")
def stdio() -> Iterator[Asking]:
    with asking(command()) as found:
        yield found


@pytest.fixture(scope="module", params=["stdio", "stdio, with a handshake", "http"])
def any_way(request: pytest.FixtureRequest) -> Iterator[Asking]:
    """The server over each transport; assistants of before 2026 begin with a handshake."""
    if request.param == "http":
        with http_server() as address, asking(address) as found:
            yield found
    else:
        with asking(command(), "legacy" if "hand" in request.param else "auto") as found:
            yield found


@pytest.fixture(scope="module")
def small() -> Iterator[Asking]:
    """A server with little room in its answers."""
    with asking(command("--bytes", 16_000)) as found:
        yield found


def evidence_of(portion: dict[str, Any]) -> list[dict[str, Any]]:
    things = [item.get("thing", item) for item in portion.get("items", [])]
    return [e for thing in things for e in thing["evidence"]] + portion.get("evidence", [])


def test_the_tools_are_told_of_as_those_that_read_and_change_nothing(any_way: Asking) -> None:
    tools = any_way.tools()

    assert [tool.name for tool in tools] == TOOLS
    for tool in tools:
        assert tool.annotations.read_only_hint
        assert tool.annotations.open_world_hint is False
        assert tool.input_schema["additionalProperties"] is False
        assert {"complete", "total", "returned", "next"} <= set(tool.output_schema["required"])


def test_the_server_says_what_the_graph_is_and_is_not(any_way: Asking) -> None:
    told = any_way.client.instructions

    assert "assessed, none found" in told
    assert "not answered" in told
    assert "quote" in told


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_an_answer_is_as_its_schema_says(any_way: Asking, tool: str, arguments: dict) -> None:
    found = any_way.call(tool, **arguments)

    schema = any_way.schemas[tool].output_schema
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(found.structured_content)) == []
    assert found.content[0].text.startswith(
        f"{found.structured_content['returned']} of {found.structured_content['total']}"
    )


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_evidence_names_statements_and_places_that_the_graph_has(
    stdio: Asking, store: Store, tool: str, arguments: dict
) -> None:
    portion = stdio.answer(tool, **arguments)
    cited = {document["id"] for document in portion["documents"]}

    for evidence in evidence_of(portion):
        if evidence["kind"] == "coverage":
            continue
        rows = store.select(
            "PREFIX tip: <https://w3id.org/tipgraph/ontology#> "
            "PREFIX oa: <http://www.w3.org/ns/oa#> "
            f"SELECT ?section {{ <{evidence['statement']}> tip:statedIn <{evidence['document']}> ; "
            "tip:evidencedBy ?passage . OPTIONAL { ?passage tip:sectionTitle ?section } "
            f"?passage oa:hasSelector/oa:exact {json.dumps(evidence['phrase'])} }}"
        )
        sections = [row["section"] and row["section"].value for row in rows]
        assert evidence["section"] in sections
        assert evidence["document"] in cited
    assert evidence_of(portion) or tool == "question"


def test_a_question_file_has_the_answer_that_was_read_from_the_texts(stdio: Asking) -> None:
    with (ANSWERS / "responses-addressing-impact.csv").open(encoding="utf-8") as file:
        expected = {row["item"] for row in csv.DictReader(file)}

    portion = stdio.answer(
        "question",
        name="responses-addressing-impact",
        values={"impact": "online-recruitment-of-children"},
    )

    assert {shorten(item["id"]) for item in portion["items"]} == expected
    assert portion["complete"] is True
    assert portion["total"] == portion["returned"] == len(expected)


def test_all_question_files_are_listed(stdio: Asking, questions: Questions) -> None:
    listed = [q["name"] for page in stdio.pages("question") for q in page["questions"]]

    assert listed == list(questions.all)


PAGED = [
    ("question", {"name": "impacts-on-group", "values": {"group": "children"}}, "items"),
    ("search", {"words": "remote trial"}, "items"),
    ("ask", {"question": "impacts on children"}, "items"),
    ("gaps", {"kinds": ["form-not-covered", "group-not-covered"]}, "items"),
    ("question", {}, "questions"),
]


@pytest.mark.parametrize(("tool", "arguments", "key"), PAGED)
def test_pages_make_up_the_whole_and_none_of_them_is_taken_for_it(
    stdio: Asking, tool: str, arguments: dict, key: str
) -> None:
    pages = list(stdio.pages(tool, **arguments, limit=4))
    found = [json.dumps(item) for page in pages for item in page[key]]

    assert len(pages) > 1
    assert not any(page["complete"] for page in pages)
    assert all(page["rest"] for page in pages)
    assert all(page["returned"] == len(page[key]) for page in pages)
    assert len(found) == len(set(found)) == pages[0]["total"]


def test_a_description_has_every_statement_that_names_the_thing(
    stdio: Asking, store: Store
) -> None:
    rows = store.select(
        "SELECT DISTINCT ?s WHERE { ?s <https://w3id.org/tipgraph/ontology#aboutImpact> "
        "<https://w3id.org/tipgraph/id/impact/increased-vulnerability> }"
    )
    expected = {row["s"].value for row in rows}

    pages = list(stdio.pages("describe", name="impact:increased-vulnerability", limit=3))
    told = {e["statement"] for page in pages for e in page["evidence"]}
    known = sum(len(page["facts"]) + len(page["evidence"]) for page in pages)

    assert len(expected) > 5
    assert expected <= told
    assert known == pages[0]["total"]
    whole = stdio.answer("describe", name="impact:increased-vulnerability", limit=200)
    assert whole["complete"] is True
    assert whole["total"] == known


def test_a_thing_with_more_evidence_than_is_given_says_so(stdio: Asking) -> None:
    asked = {"name": "impacts-in-several-documents", "values": {"at_least": "4"}}

    few = stdio.answer("question", **asked, evidence=1)
    more = stdio.answer("question", **asked, evidence=25)

    assert few["complete"] is True
    assert [len(item["evidence"]) for item in few["items"]] == [1] * few["total"]
    assert not any(item["complete"] for item in few["items"])
    assert "describe" in few["rest"]
    assert all(item["complete"] for item in more["items"])
    assert more["rest"] is None


HEAVY = [
    ("search", {"words": "women", "limit": 100, "evidence": 25}),
    ("ask", {"question": "what are the impacts on victims", "limit": 100, "evidence": 25}),
    ("question", {"name": "impacts-without-response", "limit": 100, "evidence": 25}),
    ("question", {"limit": 100}),
    ("describe", {"name": "actor:unodc", "limit": 200}),
    ("gaps", {"limit": 100, "evidence": 25}),
]


@pytest.mark.parametrize(("tool", "arguments"), HEAVY)
def test_an_answer_keeps_to_its_bytes_and_says_what_it_leaves_out(
    small: Asking, tool: str, arguments: dict
) -> None:
    found = small.call(tool, **arguments)
    portion = found.structured_content
    size = len(json.dumps(portion, ensure_ascii=False, separators=(",", ":")).encode())

    assert 4_000 < size <= 16_000
    assert len(found.content[0].text) <= 16_000
    assert portion["returned"] >= 1
    assert portion["complete"] is False
    assert portion["next"]


def test_small_answers_make_up_the_whole_too(small: Asking, bench: Bench) -> None:
    """Of what has no room for its second item the cursor leads to just that."""
    for name, values in (("impacts-in-several-documents", {"at_least": "1"}), ("figures", {})):
        asked = {"name": name, "values": values, "limit": 100, "evidence": 25}
        pages = list(small.pages("question", **asked))
        ids = [item["id"] for page in pages for item in page["items"]]
        rows = Tools(bench).question(QuestionCall(name=name, values=values, evidence=1, limit=1))
        assert len(ids) == len(set(ids)) == rows.portion.total


MISTAKES = [
    ("describe", {"name": "chidren"}, "children"),
    ("describe", {"name": "children", "kind": "grups"}, "groups"),
    ("describe", {"name": ""}, "name"),
    ("question", {"name": "impacts-on-grup"}, "impacts-on-group"),
    ("question", {"name": "impacts-on-group", "values": {"grp": "children"}}, "it takes group"),
    ("question", {"name": "impacts-on-group", "values": {"group": "chidren"}}, "children"),
    ("question", {"values": {"group": "children"}}, "name it"),
    ("gaps", {"kinds": ["form-not-coverd"]}, "form-not-covered"),
    ("search", {"words": "x", "kinds": ["impact"]}, "impacts"),
    ("search", {"words": "child", "limit": 0}, "limit"),
    ("search", {"words": "child", "limit": 101}, "limit"),
    ("search", {"words": "child", "evidence": 26}, "evidence"),
    ("search", {"wrds": "child"}, "nearest is words"),
    ("search", {}, "words is missing"),
    ("ask", {"question": "w" * 1_001}, "question"),
    ("search", {"words": "child", "cursor": "abc"}, "start without one"),
]


@pytest.mark.parametrize(("tool", "arguments", "hint"), MISTAKES)
def test_a_mistake_is_told_in_words_with_what_was_meant(
    stdio: Asking, tool: str, arguments: dict, hint: str
) -> None:
    found = stdio.call(tool, **arguments)

    assert found.is_error
    assert hint in found.content[0].text
    assert "Traceback" not in found.content[0].text
    assert "pydantic" not in found.content[0].text


def test_a_cursor_of_another_call_is_refused(stdio: Asking) -> None:
    cursor = stdio.answer("search", words="child", limit=1)["next"]

    found = stdio.call("search", words="women", limit=1, cursor=cursor)

    assert found.is_error
    assert "another query" in found.content[0].text


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(any_way: Asking) -> None:
    with pytest.raises(MCPError, match="there is search"):
        any_way.call("serch", words="x")


def test_what_the_graph_does_not_know_is_not_answered(stdio: Asking) -> None:
    portion = stdio.answer("ask", question="how do polar bears hunt seals?")

    assert portion["answered"] is False
    assert portion["state"] == "not answered"
    assert "polar" in portion["reason"]
    assert portion["items"] == []


def test_what_was_assessed_and_not_found_is_told_apart(stdio: Asking) -> None:
    asked = {"name": "groups-affected-by-form", "values": {"form": "organ-removal"}}

    portion = stdio.answer("question", **asked)

    assert portion["items"] == []
    assert portion["complete"] is True
    assert portion["state"] == "assessed, none found"


def test_what_was_assessed_in_part_is_told_apart(tmp_path: Path) -> None:
    tools = Tools(partly_read(tmp_path))
    call = QuestionCall(name="groups-affected-by-form", values={"form": "organ-removal"})

    assert tools.question(call).portion.state == "not assessed"
    assert tools.ask(AskCall(question="polar bears")).portion.state == "not answered"


def test_a_search_without_hits_says_nothing_of_the_documents(stdio: Asking) -> None:
    portion = stdio.answer("search", words="xylophone quartet")

    assert portion["state"] == "not answered"


def test_gaps_keep_their_ground_and_rank(stdio: Asking, bench: Bench, questions) -> None:
    expected = Gaps(bench, questions).of(["form-not-covered"])

    portion = stdio.answer("gaps", kinds=["form-not-covered"], limit=100)

    assert [(g["rank"], g["thing"]["id"], g["ground"]) for g in portion["items"]] == [
        (g.rank, g.item.id, g.ground) for g in expected
    ]
    assert portion["counts"]["form-not-covered"] == 9


def test_quotations_come_with_the_texts_alone(tmp_path: Path) -> None:
    build(EXAMPLE, tmp_path / "graph.store")
    asked = {"name": "impact:example-jobs-lost"}
    stored = ("--store", tmp_path / "graph.store")

    with asking(command(*stored)) as without:
        quotes = {e["quote"] for e in without.answer("describe", **asked)["evidence"]}
    with asking(command(*stored, "--sources", EXAMPLE_TEXTS)) as with_texts:
        told = with_texts.answer("describe", **asked)

    assert quotes == {None}
    text = " ".join((EXAMPLE_TEXTS / "example-brief.txt").read_text(encoding="utf-8").split())
    found = [e["quote"] for e in told["evidence"] if e["kind"] == "impact"]
    assert found
    assert all(quote in text for quote in found)


def test_resources_tell_of_the_ontology_the_questions_and_the_documents(any_way: Asking) -> None:
    listed = [resource.uri for resource in any_way.run("list_resources").resources]
    texts = {uri: any_way.run("read_resource", uri).contents[0].text for uri in listed}

    assert "`tip:PolicyResponse`" in texts["tipgraph://ontology"]
    names = [question["name"] for question in json.loads(texts["tipgraph://questions"])]
    assert "responses-addressing-impact" in names
    assessed = {d["label"]: d["assessed"] for d in json.loads(texts["tipgraph://documents"])}
    assert assessed["UNODC study"] == "complete"
    with pytest.raises(MCPError, match="documents"):
        any_way.run("read_resource", "tipgraph://document")


def test_the_prompt_has_the_question_in_it(any_way: Asking) -> None:
    name = any_way.run("list_prompts").prompts[0].name
    question = "who {is} told to act?"

    found = any_way.run("get_prompt", name, {"question": question})

    assert question in found.messages[0].content.text
    with pytest.raises(MCPError, match="question"):
        any_way.run("get_prompt", name, {"question": " "})


DEEP: Any = []
for _ in range(100):
    DEEP = [DEEP]
HOSTILE = [
    *VALUES,
    " ",
    "?!",
    "\u3000",
    "\x00",
    "a" * 100_000,
    -1,
    10**30,
    1.5,
    True,
    None,
    [],
    {},
    DEEP,
    {"a": "b"},
]


@pytest.mark.parametrize("tool", TOOLS)
def test_hostile_arguments_are_refused_or_answered(stdio: Asking, tool: str) -> None:
    arguments = stdio.schemas[tool].input_schema["properties"]
    few = {"words": "brief", "kinds": ["documents"]}
    needed = {"search": few, "ask": {"question": "children"}}.get(tool, {})
    needed = {"name": "children"} if tool == "describe" else needed

    for name in (*arguments, "", "__class__"):
        for value in HOSTILE:
            found = stdio.call(tool, **{**needed, name: value})
            text = found.content[0].text
            assert "Traceback" not in text
            assert len(text) < 40_000
    assert stdio.answer("search", words="child")["total"]


LINES = [
    "",
    "no json",
    "[]",
    "{}",
    "null",
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
    '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":[]}',
    '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":7}}',
    '{"jsonrpc":"2.0","id":4,"method":"no/such"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"ask","arguments":"x"}}',
    '{"jsonrpc":"2.0","id":6,"method":"ping","params":{"x":"\\ud800"}}',
    "[" * 10_000,
    "x" * 2_000_000,
]


def test_malformed_lines_do_not_end_the_server_and_only_the_protocol_is_on_stdout() -> None:
    params = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    }
    first = {"jsonrpc": "2.0", "id": "first", "method": "initialize", "params": params}
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    last = {"jsonrpc": "2.0", "id": "last", "method": "ping"}
    lines = [*map(json.dumps, (first, ready)), *LINES, json.dumps(last)]

    done = subprocess.run(
        [sys.executable, "-m", "tipgraph", "mcp"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert all(message["jsonrpc"] == "2.0" for message in said)
    assert said[0]["result"]["serverInfo"]["name"] == "tipgraph"
    assert {"jsonrpc": "2.0", "id": "last", "result": {}} in said


class Gate(BaseHTTPRequestHandler):
    """A SPARQL server that holds its answers back while its gate is shut."""

    store: Store
    opened = threading.Event()
    asked = threading.Event()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = urllib.parse.parse_qs(body)
        self.asked.set()
        assert self.opened.wait(60)
        query = Asked(
            given["query"][0],
            default=tuple(given.get("default-graph-uri", ())),
            named=tuple(given.get("named-graph-uri", ())),
        )
        answer = self.store.answer(query)[0]
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def gate(example: Bench) -> Iterator[tuple[type[Gate], str]]:
    handler = type("OwnGate", (Gate,), {"store": example.store})
    handler.opened, handler.asked = threading.Event(), threading.Event()
    handler.opened.set()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler, f"sparql:http://127.0.0.1:{server.server_port}/query"
        handler.opened.set()
        server.shutdown()
        thread.join()


def test_while_a_query_waits_the_server_answers_others(gate) -> None:
    handler, store = gate
    answers: list[str] = []

    async def run() -> None:
        server = command("--store", store, guarded=False)
        async with Client(server, mode="legacy", read_timeout_seconds=60) as client:
            handler.opened.clear()
            handler.asked.clear()

            async def ask() -> None:
                found = await client.call_tool("describe", {"name": "impact:example-loans"})
                answers.append(found.structured_content["id"])

            async with anyio.create_task_group() as group:
                group.start_soon(ask)
                await anyio.to_thread.run_sync(handler.asked.wait, 60)
                await client.session.send_ping()
                answers.append("ping")
                handler.opened.set()

    anyio.run(run)

    assert answers == ["ping", "https://w3id.org/tipgraph/id/impact/example-loans"]


def test_over_http_another_host_is_refused() -> None:
    with http_server() as address:
        headers = {"Host": "evil.example", "Content-Type": "application/json"}
        request = urllib.request.Request(address, b"{}", headers, method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=60)
        refused.value.close()

        assert refused.value.code == 421


@pytest.mark.parametrize("http", [[], ["--http", "--port", "0"]])
def test_an_interrupt_ends_it_without_a_trace(http: list[str]) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "server/discover"}
    line = [sys.executable, "-m", "tipgraph", "mcp", *http]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(line, text=True, **pipes) as process:
        process.stdin.write(json.dumps(hello) + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert process.returncode in {0, -signal.SIGINT}
    assert "Traceback" not in said


def run(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    program = f"{before}\nfrom tipgraph.cli import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )


def test_only_this_machine_is_served() -> None:
    done = run("mcp", "--http", "--host", "0.0.0.0")  # noqa: S104 - which is refused

    assert done.returncode == 2
    assert "127.0.0.1" in done.stderr


def test_without_the_package_it_is_said_what_to_install() -> None:
    done = run("mcp", before="import sys; sys.modules['mcp'] = None")

    assert done.returncode == 2
    assert "pip install 'tipgraph[mcp]'" in done.stderr
    assert done.stdout == ""


def test_other_commands_do_not_load_it() -> None:
    tell = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"

    done = run("question", "figures", before=tell)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}

    assert "pyoxigraph" in loaded
    assert not loaded & {"mcp", "mcp_types", "pydantic", "anyio"}


def test_a_store_that_cannot_be_read_is_told_before_the_protocol_begins(tmp_path: Path) -> None:
    done = run("mcp", "--store", str(tmp_path))

    assert done.returncode == 3
    assert done.stdout == ""
    assert "tipgraph build" in done.stderr


def test_gaps_of_no_such_kind_are_refused_by_the_tool_itself(bench: Bench) -> None:
    with pytest.raises(BadParameter):
        Tools(bench).gaps(GapsCall(kinds=["none"]))


def test_an_address_without_http_is_wrong_use() -> None:
    done = run("mcp", "--port", "0")

    assert done.returncode == 2
    assert "--http" in done.stderr
