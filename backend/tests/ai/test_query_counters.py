"""How much a counter grew is not the sum of its readings."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.asked import FIRST, Asked

from homepot.ai.query.answering.result import Answer
from homepot.ai.query.plan import Aggregate, Ask, By, OfMetric, Plan, Scope
from homepot.ai.query.when import Rolling

_MINUTE = timedelta(minutes=1)
_HOUR = 60 * _MINUTE


async def asked_of(
    asked: Asked, metric: str, aggregate: Aggregate, window: Rolling, as_of: Any, **more: Any
) -> Answer:
    measure = OfMetric(metrics=(metric,), aggregate=aggregate)
    return await asked.ask(Plan(measure=measure, window=window, **more), as_of)


# Runs between restarts: what each step adds.
runs = st.lists(
    st.lists(st.integers(1, 900).map(float), min_size=8, max_size=40), min_size=1, max_size=4
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck),
          phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip
@given(data=st.data(), lives=st.lists(runs, min_size=3, max_size=3), archived=st.booleans())
async def test_a_counter_comes_to_what_it_grew_by(
    asked: Asked, data: st.DataObject, lives: list[list[list[float]]], archived: bool
) -> None:
    await asked.begin()
    grown: list[list[tuple[Any, float]]] = []
    for device, life in enumerate(lives):
        rows = [(n, sum(run[: n + 1])) for run in life for n in range(len(run))]
        at = [FIRST + n * 10 * _MINUTE for n in range(len(rows))]
        values = [value for _, value in rows]
        await asked.take(
            [(device, when, {"uptime_seconds": v}) for when, v in zip(at, values, strict=True)]
        )
        grown.append(
            [
                (when, after - before if after >= before else after)
                for when, (before, after) in zip(at[1:], pairwise(values), strict=True)
            ]
        )
    if archived:
        await asked.do("roll up")
        await asked.do("archive")
    for _ in range(5):
        as_of = FIRST + data.draw(st.integers(3, 20)) * _HOUR
        window = Rolling(length_s=data.draw(st.integers(1, 20)) * 1800)
        start = as_of - timedelta(seconds=window.length_s)
        expected = {
            asked.device_ids[device]: sum(by for at, by in steps if start <= at < as_of)
            for device, steps in enumerate(grown)
            if any(start <= at < as_of for at, _ in steps)
        }
        if not expected:
            continue
        found = await asked_of(
            asked, "uptime_seconds", Aggregate.SUM, window, as_of, ask=Ask.EACH, by=By.DEVICE
        )
        assert {row["device_id"]: row["value"] for row in found.result.rows} == pytest.approx(
            expected
        )
        assert any("counter grew" in one for one in found.assumptions)


@pytest.mark.parametrize(
    ("values", "comes_to", "said"),
    [
        ([5.0, 9.0, 2.0, 8.0, 1.0, 7.0, 3.0], 30.0, "fall too often"),
        ([50.0, 90.0, 20.0, 80.0, 81.0, 81.0, 83.0], 123.0, "counter grew"),
    ],
)
async def test_whether_it_is_a_counter_shows_in_how_often_it_falls(
    asked: Asked, values: list[float], comes_to: float, said: str
) -> None:
    """Counted anew each time, or from the start on: the name alone does not tell."""
    await asked.begin()
    await asked.take([(0, FIRST + n * _HOUR, {"doors_total": v}) for n, v in enumerate(values)])
    window, as_of = Rolling(length_s=6 * 3600 + 1800), FIRST + 7 * _HOUR
    scope = Scope(devices=(asked.device_ids[0],))
    asked.fleet = None
    found = await asked_of(
        asked, "doors_total", Aggregate.SUM, window, as_of, ask=Ask.VALUE, scope=scope
    )
    assert found.result.value == comes_to
    assert any(said in one for one in found.assumptions)
