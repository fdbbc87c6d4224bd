"""How models are laid out in memory, and how long they stay there."""

import doctest
import math

import pytest

from homepot.ai.llm.models.gguf import Head
from homepot.ai.llm.server import fit, keep_alive
from homepot.ai.llm.server.errors import Refused

GB = 1_000_000_000
LIMIT = 8 * GB
# The plan's models by their published sizes: weights, and what their heads say.
PLAN = {
    "llama3.2:3b": (2.0 * GB, Head("llama", "", 0, 131072, 28, 24, 8, 128, 128, 3072, 128256, 15)),
    "mistral:7b": (4.1 * GB, Head("llama", "", 0, 32768, 32, 32, 8, 128, 128, 4096, 32768, 2)),
    "phi3.5:3.8b": (2.2 * GB, Head("phi3", "", 0, 131072, 32, 32, 32, 96, 96, 3072, 32064, 2)),
}


@pytest.mark.parametrize("module", [fit, keep_alive])
def test_the_examples_in_the_words_are_true(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.parametrize("name", sorted(PLAN))
def test_each_of_the_plans_models_fits_below_eight_gigabytes(name: str) -> None:
    weights, head = PLAN[name]
    found = fit.layout(name, head, int(weights), 4096, LIMIT)
    assert found.bytes <= LIMIT
    assert found.slots >= 2


def test_fewer_chats_at_once_come_before_a_refusal() -> None:
    weights, head = PLAN["phi3.5:3.8b"]
    slots = [fit.layout("x", head, int(weights), 4096, int(room * GB)).slots for room in (12, 8, 5)]
    assert slots == [4, 2, 1]
    with pytest.raises(Refused, match=r"needs 4\.\d GB of memory; 4\.0 GB may be used") as refused:
        fit.layout("x", head, int(weights), 4096, 4 * GB)
    assert refused.value.status == 507


def test_a_window_is_no_larger_than_the_model_was_trained_for() -> None:
    head = PLAN["mistral:7b"][1]
    assert fit.window_for(head, 100_000) == 32768
    assert fit.window_for(head, 4096) == 4096


@pytest.mark.parametrize("given", ["soon", "5 m", "5x", "nan", float("nan")])
def test_a_length_of_time_that_is_none_is_refused(given: str | float) -> None:
    with pytest.raises(Refused):
        keep_alive.seconds(given)


def test_a_number_below_zero_means_for_good() -> None:
    assert keep_alive.seconds(-5) == math.inf
