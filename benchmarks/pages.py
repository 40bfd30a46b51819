"""Measure the pages: server time beside the API's, bytes, and the largest paint in Chromium.

    python benchmarks/pages.py [--address http://127.0.0.1:8000]

The service is to run, with `--cache 0`, so that nothing comes from memory.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
import urllib.request

from playwright.sync_api import sync_playwright

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
}
OTHERS = ("/", "/network?from=increased-poverty", "/editor")
ROUNDS = 15
_PAINT = """() => new Promise((done) => {
    const observer = new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime));
    observer.observe({ type: "largest-contentful-paint", buffered: true });
})"""


def milliseconds(address: str, accept: str) -> float:
    """The median time of an answer, the first two left out."""
    taken = []
    for _ in range(ROUNDS + 2):
        request = urllib.request.Request(address, headers={"Accept": accept})
        start = time.perf_counter()
        with urllib.request.urlopen(request) as answer:
            answer.read()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken[2:])


def seen(address: str, paths: list[str]) -> None:
    """Print what a browser loads for each of *paths*, and when the largest part is painted."""
    print(f"\n{'page':<52} {'html':>8} {'css':>8} {'js':>8} {'paint ms':>9}")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for path in paths:
            page = chromium.new_context().new_page()
            sizes = {"document": 0, "stylesheet": 0, "script": 0}
            answers = []
            page.on("response", lambda answer, kept=answers: kept.append(answer))
            page.goto(address + path, wait_until="networkidle")
            paint = page.evaluate(_PAINT)
            for answer in answers:
                kind = answer.request.resource_type
                if kind in sizes:
                    sizes[kind] += answer.request.sizes()["responseBodySize"]
            print(f"{path[:52]:<52} {' '.join(f'{n:>8,}' for n in sizes.values())} {paint:>9.0f}")
        chromium.close()


def main() -> None:
    """Measure, and print a line for each page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    address = parser.parse_args().address
    print(f"{'page':<52} {'page ms':>8} {'API ms':>8} {'times':>6}")
    for page, api in PAIRS.items():
        own, other = (
            milliseconds(address + page, "text/html"),
            milliseconds(address + api, "application/json"),
        )
        print(f"{page[:52]:<52} {own:>8.1f} {other:>8.1f} {own / other:>6.2f}")
    seen(address, [*OTHERS, *PAIRS])


if __name__ == "__main__":
    main()
