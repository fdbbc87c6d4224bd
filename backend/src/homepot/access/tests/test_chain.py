from dataclasses import replace

import pytest

from homepot.access.audit.chain import ChainFacts, fault_in

WHOLE = ChainFacts(
    entries=3,
    last_number=3,
    last_hash=b"\x01\x02",
    changed=None,
    gap_before=None,
    unlinked=None,
    head_number=3,
    head_hash=b"\x01\x02",
)
EMPTY = ChainFacts(0, 0, None, None, None, None, 0, None)


def test_a_whole_chain_and_none_at_all_have_no_fault() -> None:
    assert fault_in(WHOLE) is None
    assert fault_in(EMPTY) is None


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(WHOLE, changed=2), "Entry 2 was changed"),
        (replace(WHOLE, gap_before=2), "missing right before entry 2"),
        (replace(WHOLE, unlinked=2), "Entry 2 does not follow"),
        (replace(WHOLE, head_number=5), "3 of 5 entries"),
        (replace(WHOLE, head_number=2), "do not fit"),
        (replace(WHOLE, head_hash=b"\x07"), "do not fit"),
        (replace(WHOLE, head_number=0, head_hash=None), "do not fit"),
    ],
)
def test_a_fault_is_said_in_words(facts: ChainFacts, words: str) -> None:
    assert words in str(fault_in(facts))
