"""How quick the service stays while four runaway queries burn: the 95th percentile of others."""

import itertools
import statistics
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from serving import service

RUNS = 200
# Another comment for each request, so that no answer comes from memory.
COMMENTS = (f"%23{number}" for number in itertools.count())
SIMPLE = "SELECT ?s WHERE { ?s a <https://w3id.org/tipgraph/ontology#Impact> } LIMIT 10"
RUNAWAYS = [
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT (COUNT(*) AS ?n) { ?a (!<a:b>)* ?b . ?c (!<a:b>)* ?d }",
    'SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER REGEX(STR(?c), "(a+)+(b+)+$") }',
    'SELECT (GROUP_CONCAT(?c; separator="") AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }',
]


def fetch(root: str, path: str, data: bytes | None = None) -> float:
    """The seconds until the answer to one request was whole, whatever its status."""
    start = time.perf_counter()
    try:
        with urllib.request.urlopen(root + path, data) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.read()
    except OSError:
        if data is None:
            raise
        # A runaway that was still burning when the service was ended.
    return time.perf_counter() - start


def percentile(root: str, path: str) -> float:
    """The 95th percentile of *RUNS* requests, in milliseconds."""
    times = [fetch(root, f"{path}{next(COMMENTS)}") for _ in range(RUNS)]
    return statistics.quantiles(times, n=20)[-1] * 1000


def main() -> None:
    """Print the figures without and with the runaways."""
    simple = "/sparql?" + urllib.parse.urlencode({"query": SIMPLE})
    paths = {"/health": "/health?", "simple query": simple}
    with service("--timeout", "60", "--workers", "6") as port:
        root = f"http://127.0.0.1:{port}"
        for number in range(20):
            fetch(root, f"{simple}%23{number}")
        before = {name: percentile(root, path) for name, path in paths.items()}
        for query in RUNAWAYS:
            data = urllib.parse.urlencode({"query": query}).encode()
            threading.Thread(target=fetch, args=(root, "/sparql", data), daemon=True).start()
        time.sleep(2)
        during = {name: percentile(root, path) for name, path in paths.items()}
    print("95th percentile, ms     idle   with 4 runaways   (100 is the aim)")
    for name, idle in before.items():
        print(f"{name:20} {idle:7.1f} {during[name]:17.1f}")


if __name__ == "__main__":
    main()
