"""Where the ontology, data, shapes, queries and pages are, in a checkout or in a wheel."""

from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE / "share" if (_HERE / "share").is_dir() else _HERE.parents[1]

ONTOLOGY = _ROOT / "ontology"
DATA = _ROOT / "data"
SHAPES = _ROOT / "shapes"
QUERIES = _ROOT / "queries"
PHRASES = _HERE / "wording"
STATIC = _HERE / "static"
TEMPLATES = _HERE / "templates"
