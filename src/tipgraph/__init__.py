"""A knowledge graph of policy responses to trafficking in persons."""

__version__ = "0.1.0"
