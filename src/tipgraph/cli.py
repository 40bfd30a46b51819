"""The command line."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import BadParameter, TipgraphError
from .graph import SHIPPED, Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .evidence import Bench
    from .questions import Questions, Reply
    from .store import Store

app = typer.Typer(
    name="tipgraph",
    help="Ask, check and serve the knowledge graph of policy responses to trafficking in persons.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
sources_app = typer.Typer(help="Work with copies of the source documents.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")

_SourcesOption = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        envvar="TIPGRAPH_SOURCES",
        help="Folder with the texts of the source documents, for quotations.",
    ),
]
_StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store", help="Folder of a store that `tipgraph build` wrote; else the files are read."
    ),
]
_DataOption = Annotated[Path, typer.Option("--data", help="Folder of the data files.")]
_OntologyOption = Annotated[Path, typer.Option("--ontology", help="Folder of the ontology files.")]
_ShapesOption = Annotated[Path, typer.Option("--shapes", help="Folder of the SHACL shapes.")]


def main() -> None:
    """Run the command line; an error on purpose becomes one line and its exit status."""
    try:
        app()
    except TipgraphError as error:
        print(f"tipgraph: {error}", file=sys.stderr)
        raise SystemExit(error.exit_status) from None
    except BrokenPipeError:
        # The reader of our output, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


@app.command()
def question(
    name: Annotated[
        str | None, typer.Argument(help="The question; leave it out to list them.")
    ] = None,
    given: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...")] = None,
    form: Annotated[str, typer.Option("--format", help="text, csv, json or sparql.")] = "text",
    store: _StoreOption = None,
    sources: _SourcesOption = None,
) -> None:
    """Ask a question file, or list the questions.

    Example: tipgraph question responses-addressing-impact impact=online-recruitment-of-children
    """
    from .names import Names
    from .questions import Questions

    if form not in {"text", "csv", "json", "sparql"}:
        message = f"--format {form}: give text, csv, json or sparql."
        raise BadParameter(message)
    bench = _bench(store, sources)
    questions = Questions(bench, Names(bench.store, bench.layout))
    if name is None:
        for each in questions.all.values():
            takes = " ".join(f"{k}={v}" for k, v in each.example)
            print(f"{each.name} {takes}\n    {each.summary}")
        return
    reply = questions.ask(name, _pairs(given or []))
    _print_reply(questions, reply, form)


@app.command()
def validate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="RDF files; else the shipped graph.")
    ] = None,
    data: _DataOption = SHIPPED.data,
    ontology: _OntologyOption = SHIPPED.ontology,
    shapes: _ShapesOption = SHIPPED.shapes,
) -> None:
    """Check the graph against shapes and checks; exit status 1 if anything is found.

    Files given are checked in place of the data, with the ontology and its concepts beside them.

    Example: tipgraph validate
    """
    from .store import Store
    from .validate import lines
    from .validate import validate as run

    layout = Layout(ontology=ontology, data=data, shapes=shapes)
    only = None
    if files:
        store = Store.load(layout.without_data(), derived=False)
        only = frozenset().union(*(store.add(path) for path in files))
        store.derive(layout)
    else:
        store = Store.load(layout)
    with _progress("Checking") as step:
        report = run(store, layout, step, only)
    print("\n".join(lines(report)))
    if not report.conforms:
        raise typer.Exit(1)


@app.command()
def build(target: Annotated[Path, typer.Argument(help="Folder of the store.")]) -> None:
    """Write the graph into a store on disk, put in place whole when it is ready.

    Example: tipgraph build graph.store
    """
    from .build import build as run

    with _progress("Building") as step:
        step("files")
        count = run(SHIPPED, target)
    print(f"{target}: {count:,} quads")


@app.command()
def export(
    form: Annotated[
        str, typer.Option("--format", help="turtle, ntriples, jsonld, trig or nquads.")
    ] = "turtle",
    output: Annotated[
        Path | None, typer.Option("--output", help="File; else standard output.")
    ] = None,
    store: _StoreOption = None,
) -> None:
    """Write the whole graph, derived links included, in one RDF format.

    Example: tipgraph export --format trig --output tipgraph.trig
    """
    known = ("turtle", "ntriples", "jsonld", "trig", "nquads", "rdfxml")
    if form not in known:
        message = f"--format {form}: give one of {', '.join(known)}."
        raise BadParameter(message)
    dump = _store(store).dump(form)
    if output is None:
        sys.stdout.buffer.write(dump)
        sys.stdout.buffer.flush()
    else:
        output.write_bytes(dump)


@app.command()
def reason(
    files: Annotated[
        list[Path] | None, typer.Argument(help="RDF files to add to the graph.")
    ] = None,
    reasoner: Annotated[str, typer.Option("--reasoner", help="auto, hermit or owlrl.")] = "auto",
    data: _DataOption = SHIPPED.data,
    ontology: _OntologyOption = SHIPPED.ontology,
) -> None:
    """Check that the graph is consistent and every class can have members; exit status 1 if not.

    Example: tipgraph reason
    """
    from .dataset import union
    from .reason import reason as run
    from .store import Store

    if reasoner not in {"auto", "hermit", "owlrl"}:
        message = f"--reasoner {reasoner}: give auto, hermit or owlrl."
        raise BadParameter(message)
    store = Store.load(Layout(ontology=ontology, data=data))
    for path in files or []:
        store.add(path)
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
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    store: _StoreOption = None,
    sources: _SourcesOption = None,
) -> None:
    """Serve SPARQL at /sparql and REST at /api/v1.

    Example: tipgraph serve --port 8000
    """
    import uvicorn

    from .app import create_app

    bench = _bench(store, sources)
    where = f"http://{host}:{port}"
    print(
        f"tipgraph: {len(bench.store):,} quads; {where}/docs {where}/sparql {where}/api/v1",
        flush=True,
    )
    uvicorn.run(create_app(bench), host=host, port=port, log_level="warning")


@sources_app.command("check")
def sources_check(sources: _SourcesOption = None, store: _StoreOption = None) -> None:
    """Check that the source texts are those that were coded, and that every span holds.

    Example: tipgraph sources check --sources texts
    """
    from .evidence import Bench
    from .sources import Sources

    if sources is None:
        message = "Name the folder of the texts with --sources, or in TIPGRAPH_SOURCES."
        raise BadParameter(message)
    bench = Bench(_store(store), SHIPPED)
    passages = {p.id: p for found in bench.passages().values() for p in found}
    faults = Sources(sources).check(list(bench.documents.values()), list(passages.values()))
    for fault in faults:
        print(f"{fault.subject}: {fault.message}")
    counts = f"{len(bench.documents)} documents and {len(passages)} passages"
    print(f"{counts} checked: {len(faults)} faults")
    if faults:
        raise typer.Exit(1)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in given:
        name, mark, value = each.partition("=")
        if not mark or not name:
            message = f"{each}: write parameters as NAME=VALUE."
            raise BadParameter(message, parameter=each)
        pairs[name] = f"{pairs[name]},{value}" if name in pairs else value
    return pairs


def _store(folder: Path | None) -> Store:
    from .build import open_built
    from .store import Store as Loaded

    return Loaded.load(SHIPPED) if folder is None else open_built(folder)


def _bench(store: Path | None, sources: Path | None) -> Bench:
    from .evidence import Bench as Looked
    from .sources import Sources

    texts = None if sources is None else Sources(sources)
    bench = Looked(_store(store), SHIPPED, texts)
    if texts is not None:
        texts.require(list(bench.documents.values()))
    return bench


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
