"""What was answered a moment ago, and when it is no longer good."""

from homepot.ai.query.answering.result import Answer, Kind, Result
from homepot.ai.query.cache import ANSWERS_MAX, FRESH_NOW_S, FRESH_S, Answers, Key

ANSWER = Answer(Result(Kind.NUMBER, 1.0))
THEN = Key(1, frozenset({"fleet:read"}), "{}", "2026-01-01")
NOW = Key(1, frozenset({"fleet:read"}), "{}", None)


def test_it_is_there_until_something_of_the_tenant_is_new() -> None:
    answers = Answers()
    answers.put(THEN, ANSWER, answers.generation(1), 0.0)
    assert answers.get(THEN, 1.0) is ANSWER
    answers.changed(2)
    assert answers.get(THEN, 1.0) is ANSWER
    answers.changed(1)
    assert answers.get(THEN, 1.0) is None


def test_what_became_new_while_it_was_worked_out_ends_it() -> None:
    answers = Answers()
    generation = answers.generation(1)
    answers.changed(1)
    answers.put(THEN, ANSWER, generation, 0.0)
    assert answers.get(THEN, 0.0) is None


def test_now_moves_on_and_a_named_moment_does_not() -> None:
    answers = Answers()
    for key in (THEN, NOW):
        answers.put(key, ANSWER, 0, 0.0)
    assert answers.get(NOW, FRESH_NOW_S) is None
    assert answers.get(THEN, FRESH_NOW_S) is ANSWER
    assert answers.get(THEN, FRESH_S) is None


def test_nobody_is_given_what_others_may_see() -> None:
    answers = Answers()
    answers.put(THEN, ANSWER, 0, 0.0)
    assert answers.get(Key(1, frozenset(), "{}", "2026-01-01"), 0.0) is None
    assert answers.get(Key(2, THEN.permissions, "{}", "2026-01-01"), 0.0) is None


def test_it_is_bounded() -> None:
    answers = Answers()
    for number in range(ANSWERS_MAX + 1):
        answers.put(Key(1, frozenset(), str(number), 0), ANSWER, 0, 0.0)
    assert answers.get(Key(1, frozenset(), "0", 0), 0.0) is None
    assert answers.get(Key(1, frozenset(), "1", 0), 0.0) is ANSWER
