"""Questions to memory are told from all others, in whatever words they are asked."""

import pytest

from homepot.ai.query.language.recalling import from_memory, recalled
from homepot.ai.query.language.saying.plans import describe
from homepot.ai.query.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("What helped last time a cold room got too warm?", "a cold room got too warm"),
        ("what fixed it before, when the fan was noisy", "the fan was noisy"),
        ("What worked against a full disk?", "a full disk"),
        ("what did we do when the gateway kept restarting?", "the gateway kept restarting"),
        ("Please tell me, what was done about slow card payments?", "slow card payments"),
        ("How did we fix the frozen scanner last time?", "the frozen scanner"),
        ("how was the leaking compressor solved", "the leaking compressor"),
        ("Has a printer paper jam happened before?", "a printer paper jam"),
        ("Has there been a coolant leak happened before?", "a coolant leak"),
        ("Have we ever seen tills freezing at noon before?", "tills freezing at noon"),
        ("Anything like a stuck damper before?", "a stuck damper"),
        ("incidents similar to a dead fan", "a dead fan"),
        ("Which past incidents looked like a memory leak?", "a memory leak"),
        ("Do you know what helped against condensation in a sensor?", "condensation in a sensor"),
    ],
)
def test_what_happened_is_taken_in_the_askers_words(question: str, about: str) -> None:
    assert recalled(question) == about


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Has this happened before?",
        "What is the weather like?",
        "How many tills are offline?",
        "what helped",
        "Did it happen again?",
        "Anything like that before?",
    ],
)
def test_what_says_nothing_of_what_happened_is_no_question_to_memory(question: str) -> None:
    assert recalled(question) is None


def test_the_plan_in_words_can_be_asked_again() -> None:
    plan = from_memory("Has a printer paper jam happened before?")
    assert plan is not None
    again = from_memory(describe(plan, Vocabulary()))
    assert again == plan
