"""The command line as a person meets it: the installed command, its output and its exit status."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pyoxigraph
import pytest

from tipgraph.graph import SHIPPED
from tipgraph.store import Store

COMMAND = [sys.executable, "-m", "tipgraph"]
ASK = ["question", "responses-addressing-impact", "impact=online-recruitment-of-children"]
TEXTS = Path(__file__).parent / "example" / "texts"


def run(*arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k != "TIPGRAPH_SOURCES"}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=clean | (env or {}),
    )


def test_a_question_is_answered_with_why_and_evidence() -> None:
    done = run(*ASK)

    assert done.returncode == 0
    assert "Internet safety programmes for parents and children" in done.stdout
    assert "why: addresses Children targeted by traffickers online" in done.stdout
    assert "curator-inferred" in done.stdout
    assert "devices-for-schoolchildren" not in done.stdout


def test_with_the_texts_the_answer_quotes(source_texts: Path) -> None:
    done = run(*ASK, "--sources", source_texts)

    assert done.returncode == 0
    assert re.search(r"“[^”]{40,}”", done.stdout)


@pytest.mark.parametrize("form", ["csv", "json", "sparql"])
def test_a_question_in_other_formats(form: str, store: Store) -> None:
    done = run(*ASK, "--format", form)

    assert done.returncode == 0
    if form == "json":
        assert len(json.loads(done.stdout)["items"]) == 4
    elif form == "csv":
        assert done.stdout.startswith("item,label,")
    else:
        assert len(store.select(done.stdout)) >= 4


def test_questions_are_listed_with_the_users_own_first() -> None:
    done = run("question")

    assert done.stdout.startswith("responses-addressing-impact")
    assert done.stdout.count("?\n") >= 30


MISTAKES = [
    (["question", "responses-adressing-impact"], 4, "responses-addressing-impact"),
    (["question", "responses-addressing-impact", "impct=x"], 2, "it takes impact"),
    (
        ["question", "responses-addressing-impact", "impact=online-recrutment"],
        2,
        "online-recruitment",
    ),
    (["question", "responses-addressing-impact", "impact"], 2, "NAME=VALUE"),
    ([*ASK, "--format", "pdf"], 2, "text, csv, json, sparql, bibtex, ris, csl"),
    ([*ASK, "--store", "/nonexistent"], 3, "tipgraph build"),
    ([*ASK, "--sources", "/nonexistent"], 3, "is not a folder"),
    (["export", "--format", "pdf"], 2, "turtle"),
    (["reason", "--reasoner", "pellet"], 2, "hermit"),
    (["sources", "check"], 2, "--sources"),
    (["validate", "/nonexistent.ttl"], 3, "cannot be read"),
    (["validate", "--data", "/nonexistent"], 2, "does not exist"),
    (["validate", "--shapes", "/nonexistent"], 2, "does not exist"),
    (["frobnicate"], 2, "No such command"),
    (["build", "/dev/null/store"], 3, "Choose another place"),
    (["export", "--output", "."], 2, "name a file"),
    (["export", "--output", "/nonexistent/graph.ttl"], 3, "cannot be written"),
    (["serve", "--port", "99999"], 2, "65535"),
    (["serve", "--workers", "0"], 2, "x>=1"),
    (["serve", "--timeout", "0"], 2, "x>0"),
    (["serve", "--port", "0", "--store", "/nonexistent"], 3, "tipgraph build"),
    (["serve", "--port", "0", "--store", "/nonexistent", "--processes", "3"], 3, "tipgraph build"),
    (["serve", "--port", "0", "--root-url", "data.example.org"], 2, "https://data.example.org/tip"),
]


@pytest.mark.parametrize(("arguments", "status", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_has_its_status_and_says_what_to_do(arguments, status: int, hint: str) -> None:
    done = run(*arguments)

    assert done.returncode == status
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_broken_shapes_are_named_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("@prefix a: <a:> .\n\na:s a:p ;; .\n a", encoding="utf-8")
    done = run("validate", "--shapes", tmp_path)

    assert done.returncode == 3
    assert re.search(r"bad\.ttl:3:9\n", done.stdout)
    assert "shapes: not looked at" in done.stdout


def test_a_store_that_lost_a_file_is_told(tmp_path: Path) -> None:
    target = tmp_path / "graph.store"
    assert run("build", target).returncode == 0
    for path in (target / "store").glob("*.sst"):
        path.unlink()
    done = run(*ASK, "--store", target)

    assert done.returncode == 3
    assert "Make it anew" in done.stderr


def test_a_broken_file_is_named_with_line_and_column(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix a: <a:> .\na:s a:p\n", encoding="utf-8")
    done = run("validate", broken)

    assert done.returncode == 3
    assert re.search(r"broken\.ttl:\d+:\d+\n", done.stdout)
    assert "Violation [syntax turtle]" in done.stdout


def test_a_model_that_does_not_conform_has_status_one() -> None:
    done = run("validate", Path(__file__).parent / "models" / "invalid" / "StatementModality.ttl")

    assert done.returncode == 1
    assert "[shape StatementModality]" in done.stdout
    assert "1 finding (1 Violation)" in done.stdout


def test_a_changed_source_text_is_refused(tmp_path: Path) -> None:
    name = "iom-norway-human-trafficking.txt"
    (tmp_path / name).write_text("Not the text.", encoding="utf-8")
    done = run(*ASK, "--sources", tmp_path)

    assert done.returncode == 3
    assert f"{name} is not the text that was coded" in done.stderr


def test_sources_that_are_missing_are_named() -> None:
    done = run("sources", "check", "--sources", TEXTS)

    assert done.returncode == 1
    assert "unodc-effects-and-responses-summary.txt" in done.stdout
    assert "4 faults" in done.stdout


def test_the_source_texts_hold(source_texts: Path) -> None:
    done = run("sources", "check", env={"TIPGRAPH_SOURCES": str(source_texts)})

    assert done.returncode == 0
    assert "0 faults" in done.stdout


@pytest.mark.parametrize("form", ["turtle", "trig", "nquads", "jsonld", "ntriples"])
def test_an_export_reads_back_whole(form: str, tmp_path: Path, store: Store) -> None:
    target = tmp_path / "graph"
    formats = {
        "turtle": pyoxigraph.RdfFormat.TURTLE,
        "trig": pyoxigraph.RdfFormat.TRIG,
        "nquads": pyoxigraph.RdfFormat.N_QUADS,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
        "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    }
    done = run("export", "--format", form, "--output", target)

    assert done.returncode == 0
    assert len(list(pyoxigraph.parse(path=str(target), format=formats[form]))) == len(store)


def test_a_reader_that_leaves_early_is_no_error() -> None:
    for command in (["export"], ["question", "impacts-without-response"]):
        with subprocess.Popen(
            [*COMMAND, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as child:
            assert child.stdout
            assert child.stderr
            child.stdout.read(10)
            child.stdout.close()

            assert child.stderr.read() == b""
            assert child.wait(30) == 0


def test_a_built_store_answers_as_the_files_do(tmp_path: Path) -> None:
    target = tmp_path / "graph.store"

    assert run("build", target).returncode == 0
    assert run(*ASK, "--store", target).stdout == run(*ASK).stdout
    assert run("build", target).returncode == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == [".graph.store.lock", "graph.store"]


@pytest.mark.parametrize("after", [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6])
def test_a_killed_build_leaves_the_old_store(tmp_path: Path, after: float) -> None:
    target = tmp_path / "graph.store"
    assert run("build", target).returncode == 0
    before = run(*ASK, "--store", target).stdout
    with subprocess.Popen([*COMMAND, "build", str(target)], stdout=subprocess.DEVNULL) as child:
        aside = tmp_path / ".graph.store.new"
        while not aside.exists() and child.poll() is None:
            pass
        time.sleep(after)
        child.send_signal(signal.SIGKILL)

    assert run(*ASK, "--store", target).stdout == before
    assert run("build", target).returncode == 0
    assert run(*ASK, "--store", target).stdout == before


def test_a_build_stopped_between_its_renames_still_answers(tmp_path: Path) -> None:
    target = tmp_path / "graph.store"
    assert run("build", target).returncode == 0
    before = run(*ASK, "--store", target).stdout
    target.rename(tmp_path / ".graph.store.old")

    assert run(*ASK, "--store", target).stdout == before
    assert run("build", target).returncode == 0
    assert run(*ASK, "--store", target).stdout == before


def test_a_folder_of_others_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear", encoding="utf-8")
    done = run("build", tmp_path)

    assert done.returncode == 3
    assert "is not a tipgraph store" in done.stderr
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "Dear"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_service_answers_on_a_real_port_and_stops_when_told() -> None:
    port = free_port()
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            assert f"http://127.0.0.1:{port}" in server.stdout.readline()
            url = f"http://127.0.0.1:{port}/api/v1/responses?impact=online-recruitment-of-children"
            for _ in range(100):
                try:
                    with urllib.request.urlopen(url) as answer:
                        body = json.load(answer)
                    break
                except OSError:
                    time.sleep(0.05)
            assert len(body["items"]) == 4
        finally:
            server.terminate()
            assert server.wait(10) in {0, -signal.SIGTERM}


def test_every_command_has_help_with_an_example() -> None:
    listed = run("--help").stdout
    for name in ("question", "validate", "build", "export", "reason", "serve"):
        assert name in listed
        assert "Example: tipgraph" in " ".join(run(name, "--help").stdout.split())
    for names in (("sources", "check"), ("release", "check"), ("release", "prepare")):
        assert "Example: tipgraph" in " ".join(run(*names, "--help").stdout.split())
    for name in ("locate", "anchor", "template", "import", "diff"):
        assert name in listed
        assert "Example: tipgraph" in " ".join(run(name, "--help").stdout.split())


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--port", taken.getsockname()[1])

    assert done.returncode == 3
    assert "in use" in done.stderr


def test_the_working_folder_does_not_matter(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, *ASK], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []
    assert shutil.which("tipgraph", path=str(Path(sys.executable).parent))
    assert SHIPPED.ontology.is_dir()
