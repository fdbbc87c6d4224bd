"""Whose incident is meant where memory is asked."""

import pytest

from homepot.ai.query.subject import whose_last
from homepot.ai.query.telling.tests.test_audiences import FLEET


@pytest.mark.parametrize(
    ("about", "devices"),
    [
        ("the Till 2 incident", ["till_2"]),
        ("the last one at Airport", ["till_4"]),
        ("till_3's last problem", ["till_3"]),
        ("the last incident at Harbour", ["till_1", "till_2", "till_3"]),
        ("Till 2 with a full disk", []),
        ("the last incident", []),
        ("a till that stopped", []),
    ],
)
def test_a_name_alone_means_its_last_incident(about: str, devices: list[str]) -> None:
    assert [one.id for one in whose_last(about, FLEET)] == devices
