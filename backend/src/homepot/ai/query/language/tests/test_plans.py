"""Plans themselves, where the words of a plan could hide a difference."""

from datetime import date, time

import pytest

from homepot.ai.query.language import parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY
from homepot.ai.query.plan import (
    Against,
    Aggregate,
    Ask,
    Attribute,
    By,
    Compare,
    Condition,
    DurationUnit,
    Link,
    OfAttribute,
    OfLink,
    OfMetric,
    OfRecords,
    Order,
    Plan,
    Record,
    RecordAggregate,
    RecordSource,
    RecordState,
    Scope,
)
from homepot.ai.query.vocabulary import Device, DeviceType, Metric, Site, Vocabulary
from homepot.ai.query.when import Calendar, Coming, Dates, Hours, Rolling, Unit, Window

_DAY, _WEEK = 86_400, 7 * 86_400


def _metric(name: str, aggregate: Aggregate) -> OfMetric:
    return OfMetric(metrics=(name,), aggregate=aggregate)


def _of(device: str) -> Scope:
    return Scope(devices=(device,))


PLANS = [
    (
        "How many POS terminals are at the bistro?",
        Plan(ask=Ask.COUNT, scope=Scope(sites=("bistro",), types=("pos_terminal",))),
    ),
    (
        "What was the maximum CPU usage of pos_1107 in the last 24 hours?",
        Plan(
            ask=Ask.VALUE, scope=_of("pos_1107"), window=Rolling(length_s=_DAY),
            measure=_metric("cpu_percent", Aggregate.MAXIMUM),
        ),
    ),
    (
        "How many transactions did pos_1107 process in the last 7 days?",
        Plan(
            ask=Ask.VALUE, scope=_of("pos_1107"), window=Rolling(length_s=_WEEK),
            measure=_metric("transaction_count", Aggregate.SUM),
        ),
    ),
    (
        "List the top 3 POS terminals by average network latency over the last 7 days.",
        Plan(
            ask=Ask.TOP, scope=Scope(types=("pos_terminal",)), window=Rolling(length_s=_WEEK),
            measure=_metric("network_latency_ms", Aggregate.AVERAGE), order=Order.MOST, limit=3,
        ),
    ),
    (
        "Which tills have an error rate over 5%?",
        Plan(
            ask=Ask.WHICH, scope=Scope(types=("pos_terminal",)),
            where=(Condition(
                measure=_metric("error_rate", Aggregate.NEWEST), compare=Compare.ABOVE, value=0.05
            ),),
        ),
    ),
    (
        "Which tills had latency above 0.2 seconds in the last hour?",
        Plan(
            ask=Ask.WHICH, scope=Scope(types=("pos_terminal",)),
            where=(Condition(
                measure=_metric("network_latency_ms", Aggregate.MAXIMUM),
                window=Rolling(length_s=3_600), compare=Compare.ABOVE, value=200.0,
            ),),
        ),
    ),
    (
        "Which devices have not reported in the last hour?",
        Plan(
            ask=Ask.WHICH,
            where=(Condition(
                measure=OfLink(aspect=Link.SECONDS_SILENT), compare=Compare.ABOVE, value=3_600.0
            ),),
        ),
    ),
    (
        "Was average network latency higher at the bistro than at the market in the last 7 days?",
        Plan(
            ask=Ask.COMPARE, scope=Scope(sites=("bistro",)), window=Rolling(length_s=_WEEK),
            measure=_metric("network_latency_ms", Aggregate.AVERAGE), compare=Compare.ABOVE,
            against=Against(scope=Scope(sites=("market",))),
        ),
    ),
    (
        "Is the latency of gw_199 lower this week than last week?",
        Plan(
            ask=Ask.COMPARE, scope=_of("gw_199"), window=Calendar(unit=Unit.WEEK, offset=0),
            measure=_metric("network_latency_ms", Aggregate.AVERAGE), compare=Compare.BELOW,
            against=Against(window=Calendar(unit=Unit.WEEK, offset=-1)),
        ),
    ),
    (
        "How many critical connectivity incidents are open at the market?",
        Plan(
            ask=Ask.VALUE, scope=Scope(sites=("market",)),
            measure=OfRecords(
                record=Record.INCIDENT, aggregate=RecordAggregate.COUNT, state=RecordState.OPEN,
                severities=("critical",), categories=("connectivity",),
            ),
        ),
    ),
    (
        "How many incidents were imported at the market yesterday?",
        Plan(
            ask=Ask.VALUE, scope=Scope(sites=("market",)),
            window=Calendar(unit=Unit.DAY, offset=-1),
            measure=OfRecords(
                record=Record.INCIDENT, aggregate=RecordAggregate.COUNT,
                source=RecordSource.BROUGHT_IN,
            ),
        ),
    ),
    (
        "How many incidents were brought in this week?",
        Plan(
            ask=Ask.VALUE, window=Calendar(unit=Unit.WEEK, offset=0),
            measure=OfRecords(
                record=Record.INCIDENT, aggregate=RecordAggregate.COUNT,
                source=RecordSource.BROUGHT_IN,
            ),
        ),
    ),
    (
        "How many incidents were recorded this week?",
        Plan(
            ask=Ask.VALUE, window=Calendar(unit=Unit.WEEK, offset=0),
            measure=OfRecords(record=Record.INCIDENT, aggregate=RecordAggregate.COUNT),
        ),
    ),
    (
        "How many incidents were detected at the market yesterday?",
        Plan(
            ask=Ask.VALUE, scope=Scope(sites=("market",)),
            window=Calendar(unit=Unit.DAY, offset=-1),
            measure=OfRecords(
                record=Record.INCIDENT, aggregate=RecordAggregate.COUNT, source=RecordSource.FOUND
            ),
        ),
    ),
    (
        "How was the last incident on sensor_1142 resolved?",
        Plan(
            ask=Ask.RECORD, scope=_of("sensor_1142"),
            measure=OfRecords(record=Record.INCIDENT, aggregate=RecordAggregate.NEWEST),
        ),
    ),
    (
        "Which devices go out of warranty within the next 60 days?",
        Plan(
            ask=Ask.WHICH,
            where=(Condition(
                measure=OfAttribute(attribute=Attribute.WARRANTY_UNTIL), compare=Compare.WITHIN,
                within=Coming(length_s=60 * _DAY),
            ),),
        ),
    ),
    (
        "Did battery on sensor_1142 drop since Monday?",
        Plan(
            ask=Ask.GROWS, scope=_of("sensor_1142"), order=Order.LEAST,
            measure=_metric("battery_percent", Aggregate.CHANGE),
            window=Dates(first=date(2026, 5, 18)),
        ),
    ),
    (
        "For how many minutes was sensor_1142 below 2 degrees yesterday?",
        Plan(
            ask=Ask.VALUE, scope=_of("sensor_1142"), unit=DurationUnit.MINUTES,
            window=Calendar(unit=Unit.DAY, offset=-1),
            measure=OfMetric(
                metrics=("temperature_celsius",), aggregate=Aggregate.SECONDS_BELOW, limit=2.0
            ),
        ),
    ),
    (
        "average temperature of the cold room sensors by site last night",
        Plan(
            ask=Ask.EACH, by=By.SITE, scope=Scope(types=("iot_sensor",), places=("Cold Room",)),
            measure=_metric("temperature_celsius", Aggregate.AVERAGE),
            window=Dates(
                first=date(2026, 5, 19), first_time=time(22), last=date(2026, 5, 20),
                last_time=time(6),
            ),
        ),
    ),
    (
        "cpu of pos_1107 at night last week",
        Plan(
            ask=Ask.VALUE, scope=_of("pos_1107"),
            measure=_metric("cpu_percent", Aggregate.AVERAGE),
            window=Rolling(length_s=_WEEK, hours=Hours(start=time(22), end=time(6))),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "plan"), PLANS)
def test_the_plan_of_a_question(asked: str, plan: Plan) -> None:
    assert parse(asked, VOCABULARY, AS_OF).model_copy(update={"assumptions": ()}) == plan


@pytest.mark.parametrize(
    ("asked", "assumed"),
    [
        ("How many incidents were there last week?", "last week = the last 7 days"),
        ("temperature at the bistro yesterday", "the average, as nothing else was said"),
        ("the busiest till yesterday", "busiest: by transactions"),
        ("average cpu of pos_1107", "no time was named: the last 24 hours"),
        ("avg cpu of ps_1107 today", "“ps_1107” read as pos_1107"),
        ("what is the temprature at the bistro", "“temprature” read as “temperature”"),
        ("cpu of till 2 at the market", "till 2 = POS Terminal - Kitchen 2 (pos_2207)"),
    ],
)
def test_what_was_left_open_is_said(asked: str, assumed: str) -> None:
    assert assumed in parse(asked, VOCABULARY, AS_OF).assumptions


def test_what_was_said_needs_no_assumption() -> None:
    asked = "What was the average CPU usage of pos_1107 in the last 24 hours?"
    assert parse(asked, VOCABULARY, AS_OF).assumptions == ()


SAME: list[tuple[str, Window]] = [
    ("yesterday", Calendar(unit=Unit.DAY, offset=-1)),
    ("over the past 90 minutes", Rolling(length_s=5_400)),
]


@pytest.mark.parametrize(("said", "window"), SAME)
@pytest.mark.parametrize("form", ["{} average cpu of pos_1107", "average cpu of pos_1107 {}"])
def test_a_time_may_stand_first_or_last(form: str, said: str, window: Window) -> None:
    assert parse(form.format(said), VOCABULARY, AS_OF).window == window


def test_a_site_named_like_a_thing_is_meant_by_its_name() -> None:
    fleet = Vocabulary(
        sites=(Site("a", "Gateway Mall"), Site("b", "Peak Battery Store")),
        devices=(
            Device("g1", "Gateway 1", "gateway", "a", metrics=frozenset({"battery_percent"})),
            Device("g2", "Gateway 2", "gateway", "b", metrics=frozenset({"battery_percent"})),
        ),
        types=(DeviceType("gateway", "Gateway"),),
        metrics=(Metric("battery_percent", "Battery", "%"),),
    )
    assert parse("How many devices at Gateway Mall?", fleet, AS_OF).scope == Scope(sites=("a",))
    assert parse("How is the gateway at the mall?", fleet, AS_OF).scope == Scope(
        sites=("a",), types=("gateway",)
    )
    plan = parse("battery of the gateways at its peak today", fleet, AS_OF)
    assert plan.scope == Scope(types=("gateway",))
    assert plan.measure == _metric("battery_percent", Aggregate.MAXIMUM)
