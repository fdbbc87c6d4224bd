"""Whatever is asked, there is a plan, the same each time, that names only what there is."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from homepot.ai.query.language import describe, parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY
from homepot.ai.query.language.tests.test_rules import QUESTIONS
from homepot.ai.query.language.tokens import words_of
from homepot.ai.query.plan import Ask, Plan, Scope
from homepot.ai.query.vocabulary import Vocabulary

_WORDS = sorted(
    {word for asked, _ in QUESTIONS for word in asked.split()}
    | set(words_of("not and or than 31 February 25:00 60% -5 the of weather pos_0000 Moonbase"))
)
_texts = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=string.printable, max_size=300),
    st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(_WORDS) | st.text(max_size=8), max_size=15).map(" ".join),
)
_asked = st.sampled_from([asked for asked, _ in QUESTIONS])


@settings(max_examples=400, deadline=None)
@given(_texts)
def test_any_text_has_a_plan(text: str) -> None:
    plan = parse(text, VOCABULARY, AS_OF)
    assert parse(text, VOCABULARY, AS_OF) == plan
    assert (plan.ask is Ask.NONE) == (plan.reason is not None)
    assert describe(plan, VOCABULARY)
    assert Plan.model_validate(plan.model_dump(mode="json")) == plan
    _names_only_what_there_is(plan.scope)


@settings(max_examples=150, deadline=None)
@given(_asked, _texts)
def test_any_text_can_follow_any_question(asked: str, text: str) -> None:
    earlier = parse(asked, VOCABULARY, AS_OF)
    plan = parse(text, VOCABULARY, AS_OF, earlier)
    assert describe(plan, VOCABULARY)
    _names_only_what_there_is(plan.scope)


@settings(max_examples=100, deadline=None)
@given(_texts)
def test_an_empty_fleet_is_asked_like_any(text: str) -> None:
    plan = parse(text, Vocabulary(), AS_OF)
    assert plan.scope.devices == plan.scope.sites == ()


@settings(max_examples=100, deadline=None)
@given(_asked, st.integers(0, 60), st.sampled_from(["croissants", "altitude", "Moonbase", "xyzzy"]))
def test_a_word_that_means_something_else_is_never_passed_over(
    asked: str, at: int, word: str
) -> None:
    words = asked.rstrip("?.").split()
    words.insert(1 + at % len(words), word)
    assert parse(" ".join(words), VOCABULARY, AS_OF).ask is Ask.NONE


def _names_only_what_there_is(scope: Scope) -> None:
    assert set(scope.devices) <= set(VOCABULARY.by_device)
    assert set(scope.sites) <= set(VOCABULARY.by_site)
    assert set(scope.types) <= {one.name for one in VOCABULARY.types}
    if scope.without is not None:
        _names_only_what_there_is(scope.without)
