"""The examples in the words of the pure parts are so."""

import doctest
from types import ModuleType

import pytest

from homepot.ai.insights import effects, facts, statistics, telling


@pytest.mark.parametrize("part", [effects, facts, statistics, telling])
def test_the_examples_of_a_part_are_so(part: ModuleType) -> None:
    found = doctest.testmod(part)
    assert found.attempted > 0
    assert found.failed == 0
