"""How long a cold question takes, as a multiple of parsing the same files into the same engine.

Both run as whole processes, in turn, so that the machine's drift meets both alike.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from tipgraph import paths

RUNS = 15
HERE = Path(__file__).parent
QUESTION = [
    sys.executable,
    "-m",
    "tipgraph",
    "question",
    "responses-addressing-impact",
    "impact=online-recruitment-of-children",
]
PARSING = [sys.executable, str(HERE / "parse_only.py"), str(paths.ONTOLOGY), str(paths.DATA)]


def seconds(command: list[str]) -> float:
    """The wall time of one run of *command*."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print both medians and the median of their ratios, run by run."""
    seconds(QUESTION)
    seconds(PARSING)
    pairs = [(seconds(QUESTION), seconds(PARSING)) for _ in range(RUNS)]
    asking, parsing = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"cold question    {asking * 1000:6.0f} ms (median of {RUNS})")
    print(f"parsing alone    {parsing * 1000:6.0f} ms (median of {RUNS})")
    print(f"ratio            {ratio:6.2f} (at most 3 is the aim)")


if __name__ == "__main__":
    main()
