"""A knowledge graph of policy responses to trafficking in persons.

>>> import tipgraph
>>> graph = tipgraph.open()
>>> len(graph.responses(impact="online-recruitment-of-children"))
4
"""

from __future__ import annotations

# As typing has it, without the time that it takes to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import TipgraphError
    from .library import Graph
    from .library import open_graph as open

__version__ = "0.1.0"
__all__ = ["Graph", "TipgraphError", "__version__", "open"]
# What is imported when it is first asked for, so that a command starts as fast as it can.
_LATER = {
    "Graph": ("library", "Graph"),
    "TipgraphError": ("errors", "TipgraphError"),
    "open": ("library", "open_graph"),
}


def __getattr__(name: str) -> object:
    """The public name *name*, from the module that has it."""
    if name not in _LATER:
        message = f"module 'tipgraph' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    module, own = _LATER[name]
    return getattr(import_module(f".{module}", __name__), own)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
