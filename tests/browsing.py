"""A browser as a person has one, and what it complains of."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLE

from tipgraph.evidence import Bench
from tipgraph.graph import Layout
from tipgraph.paths import STATIC
from tipgraph.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

QUESTION = "/ask?q=which+responses+address+online+recruitment+of+children%3F"
# One of each kind of page.
PAGES = {
    "home": "/",
    "ask": "/ask",
    "answer": QUESTION,
    "answer as a table": QUESTION + "&view=table",
    "narrowed answer": QUESTION + "&pillars=prevention",
    "refusal": "/ask?q=is+there+a+kangaroo+in+brexit",
    "problem": "/ask?q=children&page=99",
    "impact": "/id/impact/loss-of-livelihoods",
    "group": "/concept/children",
    "document": "/id/document/icat-victims-and-survivors",
    "statement": "/id/statement/icat-group-has-26-members",
    "triples": "/concept/children?view=triples",
    "work": "/id/work/tip-protocol",
    "ontology": "/ontology",
    "kinds": "/browse",
    "list": "/browse/impacts?group=children&q=online",
    "list as a table": "/browse/responses?pillar=prevention&view=table",
    "list of nothing": "/browse/impacts?q=zeppelin",
    "search": "/search?q=remitt&kind=impacts",
    "questions": "/questions",
    "question": "/questions/impacts-on-group?group=migrant-domestic-workers",
    "vocabulary": "/vocabulary?q=child",
    "scheme": "/concept/scheme/groups",
    "matrix": "/matrix?rows=type&columns=pillar",
    "wide matrix": "/matrix?rows=group&columns=theme&empty=true",
    "network": "/network",
    "network around a thing": "/network?from=increased-poverty",
    "whole network": "/network?whole=true",
    "grown network": "/network?from=increased-poverty&also=decline-in-remittances",
    "editor": "/editor?example=impacts-in-several-documents",
    "gaps": "/gaps?gap=form-not-covered",
    "validate": "/validate?example=1",
    "operations": "/docs",
    "nothing there": "/no/such/page",
}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_build = pytest.mark.skipif(
    not (STATIC / "vendor").is_dir(), reason="web/build.py has not put the scripts of others there"
)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the path")


_LEADS = """
statement:step-{0} a tip:CausalStatement ; skos:prefLabel "Step {0}"@en ;
    dcterms:description "It leads on."@en ; tip:cause impact:matter-{0} ;
    tip:effect impact:matter-{1} ;
    tip:statedIn doc:example-brief ; tip:speaker actor:harbour-council ;
    tip:evidencedBy passage:example-jobs ; tip:modality c:asserted ;
    tip:evidenceBasis c:none-given .
"""


def in_a_row(folder: Path, count: int) -> Bench:
    """The example, and *count* things: each leads to the next, and some to a tenfold one."""
    data = folder / "data"
    shutil.copytree(EXAMPLE.data, data)
    with (data / "things" / "things.ttl").open("a", encoding="utf-8") as file:
        for at in range(count):
            file.write(f'\nimpact:matter-{at} a tip:Impact ; skos:prefLabel "Matter {at}"@en .')
    with (data / "documents" / "example-brief.ttl").open("a", encoding="utf-8") as file:
        for at in range(count - 1):
            file.write(_LEADS.format(at, at + 1))
        for at in range(1, count // 10):
            file.write(_LEADS.format(at, at * 10).replace("step-", "leap-"))
    layout = Layout(data=data)
    return Bench(Store.load(layout), layout)


@dataclass
class Visitor:
    """Somebody who looks at the pages of *address*, and hears all complaints of the browser."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))

    def _console(self, message) -> None:
        # A page that is not found is told by its status.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> int:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def follow(self, what: Locator) -> None:
        """Click on *what*, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            what.click()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return self.page.evaluate(wide)
