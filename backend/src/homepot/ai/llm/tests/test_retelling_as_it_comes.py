"""Words of a model, sentence by sentence: what is shown is always in the facts."""

from homepot.ai.config import ai_config
from homepot.ai.llm.doors.fake_door import FakeDoor
from homepot.ai.llm.gate import Facts
from homepot.ai.llm.narrator import Telling, retelling
from homepot.ai.llm.service import LlmService
from homepot.core.settings import Settings

FACTS = Facts(["The load of pos_7 was 43 %.", "pos_7 is online."], devices=["pos_7", "pos_8"])


async def tellings(text: str) -> list[Telling]:
    llm = LlmService(ai_config(Settings()), FakeDoor(answer=lambda _: text))
    return [one async for one in retelling(llm, FACTS, manner="Be brief.", user="anna")]


async def said(text: str) -> list[str]:
    return [one.text for one in await tellings(text) if one.by == "model"]


async def test_it_grows_by_whole_sentences() -> None:
    assert await said("The load of pos_7 was 43 %. pos_7 is online.") == [
        "The load of pos_7 was 43 %.",
        "The load of pos_7 was 43 %. pos_7 is online.",
    ]


async def test_it_ends_before_the_first_sentence_that_says_more_than_is_known() -> None:
    assert await said("The load of pos_7 was 43 %. It was 99 % on pos_8. pos_7 is online.") == [
        "The load of pos_7 was 43 %."
    ]
    assert await said("pos_8 is broken. The load of pos_7 was 43 %.") == []


async def test_why_nothing_more_is_shown_is_told_last() -> None:
    (refused,) = await tellings("pos_8 is broken. The load of pos_7 was 43 %.")
    assert (refused.text, refused.by) == ("", "template")
    assert any("pos_8" in one for one in refused.refused)
    *_, last = await tellings("The load of pos_7 was 43 %. It was 99 % on pos_8.")
    assert any("99" in one for one in last.refused)
    (cut,) = await tellings("The load of")
    assert cut.refused == ("it ended in the middle of its first sentence",)


async def test_a_sentence_that_was_cut_off_is_not_shown() -> None:
    assert await said("The load of pos_7 was 43 %. And pos_7") == ["The load of pos_7 was 43 %."]
    assert await said("The load of") == []
