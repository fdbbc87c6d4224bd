"""What is built from the words of a fleet goes with them."""

import gc
from dataclasses import replace
from weakref import ref

from homepot.ai.query.language import forget, lexicon_of, parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY


def test_nothing_is_left_of_a_fleet_that_was_forgotten() -> None:
    """Without the collector of garbage, which does not look at what was set apart."""
    vocabulary = replace(VOCABULARY)
    assert lexicon_of(vocabulary) is lexicon_of(vocabulary)
    parse("what is the tempreature of the frezers", vocabulary, AS_OF)
    built = ref(lexicon_of(vocabulary))
    gc.collect()  # what the question itself has left
    gc.disable()
    try:
        forget(vocabulary)
        assert built() is None
    finally:
        gc.enable()


def test_what_was_forgotten_is_built_again_where_it_is_still_asked() -> None:
    vocabulary = replace(VOCABULARY)
    first = lexicon_of(vocabulary)
    forget(vocabulary)
    assert lexicon_of(vocabulary) is not first
    forget(vocabulary)
