"""The commands of a release: what changed, whether the version says so, and the files of it."""

from __future__ import annotations

from pathlib import Path

import click

_PATH = click.Path(path_type=Path)


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--format", "form", type=click.Choice(("text", "markdown", "json")), default="text")
@click.option("--exit-code", is_flag=True, help="Exit status 1 if there is a difference.")
def show_difference(before: str, after: str, form: str, exit_code: bool) -> None:
    """Say what changed from A to B: by thing and statement, in words.

    A and B are folders with `data` and `ontology`, or with RDF files; dumps; stores that `tipgraph
    build` wrote; or revisions of the git repository that you are in. Markdown is for pull requests.

    Example: tipgraph diff HEAD . --format markdown
    """
    from .changelog import written
    from .changes import difference
    from .revisions import described

    found = difference(described(before), described(after))
    print(written(found, form), end="")
    if exit_code and found.changes:
        raise SystemExit(1)
