"""The command line."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import authoring, desk, releasing
from .errors import BadParameter, BrokenFile, NotInstalled, TipgraphError
from .findings import BESIDE, GRAPH
from .graph import SHIPPED, Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .answers import Item
    from .differences import Difference
    from .evidence import Bench
    from .findings import Report
    from .inspection import Inspector
    from .questions import Questions, Reply
    from .releases import Releases

_GRAPH_FORMATS = ("turtle", "ntriples", "jsonld", "trig", "nquads", "rdfxml")
_CITED = ("bibtex", "ris", "csl")
_QUESTION_FORMATS = ("text", "csv", "json", "sparql", *_CITED)
_REPORT_FORMATS = ("text", "json", "csv", "sarif", "github", "junit", "html", "shacl")
_SEVERITIES = ("violation", "warning", "info")
_INTERRUPTED = 130
# Seconds between two looks at the files that are watched.
_LOOK = 0.1
_SECONDS = click.FloatRange(0)
_POSITIVE = click.FloatRange(0, min_open=True)
_PATH = click.Path(path_type=Path)
_THERE = click.Path(path_type=Path, exists=True)

_sources = click.option(
    "--sources",
    type=_PATH,
    envvar="TIPGRAPH_SOURCES",
    help="Folder with the texts of the source documents, for quotations.",
)
_store_option = click.option(
    "--store",
    help="Folder of a store that `tipgraph build` wrote, or sparql: and an address of another "
    "store; without it the files are read.",
)
_data = click.option(
    "--data", type=_THERE, default=SHIPPED.data, help="Folder of the data files; else the shipped."
)
_ontology = click.option(
    "--ontology", type=_THERE, default=SHIPPED.ontology, help="Folder of the ontology files."
)


def main() -> None:
    """Run the command line; an error on purpose becomes one line and its exit status."""
    try:
        # Not `app()`: click would take a reader that left early for a failure.
        with app.make_context("tipgraph", sys.argv[1:], auto_envvar_prefix="TIPGRAPH") as context:
            app.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        raise SystemExit(done.exit_code) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except click.Abort:
        raise SystemExit(_INTERRUPTED) from None
    except TipgraphError as error:
        print(f"tipgraph: {error}", file=sys.stderr)
        raise SystemExit(error.exit_status) from None
    except BrokenPipeError:
        # The reader of our output, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except OSError as error:
        print(f"tipgraph: {error}. Choose another place.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(BrokenFile.exit_status) from None


@click.group()
@click.version_option(package_name="tipgraph")
def app() -> None:
    """Ask, check and serve the knowledge graph of policy responses to trafficking in persons."""


@app.command()
@click.argument("name", required=False)
@click.argument("given", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--format", "form", default="text", help=f"One of {', '.join(_QUESTION_FORMATS)}.")
@_store_option
@_sources
def question(
    name: str | None, given: tuple[str, ...], form: str, store: str | None, sources: Path | None
) -> None:
    """Ask a question file, or list the questions.

    Example: tipgraph question impacts-on-group group=children
    """
    from .names import Names
    from .questions import Questions

    if form not in _QUESTION_FORMATS:
        message = f"--format {form}: give one of {', '.join(_QUESTION_FORMATS)}."
        raise BadParameter(message)
    from .opening import open_bench

    bench = open_bench(store, sources)
    questions = Questions(bench, Names(bench.store, bench.layout))
    if name is None:
        for each in questions.all.values():
            takes = " ".join(f"{k}={v}" for k, v in each.example)
            print(f"{each.name} {takes}".rstrip() + f"\n    {each.summary}")
        return
    reply = questions.ask(name, _pairs(given))
    if form in _CITED:
        print(_citations(bench, questions.answer(reply).items, " ".join([name, *given]), form))
    else:
        _print_reply(questions, reply, form)


@app.command()
@click.argument("rows")
@click.argument("columns")
@click.option("--kind", help="What is counted, where several kinds have both facets.")
@click.option("--count", default="things", help="things, statements or documents.")
@click.option("--empty/--no-empty", default=False, help="With values that nothing has.")
@click.option("--format", "form", default="text", help="text, csv, json, xlsx or svg.")
@click.option("--output", type=_PATH, help="File; without it, standard output.")
@_store_option
def matrix(
    *,
    rows: str,
    columns: str,
    kind: str | None,
    count: str,
    empty: bool,
    form: str,
    output: Path | None,
    store: str | None,
) -> None:
    """Count things, statements and documents over two facets, such as group and document.

    0 means that the documents were read for it and have none, 0? that only some were read for it,
    and - that none was.

    Example: tipgraph matrix type pillar
    """
    from .evidence import Bench
    from .lookup import Lookup
    from .matrix import Matrices
    from .opening import open_store
    from .overview import written_matrix

    bench = Bench(open_store(store), SHIPPED)
    matrices = Matrices(bench, Lookup(bench))
    found = matrices.matrix(matrices.kind(rows, columns, kind), rows, columns, empty=empty)
    _put(output, written_matrix(found, form, count))


@app.command()
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@click.option("--format", "form", default="text", help="text, csv, json or xlsx.")
@click.option("--output", type=_PATH, help="File; without it, standard output.")
@_store_option
@_sources
def gaps(
    kinds: tuple[str, ...], form: str, output: Path | None, store: str | None, sources: Path | None
) -> None:
    """List what has no answer by rank: on what ground, how sure, and why it has that rank.

    Example: tipgraph gaps form-not-covered
    """
    from .gaps import Gaps
    from .names import Names
    from .opening import open_bench
    from .overview import written_gaps
    from .questions import Questions

    bench = open_bench(store, sources)
    found = Gaps(bench, Questions(bench, Names(bench.store, bench.layout)))
    _put(output, written_gaps(found.of(kinds), form))


@app.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--format", "form", default="text", help=f"One of {', '.join(_QUESTION_FORMATS)}.")
@_store_option
@_sources
def ask(words: tuple[str, ...], form: str, store: str | None, sources: Path | None) -> None:
    """Ask a question in plain words; exit status 1 if it is not answered.

    Example: tipgraph ask "what can be done about online recruitment of children?"
    """
    from . import formats
    from .ask import Asker
    from .links import Place
    from .opening import open_bench
    from .replies import body, told

    _one_of(form, _QUESTION_FORMATS)
    bench, question = open_bench(store, sources), " ".join(words)
    reply = Asker.over(bench).ask(question)
    if form == "json":
        here = Place("", "/api/v1/ask", (("q", question),))
        print(
            json.dumps(body(bench, here, reply.answer) | told(reply), ensure_ascii=False, indent=2)
        )
    elif form == "csv":
        print(formats.items_csv(reply.answer), end="")
    elif form in _CITED:
        print(_citations(bench, reply.items, question, form))
    else:
        print(reply.sparql if form == "sparql" else formats.reply_text(reply))
    if not reply.answered:
        raise SystemExit(1)


@app.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--kind", "kinds", multiple=True, help="Kind of things, such as responses; or all.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, help="At most so many.")
@_store_option
@_sources
def search_texts(
    words: tuple[str, ...],
    kinds: tuple[str, ...],
    limit: int,
    store: str | None,
    sources: Path | None,
) -> None:
    """Search labels, descriptions and phrases for words, or their beginnings.

    Example: tipgraph search --kind responses remote trial
    """
    from . import formats
    from .ask import Asker
    from .lookup import Lookup
    from .opening import open_bench
    from .search import kinds_of, search

    bench = open_bench(store, sources)
    chosen = kinds_of(kinds)
    asker = Asker.over(bench)
    hits = search(" ".join(words), Lookup(bench), asker, kinds=chosen, limit=limit)
    print(formats.items_text(hits.items) or "Nothing has all of these words.")


@app.command()
@click.argument("files", nargs=-1, type=_PATH)
@_data
@_ontology
@click.option("--shapes", type=_THERE, default=SHIPPED.shapes, help="Folder of the SHACL shapes.")
@click.option(
    "--beside",
    type=click.Choice(BESIDE),
    default=GRAPH,
    show_default=True,
    help="What the files are checked beside: the whole graph, or the ontology and its concepts.",
)
@click.option(
    "--format", "forms", multiple=True, help=f"One of {', '.join(_REPORT_FORMATS)}; more than once."
)
@click.option(
    "--output", "outputs", type=_PATH, multiple=True, help="File of the format at this position."
)
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    default="info",
    show_default=True,
    help="The least severe finding for which the exit status is 1.",
)
@click.option("--baseline", type=_PATH, help="File of known findings, which then do not count.")
@click.option("--write-baseline", is_flag=True, help="Write what is found into that file.")
@click.option("--watch", is_flag=True, help="Go on, and check again whenever a file changes.")
@click.option("--skip", multiple=True, help="Stage to leave out, such as consistency.")
@_sources
def validate(
    *,
    files: tuple[Path, ...],
    data: Path,
    ontology: Path,
    shapes: Path,
    beside: str,
    forms: tuple[str, ...],
    outputs: tuple[Path, ...],
    fail_on: str,
    baseline: Path | None,
    write_baseline: bool,
    watch: bool,
    skip: tuple[str, ...],
    sources: Path | None,
) -> None:
    """Check the graph: syntax, shapes, checks, lint, consistency, evidence; all faults at once.

    Exit status 1 if anything is found, 3 if a file cannot be read whole. Files given are checked
    as if they were files of the graph: what they describe is as they alone say it, and nothing
    else is reported on.

    Example: tipgraph validate --format text --format sarif --output report.sarif
    """
    from .baseline import beside as besides
    from .baseline import written_baseline
    from .inspection import STAGES, Inspector
    from .outputs import paired, put
    from .sources import Sources

    targets = paired(forms, outputs)
    if write_baseline and baseline is None:
        raise BadParameter("--write-baseline needs the file: add --baseline FILE.")
    for stage in skip:
        if stage not in STAGES[1:]:
            message = f"--skip {stage}: give one of {', '.join(STAGES[1:])}."
            raise BadParameter(message)
    if watch and files:
        raise BadParameter("--watch looks at a whole graph; name its folders by --data, not files.")
    layout = Layout(ontology=ontology, data=data, shapes=shapes)
    texts = None if sources is None else Sources(sources)
    # HermiT alone takes longer than one waits for an answer to a save.
    left_out = frozenset({*skip, "consistency"} if watch else skip)
    inspector = Inspector(layout, texts, left_out, beside)
    status = 0
    try:
        for found in _reports(inspector, files, watch=watch):
            if baseline is not None and write_baseline:
                _write(baseline, written_baseline(found))
            report = found if baseline is None else besides(found, baseline)
            status = _status(report, fail_on)
            for target in targets:
                put(report, target, _put)
    except KeyboardInterrupt:
        if not watch:
            raise
    raise SystemExit(status)


def _reports(inspector: Inspector, files: tuple[Path, ...], *, watch: bool) -> Iterator[Report]:
    """The report, and with *watch* one more after each change of a file."""
    if watch:
        from threading import Event

        from .keeping import watched

        yield from watched(inspector, lambda: Event().wait(_LOOK))
        return
    with _progress("Checking") as step:
        told = replace(inspector, progress=step)
        yield told.files(files) if files else told.whole()


def _status(report: Report, fail_on: str) -> int:
    """The exit status that *report* has: 3 if not all was read, 1 if what was found is too bad."""
    if any(violation.rule.startswith("syntax ") for violation in report.violations):
        return BrokenFile.exit_status
    return int(any(v.rank <= _SEVERITIES.index(fail_on) for v in report.violations))


@app.command()
@click.argument("target", type=_PATH)
def build(target: Path) -> None:
    """Write the graph into a store on disk, put in place whole when it is ready.

    Example: tipgraph build graph.store
    """
    from .build import build as run

    with _progress("Building") as step:
        step("files")
        count = run(SHIPPED, target)
    print(f"{target}: {count:,} quads")


@app.command("load")
@click.argument("folder", required=False, type=_PATH)
@click.option("--store", required=True, help="sparql: and the address of the store's queries.")
@click.option("--update", help="Address of its updates; without it, that of its queries.")
@click.option("--graph-store", help="Address of its Graph Store Protocol, which is faster.")
def load_into(folder: Path | None, store: str, update: str | None, graph_store: str | None) -> None:
    """Put the graph, or the one that `build` wrote into FOLDER, into a remote store.

    Graphs of tipgraph that are no longer in it are dropped; other graphs stay as they are.
    Exit status 1 if the store then holds other counts than were sent.

    Example: tipgraph load --store sparql:http://127.0.0.1:7878/query
    """
    from .build import open_built
    from .loading import load
    from .opening import account, target_of
    from .store import Store

    graph = Store.load(SHIPPED) if folder is None else open_built(folder)
    target = target_of(store, update, graph_store)
    with _progress("Loading") as step:
        done = load(graph.parts(), target, account(), step)
    print("\n".join(done.lines()))
    if done.wrong:
        raise SystemExit(1)


@app.command()
@click.option("--format", "form", default="turtle", help=f"One of {', '.join(_GRAPH_FORMATS)}.")
@click.option("--output", type=_PATH, help="File; without it, standard output.")
@_store_option
def export(form: str, output: Path | None, store: str | None) -> None:
    """Write the whole graph, derived links included, in one RDF format.

    Example: tipgraph export --format trig --output tipgraph.trig
    """
    if form not in _GRAPH_FORMATS:
        message = f"--format {form}: give one of {', '.join(_GRAPH_FORMATS)}."
        raise BadParameter(message)
    from .opening import open_store

    _put(output, open_store(store).dump(form))


@app.command("diff-answers")
@click.argument("old")
@click.argument("new")
@click.argument("asked", nargs=-1, metavar="[question|ask|list] [NAME] [KEY=VALUE]...")
@click.option("--all", "every", is_flag=True, help="All question files, each for all it may be of.")
@click.option("--format", "form", default="text", help="text, markdown or json.")
@click.option("--output", type=_PATH, help="File; without it, standard output.")
def diff_answers(
    *, old: str, new: str, asked: tuple[str, ...], every: bool, form: str, output: Path | None
) -> None:
    """Tell how an answer differs between two releases; exit status 1 if it does, 0 if not.

    OLD and NEW are each a store that `tipgraph build` wrote, a dump such as graph.trig, a folder of
    ontology and data, sparql: and an address, or the word shipped. What made the difference is told
    by the statements that are new, gone or changed.

    Example: tipgraph diff-answers old.trig shipped question impacts-on-group group=children
    """
    from .comparisons import FORMS, written
    from .releases import Releases

    _one_of(form, FORMS)
    asking = _asking(asked, every)
    found = asking(Releases(old, new))
    _put(output, f"{written(found, form)}\n".encode())
    if any(each.differs for each in found):
        raise SystemExit(1)


@app.command()
@click.argument("start", metavar="FROM")
@click.argument("goal", metavar="TO")
@click.option("--causal", is_flag=True, help="Only stated causes, from cause to effect.")
@click.option("--limit", type=click.IntRange(1, 20), default=5, help="Paths at most.")
@click.option("--longest", type=click.IntRange(1, 8), default=6, help="Steps of a path at most.")
@click.option("--format", "form", type=click.Choice(("text", "json", "csv")), default="text")
@_store_option
@_sources
def paths(
    start: str,
    goal: str,
    *,
    causal: bool,
    limit: int,
    longest: int,
    form: str,
    store: str | None,
    sources: Path | None,
) -> None:
    """Say how two things hang together, each step with its passage.

    Example: tipgraph paths online-recruitment-of-children governments
    """
    from . import tellings
    from .network import Network
    from .opening import open_bench
    from .ways import Asking, Ways

    asking = Asking(start, goal, causal, limit, longest)
    found = Ways(Network(open_bench(store, sources))).find(asking)
    if form == "json":
        items = tellings.ways_json(found, asking, lambda _kind, iri: iri)
        told = {"items": items, "meta": {"reason": found.reason}}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print(tellings.ways_csv(found) if form == "csv" else tellings.ways_text(found))


@app.command()
@click.option("--measure", help="centrality, communities, agreement or cover.")
@click.option("--group", "groups", multiple=True, help="A group to reach, for cover.")
@click.option("--limit", type=click.IntRange(1, 500), default=10, help="Items at most.")
@click.option("--format", "form", type=click.Choice(("text", "json", "csv")), default="text")
@click.option("--export", "target", type=_PATH, help="File: .gexf .graphml .json .csv .svg")
@_store_option
@_sources
def network(
    *,
    measure: str | None,
    groups: tuple[str, ...],
    limit: int,
    form: str,
    target: Path | None,
    store: str | None,
    sources: Path | None,
) -> None:
    """Measure how the whole hangs together, or write it for Gephi, Cytoscape or the eye.

    Example: tipgraph network --measure centrality
    """
    from .interchange import FILES, written
    from .network import Network
    from .opening import open_bench

    ending = target.suffix.lower().removeprefix(".") if target else None
    if ending is not None and ending not in FILES:
        message = f"--export {target}: end the name in one of {', '.join(f'.{f}' for f in FILES)}."
        raise BadParameter(message)
    whole = Network(open_bench(store, sources))
    if target and ending:
        _write(target, written(whole, ending))
        return
    from . import tellings

    print(tellings.network_text(whole, measure, limit, groups, form))


@app.command()
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--reasoner", default="auto", help="auto, hermit or owlrl.")
@_data
@_ontology
def reason(files: tuple[Path, ...], reasoner: str, data: Path, ontology: Path) -> None:
    """Check that the graph is consistent and every class can have members; status 1 if not.

    Files given are added to the graph.

    Example: tipgraph reason
    """
    from .dataset import union
    from .rdf import read_files
    from .reason import reason as run
    from .store import Store

    if reasoner not in {"auto", "hermit", "owlrl"}:
        message = f"--reasoner {reasoner}: give auto, hermit or owlrl."
        raise BadParameter(message)
    store = Store.load(Layout(ontology=ontology, data=data))
    store.add(read_files(files))
    graph = union(store)
    with _progress("Reasoning") as step:
        step(reasoner)
        verdict = run(graph, reasoner)
    state = "consistent" if verdict.consistent else "INCONSISTENT"
    print(f"{verdict.reasoner}: {state}, {len(verdict.unsatisfiable)} unsatisfiable classes")
    for name in verdict.unsatisfiable:
        print(f"  {name} can have no member: remove one of the axioms that make it so.")
    for clash in verdict.clashes:
        print(f"  {clash}")
    if not verdict.sound:
        raise SystemExit(1)


@app.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="Port; 0 for any free.")
@click.option("--processes", type=click.IntRange(1), default=1, help="Processes that serve.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Queries that run side by side in each process; else about 6 in all.",
)
@click.option("--timeout", type=_POSITIVE, default=30.0, help="Seconds that a query may take.")
@click.option(
    "--memory", type=click.IntRange(256), default=2048, help="Megabytes that a query may take."
)
@click.option(
    "--cache",
    type=click.IntRange(0),
    default=64,
    help="Megabytes of answers that each process keeps; 0 for none.",
)
@click.option("--watch", is_flag=True, help="Take up a new store, or changed files, by itself.")
@click.option("--grace", type=_SECONDS, default=30.0, help="Seconds to end requests when stopped.")
@click.option(
    "--drain", type=_SECONDS, default=0.0, help="Seconds to go on, not ready, when told to stop."
)
@click.option("--root-url", help="Address that the outside uses, if a proxy stands before.")
@click.option(
    "--log-format", type=click.Choice(("json", "text")), default="json", help="Of a line."
)
@click.option(
    "--log-level",
    type=click.Choice(("debug", "info", "warning", "error")),
    default="info",
    help="The least that is logged; a request is info.",
)
@click.option("--log-queries", is_flag=True, help="Log the text of queries too.")
@_store_option
@_sources
def serve(
    *,
    host: str,
    port: int,
    processes: int,
    workers: int | None,
    timeout: float,
    memory: int,
    store: str | None,
    sources: Path | None,
    cache: int,
    watch: bool,
    grace: float,
    drain: float,
    root_url: str | None,
    log_format: str,
    log_level: str,
    log_queries: bool,
) -> None:
    """Serve SPARQL at /sparql and REST at /api/v1.

    SIGHUP takes up new data, SIGTERM stops when all is answered.

    Example: tipgraph serve --port 8000
    """
    from .opening import absolute
    from .pool import Limits
    from .serve import listen
    from .serve import serve as run
    from .supervise import supervise
    from .told import Told

    number = workers or max(2, 6 // processes)
    limits = Limits(seconds=timeout, megabytes=memory, workers=number)
    told = Told(
        store=None if store is None else absolute(store),
        sources=None if sources is None else str(sources.resolve()),
        limits=limits,
        cache=cache,
        watch=watch,
        grace=grace,
        drain=drain,
        root_url=root_url,
        log_format=log_format,
        log_level=log_level,
        log_queries=log_queries,
    )
    listener = listen(host, port)
    where = f"http://{host}:{listener.getsockname()[1]}"

    def ready(quads: int) -> None:
        size = f"{quads:,} quads"
        print(f"tipgraph: {size}; {where}/ {where}/sparql {where}/api/v1", flush=True)

    if processes == 1:
        run(told, listener, ready)
    else:
        raise SystemExit(supervise(told, listener, processes, ready))


@app.command("mcp")
@click.option("--http", is_flag=True, help="Serve over HTTP on this machine, and not over stdio.")
@click.option("--host", help="For --http: an address of this machine alone; else 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="For --http: 0 for any; else 8001.")
@click.option(
    "--bytes",
    "most",
    type=click.IntRange(16_000, 1_000_000),
    default=32_000,
    show_default=True,
    help="Bytes of JSON at most in an answer, or about that.",
)
@_store_option
@_sources
def for_assistants(
    *,
    http: bool,
    host: str | None,
    port: int | None,
    most: int,
    store: str | None,
    sources: Path | None,
) -> None:
    """Give assistants the graph, by the Model Context Protocol: search, ask, describe, gaps.

    Needs the package mcp: pip install 'tipgraph[mcp]'.

    Example: tipgraph mcp --sources texts
    """
    try:
        from . import assistant
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
            raise
        message = "tipgraph mcp needs the package mcp; install it: pip install 'tipgraph[mcp]'."
        raise NotInstalled(message) from error
    from .opening import open_bench

    if http:
        listener, address = assistant.listen(host, port)
        assistant.over_http(open_bench(store, sources), most, listener, address)
    elif host is None and port is None:
        assistant.over_stdio(open_bench(store, sources), most)
    else:
        message = "--host and --port are for --http; add it, or leave them out."
        raise BadParameter(message)


@app.group("sources")
def sources_group() -> None:
    """Work with copies of the source documents."""


sources_group.add_command(desk.sources_check)
app.add_command(authoring.draft_document)
app.add_command(authoring.review_draft)
app.add_command(desk.locate_words)
app.add_command(desk.anchor_files)
app.add_command(desk.write_template)
app.add_command(desk.import_sheet)
app.add_command(releasing.show_difference)
app.add_command(releasing.release_group)


def _put(path: Path | None, data: bytes) -> None:
    """Write *data* to the file *path*, or to standard output without one."""
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        _write(path, data)


def _write(path: Path, data: bytes) -> None:
    """Write *data* to *path* whole: a reader never sees a part of it."""
    if path.is_dir():
        message = f"{path} is a folder; name a file."
        raise BadParameter(message)
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        message = f"{path} cannot be written: {error.strerror}."
        raise BrokenFile(message) from error


def _one_of(form: str, choices: tuple[str, ...]) -> None:
    if form not in choices:
        message = f"--format {form}: give one of {', '.join(choices)}."
        raise BadParameter(message)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in given:
        name, mark, value = each.partition("=")
        if not mark or not name:
            message = f"{each}: write parameters as NAME=VALUE."
            raise BadParameter(message, parameter=each)
        pairs[name] = f"{pairs[name]},{value}" if name in pairs else value
    return pairs


def _asking(asked: tuple[str, ...], every: bool) -> Callable[[Releases], Sequence[Difference]]:
    """What to ask two releases, by the words of the command line."""
    what, rest = (asked[0], asked[1:]) if asked else ("", ())
    if every and not asked:
        return lambda releases: list(releases.every())
    if not every and rest and what == "ask":
        return lambda releases: [releases.ask(" ".join(rest))]
    if not every and rest and what == "question":
        return lambda releases: [releases.question(rest[0], _pairs(rest[1:]))]
    if not every and rest and what == "list":
        return lambda releases: [releases.things(rest[0], _pairs(rest[1:]))]
    message = "Give question and its name, ask and words, list and a kind, or --all alone."
    raise BadParameter(message)


def _citations(bench: Bench, items: Sequence[Item], asked: str, form: str) -> str:
    from . import citation

    note = citation.note(bench.release.version, f"the question {asked}")
    found = citation.cited(bench, citation.documents(items), note)
    return citation.written(found, form).rstrip()


def _print_reply(questions: Questions, reply: Reply, form: str) -> None:
    from . import formats

    if form == "sparql":
        print(reply.sparql, end="")
    elif form == "csv":
        print(formats.rows_csv(reply.rows), end="")
    elif form == "json":
        items = [
            formats.item(item, lambda _kind, iri: iri) for item in questions.answer(reply).items
        ]
        print(json.dumps({"items": items}, ensure_ascii=False, indent=2))
    else:
        print(reply.question.summary)
        for key, value in reply.question.example if not reply.given else ():
            print(f"  with {key}={value}; give another as {key}=VALUE")
        answer = questions.answer(reply)
        print()
        print(
            formats.items_text(answer.items)
            or "No item. The documents were assessed whole: none was found."
        )


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str], None]]:
    """A line on the terminal that says which step is under way; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda step: bar.update(task, description=f"{what}: {step}")
