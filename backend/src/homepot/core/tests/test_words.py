import doctest

from homepot.core import words


def test_the_examples_in_the_words_are_true() -> None:
    result = doctest.testmod(words)
    assert (result.failed, result.attempted > 0) == (0, True)
