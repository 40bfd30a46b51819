"""How long after its start the service gives its first answer, over HTTP."""

import statistics
import subprocess
import sys
import time
import urllib.request

RUNS = 7
PORT = 8765
URL = f"http://127.0.0.1:{PORT}/api/v1/responses?impact=online-recruitment-of-children"


def seconds() -> float:
    """The wall time from the start of the process to the end of its first answer."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "tipgraph", "serve", "--port", str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            while True:
                try:
                    with urllib.request.urlopen(URL) as answer:
                        answer.read()
                    return time.perf_counter() - start
                except OSError:
                    time.sleep(0.005)
        finally:
            server.terminate()


def main() -> None:
    """Print the median and the slowest."""
    runs = [seconds() for _ in range(RUNS)]
    print(f"first answer after {statistics.median(runs):.2f} s (median of {RUNS})")
    print(f"slowest            {max(runs):.2f} s (2 s is the aim)")


if __name__ == "__main__":
    main()
