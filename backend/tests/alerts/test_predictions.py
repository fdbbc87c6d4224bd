"""A limit that will probably be reached soon is told to people once, and that it is over too."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from tests.alerts.stage import Alarm, Hook

from homepot.alerts.predictions import read_new
from homepot.core.clock import now

_FORESEEN = text(
    "insert into ai_predictions (tenant_id, public_id, device_id, metric, limit_name, limit_value,"
    " unit, label, state, severity, crosses_at, lower_at, upper_at, chance_7d, chance_14d,"
    " chance_30d, level, growth, rate_per_day, onset_at, first_at, predicted_at)"
    " select tenant_id, :id, id, 'disk_percent', :limit, 85, '%', 'Disk', 'open', 'warning', :in5,"
    " :in4, :in6, :chance, :chance, 1, 71, 20, 2.8, :before, :at, :at from devices"
    " where public_id = :device"
)


async def foreseen(alarm: Alarm, name: str, chance: float, limit: str = "warning_above") -> None:
    at = now()
    given: dict[str, Any] = {f"in{days}": at + timedelta(days=days) for days in (4, 5, 6)}
    given |= {"id": name, "chance": chance, "limit": limit, "at": at, "device": "TILL"}
    async with alarm.db.system() as tx:
        await tx.execute(_FORESEEN, given | {"before": at - timedelta(days=7)})


async def device(alarm: Alarm) -> None:
    body = {"device_id": "TILL", "name": "Till", "type": "pos_terminal", "site_id": alarm.site}
    answer = await alarm.admin.post("/api/devices", json=body)
    assert answer.status_code == 201, answer.text


async def test_a_high_risk_is_told_once_and_a_low_one_is_not(alarm: Alarm, hook: Hook) -> None:
    await device(alarm)
    await alarm.channel(url=hook.url)
    await foreseen(alarm, "PREDICTION-HIGH", 0.9)
    await foreseen(alarm, "PREDICTION-LOW", 0.2, "critical_above")
    for _ in range(2):
        await read_new(alarm.db, now())
        await alarm.at_once()
        await alarm.send()
    (post,) = hook.posts
    (one,) = post["incidents"]
    assert (one["incident_id"], one["category"]) == ("PREDICTION-HIGH", "storage")
    body = str(post)
    assert "Disk will reach its warning limit of 85 %" in body
    assert "2.8 % a day" in body
    assert "Free space or replace the disk" in body
    assert one["link"].endswith("/devices/TILL")
    assert "/incidents/PREDICTION" not in body


async def test_a_digest_links_to_the_devices_page_too(alarm: Alarm, hook: Hook) -> None:
    await device(alarm)
    await alarm.channel(url=hook.url)
    await foreseen(alarm, "PREDICTION-ONE", 0.9)
    await foreseen(alarm, "PREDICTION-TWO", 0.9, "critical_above")
    await read_new(alarm.db, now())
    await alarm.at_once()
    await alarm.send()
    (post,) = hook.posts
    assert {one["incident_id"] for one in post["incidents"]} == {"PREDICTION-ONE", "PREDICTION-TWO"}
    assert all(one["link"].endswith("/devices/TILL") for one in post["incidents"])
    assert "/incidents/PREDICTION" not in str(post)


async def test_what_was_told_is_told_to_be_over(alarm: Alarm, hook: Hook) -> None:
    await device(alarm)
    await alarm.channel(url=hook.url)
    await foreseen(alarm, "PREDICTION-HIGH", 0.9)
    await read_new(alarm.db, now())
    async with alarm.db.system() as tx:
        await tx.execute(text("update ai_predictions set state = 'gone', ended_at = now()"))
    await read_new(alarm.db, now())
    decisions = (await alarm.admin.get("/api/alerts/decisions?incident_id=PREDICTION-HIGH")).json()
    assert [one["what"] for one in decisions] == ["over", "opened"]


async def fills_up(alarm: Alarm, severity: str, what: str = "opened") -> None:
    """The incident of the disk that was to be full."""
    one = alarm.occurrence("INC-DISK", what, severity=severity, metrics=frozenset({"disk_percent"}))
    subject = replace(one.subject, device_id="TILL", category="storage")
    await alarm.happens(replace(one, subject=subject))


async def said(alarm: Alarm, incident_id: str) -> list[str]:
    answer = await alarm.admin.get(f"/api/alerts/decisions?incident_id={incident_id}")
    return [one["outcome"] for one in answer.json()]


async def all_told(alarm: Alarm, hook: Hook) -> list[tuple[str, str]]:
    await alarm.at_once()
    await alarm.send()
    return [(one["incident_id"], one["what"]) for post in hook.posts for one in post["incidents"]]


async def test_who_was_told_that_it_would_come_is_told_only_if_it_is_worse(
    alarm: Alarm, hook: Hook
) -> None:
    await device(alarm)
    await alarm.channel(url=hook.url)
    await foreseen(alarm, "PREDICTION-HIGH", 0.9)
    await read_new(alarm.db, now())
    assert await all_told(alarm, hook) == [("PREDICTION-HIGH", "opened")]
    await fills_up(alarm, "warning")
    assert await said(alarm, "INC-DISK") == ["It had been foreseen, and told. Ada knows."]
    assert len(await all_told(alarm, hook)) == 1
    await fills_up(alarm, "critical", "worse")
    assert (await all_told(alarm, hook))[1:] == [("INC-DISK", "worse")]
    # Who heard of it hears the end of it, once: that of the forecast is nobody's news any more.
    async with alarm.db.system() as tx:
        await tx.execute(text("update ai_predictions set state = 'reached', ended_at = now()"))
    await read_new(alarm.db, now())
    await fills_up(alarm, "critical", "over")
    assert (await all_told(alarm, hook))[2:] == [("INC-DISK", "over")]


async def test_a_forecast_that_was_not_sent_yet_goes_out_as_the_incident(
    alarm: Alarm, hook: Hook
) -> None:
    await device(alarm)
    await alarm.channel(url=hook.url)
    await foreseen(alarm, "PREDICTION-HIGH", 0.9)
    await read_new(alarm.db, now())
    await fills_up(alarm, "warning")
    assert await all_told(alarm, hook) == [("INC-DISK", "opened")]


async def test_what_goes_on_already_is_not_foreseen_once_more(alarm: Alarm, hook: Hook) -> None:
    await device(alarm)
    await alarm.channel(url=hook.url)
    await goes_on(alarm, "INC-DISK", "disk_percent")
    await fills_up(alarm, "warning")
    await foreseen(alarm, "PREDICTION-HIGH", 0.9)
    await read_new(alarm.db, now())
    assert await all_told(alarm, hook) == [("INC-DISK", "opened")]
    [outcome] = await said(alarm, "PREDICTION-HIGH")
    assert outcome == "It is the same as INC-DISK, which goes on: nobody is told again."
    # A worse limit than that is news.
    await foreseen(alarm, "PREDICTION-WORSE", 0.9, "critical_above")
    async with alarm.db.system() as tx:
        worse = "update ai_predictions set severity = 'critical' where public_id like '%WORSE'"
        await tx.execute(text(worse))
    await read_new(alarm.db, now())
    assert (await all_told(alarm, hook))[1:] == [("PREDICTION-WORSE", "opened")]


async def test_another_metric_of_the_device_is_another_problem(alarm: Alarm, hook: Hook) -> None:
    await device(alarm)
    await alarm.channel(url=hook.url)
    await goes_on(alarm, "INC-HOT", "temperature_celsius")
    one = alarm.occurrence("INC-HOT", metrics=frozenset({"temperature_celsius"}))
    await alarm.happens(replace(one, subject=replace(one.subject, device_id="TILL")))
    await foreseen(alarm, "PREDICTION-HIGH", 0.9)
    await read_new(alarm.db, now())
    assert {one for one, _ in await all_told(alarm, hook)} == {"INC-HOT", "PREDICTION-HIGH"}


async def test_an_incident_tells_what_was_foreseen_of_it(alarm: Alarm, hook: Hook) -> None:
    await device(alarm)
    await foreseen(alarm, "PREDICTION-HIGH", 0.9)
    await goes_on(alarm, "INC-DISK", "disk_percent")
    story = (await alarm.admin.get("/api/incidents/INC-DISK")).json()
    assert story["told"]["foreseen"].startswith("Foreseen on ")
    assert "Disk was to reach its warning limit of 85 %" in story["told"]["foreseen"]
    await goes_on(alarm, "INC-HOT", "temperature_celsius")
    assert (await alarm.admin.get("/api/incidents/INC-HOT")).json()["told"]["foreseen"] == ""


_GOES_ON = text(
    """
    with made as (
        insert into incidents (tenant_id, public_id, site_id, device_id, state, category, severity,
            title, description, search, started_at, opened_at, changed_at)
        select tenant_id, :id, site_id, id, 'open', 'storage', 'warning', 'Till: full', '', '',
            :at, :at, :at from devices where public_id = 'TILL'
        returning id, tenant_id, site_id, device_id
    ), logged as (
        insert into ai_anomaly_logs (tenant_id, device_id, site_id, health_score, status, metrics,
            kind, severity, p_value, started_at, detected_at, engine_version, generation, number)
        select tenant_id, device_id, site_id, 0.3, 'critical', cast(:metrics as jsonb), 'ramp',
            'warning', 1e-6, :at, :at, '1', 1, id from made returning id, tenant_id, device_id
    )
    insert into incident_anomalies (tenant_id, anomaly_id, incident_id, device_id)
    select logged.tenant_id, logged.id, made.id, logged.device_id from logged, made
    """
)


async def goes_on(alarm: Alarm, incident_id: str, metric: str) -> None:
    """An incident of the device, as detection would have it."""
    at = now()
    figures = {"share": 1, "size": 9, "value": 80, "usual": 60, "low": 59, "high": 61, "p": 0.001}
    kept = {"name": metric, "kind": "ramp", "unit": "%", "since": at.isoformat(), **figures}
    given = {"id": incident_id, "at": at, "metrics": json.dumps([kept])}
    async with alarm.db.system() as tx:
        await tx.execute(_GOES_ON, given)
