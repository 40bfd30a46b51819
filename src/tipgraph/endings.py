"""How the names of RDF files end, and the format that each ending means."""

from __future__ import annotations

READ_ENDINGS = {
    ".jsonld": "jsonld",
    ".nq": "nquads",
    ".nt": "ntriples",
    ".rdf": "rdfxml",
    ".trig": "trig",
    ".ttl": "turtle",
}
