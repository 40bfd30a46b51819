"""The commands of a release: what changed, whether the version says so, and the files of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from .release import Verdict

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


_root = click.option(
    "--root", type=_PATH, default=Path(), help="Folder with `ontology` and `data`; else this one."
)
_since = click.option(
    "--since", help="The earlier release: a folder, a dump, a store, or a tag of git."
)


@click.group("release")
def release_group() -> None:
    """Check, prepare and write a release of the graph."""


@release_group.command("check")
@_root
@_since
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
def release_check(root: Path, since: str | None, form: str) -> None:
    """Say whether a release may be made, and which number its version must move.

    Exit status 1 if not: the version says less than has changed, places disagree on it, a term is
    gone that was not deprecated, a deprecated term is used, or the change log is silent.

    Example: tipgraph release check --since v0.1.0
    """
    found = _verdict(root, since)
    print(_told_json(found) if form == "json" else "\n".join(_told(found)))
    if found.refusals:
        raise SystemExit(1)


@release_group.command("prepare")
@click.argument("version")
@_root
@click.option("--since", required=True, help="The earlier release, as for `check`.")
@click.option("--dry-run", is_flag=True, help="Change nothing; name the files.")
def release_prepare(version: str, root: Path, since: str, dry_run: bool) -> None:
    """Write VERSION and the date into all files that have them, and begin the change log.

    The date is today's, or that of SOURCE_DATE_EPOCH. Then see to the change log, and check.

    Example: tipgraph release prepare 0.2.0 --since v0.1.0
    """
    from .changelog import headline
    from .prepare import prepared, today
    from .versions import Level, Version

    found = _verdict(root, since)
    if found.found is None:
        return
    earlier = found.found.before.text("https://w3id.org/tipgraph/ontology", _VERSION_INFO)
    new, old = Version.of(version), Version.of(earlier)
    why = [str(reason) for reason in found.reasons if reason.level >= Level.MINOR]
    log = "\n".join(["### Changed", "", f"- {headline(found.found)}.", *(f"- {w}" for w in why)])
    for path, text in prepared(root, str(old), str(new), today(), log).items():
        print(path)
        if not dry_run:
            path.write_text(text, encoding="utf-8", newline="")


@release_group.command("write")
@click.argument("target", type=_PATH)
@_root
@_since
@click.option("--base-url", default="", help="Address that the folder will have; else relative.")
def release_write(target: Path, root: Path, since: str | None, base_url: str) -> None:
    """Write the files of a release into the new folder TARGET; refused as by `check`.

    Dumps in four formats, VoID, DCAT, CITATION.cff, CHANGES.md, the ontology, a site that needs
    no server, and SHA256SUMS. The same graph gives the same bytes.

    Example: tipgraph release write dist/0.1.0
    """
    from .publication import publication, put

    found = _verdict(root, since)
    print("\n".join(_told(found)))
    if found.refusals:
        raise SystemExit(1)
    files = publication(found, base_url)
    put(files, target)
    size = sum(map(len, files.values())) / 1e6
    print(f"{target}: {len(files):,} files, {size:.1f} MB")


_VERSION_INFO = "http://www.w3.org/2002/07/owl#versionInfo"
_SHOWN = 20


def _verdict(root: Path, since: str | None) -> Verdict:
    from .release import Candidate, verdict
    from .revisions import described

    return verdict(Candidate.of(root), None if since is None else described(since))


def _told(found: Verdict) -> list[str]:
    from .changelog import headline

    version = found.candidate.version
    lines = [f"Release {version}"]
    if found.found is None:
        lines += ["No earlier release is given, so nothing is compared."]
    else:
        lines += [headline(found.found), f"Moves at least: {found.needed.name.lower()}"]
        strong = [r for r in found.reasons if r.level == found.needed]
        lines += [f"  {reason}" for reason in strong[:_SHOWN]]
        lines += [f"  and {len(strong) - _SHOWN} more"] if len(strong) > _SHOWN else []
    lines += [f"REFUSED: {one}" for one in found.refusals]
    return [*lines, "May be released." if not found.refusals else "May not be released."]


def _told_json(found: Verdict) -> str:
    told = {
        "version": found.candidate.version,
        "needed": found.needed.name.lower(),
        "reasons": [
            {"level": r.level.name.lower(), "thing": r.thing, "words": r.words}
            for r in found.reasons
        ],
        "refusals": list(found.refusals),
    }
    return json.dumps(told, ensure_ascii=False, indent=2)
