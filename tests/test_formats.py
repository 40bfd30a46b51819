import pytest

from tipgraph.errors import NotAcceptable
from tipgraph.formats import ITEM_TYPES, choose


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/ld+json", "jsonld"),
        ("text/turtle;q=0.2, text/csv;q=0.9", "csv"),
        ("text/csv;q=0, */*", "json"),
        ("TEXT/CSV", "csv"),
        ("text/turtle;q=nonsense, application/json", "json"),
        ("application/*;q=0.5, text/turtle", "turtle"),
    ],
)
def test_the_client_gets_what_it_likes_best(accept: str, chosen: str) -> None:
    assert choose(accept, ITEM_TYPES) == chosen


def test_a_format_refused_by_name_is_not_given_by_a_range() -> None:
    with pytest.raises(NotAcceptable):
        choose("application/json;q=0", ITEM_TYPES)
