"""A limit that will probably be reached soon is told to people once, and that it is over too."""

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
