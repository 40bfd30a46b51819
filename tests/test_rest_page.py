"""What docs/rest.md shows is what the service answers, and all that it takes is told there."""

import re
import shlex
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tipgraph.formats import ITEM_TYPES
from tipgraph.graph import SHIPPED
from tipgraph.kinds import kinds
from tipgraph.links import LONGEST_HEADER, LONGEST_LINE
from tipgraph.lookup import EVIDENCE_IN_LISTS
from tipgraph.parameters import DEFAULT_LIMIT, GIVING, MAX_LIMIT, OF_LISTS
from tipgraph.words import MOST_WORDS

PAGE = (Path(__file__).parents[1] / "docs" / "rest.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(curl [^\n]*)\n```\n(?:```text\n(.*?)```)?", PAGE, re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_an_example_gives_what_is_shown(client: TestClient, command: str, shown: str) -> None:
    words = shlex.split(command)
    headers = dict(words[at + 1].split(": ", 1) for at, w in enumerate(words) if w == "-H")
    answer = client.get(words[-1].removeprefix("http://127.0.0.1:8000"), headers=headers)

    if shown:
        assert answer.text.replace("\r\n", "\n").strip() == shown.strip()
    else:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(headers["Accept"])


def test_all_examples_are_run() -> None:
    assert len(EXAMPLES) == PAGE.count("curl ") == 7


def test_every_parameter_format_order_and_kind_is_told() -> None:
    for name in (*GIVING, *OF_LISTS):
        assert re.search(rf"`{name}=[^`]*`", PAGE), name
    for name, full in ITEM_TYPES.items():
        assert f"`{name}`" in PAGE
        assert f"`{full.split(';')[0]}`" in PAGE
    for kind in kinds(SHIPPED.queries).values():
        assert kind.name in PAGE
        assert all(f"`{sort}`" in PAGE for sort in kind.sorts)


def test_the_limits_told_are_those_kept() -> None:
    assert f"from 1 to {MAX_LIMIT} ({DEFAULT_LIMIT} for lists, {MAX_LIMIT} for questions" in PAGE
    assert f"up to {MOST_WORDS} words" in PAGE
    assert f"first {EVIDENCE_IN_LISTS}" in PAGE
    assert f"longer than {LONGEST_HEADER:,} characters" in PAGE
    assert f"longer than {LONGEST_LINE:,}" in PAGE
