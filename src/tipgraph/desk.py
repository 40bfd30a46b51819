"""The commands of a curator at work: mark passages, keep the marks right, check the texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .errors import BadParameter, BrokenFile, NotFound
from .graph import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .anchor import Anchored, Texts
    from .answers import Document, Passage
    from .described import Described
    from .evidence import Bench
    from .imported import Imported, Page
    from .locate import Coded
    from .sources import Fault, Sources

_PATH = click.Path(path_type=Path)
_SURE = ("certain", "likely", "doubtful")

_sources = click.option(
    "--sources",
    type=_PATH,
    envvar="TIPGRAPH_SOURCES",
    help="Folder with the texts of the source documents.",
)
_former = click.option(
    "--former",
    type=_PATH,
    help="Folder with the texts that were coded, if those of --sources are new editions.",
)
_store_option = click.option("--store", help="A store, as for `tipgraph question`; else the files.")


@click.command("locate")
@click.argument("document", metavar="DOC")
@click.argument("words", nargs=-1, required=True)
@click.option("--exact", is_flag=True, help="The words alone, not the sentence around them.")
@click.option("--format", "form", type=click.Choice(("text", "turtle", "json")), default="text")
@_sources
@_store_option
def locate_words(
    document: str,
    words: tuple[str, ...],
    *,
    exact: bool,
    form: str,
    sources: Path | None,
    store: str | None,
) -> None:
    """Find WORDS in a source text, with the Turtle that marks them as a passage.

    DOC is the name of a document of the graph, or a text file. Each further WORDS is one more
    span. Case, white space and kinds of quotes do not count. If nothing has the words, what is
    most like them is shown, and the exit status is 1.

    Example: tipgraph locate iom-norway-human-trafficking "remittance fees" --sources texts
    """
    from .locate import lines, locate, nearest, to_json, turtle

    coded = _coded(document, sources, store)
    found = locate(coded, words, whole=not exact)
    near = () if found else nearest(coded, words, whole=not exact)
    shown = found or near
    if form == "json":
        print(to_json(shown))
    elif form == "turtle":
        print("\n".join(turtle(one) for one in found), end="")
    else:
        print("\n".join(_headline(found, near, coded)))
        for one in shown:
            print("\n".join(lines(one)))
    if not found:
        raise SystemExit(1)


@click.command("anchor")
@click.argument("files", nargs=-1, required=True, type=_PATH)
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 if something would.")
@click.option("--dry-run", is_flag=True, help="Change nothing; show what would be changed.")
@click.option("--edition", is_flag=True, help="Take a text that was changed as a new edition.")
@click.option(
    "--least", type=click.Choice(_SURE), default="likely", help="How sure a repair must be."
)
@_sources
@_former
@_store_option
def anchor_files(
    files: tuple[Path, ...],
    *,
    check: bool,
    dry_run: bool,
    edition: bool,
    least: str,
    sources: Path | None,
    former: Path | None,
    store: str | None,
) -> None:
    """Fill and repair spans, hashes and phrases of passages in Turtle FILES.

    Nothing else in the files is touched. A passage needs its document and a phrase, or spans.
    What cannot be put right is told, and the exit status is 1.

    Example: tipgraph anchor my-document.ttl --sources texts
    """
    from .anchor import Texts

    texts = Texts(_folder(sources), _folder(former) if former else None, edition, least)
    done = [(path, *_anchored(path, texts, store)) for path in files]
    for path, raw, found in done:
        _tell(path, found, "would be put right" if check or dry_run else "put right")
        if found.after != raw and (check or dry_run):
            print(found.diff(str(path)), end="")
        elif found.after != raw:
            _write(path, found.after)
    wrong = any(found.left for _, _, found in done)
    if wrong or (check and any(found.after != raw for _, raw, found in done)):
        raise SystemExit(1)


@click.command("check")
@_sources
@_former
@_store_option
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
def sources_check(sources: Path | None, former: Path | None, store: str | None, form: str) -> None:
    """Check that the source texts are those that were coded, and that every span holds.

    A file that has a document's name but is another text is taken for a new edition: each passage
    is looked for in it, and told how sure its new place is. With the texts that were coded in
    --former, also passages with other words are found.

    Example: tipgraph sources check --sources texts
    """
    from .sources import summary

    bench = _bench(store)
    texts = _folder(sources)
    passages = _passages(bench)
    documents = list(bench.documents.values())
    faults = texts.check(documents, passages, _folder(former) if former else None)
    if form == "json":
        print(json.dumps(_fault_json(faults), ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            print(f"{fault.subject}: {fault.message}")
        print("\n".join(summary(faults)), end="\n" if summary(faults) else "")
        counts = f"{len(documents)} documents and {len(passages)} passages"
        print(f"{counts} checked: {len(faults)} faults")
    if faults:
        raise SystemExit(1)


@click.command("template")
@click.argument("target", type=_PATH)
@click.option("--document", help="Fill it with what the graph has of this document.")
@_store_option
def write_template(target: Path, document: str | None, store: str | None) -> None:
    """Write a spreadsheet for curators: a workbook with drop-downs, or CSV files in a folder.

    TARGET ends in .xlsx, or names a new folder.

    Example: tipgraph template my-document.xlsx
    """
    from .names import Names
    from .template import filled, tables, workbook

    if target.exists():
        message = f"{target} is there already, and may be filled in; name another file."
        raise BadParameter(message)
    bench = _bench(store)
    names, graph = Names(bench.store, bench.layout), _described(bench)
    rows = filled(graph, names, _document(bench, document).id) if document else {}
    if target.suffix.lower() == ".xlsx":
        target.write_bytes(workbook(graph, names, rows))
        return
    target.mkdir(parents=True)
    for name, data in tables(graph, names, rows).items():
        (target / name).write_bytes(data)


@click.command("import")
@click.argument("sheet", type=_PATH)
@click.option("--output", type=_PATH, default=Path(), help="Folder, such as that of the data.")
@click.option("--check", is_flag=True, help="Write nothing.")
@_sources
@_store_option
def import_sheet(
    sheet: Path, *, output: Path, check: bool, sources: Path | None, store: str | None
) -> None:
    """Read a filled-in spreadsheet into Turtle files, which are checked by all rules of the graph.

    SHEET is a workbook or a folder of CSV files, as `tipgraph template` writes them. All faults
    are told at once, by their cell, such as Statements!B7; then nothing is written, and the exit
    status is 1.

    Example: tipgraph import my-document.xlsx --sources texts --output data
    """
    from .imported import pages

    found = _imported(pages(sheet), _bench(store), _folder(sources))
    faults = [str(fault) for fault in found.faults] or _broken_rules(found)
    for fault in faults:
        print(fault)
    print(f"{sheet}: {len(faults)} faults")
    if faults:
        raise SystemExit(1)
    targets = {output / path: text for path, text in found.files.items()}
    there = [str(path) for path in targets if path.exists()]
    if there and not check:
        message = f"{', '.join(there)} is there already; name another folder with --output."
        raise BadParameter(message)
    for path, text in targets.items() if not check else ():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)


def _described(bench: Bench) -> Described:
    from .rdf import read
    from .revisions import stated

    return stated(read(bench.store.dump("nquads"), "nquads"))


def _imported(found: Mapping[str, Page], bench: Bench, texts: Sources) -> Imported:
    from .forms import forms
    from .imported import Import
    from .locate import Coded
    from .names import Names
    from .terms import slug

    coded = {}
    for document in bench.documents.values():
        text = texts.text(document)
        if text is not None:
            coded[slug(document.id)] = _marks(bench, document, text)
    for row in found["Document"].rows if "Document" in found else ():
        name, file = row.cells.get("Name", ""), row.cells.get("Text file", "")
        named = texts.named(file)
        if named is not None and name not in coded:
            coded[name] = Coded(name, named[0], "en", {})
    return Import(forms(_described(bench)), Names(bench.store, bench.layout), coded).read(found)


def _broken_rules(found: Imported) -> list[str]:
    """What the shapes and checks find in what was read, by the cell that says it."""
    from .findings import GRAPH
    from .rdf import read
    from .submission import Reviewer
    from .terms import Iri

    quads = [q for text in found.files.values() for q in read(text.encode(), "turtle")]
    told = []
    for one in Reviewer(SHIPPED).review(tuple(quads), GRAPH).violations:
        predicate = one.path.value if isinstance(one.path, Iri) else None
        cell = found.cell(one.focus.value, predicate) or one.thing
        told.append(f"{cell}: {one.message} {one.fix}".rstrip())
    return list(dict.fromkeys(told))


def _folder(folder: Path | None) -> Sources:
    from .sources import Sources

    if folder is None:
        message = "Name the folder of the texts with --sources, or in TIPGRAPH_SOURCES."
        raise BadParameter(message)
    return Sources(folder)


def _bench(store: str | None) -> Bench:
    from .evidence import Bench
    from .opening import open_store

    return Bench(open_store(store), SHIPPED)


def _passages(bench: Bench) -> list[Passage]:
    return list({p.id: p for found in bench.passages().values() for p in found}.values())


def _coded(name: str, sources: Path | None, store: str | None) -> Coded:
    """The document called *name*: one of the graph, or a text file of its own."""
    from .locate import Coded

    path = Path(name)
    if path.suffix and path.is_file():
        try:
            return Coded(path.stem, path.read_bytes().decode(), "en", {})
        except (OSError, UnicodeDecodeError) as error:
            raise BrokenFile(f"{path} cannot be read: {error}; save it as UTF-8.") from error
    bench, texts = _bench(store), _folder(sources)
    document = _document(bench, name)
    text = texts.text(document)
    if text is None:
        texts.require([document])
        message = f"No file in {texts.folder} is the text of {name}; put {document.file} there."
        raise BrokenFile(message)
    return _marks(bench, document, text)


def _marks(bench: Bench, document: Document, text: str) -> Coded:
    """The text of *document* with the passages that the graph has of it."""
    from .locate import Coded
    from .terms import slug

    own = [p for p in _passages(bench) if p.document.id == document.id]
    passages = {slug(p.id): (p.phrase, p.spans, p.section) for p in own}
    return Coded(slug(document.id), text, "en", passages)


def _document(bench: Bench, name: str) -> Document:
    from .names import nearest
    from .terms import expand, slug

    known = {slug(iri): one for iri, one in bench.documents.items()}
    wanted = slug(expand(name) or name)
    if wanted in known:
        return known[wanted]
    near = nearest(name, list(known)) or list(known)
    message = f"There is no document {name!r}; take one of {', '.join(near)}, or a .txt file."
    raise NotFound(message, suggestions=tuple(near))


def _headline(found: Sequence[object], near: Sequence[object], coded: Coded) -> list[str]:
    if found:
        return [f"{len(found)} in {coded.slug}", ""] if len(found) > 1 else []
    if near:
        return [f"Not in {coded.slug}, at least not in this order. Most like it:", ""]
    return [f"Nothing in {coded.slug} is like it. Give words that stand in the text."]


def _anchored(path: Path, texts: Texts, store: str | None) -> tuple[str, Anchored]:
    from .anchor import anchor
    from .errors import BadData
    from .rdf import read_files

    read_files([path])
    raw = path.read_bytes().decode()
    try:
        return raw, anchor(raw, texts, _known(raw, store))
    except BadData as error:
        message = f"{path}: {error} Only Turtle files can be anchored."
        raise BrokenFile(message, file=str(path), **error.details) from error


def _known(raw: str, store: str | None) -> dict[str, tuple[str, str]]:
    """The documents of the graph, unless the file describes its own."""
    if "textFile" in raw and store is None:
        return {}
    return {iri: (one.file, one.sha256) for iri, one in _bench(store).documents.items()}


def _tell(path: Path, found: Anchored, right: str) -> None:
    for note in found.notes:
        state = right if note.done else "LEFT AS IT IS"
        print(f"{path}:{note.line}: {note.thing}: {state} ({note.sure}): {note.reason}")
    done = len(found.notes) - found.left
    print(f"{path}: {done} {right}, {found.left} left as they are")


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(text.encode())
    aside.chmod(path.stat().st_mode & 0o777)
    aside.replace(path)


def _fault_json(faults: Sequence[Fault]) -> dict[str, object]:
    return {"faults": [_one_fault(fault) for fault in faults], "total": len(faults)}


def _one_fault(fault: Fault) -> dict[str, object]:
    found = fault.found
    place = found and {
        "sure": found.sure,
        "spans": [{"start": s.start, "end": s.end} for s in found.spans],
        "shift": found.by,
        "score": found.score,
    }
    return {
        "document": fault.document,
        "subject": fault.subject,
        "message": fault.message,
        "found": place,
    }
