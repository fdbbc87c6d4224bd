"""The gate: true retellings pass, every turned, moved or invented thing does not."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homepot.ai.llm.gate import Facts, faithful
from homepot.ai.llm.gate.tests.sheets import SHEETS
from homepot.ai.llm.gate.words import OPPOSITES

TRUE = [(name, text) for name, sheet in SHEETS.items() for text in sheet.true]
FALSE = [(name, text) for name, sheet in SHEETS.items() for text in sheet.false]
STATEMENTS = [(name, text) for name, sheet in SHEETS.items() for text in sheet.facts.statements]
WORDS = sorted({word for _, text in STATEMENTS for word in text.split()})
SYNONYMS = [
    (one.split(), other.split())
    for axis, (one, other) in OPPOSITES.items()
    if axis in {"trend", "link", "state", "extreme"}
]


def test_the_table_is_long_enough() -> None:
    assert len({*TRUE, *FALSE}) >= 150


@pytest.mark.parametrize(("sheet", "text"), TRUE)
def test_what_the_facts_say_may_be_shown(sheet: str, text: str) -> None:
    assert faithful(text, SHEETS[sheet].facts).reasons == ()


@pytest.mark.parametrize(("sheet", "text"), FALSE)
def test_what_they_do_not_say_may_not(sheet: str, text: str) -> None:
    assert not faithful(text, SHEETS[sheet].facts)


@pytest.mark.parametrize(("sheet", "text"), STATEMENTS)
def test_every_statement_may_be_said_again(sheet: str, text: str) -> None:
    assert faithful(text, SHEETS[sheet].facts).reasons == ()


@given(st.sampled_from(STATEMENTS), st.data())
def test_no_figure_can_be_changed(statement: tuple[str, str], data: st.DataObject) -> None:
    name, text = statement
    figures = [match.start() for match in re.finditer(r"\d", text)]
    if not figures:
        return
    place = data.draw(st.sampled_from(figures))
    other = data.draw(st.sampled_from([d for d in "123456789" if d != text[place]]))
    changed = text[:place] + other + text[place + 1 :]
    verdict = faithful(changed, SHEETS[name].facts)
    # Another figure of the facts may be hit by chance; a number nobody gave may not pass.
    numbers = {float(n) for s in SHEETS[name].facts.statements for n in re.findall(r"\d+\.?\d*", s)}
    new = {float(n) for n in re.findall(r"\d+\.?\d*", changed)}
    assert not verdict or new <= numbers


amounts = st.decimals(min_value=1, max_value=9_000, places=1).map(str)


@given(a=amounts, b=amounts, words=st.sampled_from(SYNONYMS), data=st.data())
def test_a_direction_passes_in_other_words_and_never_turned(
    a: str, b: str, words: tuple[list[str], list[str]], data: st.DataObject
) -> None:
    one, other = words
    told, synonym, opposite = (data.draw(st.sampled_from(w)) for w in (one, one, other))
    facts = Facts([f"pos_1 {told} {a} ms, once {b} °C."], devices=["pos_1", "pos_2"])
    assert faithful(f"pos_1 {synonym} {a} ms.", facts).reasons == ()
    assert not faithful(f"pos_1 {opposite} {a} ms.", facts)
    assert not faithful(f"pos_2 {synonym} {a} ms.", facts)


@given(st.integers(0, 10**9), st.sampled_from(["s", "min", "h", "d"]))
def test_a_duration_may_be_said_in_another_unit(amount: int, unit: str) -> None:
    seconds = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
    facts = Facts([f"It took {amount} {unit}."])
    assert faithful(f"It took {amount * seconds[unit]} seconds.", facts)
    assert not faithful(f"It took {amount * seconds[unit] * 2 + 1} seconds.", facts)


@settings(max_examples=50)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_judged(text: str, statement: str) -> None:
    faithful(text, Facts([statement], devices=["pos_1"]))


@settings(max_examples=50)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_whatever_is_said_may_be_said_again(words: list[str]) -> None:
    text = " ".join(words)
    assert faithful(text, Facts([text], devices=["pos_1161"], places=["Harbour"])).reasons == ()


def test_a_text_without_end_is_refused_at_once() -> None:
    assert "longer" in faithful("1 " * 50_000, Facts(["1"])).reasons[0]
