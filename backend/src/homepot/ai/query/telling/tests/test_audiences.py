"""What each audience is told, for each kind of result."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from homepot.ai.analysis_modes import mode_named
from homepot.ai.query.answering.fleet import Device, Fleet, Site
from homepot.ai.query.answering.result import Answer, Evidence, Kind, Named, Result
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    By,
    Compare,
    Condition,
    Link,
    OfLink,
    OfMetric,
    OfRecords,
    Order,
    Plan,
    Record,
    RecordAggregate,
    Scope,
)
from homepot.ai.query.telling.beside import Beside, Course, Expected, Step
from homepot.ai.query.telling.manager import percent, unnamed
from homepot.ai.query.telling.telling import Asker, told
from homepot.ai.query.vocabulary import Device as KnownDevice
from homepot.ai.query.vocabulary import DeviceType, Metric, Vocabulary
from homepot.ai.query.vocabulary import Site as KnownSite
from homepot.ai.query.when import Calendar, Rolling, Unit

NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
HARBOUR, AIRPORT = (
    Site(row, id_, name, zone, None, None, None, ())
    for row, (id_, name, zone) in enumerate(
        [("harbour", "Harbour", "Europe/Berlin"), ("airport", "Airport", "America/New_York")], 1
    )
)
METRICS = frozenset({"cpu_percent"})


def device(row: int, site: Site) -> Device:
    return Device(
        row, f"till_{row}", f"Till {row}", "till", site, None, None, None, (), "real", "active",
        None, None, NOW, None,
    )  # fmt: skip


def fleet_of(*sites: Site) -> Fleet:
    devices = [device(n, site) for n, site in enumerate(sites, 1)]
    known = tuple(
        KnownDevice(one.id, one.name, "till", one.site.id, None, None, (), METRICS)
        for one in devices
    )
    by_id = {site.id: site for site in sites}
    vocabulary = Vocabulary(
        sites=tuple(KnownSite(one.id, one.name, one.timezone) for one in by_id.values()),
        devices=known,
        types=(DeviceType("till", "Till", METRICS),),
        metrics=(Metric("cpu_percent", "CPU load", "%"),),
    )
    return Fleet(by_id, devices, vocabulary)


FLEET = fleet_of(HARBOUR, HARBOUR, HARBOUR, AIRPORT)
CPU = OfMetric(metrics=("cpu_percent",), aggregate=Aggregate.AVERAGE)
OFFLINE = Condition(measure=OfLink(aspect=Link.IS_OFFLINE), compare=Compare.IS, value=True)
WEEK = Rolling(length_s=604_800)
INCIDENTS = OfRecords(record=Record.INCIDENT, aggregate=RecordAggregate.EACH)
START, END = datetime(2026, 11, 14, 11, 30, tzinfo=UTC), NOW


def named(*numbers: int, status: str = "healthy") -> list[Named]:
    return [
        Named(one.id, one.name, one.site.name, status)
        for one in (FLEET.by_id[f"till_{n}"] for n in numbers)
    ]


def row(n: int, value: Any = None, unit: str | None = None, **more: Any) -> dict[str, Any]:
    one = FLEET.by_id[f"till_{n}"]
    said = {"device_id": one.id, "name": one.name, "site": one.site.name, "type": "till"}
    return said | ({} if value is None else {"value": value, "unit": unit}) | more


INCIDENT = {
    "id": "INC-AAAA-AAAA", "device_id": "till_2", "name": "Till 2",
    "at": "2026-11-20T09:00:00+00:00", "ended_at": "2026-11-20T10:00:00+00:00",
    "category": "storage", "severity": "critical", "title": "Disk of Till 2 filled up",
    "state": "resolved", "resolution": "deleted old logs", "worked": True,
}  # fmt: skip
READ = Evidence("readings", "cpu_percent of 4 devices", "/devices", 1_200)
KINDS: dict[str, tuple[Plan, Answer]] = {
    "count": (
        Plan(ask=Ask.COUNT, scope=Scope(sites=("harbour",)), where=(OFFLINE,)),
        Answer(Result(Kind.NUMBER, 1.0, None, [row(2)], 1), devices=named(2, status="offline"),
               zone="Europe/Berlin"),
    ),
    "devices": (
        Plan(ask=Ask.WHICH, where=(OFFLINE,)),
        Answer(Result(Kind.DEVICES, ["till_2", "till_4"], None, [row(2), row(4)], 2),
               devices=named(2, 4, status="offline"), zone="Europe/Berlin"),
    ),
    "value": (
        Plan(ask=Ask.VALUE, scope=Scope(devices=("till_2",)), measure=CPU, window=WEEK),
        Answer(Result(Kind.NUMBER, 43.25, "%", [row(2, 43.25, "%")]), devices=named(2),
               subject="average CPU load", start=START, end=END, zone="Europe/Berlin",
               details={"count": 900, "devices": 1}),
    ),
    "each": (
        Plan(ask=Ask.EACH, by=By.DEVICE, measure=CPU, window=WEEK),
        Answer(Result(Kind.TABLE, [], "%", [row(n, 10.0 * n, "%") for n in (1, 2, 3, 4)], 4),
               [READ], named(1, 2, 3, 4), start=START, end=END, zone="Europe/Berlin"),
    ),
    "top": (
        Plan(ask=Ask.TOP, measure=CPU, window=WEEK, order=Order.MOST, limit=1),
        Answer(Result(Kind.DEVICES, ["till_2"], "%", [row(2, 91.0, "%")], 4), [READ], named(2),
               start=START, end=END, zone="Europe/Berlin"),
    ),
    "difference": (
        Plan(ask=Ask.DIFFERENCE, scope=Scope(devices=("till_2",)), measure=CPU, window=WEEK),
        Answer(Result(Kind.NUMBER, 3.0, "%", [{"side": "this", "value": 9.0, "unit": "%"}]),
               [READ], named(2), start=START, end=END, zone="Europe/Berlin",
               details={"sides": [9.0, 6.0]}),
    ),
    "grows": (
        Plan(ask=Ask.GROWS, scope=Scope(devices=("till_2",)), measure=CPU, window=WEEK),
        Answer(Result(Kind.BOOLEAN, True), [READ], named(2), subject="change of CPU load",
               start=START, end=END, zone="Europe/Berlin", details={"change": 4.0, "unit": "%"}),
    ),
    "holds": (
        Plan(ask=Ask.HOLDS, where=(OFFLINE,)),
        Answer(Result(Kind.BOOLEAN, True, None, [row(2)], 1), devices=named(2, status="offline")),
    ),
    "incident": (
        Plan(ask=Ask.RECORD, measure=INCIDENTS),
        Answer(Result(Kind.INCIDENT, "INC-AAAA-AAAA", None, [INCIDENT], 1), devices=named(2),
               zone="Europe/Berlin"),
    ),
    "incidents": (
        Plan(ask=Ask.RECORDS, measure=INCIDENTS),
        Answer(Result(Kind.TABLE, [], None, [INCIDENT, INCIDENT | {"id": "INC-BBBB-BBBB"}], 2),
               devices=named(2), zone="Europe/Berlin"),
    ),
    "status": (
        Plan(ask=Ask.STATUS),
        Answer(Result(Kind.TABLE, "warning", None, [
            {"what": "devices", "value": 4}, {"what": "offline", "value": 1},
            {"what": "online", "value": 3}, {"what": "healthy", "value": 2},
            {"what": "open incidents", "value": 1},
            {"what": "incident", "value": "INC-AAAA-AAAA", "title": "Disk of Till 2 fills up"},
        ], 4), devices=named(2), zone="Europe/Berlin"),
    ),
    "why": (
        Plan(ask=Ask.WHY),
        Answer(Result(Kind.TABLE, [], None, [
            row(2, "limits", what="factor", title="CPU load beyond its limit"),
        ], 1), devices=named(2), zone="Europe/Berlin", details={"devices": 4, "unwell": 1}),
    ),
    "recall": (
        Plan(ask=Ask.RECALL, about="a disk that fills up"),
        Answer(Result(Kind.TABLE, ["INC-AAAA-AAAA"], None, [INCIDENT], 1), devices=named(2),
               zone="Europe/Berlin",
               details={"advice": {"resolution": "deleted old logs", "worked": 2, "tried": 3}}),
    ),
}  # fmt: skip
STEP = Step(
    "INC-CCCC-CCCC", "Disk of Till 2 fills up", "till_2", NOW, 1,
    "Free space or replace the disk before it is full.",
)  # fmt: skip
KNOWN = Beside(
    asked=4, fleet=4, step=STEP, course=Course("cpu_percent", 4.0, "%", 1, START, END),
    crossings=[Expected("till_2", "CPU load reaches 95 %", NOW.replace(day=28))],
    planned=[Expected("till_2", "replace the disk", NOW.replace(day=25).date())],
    not_foreseen="",
)  # fmt: skip
ASKER = Asker(NOW, "Europe/Berlin")


def said(kind: str, mode: str, known: Beside = KNOWN, asker: Asker = ASKER) -> str:
    plan, answer = KINDS[kind]
    chosen = mode_named(mode)
    if kind == "count" and known is KNOWN:
        known = replace(known, asked=3)
    return told(answer, plan, FLEET, chosen, known, asker).text(chosen)


MANAGED = {
    "count": "1 device at Harbour is offline, 33 % of the 3 devices at Harbour and 25 % of the"
    " fleet of 4: Till 2 at Harbour.",
    "devices": "2 devices are offline, 50 % of the fleet of 4: Till 2 at Harbour and Till 4 at"
    " Airport.",
    "value": "The average CPU load of Till 2 over the last 7 days (from 14 November 2026, 12:30"
    " to 21 November 2026, 12:30) was 43.2 %.",
    "each": "The average CPU load of all devices over the last 7 days by device: from 10 %"
    " (Till 1 at Harbour) to 40 % (Till 4 at Airport), over 4.",
    "top": "Till 2 at Harbour had the highest average CPU load over the last 7 days: 91 %.",
    "holds": "Yes: 1 device, 25 % of the fleet of 4: Till 2 at Harbour.",
    "incident": "Disk of Till 2 filled up (Till 2 at Harbour); resolved by: deleted old logs,"
    " which helped.",
    "incidents": "2 incidents at 1 of 2 sites, 2 of them critical; the last: Disk of Till 2 filled"
    " up (Till 2 at Harbour).",
    "status": "The status of all devices: 3 of 4 devices are online (75 %), 2 of 4 devices are"
    " healthy (50 %) and 1 incident is open.",
    "why": "Something is wrong with 1 of 4 devices (25 %), the worst is Till 2 at Harbour: CPU load"
    " beyond its limit.",
    "recall": "Something like “a disk that fills up” was there once before; what helped most:"
    " deleted old logs (it worked in 2 of 3).",
}


@pytest.mark.parametrize("kind", MANAGED)
def test_who_decides_reads_one_sentence_with_the_share_and_no_ids(kind: str) -> None:
    assert said(kind, "executive") == MANAGED[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_who_decides_never_reads_an_id_and_never_two_sentences(kind: str) -> None:
    text = said(kind, "executive")
    assert "till_" not in text
    assert "INC-" not in text
    assert ". " not in text
    assert text.endswith(".")


NEXT = "Next, for INC-CCCC-CCCC: Free space or replace the disk before it is full."
OPENED = (
    "Open since 21 November 2026, 12:30: INC-CCCC-CCCC on Till 2 (till_2), Disk of Till 2 fills up."
)
MENDED = {
    "count": ["Now offline is till_2.", OPENED, NEXT],
    "devices": ["Now offline are till_2 and till_4.", OPENED, NEXT],
    "value": ["It rests on 900 readings of one device.", OPENED, NEXT],
    "each": ["It rests on 1,200 readings.", OPENED, NEXT],
    "top": ["It rests on 1,200 readings.", OPENED, NEXT],
    "difference": ["It rests on 1,200 readings.", OPENED, NEXT],
    "grows": ["It rests on 1,200 readings.", OPENED, NEXT],
    "holds": ["Now offline is till_2.", OPENED, NEXT],
    "incident": [NEXT],
    "incidents": ["What helped: deleted old logs.", NEXT],
    "status": [NEXT],
    "why": [NEXT],
    "recall": [NEXT],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_technician_reads_what_it_rests_on_and_what_to_do(kind: str) -> None:
    text = said(kind, "maintenance")
    plan, answer = KINDS[kind]
    bare = told(answer, plan, FLEET, mode_named("predictive")).text(mode_named("predictive"))
    assert text.startswith(bare)
    for sentence in MENDED[kind]:
        assert sentence in text


def test_a_technician_hears_that_nothing_is_open() -> None:
    calm = Beside(asked=1, fleet=4, is_calm=True)
    assert said("value", "maintenance", calm).endswith("No incident is open on Till 2 (till_2).")
    assert "No incident" not in said("status", "maintenance", calm)


AHEAD = "Forecast: Till 2 (till_2), CPU load reaches 95 %, on 28 November 2026."
DUE = "Maintenance that is due: Till 2 (till_2), replace the disk, on 25 November 2026."
ROSE = (
    "CPU load rose by 4 percentage points from 14 November 2026, 12:30 to 21 November 2026, 12:30."
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_planner_reads_where_it_tends_to_and_what_is_ahead(kind: str) -> None:
    text = said(kind, "predictive")
    assert AHEAD in text
    assert DUE in text
    assert (ROSE in text) is (kind != "grows")
    assert "Next" not in text


def test_a_planner_is_told_where_nothing_is_ahead_and_where_nobody_knows() -> None:
    nothing = Beside(not_foreseen="")
    assert said("value", "predictive", nothing).endswith(
        "No limit is forecast to be reached by it."
    )
    unknown = Beside(not_foreseen="Nobody has looked ahead yet.")
    assert "What is ahead is not known: Nobody has looked ahead yet." in said(
        "value", "predictive", unknown
    )
    assert "ahead" not in said("value", "predictive", Beside())


def test_a_name_stands_for_its_id_wherever_it_is() -> None:
    assert unnamed("Till 2 (till_2) fell to 3 (low); till_4 and till_44 did not.", FLEET) == (
        "Till 2 fell to 3 (low); Till 4 and till_44 did not."
    )
    assert percent(1, 3) == "33 %"


# -- by whose clock -----------------------------------------------------------------------------

TODAY = Calendar(unit=Unit.DAY, offset=0)


def clocked(fleet: Fleet, window: Any, zone: str | None) -> str:
    plan = Plan(ask=Ask.VALUE, measure=CPU, window=window)
    answer = replace(KINDS["value"][1], start=START, end=END, devices=[])
    mode = mode_named("maintenance")
    return told(answer, plan, fleet, mode, Beside(), Asker(NOW, zone)).text(mode)


def test_a_day_is_told_by_each_sites_own_clock() -> None:
    assert clocked(FLEET, TODAY, "Europe/Berlin") == (
        "The average CPU load of all devices today was 43.2 %."
        " By each site's own clock: Airport (America/New_York) on 21 November 2026 from 00:00 to"
        " 06:30; Harbour (Europe/Berlin) on 21 November 2026 from 00:00 to 12:30."
        " It rests on 900 readings of one device."
    )
    plan = Plan(ask=Ask.VALUE, measure=CPU, window=TODAY)
    text = told(KINDS["value"][1], plan, FLEET, mode_named("executive"), Beside(), ASKER)
    assert text.result == [
        "The average CPU load of all devices today was 43.2 %, by each site's own clock."
    ]


def test_the_zone_is_said_where_it_could_be_another() -> None:
    assert "Times are those of Europe/Berlin; its sites are in 2 time zones." in clocked(
        FLEET, WEEK, "Europe/Berlin"
    )
    alone = fleet_of(HARBOUR, HARBOUR)
    assert "Times are those of Europe/Berlin." in clocked(alone, WEEK, "America/New_York")
    for same in ("Europe/Berlin", "Europe/Paris", None):
        assert "Times are" not in clocked(alone, WEEK, same)
    whole = Calendar(unit=Unit.DAY, offset=-1)
    days = replace(KINDS["value"][1], start=START.replace(hour=23, minute=0, day=19),
                   end=START.replace(hour=23, minute=0, day=20), devices=[])  # fmt: skip
    plan = Plan(ask=Ask.VALUE, measure=CPU, window=whole)
    mode = mode_named("maintenance")
    text = told(days, plan, alone, mode, Beside(), Asker(NOW, "Asia/Tokyo")).text(mode)
    assert "on 20 November 2026)" in text
