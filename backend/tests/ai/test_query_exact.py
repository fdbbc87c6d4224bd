"""Whatever a plan asks: the answer is that of plain Python over the readings, however they lie."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.asked import FIRST, TYPES, Asked, uptime_by_hand, value_by_hand

from homepot.ai.query.answering.answer import answer
from homepot.ai.query.answering.fleets import load
from homepot.ai.query.answering.inquiry import Inquiry
from homepot.ai.query.answering.result import Kind
from homepot.ai.query.plan import (
    Against,
    Aggregate,
    Ask,
    By,
    Compare,
    Condition,
    Link,
    NoAnswer,
    OfLink,
    OfMetric,
    Order,
    Plan,
    Scope,
)
from homepot.ai.query.when import Calendar, Dates, Hours, Moments, Rolling, Unit
from homepot.core.clock import now
from homepot.core.database import in_binary
from homepot.telemetry.totals.service import Reader

METRICS = ("cpu_percent", "temperature_celsius")
_HOUR = timedelta(hours=1)


values = st.one_of(st.integers(-9, 9).map(float), st.floats(-1e3, 1e3, width=32))
moments = st.integers(0, 60).map(lambda n: FIRST + timedelta(minutes=47 * n, seconds=n % 7))
rows = st.tuples(
    st.integers(0, 5),
    moments,
    st.dictionaries(st.sampled_from(METRICS), values, min_size=1, max_size=2),
)
steps = st.one_of(
    st.lists(rows, min_size=4, max_size=30), st.sampled_from(["archive", "roll up", "restart"])
)
hours = st.none() | st.builds(
    Hours,
    start=st.sampled_from([time(8), time(22, 30), time(0)]),
    end=st.sampled_from([time(12), time(6, 15), time(0, 30)]),
)
days = st.integers(0, 3).map(lambda n: FIRST.date() + timedelta(days=n))
windows = st.one_of(
    st.builds(
        Rolling, length_s=st.integers(600, 200_000), before_s=st.just(0) | st.integers(0, 90_000),
        hours=hours,
    ),
    st.builds(
        Calendar, unit=st.sampled_from(Unit), offset=st.integers(-2, 0), count=st.integers(1, 2),
        hours=hours,
    ),
    st.builds(
        Dates, first=st.none() | days, last=st.none() | days.map(lambda d: d + timedelta(days=3)),
        hours=hours,
    ),
    st.tuples(moments, st.integers(1, 100_000)).map(
        lambda one: Moments(start=one[0], end=one[0] + timedelta(seconds=one[1]))
    ),
)  # fmt: skip
asks_of = st.builds(
    OfMetric,
    metrics=st.sampled_from(METRICS).map(lambda name: (name,)),
    aggregate=st.sampled_from(Aggregate),
    percentile=st.sampled_from([0.0, 5.0, 50.0, 95.0, 99.9, 100.0]),
    limit=st.sampled_from([-1.0, 0.0, 3.5]),
)
as_ofs = st.integers(1, 80).map(lambda n: FIRST + timedelta(minutes=41 * n))


@st.composite
def scopes(draw: Any, asked: Asked) -> Scope:
    some = lambda known, most: tuple(  # noqa: E731
        draw(st.lists(st.sampled_from(known), max_size=most, unique=True))
    )
    scope = Scope(
        devices=some(asked.device_ids, 2) if draw(st.booleans()) else (),
        sites=some(asked.site_ids, 2),
        types=some(TYPES, 1),
    )
    if draw(st.integers(0, 5)) == 0:
        without = Scope(devices=(draw(st.sampled_from(asked.device_ids)),))
        scope = scope.model_copy(update={"without": without})
    return scope


def near(value: Any, expected: Any) -> bool:
    if isinstance(expected, datetime):
        return bool(value == expected.isoformat())
    return bool(value == pytest.approx(expected, rel=1e-9, abs=1e-6))


# Not made smaller when it fails: each example is a fleet that is filled and archived.
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(data=st.data(), done=st.lists(steps, min_size=1, max_size=5))
async def test_a_plan_comes_to_what_the_readings_say(
    asked: Asked, done: list[Any], data: st.DataObject
) -> None:
    await asked.begin()
    for step in done:
        await asked.do(step)
    for _ in range(8):
        as_of = data.draw(as_ofs)
        measure, window = data.draw(asks_of), data.draw(windows)
        if measure.aggregate is Aggregate.RATE:
            measure = measure.model_copy(update={"aggregate": Aggregate.SUM})
        scope = data.draw(scopes(asked))
        kind = data.draw(st.sampled_from([value_, each_device, top_, which_, sides_, by_time]))
        await kind(asked, data, measure, window, scope, as_of)


async def value_(
    asked: Asked, data: Any, measure: Any, window: Any, scope: Any, as_of: Any
) -> None:
    if measure.aggregate is Aggregate.NEWEST and data.draw(st.booleans()):
        window = None
    plan = Plan(ask=Ask.VALUE, scope=scope, measure=measure, window=window)
    found = (await asked.ask(plan, as_of)).result
    by_hand = asked.readings(measure.metrics[0], asked.scoped(scope), window, as_of)
    expected = value_by_hand(measure, by_hand)
    if expected is None:
        assert found.kind is Kind.NONE
    else:
        assert near(found.value, expected)


def of_each(asked: Asked, measure: Any, window: Any, scope: Any, as_of: Any) -> dict[str, Any]:
    """What each device comes to; those of which nothing is known left out."""
    found = {}
    for device in asked.scoped(scope):
        readings = asked.readings(measure.metrics[0], [device], window, as_of)
        value = value_by_hand(measure, readings)
        if value is not None:
            found[asked.device_ids[device]] = value
    return found


async def each_device(
    asked: Asked, data: Any, measure: Any, window: Any, scope: Any, as_of: Any
) -> None:
    plan = Plan(ask=Ask.EACH, scope=scope, measure=measure, window=window, by=By.DEVICE)
    found = (await asked.ask(plan, as_of)).result
    expected = of_each(asked, measure, window, scope, as_of)
    if not expected:
        assert found.kind is Kind.NONE
        return
    assert {row["device_id"] for row in found.rows} == set(expected)
    assert all(near(row["value"], expected[row["device_id"]]) for row in found.rows)


async def top_(asked: Asked, data: Any, measure: Any, window: Any, scope: Any, as_of: Any) -> None:
    order, limit = data.draw(st.sampled_from(Order)), data.draw(st.integers(1, 4))
    plan = Plan(ask=Ask.TOP, scope=scope, measure=measure, window=window, order=order, limit=limit)
    found = (await asked.ask(plan, as_of)).result
    expected = of_each(asked, measure, window, scope, as_of)
    if not expected:
        assert found.kind is Kind.NONE
        return
    best = sorted(expected.values(), reverse=order is Order.MOST)[:limit]
    assert len(found.value) == len(best) == len(set(found.value))
    assert all(
        near(value.isoformat() if isinstance(value, datetime) else value, other)
        for value, other in zip((expected[one] for one in found.value), best, strict=True)
    )


async def which_(
    asked: Asked, data: Any, measure: Any, window: Any, scope: Any, as_of: Any
) -> None:
    if measure.aggregate in (Aggregate.WHEN_HIGHEST, Aggregate.WHEN_LOWEST):
        return
    limit = data.draw(st.sampled_from([-2.25, 0.25, 3.75, 40.0]))
    above = data.draw(st.booleans())
    condition = Condition(
        measure=measure, window=window, value=limit,
        compare=Compare.ABOVE if above else Compare.AT_MOST,
    )  # fmt: skip
    for ask in (Ask.WHICH, Ask.COUNT, Ask.HOLDS):
        plan = Plan(ask=ask, scope=scope, where=(condition,))
        found = (await asked.ask(plan, as_of)).result
        expected = of_each(asked, measure, window, scope, as_of)
        if not expected:
            assert found.kind is Kind.NONE or not found.value
            continue
        those = {one for one, value in expected.items() if (value > limit) == above}
        told = {Ask.WHICH: those, Ask.COUNT: len(those), Ask.HOLDS: bool(those)}[ask]
        assert (set(found.value) if ask is Ask.WHICH else found.value) == told


async def sides_(
    asked: Asked, data: Any, measure: Any, window: Any, scope: Any, as_of: Any
) -> None:
    other = data.draw(scopes(asked))
    against = Against(scope=other, window=data.draw(windows) if data.draw(st.booleans()) else None)
    plan = Plan(
        ask=data.draw(st.sampled_from([Ask.COMPARE, Ask.DIFFERENCE])),
        scope=scope, measure=measure, window=window, against=against,
    )  # fmt: skip
    found = (await asked.ask(plan, as_of)).result
    metric = measure.metrics[0]
    left = value_by_hand(measure, asked.readings(metric, asked.scoped(scope), window, as_of))
    there = against.window or window
    right = value_by_hand(measure, asked.readings(metric, asked.scoped(other), there, as_of))
    if left is None or right is None:
        assert found.kind is Kind.NONE
    elif plan.ask is Ask.DIFFERENCE:
        difference = left - right
        if isinstance(difference, timedelta):
            difference = difference.total_seconds()
        assert near(found.value, difference)
    elif not near(left.isoformat() if isinstance(left, datetime) else left, right):
        if isinstance(left, datetime):
            left, right = left.date(), right.date()
        assert found.value is (left > right)


async def by_time(
    asked: Asked, data: Any, measure: Any, window: Any, scope: Any, as_of: Any
) -> None:
    measure = measure.model_copy(
        update={"aggregate": data.draw(st.sampled_from([Aggregate.AVERAGE, Aggregate.MAXIMUM,
                                                        Aggregate.MEDIAN, Aggregate.COUNT]))}
    )  # fmt: skip
    if isinstance(window, Dates) and (window.first is None or window.last is None):
        window = Dates(first=FIRST.date(), last=FIRST.date() + timedelta(days=2))
    if isinstance(window, Calendar) and window.unit in (Unit.YEAR, Unit.QUARTER):
        window = window.model_copy(update={"unit": Unit.WEEK})
    by = data.draw(st.sampled_from([By.DAY, By.HOUR, By.HOUR_OF_DAY, By.WEEKDAY, By.WEEK]))
    plan = Plan(ask=Ask.EACH, scope=scope, measure=measure, window=window, by=by)
    found = (await asked.ask(plan, as_of)).result
    expected: dict[str, list[Any]] = {}
    for reading in asked.readings(measure.metrics[0], asked.scoped(scope), window, as_of):
        local = reading[1].astimezone(asked.zone(reading[0]))
        monday = local.date() - timedelta(days=local.weekday())
        name = {
            By.DAY: local.date().isoformat(),
            By.HOUR: f"{local:%Y-%m-%d %H}:00",
            By.HOUR_OF_DAY: f"{local:%H}:00",
            By.WEEKDAY: f"{local:%A}",
            By.WEEK: monday.isoformat(),
        }[by]
        expected.setdefault(name, []).append(reading)
    if not expected:
        assert found.kind is Kind.NONE
        return
    assert {row["key"] for row in found.rows} == set(expected)
    assert all(
        near(row["value"], value_by_hand(measure, expected[row["key"]])) for row in found.rows
    )


async def test_a_rate_is_the_sum_over_the_hours_of_the_window(asked: Asked) -> None:
    await asked.begin()
    await asked.take([(0, FIRST + n * _HOUR, {"cpu_percent": 6.0}) for n in range(10)])
    plan = Plan(
        ask=Ask.VALUE,
        scope=Scope(devices=(asked.device_ids[0],)),
        measure=OfMetric(metrics=("cpu_percent",), aggregate=Aggregate.RATE),
        window=Rolling(length_s=4 * 3600),
    )
    found = await asked.ask(plan, FIRST + 10 * _HOUR)
    assert (found.result.value, found.result.unit) == (6.0, "%/h")


@st.composite
def silences(draw: Any) -> tuple[timedelta, list[datetime]]:
    """A step, and the moments of a device that now and then is away for long."""
    step = timedelta(minutes=draw(st.sampled_from([5, 10, 30])))
    at, heard = FIRST + draw(st.integers(0, 60)) * _HOUR, []
    for _ in range(draw(st.integers(1, 4))):
        heard += [at + n * step for n in range(draw(st.integers(40, 60)))]
        at = heard[-1] + step * draw(st.integers(4, 300))
    return step, heard


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck),
          phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip
@given(data=st.data(), archived=st.booleans())
async def test_uptime_is_what_the_pauses_leave_wherever_they_begin(
    asked: Asked, data: st.DataObject, archived: bool
) -> None:
    await asked.begin()
    fleet = [data.draw(silences()) for _ in asked.device_ids]
    for device, (_, heard) in enumerate(fleet):
        await asked.take([(device, at, {"cpu_percent": 1.0}) for at in heard])
    if archived:
        await asked.do("roll up")
        await asked.do("archive")
    for _ in range(6):
        as_of = FIRST + data.draw(st.integers(1, 120)) * _HOUR
        window = Rolling(
            length_s=data.draw(st.integers(3, 90)) * 3600,
            before_s=data.draw(st.integers(0, 48)) * 3600,
        )
        end = as_of - timedelta(seconds=window.before_s)
        start = end - timedelta(seconds=window.length_s)
        expected = {
            asked.device_ids[device]: uptime_by_hand(heard, step, start, end, as_of)
            for device, (step, heard) in enumerate(fleet)
        }
        known = {one: value for one, value in expected.items() if value is not None}
        uptime = OfLink(aspect=Link.UPTIME_PERCENT)
        plan = Plan(ask=Ask.EACH, measure=uptime, window=window, by=By.DEVICE)
        found = (await asked.ask(plan, as_of)).result
        assert {row["device_id"]: row["value"] for row in found.rows} == {
            one: pytest.approx(value, abs=1e-6) for one, value in known.items()
        }
        below = Condition(measure=uptime, window=window, value=95.0, compare=Compare.BELOW)
        found = (await asked.ask(Plan(ask=Ask.WHICH, where=(below,)), as_of)).result
        assert set(found.value or ()) == {one for one, value in known.items() if value < 95}


async def test_what_the_calendar_means_goes_by_each_sites_clock(asked: Asked) -> None:
    """Yesterday is not the same time in Lisbon, Kolkata and New York."""
    await asked.begin()
    at = datetime.combine(FIRST.date(), time(), UTC) + timedelta(days=1)
    for device in (0, 2, 4):
        await asked.take(
            [(device, at + n * _HOUR, {"cpu_percent": float(n)}) for n in range(-40, 41)]
        )
    plan = Plan(
        ask=Ask.EACH,
        measure=OfMetric(metrics=("cpu_percent",), aggregate=Aggregate.MINIMUM),
        window=Calendar(unit=Unit.DAY, offset=-1),
        by=By.DEVICE,
    )
    found = await asked.ask(plan, at + 30 * _HOUR)
    lows = {row["device_id"]: row["value"] for row in found.result.rows}
    offsets = [lows[asked.device_ids[device]] for device in (0, 2, 4)]
    assert offsets[1] < offsets[0] < offsets[2]


@pytest.mark.parametrize("by_the_driver", [False, True])
async def test_what_takes_too_long_is_an_answer_and_takes_nothing_with_it(
    asked: Asked, by_the_driver: bool
) -> None:
    await asked.begin()
    await asked.take([(0, FIRST, {"cpu_percent": 6.0})])
    measure = OfMetric(metrics=("cpu_percent",), aggregate=Aggregate.MEDIAN)
    plan = Plan(ask=Ask.VALUE, measure=measure, window=Dates())

    async def stuck(*_: Any) -> None:
        await inquiry.tx.execute(text("SET LOCAL statement_timeout = 1"))
        if by_the_driver:
            await in_binary(inquiry.tx, "SELECT pg_sleep(60)", {})
        await inquiry.tx.execute(text("SELECT pg_sleep(60)"))

    async with asked.db.tenant(asked.tenant) as tx:
        fleet = await load(tx)
        inquiry = Inquiry(tx, fleet, FIRST + _HOUR, now(), asked.archive)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Reader, "middles", stuck)
            found = await answer(inquiry, plan)
        assert found.result.kind is Kind.NONE
        assert found.refusal is not None
        assert found.refusal.why is NoAnswer.TOOK_TOO_LONG
        assert "longer than 10 s" in found.refusal.detail
        assert (await answer(inquiry, plan)).result.value == 6.0
