"""How much fits into a window: never estimated too low for what is said of fleets."""

from hypothesis import given
from hypothesis import strategies as st

from homepot.ai.llm.budget import fitting, left_for_context, tokens_of


@given(st.lists(st.text(max_size=40), max_size=20), st.integers(0, 200))
def test_what_is_kept_fits_and_keeps_its_order(parts: list[str], tokens_max: int) -> None:
    kept = fitting(parts, tokens_max)
    assert kept == parts[: len(kept)]
    assert sum(map(tokens_of, kept)) <= tokens_max
    if len(kept) < len(parts):
        assert sum(map(tokens_of, parts[: len(kept) + 1])) > tokens_max


@given(st.text(max_size=200), st.text(max_size=200))
def test_text_is_worth_at_least_its_parts(one: str, other: str) -> None:
    assert tokens_of(f"{one} {other}") == tokens_of(one) + tokens_of(other)


def test_the_system_prompt_counts() -> None:
    assert left_for_context(1_000, 200, "word " * 100) < left_for_context(1_000, 200)
