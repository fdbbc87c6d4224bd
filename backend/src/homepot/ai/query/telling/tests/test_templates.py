"""Sentences of answers."""

import pytest

from homepot.ai.query.telling.templates import there


@pytest.mark.parametrize(
    ("count", "things", "said"),
    [
        (3, "tills are offline", "3 tills are offline"),
        (1, "tills are offline", "1 till is offline"),
        (1, "devices at Harbour are out of warranty", "1 device at Harbour is out of warranty"),
        (2, "tills whose doors are open", "There are 2 tills whose doors are open"),
        (1, "sites", "There is 1 site"),
        (0, "gateways", "There are 0 gateways"),
    ],
)
def test_how_many_there_are_is_said_in_one_sentence(count: int, things: str, said: str) -> None:
    assert there(str(count), count, things) == said
