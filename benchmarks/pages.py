"""Measure the pages: server time beside the API's, and what Chromium loads and paints.

    python benchmarks/pages.py [--address http://127.0.0.1:8000]
    python benchmarks/pages.py --large http://127.0.0.1:8000

The service is to run, with `--cache 0`, so that nothing comes from memory. `--large` is for one on
a graph of a thousand linked things and more, such as synthetic.py makes of 1e5 triples.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
import urllib.request
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

ASK = "/ask?q=which+responses+address+online+recruitment+of+children%3F"
PAIRS = {
    ASK: "/api/v1" + ASK,
    "/id/impact/loss-of-livelihoods": "/api/v1/impacts/loss-of-livelihoods",
    "/concept/children": "/api/v1/groups/children",
    "/concept/internet": "/api/v1/concepts/internet",
    "/id/document/uscri-far-too-socially-distant": (
        "/api/v1/statements?document=uscri-far-too-socially-distant&sort=position&limit=500"
    ),
    "/browse/impacts": "/api/v1/impacts?limit=20",
    "/search?q=remitt": "/api/v1/search?q=remitt",
    "/questions/impacts-on-group?group=children": (
        "/api/v1/questions/impacts-on-group?group=children"
    ),
    "/matrix?rows=type&columns=pillar": "/api/v1/matrix?rows=type&columns=pillar&empty=false",
    "/gaps": "/api/v1/gaps?limit=20",
    "/ask?q=is+there+a+kangaroo+in+brexit": "/api/v1/ask?q=is+there+a+kangaroo+in+brexit",
    "/ask?q=which+practices+are+for+seafarers%3F": (
        "/api/v1/ask?q=which+practices+are+for+seafarers%3F"
    ),
    "/id/statement/icat-group-has-26-members": "/api/v1/statements/icat-group-has-26-members",
    "/concept/scheme/groups": "/api/v1/concepts?scheme=groups&limit=500",
    "/vocabulary?q=child": "/api/v1/search?q=child&kind=concepts",
    "/questions": "/api/v1/questions",
    "/ontology": "/ontology?format=jsonld",
    "/network?from=increased-poverty": (
        "/network/around?thing=https://w3id.org/tipgraph/id/impact/increased-poverty"
    ),
    "/network?whole=true": "/network/whole",
}
OTHERS = ("/", "/editor", "/validate?example=1", "/docs")
ROUNDS = 15
# The picture is asked how long it takes, and the browser how often it was held up.
WHOLE = "/network?whole=true"
_WATCHED = """
window.held = [];
new PerformanceObserver((list) => list.getEntries().forEach((each) => held.push(each.duration)))
    .observe({ type: "longtask", buffered: true });
window.frames_of = (milliseconds) => new Promise((done) => {
    const taken = [];
    const begin = performance.now();
    let last = begin;
    const next = (now) => {
        taken.push(now - last);
        last = now;
        if (now - begin < milliseconds) requestAnimationFrame(next); else done(taken);
    };
    requestAnimationFrame(next);
});
"""
_MOVED = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
        list.getEntries().forEach((each) => { sum += each.hadRecentInput ? 0 : each.value; });
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 100);
})"""
_PAINT = """() => new Promise((done) => {
    const observer = new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime));
    observer.observe({ type: "largest-contentful-paint", buffered: true });
})"""


def milliseconds(address: str, page: str, api: str) -> tuple[float, float]:
    """The median times of a page and of its API call, asked for in turn, the first two left out."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS + 2):
        for path, accept, kept in ((page, "text/html", 0), (api, "application/json", 1)):
            request = urllib.request.Request(address + path, headers={"Accept": accept})
            start = time.perf_counter()
            with urllib.request.urlopen(request) as answer:
                answer.read()
            taken[kept].append((time.perf_counter() - start) * 1000)
    return statistics.median(taken[0][2:]), statistics.median(taken[1][2:])


def seen(driver: Playwright, address: str, paths: list[str]) -> None:
    """Print what a browser loads for each of *paths*, and when the largest part is painted."""
    columns = ("html", "css", "js", "all", "paint ms", "moved")
    print(f"\n{'page':<46} {' '.join(f'{name:>8}' for name in columns)}")
    chromium = launched(driver)
    for path in paths:
        page = chromium.new_context().new_page()
        sizes = {"document": 0, "stylesheet": 0, "script": 0, "all": 0}
        answers = []
        page.on("response", lambda answer, kept=answers: kept.append(answer))
        page.goto(address + path, wait_until="networkidle")
        paint, moved = page.evaluate(_PAINT), page.evaluate(_MOVED)
        for answer in answers:
            kind, size = answer.request.resource_type, answer.request.sizes()["responseBodySize"]
            sizes["all"] += size
            if kind in sizes:
                sizes[kind] += size
        told = " ".join(f"{n:>8,}" for n in sizes.values())
        print(f"{path[:46]:<46} {told} {paint:>8.0f} {moved:>8.3f}")
    chromium.close()


def large(driver: Playwright, address: str) -> None:
    """Print how long the picture of the whole takes, and its frames when it is used."""
    chromium = launched(driver)
    page = chromium.new_context(viewport={"width": 1300, "height": 900}).new_page()
    page.add_init_script(_WATCHED)
    page.goto(address + WHOLE)
    page.wait_for_selector("[data-shown=whole]", timeout=120_000)
    drawn = page.evaluate("[tipgraphNetwork.nodes().length, tipgraphNetwork.edges().length]")
    ready, held = page.evaluate("[performance.now(), held.splice(0)]")
    print(f"\n{drawn[0]:,} things and {drawn[1]:,} links: laid out {ready / 1000:.1f} s after the")
    print(
        f"address was asked for; the page was held up {len(held)} times, {max(held):.0f} ms at most"
    )
    canvas = page.locator(".canvas")
    canvas.click(position={"x": 3, "y": 3})
    box = canvas.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
    left, top = box["x"] + 4, box["y"] + 4
    hub = page.evaluate("tipgraphNetwork.nodes().max(n => n.degree()).ele.renderedPosition()")
    middle = (left + box["width"] / 2, top + box["height"] / 2)
    print(f"{'':<10} {'frames':>7} {'median':>7} {'95 %':>7} {'longest ms':>11}")
    for name, use in {
        "moved": lambda: dragged(page, left, top),
        "dragged": lambda: dragged(page, box["x"] + hub["x"], box["y"] + hub["y"]),
        "zoomed": lambda: wheeled(page, *middle),
        "chosen": lambda: page.locator("#found button").nth(5).click(),
    }.items():
        page.evaluate("window.taken = frames_of(2500); 0")
        use()
        taken = sorted(page.evaluate("taken"))
        far = taken[int(len(taken) * 0.95)]
        middling = statistics.median(taken)
        print(f"{name:<10} {len(taken):>7} {middling:>7.0f} {far:>7.0f} {taken[-1]:>11.0f}")
    chromium.close()


def dragged(page: Page, left: float, top: float) -> None:
    """Press at a place, move in forty steps, let go."""
    page.mouse.move(left, top)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(left + step * 4, top + step * 2)
    page.mouse.up()


def wheeled(page: Page, left: float, top: float) -> None:
    """Turn the wheel fifteen times at a place."""
    page.mouse.move(left, top)
    for _ in range(15):
        page.mouse.wheel(0, -60)


def launched(driver: Playwright) -> Browser:
    """The Chromium of the machine."""
    return driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])


def main() -> None:
    """Measure, and print a line for each page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--large", help="another service, whose whole network is drawn instead")
    given = parser.parse_args()
    if given.large:
        with sync_playwright() as driver:
            large(driver, given.large)
        return
    address = given.address
    print(f"{'page':<46} {'page ms':>8} {'API ms':>8} {'times':>6}")
    for page, api in PAIRS.items():
        own, other = milliseconds(address, page, api)
        print(f"{page[:46]:<46} {own:>8.1f} {other:>8.1f} {own / other:>6.2f}")
    with sync_playwright() as driver:
        seen(driver, address, [*OTHERS, *PAIRS])


if __name__ == "__main__":
    main()
