"""Ten kills at random moments: what was acknowledged is stored, once and as it was sent."""

import os
import secrets

import pytest
from chaos.run import Options, run


# Ended by what it waits for; this is for a machine on which nothing moves any more.
@pytest.mark.timeout(1200)
def test_ten_kills_lose_nothing() -> None:
    seed = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
    said: list[str] = []
    store = os.environ.get("STORE", "native")
    result = run(Options(seed, 10, with_others=False, agents=2, store=store), said.append)
    story = "\n".join([f"make chaos SEED={seed} KILLS=10 ONLY_KILLS=1 STORE={store}", *said])
    assert [str(violation) for violation in result.violations] == [], story
    assert sum(result.faults.values()) == 10, story
    assert result.acknowledged > 50, story
    assert result.by_mqtt > 10, story
    assert result.of_agents > 50, story
    assert result.stored > 100, story
