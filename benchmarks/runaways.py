"""How quick the service stays while four runaway queries burn: the 95th percentile of others."""

import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

PORT = 8766
ROOT = f"http://127.0.0.1:{PORT}"
RUNS = 200
SIMPLE = "SELECT ?s WHERE { ?s a <https://w3id.org/tipgraph/ontology#Impact> } LIMIT 10"
RUNAWAYS = [
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT (COUNT(*) AS ?n) { ?a (!<a:b>)* ?b . ?c (!<a:b>)* ?d }",
    'SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER REGEX(STR(?c), "(a+)+(b+)+$") }',
    'SELECT (GROUP_CONCAT(?c; separator="") AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }',
]


def fetch(path: str, data: bytes | None = None) -> float:
    """The seconds until the answer to one request was whole, whatever its status."""
    start = time.perf_counter()
    try:
        with urllib.request.urlopen(ROOT + path, data) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.read()
    except OSError:
        if data is None:
            raise
        # A runaway that was still burning when the service was ended.
    return time.perf_counter() - start


def percentile(path: str) -> float:
    """The 95th percentile of *RUNS* requests, in milliseconds."""
    return statistics.quantiles([fetch(path) for _ in range(RUNS)], n=20)[-1] * 1000


def main() -> None:
    """Print the figures without and with the runaways."""
    command = [sys.executable, "-m", "tipgraph", "serve", "--port", str(PORT), "--timeout", "60"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            simple = "/sparql?" + urllib.parse.urlencode({"query": SIMPLE})
            while True:
                try:
                    fetch("/health")
                    break
                except OSError:
                    time.sleep(0.05)
            for _ in range(20):
                fetch(simple)
            paths = {"/health": "/health", "simple query": simple}
            before = {name: percentile(path) for name, path in paths.items()}
            for query in RUNAWAYS:
                data = urllib.parse.urlencode({"query": query}).encode()
                threading.Thread(target=fetch, args=("/sparql", data), daemon=True).start()
            time.sleep(2)
            during = {name: percentile(path) for name, path in paths.items()}
        finally:
            server.kill()
    print("95th percentile, ms     idle   with 4 runaways   (100 is the aim)")
    for name, idle in before.items():
        print(f"{name:20} {idle:7.1f} {during[name]:17.1f}")


if __name__ == "__main__":
    main()
