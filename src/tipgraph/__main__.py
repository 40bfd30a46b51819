"""Run the command line with `python -m tipgraph`."""

from .cli import main

main()
